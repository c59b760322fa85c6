// RUN: kiln-opt %s --convert-onnx-to-graph --verify-diagnostics

// Why a loop cannot be converted: what makes it no graph.loop, and what keeps it from being unrolled.
func.func {sym_name = "refused", function_type = (tensor<2xf32>, tensor<i64>, tensor<i1>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2xf32>, %count: tensor<i64>, %go: tensor<i1>):
  %true = onnx.Constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %none = onnx.none : () -> none
  // expected-error@+1 {{Loop: nothing says how often it runs at most, so there is no room for what it stacks; nor can it be unrolled: how often the loop runs depends on data}}
  %last, %all = onnx.Loop %none, %go, %x ({
  ^bb0(%i: tensor<i64>, %goes: tensor<i1>, %a: tensor<2xf32>):
    %b = onnx.Add %a, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %go, %b, %b : (tensor<i1>, tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
  }) : (none, tensor<i1>, tensor<2xf32>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  // expected-error@+1 {{Loop: carried value 0 changes from tensor<2xf32> to tensor<4xf32> in a round; nor can it be unrolled: how often the loop runs depends on data}}
  %grown = onnx.Loop %count, %true, %x ({
  ^bb0(%i: tensor<i64>, %goes: tensor<i1>, %a: tensor<*x!onnx.any>):
    %b = onnx.Concat %a, %x {axis = 0} : (tensor<*x!onnx.any>, tensor<2xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %goes, %b : (tensor<i1>, tensor<*x!onnx.any>) -> ()
  }) : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{Loop: nothing ends the loop; nor can it be unrolled: it has more than 256 rounds}}
  %endless = onnx.Loop %none, %true, %x ({
  ^bb0(%i: tensor<i64>, %goes: tensor<i1>, %a: tensor<2xf32>):
    %b = onnx.Add %a, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %goes, %b : (tensor<i1>, tensor<*x!onnx.any>) -> ()
  }) : (none, tensor<i1>, tensor<2xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{Loop: carried value 0 changes from tensor<2xf32> to tensor<2xf64> in a round; nor can it be unrolled: how often the loop runs depends on data}}
  %other = onnx.Loop %count, %true, %x ({
  ^bb0(%i: tensor<i64>, %goes: tensor<i1>, %a: tensor<2xf32>):
    %b = onnx.Cast %a {to = 11} : (tensor<2xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %goes, %b : (tensor<i1>, tensor<*x!onnx.any>) -> ()
  }) : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> tensor<*x!onnx.any>
  func.return %last : (tensor<*x!onnx.any>) -> ()
})
