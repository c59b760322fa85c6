// symbols: N=0; N=1; N=7; N=15; N=16; N=17; N=4096; N=10000
!v = tensor<?xf32, #kiln.dims<[N]>>
func.func {sym_name = "main", function_type = (!v, !v) -> !v} ({
^bb0(%x: !v, %y: !v):
  %0 = graph.add %x, %y : (!v, !v) -> !v
  %1 = graph.relu %0 : (!v) -> !v
  func.return %1 : (!v) -> ()
}) : () -> ()
// -----
// symbols: N=0, C=3; N=1, C=1; N=5, C=17; N=3, C=64
!m = tensor<?x?x5xf32, #kiln.dims<[N, C, 5]>>
!c = tensor<?x1xf32, #kiln.dims<[C, 1]>>
!r = tensor<5xf32>
!s = tensor<f32>
func.func {sym_name = "main", function_type = (!m, !c, !r) -> !m} ({
^bb0(%x: !m, %c: !c, %r: !r):
  %0 = graph.multiply %x, %c : (!m, !c) -> !m
  %1 = graph.add %0, %r : (!m, !r) -> !m
  %three = graph.constant {value = dense<3.0> : !s} : () -> !s
  %2 = graph.maximum %1, %three : (!m, !s) -> !m
  func.return %2 : (!m) -> ()
}) : () -> ()
// -----
// range: x=-6..6
!v = tensor<1003xf32>
func.func {sym_name = "main", arg_names = ["x"], function_type = (!v) -> (!v, !v, !v, !v, !v, !v, !v, !v)} ({
^bb0(%x: !v):
  %0 = graph.exp %x : (!v) -> !v
  %1 = graph.tanh %x : (!v) -> !v
  %2 = graph.erf %x : (!v) -> !v
  %3 = graph.sigmoid %x : (!v) -> !v
  %4 = graph.sin %x : (!v) -> !v
  %5 = graph.cos %x : (!v) -> !v
  %6 = graph.atan %x : (!v) -> !v
  %7 = graph.sinh %x : (!v) -> !v
  func.return %0, %1, %2, %3, %4, %5, %6, %7 : (!v, !v, !v, !v, !v, !v, !v, !v) -> ()
}) : () -> ()
// -----
// range: x=0.001..20
// tolerance: 3e-7
!v = tensor<1003xf32>
func.func {sym_name = "main", arg_names = ["x", "y"], function_type = (!v, !v) -> (!v, !v, !v, !v, !v, !v)} ({
^bb0(%x: !v, %y: !v):
  %0 = graph.log %x : (!v) -> !v
  %1 = graph.sqrt %x : (!v) -> !v
  %2 = graph.rsqrt %x : (!v) -> !v
  %3 = graph.power %x, %y : (!v, !v) -> !v
  %4 = graph.asinh %y : (!v) -> !v
  %5 = graph.reciprocal %x : (!v) -> !v
  func.return %0, %1, %2, %3, %4, %5 : (!v, !v, !v, !v, !v, !v) -> ()
}) : () -> ()
// -----
// range: x=-0.999..0.999
// tolerance: 1e-6
!v = tensor<301xf32>
func.func {sym_name = "main", arg_names = ["x"], function_type = (!v) -> (!v, !v, !v, !v)} ({
^bb0(%x: !v):
  %0 = graph.asin %x : (!v) -> !v
  %1 = graph.acos %x : (!v) -> !v
  %2 = graph.atanh %x : (!v) -> !v
  %3 = graph.tan %x : (!v) -> !v
  func.return %0, %1, %2, %3 : (!v, !v, !v, !v) -> ()
}) : () -> ()
// -----
// range: x=-30..30
// tolerance: 1e-14
!v = tensor<301xf64>
func.func {sym_name = "main", arg_names = ["x"], function_type = (!v) -> (!v, !v, !v, !v, !v, !v, !v)} ({
^bb0(%x: !v):
  %0 = graph.exp %x : (!v) -> !v
  %1 = graph.tanh %x : (!v) -> !v
  %2 = graph.erf %x : (!v) -> !v
  %3 = graph.sin %x : (!v) -> !v
  %4 = graph.abs %x : (!v) -> !v
  %5 = graph.log %4 : (!v) -> !v
  %6 = graph.atan %x : (!v) -> !v
  func.return %0, %1, %2, %3, %4, %5, %6 : (!v, !v, !v, !v, !v, !v, !v) -> ()
}) : () -> ()
// -----
// range: x=-20..20
// range: y=-5..6
!v = tensor<101xi64>
!b = tensor<101xi1>
func.func {sym_name = "main", arg_names = ["x", "y"], function_type = (!v, !v) -> (!v, !v, !v, !v, !v, !b, !v)} ({
^bb0(%x: !v, %y: !v):
  %0 = graph.divide %x, %y : (!v, !v) -> !v
  %1 = graph.modulo %x, %y : (!v, !v) -> !v
  %2 = graph.remainder %x, %y : (!v, !v) -> !v
  %3 = graph.multiply %x, %y : (!v, !v) -> !v
  %4 = graph.maximum %x, %y : (!v, !v) -> !v
  %5 = graph.less %x, %y : (!v, !v) -> !b
  %6 = graph.select %5, %x, %y : (!b, !v, !v) -> !v
  func.return %0, %1, %2, %3, %4, %5, %6 : (!v, !v, !v, !v, !v, !b, !v) -> ()
}) : () -> ()
// -----
// range: x=-300..300
!f = tensor<67xf32>
!i = tensor<67xi32>
!u = tensor<67xui8>
!h = tensor<67xf16>
!b = tensor<67xi1>
func.func {sym_name = "main", arg_names = ["x"], function_type = (!f) -> (!i, !h, !b, !f, !f)} ({
^bb0(%x: !f):
  %0 = graph.cast %x : (!f) -> !i
  %1 = graph.cast %x : (!f) -> !h
  %2 = graph.cast %x : (!f) -> !b
  %3 = graph.cast %1 : (!h) -> !f
  %4 = graph.floor %x : (!f) -> !f
  func.return %0, %1, %2, %3, %4 : (!i, !h, !b, !f, !f) -> ()
}) : () -> ()
// -----
// range: x=-4..4
!v = tensor<77xf32>
!h = tensor<77xf16>
!b = tensor<77xbf16>
func.func {sym_name = "main", arg_names = ["x", "h", "b"], function_type = (!v, !h, !b) -> (!v, !v, !v, !v, !h, !b)} ({
^bb0(%x: !v, %h: !h, %b: !b):
  %0 = graph.floor %x : (!v) -> !v
  %1 = graph.ceil %x : (!v) -> !v
  %2 = graph.round %x : (!v) -> !v
  %3 = graph.sign %x : (!v) -> !v
  %4 = graph.sigmoid %h : (!h) -> !h
  %5 = graph.tanh %b : (!b) -> !b
  func.return %0, %1, %2, %3, %4, %5 : (!v, !v, !v, !v, !h, !b) -> ()
}) : () -> ()
// -----
// range: x=-600..600
// range: y=-0.02..0.02
!v = tensor<77xf32>
!a = tensor<77xf8E4M3FN>
!b = tensor<77xf8E4M3FNUZ>
!c = tensor<77xf8E5M2>
!d = tensor<77xf8E5M2FNUZ>
!s = tensor<77xi4>
!u = tensor<77xui4>
func.func {sym_name = "main", arg_names = ["x", "y"], function_type = (!v, !v) -> (!a, !b, !c, !d, !a, !b, !c, !d, !v, !v, !v, !v, !s, !u)} ({
^bb0(%x: !v, %y: !v):
  %0 = graph.cast %x : (!v) -> !a
  %1 = graph.cast %x {saturate = false} : (!v) -> !b
  %2 = graph.cast %x : (!v) -> !c
  %3 = graph.cast %x : (!v) -> !d
  %4 = graph.cast %y : (!v) -> !a
  %5 = graph.cast %y : (!v) -> !b
  %6 = graph.cast %y : (!v) -> !c
  %7 = graph.cast %y : (!v) -> !d
  %8 = graph.cast %0 : (!a) -> !v
  %9 = graph.cast %1 : (!b) -> !v
  %10 = graph.cast %6 : (!c) -> !v
  %11 = graph.cast %7 : (!d) -> !v
  %12 = graph.cast %x : (!v) -> !s
  %13 = graph.cast %x : (!v) -> !u
  func.return %0, %1, %2, %3, %4, %5, %6, %7, %8, %9, %10, %11, %12, %13 : (!a, !b, !c, !d, !a, !b, !c, !d, !v, !v, !v, !v, !s, !u) -> ()
}) : () -> ()
// -----
// range: x=-12..12
// tolerance: 1e-6
!v = tensor<1003xf32>
func.func {sym_name = "main", arg_names = ["x"], function_type = (!v) -> (!v, !v, !v, !v, !v, !v, !v)} ({
^bb0(%x: !v):
  %0 = graph.silu %x : (!v) -> !v
  %1 = graph.softplus %x : (!v) -> !v
  %2 = graph.mish %x : (!v) -> !v
  %3 = graph.softsign %x : (!v) -> !v
  %4 = graph.gelu %x : (!v) -> !v
  %5 = graph.gelu_tanh %x : (!v) -> !v
  %6 = graph.hard_swish %x : (!v) -> !v
  func.return %0, %1, %2, %3, %4, %5, %6 : (!v, !v, !v, !v, !v, !v, !v) -> ()
}) : () -> ()
// -----
// bits of elements as elements of other types
// symbols: N=1; N=37
// range: i=-2000000000..2000000000
// range: b=0..255
!f = tensor<?xf32, #kiln.dims<[N]>>
!i = tensor<?xi32, #kiln.dims<[N]>>
!d = tensor<?xf64, #kiln.dims<[N]>>
!l = tensor<?xi64, #kiln.dims<[N]>>
!b = tensor<?xui8, #kiln.dims<[N]>>
!s = tensor<?xi8, #kiln.dims<[N]>>
!h = tensor<?xf16, #kiln.dims<[N]>>
!w = tensor<?xui16, #kiln.dims<[N]>>
func.func {sym_name = "main", function_type = (!f, !i, !d, !b, !h) -> (!i, !f, !l, !s, !w, !h), arg_names = ["f", "i", "d", "b", "h"]} ({
^bb0(%f: !f, %i: !i, %d: !d, %b: !b, %h: !h):
  %0 = graph.bitcast %f : (!f) -> !i
  %1 = graph.bitcast %i : (!i) -> !f
  %2 = graph.abs %1 : (!f) -> !f
  %3 = graph.bitcast %d : (!d) -> !l
  %4 = graph.bitcast %b : (!b) -> !s
  %5 = graph.bitcast %h : (!h) -> !w
  %6 = graph.bitcast %5 : (!w) -> !h
  func.return %0, %2, %3, %4, %5, %6 : (!i, !f, !l, !s, !w, !h) -> ()
}) : () -> ()
