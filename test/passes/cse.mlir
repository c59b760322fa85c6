// RUN: kiln-opt %s --cse | FileCheck %s

// CHECK-LABEL: sym_name = "equal_ops"
func.func {function_type = (f32, f32) -> f32, sym_name = "equal_ops"} ({
^bb0(%x: f32, %y: f32):
  // CHECK:      %[[SUM:[0-9]+]] = arith.addf %arg0, %arg1
  // CHECK-NEXT: %[[PRODUCT:[0-9]+]] = arith.mulf %[[SUM]], %[[SUM]]
  // CHECK-NEXT: func.return %[[PRODUCT]]
  %0 = arith.addf %x, %y : (f32, f32) -> f32
  %1 = arith.addf %x, %y : (f32, f32) -> f32
  %2 = arith.mulf %0, %1 : (f32, f32) -> f32
  func.return %2 : (f32) -> ()
})

// CHECK-LABEL: sym_name = "different_attributes"
func.func {function_type = () -> f32, sym_name = "different_attributes"} ({
  // CHECK:      arith.constant {value = 1.0e+00 : f32}
  // CHECK-NEXT: arith.constant {value = 2.0e+00 : f32}
  // CHECK-NEXT: arith.addf
  %0 = arith.constant {value = 1.0 : f32} : () -> f32
  %1 = arith.constant {value = 2.0 : f32} : () -> f32
  %2 = arith.addf %0, %1 : (f32, f32) -> f32
  func.return %2 : (f32) -> ()
})

// What stands around a region is known inside it; what stands in one region is not known in the next.
// CHECK-LABEL: sym_name = "regions"
func.func {function_type = (f32, i1) -> f32, sym_name = "regions"} ({
^bb0(%x: f32, %c: i1):
  // CHECK: %[[OUTER:[0-9]+]] = arith.addf %arg0, %arg0
  %0 = arith.addf %x, %x : (f32, f32) -> f32
  // CHECK: scf.if
  %1 = scf.if %c ({
    // CHECK-NEXT: %[[INNER:[0-9]+]] = arith.mulf %[[OUTER]], %arg0
    %2 = arith.addf %x, %x : (f32, f32) -> f32
    %3 = arith.mulf %2, %x : (f32, f32) -> f32
    scf.yield %3 : (f32) -> ()
  }, {
    // CHECK: arith.mulf %[[OUTER]], %arg0
    %4 = arith.mulf %0, %x : (f32, f32) -> f32
    scf.yield %4 : (f32) -> ()
  }) : (i1) -> f32
  func.return %1 : (f32) -> ()
})

// Ops that are not known to be pure stay.
// CHECK-LABEL: sym_name = "effects"
func.func {function_type = () -> (), sym_name = "effects"} ({
  // CHECK: "test.random"
  // CHECK: "test.random"
  %0 = "test.random"() : () -> f32
  %1 = "test.random"() : () -> f32
  func.return : () -> ()
})

// Ops with equal regions are equal.
// CHECK-LABEL: sym_name = "equal_regions"
func.func {function_type = (tensor<i1>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>), sym_name = "equal_regions"} ({
^bb0(%c: tensor<i1>, %x: tensor<2xf32>):
  // CHECK:      %[[FIRST:[0-9]+]] = graph.if
  // CHECK:      %[[OTHER:[0-9]+]] = graph.if
  // CHECK-NOT:  graph.if
  // CHECK:      func.return %[[FIRST]], %[[FIRST]], %[[OTHER]]
  %0 = graph.if %c ({
    %1 = graph.exp %x : (tensor<2xf32>) -> tensor<2xf32>
    %2 = graph.sin %1 : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %2 : (tensor<2xf32>) -> ()
  }, {
    graph.yield %x : (tensor<2xf32>) -> ()
  }) : (tensor<i1>) -> tensor<2xf32>
  %3 = graph.if %c ({
    %4 = graph.exp %x : (tensor<2xf32>) -> tensor<2xf32>
    %5 = graph.sin %4 : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %5 : (tensor<2xf32>) -> ()
  }, {
    graph.yield %x : (tensor<2xf32>) -> ()
  }) : (tensor<i1>) -> tensor<2xf32>
  %6 = graph.if %c ({
    %7 = graph.exp %x : (tensor<2xf32>) -> tensor<2xf32>
    %8 = graph.sin %x : (tensor<2xf32>) -> tensor<2xf32>
    %9 = graph.add %7, %8 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    graph.yield %9 : (tensor<2xf32>) -> ()
  }, {
    graph.yield %x : (tensor<2xf32>) -> ()
  }) : (tensor<i1>) -> tensor<2xf32>
  func.return %0, %3, %6 : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
})

// A block knows what stands in the blocks that dominate it, not in those beside it.
// CHECK-LABEL: sym_name = "blocks"
func.func {function_type = (i1, f32) -> f32, sym_name = "blocks"} ({
^bb0(%c: i1, %x: f32):
  // CHECK: %[[FIRST:[0-9]+]] = arith.addf %arg1, %arg1
  %0 = arith.addf %x, %x : (f32, f32) -> f32
  "cf.cond_br"(%c)[^bb1, ^bb2] {operandSegmentSizes = array<i32: 1, 0, 0>} : (i1) -> ()
^bb1:
  // CHECK:     ^bb1
  // CHECK-NOT: arith.addf
  // CHECK:     arith.mulf %[[FIRST]], %[[FIRST]]
  %1 = arith.addf %x, %x : (f32, f32) -> f32
  %2 = arith.mulf %1, %0 : (f32, f32) -> f32
  func.return %2 : (f32) -> ()
^bb2:
  // CHECK:     ^bb2
  // CHECK:     arith.mulf %[[FIRST]], %[[FIRST]]
  %3 = arith.mulf %0, %0 : (f32, f32) -> f32
  func.return %3 : (f32) -> ()
})
