// RUN: kiln-opt %s --convert-onnx-to-graph --verify-diagnostics

// Everything that cannot be converted is reported in one run, and nothing because of it.
func.func {sym_name = "main", function_type = (tensor<4xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<4xf32>):
  // expected-error@+1 {{com.microsoft.Inverse: the last two axes must be those of square matrices}}
  %places = onnx.com.microsoft.Inverse %x {onnx.opset = 1} : (tensor<4xf32>) -> tensor<*x!onnx.any>
  %used = onnx.Squeeze %places : (tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  %shape = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  // expected-error@+1 {{Reshape: a tensor of shape [4] cannot be reshaped to [3]}}
  %three = onnx.Reshape %x, %shape : (tensor<4xf32>, tensor<1xi64>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{Softmax: axis 3 is out of range for rank 1}}
  %y = onnx.Softmax %x {axis = 3} : (tensor<4xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{Upsample: this operator is not known in opset 28}}
  %z = onnx.Upsample %x : (tensor<4xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
