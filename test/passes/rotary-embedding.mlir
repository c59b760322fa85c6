// Rotary embeddings, of what exporters scatter.
// RUN: kiln-opt %s --pass-pipeline='builtin.module(simplify,recompose,simplify,cse,dce)' | FileCheck %s

// The tensor times cosines, and its halves turned over times sines.
// CHECK-LABEL: sym_name = "rotate_half"
// CHECK:      graph.rotary_embedding %arg0, %arg1, %arg2 :
// CHECK-NEXT: func.return
!x = tensor<?x2x?x8xf32, #kiln.dims<[B, 2, L, 8]>>
!h = tensor<?x2x?x4xf32, #kiln.dims<[B, 2, L, 4]>>
!a = tensor<?x8xf32, #kiln.dims<[L, 8]>>
!b = tensor<1x1x?x8xf32, #kiln.dims<[1, 1, L, 8]>>
func.func {sym_name = "rotate_half", function_type = (!x, !b, !b) -> !x} ({
^bb0(%x: !x, %cos: !b, %sin: !b):
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 1, 1]} : (!x) -> !h
  %1 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 4]>, steps = [1, 1, 1, 1]} : (!x) -> !h
  %2 = graph.negate %1 : (!h) -> !h
  %3 = graph.concat %2, %0 {axis = 3} : (!h, !h) -> !x
  %4 = graph.multiply %x, %cos : (!x, !b) -> !x
  %5 = graph.multiply %3, %sin : (!x, !b) -> !x
  %6 = graph.add %4, %5 : (!x, !x) -> !x
  func.return %6 : (!x) -> ()
})

// Factors and terms the other way round; only some of a row is turned, with heads after positions.
// CHECK-LABEL: sym_name = "some_of_a_row"
// CHECK:      graph.rotary_embedding %arg0, %arg1, %arg2 {rotary_dim = 4}
// CHECK-NEXT: func.return
!y = tensor<2x5x3x7xf32>
!p = tensor<2x5x3x4xf32>
!q = tensor<2x5x3x2xf32>
!r = tensor<2x5x3x3xf32>
!c = tensor<5x1x4xf32>
func.func {sym_name = "some_of_a_row", function_type = (!y, !c, !c) -> !y} ({
^bb0(%y: !y, %cos: !c, %sin: !c):
  %minus = graph.constant {value = dense<-1.0> : tensor<f32>} : () -> tensor<f32>
  %x = graph.slice %y {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 1, 1]} : (!y) -> !p
  %rest = graph.slice %y {starts = #kiln.dims<[0, 0, 0, 4]>, steps = [1, 1, 1, 1]} : (!y) -> !r
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 1, 1]} : (!p) -> !q
  %1 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 2]>, steps = [1, 1, 1, 1]} : (!p) -> !q
  %2 = graph.multiply %1, %minus : (!q, tensor<f32>) -> !q
  %3 = graph.concat %2, %0 {axis = 3} : (!q, !q) -> !p
  %4 = graph.multiply %cos, %x : (!c, !p) -> !p
  %5 = graph.multiply %sin, %3 : (!c, !p) -> !p
  %6 = graph.add %5, %4 : (!p, !p) -> !p
  %7 = graph.concat %6, %rest {axis = 3} : (!p, !r) -> !y
  func.return %7 : (!y) -> ()
})

// Every other element, stacked and flattened.
// CHECK-LABEL: sym_name = "rotate_every_two"
// CHECK:      graph.rotary_embedding %arg0, %arg1, %arg2 {interleaved = true} :
// CHECK-NEXT: func.return
!e = tensor<?x2x?x4x1xf32, #kiln.dims<[B, 2, L, 4, 1]>>
!f = tensor<?x2x?x4x2xf32, #kiln.dims<[B, 2, L, 4, 2]>>
func.func {sym_name = "rotate_every_two", function_type = (!x, !a, !a) -> !x} ({
^bb0(%x: !x, %cos: !a, %sin: !a):
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 1, 2]} : (!x) -> !h
  %1 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 1]>, steps = [1, 1, 1, 2]} : (!x) -> !h
  %2 = graph.negate %1 : (!h) -> !h
  %3 = graph.reshape %2 : (!h) -> !e
  %4 = graph.reshape %0 : (!h) -> !e
  %5 = graph.concat %3, %4 {axis = 4} : (!e, !e) -> !f
  %6 = graph.reshape %5 : (!f) -> !x
  %7 = graph.multiply %x, %cos : (!x, !a) -> !x
  %8 = graph.multiply %6, %sin : (!x, !a) -> !x
  %9 = graph.add %7, %8 : (!x, !x) -> !x
  func.return %9 : (!x) -> ()
})

// Pairs made by a reshape, in two places.
// CHECK-LABEL: sym_name = "reshaped_pairs"
// CHECK:      graph.rotary_embedding %arg0, %arg1, %arg2 {interleaved = true} :
// CHECK-NEXT: func.return
func.func {sym_name = "reshaped_pairs", function_type = (!x, !a, !a) -> !x} ({
^bb0(%x: !x, %cos: !a, %sin: !a):
  %v = graph.reshape %x : (!x) -> !f
  %0 = graph.slice %v {starts = #kiln.dims<[0, 0, 0, 0, 0]>, steps = [1, 1, 1, 1, 1]} : (!f) -> !e
  %1 = graph.slice %v {starts = #kiln.dims<[0, 0, 0, 0, 1]>, steps = [1, 1, 1, 1, 1]} : (!f) -> !e
  %2 = graph.negate %1 : (!e) -> !e
  %5 = graph.concat %2, %0 {axis = 4} : (!e, !e) -> !f
  %6 = graph.reshape %5 : (!f) -> !x
  %7 = graph.multiply %x, %cos : (!x, !a) -> !x
  %8 = graph.multiply %6, %sin : (!x, !a) -> !x
  %9 = graph.add %7, %8 : (!x, !x) -> !x
  func.return %9 : (!x) -> ()
})

// Halves turned and joined, an angle for each pair; something else in front.
// CHECK-LABEL: sym_name = "halves"
// CHECK:      %[[TURNED:[0-9]+]] = graph.rotary_embedding %arg0, %arg1, %arg2 {rotary_dim = 4}
// CHECK-NEXT: graph.concat %arg3, %[[TURNED]] {axis = 3}
!g = tensor<2x1x1x2xf32>
!z = tensor<2x5x3x10xf32>
func.func {sym_name = "halves", function_type = (!y, !g, !g, !r) -> !z} ({
^bb0(%y: !y, %cos: !g, %sin: !g, %other: !r):
  %0 = graph.slice %y {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 1, 1]} : (!y) -> !q
  %1 = graph.slice %y {starts = #kiln.dims<[0, 0, 0, 2]>, steps = [1, 1, 1, 1]} : (!y) -> !q
  %rest = graph.slice %y {starts = #kiln.dims<[0, 0, 0, 4]>, steps = [1, 1, 1, 1]} : (!y) -> !r
  %2 = graph.multiply %0, %cos : (!q, !g) -> !q
  %3 = graph.multiply %1, %sin : (!q, !g) -> !q
  %4 = graph.subtract %2, %3 : (!q, !q) -> !q
  %5 = graph.multiply %sin, %0 : (!g, !q) -> !q
  %6 = graph.multiply %cos, %1 : (!g, !q) -> !q
  %7 = graph.add %5, %6 : (!q, !q) -> !q
  %8 = graph.concat %4, %7 {axis = 3} : (!q, !q) -> !p
  %9 = graph.concat %other, %8, %rest {axis = 3} : (!r, !p, !r) -> !z
  func.return %9 : (!z) -> ()
})

// Complex numbers by hand: an axis for their parts, which stays while they are multiplied.
// CHECK-LABEL: sym_name = "complex"
// CHECK-DAG:  %[[COS:[0-9]+]] = graph.reshape %arg1
// CHECK-DAG:  %[[SIN:[0-9]+]] = graph.reshape %arg2
// CHECK:      graph.rotary_embedding %arg0, %[[COS]], %[[SIN]] {interleaved = true} :
// CHECK-NEXT: func.return
!i = tensor<?x4x1xf32, #kiln.dims<[L, 4, 1]>>
func.func {sym_name = "complex", function_type = (!x, !i, !i) -> !x} ({
^bb0(%x: !x, %cos: !i, %sin: !i):
  %v = graph.reshape %x : (!x) -> !f
  %0 = graph.slice %v {starts = #kiln.dims<[0, 0, 0, 0, 0]>, steps = [1, 1, 1, 1, 1]} : (!f) -> !e
  %1 = graph.slice %v {starts = #kiln.dims<[0, 0, 0, 0, 1]>, steps = [1, 1, 1, 1, 1]} : (!f) -> !e
  %2 = graph.multiply %0, %cos : (!e, !i) -> !e
  %3 = graph.multiply %1, %sin : (!e, !i) -> !e
  %4 = graph.subtract %2, %3 : (!e, !e) -> !e
  %5 = graph.multiply %0, %sin : (!e, !i) -> !e
  %6 = graph.multiply %1, %cos : (!e, !i) -> !e
  %7 = graph.add %5, %6 : (!e, !e) -> !e
  %8 = graph.concat %4, %7 {axis = 4} : (!e, !e) -> !f
  %9 = graph.reshape %8 : (!f) -> !x
  func.return %9 : (!x) -> ()
})

// Every other element turned, then stacked.
// CHECK-LABEL: sym_name = "stacked"
// CHECK:      graph.rotary_embedding %arg0, %arg1, %arg2 {interleaved = true} :
// CHECK-NEXT: func.return
!j = tensor<?x4xf32, #kiln.dims<[L, 4]>>
func.func {sym_name = "stacked", function_type = (!x, !j, !j) -> !x} ({
^bb0(%x: !x, %cos: !j, %sin: !j):
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 1, 2]} : (!x) -> !h
  %1 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 1]>, steps = [1, 1, 1, 2]} : (!x) -> !h
  %2 = graph.multiply %0, %cos : (!h, !j) -> !h
  %3 = graph.multiply %1, %sin : (!h, !j) -> !h
  %4 = graph.subtract %2, %3 : (!h, !h) -> !h
  %5 = graph.multiply %0, %sin : (!h, !j) -> !h
  %6 = graph.multiply %1, %cos : (!h, !j) -> !h
  %7 = graph.add %5, %6 : (!h, !h) -> !h
  %8 = graph.reshape %4 : (!h) -> !e
  %9 = graph.reshape %7 : (!h) -> !e
  %10 = graph.concat %8, %9 {axis = 4} : (!e, !e) -> !f
  %11 = graph.reshape %10 : (!f) -> !x
  func.return %11 : (!x) -> ()
})

// What looks like it and is not: no minus, halves not exchanged, another tensor, every other element joined as halves,
// angles not those of the pair.
// CHECK-LABEL: sym_name = "others"
// CHECK-NOT:  graph.rotary_embedding
// CHECK:      func.return
!u = tensor<2x8xf32>
!v = tensor<2x4xf32>
func.func {sym_name = "others", function_type = (!u, !u, !u, !u, !v, !v) -> (!u, !u, !u, !u, !u)} ({
^bb0(%x: !u, %w: !u, %cos: !u, %sin: !u, %c: !v, %s: !v):
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (!u) -> !v
  %1 = graph.slice %x {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (!u) -> !v
  %2 = graph.negate %1 : (!v) -> !v
  %4 = graph.multiply %x, %cos : (!u, !u) -> !u
  %plain = graph.concat %1, %0 {axis = 1} : (!v, !v) -> !u
  %p0 = graph.multiply %plain, %sin : (!u, !u) -> !u
  %p1 = graph.add %4, %p0 : (!u, !u) -> !u
  %same = graph.concat %2, %1 {axis = 1} : (!v, !v) -> !u
  %q0 = graph.multiply %same, %sin : (!u, !u) -> !u
  %q1 = graph.add %p1, %q0 : (!u, !u) -> !u
  %turned = graph.concat %2, %0 {axis = 1} : (!v, !v) -> !u
  %r0 = graph.multiply %turned, %sin : (!u, !u) -> !u
  %r1 = graph.multiply %w, %cos : (!u, !u) -> !u
  %r2 = graph.add %r1, %r0 : (!u, !u) -> !u
  %5 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [1, 2]} : (!u) -> !v
  %6 = graph.slice %x {starts = #kiln.dims<[0, 1]>, steps = [1, 2]} : (!u) -> !v
  %7 = graph.negate %6 : (!v) -> !v
  %mixed = graph.concat %7, %5 {axis = 1} : (!v, !v) -> !u
  %s0 = graph.multiply %mixed, %sin : (!u, !u) -> !u
  %s1 = graph.multiply %x, %cos : (!u, !u) -> !u
  %s2 = graph.add %s1, %s0 : (!u, !u) -> !u
  %t0 = graph.multiply %0, %c : (!v, !v) -> !v
  %t1 = graph.multiply %1, %s : (!v, !v) -> !v
  %t2 = graph.subtract %t0, %t1 : (!v, !v) -> !v
  %t3 = graph.multiply %0, %c : (!v, !v) -> !v
  %t4 = graph.multiply %1, %s : (!v, !v) -> !v
  %t5 = graph.add %t3, %t4 : (!v, !v) -> !v
  %t6 = graph.concat %t2, %t5 {axis = 1} : (!v, !v) -> !u
  func.return %p1, %q1, %r2, %s2, %t6 : (!u, !u, !u, !u, !u) -> ()
})
