// RUN: kiln-opt %s --loop-invariant-code-motion | FileCheck %s
// RUN: kiln-opt %s --loop-invariant-code-motion --statistics 2>&1 | FileCheck %s --check-prefix=COUNT
// COUNT: 6 loop-invariant-code-motion: ops-moved

// What depends on the outer loop alone leaves the inner one; what depends on neither leaves both.
// CHECK-LABEL: sym_name = "nest"
func.func {function_type = (index, index, index) -> (), sym_name = "nest"} ({
^bb0(%zero: index, %one: index, %count: index):
  // CHECK:      %[[SUM:[0-9]+]] = arith.addi %arg2, %arg2
  // CHECK-NEXT: scf.for
  scf.for %zero, %count, %one ({
  ^bb0(%i: index):
    // CHECK:      %[[ROW:[0-9]+]] = arith.muli %{{.*}}, %[[SUM]]
    // CHECK-NEXT: scf.for
    scf.for %zero, %count, %one ({
    ^bb0(%j: index):
      // CHECK:      %[[PLACE:[0-9]+]] = arith.addi %[[ROW]], %{{.*}}
      // CHECK-NEXT: "test.use"(%[[PLACE]])
      %sum = arith.addi %count, %count : (index, index) -> index
      %row = arith.muli %i, %sum : (index, index) -> index
      %place = arith.addi %row, %j : (index, index) -> index
      "test.use"(%place) : (index) -> ()
      scf.yield : () -> ()
    }) : (index, index, index) -> ()
    scf.yield : () -> ()
  }) : (index, index, index) -> ()
  func.return : () -> ()
})

// A quotient may be undefined where the loop runs no round; ops that are not known to be pure have effects.
// CHECK-LABEL: sym_name = "kept"
func.func {function_type = (index, index, index) -> (), sym_name = "kept"} ({
^bb0(%zero: index, %one: index, %count: index):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[SUM:[0-9]+]] = arith.addi %arg2, %arg1
  // CHECK-NEXT: scf.for
  scf.for %zero, %count, %one ({
  ^bb0(%i: index):
    // CHECK:      arith.divui
    // CHECK-NEXT: "test.effect"(%[[SUM]])
    %sum = arith.addi %count, %one : (index, index) -> index
    %quotient = arith.divui %count, %zero : (index, index) -> index
    "test.effect"(%sum) : (index) -> ()
    "test.use"(%quotient) : (index) -> ()
    scf.yield : () -> ()
  }) : (index, index, index) -> ()
  func.return : () -> ()
})

// Out of a loop of the graph dialect go branches as a whole, too; an index is not looked up where no round might have.
// CHECK-LABEL: sym_name = "graph"
func.func {function_type = (tensor<4xf32>, tensor<i1>, tensor<i64>) -> (tensor<4xf32>, tensor<?xf32, #kiln.dims<[N]>>), sym_name = "graph"} ({
^bb0(%x: tensor<4xf32>, %c: tensor<i1>, %n: tensor<i64>):
  // CHECK:      %[[E:[0-9]+]] = graph.exp %arg0
  // CHECK-NEXT: %[[B:[0-9]+]] = graph.if %arg1
  // CHECK:      graph.loop %arg0
  // CHECK:      graph.gather %arg0, %arg2
  // CHECK-NEXT: graph.add %{{[a-z0-9]+}}, %[[B]]
  %0:2 = graph.loop %x {rounds = #kiln.dims<[N]>} ({
  ^bb0(%i: tensor<i64>, %a: tensor<4xf32>):
    %1 = graph.exp %x : (tensor<4xf32>) -> tensor<4xf32>
    %2 = graph.if %c ({
      %3 = graph.sin %1 : (tensor<4xf32>) -> tensor<4xf32>
      graph.yield %3 : (tensor<4xf32>) -> ()
    }, {
      graph.yield %x : (tensor<4xf32>) -> ()
    }) : (tensor<i1>) -> tensor<4xf32>
    %4 = graph.gather %x, %n {axis = 0} : (tensor<4xf32>, tensor<i64>) -> tensor<f32>
    %5 = graph.add %a, %2 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    graph.yield %5, %4 : (tensor<4xf32>, tensor<f32>) -> ()
  }) : (tensor<4xf32>) -> (tensor<4xf32>, tensor<?xf32, #kiln.dims<[N]>>)
  func.return %0#0, %0#1 : (tensor<4xf32>, tensor<?xf32, #kiln.dims<[N]>>) -> ()
})
