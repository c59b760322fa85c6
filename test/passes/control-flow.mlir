// What `simplify` knows of graph.if.
// RUN: kiln-opt %s --simplify | FileCheck %s

// CHECK-LABEL: sym_name = "constant_condition"
func.func {function_type = (tensor<2xf32>) -> tensor<2xf32>, sym_name = "constant_condition"} ({
^bb0(%x: tensor<2xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[E:[0-9]+]] = graph.exp %arg0
  // CHECK-NEXT: func.return %[[E]]
  %false = graph.constant {value = dense<false> : tensor<i1>} : () -> tensor<i1>
  %0 = graph.if %false ({
    %1 = graph.tanh %x : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %1 : (tensor<2xf32>) -> ()
  }, {
    %2 = graph.exp %x : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %2 : (tensor<2xf32>) -> ()
  }) : (tensor<i1>) -> tensor<2xf32>
  func.return %0 : (tensor<2xf32>) -> ()
})

// In a branch the condition is known: the inner if goes, and so does what asks for the condition's opposite.
// CHECK-LABEL: sym_name = "known_condition"
func.func {function_type = (tensor<i1>, tensor<2xf32>) -> tensor<2xf32>, sym_name = "known_condition"} ({
^bb0(%c: tensor<i1>, %x: tensor<2xf32>):
  // CHECK:     graph.if %arg0
  // CHECK:     graph.tanh
  // CHECK-NOT: graph.if
  // CHECK:     graph.cos
  // CHECK-NOT: graph.sin
  %0 = graph.if %c ({
    %1 = graph.if %c ({
      %2 = graph.tanh %x : (tensor<2xf32>) -> tensor<2xf32>
      graph.yield %2 : (tensor<2xf32>) -> ()
    }, {
      %3 = graph.sin %x : (tensor<2xf32>) -> tensor<2xf32>
      graph.yield %3 : (tensor<2xf32>) -> ()
    }) : (tensor<i1>) -> tensor<2xf32>
    graph.yield %1 : (tensor<2xf32>) -> ()
  }, {
    %4 = graph.cos %x : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %4 : (tensor<2xf32>) -> ()
  }) : (tensor<i1>) -> tensor<2xf32>
  func.return %0 : (tensor<2xf32>) -> ()
})

// A chain that both branches compute moves out; what is left of the branches differs.
// CHECK-LABEL: sym_name = "common_ops"
func.func {function_type = (tensor<i1>, tensor<2xf32>) -> tensor<2xf32>, sym_name = "common_ops"} ({
^bb0(%c: tensor<i1>, %x: tensor<2xf32>):
  // CHECK:      %[[E:[0-9]+]] = graph.exp %arg1
  // CHECK-NEXT: %[[S:[0-9]+]] = graph.sin %[[E]]
  // CHECK-NEXT: graph.if %arg0
  // CHECK-NEXT: graph.tanh %[[S]]
  // CHECK:      graph.cos %[[S]]
  // CHECK-NOT:  graph.exp
  %0 = graph.if %c ({
    %1 = graph.exp %x : (tensor<2xf32>) -> tensor<2xf32>
    %2 = graph.sin %1 : (tensor<2xf32>) -> tensor<2xf32>
    %3 = graph.tanh %2 : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %3 : (tensor<2xf32>) -> ()
  }, {
    %4 = graph.exp %x : (tensor<2xf32>) -> tensor<2xf32>
    %5 = graph.sin %4 : (tensor<2xf32>) -> tensor<2xf32>
    %6 = graph.cos %5 : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %6 : (tensor<2xf32>) -> ()
  }) : (tensor<i1>) -> tensor<2xf32>
  func.return %0 : (tensor<2xf32>) -> ()
})

// The first result is the same in both branches, the second one is not used.
// CHECK-LABEL: sym_name = "results"
func.func {function_type = (tensor<i1>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>), sym_name = "results"} ({
^bb0(%c: tensor<i1>, %x: tensor<2xf32>):
  // CHECK:      %[[E:[0-9]+]] = graph.exp %arg1
  // CHECK-NEXT: %[[R:[0-9]+]] = graph.if %arg0
  // CHECK-NEXT: %[[T:[0-9]+]] = graph.tanh
  // CHECK-NEXT: graph.yield %[[T]] :
  // CHECK-NOT:  graph.sin
  // CHECK:      func.return %[[E]], %[[R]]
  %0:3 = graph.if %c ({
    %1 = graph.exp %x : (tensor<2xf32>) -> tensor<2xf32>
    %2 = graph.sin %x : (tensor<2xf32>) -> tensor<2xf32>
    %3 = graph.tanh %x : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %1, %2, %3 : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }, {
    %4 = graph.exp %x : (tensor<2xf32>) -> tensor<2xf32>
    %5 = graph.cos %x : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %4, %5, %5 : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) : (tensor<i1>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
  func.return %0#0, %0#2 : (tensor<2xf32>, tensor<2xf32>) -> ()
})

// Equal constants leave their branches; where nothing else is left, values are selected.
// CHECK-LABEL: sym_name = "constants_and_select"
func.func {function_type = (tensor<i1>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>), sym_name = "constants_and_select"} ({
^bb0(%c: tensor<i1>, %x: tensor<2xf32>):
  // CHECK-DAG: %[[TWO:[0-9]+]] = graph.constant {value = dense<2.0e+00>
  // CHECK-DAG: %[[ONE:[0-9]+]] = graph.constant {value = dense<1.0e+00>
  // CHECK:     %[[S:[0-9]+]] = graph.select %arg0, %arg1, %[[ONE]]
  // CHECK:     func.return %[[TWO]], %[[S]]
  // CHECK-NOT: graph.if
  %0:2 = graph.if %c ({
    %1 = graph.constant {value = dense<2.0> : tensor<2xf32>} : () -> tensor<2xf32>
    graph.yield %1, %x : (tensor<2xf32>, tensor<2xf32>) -> ()
  }, {
    %2 = graph.constant {value = dense<2.0> : tensor<2xf32>} : () -> tensor<2xf32>
    %3 = graph.constant {value = dense<1.0> : tensor<2xf32>} : () -> tensor<2xf32>
    graph.yield %2, %3 : (tensor<2xf32>, tensor<2xf32>) -> ()
  }) : (tensor<i1>) -> (tensor<2xf32>, tensor<2xf32>)
  func.return %0#0, %0#1 : (tensor<2xf32>, tensor<2xf32>) -> ()
})
