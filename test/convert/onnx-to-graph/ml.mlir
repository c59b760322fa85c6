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

// Machines for each pair of classes: a vector that is of neither has no part in their sum. They vote, and their sums become
// probabilities in rounds over classes.
// CHECK-LABEL: sym_name = "machines"
// CHECK: dense<{{\[\[}}1.0e+00, 3.0e+00, 0.0e+00], [2.0e+00, 0.0e+00, 6.0e+00], [0.0e+00, 4.0e+00, 5.0e+00]]>
// CHECK: %[[SCORES:[0-9]+]] = graph.add
// CHECK: graph.greater %[[SCORES]]
// CHECK: graph.arg_max
// CHECK: graph.sigmoid
// CHECK: graph.loop {{.*}} {rounds = #kiln.dims<[100]>}
// CHECK: graph.loop {{.*}} {rounds = #kiln.dims<[3]>}
func.func {sym_name = "machines", function_type = (tensor<?x2xf32, #kiln.dims<[N, 2]>>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%x: tensor<?x2xf32, #kiln.dims<[N, 2]>>):
  %label, %scores = onnx.ai.onnx.ml.SVMClassifier %x {onnx.opset = 1, classlabels_ints = [7, 8, 9], vectors_per_class = [1, 1, 1], coefficients = [1.0, 2.0, 4.0, 3.0, 6.0, 5.0], support_vectors = [0.5, 1.5, 2.5, 3.5, 4.5, 5.5], rho = [0.1, 0.2, 0.3], prob_a = [-1.0, -1.5, -2.0], prob_b = [0.1, 0.2, 0.3]} : (tensor<?x2xf32, #kiln.dims<[N, 2]>>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  func.return %label, %scores : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})
