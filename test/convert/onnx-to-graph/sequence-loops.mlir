// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// Rounds that append tensors of one shape: these are stacked.
// CHECK-LABEL: sym_name = "stacked"
// CHECK: %[[L:[0-9]+]]:2 = graph.loop
// CHECK: graph.yield %{{[0-9]+}}, %{{[0-9]+}} : (tensor<i64>, tensor<3xf32>)
// CHECK: func.return %{{[0-9]+}} : (tensor<?x3xf32, #kiln.dims<[N, 3]>>)
func.func {sym_name = "stacked", function_type = (tensor<?x3xf32, #kiln.dims<[N, 3]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?x3xf32, #kiln.dims<[N, 3]>>):
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %shape = onnx.Shape %x : (tensor<?x3xf32, #kiln.dims<[N, 3]>>) -> tensor<2xi64>
  %count = onnx.Gather %shape, %zero {axis = 0} : (tensor<2xi64>, tensor<i64>) -> tensor<*x!onnx.any>
  %none = onnx.none : () -> none
  %empty = onnx.SequenceEmpty {dtype = 1} : () -> !onnx.seq<tensor<*xf32>>
  %s = onnx.Loop %count, %none, %empty ({
  ^bb0(%i: tensor<i64>, %goes: tensor<i1>, %before: !onnx.seq<tensor<*xf32>>):
    %row = onnx.Gather %x, %i {axis = 0} : (tensor<?x3xf32, #kiln.dims<[N, 3]>>, tensor<i64>) -> tensor<*x!onnx.any>
    %after = onnx.SequenceInsert %before, %row : (!onnx.seq<tensor<*xf32>>, tensor<*x!onnx.any>) -> !onnx.seq<tensor<*xf32>>
    onnx.Yield %goes, %after : (tensor<i1>, !onnx.seq<tensor<*xf32>>) -> ()
  }) : (tensor<*x!onnx.any>, none, !onnx.seq<tensor<*xf32>>) -> !onnx.seq<tensor<*xf32>>
  %y = onnx.ConcatFromSequence %s {axis = 0, new_axis = 1} : (!onnx.seq<tensor<*xf32>>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Elements of extents that data gives: one loop counts, one stores.
// CHECK-LABEL: sym_name = "counted"
// CHECK: graph.loop
// CHECK: graph.bind_extents
// CHECK: graph.loop
// CHECK: graph.scatter_elements
// CHECK: graph.scatter_elements
func.func {sym_name = "counted", arg_names = ["x"], res_names = ["y"], function_type = (!onnx.seq<tensor<?x3xf32>>) -> !onnx.seq<tensor<?x3xf32>>} ({
^bb0(%x: !onnx.seq<tensor<?x3xf32>>):
  %y = onnx.SequenceMap %x ({
  ^bb0(%a: tensor<?x3xf32>):
    %b = onnx.Add %a, %a : (tensor<?x3xf32>, tensor<?x3xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %b : (tensor<*x!onnx.any>) -> ()
  }) : (!onnx.seq<tensor<?x3xf32>>) -> !onnx.seq<tensor<?x3xf32>>
  func.return %y : (!onnx.seq<tensor<?x3xf32>>) -> ()
})
