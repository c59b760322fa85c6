// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// The rows are as many as there are numbers that are none of -1.
// CHECK: graph.non_max_suppression
// CHECK-SAME: center_point_box = false
// CHECK: graph.greater_equal
// CHECK: graph.bind_extents
// CHECK-SAME: symbols = #kiln.dims<[data.0]>
// CHECK: graph.nonzero
// CHECK: graph.concat
func.func {sym_name = "main", function_type = (tensor<?x?x4xf32, #kiln.dims<[B, N, 4]>>, tensor<?x?x?xf32, #kiln.dims<[B, C, N]>>) -> tensor<*x!onnx.any>} ({
^bb0(%boxes: tensor<?x?x4xf32, #kiln.dims<[B, N, 4]>>, %scores: tensor<?x?x?xf32, #kiln.dims<[B, C, N]>>):
  %most = onnx.Constant {value = dense<3> : tensor<1xi64>} : () -> tensor<1xi64>
  %y = onnx.NonMaxSuppression %boxes, %scores, %most : (tensor<?x?x4xf32, #kiln.dims<[B, N, 4]>>, tensor<?x?x?xf32, #kiln.dims<[B, C, N]>>, tensor<1xi64>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
