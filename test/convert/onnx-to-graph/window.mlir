// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// Automatic padding is made explicit; the odd one goes to the end.
// CHECK-LABEL: sym_name = "same"
// CHECK: graph.conv %arg0, %arg1 {{.*}}pad_high = [1, 1]{{.*}}pad_low = [0, 0]{{.*}} -> tensor<1x8x4x4xf32>
func.func {sym_name = "same", function_type = (tensor<1x3x8x8xf32>, tensor<8x3x3x3xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<1x3x8x8xf32>, %w: tensor<8x3x3x3xf32>):
  %y = onnx.Conv %x, %w {auto_pad = "SAME_UPPER", strides = [2, 2]} : (tensor<1x3x8x8xf32>, tensor<8x3x3x3xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Padding that depends on a symbolic extent is an op of its own.
// CHECK-LABEL: sym_name = "symbolic"
// CHECK: %[[PADDED:[0-9]+]] = graph.pad %arg0
// CHECK: graph.conv %[[PADDED]], %arg1 {{.*}}pad_high = [0]{{.*}}pad_low = [0]
func.func {sym_name = "symbolic", function_type = (tensor<1x3x?xf32, #kiln.dims<[1, 3, W]>>, tensor<8x3x3xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<1x3x?xf32, #kiln.dims<[1, 3, W]>>, %w: tensor<8x3x3xf32>):
  %y = onnx.Conv %x, %w {auto_pad = "SAME_UPPER", strides = [2]} : (tensor<1x3x?xf32, #kiln.dims<[1, 3, W]>>, tensor<8x3x3xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Rounding up is padding that never counts.
// CHECK-LABEL: sym_name = "ceil"
// CHECK: graph.average_pool %arg0 {ceil_extra = [1, 1]{{.*}}pad_high = [1, 1]{{.*}} -> tensor<1x3x4x4xf32>
func.func {sym_name = "ceil", function_type = (tensor<1x3x8x8xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<1x3x8x8xf32>):
  %y = onnx.AveragePool %x {ceil_mode = 1, kernel_shape = [3, 3], strides = [2, 2]} : (tensor<1x3x8x8xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
