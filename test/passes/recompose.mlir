// What exporters scatter becomes one op, scale and offset included.
// RUN: kiln-opt %s --recompose | FileCheck %s

// CHECK-LABEL: sym_name = "norm"
func.func {function_type = (tensor<2x5xf32>) -> tensor<2x5xf32>, sym_name = "norm"} ({
^bb0(%x: tensor<2x5xf32>):
  // CHECK:      graph.layer_norm %arg0, %{{[0-9]+}}, %{{[0-9]+}} {axis = 1, epsilon = 1.0e+00}
  // CHECK-NEXT: func.return
  %mean = graph.reduce_mean %x {axes = [1]} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %c = graph.subtract %x, %mean : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32>
  %q = graph.multiply %c, %c : (tensor<2x5xf32>, tensor<2x5xf32>) -> tensor<2x5xf32>
  %v = graph.reduce_mean %q {axes = [1]} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %e = graph.constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %o = graph.add %e, %v : (tensor<f32>, tensor<2x1xf32>) -> tensor<2x1xf32>
  %r = graph.sqrt %o : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %n = graph.divide %c, %r : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32>
  %s = graph.constant {value = dense<[1.0, 2.0, 3.0, 4.0, 5.0]> : tensor<5xf32>} : () -> tensor<5xf32>
  %m = graph.multiply %s, %n : (tensor<5xf32>, tensor<2x5xf32>) -> tensor<2x5xf32>
  %b = graph.constant {value = dense<[[5.0, 4.0, 3.0, 2.0, 1.0]]> : tensor<1x5xf32>} : () -> tensor<1x5xf32>
  %y = graph.add %m, %b : (tensor<2x5xf32>, tensor<1x5xf32>) -> tensor<2x5xf32>
  func.return %y : (tensor<2x5xf32>) -> ()
})

// The mean is over the first axis: no layer norm.
// CHECK-LABEL: sym_name = "another_axis"
func.func {function_type = (tensor<2x5xf32>) -> tensor<2x5xf32>, sym_name = "another_axis"} ({
^bb0(%x: tensor<2x5xf32>):
  // CHECK:     graph.reduce_mean
  // CHECK-NOT: layer_norm
  %mean = graph.reduce_mean %x {axes = [0]} : (tensor<2x5xf32>) -> tensor<1x5xf32>
  %c = graph.subtract %x, %mean : (tensor<2x5xf32>, tensor<1x5xf32>) -> tensor<2x5xf32>
  %q = graph.multiply %c, %c : (tensor<2x5xf32>, tensor<2x5xf32>) -> tensor<2x5xf32>
  %v = graph.reduce_mean %q {axes = [0]} : (tensor<2x5xf32>) -> tensor<1x5xf32>
  %e = graph.constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %o = graph.add %v, %e : (tensor<1x5xf32>, tensor<f32>) -> tensor<1x5xf32>
  %r = graph.sqrt %o : (tensor<1x5xf32>) -> tensor<1x5xf32>
  %n = graph.divide %c, %r : (tensor<2x5xf32>, tensor<1x5xf32>) -> tensor<2x5xf32>
  func.return %n : (tensor<2x5xf32>) -> ()
})
