// Functions are worked on by several threads; what is printed and counted, and in which order, does not depend on how many.
// RUN: kiln-opt %s --threads=1 --pass-pipeline='builtin.module(func.func(cse,dce))' -o %t
// RUN: kiln-opt %s --threads=2 --pass-pipeline='builtin.module(func.func(cse,dce))' | diff %t -
// RUN: kiln-opt %s --threads=8 --pass-pipeline='builtin.module(func.func(cse,dce))' | diff %t -
// RUN: kiln-opt %s --threads=1 --pass-pipeline='builtin.module(func.func(cse,dce))' --print-ir-after-all --statistics 2>&1 | FileCheck %s
// RUN: kiln-opt %s --threads=3 --pass-pipeline='builtin.module(func.func(cse,dce))' --print-ir-after-all --statistics 2>&1 | FileCheck %s

// CHECK:      IR Dump After cse
// CHECK-NEXT: func.func {{.*}} sym_name = "a"
// CHECK:      IR Dump After dce
// CHECK-NEXT: func.func {{.*}} sym_name = "a"
// CHECK:      IR Dump After cse
// CHECK-NEXT: func.func {{.*}} sym_name = "b"
// CHECK:      IR Dump After dce
// CHECK-NEXT: func.func {{.*}} sym_name = "b"
// CHECK:      IR Dump After cse
// CHECK-NEXT: func.func {{.*}} sym_name = "c"
// CHECK:      IR Dump After dce
// CHECK-NEXT: func.func {{.*}} sym_name = "c"
// CHECK:      2 cse: ops-merged
// CHECK:      3 dce: ops-erased

func.func {function_type = (f32) -> f32, sym_name = "a"} ({
^bb0(%x: f32):
  %0 = arith.addf %x, %x : (f32, f32) -> f32
  %1 = arith.addf %x, %x : (f32, f32) -> f32
  %2 = arith.mulf %0, %1 : (f32, f32) -> f32
  func.return %2 : (f32) -> ()
})
"test.symbol"() {sym_name = "between"} : () -> ()
func.func {function_type = (f32) -> f32, sym_name = "b"} ({
^bb0(%x: f32):
  %0 = arith.addf %x, %x : (f32, f32) -> f32
  %1 = func.call %x {callee = @a} : (f32) -> f32
  func.return %1 : (f32) -> ()
})
func.func {function_type = (f32) -> f32, sym_name = "c"} ({
^bb0(%x: f32):
  %0 = func.call %x {callee = @b} : (f32) -> f32
  %1 = arith.addf %x, %x : (f32, f32) -> f32
  %2 = arith.addf %x, %x : (f32, f32) -> f32
  %3 = arith.mulf %1, %2 : (f32, f32) -> f32
  func.return %0 : (f32) -> ()
})
