// What the verifier says about onnx: attributes; everything else the conversions check.
// RUN: kiln-opt %s --verify-diagnostics

%x = "test.value"() : () -> tensor<*x!onnx.any>
// expected-error@+1 {{onnx.Conv: attribute 'pads' must be an array of integers, not "SAME"}}
%0 = onnx.Conv %x, %x {pads = "SAME"} : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
// expected-error@+1 {{onnx.Concat: attribute 'axis' must be an integer, not 1.5e+00}}
%1 = onnx.Concat %x, %x {axis = 1.5} : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
// expected-error@+1 {{onnx.LeakyRelu: attribute 'alpha' must be a float, not 1}}
%2 = onnx.LeakyRelu %x {alpha = 1} : (tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
// expected-error@+1 {{onnx.Cast: attribute 'to' is missing}}
%3 = onnx.Cast %x : (tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
// expected-error@+1 {{onnx.LSTM: attribute 'activations' must be an array of strings, not "Tanh"}}
%4 = onnx.LSTM %x {activations = "Tanh"} : (tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
// expected-error@+1 {{onnx.Conv: attribute 'auto_pad' must be a string, not 1}}
%5 = onnx.Conv %x, %x {auto_pad = 1} : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
