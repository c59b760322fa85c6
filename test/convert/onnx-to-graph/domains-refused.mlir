// RUN: kiln-opt %s --convert-onnx-to-graph --verify-diagnostics

// What is wrong with operators of other domains; nothing is made as large as a number in a file says.
func.func {arg_names = ["x"], function_type = (tensor<4x3xf32>) -> tensor<4x1xf32>, result_names = ["y"], sym_name = "main"} ({
^bb0(%x: tensor<4x3xf32>):
  // expected-error@+1 {{ai.onnx.ml.TreeEnsembleRegressor: a tree has more than 256 levels, or goes round in circles}}
  %y = onnx.ai.onnx.ml.TreeEnsembleRegressor %x {onnx.opset = 3, n_targets = 1, nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [2, 0, 0], nodes_values = [0.5, 0.0, 0.0], nodes_modes = ["BRANCH_LEQ", "BRANCH_LEQ", "LEAF"], nodes_truenodeids = [1, 1, 0], nodes_falsenodeids = [2, 2, 0], target_treeids = [0], target_nodeids = [2], target_ids = [0], target_weights = [4.0]} : (tensor<4x3xf32>) -> tensor<4x1xf32>
  // expected-error@+1 {{ai.onnx.ml.TreeEnsembleRegressor: a node reads feature 3, which an example has not}}
  %a = onnx.ai.onnx.ml.TreeEnsembleRegressor %x {onnx.opset = 3, n_targets = 1, nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [3, 0, 0], nodes_values = [0.5, 0.0, 0.0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], nodes_truenodeids = [1, 0, 0], nodes_falsenodeids = [2, 0, 0], target_treeids = [0], target_nodeids = [2], target_ids = [0], target_weights = [4.0]} : (tensor<4x3xf32>) -> tensor<4x1xf32>
  // expected-error@+1 {{ai.onnx.ml.TreeEnsembleRegressor: tree 0 has no node of number 7}}
  %b = onnx.ai.onnx.ml.TreeEnsembleRegressor %x {onnx.opset = 3, n_targets = 1, nodes_treeids = [0, 0, 0], nodes_nodeids = [0, 1, 2], nodes_featureids = [0, 0, 0], nodes_values = [0.5, 0.0, 0.0], nodes_modes = ["BRANCH_LEQ", "LEAF", "LEAF"], nodes_truenodeids = [7, 0, 0], nodes_falsenodeids = [2, 0, 0], target_treeids = [0], target_nodeids = [2], target_ids = [0], target_weights = [4.0]} : (tensor<4x3xf32>) -> tensor<4x1xf32>
  // expected-error@+1 {{ai.onnx.ml.TreeEnsembleRegressor: a weight is for target 1 of 1}}
  %c = onnx.ai.onnx.ml.TreeEnsembleRegressor %x {onnx.opset = 3, n_targets = 1, nodes_treeids = [0], nodes_nodeids = [0], nodes_featureids = [0], nodes_values = [0.0], nodes_modes = ["LEAF"], nodes_truenodeids = [0], nodes_falsenodeids = [0], target_treeids = [0], target_nodeids = [0], target_ids = [1], target_weights = [4.0]} : (tensor<4x3xf32>) -> tensor<4x1xf32>
  // expected-error@+1 {{ai.onnx.ml.LinearRegressor: there must be as many coefficients for each of 2 rows, not 5 altogether}}
  %d = onnx.ai.onnx.ml.LinearRegressor %x {targets = 2, coefficients = [1.0, 2.0, 3.0, 4.0, 5.0]} : (tensor<4x3xf32>) -> tensor<4x2xf32>
  // expected-error@+1 {{ai.onnx.ml.Normalizer: norm "L7" is not known}}
  %f = onnx.ai.onnx.ml.Normalizer %x {norm = "L7"} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  // expected-error@+1 {{ai.onnx.ml.TreeEnsembleRegressor: 1 nodes with 1000000000000 targets each are too many}}
  %g = onnx.ai.onnx.ml.TreeEnsembleRegressor %x {onnx.opset = 3, n_targets = 1000000000000, nodes_treeids = [0], nodes_nodeids = [0], nodes_featureids = [0], nodes_values = [0.0], nodes_modes = ["LEAF"], nodes_truenodeids = [0], nodes_falsenodeids = [0], target_treeids = [0], target_nodeids = [0], target_ids = [0], target_weights = [4.0]} : (tensor<4x3xf32>) -> tensor<4x1xf32>
  // expected-error@+1 {{ai.onnx.ml.SVMClassifier: vectors_per_class must have a number for each of 2 classes}}
  %m, %m2 = onnx.ai.onnx.ml.SVMClassifier %x {onnx.opset = 1, classlabels_ints = [0, 1], vectors_per_class = [1], coefficients = [1.0], support_vectors = [1.0, 2.0, 3.0], rho = [0.0]} : (tensor<4x3xf32>) -> (tensor<4xi64>, tensor<4x2xf32>)
  // expected-error@+1 {{ai.onnx.ml.SVMClassifier: 2 support vectors cannot have 5 numbers altogether}}
  %n, %n2 = onnx.ai.onnx.ml.SVMClassifier %x {onnx.opset = 1, classlabels_ints = [0, 1], vectors_per_class = [1, 1], coefficients = [1.0, 2.0], support_vectors = [1.0, 2.0, 3.0, 4.0, 5.0], rho = [0.0]} : (tensor<4x3xf32>) -> (tensor<4xi64>, tensor<4x2xf32>)
  // expected-error@+1 {{ai.onnx.ml.SVMClassifier: there must be 2 coefficients, not 3}}
  %o, %o2 = onnx.ai.onnx.ml.SVMClassifier %x {onnx.opset = 1, classlabels_ints = [0, 1], vectors_per_class = [1, 1], coefficients = [1.0, 2.0, 3.0], support_vectors = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], rho = [0.0]} : (tensor<4x3xf32>) -> (tensor<4xi64>, tensor<4x2xf32>)
  // expected-error@+1 {{ai.onnx.ml.SVMClassifier: rho must have 1 numbers, not 2}}
  %r, %r2 = onnx.ai.onnx.ml.SVMClassifier %x {onnx.opset = 1, classlabels_ints = [0, 1], vectors_per_class = [1, 1], coefficients = [1.0, 2.0], support_vectors = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], rho = [0.0, 1.0]} : (tensor<4x3xf32>) -> (tensor<4xi64>, tensor<4x2xf32>)
  // expected-error@+1 {{ai.onnx.ml.SVMClassifier: the support vectors of 2 classes are too many}}
  %t, %t2 = onnx.ai.onnx.ml.SVMClassifier %x {onnx.opset = 1, classlabels_ints = [0, 1], vectors_per_class = [1, 1000000000000], coefficients = [1.0, 2.0], support_vectors = [1.0, 2.0, 3.0], rho = [0.0]} : (tensor<4x3xf32>) -> (tensor<4xi64>, tensor<4x2xf32>)
  // expected-error@+1 {{ai.onnx.ml.SVMClassifier: prob_a and prob_b must have 1 numbers each}}
  %u, %u2 = onnx.ai.onnx.ml.SVMClassifier %x {onnx.opset = 1, classlabels_ints = [0, 1], vectors_per_class = [1, 1], coefficients = [1.0, 2.0], support_vectors = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0], rho = [0.0], prob_a = [1.0]} : (tensor<4x3xf32>) -> (tensor<4xi64>, tensor<4x2xf32>)
  %rank0 = onnx.Constant {value = dense<1> : tensor<ui8>} : () -> tensor<ui8>
  %s = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  // expected-error@+1 {{com.microsoft.QLinearGlobalAveragePool: the input must have spatial axes}}
  %h = onnx.com.microsoft.QLinearGlobalAveragePool %rank0, %s, %rank0, %s, %rank0 {onnx.opset = 1, channels_last = 1} : (tensor<ui8>, tensor<f32>, tensor<ui8>, tensor<f32>, tensor<ui8>) -> tensor<ui8>
  %w = onnx.Constant {value = dense<1.0> : tensor<3x3xf32>} : () -> tensor<3x3xf32>
  %p = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %q = onnx.Constant {value = dense<1.0> : tensor<1x4x3xf32>} : () -> tensor<1x4x3xf32>
  // expected-error@+1 {{com.microsoft.RotaryEmbedding: cosines must have 2 axes}}
  %i = onnx.com.microsoft.RotaryEmbedding %q, %p, %s, %s {onnx.opset = 1} : (tensor<1x4x3xf32>, tensor<1xi64>, tensor<f32>, tensor<f32>) -> tensor<1x4x3xf32>
  %none = onnx.none : () -> none
  // expected-error@+1 {{com.microsoft.MultiHeadAttention: past keys must have 4 axes}}
  %j = onnx.com.microsoft.MultiHeadAttention %q, %q, %q, %none, %none, %none, %w, %w {onnx.opset = 1, num_heads = 1} : (tensor<1x4x3xf32>, tensor<1x4x3xf32>, tensor<1x4x3xf32>, none, none, none, tensor<3x3xf32>, tensor<3x3xf32>) -> tensor<1x4x3xf32>
  func.return %y : (tensor<4x1xf32>) -> ()
})
