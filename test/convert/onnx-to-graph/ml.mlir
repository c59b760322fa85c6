// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// A tree of one node and two leaves is one step: what the node's feature is, compared, picks the place of the next node.
// CHECK-LABEL: sym_name = "main"
// CHECK-DAG:     %[[NEXT:[0-9]+]] = graph.constant {value = dense<[1, 2, 1, 1, 2, 2]>
// CHECK-DAG:     %[[VALUES:[0-9]+]] = graph.constant {value = dense<[5.0e-01, 0.0e+00, 0.0e+00]>
// CHECK:         %[[FEATURE:[0-9]+]] = graph.gather_elements %arg0
// CHECK:         %[[VALUE:[0-9]+]] = graph.gather %[[VALUES]]
// CHECK:         %[[HOLDS:[0-9]+]] = graph.less_equal %[[FEATURE]], %[[VALUE]]
// CHECK:         graph.select %[[HOLDS]]
// CHECK:         graph.gather %[[NEXT]]
// CHECK-NOT:     graph.gather_elements
// CHECK:         graph.reduce_sum
// CHECK:         func.return
func.func {arg_names = ["x"], function_type = (tensor<4x3xf32>) -> tensor<4x1xf32>, result_names = ["y"], sym_name = "main"} ({
^bb0(%x: tensor<4x3xf32>):
  %y = onnx.ai.onnx.ml.TreeEnsembleRegressor %x {onnx.opset = 3, n_targets = 1, nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [2, 0, 0], nodes_values = [0.5, 0.0, 0.0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], target_treeids = [0, 0], target_nodeids = [1, 2], target_ids = [0, 0], target_weights = [3.0, 4.0]} : (tensor<4x3xf32>) -> tensor<4x1xf32>
  func.return %y : (tensor<4x1xf32>) -> ()
})
