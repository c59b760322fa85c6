// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// As many coordinates as there are elements that are not zero: the number is bound before there is memory for them.
// CHECK-LABEL: sym_name = "coordinates"
// CHECK: %[[MASK:[0-9]+]] = graph.cast %arg0
// CHECK: %[[FLAT:[0-9]+]] = graph.reshape %[[MASK]]
// CHECK: %[[ONES:[0-9]+]] = graph.cast %[[FLAT]]
// CHECK: %[[COUNT:[0-9]+]] = graph.reduce_sum %[[ONES]]
// CHECK: graph.bind_extents %[[COUNT]] {most = #kiln.dims<[4 * N]>, symbols = #kiln.dims<[data.0]>}
// CHECK: graph.nonzero %[[FLAT]] : (tensor<?xi1, #kiln.dims<[4 * N]>>) -> tensor<?xi64, #kiln.dims<[data.0]>>
// CHECK: graph.concat
// CHECK-SAME: -> tensor<2x?xi64, #kiln.dims<[2, data.0]>>
func.func {sym_name = "coordinates", function_type = (tensor<?x4xf32, #kiln.dims<[N, 4]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?x4xf32, #kiln.dims<[N, 4]>>):
  %y = onnx.NonZero %x : (tensor<?x4xf32, #kiln.dims<[N, 4]>>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Branches of different extents: which is taken says what the result's is.
// CHECK-LABEL: sym_name = "branches"
// CHECK-DAG: %[[THEN:[0-9]+]] = graph.constant {value = dense<[2]>
// CHECK-DAG: %[[ELSE:[0-9]+]] = graph.dims {dims = #kiln.dims<[2 * N]>}
// CHECK: %[[TAKEN:[0-9]+]] = graph.select %arg1, %[[THEN]], %[[ELSE]]
// CHECK: graph.bind_extents %[[TAKEN]] {{.*}}symbols = #kiln.dims<[data.0]>
// CHECK: graph.if %arg1 ({
// CHECK: graph.yield {{.*}} : (tensor<?xf32, #kiln.dims<[data.0]>>) -> ()
// CHECK: }, {
// CHECK: graph.yield {{.*}} : (tensor<?xf32, #kiln.dims<[data.0]>>) -> ()
func.func {sym_name = "branches", function_type = (tensor<?xf32, #kiln.dims<[N]>>, tensor<i1>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?xf32, #kiln.dims<[N]>>, %c: tensor<i1>):
  %y = onnx.If %c ({
    %a = onnx.Constant {value = dense<[1.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
    onnx.Yield %a : (tensor<2xf32>) -> ()
  }, {
    %b = onnx.Concat %x, %x {axis = 0} : (tensor<?xf32, #kiln.dims<[N]>>, tensor<?xf32, #kiln.dims<[N]>>) -> tensor<*x!onnx.any>
    onnx.Yield %b : (tensor<*x!onnx.any>) -> ()
  }) : (tensor<i1>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
