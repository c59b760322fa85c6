// RUN: kiln-opt %s --fold-constants --split-input-file --verify-diagnostics | FileCheck %s

// A layer without 'w' takes its products as they are: those of the second direction follow those of the first.
// CHECK-LABEL: sym_name = "main"
// CHECK:       dense<{{\[\[\[\[}}1.0]], {{\[\[}}4.0]]], {{\[\[\[}}3.0]], {{\[\[}}2.0]]]]> : tensor<2x2x1x1xf32>
func.func {function_type = () -> tensor<2x2x1x1xf32>, sym_name = "main"} ({
  %x = graph.constant {value = dense<[[[1.0, 2.0]], [[2.0, 2.0]]]> : tensor<2x1x2xf32>} : () -> tensor<2x1x2xf32>
  %r = graph.constant {value = dense<1.0> : tensor<2x1x1xf32>} : () -> tensor<2x1x1xf32>
  %y, %h = graph.rnn %x, %r {operandSegmentSizes = array<i32: 1, 0, 1, 0, 0, 0>, hidden_size = 1, direction = "bidirectional", activations = ["Relu", "Relu"]} : (tensor<2x1x2xf32>, tensor<2x1x1xf32>) -> (tensor<2x2x1x1xf32>, tensor<2x1x1xf32>)
  func.return %y : (tensor<2x2x1x1xf32>) -> ()
}) : () -> ()

// -----

func.func {function_type = (tensor<5x1x7xf32>, tensor<1x8x2xf32>) -> tensor<5x1x1x2xf32>, sym_name = "main"} ({
^bb0(%x: tensor<5x1x7xf32>, %r: tensor<1x8x2xf32>):
  // expected-error @+1 {{without 'w', x holds the products of all gates: 8 for each step, not 7}}
  %y, %h, %c = graph.lstm %x, %r {operandSegmentSizes = array<i32: 1, 0, 1, 0, 0, 0, 0, 0>, hidden_size = 2} : (tensor<5x1x7xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
  func.return %y : (tensor<5x1x1x2xf32>) -> ()
}) : () -> ()
