// RUN: kiln-opt %s --pass-pipeline='builtin.module(fold-constants{keep-bytes=true},recompose-quantized,fold-constants,dce)' | FileCheck %s

// CHECK: weights by column, a zero on the left
func.func {sym_name = "weights", function_type = (tensor<?x4xui8, #kiln.dims<[M, 4]>>) -> tensor<?x2xf32, #kiln.dims<[M, 2]>>} ({
^bb0(%q: tensor<?x4xui8, #kiln.dims<[M, 4]>>):
  %w = graph.constant {value = dense<[[1, 2], [3, 4], [5, 6], [7, 8]]> : tensor<4x2xi8>} : () -> tensor<4x2xi8>
  %sw = graph.constant {value = dense<[0.5, 0.25]> : tensor<2xf32>} : () -> tensor<2xf32>
  %z = graph.constant {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %sx = graph.constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %0 = graph.cast %q : (tensor<?x4xui8, #kiln.dims<[M, 4]>>) -> tensor<?x4xf32, #kiln.dims<[M, 4]>>
  %1 = graph.subtract %0, %z : (tensor<?x4xf32, #kiln.dims<[M, 4]>>, tensor<f32>) -> tensor<?x4xf32, #kiln.dims<[M, 4]>>
  %2 = graph.multiply %1, %sx : (tensor<?x4xf32, #kiln.dims<[M, 4]>>, tensor<f32>) -> tensor<?x4xf32, #kiln.dims<[M, 4]>>
  %3 = graph.cast %w : (tensor<4x2xi8>) -> tensor<4x2xf32>
  %4 = graph.multiply %3, %sw : (tensor<4x2xf32>, tensor<2xf32>) -> tensor<4x2xf32>
  %5 = graph.matmul %2, %4 : (tensor<?x4xf32, #kiln.dims<[M, 4]>>, tensor<4x2xf32>) -> tensor<?x2xf32, #kiln.dims<[M, 2]>>
  func.return %5 : (tensor<?x2xf32, #kiln.dims<[M, 2]>>) -> ()
}) : () -> ()
