// RUN: kiln-opt %s --merge-siblings --fold-constants --dce | FileCheck %s
// A second run changes nothing.
// RUN: kiln-opt %s --merge-siblings --fold-constants --dce --merge-siblings --fold-constants --dce | FileCheck %s
// Slices of the one product are no kernels.
// RUN: kiln-opt %s --merge-siblings --fold-constants --dce --outline --plan-kernels --place-parts | FileCheck %s --check-prefix=PARTS

!x = tensor<8x4xf32>
!w = tensor<4x4xf32>
!heads = tensor<8x2x2xf32>
!first = tensor<2x8x2xf32>

// Queries, keys and values of two heads: each head is cut out of all heads.
// CHECK-LABEL: sym_name = "heads"
// CHECK:      %[[W:[0-9]+]] = graph.constant {{.*}} -> tensor<4x12xf32>
// CHECK:      %[[M:[0-9]+]] = graph.matmul %arg0, %[[W]] : (tensor<8x4xf32>, tensor<4x12xf32>) -> tensor<8x12xf32>
// CHECK:      %[[B:[0-9]+]] = graph.constant {value = dense<[1.0e+00, 1.0e+00, 1.0e+00, 1.0e+00, 1.0e+00, 2.0e+00, 3.0e+00, 4.0e+00, 3.0e+00, 3.0e+00, 3.0e+00, 3.0e+00]> : tensor<12xf32>}
// CHECK:      %[[A:[0-9]+]] = graph.add %[[M]], %[[B]]
// CHECK-DAG:  %[[R:[0-9]+]] = graph.reshape %[[A]] : (tensor<8x12xf32>) -> tensor<8x6x2xf32>
// CHECK-DAG:  graph.slice %{{[0-9]+}} {starts = #kiln.dims<[0, 0, 0]>, steps = [1, 1, 1]} : (tensor<8x6x2xf32>) -> tensor<8x2x2xf32>
// CHECK-DAG:  graph.slice %{{[0-9]+}} {starts = #kiln.dims<[0, 2, 0]>, steps = [1, 1, 1]} : (tensor<8x6x2xf32>) -> tensor<8x2x2xf32>
// CHECK-DAG:  graph.slice %{{[0-9]+}} {starts = #kiln.dims<[0, 4, 0]>, steps = [1, 1, 1]} : (tensor<8x6x2xf32>) -> tensor<8x2x2xf32>
// CHECK:      func.return
// PARTS-LABEL: sym_name = "heads"
// PARTS-COUNT-3: within = #kiln.dims<[8, 6, 2]>} : (tensor<8x6x2xf32>)
// PARTS: func.return
func.func {function_type = (!x) -> !first, sym_name = "heads"} ({
^bb0(%x: !x):
  %wq = graph.constant {value = dense<1.0> : !w} : () -> !w
  %q0 = graph.matmul %x, %wq : (!x, !w) -> !x
  %bq = graph.constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %q1 = graph.add %q0, %bq : (!x, tensor<f32>) -> !x
  %q2 = graph.reshape %q1 : (!x) -> !heads
  %q = graph.transpose %q2 {permutation = [1, 0, 2]} : (!heads) -> !first
  %wk = graph.constant {value = dense<2.0> : !w} : () -> !w
  %k0 = graph.matmul %x, %wk : (!x, !w) -> !x
  %bk = graph.constant {value = dense<[[1.0, 2.0, 3.0, 4.0]]> : tensor<1x4xf32>} : () -> tensor<1x4xf32>
  %k1 = graph.add %k0, %bk : (!x, tensor<1x4xf32>) -> !x
  %k2 = graph.reshape %k1 : (!x) -> !heads
  %k = graph.transpose %k2 {permutation = [1, 2, 0]} : (!heads) -> tensor<2x2x8xf32>
  %wv = graph.constant {value = dense<3.0> : !w} : () -> !w
  %v0 = graph.matmul %x, %wv : (!x, !w) -> !x
  %bv = graph.constant {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %v1 = graph.add %v0, %bv : (!x, tensor<f32>) -> !x
  %v2 = graph.reshape %v1 : (!x) -> !heads
  %v = graph.transpose %v2 {permutation = [1, 0, 2]} : (!heads) -> !first
  %s = graph.matmul %q, %k : (!first, tensor<2x2x8xf32>) -> tensor<2x8x8xf32>
  %p = graph.softmax %s {axis = 2} : (tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %r = graph.matmul %p, %v : (tensor<2x8x8xf32>, !first) -> !first
  func.return %r : (!first) -> ()
})

!i = tensor<1x2x4x4xf32>
!k = tensor<3x2x1x1xf32>
!c = tensor<1x3x4x4xf32>
!one = tensor<1x1x4x4xf32>

// Two branches reduce before they convolve, as the third does not: it is read by the concatenation.
// CHECK-LABEL: sym_name = "branches"
// CHECK:      %[[C:[0-9]+]] = graph.conv %arg0, %{{[0-9]+}}, %{{[0-9]+}} {{.*}} -> tensor<1x4x4x4xf32>
// CHECK-NEXT: %[[R:[0-9]+]] = graph.relu %[[C]]
// CHECK-DAG:  %[[P:[0-9]+]] = graph.slice %[[R]] {starts = #kiln.dims<[0, 0, 0, 0]>, {{.*}} -> tensor<1x3x4x4xf32>
// CHECK-DAG:  %[[Q:[0-9]+]] = graph.slice %[[R]] {starts = #kiln.dims<[0, 3, 0, 0]>, {{.*}} -> tensor<1x1x4x4xf32>
// CHECK:      graph.conv %arg0,
// CHECK-DAG:  graph.max_pool %[[P]]
// CHECK-DAG:  graph.max_pool %[[Q]]
func.func {function_type = (!i) -> (tensor<1x7x4x4xf32>), sym_name = "branches"} ({
^bb0(%x: !i):
  %w0 = graph.constant {value = dense<1.0> : !k} : () -> !k
  %w1 = graph.constant {value = dense<2.0> : !k} : () -> !k
  %w2 = graph.constant {value = dense<3.0> : tensor<1x2x1x1xf32>} : () -> tensor<1x2x1x1xf32>
  %b3 = graph.constant {value = dense<1.0> : tensor<3xf32>} : () -> tensor<3xf32>
  %b1 = graph.constant {value = dense<1.0> : tensor<1xf32>} : () -> tensor<1xf32>
  %c0 = graph.conv %x, %w0, %b3 {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (!i, !k, tensor<3xf32>) -> !c
  %c1 = graph.conv %x, %w1, %b3 {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (!i, !k, tensor<3xf32>) -> !c
  %c2 = graph.conv %x, %w2, %b1 {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (!i, tensor<1x2x1x1xf32>, tensor<1xf32>) -> !one
  %r0 = graph.relu %c0 : (!c) -> !c
  %r1 = graph.relu %c1 : (!c) -> !c
  %r2 = graph.relu %c2 : (!one) -> !one
  %p1 = graph.max_pool %r1 {window = [3, 3], strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], layout = "channels_first"} : (!c) -> !c
  %p2 = graph.max_pool %r2 {window = [3, 3], strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], layout = "channels_first"} : (!one) -> !one
  %r = graph.concat %r0, %p1, %p2 {axis = 1} : (!c, !c, !one) -> tensor<1x7x4x4xf32>
  func.return %r : (tensor<1x7x4x4xf32>) -> ()
})

// A gate's product keeps its function and its factor: they are part of the kernels.
// CHECK-LABEL: sym_name = "gate"
// CHECK-COUNT-2: graph.matmul
// CHECK-NOT: graph.slice
func.func {function_type = (!x) -> !x, sym_name = "gate"} ({
^bb0(%x: !x):
  %w0 = graph.constant {value = dense<1.0> : !w} : () -> !w
  %w1 = graph.constant {value = dense<2.0> : !w} : () -> !w
  %g = graph.matmul %x, %w0 : (!x, !w) -> !x
  %s = graph.silu %g : (!x) -> !x
  %u = graph.matmul %x, %w1 : (!x, !w) -> !x
  %r = graph.multiply %s, %u : (!x, !x) -> !x
  func.return %r : (!x) -> ()
})

// What leaves the function is whole, and weights that others use stay where they are.
// CHECK-LABEL: sym_name = "whole"
// CHECK-COUNT-4: graph.matmul
// CHECK-NOT: graph.slice
func.func {function_type = (!x) -> (!x, tensor<8xf32>, tensor<8xf32>, !w), sym_name = "whole"} ({
^bb0(%x: !x):
  %w0 = graph.constant {value = dense<1.0> : !w} : () -> !w
  %w1 = graph.constant {value = dense<2.0> : !w} : () -> !w
  %w2 = graph.constant {value = dense<3.0> : !w} : () -> !w
  %w3 = graph.constant {value = dense<4.0> : !w} : () -> !w
  %a = graph.matmul %x, %w0 : (!x, !w) -> !x
  %b = graph.matmul %x, %w1 : (!x, !w) -> !x
  %c = graph.matmul %x, %w2 {transpose_b = true} : (!x, !w) -> !x
  %s = graph.reduce_sum %b {axes = [1]} : (!x) -> tensor<8x1xf32>
  %d = graph.matmul %x, %w3 : (!x, !w) -> !x
  %t = graph.reduce_sum %c {axes = [1]} : (!x) -> tensor<8x1xf32>
  %e = graph.reduce_sum %d {axes = [1]} : (!x) -> tensor<8x1xf32>
  %u = graph.add %t, %e : (tensor<8x1xf32>, tensor<8x1xf32>) -> tensor<8x1xf32>
  %s1 = graph.reshape %s : (tensor<8x1xf32>) -> tensor<8xf32>
  %t1 = graph.reshape %u : (tensor<8x1xf32>) -> tensor<8xf32>
  func.return %a, %s1, %t1, %w3 : (!x, tensor<8xf32>, tensor<8xf32>, !w) -> ()
})

// The bias of both has a user before them: it must not move behind that.
// CHECK-LABEL: sym_name = "a_bias_used_before"
// CHECK:      graph.add %arg0
// CHECK:      graph.matmul %{{[0-9]+}}, %{{[0-9]+}} : (tensor<8x4xf32>, tensor<4x8xf32>) -> tensor<8x8xf32>
func.func {function_type = (!x) -> !x, sym_name = "a_bias_used_before"} ({
^bb0(%x: !x):
  %b = graph.constant {value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %y = graph.add %x, %b : (!x, tensor<4xf32>) -> !x
  %wq = graph.constant {value = dense<1.0> : !w} : () -> !w
  %q0 = graph.matmul %y, %wq : (!x, !w) -> !x
  %q1 = graph.add %q0, %b : (!x, tensor<4xf32>) -> !x
  %q = graph.softmax %q1 {axis = 1} : (!x) -> !x
  %wk = graph.constant {value = dense<2.0> : !w} : () -> !w
  %k0 = graph.matmul %y, %wk : (!x, !w) -> !x
  %k1 = graph.add %k0, %b : (!x, tensor<4xf32>) -> !x
  %k = graph.softmax %k1 {axis = 1} : (!x) -> !x
  %r = graph.multiply %q, %k : (!x, !x) -> !x
  func.return %r : (!x) -> ()
})
