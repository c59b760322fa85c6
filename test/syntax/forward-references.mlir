// A value may be used before the text defines it: in another block, or where the order of ops means nothing.
// RUN: kiln-opt %s | FileCheck %s

func.func {function_type = () -> (), sym_name = "blocks"} ({
  // CHECK: "test.branch"()[^bb2] : () -> ()
  "test.branch"()[^define] : () -> ()
// CHECK-NEXT: ^bb1:
^use:
  // CHECK-NEXT: "test.use"(%[[VALUE:[0-9]+]]#1) : (f32) -> ()
  "test.use"(%value#1) : (f32) -> ()
  func.return : () -> ()
// CHECK: ^bb2:
^define:
  // CHECK-NEXT: %[[VALUE]]:2 = "test.define"() : () -> (i1, f32)
  %value:2 = "test.define"() : () -> (i1, f32)
  "test.branch"()[^use] : () -> ()
})
