// What does not fit operators that the user binds.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics --pass-pipeline='builtin.module(convert-onnx-to-graph{custom-ops=a.F=f rules=%S/custom.rules})'

func.func {sym_name = "main", function_type = (tensor<2x4xf32>, tensor<2x!graph.string>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2x4xf32>, %s: tensor<2x!graph.string>):
  // expected-error@+1 {{com.example.SumRelu: no rule applies: rule 'sum-relu': attribute 'keep', not mentioned here, is set}}
  %y = "onnx.com.example.SumRelu"(%x) {axis = 1, keep = 1} : (tensor<2x4xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{a.F: a C function cannot be given strings}}
  %a = "onnx.a.F"(%s) : (tensor<2x!graph.string>) -> tensor<2xf32>
  // expected-error@+1 {{a.F: the type of output 0 is not known; its type can be said behind the function's name}}
  %b = "onnx.a.F"() : () -> tensor<*x!onnx.any>
  // expected-error@+1 {{a.F: output 0 has the extents [N], and no input has an extent N; its type can be said behind the function's name}}
  %c = "onnx.a.F"(%x) : (tensor<2x4xf32>) -> tensor<?xf32, #kiln.dims<[N]>>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
