// What is not supported of them.
// RUN: kiln-opt %s --convert-onnx-to-graph --verify-diagnostics

func.func {sym_name = "main", function_type = (tensor<4xf32>, tensor<3x1x2xf32>, tensor<1x2x16xi8>, tensor<1x4x16xi8>, tensor<1xf32>, tensor<1xi8>, tensor<1xi32>) -> tensor<4xf32>} ({
^bb0(%x: tensor<4xf32>, %s: tensor<3x1x2xf32>, %w: tensor<1x2x16xi8>, %r: tensor<1x4x16xi8>, %f: tensor<1xf32>, %z: tensor<1xi8>, %l: tensor<1xi32>):
  // expected-error@+1 {{com.microsoft.Rfft: a normalized transform is not supported}}
  %a = onnx.com.microsoft.Rfft %x {normalized = 1, onesided = 1, signal_ndim = 1, onnx.opset = 1} : (tensor<4xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.Rfft: a tensor of rank 1 holds no signal of 2 axes}}
  %b = onnx.com.microsoft.Rfft %x {normalized = 0, onesided = 1, signal_ndim = 2, onnx.opset = 1} : (tensor<4xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.Irfft: a tensor of rank 1 holds no transform of 1 axes}}
  %c = onnx.com.microsoft.Irfft %x {normalized = 0, onesided = 1, signal_ndim = 1, onnx.opset = 1} : (tensor<4xf32>) -> tensor<*x!onnx.any>
  %none = onnx.none : () -> none
  // expected-error@+1 {{com.microsoft.DynamicQuantizeLSTM: sequence lengths are not supported}}
  %d = onnx.com.microsoft.DynamicQuantizeLSTM %s, %w, %r, %none, %l, %none, %none, %none, %f, %z, %f, %z {hidden_size = 4, onnx.opset = 1} : (tensor<3x1x2xf32>, tensor<1x2x16xi8>, tensor<1x4x16xi8>, none, tensor<1xi32>, none, none, none, tensor<1xf32>, tensor<1xi8>, tensor<1xf32>, tensor<1xi8>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.DynamicQuantizeLSTM: activation "Relu" where "Sigmoid" is usual is not supported}}
  %e = onnx.com.microsoft.DynamicQuantizeLSTM %s, %w, %r, %none, %none, %none, %none, %none, %f, %z, %f, %z {activations = ["Relu", "Tanh", "Tanh"], hidden_size = 4, onnx.opset = 1} : (tensor<3x1x2xf32>, tensor<1x2x16xi8>, tensor<1x4x16xi8>, none, none, none, none, none, tensor<1xf32>, tensor<1xi8>, tensor<1xf32>, tensor<1xi8>) -> tensor<*x!onnx.any>
  func.return %x : (tensor<4xf32>) -> ()
})
