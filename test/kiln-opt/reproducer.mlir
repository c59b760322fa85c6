// configuration: --pass-pipeline='builtin.module(func.func(dce))'
// A reproducer names its pipeline in the first line; one command replays it.
// RUN: kiln-opt --run-reproducer %s | FileCheck %s
// RUN: not kiln-opt --run-reproducer %S/pipelines.mlir 2>&1 | FileCheck %s --check-prefix=NONE

// CHECK:     sym_name = "main"
// CHECK-NOT: arith.addf
// CHECK:     func.return
// NONE: this is no reproducer: its first line names no pipeline
func.func {function_type = (f32) -> (), sym_name = "main"} ({
^bb0(%x: f32):
  %0 = arith.addf %x, %x : (f32, f32) -> f32
  func.return : () -> ()
})
