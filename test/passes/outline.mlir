// Transposes around a matrix product belong to its kernel, where its operands stay runs in memory.
// RUN: kiln-opt %s --outline | FileCheck %s

!x = tensor<2x5x3x4xf32>
!q = tensor<2x3x5x4xf32>
!k = tensor<2x3x4x5xf32>
!s = tensor<2x3x5x5xf32>

// CHECK-LABEL: sym_name = "heads"
// CHECK:       graph.fusion %arg0, %arg1
// CHECK-NOT:   graph.fusion
// CHECK:       graph.transpose {{.*}} {permutation = [0, 2, 1, 3]}
// CHECK:       graph.transpose {{.*}} {permutation = [0, 2, 3, 1]}
// CHECK:       graph.matmul
// CHECK:       graph.relu
// CHECK:       graph.fusion
// CHECK-NOT:   graph.fusion
// CHECK:       graph.matmul
// CHECK-NEXT:  graph.transpose
// CHECK-NOT:   graph.fusion
// CHECK:       func.return
func.func {function_type = (!x, !x, !q) -> !x, sym_name = "heads"} ({
^bb0(%x: !x, %y: !x, %v: !q):
  %q = graph.transpose %x {permutation = [0, 2, 1, 3]} : (!x) -> !q
  %k = graph.transpose %y {permutation = [0, 2, 3, 1]} : (!x) -> !k
  %s = graph.matmul %q, %k : (!q, !k) -> !s
  %r = graph.relu %s : (!s) -> !s
  %p = graph.matmul %r, %v : (!s, !q) -> !q
  %t = graph.transpose %p {permutation = [0, 2, 1, 3]} : (!q) -> !x
  func.return %t : (!x) -> ()
})

// Neither axis of the matrices is the last in memory: the transpose is a kernel of its own.
// CHECK-LABEL: sym_name = "apart"
// CHECK-COUNT-2: graph.fusion
func.func {function_type = (tensor<4x2x3xf32>, tensor<3x2x5xf32>) -> tensor<3x4x5xf32>, sym_name = "apart"} ({
^bb0(%x: tensor<4x2x3xf32>, %y: tensor<3x2x5xf32>):
  %t = graph.transpose %x {permutation = [2, 0, 1]} : (tensor<4x2x3xf32>) -> tensor<3x4x2xf32>
  %m = graph.matmul %t, %y : (tensor<3x4x2xf32>, tensor<3x2x5xf32>) -> tensor<3x4x5xf32>
  func.return %m : (tensor<3x4x5xf32>) -> ()
})
