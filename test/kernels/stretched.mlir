// Extents of which only a run tells whether they are stretched: the last, an inner one, both, with what is computed of it.
// symbols: N=1, M=37; N=37, M=37; N=1, M=1
!x = tensor<?xf32, #kiln.dims<[N]>>
!y = tensor<?xf32, #kiln.dims<[M]>>
!z = tensor<?xf32, #kiln.dims<[max(N, M)]>>
func.func {sym_name = "main", function_type = (!x, !y) -> (!z, !z)} ({
^bb0(%x: !x, %y: !y):
  %a = graph.broadcast %x : (!x) -> !z
  %b = graph.broadcast %y : (!y) -> !z
  %c = graph.subtract %a, %b : (!z, !z) -> !z
  %d = graph.relu %a : (!z) -> !z
  func.return %c, %d : (!z, !z) -> ()
})

// -----

// symbols: N=1, M=5, C=1, D=19; N=5, M=5, C=19, D=19; N=1, M=5, C=19, D=19; N=5, M=1, C=1, D=19
!x = tensor<?x3x?xf32, #kiln.dims<[N, 3, C]>>
!y = tensor<?x1x?xf32, #kiln.dims<[M, 1, D]>>
!l = tensor<?x3x?xf32, #kiln.dims<[max(N, M), 3, max(C, D)]>>
!m = tensor<?x1x?xf32, #kiln.dims<[max(N, M), 1, max(C, D)]>>
func.func {sym_name = "main", function_type = (!x, !y) -> !l} ({
^bb0(%x: !x, %y: !y):
  %a = graph.broadcast %x : (!x) -> !l
  %b = graph.broadcast %y : (!y) -> !m
  %c = graph.multiply %a, %b : (!l, !m) -> !l
  func.return %c : (!l) -> ()
})

// -----

// symbols: C=1; C=8
!x = tensor<4x?xi8, #kiln.dims<[4, C]>>
!y = tensor<4x8xi8>
func.func {sym_name = "main", function_type = (!x) -> tensor<8x4xi8>} ({
^bb0(%x: !x):
  %a = graph.broadcast %x : (!x) -> !y
  %t = graph.transpose %a {permutation = [1, 0]} : (!y) -> tensor<8x4xi8>
  func.return %t : (tensor<8x4xi8>) -> ()
})
