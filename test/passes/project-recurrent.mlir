// RUN: kiln-opt %s --project-recurrent --split-input-file | FileCheck %s

// The products of inputs are one matrix product over all steps, batch items, directions and gates.
// CHECK-LABEL: sym_name = "main"
// CHECK:       %[[W:[0-9]+]] = graph.reshape %arg1 : (tensor<2x6x3xf32>) -> tensor<12x3xf32>
// CHECK:       %[[P:[0-9]+]] = graph.matmul %arg0, %[[W]] {transpose_b = true} : (tensor<?x4x3xf32, #kiln.dims<[T, 4, 3]>>, tensor<12x3xf32>) -> tensor<?x4x12xf32, #kiln.dims<[T, 4, 12]>>
// CHECK:       graph.gru %[[P]], %arg2 {
// CHECK-SAME:    operandSegmentSizes = array<i32: 1, 0, 1, 0, 0, 0>
!x = tensor<?x4x3xf32, #kiln.dims<[T, 4, 3]>>
!y = tensor<?x2x4x2xf32, #kiln.dims<[T, 2, 4, 2]>>
func.func {function_type = (!x, tensor<2x6x3xf32>, tensor<2x6x2xf32>) -> !y, sym_name = "main"} ({
^bb0(%x: !x, %w: tensor<2x6x3xf32>, %r: tensor<2x6x2xf32>):
  %y, %h = graph.gru %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, hidden_size = 2, direction = "bidirectional"} : (!x, tensor<2x6x3xf32>, tensor<2x6x2xf32>) -> (!y, tensor<2x4x2xf32>)
  func.return %y : (!y) -> ()
}) : () -> ()

// -----

// Weights that are known stay so.
// CHECK-LABEL: sym_name = "main"
// CHECK:       %[[W:[0-9]+]] = graph.constant {value = dense<{{\[\[}}5.0e-01], [2.5e-01]]> : tensor<2x1xf32>}
// CHECK:       %[[P:[0-9]+]] = graph.matmul %arg0, %[[W]]
// CHECK:       graph.rnn %[[P]], %arg1, %arg2 {
!x = tensor<1x5x1xf32>
func.func {function_type = (!x, tensor<1x2x2xf32>, tensor<1x4xf32>) -> tensor<1x5x1x2xf32>, sym_name = "main"} ({
^bb0(%x: !x, %r: tensor<1x2x2xf32>, %b: tensor<1x4xf32>):
  %w = graph.constant {value = dense<[[[0.5], [0.25]]]> : tensor<1x2x1xf32>} : () -> tensor<1x2x1xf32>
  %y, %h = graph.rnn %x, %w, %r, %b {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0>, hidden_size = 2, layout = 1} : (!x, tensor<1x2x1xf32>, tensor<1x2x2xf32>, tensor<1x4xf32>) -> (tensor<1x5x1x2xf32>, tensor<1x1x2xf32>)
  func.return %y : (tensor<1x5x1x2xf32>) -> ()
}) : () -> ()
