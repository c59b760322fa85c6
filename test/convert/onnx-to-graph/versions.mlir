// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// The same operators as early opsets wrote them, with attributes where there are inputs now.
// CHECK-LABEL: sym_name = "opset_7"
// CHECK: graph.slice %arg0 {starts = #kiln.dims<[0, 1]>, steps = [1, 1]} {{.*}} -> tensor<4x3xf32>
// CHECK: graph.pad %arg0, {{.*}}high = #kiln.dims<[0, 2]>, low = #kiln.dims<[1, 0]>, mode = "constant"
// CHECK: graph.maximum
// CHECK: graph.minimum
// CHECK: graph.reshape %arg0 {{.*}} -> tensor<4x1x6xf32>
// CHECK: graph.reduce_sum %arg0 {axes = [1]}
// CHECK: graph.slice %arg0 {{.*}} -> tensor<4x2xf32>
// CHECK: graph.slice %arg0 {{.*}} -> tensor<4x4xf32>
// CHECK: graph.top_k %arg0 {axis = 1, k = #kiln.dims<[2]>, largest = true, sorted = true}
func.func {sym_name = "opset_7", function_type = (tensor<4x6xf32>) -> ()} ({
^bb0(%x: tensor<4x6xf32>):
  %a = onnx.Slice %x {onnx.opset = 7, axes = [1], starts = [1], ends = [-2]} : (tensor<4x6xf32>) -> tensor<*x!onnx.any>
  %b = onnx.Pad %x {onnx.opset = 7, pads = [1, 0, 0, 2], value = 1.5 : f32} : (tensor<4x6xf32>) -> tensor<*x!onnx.any>
  %c = onnx.Clip %x {onnx.opset = 7, min = 0.0 : f32, max = 6.0 : f32} : (tensor<4x6xf32>) -> tensor<*x!onnx.any>
  %d = onnx.Unsqueeze %x {onnx.opset = 7, axes = [1]} : (tensor<4x6xf32>) -> tensor<*x!onnx.any>
  %e = onnx.ReduceSum %x {onnx.opset = 7, axes = [1]} : (tensor<4x6xf32>) -> tensor<*x!onnx.any>
  %f, %g = onnx.Split %x {onnx.opset = 7, axis = 1, split = [2, 4]} : (tensor<4x6xf32>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  %h, %i = onnx.TopK %x {onnx.opset = 7, k = 2} : (tensor<4x6xf32>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  func.return : () -> ()
})

// Softmax was over all axes from one on.
// CHECK-LABEL: sym_name = "softmax"
// CHECK: %[[FLAT:[0-9]+]] = graph.reshape %arg0 {{.*}} -> tensor<2x12xf32>
// CHECK: %[[SOFTMAX:[0-9]+]] = graph.softmax %[[FLAT]] {axis = 1}
// CHECK: graph.reshape %[[SOFTMAX]] {{.*}} -> tensor<2x3x4xf32>
// CHECK: graph.softmax %arg0 {axis = 2}
func.func {sym_name = "softmax", function_type = (tensor<2x3x4xf32>) -> ()} ({
^bb0(%x: tensor<2x3x4xf32>):
  %a = onnx.Softmax %x {onnx.opset = 12} : (tensor<2x3x4xf32>) -> tensor<*x!onnx.any>
  %b = onnx.Softmax %x {onnx.opset = 13} : (tensor<2x3x4xf32>) -> tensor<*x!onnx.any>
  func.return : () -> ()
})

// Upsampling took indices times the scale.
// CHECK-LABEL: sym_name = "upsample"
// CHECK: graph.resize %arg0 {coordinates = "asymmetric", mode = "nearest", nearest_mode = "floor", {{.*}} -> tensor<1x1x4x6xf32>
// CHECK: graph.resize %arg0 {coordinates = "asymmetric", mode = "linear", {{.*}} -> tensor<1x1x4x6xf32>
func.func {sym_name = "upsample", function_type = (tensor<1x1x2x3xf32>) -> ()} ({
^bb0(%x: tensor<1x1x2x3xf32>):
  %a = onnx.Upsample %x {onnx.opset = 7, scales = [1.0 : f32, 1.0 : f32, 2.0 : f32, 2.0 : f32]} : (tensor<1x1x2x3xf32>) -> tensor<*x!onnx.any>
  %scales = onnx.Constant {value = dense<[1.0, 1.0, 2.0, 2.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %b = onnx.Resize %x, %scales {onnx.opset = 10, mode = "linear"} : (tensor<1x1x2x3xf32>, tensor<4xf32>) -> tensor<*x!onnx.any>
  func.return : () -> ()
})
