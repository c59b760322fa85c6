// What the verifier says about recurrent layers of products.
// RUN: kiln-opt %s --verify-diagnostics

func.func {function_type = (tensor<5x1x7xf32>, tensor<1x8x2xf32>) -> tensor<5x1x1x2xf32>, sym_name = "main"} ({
^bb0(%x: tensor<5x1x7xf32>, %r: tensor<1x8x2xf32>):
  // expected-error@+1 {{graph.lstm: without 'w', x holds the products of all gates: 8 for each step, not 7}}
  %y, %h, %c = graph.lstm %x, %r {operandSegmentSizes = array<i32: 1, 0, 1, 0, 0, 0, 0, 0>, hidden_size = 2} : (tensor<5x1x7xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
  func.return %y : (tensor<5x1x1x2xf32>) -> ()
}) : () -> ()
