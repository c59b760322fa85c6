// RUN: kiln-opt %s --symbol-dce | FileCheck %s

// CHECK: sym_name = "main"
func.func {function_type = () -> (), sym_name = "main"} ({
  func.call {callee = @used} : () -> ()
  func.return : () -> ()
})
// CHECK: sym_name = "used"
func.func {function_type = () -> (), sym_name = "used", sym_visibility = "private"} ({})
// Private functions that only mention each other go.
// CHECK-NOT: sym_name = "unused"
func.func {function_type = () -> (), sym_name = "unused", sym_visibility = "private"} ({
  func.call {callee = @unused_too} : () -> ()
  func.return : () -> ()
})
// CHECK-NOT: sym_name = "unused_too"
func.func {function_type = () -> (), sym_name = "unused_too", sym_visibility = "private"} ({
  func.call {callee = @unused} : () -> ()
  func.return : () -> ()
})
