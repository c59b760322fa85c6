// RUN: kiln-opt %s --pass-pipeline='builtin.module(fold-constants{keep-bytes=true},recompose-quantized,fold-constants,dce)' | FileCheck %s

// Weights by column; the zero of the left operand becomes a constant for each column.
// CHECK-LABEL: sym_name = "weights"
// CHECK: %[[W:.*]] = graph.constant {{.*}} tensor<4x2xi8>
// CHECK: %[[P:.*]] = graph.matmul %arg0, %[[W]] {widening = true}
// CHECK: %[[C:.*]] = graph.constant {value = dense<[48, 60]> : tensor<2xi32>}
// CHECK: graph.subtract %[[P]], %[[C]]
// CHECK: graph.constant {value = dense<[1.0e+00, 5.0e-01]>
// CHECK-NOT: graph.matmul
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

// Padding stands for zero; a bias that is a multiple of the scales is added to the sums. The scale of the quantization
// that follows is part of that of the product.
// CHECK-LABEL: sym_name = "convolution"
// CHECK: %[[B:.*]] = graph.constant {value = dense<[3, -2]> : tensor<2xi32>}
// CHECK: %[[P:.*]] = graph.conv %arg0, {{.*}}, %[[B]] {{.*}} pad_value = 7, {{.*}}widening = true}
// CHECK: graph.subtract %[[P]], {{.*}} tensor<2x1x1xi32>
// CHECK: graph.constant {value = dense<2.5e-01>
// CHECK-NOT: graph.divide
// CHECK: graph.round
func.func {sym_name = "convolution", function_type = (tensor<1x1x4x4xui8>) -> tensor<1x2x4x4xf32>} ({
^bb0(%q: tensor<1x1x4x4xui8>):
  %w = graph.constant {value = dense<[[[[1, 2, 3], [4, 5, 6], [7, 8, 9]]], [[[1, 0, 0], [0, 1, 0], [0, 0, 1]]]]> : tensor<2x1x3x3xi8>} : () -> tensor<2x1x3x3xi8>
  %b = graph.constant {value = dense<[1.5, -1.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %z = graph.constant {value = dense<7.0> : tensor<f32>} : () -> tensor<f32>
  %s = graph.constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %sy = graph.constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %0 = graph.cast %q : (tensor<1x1x4x4xui8>) -> tensor<1x1x4x4xf32>
  %1 = graph.subtract %0, %z : (tensor<1x1x4x4xf32>, tensor<f32>) -> tensor<1x1x4x4xf32>
  %2 = graph.multiply %1, %s : (tensor<1x1x4x4xf32>, tensor<f32>) -> tensor<1x1x4x4xf32>
  %3 = graph.cast %w : (tensor<2x1x3x3xi8>) -> tensor<2x1x3x3xf32>
  %4 = graph.conv %2, %3, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_first"} : (tensor<1x1x4x4xf32>, tensor<2x1x3x3xf32>, tensor<2xf32>) -> tensor<1x2x4x4xf32>
  %5 = graph.relu %4 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  %6 = graph.divide %5, %sy : (tensor<1x2x4x4xf32>, tensor<f32>) -> tensor<1x2x4x4xf32>
  %7 = graph.round %6 : (tensor<1x2x4x4xf32>) -> tensor<1x2x4x4xf32>
  func.return %7 : (tensor<1x2x4x4xf32>) -> ()
}) : () -> ()

// What is quantized as it was before is what it was; moves work on bytes.
// CHECK-LABEL: sym_name = "moved"
// CHECK: %[[M:.*]] = graph.transpose %arg0 {{.*}} tensor<3x2xi8>
// CHECK-NEXT: func.return %[[M]]
func.func {sym_name = "moved", function_type = (tensor<2x3xi8>) -> tensor<3x2xi8>} ({
^bb0(%q: tensor<2x3xi8>):
  %z = graph.constant {value = dense<-4.0> : tensor<f32>} : () -> tensor<f32>
  %s = graph.constant {value = dense<0.1> : tensor<f32>} : () -> tensor<f32>
  %low = graph.constant {value = dense<-128.0> : tensor<f32>} : () -> tensor<f32>
  %high = graph.constant {value = dense<127.0> : tensor<f32>} : () -> tensor<f32>
  %0 = graph.cast %q : (tensor<2x3xi8>) -> tensor<2x3xf32>
  %1 = graph.subtract %0, %z : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %2 = graph.multiply %1, %s : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %3 = graph.transpose %2 {permutation = [1, 0]} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %4 = graph.divide %3, %s : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
  %5 = graph.round %4 : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %6 = graph.add %5, %z : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
  %7 = graph.maximum %6, %low : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
  %8 = graph.minimum %7, %high : (tensor<3x2xf32>, tensor<f32>) -> tensor<3x2xf32>
  %9 = graph.cast %8 : (tensor<3x2xf32>) -> tensor<3x2xi8>
  func.return %9 : (tensor<3x2xi8>) -> ()
}) : () -> ()

// Both sides are computed and have a zero: sums of rows and of columns are taken at run time.
// CHECK-LABEL: sym_name = "computed"
// CHECK: %[[P:.*]] = graph.matmul %arg0, %arg1 {widening = true}
// CHECK: %[[C:.*]] = graph.reduce_sum {{.*}} {axes = [0]}
// CHECK: %[[R:.*]] = graph.reduce_sum {{.*}} {axes = [1]}
func.func {sym_name = "computed", function_type = (tensor<2x3xui8>, tensor<3x4xui8>) -> tensor<2x4xi32>} ({
^bb0(%a: tensor<2x3xui8>, %b: tensor<3x4xui8>):
  %za = graph.constant {value = dense<5> : tensor<i32>} : () -> tensor<i32>
  %zb = graph.constant {value = dense<6> : tensor<i32>} : () -> tensor<i32>
  %0 = graph.cast %a : (tensor<2x3xui8>) -> tensor<2x3xi32>
  %1 = graph.subtract %0, %za : (tensor<2x3xi32>, tensor<i32>) -> tensor<2x3xi32>
  %2 = graph.cast %b : (tensor<3x4xui8>) -> tensor<3x4xi32>
  %3 = graph.subtract %2, %zb : (tensor<3x4xi32>, tensor<i32>) -> tensor<3x4xi32>
  %4 = graph.matmul %1, %3 : (tensor<2x3xi32>, tensor<3x4xi32>) -> tensor<2x4xi32>
  func.return %4 : (tensor<2x4xi32>) -> ()
}) : () -> ()
