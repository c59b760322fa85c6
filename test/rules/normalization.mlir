// Normalizations: each rule on the smallest graph that it matches.
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/normalization.rules | FileCheck %s
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/normalization.rules --statistics -o %t 2>&1 \
// RUN:   | FileCheck %s --check-prefix=COUNT

// COUNT-DAG: {{[0-9]+}} apply-rules: layer-norm{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: scale-into-layer-norm{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: offset-into-layer-norm{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: rms-norm{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: scale-into-rms-norm{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: l2-normalize{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: log-softmax{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: softmax{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: softmax-without-maximum{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: log-of-softmax{{$}}

// (x - mean(x)) / sqrt(mean((x - mean(x))^2) + e) = layer_norm(x, e)
// CHECK-LABEL: sym_name = "layer-norm"
func.func {function_type = (tensor<2x5xf32>) -> tensor<2x5xf32>, sym_name = "layer-norm"} ({
^bb0(%arg0: tensor<2x5xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.layer_norm %arg0 {axis = 1, epsilon = 9.999999776482582e-03}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reduce_mean %arg0 {axes = [1]} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %1 = graph.subtract %arg0, %0 : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32>
  %2 = graph.multiply %1, %1 : (tensor<2x5xf32>, tensor<2x5xf32>) -> tensor<2x5xf32>
  %3 = graph.reduce_mean %2 {axes = [1]} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %4 = graph.constant {value = dense<1.0e-02> : tensor<f32>} : () -> tensor<f32>
  %5 = graph.add %3, %4 : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %6 = graph.sqrt %5 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %7 = graph.divide %1, %6 : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32>
  func.return %7 : (tensor<2x5xf32>) -> ()
})

// layer_norm(x) * s = layer_norm(x, s)
// CHECK-LABEL: sym_name = "scale-into-layer-norm"
func.func {function_type = (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>, sym_name = "scale-into-layer-norm"} ({
^bb0(%arg0: tensor<2x3x4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<[{{\[}}1.4115667e+00, 2.6504257e+00, 4.603389e-01, 6.792636e-01], [2.4047294e+00, 2.8690846e+00, 1.6689e+00, 1.1366973e+00], [1.2068561e+00, 1.165163e+00, 2.3003135e+00, 8.607951e-01]]> : tensor<3x4xf32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.reshape %[[V0]]
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.layer_norm %arg0, %[[V1]] {axis = 1, epsilon = 1.0e-02}
  // CHECK-NEXT: func.return %[[V2]]
  %0 = graph.layer_norm %arg0 {axis = 1, epsilon = 1.0e-02} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %1 = graph.constant {value = dense<[[1.4115667e+00, 2.6504257e+00, 4.603389e-01, 6.792636e-01], [2.4047294e+00, 2.8690846e+00, 1.6689e+00, 1.1366973e+00], [1.2068561e+00, 1.165163e+00, 2.3003135e+00, 8.607951e-01]]> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %2 = graph.multiply %0, %1 : (tensor<2x3x4xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32>
  func.return %2 : (tensor<2x3x4xf32>) -> ()
})

// layer_norm(x, s) + b = layer_norm(x, s, b)
// CHECK-LABEL: sym_name = "offset-into-layer-norm"
func.func {function_type = (tensor<2x3x4xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32>, sym_name = "offset-into-layer-norm"} ({
^bb0(%arg0: tensor<2x3x4xf32>, %arg1: tensor<3x4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<[{{\[}}[1.450799e+00, 1.424085e+00, 7.474342e-01, 1.1540575e+00], [1.4061281e-01, 1.3347851e+00, 2.4608402e+00, 5.8095586e-01], [9.558478e-01, 1.8248459e+00, 7.100799e-01, 6.9745195e-01]]]> : tensor<1x3x4xf32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.reshape %[[V0]]
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.layer_norm %arg0, %arg1, %[[V1]] {axis = 1, epsilon = 1.0e+00}
  // CHECK-NEXT: func.return %[[V2]]
  %0 = graph.layer_norm %arg0, %arg1 {axis = 1, epsilon = 1.0e+00} : (tensor<2x3x4xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32>
  %1 = graph.constant {value = dense<[[[1.450799e+00, 1.424085e+00, 7.474342e-01, 1.1540575e+00], [1.4061281e-01, 1.3347851e+00, 2.4608402e+00, 5.8095586e-01], [9.558478e-01, 1.8248459e+00, 7.100799e-01, 6.9745195e-01]]]> : tensor<1x3x4xf32>} : () -> tensor<1x3x4xf32>
  %2 = graph.add %0, %1 : (tensor<2x3x4xf32>, tensor<1x3x4xf32>) -> tensor<2x3x4xf32>
  func.return %2 : (tensor<2x3x4xf32>) -> ()
})

// x / sqrt(mean(x^2) + e) = rms_norm(x, e)
// CHECK-LABEL: sym_name = "rms-norm"
func.func {function_type = (tensor<2x5xf32>) -> tensor<2x5xf32>, sym_name = "rms-norm"} ({
^bb0(%arg0: tensor<2x5xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.rms_norm %arg0 {axis = 1, epsilon = 9.999999776482582e-03}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.multiply %arg0, %arg0 : (tensor<2x5xf32>, tensor<2x5xf32>) -> tensor<2x5xf32>
  %1 = graph.reduce_mean %0 {axes = [1]} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %2 = graph.constant {value = dense<1.0e-02> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.add %1, %2 : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %4 = graph.sqrt %3 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %5 = graph.divide %arg0, %4 : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32>
  func.return %5 : (tensor<2x5xf32>) -> ()
})

// rms_norm(x) * s = rms_norm(x, s)
// CHECK-LABEL: sym_name = "scale-into-rms-norm"
func.func {function_type = (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>, sym_name = "scale-into-rms-norm"} ({
^bb0(%arg0: tensor<2x3x4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<[{{\[}}2.1254911e+00, 1.1233668e+00, 1.059454e+00, 1.038099e+00], [2.0701816e+00, 2.3424447e+00, 9.025371e-01, 8.0112535e-01], [1.059896e+00, 8.6268026e-01, 1.8043878e+00, 2.05394e+00]]> : tensor<3x4xf32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.reshape %[[V0]]
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.rms_norm %arg0, %[[V1]] {axis = 1, epsilon = 1.0e+00}
  // CHECK-NEXT: func.return %[[V2]]
  %0 = graph.rms_norm %arg0 {axis = 1, epsilon = 1.0e+00} : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %1 = graph.constant {value = dense<[[2.1254911e+00, 1.1233668e+00, 1.059454e+00, 1.038099e+00], [2.0701816e+00, 2.3424447e+00, 9.025371e-01, 8.0112535e-01], [1.059896e+00, 8.6268026e-01, 1.8043878e+00, 2.05394e+00]]> : tensor<3x4xf32>} : () -> tensor<3x4xf32>
  %2 = graph.multiply %0, %1 : (tensor<2x3x4xf32>, tensor<3x4xf32>) -> tensor<2x3x4xf32>
  func.return %2 : (tensor<2x3x4xf32>) -> ()
})

// x / sqrt(sum(x^2) + e) = rms_norm(x, e / n) / sqrt(n), where n is the number of elements in a sum
// CHECK-LABEL: sym_name = "l2-normalize"
func.func {function_type = (tensor<2x4xf32>) -> tensor<2x4xf32>, sym_name = "l2-normalize"} ({
^bb0(%arg0: tensor<2x4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.rms_norm %arg0 {axis = 1, epsilon = 1.25e-01}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.constant {value = dense<5.0e-01> : tensor<f32>}
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.multiply %[[V0]], %[[V1]]
  // CHECK-NEXT: func.return %[[V2]]
  %0 = graph.multiply %arg0, %arg0 : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = graph.reduce_sum %0 {axes = [1]} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %2 = graph.constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.add %1, %2 : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %4 = graph.sqrt %3 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %5 = graph.divide %arg0, %4 : (tensor<2x4xf32>, tensor<2x1xf32>) -> tensor<2x4xf32>
  func.return %5 : (tensor<2x4xf32>) -> ()
})

// (x - max(x)) - log(sum(exp(x - max(x)))) = log_softmax(x)
// CHECK-LABEL: sym_name = "log-softmax"
func.func {function_type = (tensor<2x5xf32>) -> tensor<2x5xf32>, sym_name = "log-softmax"} ({
^bb0(%arg0: tensor<2x5xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.log_softmax %arg0 {axis = 1}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reduce_max %arg0 {axes = [1]} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %1 = graph.subtract %arg0, %0 : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32>
  %2 = graph.exp %1 : (tensor<2x5xf32>) -> tensor<2x5xf32>
  %3 = graph.reduce_sum %2 {axes = [1]} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %4 = graph.log %3 : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %5 = graph.subtract %1, %4 : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32>
  func.return %5 : (tensor<2x5xf32>) -> ()
})

// exp(x - max(x)) / sum(exp(x - max(x))) = softmax(x)
// CHECK-LABEL: sym_name = "softmax"
func.func {function_type = (tensor<2x5xf32>) -> tensor<2x5xf32>, sym_name = "softmax"} ({
^bb0(%arg0: tensor<2x5xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.softmax %arg0 {axis = 1}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reduce_max %arg0 {axes = [1]} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %1 = graph.subtract %arg0, %0 : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32>
  %2 = graph.exp %1 : (tensor<2x5xf32>) -> tensor<2x5xf32>
  %3 = graph.reduce_sum %2 {axes = [1]} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %4 = graph.divide %2, %3 : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32>
  func.return %4 : (tensor<2x5xf32>) -> ()
})

// exp(x) / sum(exp(x)) = softmax(x)
// CHECK-LABEL: sym_name = "softmax-without-maximum"
func.func {function_type = (tensor<2x5xf32>) -> tensor<2x5xf32>, sym_name = "softmax-without-maximum"} ({
^bb0(%arg0: tensor<2x5xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.softmax %arg0 {axis = 1}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.exp %arg0 : (tensor<2x5xf32>) -> tensor<2x5xf32>
  %1 = graph.reduce_sum %0 {axes = [1]} : (tensor<2x5xf32>) -> tensor<2x1xf32>
  %2 = graph.divide %0, %1 : (tensor<2x5xf32>, tensor<2x1xf32>) -> tensor<2x5xf32>
  func.return %2 : (tensor<2x5xf32>) -> ()
})

// log(softmax(x)) = log_softmax(x)
// CHECK-LABEL: sym_name = "log-of-softmax"
func.func {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "log-of-softmax"} ({
^bb0(%arg0: tensor<4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.log_softmax %arg0 {axis = 0}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.softmax %arg0 {axis = 0} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.log %0 : (tensor<4xf32>) -> tensor<4xf32>
  func.return %1 : (tensor<4xf32>) -> ()
})
