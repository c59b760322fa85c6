// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// Layers whose inputs have a name for every extent.

// The steps of a sequence are rounds of a loop, which carries the state.
// CHECK-LABEL: sym_name = "recurrence"
// CHECK: graph.sqrt
// CHECK: %[[LOOP:[0-9]+]]:2 = graph.loop {{.*}} {rounds = #kiln.dims<[L]>}
// CHECK: graph.gather {{.*}}axis = 1
// CHECK: graph.broadcast {{.*}} -> tensor<?x2x?x1xf32, #kiln.dims<[B, 2, D floordiv 2, 1]>>
// CHECK: graph.exp
// CHECK: graph.yield
// CHECK: graph.transpose %[[LOOP]]#1 {permutation = [1, 0, 2]}
!q = tensor<?x?x?xf32, #kiln.dims<[B, L, D]>>
!g = tensor<?x?x?xf32, #kiln.dims<[B, L, G]>>
!s = tensor<?x2x?x?xf32, #kiln.dims<[B, 2, S, T]>>
func.func {sym_name = "recurrence", function_type = (!q, !q, !q, !s, !g) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%q: !q, %k: !q, %v: !q, %past: !s, %decay: !g):
  %y, %state = onnx.LinearAttention %q, %k, %v, %past, %decay {q_num_heads = 2, kv_num_heads = 2, update_rule = "gated"} : (!q, !q, !q, !s, !g) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  func.return %y, %state : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})
