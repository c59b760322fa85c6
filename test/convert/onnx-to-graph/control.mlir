// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// The branch of a condition that is known stands in its place.
// CHECK-LABEL: sym_name = "known"
// CHECK-NOT: graph.if
// CHECK: graph.abs %arg0
func.func {sym_name = "known", function_type = (tensor<2x3xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2x3xf32>):
  %size = onnx.Size %x : (tensor<2x3xf32>) -> tensor<i64>
  %five = onnx.Constant {value = dense<5> : tensor<i64>} : () -> tensor<i64>
  %small = onnx.Less %size, %five : (tensor<i64>, tensor<i64>) -> tensor<i1>
  %y = onnx.If %small ({
    %a = onnx.Relu %x : (tensor<2x3xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %a : (tensor<*x!onnx.any>) -> ()
  }, {
    %b = onnx.Abs %x : (tensor<2x3xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %b : (tensor<*x!onnx.any>) -> ()
  }) : (tensor<i1>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// CHECK-LABEL: sym_name = "unknown"
// CHECK: %[[Y:[0-9]+]] = graph.if %arg1 ({
// CHECK: graph.relu %arg0
// CHECK: graph.yield
// CHECK: }, {
// CHECK: graph.abs %arg0
// CHECK: graph.yield
// CHECK: func.return %[[Y]]
func.func {sym_name = "unknown", function_type = (tensor<2xf32>, tensor<i1>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2xf32>, %c: tensor<i1>):
  %y = onnx.If %c ({
    %a = onnx.Relu %x : (tensor<2xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %a : (tensor<*x!onnx.any>) -> ()
  }, {
    %b = onnx.Abs %x : (tensor<2xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %b : (tensor<*x!onnx.any>) -> ()
  }) : (tensor<i1>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
