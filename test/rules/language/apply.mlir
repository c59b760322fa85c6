// A user's own rules: what they rewrite, what is said about it, what is counted.
// RUN: kiln-opt %s --rules %S/fuse.rules | FileCheck %s
// RUN: kiln-opt %s --apply-rules=files=%S/fuse.rules | FileCheck %s
// RUN: kiln-opt %s --rules %S/fuse.rules --statistics --debug-rules -o %t 2>&1 | FileCheck %s --check-prefix=DEBUG

// CHECK-LABEL: sym_name = "operands_in_either_order"
func.func {function_type = (tensor<2x3xf32>) -> tensor<2x3xf32>, sym_name = "operands_in_either_order"} ({
^bb0(%x: tensor<2x3xf32>):
  // CHECK: %[[HALF:.+]] = graph.constant {value = dense<5.0e-01> : tensor<f32>}
  // CHECK: %[[SCALED:.+]] = graph.multiply %arg0, %[[HALF]]
  // CHECK: %[[TANH:.+]] = graph.tanh %[[SCALED]]
  // CHECK: %[[SUM:.+]] = graph.constant {value = dense<3.0e+00> : tensor<f32>}
  // CHECK: graph.add %[[TANH]], %[[SUM]]
  %s = graph.sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %m = graph.multiply %s, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %one = graph.constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %two = graph.constant {value = dense<2.0> : tensor<3xf32>} : () -> tensor<3xf32>
  %a = graph.add %m, %one : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %b = graph.add %two, %a : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  func.return %b : (tensor<2x3xf32>) -> ()
})

// CHECK-LABEL: sym_name = "shared_values"
func.func {function_type = (tensor<2x3xf32>) -> tensor<2x3xf32>, sym_name = "shared_values"} ({
^bb0(%x: tensor<2x3xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[NORM:.+]] = graph.layer_norm %arg0 {axis = 1, epsilon = 9.999999747378752e-06}
  // CHECK-NEXT: func.return %[[NORM]]
  %mean = graph.reduce_mean %x {axes = [1]} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  %c = graph.subtract %x, %mean : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  %two = graph.constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %q = graph.power %c, %two : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %v = graph.reduce_mean %q {axes = [1]} : (tensor<2x3xf32>) -> tensor<2x1xf32>
  %e = graph.constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %o = graph.add %v, %e : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  %r = graph.sqrt %o : (tensor<2x1xf32>) -> tensor<2x1xf32>
  %y = graph.divide %c, %r : (tensor<2x3xf32>, tensor<2x1xf32>) -> tensor<2x3xf32>
  func.return %y : (tensor<2x3xf32>) -> ()
})

// The sigmoid has a second use, and the mean is over an axis that is not the last.
// CHECK-LABEL: sym_name = "near_misses"
func.func {function_type = (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>), sym_name = "near_misses"} ({
^bb0(%x: tensor<2x3xf32>):
  // CHECK: graph.multiply %arg0, %{{.+}}
  // CHECK: graph.divide
  %s = graph.sigmoid %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
  %m = graph.multiply %x, %s : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %mean = graph.reduce_mean %x {axes = [0]} : (tensor<2x3xf32>) -> tensor<1x3xf32>
  %c = graph.subtract %x, %mean : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  %q = graph.multiply %c, %c : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %v = graph.reduce_mean %q {axes = [0]} : (tensor<2x3xf32>) -> tensor<1x3xf32>
  %e = graph.constant {value = dense<1.0e-5> : tensor<f32>} : () -> tensor<f32>
  %o = graph.add %v, %e : (tensor<1x3xf32>, tensor<f32>) -> tensor<1x3xf32>
  %r = graph.sqrt %o : (tensor<1x3xf32>) -> tensor<1x3xf32>
  %y = graph.divide %c, %r : (tensor<2x3xf32>, tensor<1x3xf32>) -> tensor<2x3xf32>
  func.return %m, %s, %y : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> ()
})

// DEBUG-DAG: 1 apply-rules: add-constants
// DEBUG-DAG: 1 apply-rules: half-tanh
// DEBUG-DAG: 1 apply-rules: norm
// DEBUG-DAG: note: graph.multiply: rule 'half-tanh' applied
// DEBUG-DAG: note: graph.add: rule 'add-constants' applied
// DEBUG-DAG: note: graph.divide: rule 'norm' applied
// DEBUG:      note: graph.multiply: rule 'half-tanh' nearly applied: 'one-use' does not hold
// DEBUG:      (multiply $x (sigmoid $x):one-use)
// DEBUG-NEXT: ------- did not match
// DEBUG:      note: graph.divide: rule 'norm' nearly applied: '$axes == range(first($axes), rank($x))' does not hold
// DEBUG:      where $axes == range(first($axes), rank($x))
// DEBUG-NEXT: -------------------------------------- did not match
