// Activations: each rule on the smallest graph that it matches.
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/activation.rules | FileCheck %s
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/activation.rules --statistics -o %t 2>&1 \
// RUN:   | FileCheck %s --check-prefix=COUNT

// COUNT-DAG: {{[0-9]+}} apply-rules: sigmoid{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: silu{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: silu-from-exp{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: softplus{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: softplus-without-overflow{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: mish{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: softsign{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: gelu{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: gelu-tanh{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: gelu-tanh-factored{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: hard-swish{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: hard-swish-from-hard-sigmoid{{$}}

// 1 / (1 + exp(-x)) = sigmoid(x)
// CHECK-LABEL: sym_name = "sigmoid"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "sigmoid"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.sigmoid %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.negate %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.exp %0 : (tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.add %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = graph.reciprocal %3 : (tensor<f32>) -> tensor<f32>
  func.return %4 : (tensor<f32>) -> ()
})

// x * sigmoid(x) = silu(x)
// CHECK-LABEL: sym_name = "silu"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "silu"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.silu %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.sigmoid %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.multiply %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x / (1 + exp(-x)) = silu(x)
// CHECK-LABEL: sym_name = "silu-from-exp"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "silu-from-exp"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.silu %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.negate %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.exp %0 : (tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.add %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = graph.divide %arg0, %3 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %4 : (tensor<f32>) -> ()
})

// log(1 + exp(x)) = softplus(x)
// CHECK-LABEL: sym_name = "softplus"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "softplus"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.softplus %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.exp %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %2 = graph.add %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %3 = graph.log %2 : (tensor<f32>) -> tensor<f32>
  func.return %3 : (tensor<f32>) -> ()
})

// relu(x) + softplus(-|x|) = softplus(x): the form that does not overflow, its second half recomposed already
// CHECK-LABEL: sym_name = "softplus-without-overflow"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "softplus-without-overflow"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.softplus %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.relu %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.abs %arg0 : (tensor<f32>) -> tensor<f32>
  %2 = graph.negate %1 : (tensor<f32>) -> tensor<f32>
  %3 = graph.softplus %2 : (tensor<f32>) -> tensor<f32>
  %4 = graph.add %0, %3 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %4 : (tensor<f32>) -> ()
})

// x * tanh(softplus(x)) = mish(x)
// CHECK-LABEL: sym_name = "mish"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "mish"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.mish %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.softplus %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.tanh %0 : (tensor<f32>) -> tensor<f32>
  %2 = graph.multiply %arg0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// x / (1 + |x|) = softsign(x)
// CHECK-LABEL: sym_name = "softsign"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "softsign"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.softsign %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.abs %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %2 = graph.add %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %3 = graph.divide %arg0, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %3 : (tensor<f32>) -> ()
})

// x * (1 + erf(x / sqrt(2))) / 2 = gelu(x), whatever is multiplied first
// CHECK-LABEL: sym_name = "gelu"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "gelu"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.gelu %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<5.0e-01> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.multiply %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<1.4142135e+00> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.divide %arg0, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = graph.erf %3 : (tensor<f32>) -> tensor<f32>
  %5 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %6 = graph.add %4, %5 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %7 = graph.multiply %1, %6 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %7 : (tensor<f32>) -> ()
})

// x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3))) / 2 = gelu_tanh(x)
// CHECK-LABEL: sym_name = "gelu-tanh"
func.func {function_type = () -> tensor<f32>, sym_name = "gelu-tanh"} ({
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<-5.552411e-01> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.gelu_tanh %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<-5.552411e-01> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.constant {value = dense<5.0e-01> : tensor<f32>} : () -> tensor<f32>
  %2 = graph.multiply %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %3 = graph.multiply %0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = graph.multiply %3, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %5 = graph.constant {value = dense<4.4715e-02> : tensor<f32>} : () -> tensor<f32>
  %6 = graph.multiply %4, %5 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %7 = graph.add %0, %6 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %8 = graph.constant {value = dense<7.978846e-01> : tensor<f32>} : () -> tensor<f32>
  %9 = graph.multiply %7, %8 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %10 = graph.tanh %9 : (tensor<f32>) -> tensor<f32>
  %11 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %12 = graph.add %10, %11 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %13 = graph.multiply %2, %12 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %13 : (tensor<f32>) -> ()
})

// x * (1 + tanh(x * sqrt(2 / pi) * (1 + 0.044715 * x^2))) / 2 = gelu_tanh(x)
// CHECK-LABEL: sym_name = "gelu-tanh-factored"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "gelu-tanh-factored"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.gelu_tanh %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<5.0e-01> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.multiply %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<7.978846e-01> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.multiply %arg0, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = graph.multiply %arg0, %arg0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %5 = graph.constant {value = dense<4.4715e-02> : tensor<f32>} : () -> tensor<f32>
  %6 = graph.multiply %4, %5 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %7 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %8 = graph.add %6, %7 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %9 = graph.multiply %3, %8 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %10 = graph.tanh %9 : (tensor<f32>) -> tensor<f32>
  %11 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %12 = graph.add %10, %11 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %13 = graph.multiply %1, %12 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %13 : (tensor<f32>) -> ()
})

// x * clamp(x + 3, 0, 6) / 6 = hard_swish(x)
// CHECK-LABEL: sym_name = "hard-swish"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "hard-swish"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.hard_swish %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<3.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.add %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.relu %1 : (tensor<f32>) -> tensor<f32>
  %3 = graph.constant {value = dense<6.0e+00> : tensor<f32>} : () -> tensor<f32>
  %4 = graph.minimum %2, %3 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %5 = graph.multiply %arg0, %4 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %6 = graph.constant {value = dense<6.0e+00> : tensor<f32>} : () -> tensor<f32>
  %7 = graph.divide %5, %6 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %7 : (tensor<f32>) -> ()
})

// x * clamp(x / 6 + 1/2, 0, 1) = hard_swish(x)
// CHECK-LABEL: sym_name = "hard-swish-from-hard-sigmoid"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "hard-swish-from-hard-sigmoid"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.hard_swish %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<6.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.divide %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<5.0e-01> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.add %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = graph.relu %3 : (tensor<f32>) -> tensor<f32>
  %5 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %6 = graph.minimum %4, %5 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %7 = graph.multiply %arg0, %6 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %7 : (tensor<f32>) -> ()
})
