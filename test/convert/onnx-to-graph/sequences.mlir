// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// Where positions are known there is nothing but the elements.
// CHECK: res_names = ["y.0", "y.1", "z"], sym_name = "list"
// CHECK: %[[Z:[0-9]+]] = graph.concat %arg1, %arg0 {axis = 0}
// CHECK: func.return %arg1, %arg0, %[[Z]]
func.func {sym_name = "list", arg_names = ["a", "b"], res_names = ["y", "z"], function_type = (tensor<2xf32>, tensor<3xf32>) -> (!onnx.seq<tensor<*xf32>>, tensor<*x!onnx.any>)} ({
^bb0(%a: tensor<2xf32>, %b: tensor<3xf32>):
  %first = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %empty = onnx.SequenceEmpty {dtype = 1} : () -> !onnx.seq<tensor<*xf32>>
  %s0 = onnx.SequenceInsert %empty, %a : (!onnx.seq<tensor<*xf32>>, tensor<2xf32>) -> !onnx.seq<tensor<*xf32>>
  %s1 = onnx.SequenceInsert %s0, %b, %first : (!onnx.seq<tensor<*xf32>>, tensor<3xf32>, tensor<i64>) -> !onnx.seq<tensor<*xf32>>
  %z = onnx.ConcatFromSequence %s1 {axis = 0} : (!onnx.seq<tensor<*xf32>>) -> tensor<*x!onnx.any>
  func.return %s1, %z : (!onnx.seq<tensor<*xf32>>, tensor<*x!onnx.any>) -> ()
})

// A position that is data: elements one after the other, of which a part is taken.
// CHECK-LABEL: sym_name = "packed"
// CHECK: %[[ALL:[0-9]+]] = graph.concat
// CHECK: graph.bind_extents %{{[0-9]+}} {most = #kiln.dims<[10, ?]>, symbols = #kiln.dims<[data.0, data.1]>}
// CHECK: graph.slice %[[ALL]] {starts = #kiln.dims<[data.0]>, steps = [1]} : (tensor<10xf32>) -> tensor<?xf32, #kiln.dims<[2 * data.1]>>
func.func {sym_name = "packed", function_type = (tensor<2x2xf32>, tensor<3x2xf32>, tensor<i64>) -> tensor<*x!onnx.any>} ({
^bb0(%a: tensor<2x2xf32>, %b: tensor<3x2xf32>, %position: tensor<i64>):
  %s = onnx.SequenceConstruct %a, %b : (tensor<2x2xf32>, tensor<3x2xf32>) -> !onnx.seq<tensor<?x2xf32>>
  %y = onnx.SequenceAt %s, %position : (!onnx.seq<tensor<?x2xf32>>, tensor<i64>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// A sequence that comes in and goes out is two tensors.
// CHECK: arg_names = ["x.elements", "x.shapes", "o.present", "o"], {{.*}}res_names = ["y.elements", "y.shapes", "p"], sym_name = "interface"
// CHECK: ^bb0(%arg0: tensor<?xf32, #kiln.dims<[x.total]>>, %arg1: tensor<?x2xi64, #kiln.dims<[x.count, 2]>>, %arg2: tensor<i1>, %arg3: tensor<4xf32>):
// CHECK: func.return %arg0, %arg1, %arg2
func.func {sym_name = "interface", arg_names = ["x", "o"], res_names = ["y", "p"], function_type = (!onnx.seq<tensor<?x3xf32>>, !onnx.optional<tensor<4xf32>>) -> (!onnx.seq<tensor<?x3xf32>>, tensor<*x!onnx.any>)} ({
^bb0(%x: !onnx.seq<tensor<?x3xf32>>, %o: !onnx.optional<tensor<4xf32>>):
  %y = onnx.Identity %x : (!onnx.seq<tensor<?x3xf32>>) -> !onnx.seq<tensor<?x3xf32>>
  %p = onnx.OptionalHasElement %o : (!onnx.optional<tensor<4xf32>>) -> tensor<*x!onnx.any>
  func.return %y, %p : (!onnx.seq<tensor<?x3xf32>>, tensor<*x!onnx.any>) -> ()
})
