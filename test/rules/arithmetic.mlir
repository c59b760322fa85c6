// Algebra on elements: each rule on the smallest graph that it matches.
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/arithmetic.rules | FileCheck %s
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/arithmetic.rules --statistics -o %t 2>&1 \
// RUN:   | FileCheck %s --check-prefix=COUNT

// COUNT-DAG: {{[0-9]+}} apply-rules: square{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: cube{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: power-to-reciprocal{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: power-to-root{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: power-to-reciprocal-root{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: power-zero{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: divide-by-power-of-two{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: divide-by-number{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: divide-one{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: reciprocal-of-root{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: reciprocal-of-reciprocal-root{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: multiply-by-reciprocal{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: divide-by-reciprocal{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: divide-twice{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: divide-by-itself{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: subtract-itself{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: multiply-by-zero{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: add-then-subtract{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: subtract-then-add{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: negate-difference{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: add-negative{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: subtract-negative{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: subtract-from-zero{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: multiply-by-minus-one{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: multiply-negatives{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: divide-negatives{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: add-constants{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: add-float-constants{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: multiply-constants{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: multiply-float-constants{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: offset-around-scale{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: add-then-subtract-constant{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: subtract-then-add-constant{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: subtract-constants{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: factor-sum{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: factor-difference{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: square-of-abs{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: multiply-negative-by-number{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: negate-product{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: scale-of-affine{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: subtract-sum{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: subtract-difference{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: divide-by-quotient{{$}}

// x ^ 2 = x * x
// CHECK-LABEL: sym_name = "square"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "square"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.multiply %arg0, %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<2.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.power %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x ^ 3 = x * x * x
// CHECK-LABEL: sym_name = "cube"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "cube"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.multiply %arg0, %arg0
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.multiply %[[V0]], %arg0
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<3.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.power %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x ^ -1 = 1 / x
// CHECK-LABEL: sym_name = "power-to-reciprocal"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "power-to-reciprocal"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reciprocal %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<-1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.power %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x ^ 0.5 = sqrt(x)
// CHECK-LABEL: sym_name = "power-to-root"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "power-to-root"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.sqrt %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<5.0e-01> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.power %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x ^ -0.5 = 1 / sqrt(x)
// CHECK-LABEL: sym_name = "power-to-reciprocal-root"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "power-to-reciprocal-root"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.rsqrt %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<-5.0e-01> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.power %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x ^ 0 = 1
// CHECK-LABEL: sym_name = "power-zero"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "power-zero"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<1.0e+00> : tensor<f32>}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<0.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.power %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x / c = x * (1 / c), where the reciprocal of c is exact
// CHECK-LABEL: sym_name = "divide-by-power-of-two"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "divide-by-power-of-two"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<2.5e-01> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.multiply %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<4.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.divide %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x / c = x * (1 / c)
// CHECK-LABEL: sym_name = "divide-by-number"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "divide-by-number"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<3.3333334e-01> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.multiply %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.divide %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// 1 / x as the op of that name
// CHECK-LABEL: sym_name = "divide-one"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "divide-one"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reciprocal %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.divide %0, %arg0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// 1 / sqrt(x) as the op of that name
// CHECK-LABEL: sym_name = "reciprocal-of-root"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "reciprocal-of-root"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.rsqrt %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.sqrt %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.reciprocal %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// 1 / (1 / sqrt(x)) = sqrt(x)
// CHECK-LABEL: sym_name = "reciprocal-of-reciprocal-root"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "reciprocal-of-reciprocal-root"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.sqrt %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.rsqrt %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.reciprocal %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x * (1 / y) = x / y
// CHECK-LABEL: sym_name = "multiply-by-reciprocal"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "multiply-by-reciprocal"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.divide %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reciprocal %arg1 : (tensor<f32>) -> tensor<f32>
  %1 = graph.multiply %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x / (1 / y) = x * y
// CHECK-LABEL: sym_name = "divide-by-reciprocal"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "divide-by-reciprocal"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.multiply %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reciprocal %arg1 : (tensor<f32>) -> tensor<f32>
  %1 = graph.divide %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// (x / y) / z = x / (y * z)
// CHECK-LABEL: sym_name = "divide-twice"
func.func {function_type = (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "divide-twice"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>, %arg2: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.multiply %arg1, %arg2
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.divide %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.divide %arg0, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = graph.divide %0, %arg2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x / x = 1
// CHECK-LABEL: sym_name = "divide-by-itself"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "divide-by-itself"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<1.0e+00> : tensor<f32>}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.divide %arg0, %arg0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %0 : (tensor<f32>) -> ()
})

// x - x = 0
// CHECK-LABEL: sym_name = "subtract-itself"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "subtract-itself"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<0.0e+00> : tensor<f32>}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.subtract %arg0, %arg0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %0 : (tensor<f32>) -> ()
})

// x * 0 = 0
// CHECK-LABEL: sym_name = "multiply-by-zero"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "multiply-by-zero"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<0.0e+00> : tensor<f32>}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<0.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.multiply %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// (x + y) - y = x
// CHECK-LABEL: sym_name = "add-then-subtract"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "add-then-subtract"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.add %arg0, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = graph.subtract %0, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// (x - y) + y = x
// CHECK-LABEL: sym_name = "subtract-then-add"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "subtract-then-add"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.subtract %arg0, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = graph.add %0, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// -(x - y) = y - x
// CHECK-LABEL: sym_name = "negate-difference"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "negate-difference"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.subtract %arg1, %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.subtract %arg0, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = graph.negate %0 : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x + -y = x - y
// CHECK-LABEL: sym_name = "add-negative"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "add-negative"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.subtract %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.negate %arg1 : (tensor<f32>) -> tensor<f32>
  %1 = graph.add %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x - -y = x + y
// CHECK-LABEL: sym_name = "subtract-negative"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "subtract-negative"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.add %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.negate %arg1 : (tensor<f32>) -> tensor<f32>
  %1 = graph.subtract %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// 0 - x = -x
// CHECK-LABEL: sym_name = "subtract-from-zero"
func.func {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "subtract-from-zero"} ({
^bb0(%arg0: tensor<4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.negate %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<0.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.subtract %0, %arg0 : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  func.return %1 : (tensor<4xf32>) -> ()
})

// x * -1 = -x
// CHECK-LABEL: sym_name = "multiply-by-minus-one"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "multiply-by-minus-one"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.negate %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<-1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.multiply %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// -x * -y = x * y
// CHECK-LABEL: sym_name = "multiply-negatives"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "multiply-negatives"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.multiply %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.negate %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.negate %arg1 : (tensor<f32>) -> tensor<f32>
  %2 = graph.multiply %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// -x / -y = x / y
// CHECK-LABEL: sym_name = "divide-negatives"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "divide-negatives"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.divide %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.negate %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.negate %arg1 : (tensor<f32>) -> tensor<f32>
  %2 = graph.divide %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// (x + a) + b = x + (a + b): one constant instead of two
// CHECK-LABEL: sym_name = "add-constants"
func.func {function_type = (tensor<ui8>) -> tensor<ui8>, sym_name = "add-constants"} ({
^bb0(%arg0: tensor<ui8>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<4> : tensor<ui8>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.add %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<0> : tensor<ui8>} : () -> tensor<ui8>
  %1 = graph.add %arg0, %0 : (tensor<ui8>, tensor<ui8>) -> tensor<ui8>
  %2 = graph.constant {value = dense<4> : tensor<ui8>} : () -> tensor<ui8>
  %3 = graph.add %1, %2 : (tensor<ui8>, tensor<ui8>) -> tensor<ui8>
  func.return %3 : (tensor<ui8>) -> ()
})

// (x + a) + b = x + (a + b), rounded otherwise
// CHECK-LABEL: sym_name = "add-float-constants"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "add-float-constants"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<8.805222e-02> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.constant {value = dense<2.337259e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.add %[[V0]], %[[V1]]
  // CHECK-NEXT: %[[V3:[0-9]+]] = graph.add %arg0, %[[V2]]
  // CHECK-NEXT: func.return %[[V3]]
  %0 = graph.constant {value = dense<8.805222e-02> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.add %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<2.337259e+00> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.add %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %3 : (tensor<f32>) -> ()
})

// (x * a) * b = x * (a * b): one constant instead of two
// CHECK-LABEL: sym_name = "multiply-constants"
func.func {function_type = (tensor<i32>) -> tensor<i32>, sym_name = "multiply-constants"} ({
^bb0(%arg0: tensor<i32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<0> : tensor<i32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.multiply %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<1> : tensor<i32>} : () -> tensor<i32>
  %1 = graph.multiply %arg0, %0 : (tensor<i32>, tensor<i32>) -> tensor<i32>
  %2 = graph.constant {value = dense<0> : tensor<i32>} : () -> tensor<i32>
  %3 = graph.multiply %1, %2 : (tensor<i32>, tensor<i32>) -> tensor<i32>
  func.return %3 : (tensor<i32>) -> ()
})

// (x * a) * b = x * (a * b), rounded otherwise
// CHECK-LABEL: sym_name = "multiply-float-constants"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "multiply-float-constants"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<1.5890496e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.constant {value = dense<2.4381115e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.multiply %[[V0]], %[[V1]]
  // CHECK-NEXT: %[[V3:[0-9]+]] = graph.multiply %arg0, %[[V2]]
  // CHECK-NEXT: func.return %[[V3]]
  %0 = graph.constant {value = dense<1.5890496e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.multiply %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<2.4381115e+00> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.multiply %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %3 : (tensor<f32>) -> ()
})

// (x + a) * b + c = x * b + (a * b + c)
// CHECK-LABEL: sym_name = "offset-around-scale"
func.func {function_type = (tensor<2xf32>) -> tensor<2xf32>, sym_name = "offset-around-scale"} ({
^bb0(%arg0: tensor<2xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[A:[0-9]+]] = graph.constant {value = dense<[1.5e+00, 3.0e+00]> : tensor<2xf32>}
  // CHECK-NEXT: %[[B:[0-9]+]] = graph.constant {value = dense<2.5e+00> : tensor<f32>}
  // CHECK-NEXT: %[[C:[0-9]+]] = graph.constant {value = dense<3.5e+00> : tensor<f32>}
  // CHECK-NEXT: %[[X:[0-9]+]] = graph.multiply %arg0, %[[B]]
  // CHECK-NEXT: %[[AB:[0-9]+]] = graph.multiply %[[A]], %[[B]]
  // CHECK-NEXT: %[[ABC:[0-9]+]] = graph.add %[[AB]], %[[C]]
  // CHECK-NEXT: %[[Y:[0-9]+]] = graph.add %[[X]], %[[ABC]]
  // CHECK-NEXT: func.return %[[Y]]
  %a = graph.constant {value = dense<[1.5, 3.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %b = graph.constant {value = dense<2.5> : tensor<f32>} : () -> tensor<f32>
  %c = graph.constant {value = dense<3.5> : tensor<f32>} : () -> tensor<f32>
  %0 = graph.add %arg0, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = graph.multiply %0, %b : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %2 = graph.add %1, %c : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  func.return %2 : (tensor<2xf32>) -> ()
})

// (x + a) - b = x + (a - b)
// CHECK-LABEL: sym_name = "add-then-subtract-constant"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "add-then-subtract-constant"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<2.5e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.add %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<5.0e-01> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.add %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<-2.0e+00> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.subtract %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %3 : (tensor<f32>) -> ()
})

// (x - a) + b = x + (b - a)
// CHECK-LABEL: sym_name = "subtract-then-add-constant"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "subtract-then-add-constant"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<1.0e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.add %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<0.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.subtract %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.add %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %3 : (tensor<f32>) -> ()
})

// (x - a) - b = x - (a + b)
// CHECK-LABEL: sym_name = "subtract-constants"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "subtract-constants"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<5.0e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.subtract %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<4.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.subtract %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.subtract %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %3 : (tensor<f32>) -> ()
})

// x * z + y * z = (x + y) * z
// CHECK-LABEL: sym_name = "factor-sum"
func.func {function_type = (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "factor-sum"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>, %arg2: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.add %arg0, %arg2
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.multiply %[[V0]], %arg1
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.multiply %arg0, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = graph.multiply %arg2, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.add %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// x * z - y * z = (x - y) * z
// CHECK-LABEL: sym_name = "factor-difference"
func.func {function_type = (tensor<f32>, tensor<f32>, tensor<2xf32>) -> tensor<2xf32>, sym_name = "factor-difference"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>, %arg2: tensor<2xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.subtract %arg0, %arg2
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.multiply %[[V0]], %arg1
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.multiply %arg0, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = graph.multiply %arg2, %arg1 : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  %2 = graph.subtract %0, %1 : (tensor<f32>, tensor<2xf32>) -> tensor<2xf32>
  func.return %2 : (tensor<2xf32>) -> ()
})

// |x| * |x| = x * x
// CHECK-LABEL: sym_name = "square-of-abs"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "square-of-abs"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.multiply %arg0, %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.abs %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.multiply %0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// -x * c = x * -c
// CHECK-LABEL: sym_name = "multiply-negative-by-number"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "multiply-negative-by-number"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<-5.0e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.multiply %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.negate %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.constant {value = dense<5.0e+00> : tensor<f32>} : () -> tensor<f32>
  %2 = graph.multiply %0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// -(x * c) = x * -c
// CHECK-LABEL: sym_name = "negate-product"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "negate-product"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<-3.0e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.multiply %arg0, %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.constant {value = dense<3.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.multiply %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.negate %1 : (tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})

// (x * a + b) * c = x * (a * c) + b * c
// CHECK-LABEL: sym_name = "scale-of-affine"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "scale-of-affine"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<1.7744486e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.constant {value = dense<2.9813075e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.constant {value = dense<2.921379e+00> : tensor<f32>}
  // CHECK-NEXT: %[[V3:[0-9]+]] = graph.multiply %[[V0]], %[[V2]]
  // CHECK-NEXT: %[[V4:[0-9]+]] = graph.multiply %arg0, %[[V3]]
  // CHECK-NEXT: %[[V5:[0-9]+]] = graph.multiply %[[V1]], %[[V2]]
  // CHECK-NEXT: %[[V6:[0-9]+]] = graph.add %[[V4]], %[[V5]]
  // CHECK-NEXT: func.return %[[V6]]
  %0 = graph.constant {value = dense<1.7744486e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.multiply %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.constant {value = dense<2.9813075e+00> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.add %1, %2 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %4 = graph.constant {value = dense<2.921379e+00> : tensor<f32>} : () -> tensor<f32>
  %5 = graph.multiply %3, %4 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %5 : (tensor<f32>) -> ()
})

// x - (x + y) = -y
// CHECK-LABEL: sym_name = "subtract-sum"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "subtract-sum"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.negate %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.add %arg0, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = graph.subtract %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x - (x - y) = y
// CHECK-LABEL: sym_name = "subtract-difference"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "subtract-difference"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg1
  %0 = graph.subtract %arg0, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = graph.subtract %arg0, %0 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// x / (y / z) = x * z / y, where y is a number
// CHECK-LABEL: sym_name = "divide-by-quotient"
func.func {function_type = (tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "divide-by-quotient"} ({
^bb0(%arg0: tensor<f32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.multiply %arg0, %arg1
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.constant {value = dense<3.3333334e-01> : tensor<f32>}
  // CHECK-NEXT: %[[V2:[0-9]+]] = graph.multiply %[[V0]], %[[V1]]
  // CHECK-NEXT: func.return %[[V2]]
  %0 = graph.constant {value = dense<3.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.divide %0, %arg1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  %2 = graph.divide %arg0, %1 : (tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})
