// RUN: kiln-opt %s --dce | FileCheck %s

// CHECK-LABEL: sym_name = "chain"
func.func {function_type = (f32) -> f32, sym_name = "chain"} ({
^bb0(%x: f32):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = arith.addf %x, %x : (f32, f32) -> f32
  %1 = arith.mulf %0, %0 : (f32, f32) -> f32
  func.return %x : (f32) -> ()
})

// Ops that are not known to be pure stay, and what they use.
// CHECK-LABEL: sym_name = "effects"
func.func {function_type = (f32) -> (), sym_name = "effects"} ({
^bb0(%x: f32):
  // CHECK: arith.addf
  // CHECK: "test.print"
  %0 = arith.addf %x, %x : (f32, f32) -> f32
  %1 = "test.print"(%0) : (f32) -> i1
  func.return : () -> ()
})

// An op with regions has the effects of what is in them.
// CHECK-LABEL: sym_name = "regions"
func.func {function_type = (i1, f32) -> (), sym_name = "regions"} ({
^bb0(%c: i1, %x: f32):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: scf.if
  // CHECK-NEXT: "test.print"
  // CHECK-NOT:  arith.mulf
  %0 = scf.if %c ({
    %1 = arith.mulf %x, %x : (f32, f32) -> f32
    scf.yield %1 : (f32) -> ()
  }, {
    scf.yield %x : (f32) -> ()
  }) : (i1) -> f32
  scf.if %c ({
    "test.print"(%x) : (f32) -> ()
    scf.yield : () -> ()
  }, {
  }) : (i1) -> ()
  func.return : () -> ()
})
