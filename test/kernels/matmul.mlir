!a = tensor<13x29xf32>
!b = tensor<29x33xf32>
!y = tensor<13x33xf32>
!c = tensor<33xf32>
func.func {sym_name = "main", function_type = (!a, !b, !c) -> !y} ({
^bb0(%a: !a, %b: !b, %c: !c):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
// symbols: M=0; M=1; M=2; M=5; M=6; M=7; M=13; M=14; M=15; M=29; M=200
!a = tensor<?x31xf32, #kiln.dims<[M, 31]>>
!b = tensor<31x64xf32>
!y = tensor<?x64xf32, #kiln.dims<[M, 64]>>
!c = tensor<64xf32>
func.func {sym_name = "main", function_type = (!a, !b, !c) -> !y} ({
^bb0(%a: !a, %b: !b, %c: !c):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
// rows of all matrices are one run
// symbols: N=1, S=1; N=2, S=7; N=3, S=65
!a = tensor<?x?x24xf32, #kiln.dims<[N, S, 24]>>
!b = tensor<24x40xf32>
!y = tensor<?x?x40xf32, #kiln.dims<[N, S, 40]>>
!c = tensor<40xf32>
func.func {sym_name = "main", function_type = (!a, !b, !c) -> !y} ({
^bb0(%a: !a, %b: !b, %c: !c):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  %2 = graph.erf %1 : (!y) -> !y
  %3 = graph.multiply %1, %2 : (!y, !y) -> !y
  func.return %3 : (!y) -> ()
}) : () -> ()
// -----
// an operand for each matrix: rows keep their coordinates
// symbols: N=1, S=1; N=2, S=7; N=3, S=65
!a = tensor<?x?x24xf32, #kiln.dims<[N, S, 24]>>
!b = tensor<24x32xf32>
!y = tensor<?x?x32xf32, #kiln.dims<[N, S, 32]>>
!c = tensor<?x1x32xf32, #kiln.dims<[N, 1, 32]>>
func.func {sym_name = "main", function_type = (!a, !b, !c) -> !y} ({
^bb0(%a: !a, %b: !b, %c: !c):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
// a vector and a matrix
!a = tensor<1x300xf32>
!b = tensor<300x100xf32>
!y = tensor<1x100xf32>
!c = tensor<100xf32>
func.func {sym_name = "main", function_type = (!a, !b, !c) -> !y} ({
^bb0(%a: !a, %b: !b, %c: !c):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
!a = tensor<3x300xf32>
!b = tensor<100x300xf32>
!y = tensor<3x100xf32>
!c = !y
func.func {sym_name = "main", function_type = (!a, !b, !c) -> !y} ({
^bb0(%a: !a, %b: !b, %c: !c):
  %0 = graph.matmul %a, %b {transpose_b = true} : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
// rows a power of two apart are spread
!a = tensor<40x1024xf32>
!b = tensor<1024x32xf32>
!y = tensor<40x32xf32>
!c = tensor<32xf32>
func.func {sym_name = "main", function_type = (!a, !b, !c) -> !y} ({
^bb0(%a: !a, %b: !b, %c: !c):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
// two computed matrices
// symbols: S=1; S=5; S=16; S=33; S=70
!a = tensor<2x3x?x16xf32, #kiln.dims<[2, 3, S, 16]>>
!b = tensor<2x3x16x?xf32, #kiln.dims<[2, 3, 16, S]>>
!y = tensor<2x3x?x?xf32, #kiln.dims<[2, 3, S, S]>>
func.func {sym_name = "main", function_type = (!a, !b) -> !y} ({
^bb0(%a: !a, %b: !b):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// symbols: S=0; S=1; S=5; S=16; S=33; S=70
!a = tensor<2x3x?x?xf32, #kiln.dims<[2, 3, S, S]>>
!b = tensor<2x3x?x16xf32, #kiln.dims<[2, 3, S, 16]>>
!y = tensor<2x3x?x16xf32, #kiln.dims<[2, 3, S, 16]>>
func.func {sym_name = "main", function_type = (!a, !b) -> !y} ({
^bb0(%a: !a, %b: !b):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// symbols: S=1; S=5; S=16; S=33; S=70
!a = tensor<2x?x16xf32, #kiln.dims<[2, S, 16]>>
!b = tensor<2x?x16xf32, #kiln.dims<[2, S, 16]>>
!y = tensor<2x?x?xf32, #kiln.dims<[2, S, S]>>
!c = tensor<2x1x?xf32, #kiln.dims<[2, 1, S]>>
func.func {sym_name = "main", function_type = (!a, !b, !c) -> !y} ({
^bb0(%a: !a, %b: !b, %c: !c):
  %0 = graph.matmul %a, %b {transpose_b = true} : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
// symbols: S=1, T=7; S=9, T=40; S=15, T=3
!a = tensor<2x16x?xf32, #kiln.dims<[2, 16, S]>>
!b = tensor<2x16x?xf32, #kiln.dims<[2, 16, T]>>
!y = tensor<2x?x?xf32, #kiln.dims<[2, S, T]>>
func.func {sym_name = "main", function_type = (!a, !b) -> !y} ({
^bb0(%a: !a, %b: !b):
  %0 = graph.matmul %a, %b {transpose_a = true} : (!a, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
!a = tensor<2x16x9xf32>
!b = tensor<2x35x16xf32>
!y = tensor<2x9x35xf32>
func.func {sym_name = "main", function_type = (!a, !b) -> !y} ({
^bb0(%a: !a, %b: !b):
  %0 = graph.matmul %a, %b {transpose_a = true, transpose_b = true} : (!a, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// batch axes broadcast
!a = tensor<4x1x7x12xf32>
!b = tensor<3x12x21xf32>
!y = tensor<4x3x7x21xf32>
func.func {sym_name = "main", function_type = (!a, !b) -> !y} ({
^bb0(%a: !a, %b: !b):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// symbols: M=1, N=1; M=20, N=37
!a = tensor<12x?xf32, #kiln.dims<[12, M]>>
!b = tensor<12x?xf32, #kiln.dims<[12, N]>>
!y = tensor<?x?xf32, #kiln.dims<[M, N]>>
func.func {sym_name = "main", function_type = (!a, !b) -> !y} ({
^bb0(%a: !a, %b: !b):
  %0 = graph.matmul %a, %b {transpose_a = true} : (!a, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
!a = tensor<5x9xf32>
!b = tensor<9x17xf32>
!y = tensor<5x17xf32>
!c = tensor<17xf32>
func.func {sym_name = "main", function_type = (!a, !c) -> !y} ({
^bb0(%a: !a, %c: !c):
  %b = graph.constant {value = dense<[[-0.3, 1.0, -1.1, -1.3, -0.4, -0.4, -1.9, 2.0, -0.4, 0.4, -1.0, 2.0, -0.5, -0.4, 1.7, 0.8, -0.9], [1.8, -1.2, 1.6, -1.7, 0.2, 1.5, -1.3, -2.0, 0.9, -1.8, 1.9, 1.1, -1.8, -1.9, 1.7, 0.6, -1.3], [0.6, 1.3, 1.9, 0.8, 1.9, 1.6, -0.6, 1.4, -1.3, -1.6, 1.7, -1.5, -1.8, -1.6, 0.9, -0.1, 1.3], [1.4, -1.6, -0.3, -1.3, 0.5, -0.1, -0.4, 0.9, -0.1, -0.1, -2.0, 0.0, 1.3, 1.1, 0.9, 0.4, -1.1], [-0.7, -0.4, 0.0, 1.9, -0.7, 0.9, -1.5, -1.1, 0.2, -1.5, 2.0, 0.7, 0.8, 1.9, 1.3, 0.5, -0.9], [-0.8, -1.2, 1.1, -1.0, 1.2, 0.8, 1.6, 0.2, -1.9, -1.1, 0.7, -0.3, 1.6, 1.1, 1.2, 1.4, -0.7], [1.5, -0.5, -1.0, 0.6, 1.5, -0.4, 0.0, -0.2, 1.9, -1.4, -0.8, -0.4, 0.7, 0.2, 1.3, -0.4, 1.1], [2.0, -1.5, -1.3, -1.3, 0.1, -1.4, -1.4, 2.0, -0.2, 1.7, -0.9, -1.7, 1.4, 0.4, -0.9, 2.0, 0.1], [-0.4, -1.4, 0.6, 0.1, -1.4, -0.1, -1.6, -0.2, 0.1, 0.6, 0.6, -1.6, -1.6, -0.1, -1.6, -0.9, -1.8]]> : !b} : () -> !b
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
!a = tensor<5x9xf32>
!b = tensor<17x9xf32>
!y = tensor<5x17xf32>
!c = tensor<17xf32>
func.func {sym_name = "main", function_type = (!a, !c) -> !y} ({
^bb0(%a: !a, %c: !c):
  %b = graph.constant {value = dense<[[-1.4, 1.2, 0.6, -1.4, 0.9, 0.6, -1.6, -0.6, 0.6], [-1.9, 1.6, 1.4, -0.2, -1.4, 1.2, 0.0, 0.3, -1.6], [0.9, 0.4, -1.4, -1.0, -0.5, -1.3, 1.9, 1.4, -1.4], [-1.5, 1.4, 0.4, 0.7, -1.3, -0.3, -0.1, 1.5, 0.9], [0.7, -1.8, -0.7, 1.2, -1.2, 0.4, 2.0, -0.9, -0.8], [0.0, 1.3, -1.6, -1.2, -0.1, -1.7, 0.9, -0.1, 0.8], [1.5, 1.6, 2.0, 1.2, -0.4, -0.2, -1.0, 2.0, -0.4], [0.9, 1.0, 0.5, 1.8, -1.4, -1.2, 1.8, -0.8, 0.9], [-1.4, 0.8, -0.6, -1.2, -0.5, -1.0, -1.5, 0.8, -0.4], [1.9, 0.9, -1.0, 1.0, -1.4, -0.1, 1.7, -0.4, 2.0], [0.2, -1.7, 1.4, 1.5, -1.3, -0.7, -1.9, 0.1, 1.6], [1.7, 1.0, 2.0, 1.1, 1.3, 1.8, -0.2, 1.8, 0.1], [-1.7, -0.2, -1.2, 1.3, 0.6, -0.2, 0.6, 0.3, -1.2], [-0.2, -0.8, -1.8, -2.0, 1.1, -1.0, -0.1, 0.6, -0.2], [0.6, 1.7, 0.9, 0.1, 1.3, 1.2, 0.0, 1.9, -2.0], [-1.0, 1.6, 1.1, -2.0, 1.4, 1.0, 0.9, 0.3, -1.8], [-0.6, 1.4, -2.0, 1.0, -1.3, -0.8, -1.0, -1.0, 1.2]]> : !b} : () -> !b
  %0 = graph.matmul %a, %b {transpose_b = true} : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
// tolerance: 1e-12
!a = tensor<13x29xf64>
!b = tensor<29x33xf64>
!y = tensor<13x33xf64>
!c = tensor<33xf64>
func.func {sym_name = "main", function_type = (!a, !b, !c) -> !y} ({
^bb0(%a: !a, %b: !b, %c: !c):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
!a = tensor<1x1x5x9xf32>
!b = tensor<1x1x9x17xf32>
!y = tensor<1x1x5x17xf32>
func.func {sym_name = "main", function_type = (!a, !b) -> !y} ({
^bb0(%a: !a, %b: !b):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// A matrix with itself: one use is packed, the other is not.
!v = tensor<3x8xf32>
!w = tensor<8x8xf32>
func.func {sym_name = "main", arg_names = ["x", "w"], function_type = (!v, !w) -> (tensor<3x3xf32>, !w)} ({
^bb0(%x: !v, %w: !w):
  %0 = graph.matmul %x, %x {transpose_b = true} : (!v, !v) -> tensor<3x3xf32>
  %1 = graph.matmul %w, %w : (!w, !w) -> !w
  %2 = graph.add %1, %w : (!w, !w) -> !w
  func.return %0, %2 : (tensor<3x3xf32>, !w) -> ()
}) : () -> ()
// -----
// heads of attention: operands are read through transposes, the result is written through one
// symbols: N=1, S=1; N=2, S=7; N=3, S=65
!x = tensor<?x?x3x20xf32, #kiln.dims<[N, S, 3, 20]>>
!q = tensor<?x3x?x20xf32, #kiln.dims<[N, 3, S, 20]>>
!k = tensor<?x3x20x?xf32, #kiln.dims<[N, 3, 20, S]>>
!s = tensor<?x3x?x?xf32, #kiln.dims<[N, 3, S, S]>>
func.func {sym_name = "main", function_type = (!x, !x, !x) -> (!s, !x)} ({
^bb0(%x: !x, %y: !x, %z: !x):
  %q = graph.transpose %x {permutation = [0, 2, 1, 3]} : (!x) -> !q
  %k = graph.transpose %y {permutation = [0, 2, 3, 1]} : (!x) -> !k
  %v = graph.transpose %z {permutation = [0, 2, 1, 3]} : (!x) -> !q
  %s = graph.matmul %q, %k : (!q, !k) -> !s
  %r = graph.tanh %s : (!s) -> !s
  %p = graph.matmul %r, %v : (!s, !q) -> !q
  %t = graph.transpose %p {permutation = [0, 2, 1, 3]} : (!q) -> !x
  func.return %r, %t : (!s, !x) -> ()
}) : () -> ()
// -----
// rows of a layer lie apart; an epilogue broadcasts before the result is turned
!x = tensor<6x2x3x24xf32>
!t = tensor<3x2x6x24xf32>
!w = tensor<24x40xf32>
!y = tensor<3x2x6x40xf32>
!r = tensor<6x3x2x40xf32>
!c = tensor<2x1x40xf32>
func.func {sym_name = "main", function_type = (!x, !w, !c) -> !r} ({
^bb0(%x: !x, %w: !w, %c: !c):
  %t = graph.transpose %x {permutation = [2, 1, 0, 3]} : (!x) -> !t
  %0 = graph.matmul %t, %w : (!t, !w) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  %2 = graph.transpose %1 {permutation = [2, 0, 1, 3]} : (!y) -> !r
  func.return %2 : (!r) -> ()
}) : () -> ()
// -----
// both operands are transposes of one tensor, the left one read along its columns
!x = tensor<4x9x5x33xf64>
!a = tensor<4x5x33x9xf64>
!b = tensor<4x5x9x33xf64>
!y = tensor<4x5x33x33xf64>
func.func {sym_name = "main", function_type = (!x) -> !y} ({
^bb0(%x: !x):
  %a = graph.transpose %x {permutation = [0, 2, 3, 1]} : (!x) -> !a
  %b = graph.transpose %x {permutation = [0, 2, 1, 3]} : (!x) -> !b
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
