// symbols: N=1, H=1, W=1; N=2, H=7, W=5; N=1, H=33, W=17
!a = tensor<?x3x?x?xf32, #kiln.dims<[N, 3, H, W]>>
!b = tensor<?x?x?x3xf32, #kiln.dims<[N, H, W, 3]>>
func.func {sym_name = "main", function_type = (!a) -> !b} ({
^bb0(%x: !a):
  %0 = graph.transpose %x {permutation = [0, 2, 3, 1]} : (!a) -> !b
  %1 = graph.negate %0 : (!b) -> !b
  func.return %1 : (!b) -> ()
}) : () -> ()
// -----
// symbols: N=1, M=1; N=7, M=40; N=64, M=33; N=100, M=129
!a = tensor<?x?xf32, #kiln.dims<[N, M]>>
!b = tensor<?x?xf32, #kiln.dims<[M, N]>>
func.func {sym_name = "main", function_type = (!a) -> !b} ({
^bb0(%x: !a):
  %0 = graph.transpose %x {permutation = [1, 0]} : (!a) -> !b
  func.return %0 : (!b) -> ()
}) : () -> ()
// -----
// symbols: N=1; N=20
!a = tensor<?x4x33xf32, #kiln.dims<[N, 4, 33]>>
!b = tensor<?x4x2xf32, #kiln.dims<[N, 4, 2]>>
!c = tensor<?x4x35xf32, #kiln.dims<[N, 4, 35]>>
!d = tensor<?x8x33xf32, #kiln.dims<[N, 8, 33]>>
func.func {sym_name = "main", function_type = (!a, !b) -> (!c, !d)} ({
^bb0(%x: !a, %y: !b):
  %0 = graph.concat %x, %y {axis = 2} : (!a, !b) -> !c
  %1 = graph.relu %0 : (!c) -> !c
  %2 = graph.concat %x, %x {axis = 1} : (!a, !a) -> !d
  func.return %1, %2 : (!c, !d) -> ()
}) : () -> ()
// -----
// symbols: N=1; N=6
!a = tensor<?x4x9xf32, #kiln.dims<[N, 4, 9]>>
!b = tensor<?x7x12xf32, #kiln.dims<[N, 7, 12]>>
!s = tensor<f32>
func.func {sym_name = "main", function_type = (!a, !s) -> (!b, !b, !b)} ({
^bb0(%x: !a, %v: !s):
  %0 = graph.pad %x, %v {low = #kiln.dims<[0, 1, 2]>, high = #kiln.dims<[0, 2, 1]>, mode = "constant"} : (!a, !s) -> !b
  %1 = graph.pad %x {low = #kiln.dims<[0, 1, 2]>, high = #kiln.dims<[0, 2, 1]>, mode = "edge"} : (!a) -> !b
  %2 = graph.pad %x {low = #kiln.dims<[0, 1, 2]>, high = #kiln.dims<[0, 2, 1]>, mode = "reflect"} : (!a) -> !b
  func.return %0, %1, %2 : (!b, !b, !b) -> ()
}) : () -> ()
// -----
// symbols: N=2; N=21
!a = tensor<?x9x40xf32, #kiln.dims<[N, 9, 40]>>
!b = tensor<?x4x20xf32, #kiln.dims<[N, 4, 20]>>
!c = tensor<1x9x33xf32>
func.func {sym_name = "main", function_type = (!a) -> (!b, !c)} ({
^bb0(%x: !a):
  %0 = graph.slice %x {starts = #kiln.dims<[0, 8, 1]>, steps = [1, -2, 2]} : (!a) -> !b
  %1 = graph.slice %x {starts = #kiln.dims<[N - 1, 0, 5]>, steps = [1, 1, 1]} : (!a) -> !c
  func.return %0, %1 : (!b, !c) -> ()
}) : () -> ()
// -----
// symbols: N=1; N=5
// range: i=-10..10
!a = tensor<10x37xf32>
!i = tensor<?x3xi64, #kiln.dims<[N, 3]>>
!b = tensor<?x3x37xf32, #kiln.dims<[N, 3, 37]>>
!c = tensor<10x?x3xf32, #kiln.dims<[10, N, 3]>>
func.func {sym_name = "main", arg_names = ["x", "i"], function_type = (!a, !i) -> (!b, !c)} ({
^bb0(%x: !a, %i: !i):
  %0 = graph.gather %x, %i {axis = 0} : (!a, !i) -> !b
  %1 = graph.gather %x, %i {axis = 1} : (!a, !i) -> !c
  func.return %0, %1 : (!b, !c) -> ()
}) : () -> ()
// -----
// range: i=-10..10
// range: j=0..5
!a = tensor<10x5xf32>
!i = tensor<4x5xi64>
!j = tensor<7x2xi64>
!k = tensor<7x1xi64>
!b = tensor<4x5xf32>
!c = tensor<7xf32>
!d = tensor<7x5xf32>
func.func {sym_name = "main", arg_names = ["x", "i", "j", "j"], function_type = (!a, !i, !j, !k) -> (!b, !c, !d)} ({
^bb0(%x: !a, %i: !i, %j: !j, %k: !k):
  %0 = graph.gather_elements %x, %i {axis = 0} : (!a, !i) -> !b
  %1 = graph.gather_nd %x, %j {batch_dims = 0} : (!a, !j) -> !c
  %2 = graph.gather_nd %x, %k {batch_dims = 0} : (!a, !k) -> !d
  func.return %0, %1, %2 : (!b, !c, !d) -> ()
}) : () -> ()
// -----
// range: i=-4..4
// range: j=0..4
!a = tensor<4x5xf32>
!i = tensor<2x5xi64>
!u = tensor<2x5xf32>
!j = tensor<3x1xi64>
!w = tensor<3x5xf32>
func.func {sym_name = "main", arg_names = ["x", "i", "u", "j", "w"], function_type = (!a, !i, !u, !j, !w) -> (!a, !a, !a)} ({
^bb0(%x: !a, %i: !i, %u: !u, %j: !j, %w: !w):
  %0 = graph.scatter_elements %x, %i, %u {axis = 0, reduction = "add"} : (!a, !i, !u) -> !a
  %1 = graph.scatter_elements %x, %i, %u {axis = 0, reduction = "none"} : (!a, !i, !u) -> !a
  %2 = graph.scatter_nd %x, %j, %w {reduction = "max"} : (!a, !j, !w) -> !a
  func.return %0, %1, %2 : (!a, !a, !a) -> ()
}) : () -> ()
// -----
// symbols: N=3; N=20
!a = tensor<?x5xf32, #kiln.dims<[N, 5]>>
!b = tensor<?x5xf32, #kiln.dims<[2 * N, 5]>>
!i = tensor<?x5xi64, #kiln.dims<[N, 5]>>
!d = tensor<2xi64>
!e = tensor<?xf32, #kiln.dims<[5 * N]>>
func.func {sym_name = "main", function_type = (!a) -> (!b, !i, !d, !e, !a)} ({
^bb0(%x: !a):
  %0 = graph.tile %x {repeats = [2, 1]} : (!a) -> !b
  %1 = graph.iota {axis = 1} : () -> !i
  %2 = graph.dims {dims = #kiln.dims<[N, 5]>} : () -> !d
  %3 = graph.reshape %x : (!a) -> !e
  func.return %0, %1, %2, %3, %x : (!b, !i, !d, !e, !a) -> ()
}) : () -> ()
// -----
// symbols: N=1, M=16; N=3, M=37
!a = tensor<?x?x20xf32, #kiln.dims<[N, M, 20]>>
!b = tensor<20x?x?xf32, #kiln.dims<[20, N, M]>>
!c = tensor<?x3x?xi32, #kiln.dims<[N, 3, M]>>
!d = tensor<?x?x3xi32, #kiln.dims<[N, M, 3]>>
func.func {sym_name = "main", function_type = (!a, !b, !c) -> (!b, !d)} ({
^bb0(%x: !a, %y: !b, %z: !c):
  %0 = graph.transpose %x {permutation = [2, 0, 1]} : (!a) -> !b
  %1 = graph.add %0, %y : (!b, !b) -> !b
  %2 = graph.transpose %z {permutation = [0, 2, 1]} : (!c) -> !d
  func.return %1, %2 : (!b, !d) -> ()
}) : () -> ()
