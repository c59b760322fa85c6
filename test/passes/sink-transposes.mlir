// RUN: kiln-opt %s --sink-transposes --dce | FileCheck %s

// A channel shuffle between channels-last ops: one transpose of the two axes that the channels are split into.
// CHECK-LABEL: sym_name = "shuffle"
func.func {function_type = (tensor<1x5x7x12xf32>) -> tensor<1x5x7x12xf32>, sym_name = "shuffle"} ({
^bb0(%x: tensor<1x5x7x12xf32>):
  // CHECK:      %[[SPLIT:[0-9]+]] = graph.reshape %arg0 : (tensor<1x5x7x12xf32>) -> tensor<1x5x7x3x4xf32>
  // CHECK-NEXT: %[[MOVED:[0-9]+]] = graph.transpose %[[SPLIT]] {permutation = [0, 1, 2, 4, 3]}
  // CHECK-NEXT: %[[WHOLE:[0-9]+]] = graph.reshape %[[MOVED]] : (tensor<1x5x7x4x3xf32>) -> tensor<1x5x7x12xf32>
  // CHECK-NEXT: func.return %[[WHOLE]]
  %0 = graph.reshape %x : (tensor<1x5x7x12xf32>) -> tensor<1x5x7x3x4xf32>
  %1 = graph.transpose %0 {permutation = [0, 4, 3, 1, 2]} : (tensor<1x5x7x3x4xf32>) -> tensor<1x4x3x5x7xf32>
  %2 = graph.reshape %1 : (tensor<1x4x3x5x7xf32>) -> tensor<1x12x5x7xf32>
  %3 = graph.transpose %2 {permutation = [0, 2, 3, 1]} : (tensor<1x12x5x7xf32>) -> tensor<1x5x7x12xf32>
  func.return %3 : (tensor<1x5x7x12xf32>) -> ()
})

// Axes that the reshape splits are moved apart: nothing to be had.
// CHECK-LABEL: sym_name = "apart"
func.func {function_type = (tensor<6x5x7xf32>) -> tensor<2x5x7x3xf32>, sym_name = "apart"} ({
^bb0(%x: tensor<6x5x7xf32>):
  // CHECK:      graph.transpose %arg0 {permutation = [2, 1, 0]}
  // CHECK-NEXT: graph.reshape
  // CHECK-NEXT: graph.transpose
  %0 = graph.transpose %x {permutation = [2, 1, 0]} : (tensor<6x5x7xf32>) -> tensor<7x5x6xf32>
  %1 = graph.reshape %0 : (tensor<7x5x6xf32>) -> tensor<35x2x3xf32>
  %2 = graph.transpose %1 {permutation = [1, 0, 2]} : (tensor<35x2x3xf32>) -> tensor<2x35x3xf32>
  %3 = graph.reshape %2 : (tensor<2x35x3xf32>) -> tensor<2x5x7x3xf32>
  func.return %3 : (tensor<2x5x7x3xf32>) -> ()
})
