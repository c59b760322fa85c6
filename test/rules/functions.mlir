// Functions of one element: each rule on the smallest graph that it matches.
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/functions.rules | FileCheck %s
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/functions.rules --statistics -o %t 2>&1 \
// RUN:   | FileCheck %s --check-prefix=COUNT

// COUNT-DAG: {{[0-9]+}} apply-rules: abs-of-negative{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: abs-of-positive{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: relu-of-positive{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: round-of-integer{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: ceil-of-integer{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: nearest-of-integer{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: root-of-square{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: square-of-root{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: log-of-exp{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: exp-of-log{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: multiply-exps{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: divide-exps{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: add-logs{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: complement-of-sigmoid{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: maximum-to-relu{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: minimum-constants{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: maximum-constants{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: maximum-of-relu{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: relu-of-maximum{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: relu-of-clamped{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: clamp-twice{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: square-of-reciprocal-root{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: log-of-reciprocal{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: clamp-below-twice{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: clamp-above-twice{{$}}

// |-x| = |x|
// CHECK-LABEL: sym_name = "abs-of-negative"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "abs-of-negative"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.abs %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.negate %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.abs %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// |f(x)| = f(x), where f is never negative
// CHECK-LABEL: sym_name = "abs-of-positive"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "abs-of-positive"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.exp %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.exp %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.abs %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// relu(f(x)) = f(x), where f is never negative
// CHECK-LABEL: sym_name = "relu-of-positive"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "relu-of-positive"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.exp %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.exp %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.relu %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// floor(f(x)) = f(x), where f gives integers; so for ceil and round
// CHECK-LABEL: sym_name = "round-of-integer"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "round-of-integer"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.ceil %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.ceil %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.floor %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// ceil(f(x)) = f(x), where f gives integers
// CHECK-LABEL: sym_name = "ceil-of-integer"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "ceil-of-integer"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.floor %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.floor %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.ceil %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// round(f(x)) = f(x), where f gives integers
// CHECK-LABEL: sym_name = "nearest-of-integer"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "nearest-of-integer"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.floor %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.floor %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.round %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// sqrt(x * x) = |x|
// CHECK-LABEL: sym_name = "root-of-square"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "root-of-square"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.abs %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.multiply %arg0, %arg0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = graph.sqrt %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// sqrt(x) * sqrt(x) = x
// CHECK-LABEL: sym_name = "square-of-root"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "square-of-root"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.sqrt %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.multiply %0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// log(exp(x)) = x
// CHECK-LABEL: sym_name = "log-of-exp"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "log-of-exp"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.exp %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.log %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// exp(log(x)) = x
// CHECK-LABEL: sym_name = "exp-of-log"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "exp-of-log"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.log %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.exp %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// exp(x) * exp(y) = exp(x + y)
// CHECK-LABEL: sym_name = "multiply-exps"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "multiply-exps"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.add %arg0, %arg1
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.exp %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.exp %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.exp %arg1 : (tensor<f32>) -> tensor<f32>
  %2 = graph.multiply %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// exp(x) / exp(y) = exp(x - y)
// CHECK-LABEL: sym_name = "divide-exps"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "divide-exps"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.subtract %arg0, %arg1
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.exp %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.exp %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.exp %arg1 : (tensor<f32>) -> tensor<f32>
  %2 = graph.divide %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// log(x) + log(y) = log(x * y)
// CHECK-LABEL: sym_name = "add-logs"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "add-logs"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.multiply %arg0, %arg1
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.log %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.log %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.log %arg1 : (tensor<f32>) -> tensor<f32>
  %2 = graph.add %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// 1 - sigmoid(x) = sigmoid(-x)
// CHECK-LABEL: sym_name = "complement-of-sigmoid"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "complement-of-sigmoid"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.negate %arg0
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.sigmoid %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.sigmoid %arg0 : (tensor<f32>) -> tensor<f32>
  %2 = graph.subtract %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// max(x, 0) = relu(x): the op that other rules look for
// CHECK-LABEL: sym_name = "maximum-to-relu"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "maximum-to-relu"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.relu %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<0.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.maximum %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// min(min(x, a), b) = min(x, min(a, b))
// CHECK-LABEL: sym_name = "minimum-constants"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "minimum-constants"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<5.0e-01> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.minimum %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<2.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.minimum %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<5.0e-01> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.minimum %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %3 : (tensor<f32>) -> ()
})

// max(max(x, a), b) = max(x, max(a, b))
// CHECK-LABEL: sym_name = "maximum-constants"
func.func {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "maximum-constants"} ({
^bb0(%arg0: tensor<4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<2.0e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.maximum %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.maximum %arg0, %0 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = graph.constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.maximum %1, %2 : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  func.return %3 : (tensor<4xf32>) -> ()
})

// max(relu(x), c) = relu(x), where c is not positive
// CHECK-LABEL: sym_name = "maximum-of-relu"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "maximum-of-relu"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.relu %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.relu %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.constant {value = dense<-1.0> : tensor<f32>} : () -> tensor<f32>
  %2 = graph.maximum %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// relu(max(x, c)) = relu(x), where c is not positive
// CHECK-LABEL: sym_name = "relu-of-maximum"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "relu-of-maximum"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.relu %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<-1.0> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.maximum %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.relu %1 : (tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// relu(min(relu(x), c)) = min(relu(x), c), where c is not negative
// CHECK-LABEL: sym_name = "relu-of-clamped"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "relu-of-clamped"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.relu %arg0
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.constant {value = dense<0.0e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.minimum %[[V0]], %[[V1]]
  // CHECK-NEXT: func.return %[[V2]]
  %0 = graph.relu %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.constant {value = dense<0.0e+00> : tensor<f32>} : () -> tensor<f32>
  %2 = graph.minimum %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %3 = graph.relu %2 : (tensor<f32>) -> tensor<f32>
  func.return %3 : (tensor<f32>) -> ()
})

// min(relu(min(x, a)), b) = relu(min(x, a)), where b is neither below a nor below 0
// CHECK-LABEL: sym_name = "clamp-twice"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "clamp-twice"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<7.0e-01> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.minimum %arg0, %[[V0]]
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.relu %[[V1]]
  // CHECK-NEXT: func.return %[[V2]]
  %0 = graph.constant {value = dense<7.0e-01> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.minimum %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.relu %1 : (tensor<f32>) -> tensor<f32>
  %3 = graph.constant {value = dense<7.0e-01> : tensor<f32>} : () -> tensor<f32>
  %4 = graph.minimum %2, %3 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %4 : (tensor<f32>) -> ()
})

// 1 / sqrt(x) * 1 / sqrt(x) = 1 / x
// CHECK-LABEL: sym_name = "square-of-reciprocal-root"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "square-of-reciprocal-root"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reciprocal %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.rsqrt %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.multiply %0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// log(1 / x) = -log(x)
// CHECK-LABEL: sym_name = "log-of-reciprocal"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "log-of-reciprocal"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.log %arg0
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.negate %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.reciprocal %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.log %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// max(min(max(x, a), b), c) = min(max(x, a), b), where c is neither above a nor above b
// CHECK-LABEL: sym_name = "clamp-below-twice"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "clamp-below-twice"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<2.0e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.maximum %arg0, %[[V0]]
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.constant {value = dense<7.0e-01> : tensor<f32>}
  // CHECK-NEXT: %[[V3:[0-9]+]] = graph.minimum %[[V1]], %[[V2]]
  // CHECK-NEXT: func.return %[[V3]]
  %0 = graph.constant {value = dense<2.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.maximum %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<7.0e-01> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.minimum %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = graph.constant {value = dense<7.0e-01> : tensor<f32>} : () -> tensor<f32>
  %5 = graph.maximum %3, %4 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %5 : (tensor<f32>) -> ()
})

// min(max(min(x, a), b), c) = max(min(x, a), b), where c is neither below a nor below b
// CHECK-LABEL: sym_name = "clamp-above-twice"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "clamp-above-twice"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<5.0e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.minimum %arg0, %[[V0]]
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.constant {value = dense<3.0e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V3:[0-9]+]] = graph.maximum %[[V1]], %[[V2]]
  // CHECK-NEXT: func.return %[[V3]]
  %0 = graph.constant {value = dense<5.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.minimum %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<3.0e+00> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.maximum %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = graph.constant {value = dense<5.0e+00> : tensor<f32>} : () -> tensor<f32>
  %5 = graph.minimum %3, %4 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %5 : (tensor<f32>) -> ()
})
