// RUN: kiln-opt %s --convert-onnx-to-graph --verify-diagnostics

!x = tensor<1x2x4x4xf32>
!w = tensor<1x2x2x2xf32>
func.func {sym_name = "main", function_type = (!x, !w) -> ()} ({
^bb0(%x: !x, %w: !w):
  %y = onnx.Conv %x, %w : (!x, !w) -> tensor<*x!onnx.any>
  // expected-error@+1 {{ai.onnx.preview.training.Gradient: graph.conv: no rule says what its derivative is}}
  %a = onnx.ai.onnx.preview.training.Gradient %x, %x, %y {xs = ["x"], y = "y"} : (!x, !x, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  %z = onnx.Exp %x : (!x) -> tensor<*x!onnx.any>
  // expected-error@+1 {{ai.onnx.preview.training.Gradient: xs and zs name 2 tensors, so there must be as many inputs}}
  %b = onnx.ai.onnx.preview.training.Gradient %x, %x, %z {xs = ["x"], zs = ["w"], y = "z"} : (!x, !x, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{input 0 must be a tensor<1x2x4x4xf32>, as the tensor it stands for, not a tensor<1x2x2x2xf32>}}
  %c = onnx.ai.onnx.preview.training.Gradient %w, %x, %z {xs = ["x"], y = "z"} : (!w, !x, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  %i = onnx.Cast %z {to = 7} : (tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{ai.onnx.preview.training.Gradient: y must be a tensor of floats}}
  %d = onnx.ai.onnx.preview.training.Gradient %x, %x, %i {xs = ["x"], y = "i"} : (!x, !x, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  %r = onnx.Constant {value = dense<[3, 1]> : tensor<2xi64>} : () -> tensor<2xi64>
  %s = onnx.Constant {value = dense<[0, 0]> : tensor<2xi64>} : () -> tensor<2xi64>
  %t = onnx.Constant {value = dense<[2, 3]> : tensor<2xi64>} : () -> tensor<2xi64>
  %u = onnx.Constant {value = dense<[2, 1]> : tensor<2xi64>} : () -> tensor<2xi64>
  %every = onnx.Slice %x, %s, %r, %t, %u : (!x, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>, tensor<2xi64>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{ai.onnx.preview.training.Gradient: graph.slice: there is a rule for steps of 1 only}}
  %e = onnx.ai.onnx.preview.training.Gradient %x, %x, %every {xs = ["x"], y = "every"} : (!x, !x, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  func.return : () -> ()
})
