// RUN: kiln-opt %s --pass-pipeline='builtin.module(schedule{target=x86_64},memory,kernels{target=x86_64},calls)' | FileCheck %s

// Equal weights are in the model once: as two constants of the source, packed or not, in whatever shape. A matrix of
// eight columns packs into one panel, which lies as the matrix itself does.
// CHECK: weight_bytes = 512, weight_offsets = [0, 256], weights = [dense_resource<"{{[0-9a-f]+}}"> : tensor<1x8x8xf32>, dense_resource<{{[^>]+}}> : tensor<1x8x8xf32>]
func.func {function_type = (tensor<8x8xf32>) -> (tensor<8x8xf32>, tensor<8x8xf32>), sym_name = "main"} ({
^bb0(%x: tensor<8x8xf32>):
  %0 = graph.constant {value = dense<[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 1.0], [2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 1.0, 2.0], [3.0, 4.0, 5.0, 6.0, 0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 0.0, 1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0]]> : tensor<8x8xf32>} : () -> tensor<8x8xf32>
  %1 = graph.constant {value = dense<[[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0], [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 1.0], [2.0, 3.0, 4.0, 5.0, 6.0, 0.0, 1.0, 2.0], [3.0, 4.0, 5.0, 6.0, 0.0, 1.0, 2.0, 3.0], [4.0, 5.0, 6.0, 0.0, 1.0, 2.0, 3.0, 4.0], [5.0, 6.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [6.0, 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 0.0]]> : tensor<8x8xf32>} : () -> tensor<8x8xf32>
  %2 = graph.constant {value = dense<3.0> : tensor<8x8xf32>} : () -> tensor<8x8xf32>
  %a = graph.matmul %x, %0 : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %b = graph.matmul %a, %1 : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %c = graph.matmul %b, %2 : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %d = graph.add %a, %0 : (tensor<8x8xf32>, tensor<8x8xf32>) -> tensor<8x8xf32>
  %e = graph.relu %d : (tensor<8x8xf32>) -> tensor<8x8xf32>
  func.return %c, %e : (tensor<8x8xf32>, tensor<8x8xf32>) -> ()
})
