// RUN: kiln-opt %s --canonicalize | FileCheck %s

// Casts there and back cancel, and what nobody uses goes.
// CHECK-LABEL: sym_name = "casts"
func.func {function_type = (index) -> index, sym_name = "casts"} ({
^bb0(%x: index):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = builtin.unrealized_conversion_cast %x : (index) -> i64
  %1 = builtin.unrealized_conversion_cast %0 : (i64) -> index
  func.return %1 : (index) -> ()
})
