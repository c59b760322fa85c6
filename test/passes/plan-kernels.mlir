// RUN: kiln-opt %s --pass-pipeline='builtin.module(outline,plan-kernels{target=x86_64:znver4 alternative=0})' | FileCheck %s --check-prefix=FIRST
// RUN: kiln-opt %s --pass-pipeline='builtin.module(outline,plan-kernels{target=x86_64:znver4 alternative=1})' | FileCheck %s --check-prefix=SECOND
// RUN: kiln-opt %s --pass-pipeline='builtin.module(outline,plan-kernels{target=x86_64:znver4 alternative=99})' | FileCheck %s --check-prefix=FIRST
// RUN: not kiln-opt %s --pass-pipeline='builtin.module(outline,plan-kernels{tuning=%s})' 2>&1 | FileCheck %s --check-prefix=WRONG

// Each kernel's plans have numbers; that of the cost model is the first, and stands for numbers that there are not.
// FIRST-LABEL:  sym_name = "main"
// FIRST:        tile_vectors = 2
// FIRST-SAME:   tried = {count = [[COUNT:[0-9]+]], kernel = "{{[0-9a-f]+}}", number = 0, plan = "{{.*}}tile_vectors = 2
// FIRST-NOT:    tried
// FIRST:        func.return
// SECOND-LABEL: sym_name = "main"
// SECOND:       tile_rows = [15, 10], tile_vectors = 1
// SECOND-SAME:  tried = {{.*}}number = 1, plan = "{{.*}}tile_vectors = 1
// SECOND-NOT:   tried
// SECOND:       func.return
// WRONG:        this is no tuning file
func.func {function_type = (tensor<100x64xf32>, tensor<64x64xf32>) -> tensor<100x64xf32>, sym_name = "main"} ({
^bb0(%x: tensor<100x64xf32>, %w: tensor<64x64xf32>):
  %p = graph.matmul %x, %w : (tensor<100x64xf32>, tensor<64x64xf32>) -> tensor<100x64xf32>
  %s = graph.softmax %p {axis = 1} : (tensor<100x64xf32>) -> tensor<100x64xf32>
  func.return %s : (tensor<100x64xf32>) -> ()
})
