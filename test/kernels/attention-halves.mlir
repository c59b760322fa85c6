// whole vectors; tiles, blocks, tasks and one more or less of each
// symbols: N=1, Q=0, K=3; N=1, Q=1, K=1; N=1, Q=3, K=0; N=1, Q=13, K=15; N=1, Q=14, K=16; N=1, Q=15, K=17; N=1, Q=29, K=31; N=1, Q=127, K=255; N=1, Q=129, K=257; N=1, Q=300, K=600; N=2, Q=5, K=7
// tolerance: 1e-2
!q = tensor<?x2x?x32xbf16, #kiln.dims<[N, 2, Q, 32]>>
!k = tensor<?x2x?x32xbf16, #kiln.dims<[N, 2, K, 32]>>
!v = tensor<?x2x?x32xbf16, #kiln.dims<[N, 2, K, 32]>>
!y = tensor<?x2x?x32xf32, #kiln.dims<[N, 2, Q, 32]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// sizes that fill no vector
// symbols: Q=0, K=3; Q=1, K=1; Q=3, K=0; Q=13, K=15; Q=14, K=16; Q=15, K=17; Q=29, K=31; Q=127, K=255; Q=129, K=257; Q=300, K=600
// tolerance: 1e-2
!q = tensor<2x?x15xbf16, #kiln.dims<[2, Q, 15]>>
!k = tensor<2x?x15xbf16, #kiln.dims<[2, K, 15]>>
!v = tensor<2x?x17xbf16, #kiln.dims<[2, K, 17]>>
!y = tensor<2x?x17xf32, #kiln.dims<[2, Q, 17]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// known extents, one block
// tolerance: 1e-2
!q = tensor<1x3x9x24xbf16>
!k = tensor<1x3x21x24xbf16>
!v = tensor<1x3x21x8xbf16>
!y = tensor<1x3x9x8xf32>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// known extents, many blocks
// tolerance: 1e-2
!q = tensor<2x140x64xbf16>
!k = tensor<2x700x64xbf16>
!v = tensor<2x700x64xbf16>
!y = tensor<2x140x64xf32>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.125} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// no keys at all
// tolerance: 1e-2
!q = tensor<2x3x8xbf16>
!k = tensor<2x0x8xbf16>
!v = tensor<2x0x4xbf16>
!y = tensor<2x3x4xf32>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// symbolic sizes
// symbols: Q=3, K=5, D=1, E=1; Q=15, K=17, D=7, E=9; Q=30, K=300, D=33, E=40; Q=2, K=2, D=0, E=3; Q=2, K=3, D=4, E=0
// tolerance: 1e-2
!q = tensor<2x?x?xbf16, #kiln.dims<[2, Q, D]>>
!k = tensor<2x?x?xbf16, #kiln.dims<[2, K, D]>>
!v = tensor<2x?x?xbf16, #kiln.dims<[2, K, E]>>
!y = tensor<2x?x?xf32, #kiln.dims<[2, Q, E]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// heads that share keys and values
// symbols: N=1, Q=1, K=9; N=3, Q=17, K=40
// tolerance: 1e-2
!q = tensor<?x6x?x16xbf16, #kiln.dims<[N, 6, Q, 16]>>
!k = tensor<?x2x?x16xbf16, #kiln.dims<[N, 2, K, 16]>>
!v = tensor<?x2x?x16xbf16, #kiln.dims<[N, 2, K, 16]>>
!y = tensor<?x6x?x16xf32, #kiln.dims<[N, 6, Q, 16]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// later keys are not seen
// symbols: Q=0, K=3; Q=1, K=1; Q=3, K=0; Q=13, K=15; Q=14, K=16; Q=15, K=17; Q=29, K=31; Q=127, K=255; Q=129, K=257; Q=300, K=600
// tolerance: 1e-2
!q = tensor<2x?x16xbf16, #kiln.dims<[2, Q, 16]>>
!k = tensor<2x?x16xbf16, #kiln.dims<[2, K, 16]>>
!v = tensor<2x?x16xbf16, #kiln.dims<[2, K, 16]>>
!y = tensor<2x?x16xf32, #kiln.dims<[2, Q, 16]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25, causal = #kiln.dims<[0]>} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// later keys are not seen, after a past
// symbols: Q=1, K=1; Q=1, K=31; Q=20, K=21; Q=40, K=340; Q=300, K=305; Q=1, K=601
// tolerance: 1e-2
!q = tensor<2x?x16xbf16, #kiln.dims<[2, Q, 16]>>
!k = tensor<2x?x16xbf16, #kiln.dims<[2, K, 16]>>
!v = tensor<2x?x16xbf16, #kiln.dims<[2, K, 16]>>
!y = tensor<2x?x16xf32, #kiln.dims<[2, Q, 16]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25, causal = #kiln.dims<[K - Q]>} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// queries that see no key are NaN
// symbols: Q=3, K=3; Q=9, K=2; Q=300, K=280; Q=40, K=1
// tolerance: 1e-2
!q = tensor<1x?x8xbf16, #kiln.dims<[1, Q, 8]>>
!k = tensor<1x?x8xbf16, #kiln.dims<[1, K, 8]>>
!v = tensor<1x?x8xbf16, #kiln.dims<[1, K, 8]>>
!y = tensor<1x?x8xf32, #kiln.dims<[1, Q, 8]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25, causal = #kiln.dims<[K - Q]>} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// a mask for each batch
// symbols: N=1, Q=1, K=1; N=2, Q=15, K=33; N=2, Q=130, K=260
// tolerance: 1e-2
!q = tensor<?x3x?x16xbf16, #kiln.dims<[N, 3, Q, 16]>>
!k = tensor<?x3x?x16xbf16, #kiln.dims<[N, 3, K, 16]>>
!v = tensor<?x3x?x16xbf16, #kiln.dims<[N, 3, K, 16]>>
!m = tensor<?x1x1x?xf32, #kiln.dims<[N, 1, 1, K]>>
!y = tensor<?x3x?x16xf32, #kiln.dims<[N, 3, Q, 16]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v", "m"], function_type = (!q, !k, !v, !m) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v, %m: !m):
  %0 = graph.attention %q, %k, %v, %m {widening = true, scale = 0.25} : (!q, !k, !v, !m) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// a mask for each query and head, later keys not seen
// symbols: Q=1, K=1; Q=15, K=33; Q=130, K=260
// tolerance: 1e-2
!q = tensor<2x3x?x16xbf16, #kiln.dims<[2, 3, Q, 16]>>
!k = tensor<2x3x?x16xbf16, #kiln.dims<[2, 3, K, 16]>>
!v = tensor<2x3x?x16xbf16, #kiln.dims<[2, 3, K, 16]>>
!m = tensor<3x?x?xf32, #kiln.dims<[3, Q, K]>>
!y = tensor<2x3x?x16xf32, #kiln.dims<[2, 3, Q, 16]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v", "m"], function_type = (!q, !k, !v, !m) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v, %m: !m):
  %0 = graph.attention %q, %k, %v, %m {widening = true, scale = 0.25, causal = #kiln.dims<[2]>} : (!q, !k, !v, !m) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// scores with a bound, and a mask
// symbols: Q=1, K=1; Q=15, K=33
// tolerance: 1e-2
!q = tensor<2x?x16xbf16, #kiln.dims<[2, Q, 16]>>
!k = tensor<2x?x16xbf16, #kiln.dims<[2, K, 16]>>
!v = tensor<2x?x16xbf16, #kiln.dims<[2, K, 16]>>
!m = tensor<?xf32, #kiln.dims<[K]>>
!y = tensor<2x?x16xf32, #kiln.dims<[2, Q, 16]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v", "m"], function_type = (!q, !k, !v, !m) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v, %m: !m):
  %0 = graph.attention %q, %k, %v, %m {widening = true, scale = 1.5, softcap = 3.0} : (!q, !k, !v, !m) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// axes in the order of layers around
// symbols: N=1, Q=1, K=1; N=2, Q=15, K=33; N=2, Q=130, K=40
// tolerance: 1e-2
!qm = tensor<?x?x4x16xbf16, #kiln.dims<[N, Q, 4, 16]>>
!q = tensor<?x4x?x16xbf16, #kiln.dims<[N, 4, Q, 16]>>
!km = tensor<?x?x4x16xbf16, #kiln.dims<[N, K, 4, 16]>>
!k = tensor<?x4x?x16xbf16, #kiln.dims<[N, 4, K, 16]>>
!vm = tensor<?x?x4x16xbf16, #kiln.dims<[N, K, 4, 16]>>
!v = tensor<?x4x?x16xbf16, #kiln.dims<[N, 4, K, 16]>>
!m = tensor<?x1x1x?xf32, #kiln.dims<[N, 1, 1, K]>>
!y = tensor<?x4x?x16xf32, #kiln.dims<[N, 4, Q, 16]>>
!ym = tensor<?x?x4x16xf32, #kiln.dims<[N, Q, 4, 16]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v", "m"], function_type = (!qm, !km, !vm, !m) -> !ym} ({
^bb0(%qm: !qm, %km: !km, %vm: !vm, %m: !m):
  %q = graph.transpose %qm {permutation = [0, 2, 1, 3]} : (!qm) -> !q
  %k = graph.transpose %km {permutation = [0, 2, 1, 3]} : (!km) -> !k
  %v = graph.transpose %vm {permutation = [0, 2, 1, 3]} : (!vm) -> !v
  %0 = graph.attention %q, %k, %v, %m {widening = true, scale = 0.25} : (!q, !k, !v, !m) -> !y
  %t = graph.transpose %0 {permutation = [0, 2, 1, 3]} : (!y) -> !ym
  func.return %t : (!ym) -> ()
}) : () -> ()
// -----
// keys and values that lie by columns
// symbols: Q=1, K=1; Q=15, K=33; Q=30, K=300
// tolerance: 1e-2
!q = tensor<2x4x?x20xbf16, #kiln.dims<[2, 4, Q, 20]>>
!km = tensor<2x4x20x?xbf16, #kiln.dims<[2, 4, 20, K]>>
!k = tensor<2x4x?x20xbf16, #kiln.dims<[2, 4, K, 20]>>
!vm = tensor<2x4x20x?xbf16, #kiln.dims<[2, 4, 20, K]>>
!v = tensor<2x4x?x20xbf16, #kiln.dims<[2, 4, K, 20]>>
!y = tensor<2x4x?x20xf32, #kiln.dims<[2, 4, Q, 20]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !km, !vm) -> !y} ({
^bb0(%q: !q, %km: !km, %vm: !vm):
  %k = graph.transpose %km {permutation = [0, 1, 3, 2]} : (!km) -> !k
  %v = graph.transpose %vm {permutation = [0, 1, 3, 2]} : (!vm) -> !v
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// queries by columns, heads in between
// symbols: Q=1, K=1; Q=15, K=33
// tolerance: 1e-2
!qm = tensor<2x4x20x?xbf16, #kiln.dims<[2, 4, 20, Q]>>
!q = tensor<2x4x?x20xbf16, #kiln.dims<[2, 4, Q, 20]>>
!km = tensor<2x?x20x4xbf16, #kiln.dims<[2, K, 20, 4]>>
!k = tensor<2x4x?x20xbf16, #kiln.dims<[2, 4, K, 20]>>
!vm = tensor<2x?x20x4xbf16, #kiln.dims<[2, K, 20, 4]>>
!v = tensor<2x4x?x20xbf16, #kiln.dims<[2, 4, K, 20]>>
!y = tensor<2x4x?x20xf32, #kiln.dims<[2, 4, Q, 20]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!qm, !km, !vm) -> !y} ({
^bb0(%qm: !qm, %km: !km, %vm: !vm):
  %q = graph.transpose %qm {permutation = [0, 1, 3, 2]} : (!qm) -> !q
  %k = graph.transpose %km {permutation = [0, 3, 1, 2]} : (!km) -> !k
  %v = graph.transpose %vm {permutation = [0, 3, 1, 2]} : (!vm) -> !v
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// what follows is computed on the way
// symbols: Q=1, K=1; Q=15, K=33
// tolerance: 1e-2
!q = tensor<2x3x?x16xbf16, #kiln.dims<[2, 3, Q, 16]>>
!k = tensor<2x3x?x16xbf16, #kiln.dims<[2, 3, K, 16]>>
!v = tensor<2x3x?x16xbf16, #kiln.dims<[2, 3, K, 16]>>
!y = tensor<2x3x?x16xf32, #kiln.dims<[2, 3, Q, 16]>>
!ym = tensor<2x?x3x16xf32, #kiln.dims<[2, Q, 3, 16]>>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !ym} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.25} : (!q, !k, !v) -> !y
  %c = graph.constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %d = graph.multiply %0, %c : (!y, tensor<f32>) -> !y
  %f = graph.cast %q : (!q) -> !y
  %e = graph.add %d, %f : (!y, !y) -> !y
  %t = graph.transpose %e {permutation = [0, 2, 1, 3]} : (!y) -> !ym
  func.return %t : (!ym) -> ()
}) : () -> ()
// -----
// minus infinity masks; a query of which all is masked is NaN
// symbols: K=2; K=40; K=600
// tolerance: 1e-2
!q = tensor<1x9x8xbf16>
!k = tensor<1x?x8xbf16, #kiln.dims<[1, K, 8]>>
!i = tensor<?xi64, #kiln.dims<[K]>>
!b = tensor<9x?xi1, #kiln.dims<[9, K]>>
!m = tensor<9x?xf32, #kiln.dims<[9, K]>>
!y = tensor<1x9x8xf32>
func.func {sym_name = "main", function_type = (!q, !k, !k) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !k):
  %i = graph.iota {axis = 0} : () -> !i
  // The first query sees nothing, the second the last key alone (of 600) or nothing, the third all but the first, others
  // all.
  %n = graph.constant {value = dense<[[1000], [599], [1], [0], [0], [0], [0], [0], [0]]> : tensor<9x1xi64>} : () -> tensor<9x1xi64>
  %b = graph.less %i, %n : (!i, tensor<9x1xi64>) -> !b
  %low = graph.constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %zero = graph.constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %m = graph.select %b, %low, %zero : (!b, tensor<f32>, tensor<f32>) -> !m
  %0 = graph.attention %q, %k, %v, %m {widening = true, scale = 0.25} : (!q, !k, !k, !m) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// large scores of either sign, and a scale that turns them round
// tolerance: 1e-2
// range: q=-40..40
// range: k=-9..9
!q = tensor<2x37x16xbf16>
!k = tensor<2x300x16xbf16>
!v = tensor<2x300x48xbf16>
!y = tensor<2x37x48xf32>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = -0.01} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// sizes of some tiles, not all of their rows; a size of values that ends within a vector
// tolerance: 1e-2
!q = tensor<2x70x66xbf16>
!k = tensor<2x300x66xbf16>
!v = tensor<2x300x70xbf16>
!y = tensor<2x70x70xf32>
func.func {sym_name = "main", arg_names = ["q", "k", "v"], function_type = (!q, !k, !v) -> !y} ({
^bb0(%q: !q, %k: !k, %v: !v):
  %0 = graph.attention %q, %k, %v {widening = true, scale = 0.1} : (!q, !k, !v) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
