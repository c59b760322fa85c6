// RUN: kiln-opt %s --pass-pipeline='builtin.module(schedule{target=x86_64},memory)' --split-input-file | FileCheck %s

// A transpose that a product reads twice is in its kernel once.
// CHECK-LABEL: sym_name = "main"
// CHECK:       graph.fusion %arg0
// CHECK:         %[[T:[0-9]+]] = graph.transpose
// CHECK:         graph.matmul %[[T]], %[[T]]
// CHECK:         graph.yield
// CHECK:       func.return
func.func {function_type = (tensor<3x1x5xf32>) -> tensor<3x5x5xf32>, sym_name = "main"} ({
^bb0(%x: tensor<3x1x5xf32>):
  %t = graph.transpose %x {permutation = [0, 2, 1]} : (tensor<3x1x5xf32>) -> tensor<3x5x1xf32>
  %p = graph.matmul %t, %t {transpose_b = true} : (tensor<3x5x1xf32>, tensor<3x5x1xf32>) -> tensor<3x5x5xf32>
  func.return %p : (tensor<3x5x5xf32>) -> ()
})

// -----

// What a kernel inside a region and one after it want packed is packed before both.
// CHECK-LABEL: sym_name = "main"
// CHECK:       %[[P:[0-9]+]] = graph.fusion %arg0
// CHECK:       graph.if
// CHECK:         graph.fusion %arg0, %arg2, %[[PACKED:[0-9]+]] {
// CHECK:       graph.fusion %arg0, %[[PACKED]] {
// CHECK:       func.return
func.func {function_type = (tensor<2x1xf32>, tensor<i1>, tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>), sym_name = "main"} ({
^bb0(%x: tensor<2x1xf32>, %c: tensor<i1>, %y: tensor<2x2xf32>):
  %r = graph.if %c ({
    %p = graph.matmul %x, %x {transpose_b = true} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
    %s = graph.add %p, %y : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
    graph.yield %s : (tensor<2x2xf32>) -> ()
  }, {
    graph.yield %y : (tensor<2x2xf32>) -> ()
  }) : (tensor<i1>) -> tensor<2x2xf32>
  %q = graph.matmul %x, %x {transpose_b = true} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x2xf32>
  func.return %r, %q : (tensor<2x2xf32>, tensor<2x2xf32>) -> ()
})

// -----

// A concatenation that nobody uses gives no kernel a place to write to.
// CHECK-LABEL: sym_name = "main"
// CHECK-NOT:   results_within
// CHECK:       func.return
func.func {function_type = (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>, sym_name = "main"} ({
^bb0(%x: tensor<2x3x4xf32>):
  %a = graph.softmax %x {axis = 1} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %b = graph.softmax %a {axis = 2} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %c = graph.concat %a, %b {axis = 2} : (tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<2x3x8xf32>
  %r = graph.softmax %b {axis = 0} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  func.return %r : (tensor<2x3x4xf32>) -> ()
})

// -----

// A factor of one element stands inside a kernel, which then is none that reads through transposes.
// CHECK-LABEL: sym_name = "main"
// CHECK:       graph.fusion
// CHECK-NEXT:  ^bb0
// CHECK-NEXT:    graph.transpose
// CHECK-NEXT:    graph.yield
// CHECK:       graph.matmul
// CHECK:       func.return
func.func {function_type = (tensor<3x1x2xf32>) -> tensor<3x2x1xf32>, sym_name = "main"} ({
^bb0(%x: tensor<3x1x2xf32>):
  %t = graph.transpose %x {permutation = [0, 2, 1]} : (tensor<3x1x2xf32>) -> tensor<3x2x1xf32>
  %c = graph.constant {value = dense<2.5> : tensor<1x1xf32>} : () -> tensor<1x1xf32>
  %p = graph.matmul %t, %c : (tensor<3x2x1xf32>, tensor<1x1xf32>) -> tensor<3x2x1xf32>
  func.return %p : (tensor<3x2x1xf32>) -> ()
})
