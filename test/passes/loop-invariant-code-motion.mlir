// RUN: kiln-opt %s --loop-invariant-code-motion | FileCheck %s
// RUN: kiln-opt %s --loop-invariant-code-motion --statistics 2>&1 | FileCheck %s --check-prefix=COUNT
// COUNT: 4 loop-invariant-code-motion: ops-moved

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
