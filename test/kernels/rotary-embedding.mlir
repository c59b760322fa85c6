// halves of rows, one angle for each pair; rows that fill no vector
// symbols: N=0, L=3; N=1, L=1; N=2, L=7; N=3, L=300
!x = tensor<?x2x?x24xf32, #kiln.dims<[N, 2, L, 24]>>
!a = tensor<?x12xf32, #kiln.dims<[L, 12]>>
func.func {sym_name = "main", arg_names = ["x", "cos", "sin"], function_type = (!x, !a, !a) -> !x} ({
^bb0(%x: !x, %cos: !a, %sin: !a):
  %0 = graph.rotary_embedding %x, %cos, %sin : (!x, !a, !a) -> !x
  func.return %0 : (!x) -> ()
}) : () -> ()
// -----
// neighbours, one angle for each pair
// symbols: L=0; L=1; L=5; L=300
!x = tensor<2x?x3x10xf32, #kiln.dims<[2, L, 3, 10]>>
!a = tensor<2x?x1x5xf32, #kiln.dims<[2, L, 1, 5]>>
func.func {sym_name = "main", arg_names = ["x", "cos", "sin"], function_type = (!x, !a, !a) -> !x} ({
^bb0(%x: !x, %cos: !a, %sin: !a):
  %0 = graph.rotary_embedding %x, %cos, %sin {interleaved = true} : (!x, !a, !a) -> !x
  func.return %0 : (!x) -> ()
}) : () -> ()
// -----
// an angle for each element, some elements not turned, an epilogue
!x = tensor<2x5x45xf32>
!a = tensor<5x38xf32>
func.func {sym_name = "main", arg_names = ["x", "cos", "sin", "b"], function_type = (!x, !a, !a, tensor<45xf32>) -> !x} ({
^bb0(%x: !x, %cos: !a, %sin: !a, %b: tensor<45xf32>):
  %0 = graph.rotary_embedding %x, %cos, %sin {rotary_dim = 38} : (!x, !a, !a) -> !x
  %1 = graph.add %0, %b : (!x, tensor<45xf32>) -> !x
  %2 = graph.relu %1 : (!x) -> !x
  func.return %2 : (!x) -> ()
}) : () -> ()
// -----
// the same of neighbours
!x = tensor<2x5x45xf32>
!a = tensor<5x38xf32>
func.func {sym_name = "main", arg_names = ["x", "cos", "sin"], function_type = (!x, !a, !a) -> !x} ({
^bb0(%x: !x, %cos: !a, %sin: !a):
  %0 = graph.rotary_embedding %x, %cos, %sin {interleaved = true, rotary_dim = 38} : (!x, !a, !a) -> !x
  func.return %0 : (!x) -> ()
}) : () -> ()
// -----
// read through a transpose, from a part of a larger tensor
!x = tensor<1x7x3x2x16xf32>
!q = tensor<1x7x1x2x16xf32>
!r = tensor<1x7x2x16xf32>
!y = tensor<1x2x7x16xf32>
!a = tensor<7x8xf32>
func.func {sym_name = "main", arg_names = ["x", "cos", "sin"], function_type = (!x, !a, !a) -> !y} ({
^bb0(%x: !x, %cos: !a, %sin: !a):
  %e = graph.exp %x : (!x) -> !x
  %s = graph.slice %e {starts = #kiln.dims<[0, 0, 1, 0, 0]>, steps = [1, 1, 1, 1, 1]} : (!x) -> !q
  %v = graph.reshape %s : (!q) -> !r
  %t = graph.transpose %v {permutation = [0, 2, 1, 3]} : (!r) -> !y
  %0 = graph.rotary_embedding %t, %cos, %sin : (!y, !a, !a) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// single rows and single pairs
!a = tensor<1xf32>
func.func {sym_name = "main", arg_names = ["x", "y", "cos", "sin", "c", "s"], function_type = (tensor<38xf32>, tensor<3x4x2xf32>, tensor<19xf32>, tensor<19xf32>, !a, !a) -> (tensor<38xf32>, tensor<3x4x2xf32>, tensor<3x4x2xf32>)} ({
^bb0(%x: tensor<38xf32>, %y: tensor<3x4x2xf32>, %cos: tensor<19xf32>, %sin: tensor<19xf32>, %c: !a, %s: !a):
  %0 = graph.rotary_embedding %x, %cos, %sin : (tensor<38xf32>, tensor<19xf32>, tensor<19xf32>) -> tensor<38xf32>
  %1 = graph.rotary_embedding %y, %c, %s : (tensor<3x4x2xf32>, !a, !a) -> tensor<3x4x2xf32>
  %2 = graph.rotary_embedding %y, %c, %s {interleaved = true} : (tensor<3x4x2xf32>, !a, !a) -> tensor<3x4x2xf32>
  func.return %0, %1, %2 : (tensor<38xf32>, tensor<3x4x2xf32>, tensor<3x4x2xf32>) -> ()
}) : () -> ()
// -----
// doubles and narrow floats
// tolerance: 1e-3
!d = tensor<2x9x12xf64>
!h = tensor<2x9x12xf16>
func.func {sym_name = "main", arg_names = ["x", "y", "c", "s", "d", "t"], function_type = (!d, !h, tensor<9x6xf64>, tensor<9x6xf64>, tensor<9x6xf16>, tensor<9x6xf16>) -> (!d, !h, !h)} ({
^bb0(%x: !d, %y: !h, %c: tensor<9x6xf64>, %s: tensor<9x6xf64>, %d: tensor<9x6xf16>, %t: tensor<9x6xf16>):
  %0 = graph.rotary_embedding %x, %c, %s {interleaved = true} : (!d, tensor<9x6xf64>, tensor<9x6xf64>) -> !d
  %1 = graph.rotary_embedding %y, %d, %t : (!h, tensor<9x6xf16>, tensor<9x6xf16>) -> !h
  %2 = graph.rotary_embedding %y, %d, %t {interleaved = true} : (!h, tensor<9x6xf16>, tensor<9x6xf16>) -> !h
  func.return %0, %1, %2 : (!d, !h, !h) -> ()
}) : () -> ()
