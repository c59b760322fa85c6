// RUN: kiln-opt %s --canonicalize | FileCheck %s

// Casts there and back cancel, and what nobody uses goes.
// CHECK-LABEL: sym_name = "casts"
func.func {function_type = (index) -> index, sym_name = "casts"} ({
^bb0(%x: index):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = builtin.unrealized_conversion_cast %x : (index) -> i64
  %1 = builtin.unrealized_conversion_cast %0 : (i64) -> index
  func.return %1 : (index) -> ()
})

// An op that folds to a constant becomes its dialect's constant op.
// CHECK-LABEL: sym_name = "constants"
func.func {function_type = () -> tensor<2xi64>, sym_name = "constants"} ({
  // CHECK-NEXT: %[[DIMS:[0-9]+]] = graph.constant {value = dense<[3, 4]> : tensor<2xi64>} : () -> tensor<2xi64>
  // CHECK-NEXT: func.return %[[DIMS]]
  %0 = graph.dims {dims = #kiln.dims<[3, 4]>} : () -> tensor<2xi64>
  func.return %0 : (tensor<2xi64>) -> ()
})
