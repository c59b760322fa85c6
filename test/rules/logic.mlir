// Truth values, bits, comparisons: each rule on the smallest graph that it matches.
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/logic.rules | FileCheck %s
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/logic.rules --statistics -o %t 2>&1 \
// RUN:   | FileCheck %s --check-prefix=COUNT

// COUNT-DAG: {{[0-9]+}} apply-rules: not-less{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: not-less-equal{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: not-greater{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: not-greater-equal{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: not-equal{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: not-not-equal{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: not-equal-to-itself{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: and-of-nots{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: or-of-nots{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: and-absorbs{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: or-absorbs{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: xor-twice{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: select-by-not{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: select-in-true{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: select-in-false{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: select-to-relu{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: select-to-minimum{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: select-to-maximum{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: and-with-not{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: or-with-not{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: xor-with-true{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: equal-to-true{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: equal-to-false{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: select-to-and{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: select-to-or{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: select-to-cast{{$}}

// not (x < y) = x >= y; not of floats, where NaN is neither
// CHECK-LABEL: sym_name = "not-less"
func.func {function_type = (tensor<i1>, tensor<i1>) -> tensor<i1>, sym_name = "not-less"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.greater_equal %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.less %arg0, %arg1 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  %1 = graph.not %0 : (tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// not (x <= y) = x > y
// CHECK-LABEL: sym_name = "not-less-equal"
func.func {function_type = (tensor<i1>, tensor<i1>) -> tensor<i1>, sym_name = "not-less-equal"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.greater %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.less_equal %arg0, %arg1 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  %1 = graph.not %0 : (tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// not (x > y) = x <= y
// CHECK-LABEL: sym_name = "not-greater"
func.func {function_type = (tensor<i1>, tensor<i1>) -> tensor<i1>, sym_name = "not-greater"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.less_equal %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.greater %arg0, %arg1 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  %1 = graph.not %0 : (tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// not (x >= y) = x < y
// CHECK-LABEL: sym_name = "not-greater-equal"
func.func {function_type = (tensor<i1>, tensor<i1>) -> tensor<i1>, sym_name = "not-greater-equal"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.less %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.greater_equal %arg0, %arg1 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  %1 = graph.not %0 : (tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// not (x == y) = x != y
// CHECK-LABEL: sym_name = "not-equal"
func.func {function_type = (tensor<i1>, tensor<i1>) -> tensor<i1>, sym_name = "not-equal"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.not_equal %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.equal %arg0, %arg1 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  %1 = graph.not %0 : (tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// not (x != y) = x == y
// CHECK-LABEL: sym_name = "not-not-equal"
func.func {function_type = (tensor<i32>, tensor<i32>) -> tensor<i1>, sym_name = "not-not-equal"} ({
^bb0(%arg0: tensor<i32>, %arg1: tensor<i32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.equal %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.not_equal %arg0, %arg1 : (tensor<i32>, tensor<i32>) -> tensor<i1>
  %1 = graph.not %0 : (tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// x != x asks whether x is NaN
// CHECK-LABEL: sym_name = "not-equal-to-itself"
func.func {function_type = (tensor<f32>) -> tensor<i1>, sym_name = "not-equal-to-itself"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.is_nan %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.not_equal %arg0, %arg0 : (tensor<f32>, tensor<f32>) -> tensor<i1>
  func.return %0 : (tensor<i1>) -> ()
})

// not x and not y = not (x or y)
// CHECK-LABEL: sym_name = "and-of-nots"
func.func {function_type = (tensor<i64>, tensor<i64>) -> tensor<i64>, sym_name = "and-of-nots"} ({
^bb0(%arg0: tensor<i64>, %arg1: tensor<i64>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.or %arg0, %arg1
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.not %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.not %arg0 : (tensor<i64>) -> tensor<i64>
  %1 = graph.not %arg1 : (tensor<i64>) -> tensor<i64>
  %2 = graph.and %0, %1 : (tensor<i64>, tensor<i64>) -> tensor<i64>
  func.return %2 : (tensor<i64>) -> ()
})

// not x or not y = not (x and y)
// CHECK-LABEL: sym_name = "or-of-nots"
func.func {function_type = (tensor<i32>, tensor<4xi32>) -> tensor<4xi32>, sym_name = "or-of-nots"} ({
^bb0(%arg0: tensor<i32>, %arg1: tensor<4xi32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.and %arg0, %arg1
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.not %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.not %arg0 : (tensor<i32>) -> tensor<i32>
  %1 = graph.not %arg1 : (tensor<4xi32>) -> tensor<4xi32>
  %2 = graph.or %0, %1 : (tensor<i32>, tensor<4xi32>) -> tensor<4xi32>
  func.return %2 : (tensor<4xi32>) -> ()
})

// x and (x or y) = x
// CHECK-LABEL: sym_name = "and-absorbs"
func.func {function_type = (tensor<i1>, tensor<i1>) -> tensor<i1>, sym_name = "and-absorbs"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.or %arg0, %arg1 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  %1 = graph.and %arg0, %0 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// x or (x and y) = x
// CHECK-LABEL: sym_name = "or-absorbs"
func.func {function_type = (tensor<i1>, tensor<i1>) -> tensor<i1>, sym_name = "or-absorbs"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.and %arg0, %arg1 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  %1 = graph.or %arg0, %0 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// (x xor y) xor y = x
// CHECK-LABEL: sym_name = "xor-twice"
func.func {function_type = (tensor<ui8>, tensor<ui8>) -> tensor<ui8>, sym_name = "xor-twice"} ({
^bb0(%arg0: tensor<ui8>, %arg1: tensor<ui8>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.xor %arg0, %arg1 : (tensor<ui8>, tensor<ui8>) -> tensor<ui8>
  %1 = graph.xor %0, %arg1 : (tensor<ui8>, tensor<ui8>) -> tensor<ui8>
  func.return %1 : (tensor<ui8>) -> ()
})

// select(not c, a, b) = select(c, b, a)
// CHECK-LABEL: sym_name = "select-by-not"
func.func {function_type = (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "select-by-not"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<f32>, %arg2: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.select %arg0, %arg2, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.not %arg0 : (tensor<i1>) -> tensor<i1>
  %1 = graph.select %0, %arg1, %arg2 : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// select(c, select(c, a, b), d) = select(c, a, d)
// CHECK-LABEL: sym_name = "select-in-true"
func.func {function_type = (tensor<i1>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "select-in-true"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<f32>, %arg2: tensor<f32>, %arg3: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.select %arg0, %arg1, %arg3
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.select %arg0, %arg1, %arg2 : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = graph.select %arg0, %0, %arg3 : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// select(c, a, select(c, b, d)) = select(c, a, d)
// CHECK-LABEL: sym_name = "select-in-false"
func.func {function_type = (tensor<i1>, tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<f32>, sym_name = "select-in-false"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<f32>, %arg2: tensor<f32>, %arg3: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.select %arg0, %arg1, %arg3
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.select %arg0, %arg2, %arg3 : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
  %1 = graph.select %arg0, %arg1, %0 : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// select(x < 0, 0, x) = relu(x)
// CHECK-LABEL: sym_name = "select-to-relu"
func.func {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "select-to-relu"} ({
^bb0(%arg0: tensor<4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.relu %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<[0.0e+00]> : tensor<1xf32>} : () -> tensor<1xf32>
  %1 = graph.less %arg0, %0 : (tensor<4xf32>, tensor<1xf32>) -> tensor<4xi1>
  %2 = graph.constant {value = dense<0.0e+00> : tensor<f32>} : () -> tensor<f32>
  %3 = graph.select %1, %2, %arg0 : (tensor<4xi1>, tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  func.return %3 : (tensor<4xf32>) -> ()
})

// select(x < y, x, y) = min(x, y); not of floats, where NaN is neither
// CHECK-LABEL: sym_name = "select-to-minimum"
func.func {function_type = (tensor<ui8>, tensor<ui8>) -> tensor<ui8>, sym_name = "select-to-minimum"} ({
^bb0(%arg0: tensor<ui8>, %arg1: tensor<ui8>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.minimum %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.less %arg0, %arg1 : (tensor<ui8>, tensor<ui8>) -> tensor<i1>
  %1 = graph.select %0, %arg0, %arg1 : (tensor<i1>, tensor<ui8>, tensor<ui8>) -> tensor<ui8>
  func.return %1 : (tensor<ui8>) -> ()
})

// select(x > y, x, y) = max(x, y)
// CHECK-LABEL: sym_name = "select-to-maximum"
func.func {function_type = (tensor<i64>, tensor<i64>) -> tensor<i64>, sym_name = "select-to-maximum"} ({
^bb0(%arg0: tensor<i64>, %arg1: tensor<i64>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.maximum %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.greater %arg0, %arg1 : (tensor<i64>, tensor<i64>) -> tensor<i1>
  %1 = graph.select %0, %arg0, %arg1 : (tensor<i1>, tensor<i64>, tensor<i64>) -> tensor<i64>
  func.return %1 : (tensor<i64>) -> ()
})

// x and not x is false
// CHECK-LABEL: sym_name = "and-with-not"
func.func {function_type = (tensor<i1>) -> tensor<i1>, sym_name = "and-with-not"} ({
^bb0(%arg0: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<false> : tensor<i1>}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.not %arg0 : (tensor<i1>) -> tensor<i1>
  %1 = graph.and %arg0, %0 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// x or not x is true
// CHECK-LABEL: sym_name = "or-with-not"
func.func {function_type = (tensor<i1>) -> tensor<i1>, sym_name = "or-with-not"} ({
^bb0(%arg0: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.constant {value = dense<true> : tensor<i1>}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.not %arg0 : (tensor<i1>) -> tensor<i1>
  %1 = graph.or %arg0, %0 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// x xor true = not x
// CHECK-LABEL: sym_name = "xor-with-true"
func.func {function_type = (tensor<i1>) -> tensor<i1>, sym_name = "xor-with-true"} ({
^bb0(%arg0: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.not %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %1 = graph.xor %arg0, %0 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// (x == true) = x
// CHECK-LABEL: sym_name = "equal-to-true"
func.func {function_type = (tensor<i1>) -> tensor<i1>, sym_name = "equal-to-true"} ({
^bb0(%arg0: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %1 = graph.equal %arg0, %0 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// (x == false) = not x
// CHECK-LABEL: sym_name = "equal-to-false"
func.func {function_type = (tensor<i1>) -> tensor<i1>, sym_name = "equal-to-false"} ({
^bb0(%arg0: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.not %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<false> : tensor<i1>} : () -> tensor<i1>
  %1 = graph.equal %arg0, %0 : (tensor<i1>, tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// select(c, x, false) = c and x
// CHECK-LABEL: sym_name = "select-to-and"
func.func {function_type = (tensor<i1>, tensor<i1>) -> tensor<i1>, sym_name = "select-to-and"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.and %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<false> : tensor<i1>} : () -> tensor<i1>
  %1 = graph.select %arg0, %arg1, %0 : (tensor<i1>, tensor<i1>, tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// select(c, true, x) = c or x
// CHECK-LABEL: sym_name = "select-to-or"
func.func {function_type = (tensor<i1>, tensor<i1>) -> tensor<i1>, sym_name = "select-to-or"} ({
^bb0(%arg0: tensor<i1>, %arg1: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.or %arg0, %arg1
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %1 = graph.select %arg0, %0, %arg1 : (tensor<i1>, tensor<i1>, tensor<i1>) -> tensor<i1>
  func.return %1 : (tensor<i1>) -> ()
})

// select(c, 1, 0) is c as a number
// CHECK-LABEL: sym_name = "select-to-cast"
func.func {function_type = (tensor<i1>) -> tensor<f32>, sym_name = "select-to-cast"} ({
^bb0(%arg0: tensor<i1>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.cast %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<1.0e+00> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.constant {value = dense<0.0e+00> : tensor<f32>} : () -> tensor<f32>
  %2 = graph.select %arg0, %0, %1 : (tensor<i1>, tensor<f32>, tensor<f32>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})
