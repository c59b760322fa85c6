// RUN: kiln-opt %s --convert-tflite-to-graph --dce | FileCheck %s

// Tensors stay as they are; padding and activations become explicit.
// CHECK-LABEL: sym_name = "conv"
// CHECK:      %[[FILTER:[0-9]+]] = graph.transpose %arg1 {permutation = [0, 3, 1, 2]}
// CHECK:      graph.conv %arg0, %[[FILTER]], %arg2
// CHECK-SAME: layout = "channels_last", pad_high = [1, 1], pad_low = [0, 1]
// CHECK:      graph.relu
func.func {sym_name = "conv", function_type = (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<*x!tflite.any>} ({
^bb0(%x: tensor<1x8x8x3xf32>, %w: tensor<4x3x3x3xf32>, %b: tensor<4xf32>):
  %y = tflite.CONV_2D %x, %w, %b {stride_h = 2, stride_w = 1, fused_activation_function = "RELU"} : (tensor<1x8x8x3xf32>, tensor<4x3x3x3xf32>, tensor<4xf32>) -> tensor<*x!tflite.any>
  func.return %y : (tensor<*x!tflite.any>) -> ()
})

// Where extents are open, padding is an op of its own.
// CHECK-LABEL: sym_name = "open"
// CHECK: graph.pad %arg0, %{{[0-9]+}}
// CHECK: graph.max_pool
func.func {sym_name = "open", function_type = (tensor<1x?x8x3xf32, #kiln.dims<[1, H, 8, 3]>>) -> tensor<*x!tflite.any>} ({
^bb0(%x: tensor<1x?x8x3xf32, #kiln.dims<[1, H, 8, 3]>>):
  %y = tflite.MAX_POOL_2D %x {stride_h = 2, stride_w = 2, filter_height = 3, filter_width = 2} : (tensor<1x?x8x3xf32, #kiln.dims<[1, H, 8, 3]>>) -> tensor<*x!tflite.any>
  func.return %y : (tensor<*x!tflite.any>) -> ()
})
