// Attention, of what exporters scatter.
// RUN: kiln-opt %s --pass-pipeline='builtin.module(recompose,simplify,cse,dce)' | FileCheck %s

// Keys transposed into their product, a scale, a mask.
// CHECK-LABEL: sym_name = "text"
// CHECK-DAG:  %[[Q:[0-9]+]] = graph.transpose %arg0 {permutation = [0, 2, 1, 3]}
// CHECK-DAG:  %[[K:[0-9]+]] = graph.transpose %arg1 {permutation = [0, 2, 1, 3]}
// CHECK-DAG:  %[[V:[0-9]+]] = graph.transpose %arg2 {permutation = [0, 2, 1, 3]}
// CHECK:      graph.attention %[[Q]], %[[K]], %[[V]], %arg3 {scale = 2.5e-01}
// CHECK-NEXT: func.return
!a = tensor<?x?x2x4xf32, #kiln.dims<[B, L, 2, 4]>>
!h = tensor<?x2x?x4xf32, #kiln.dims<[B, 2, L, 4]>>
!t = tensor<?x2x4x?xf32, #kiln.dims<[B, 2, 4, L]>>
!s = tensor<?x2x?x?xf32, #kiln.dims<[B, 2, L, L]>>
!m = tensor<?x1x1x?xf32, #kiln.dims<[B, 1, 1, L]>>
func.func {sym_name = "text", function_type = (!a, !a, !a, !m) -> !h} ({
^bb0(%x: !a, %y: !a, %z: !a, %m: !m):
  %q = graph.transpose %x {permutation = [0, 2, 1, 3]} : (!a) -> !h
  %k = graph.transpose %y {permutation = [0, 2, 3, 1]} : (!a) -> !t
  %v = graph.transpose %z {permutation = [0, 2, 1, 3]} : (!a) -> !h
  %0 = graph.matmul %q, %k : (!h, !t) -> !s
  %four = graph.constant {value = dense<4.0> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.divide %0, %four : (!s, tensor<f32>) -> !s
  %2 = graph.add %1, %m : (!s, !m) -> !s
  %3 = graph.softmax %2 {axis = 3} : (!s) -> !s
  %4 = graph.matmul %3, %v : (!s, !h) -> !h
  func.return %4 : (!h) -> ()
})

// Queries and keys scaled before they move; a condition hides scores; a bound.
// CHECK-LABEL: sym_name = "scaled"
// CHECK:      %[[MASK:[0-9]+]] = graph.select %arg2, %{{[0-9]+}}, %{{[0-9]+}} : {{.*}} -> tensor<3x3xf32>
// CHECK:      graph.attention %{{[0-9]+}}, %{{[0-9]+}}, %arg1, %[[MASK]] {scale = 7.5e-01, softcap = 3.0e+00}
!x = tensor<3x2x4xf32>
!y = tensor<2x3x4xf32>
!w = tensor<2x3x3xf32>
func.func {sym_name = "scaled", function_type = (!x, !y, tensor<3x3xi1>) -> !y} ({
^bb0(%x: !x, %v: !y, %c: tensor<3x3xi1>):
  %half = graph.constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %low = graph.constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %three = graph.constant {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %a = graph.multiply %x, %half : (!x, tensor<f32>) -> !x
  %q = graph.transpose %a {permutation = [1, 0, 2]} : (!x) -> !y
  %b = graph.multiply %half, %x : (tensor<f32>, !x) -> !x
  %k = graph.transpose %b {permutation = [1, 0, 2]} : (!x) -> !y
  %0 = graph.matmul %q, %k {transpose_b = true} : (!y, !y) -> !w
  %1 = graph.tanh %0 : (!w) -> !w
  %2 = graph.multiply %1, %three : (!w, tensor<f32>) -> !w
  %3 = graph.select %c, %2, %low : (tensor<3x3xi1>, !w, tensor<f32>) -> !w
  %4 = graph.softmax %3 {axis = 2} : (!w) -> !w
  %5 = graph.matmul %4, %v : (!w, !y) -> !y
  func.return %5 : (!y) -> ()
})

// Heads are an axis only for the mask.
// CHECK-LABEL: sym_name = "heads_for_the_mask"
// CHECK:      graph.attention %{{[0-9]+}}, %{{[0-9]+}}, %{{[0-9]+}}, %arg1 {scale = 1.0e+00}
// CHECK-SAME: -> tensor<2x3x5x4xf32>
!f = tensor<6x5x4xf32>
!g = tensor<6x5x5xf32>
!e = tensor<2x3x5x5xf32>
func.func {sym_name = "heads_for_the_mask", function_type = (!f, tensor<2x1x5x5xf32>) -> !f} ({
^bb0(%x: !f, %m: tensor<2x1x5x5xf32>):
  %0 = graph.matmul %x, %x {transpose_b = true} : (!f, !f) -> !g
  %1 = graph.reshape %0 : (!g) -> !e
  %2 = graph.add %1, %m : (!e, tensor<2x1x5x5xf32>) -> !e
  %3 = graph.reshape %2 : (!e) -> !g
  %4 = graph.softmax %3 {axis = 2} : (!g) -> !g
  %5 = graph.matmul %4, %x : (!g, !f) -> !f
  func.return %5 : (!f) -> ()
})

// Heads of keys and values are repeated for those of queries.
// CHECK-LABEL: sym_name = "shared"
// CHECK:      graph.attention %arg0, %arg1, %arg2 {scale = 1.0e+00} : (tensor<1x6x5x4xf32>, tensor<1x2x7x4xf32>, tensor<1x2x7x4xf32>)
!o = tensor<1x6x5x4xf32>
!i = tensor<1x2x7x4xf32>
!j = tensor<1x2x1x7x4xf32>
!l = tensor<1x2x3x7x4xf32>
!n = tensor<1x6x7x4xf32>
!p = tensor<1x6x4x7xf32>
!r = tensor<1x6x5x7xf32>
func.func {sym_name = "shared", function_type = (!o, !i, !i) -> !o} ({
^bb0(%q: !o, %x: !i, %y: !i):
  %0 = graph.reshape %x : (!i) -> !j
  %1 = graph.broadcast %0 : (!j) -> !l
  %2 = graph.reshape %1 : (!l) -> !n
  %3 = graph.transpose %2 {permutation = [0, 1, 3, 2]} : (!n) -> !p
  %4 = graph.reshape %y : (!i) -> !j
  %5 = graph.tile %4 {repeats = [1, 1, 3, 1, 1]} : (!j) -> !l
  %6 = graph.reshape %5 : (!l) -> !n
  %7 = graph.matmul %q, %3 : (!o, !p) -> !r
  %8 = graph.softmax %7 {axis = 3} : (!r) -> !r
  %9 = graph.matmul %8, %6 : (!r, !n) -> !o
  func.return %9 : (!o) -> ()
})

// Computed in half precision but for the softmax; one head, which gets an axis.
// CHECK-LABEL: sym_name = "half"
// CHECK:      graph.attention %{{[0-9]+}}, %{{[0-9]+}}, %{{[0-9]+}} {scale = 1.0e+00} : (tensor<1x5x4xf16>, tensor<1x5x4xf16>, tensor<1x5x4xf16>)
func.func {sym_name = "half", function_type = (tensor<5x4xf16>) -> tensor<5x4xf16>} ({
^bb0(%x: tensor<5x4xf16>):
  %0 = graph.matmul %x, %x {transpose_b = true} : (tensor<5x4xf16>, tensor<5x4xf16>) -> tensor<5x5xf16>
  %1 = graph.cast %0 : (tensor<5x5xf16>) -> tensor<5x5xf32>
  %2 = graph.softmax %1 {axis = 1} : (tensor<5x5xf32>) -> tensor<5x5xf32>
  %3 = graph.cast %2 : (tensor<5x5xf32>) -> tensor<5x5xf16>
  %4 = graph.matmul %3, %x : (tensor<5x5xf16>, tensor<5x4xf16>) -> tensor<5x4xf16>
  func.return %4 : (tensor<5x4xf16>) -> ()
})

// In half precision throughout: attention would round less.
// CHECK-LABEL: sym_name = "narrow"
// CHECK-NOT: graph.attention
// CHECK:     func.return
func.func {sym_name = "narrow", function_type = (tensor<5x4xf16>) -> tensor<5x4xf16>} ({
^bb0(%x: tensor<5x4xf16>):
  %0 = graph.matmul %x, %x {transpose_b = true} : (tensor<5x4xf16>, tensor<5x4xf16>) -> tensor<5x5xf16>
  %1 = graph.softmax %0 {axis = 1} : (tensor<5x5xf16>) -> tensor<5x5xf16>
  %2 = graph.matmul %1, %x : (tensor<5x5xf16>, tensor<5x4xf16>) -> tensor<5x4xf16>
  func.return %2 : (tensor<5x4xf16>) -> ()
})

// The softmax is over the queries, or probabilities are asked for, or what hides scores does not hide them entirely: no
// attention.
// CHECK-LABEL: sym_name = "none"
// CHECK-NOT: graph.attention
// CHECK:     func.return
func.func {sym_name = "none", function_type = (!y, tensor<3x3xi1>) -> (!y, !y, !w, !y)} ({
^bb0(%x: !y, %c: tensor<3x3xi1>):
  %0 = graph.matmul %x, %x {transpose_b = true} : (!y, !y) -> !w
  %1 = graph.softmax %0 {axis = 1} : (!w) -> !w
  %2 = graph.matmul %1, %x : (!w, !y) -> !y
  %3 = graph.softmax %0 {axis = 2} : (!w) -> !w
  %4 = graph.matmul %3, %x : (!w, !y) -> !y
  %low = graph.constant {value = dense<-1.0e4> : tensor<f32>} : () -> tensor<f32>
  %5 = graph.matmul %x, %2 {transpose_b = true} : (!y, !y) -> !w
  %6 = graph.select %c, %5, %low : (tensor<3x3xi1>, !w, tensor<f32>) -> !w
  %7 = graph.softmax %6 {axis = 2} : (!w) -> !w
  %8 = graph.matmul %7, %x : (!w, !y) -> !y
  func.return %2, %4, %3, %8 : (!y, !y, !w, !y) -> ()
})
