// Results, operands, successors, regions, attributes, in both forms, mixed.
// RUN: kiln-opt %s | FileCheck %s --check-prefix=PRETTY
// RUN: kiln-opt %s --generic | FileCheck %s --check-prefix=GENERIC
// RUN: kiln-opt %s --generic | mlir-opt --allow-unregistered-dialect --mlir-print-op-generic \
// RUN:   | kiln-opt | FileCheck %s --check-prefix=PRETTY

// PRETTY:      builtin.module ({
// PRETTY-NEXT:   func.func {function_type = (f32, i1) -> f32, sym_name = "main"} ({
// PRETTY-NEXT:   ^bb0(%arg0: f32, %arg1: i1):
// GENERIC:      "builtin.module"() ({
// GENERIC-NEXT:   "func.func"() ({
// GENERIC-NEXT:   ^bb0(%arg0: f32, %arg1: i1):
func.func {sym_name = "main", function_type = (f32, i1) -> f32} ({
^entry(%x: f32, %condition: i1):
  // Several results under one name, and under several.
  // PRETTY-NEXT: %0:3 = "test.three"(%arg0) <{axis = 1}> : (f32) -> (f32, i64, i8)
  // GENERIC-NEXT: %0:3 = "test.three"(%arg0) <{axis = 1}> : (f32) -> (f32, i64, i8)
  %a, %b:2 = "test.three"(%x) <{axis = 1}> : (f32) -> (f32, i64, i8)
  // PRETTY-NEXT: "test.use"(%0#2, %0#0, %0#1) : (i8, f32, i64) -> ()
  "test.use"(%b#1, %a, %b#0) : (i8, f32, i64) -> ()
  // PRETTY-NEXT: "test.branch"(%arg1)[^bb2, ^bb1] : (i1) -> ()
  "test.branch"(%condition)[^last, ^middle] : (i1) -> ()
// PRETTY-NEXT: ^bb1:
^middle:
  // PRETTY-NEXT: "test.branch"()[^bb2] : () -> ()
  "test.branch"()[^last] : () -> ()
// PRETTY-NEXT: ^bb2:
^last:
  // PRETTY-NEXT: func.return %arg0 : (f32) -> ()
  // GENERIC:     "func.return"(%arg0) : (f32) -> ()
  func.return %x : (f32) -> ()
})

// A region without blocks, one with an empty block, one with an argument.
// PRETTY:      "test.regions"() ({
// PRETTY-NEXT: }, {
// PRETTY-NEXT: ^bb0:
// PRETTY-NEXT: }, {
// PRETTY-NEXT: ^bb0(%arg0: f32):
// PRETTY-NEXT: }) : () -> ()
"test.regions"() ({}, {
^empty:
}, {
^argument(%y: f32):
}) : () -> ()
