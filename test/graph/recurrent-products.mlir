// RUN: kiln-opt %s --fold-constants | FileCheck %s

// A layer without 'w' takes its products as they are: those of the second direction follow those of the first.
// CHECK-LABEL: sym_name = "main"
// CHECK:       dense<{{\[\[\[\[}}1.0e+00]], {{\[\[}}4.0e+00]]], {{\[\[\[}}3.0e+00]], {{\[\[}}2.0e+00]]]]> : tensor<2x2x1x1xf32>
func.func {function_type = () -> tensor<2x2x1x1xf32>, sym_name = "main"} ({
  %x = graph.constant {value = dense<[[[1.0, 2.0]], [[2.0, 2.0]]]> : tensor<2x1x2xf32>} : () -> tensor<2x1x2xf32>
  %r = graph.constant {value = dense<1.0> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %y, %h = graph.rnn %x, %r {operandSegmentSizes = array<i32: 1, 0, 1, 0, 0, 0>, hidden_size = 1, direction = "bidirectional", activations = ["Relu", "Relu"]} : (tensor<2x1x2xf32>, tensor<2x1x1xf32>) -> (tensor<2x2x1x1xf32>, tensor<2x1x1xf32>)
  func.return %y : (tensor<2x2x1x1xf32>) -> ()
}) : () -> ()
