// Operators of onnxruntime that have no kernel of its for this processor, so that no case compares them.
// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// The softmax goes over all axes from the second one on.
// CHECK-LABEL: sym_name = "bias_softmax"
// CHECK: %[[S:.*]] = graph.add %arg0, %arg1
// CHECK: %[[F:.*]] = graph.reshape %[[S]] : (tensor<2x3x4xf32>) -> tensor<2x12xf32>
// CHECK: %[[Y:.*]] = graph.softmax %[[F]] {axis = 1}
// CHECK: graph.reshape %[[Y]] : (tensor<2x12xf32>) -> tensor<2x3x4xf32>
func.func {sym_name = "bias_softmax", function_type = (tensor<2x3x4xf32>, tensor<2x1x4xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2x3x4xf32>, %b: tensor<2x1x4xf32>):
  %y = onnx.com.microsoft.BiasSoftmax %x, %b {axis = 1, is_inner_broadcast = 1, onnx.opset = 1} : (tensor<2x3x4xf32>, tensor<2x1x4xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// There and back, along two axes.
// CHECK-LABEL: sym_name = "transforms"
// CHECK: func.return %{{.*}}, %{{.*}} : (tensor<2x8x5x2xf32>, tensor<2x8x8xf32>)
func.func {sym_name = "transforms", function_type = (tensor<2x8x8xf32>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%x: tensor<2x8x8xf32>):
  %y = onnx.com.microsoft.Rfft %x {normalized = 0, onesided = 1, signal_ndim = 2, onnx.opset = 1} : (tensor<2x8x8xf32>) -> tensor<*x!onnx.any>
  %z = onnx.com.microsoft.Irfft %y {normalized = 0, onesided = 1, signal_ndim = 2, onnx.opset = 1} : (tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  func.return %y, %z : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})
