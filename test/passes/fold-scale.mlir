// Scales and offsets of a channel move into weights and bias, however many follow each other.
// RUN: kiln-opt %s --fold-scale --fold-constants --dce | FileCheck %s

!x = tensor<1x1x4x4xf32>
!y = tensor<1x2x4x4xf32>

// CHECK-LABEL: sym_name = "twice"
// CHECK:      %[[W:.+]] = graph.constant {{.*}} -> tensor<2x1x1x1xf32>
// CHECK-NEXT: %[[B:.+]] = graph.constant {{.*}} -> tensor<2xf32>
// CHECK-NEXT: %[[C:.+]] = graph.conv %arg0, %[[W]], %[[B]]
// CHECK-NEXT: func.return %[[C]]
func.func {function_type = (!x) -> !y, sym_name = "twice"} ({
^bb0(%x: !x):
  %w = graph.constant {value = dense<[[[[1.0]]], [[[2.0]]]]> : tensor<2x1x1x1xf32>} : () -> tensor<2x1x1x1xf32>
  %s = graph.constant {value = dense<[[[3.0]], [[4.0]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %o = graph.constant {value = dense<[[[5.0]], [[6.0]]]> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %c = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (!x, tensor<2x1x1x1xf32>) -> !y
  %0 = graph.multiply %c, %s : (!y, tensor<2x1x1xf32>) -> !y
  %1 = graph.add %0, %o : (!y, tensor<2x1x1xf32>) -> !y
  %2 = graph.multiply %1, %s : (!y, tensor<2x1x1xf32>) -> !y
  %3 = graph.add %2, %o : (!y, tensor<2x1x1xf32>) -> !y
  func.return %3 : (!y) -> ()
})
