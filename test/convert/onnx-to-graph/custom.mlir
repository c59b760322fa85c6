// Operators that the user binds to C functions, or to rules.
// RUN: kiln-opt %s --split-input-file --pass-pipeline='builtin.module(convert-onnx-to-graph{custom-ops=com.example.Pair=pair,Erf=my_erf rules=%S/custom.rules})' | FileCheck %s

// An input that is left out, parameters, results of the types that the model says, or of the first input's.
// CHECK: graph.custom %arg0, %arg1 {absent = [1], callee = "pair", operator = "com.example.Pair", parameters = {axes = [0, 1], mode = "a"}}
// CHECK-SAME: -> (tensor<?xf32, #kiln.dims<[N]>>, tensor<?x4xf32, #kiln.dims<[N, 4]>>)
func.func {sym_name = "pair", function_type = (tensor<?x4xf32, #kiln.dims<[N, 4]>>, tensor<i64>) -> (tensor<?xf32, #kiln.dims<[N]>>, tensor<*x!onnx.any>)} ({
^bb0(%x: tensor<?x4xf32, #kiln.dims<[N, 4]>>, %s: tensor<i64>):
  %none = onnx.none : () -> none
  %y:2 = "onnx.com.example.Pair"(%x, %none, %s) {axes = [0, 1], mode = "a", onnx.opset = 1} : (tensor<?x4xf32, #kiln.dims<[N, 4]>>, none, tensor<i64>) -> (tensor<?xf32, #kiln.dims<[N]>>, tensor<*x!onnx.any>)
  func.return %y#0, %y#1 : (tensor<?xf32, #kiln.dims<[N]>>, tensor<*x!onnx.any>) -> ()
})

// -----

// An operator that Kiln knows, too.
// CHECK: graph.custom %arg0 {callee = "my_erf", operator = "Erf", parameters = {}}
func.func {sym_name = "known", function_type = (tensor<4xf32>) -> tensor<4xf32>} ({
^bb0(%x: tensor<4xf32>):
  %y = onnx.Erf %x : (tensor<4xf32>) -> tensor<4xf32>
  func.return %y : (tensor<4xf32>) -> ()
})

// -----

// The type is that of what the rule makes.
// CHECK: %[[S:.*]] = graph.relu %arg0
// CHECK: graph.reduce_sum %[[S]] {axes = [1]} : (tensor<2x4xf32>) -> tensor<2x1xf32>
func.func {sym_name = "ruled", function_type = (tensor<2x4xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2x4xf32>):
  %y = "onnx.com.example.SumRelu"(%x) {axis = 1} : (tensor<2x4xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
