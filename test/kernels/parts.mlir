// kernels of several families write parts of one tensor, which is the output
// symbols: N=0, H=3, W=3; N=1, H=1, W=1; N=1, H=2, W=33; N=2, H=9, W=14
!x = tensor<?x?x?x5xf32, #kiln.dims<[N, H, W, 5]>>
!f = tensor<7x5x3x3xf32>
!g = tensor<6x5x1x1xf32>
!h = tensor<5x1x3x3xf32>
!b = tensor<7xf32>
!y7 = tensor<?x?x?x7xf32, #kiln.dims<[N, H, W, 7]>>
!y6 = tensor<?x?x?x6xf32, #kiln.dims<[N, H, W, 6]>>
!y28 = tensor<?x?x?x28xf32, #kiln.dims<[N, H, W, 28]>>
func.func {sym_name = "main", function_type = (!x, !f, !g, !h, !b) -> !y28} ({
^bb0(%x: !x, %f: !f, %g: !g, %h: !h, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y7
  %1 = graph.conv %x, %g {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !g) -> !y6
  %2 = graph.conv %x, %h {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 5, layout = "channels_last"} : (!x, !h) -> !x
  %3 = graph.max_pool %x {window = [3, 3], strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], layout = "channels_last"} : (!x) -> !x
  %4 = graph.relu %x : (!x) -> !x
  %5 = graph.concat %0, %1, %2, %3, %4 {axis = 3} : (!y7, !y6, !x, !x, !x) -> !y28
  func.return %5 : (!y28) -> ()
}) : () -> ()
// -----
// kernels of several families read a part
// symbols: N=0, H=3, W=3; N=1, H=1, W=1; N=2, H=9, W=14
!x = tensor<?x?x?x18xf32, #kiln.dims<[N, H, W, 18]>>
!z = tensor<?x?x?x24xf32, #kiln.dims<[N, H, W, 24]>>
!t = tensor<?x6x?x?xf32, #kiln.dims<[N, 6, H, W]>>
!s = tensor<?x?x?x6xf32, #kiln.dims<[N, H, W, 6]>>
!r = tensor<?x1x1x18xf32, #kiln.dims<[N, 1, 1, 18]>>
!v = tensor<?x?x?x1xf32, #kiln.dims<[N, H, W, 1]>>
!w = tensor<?x?x?x18xf32, #kiln.dims<[N, 2 * H, 2 * W, 18]>>
!u = tensor<?x18x?x?xf32, #kiln.dims<[N, 18, W, H]>>
!f = tensor<6x18x3x3xf32>
!g = tensor<6x18x1x1xf32>
!h = tensor<18x1x3x3xf32>
!k = tensor<6x9x1x1xf32>
!m = tensor<?x?x?x6xf32, #kiln.dims<[N, (H - 1) floordiv 2 + 1, (W - 1) floordiv 2 + 1, 6]>>
func.func {sym_name = "main", function_type = (!x, !s, !f, !g, !h, !k) -> (!z, !s, !s, !x, !m, !x, !r, !v, !w, !u, !x)} ({
^bb0(%i: !x, %j: !s, %f: !f, %g: !g, %h: !h, %k: !k):
  %x = graph.exp %i : (!x) -> !x
  %y = graph.relu %j : (!s) -> !s
  %c = graph.concat %y, %x {axis = 3} : (!s, !x) -> !z
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f) -> !s
  %1 = graph.conv %x, %g {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !g) -> !s
  %2 = graph.conv %x, %h {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 18, layout = "channels_last"} : (!x, !h) -> !x
  %3 = graph.conv %x, %k {strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 2, layout = "channels_last"} : (!x, !k) -> !m
  %4 = graph.average_pool %x {window = [3, 3], strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], layout = "channels_last"} : (!x) -> !x
  %5 = graph.reduce_sum %x {axes = [1, 2]} : (!x) -> !r
  %6 = graph.reduce_max %x {axes = [3]} : (!x) -> !v
  %7 = graph.resize %x {mode = "nearest", coordinates = "asymmetric", nearest_mode = "floor", scales = [1.0, 2.0, 2.0, 1.0]} : (!x) -> !w
  %8 = graph.transpose %x {permutation = [0, 3, 2, 1]} : (!x) -> !u
  %9 = graph.softmax %x {axis = 3} : (!x) -> !x
  func.return %c, %0, %1, %2, %3, %4, %5, %6, %7, %8, %9 : (!z, !s, !s, !x, !m, !x, !r, !v, !w, !u, !x) -> ()
}) : () -> ()
// -----
// Winograd's algorithm from a part to a part, and a residual that is one
// tolerance: 2e-5
!x = tensor<1x14x15x32xf32>
!y = tensor<1x14x15x48xf32>
!z = tensor<1x14x15x80xf32>
!f = tensor<48x32x3x3xf32>
!g = tensor<48x80x3x3xf32>
func.func {sym_name = "main", function_type = (!x, !f, !g) -> (!z, !y)} ({
^bb0(%i: !x, %f: !f, %g: !g):
  %x = graph.sigmoid %i : (!x) -> !x
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f) -> !y
  %1 = graph.concat %x, %0 {axis = 3} : (!x, !y) -> !z
  %2 = graph.conv %1, %g {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!z, !g) -> !y
  %3 = graph.add %2, %0 : (!y, !y) -> !y
  func.return %1, %3 : (!z, !y) -> ()
}) : () -> ()
// -----
// a transposed convolution from a part to a part
!x = tensor<2x5x7x12xf32>
!y = tensor<2x10x14x20xf32>
!w = tensor<2x10x14x3xf32>
!z = tensor<2x10x14x23xf32>
!v = tensor<2x5x7x13xf32>
!u = tensor<2x5x7x1xf32>
!f = tensor<12x20x2x2xf32>
func.func {sym_name = "main", function_type = (!x, !u, !w, !f) -> (!z, !v)} ({
^bb0(%i: !x, %j: !u, %k: !w, %f: !f):
  %x = graph.negate %i : (!x) -> !x
  %u = graph.negate %j : (!u) -> !u
  %w = graph.negate %k : (!w) -> !w
  %c = graph.concat %u, %x {axis = 3} : (!u, !x) -> !v
  %0 = graph.conv_transpose %x, %f {strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], output_padding = [0, 0], groups = 1, layout = "channels_last"} : (!x, !f) -> !y
  %1 = graph.concat %0, %w {axis = 3} : (!y, !w) -> !z
  func.return %1, %c : (!z, !v) -> ()
}) : () -> ()
// -----
// matrix products from parts to parts, one of a left operand that lies transposed
// symbols: M=1; M=2; M=7; M=29; M=200
!a = tensor<?x29xf32, #kiln.dims<[M, 29]>>
!e = tensor<?x3xf32, #kiln.dims<[M, 3]>>
!b = tensor<29x33xf32>
!y = tensor<?x33xf32, #kiln.dims<[M, 33]>>
!c = tensor<?x32xf32, #kiln.dims<[M, 32]>>
!d = tensor<?x36xf32, #kiln.dims<[M, 36]>>
!t = tensor<29x3xf32>
func.func {sym_name = "main", function_type = (!a, !e, !b) -> (!c, !d, !t)} ({
^bb0(%i: !a, %j: !e, %b: !b):
  %a = graph.negate %i : (!a) -> !a
  %e = graph.negate %j : (!e) -> !e
  %0 = graph.concat %e, %a {axis = 1} : (!e, !a) -> !c
  %1 = graph.matmul %a, %b : (!a, !b) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  %3 = graph.concat %2, %j {axis = 1} : (!y, !e) -> !d
  %4 = graph.matmul %a, %j {transpose_a = true} : (!a, !e) -> !t
  func.return %0, %3, %4 : (!c, !d, !t) -> ()
}) : () -> ()
// -----
// a chain of concatenations, each read by others too
// symbols: N=1, H=1; N=2, H=13
!x = tensor<?x?x7x8xf32, #kiln.dims<[N, H, 7, 8]>>
!y = tensor<?x?x7x16xf32, #kiln.dims<[N, H, 7, 16]>>
!z = tensor<?x?x7x24xf32, #kiln.dims<[N, H, 7, 24]>>
!f = tensor<8x8x1x1xf32>
!g = tensor<8x16x1x1xf32>
!h = tensor<8x24x1x1xf32>
!c = tensor<16xf32>
func.func {sym_name = "main", function_type = (!x, !f, !g, !h, !c) -> !x} ({
^bb0(%i: !x, %f: !f, %g: !g, %h: !h, %c: !c):
  %x = graph.negate %i : (!x) -> !x
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !f) -> !x
  %1 = graph.concat %x, %0 {axis = 3} : (!x, !x) -> !y
  %2 = graph.multiply %1, %c : (!y, !c) -> !y
  %3 = graph.relu %2 : (!y) -> !y
  %4 = graph.conv %3, %g {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!y, !g) -> !x
  %5 = graph.concat %1, %4 {axis = 3} : (!y, !x) -> !z
  %6 = graph.conv %5, %h {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!z, !h) -> !x
  func.return %6 : (!x) -> ()
}) : () -> ()
// -----
// parts one after the other in memory, through reshapes, of several element types; one that is there twice; a constant
!x = tensor<1x3x5xf16>
!y = tensor<3x5xf16>
!z = tensor<1x7x5xf16>
!w = tensor<1x1x5xf16>
!i = tensor<4x9xi1>
!j = tensor<8x9xi1>
!k = tensor<4x27xi1>
func.func {sym_name = "main", function_type = (!y, !x, !i) -> (!z, !j, !k)} ({
^bb0(%x: !y, %y: !x, %i: !i):
  %c = graph.constant {value = dense<[[[1.0, 2.0, 3.0, 4.0, 5.0]]]> : tensor<1x1x5xf16>} : () -> !w
  %0 = graph.negate %x : (!y) -> !y
  %1 = graph.reshape %0 {shape = #kiln.dims<[1, 3, 5]>} : (!y) -> !x
  %2 = graph.exp %y : (!x) -> !x
  %3 = graph.concat %1, %c, %2 {axis = 1} : (!x, !w, !x) -> !z
  %4 = graph.not %i : (!i) -> !i
  %5 = graph.concat %4, %i {axis = 0} : (!i, !i) -> !j
  %6 = graph.xor %4, %i : (!i, !i) -> !i
  %7 = graph.concat %6, %4, %6 {axis = 1} : (!i, !i, !i) -> !k
  func.return %3, %5, %7 : (!z, !j, !k) -> ()
}) : () -> ()
// -----
// slices that are read in place: strided, next to each other, of a part, from an input
// symbols: N=1, H=1; N=2, H=9
!x = tensor<?x?x7x20xf32, #kiln.dims<[N, H, 7, 20]>>
!y = tensor<?x?x7x9xf32, #kiln.dims<[N, H, 7, 9]>>
!z = tensor<?x?x7x11xf32, #kiln.dims<[N, H, 7, 11]>>
!v = tensor<?x?x7x4xf32, #kiln.dims<[N, H, 7, 4]>>
!c = tensor<1x4x6xf32>
!d = tensor<1x2x6xf32>
!e = tensor<12xf32>
!f = tensor<4x9x3x3xf32>
!g = tensor<4x11x1x1xf32>
func.func {sym_name = "main", function_type = (!x, !f, !g, !c) -> (!v, !v, !y, !e)} ({
^bb0(%i: !x, %f: !f, %g: !g, %c: !c):
  %x = graph.negate %i : (!x) -> !x
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 1, 1]} : (!x) -> !y
  %1 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 9]>, steps = [1, 1, 1, 1]} : (!x) -> !z
  %2 = graph.slice %i {starts = #kiln.dims<[0, 0, 0, 3]>, steps = [1, 1, 1, 1]} : (!x) -> !y
  %3 = graph.conv %0, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!y, !f) -> !v
  %4 = graph.conv %1, %g {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!z, !g) -> !v
  %5 = graph.max_pool %2 {window = [3, 3], strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], layout = "channels_last"} : (!y) -> !y
  %6 = graph.exp %c : (!c) -> !c
  %7 = graph.slice %6 {starts = #kiln.dims<[0, 1, 0]>, steps = [1, 1, 1]} : (!c) -> !d
  %8 = graph.reshape %7 {shape = #kiln.dims<[12]>} : (!d) -> !e
  %9 = graph.negate %8 : (!e) -> !e
  func.return %3, %4, %5, %9 : (!v, !v, !y, !e) -> ()
}) : () -> ()
// -----
// results written over operands: of elementwise kernels and of residuals, also where the result is wanted twice
// symbols: N=1, H=2; N=2, H=13
!x = tensor<?x?x9x20xf32, #kiln.dims<[N, H, 9, 20]>>
!f = tensor<20x20x3x3xf32>
!g = tensor<20x20x1x1xf32>
!h = tensor<20x1x3x3xf32>
!m = tensor<20x20xf32>
func.func {sym_name = "main", function_type = (!x, !f, !g, !h, !m) -> !x} ({
^bb0(%i: !x, %f: !f, %g: !g, %h: !h, %m: !m):
  %x = graph.max_pool %i {window = [3, 3], strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], layout = "channels_last"} : (!x) -> !x
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f) -> !x
  %1 = graph.add %0, %x : (!x, !x) -> !x
  %2 = graph.max_pool %1 {window = [3, 3], strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], layout = "channels_last"} : (!x) -> !x
  %3 = graph.conv %2, %g {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !g) -> !x
  %4 = graph.add %3, %1 : (!x, !x) -> !x
  %5 = graph.conv %4, %h {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 20, layout = "channels_last"} : (!x, !h) -> !x
  %6 = graph.add %5, %2 : (!x, !x) -> !x
  %7 = graph.matmul %6, %m : (!x, !m) -> !x
  %8 = graph.add %7, %4 : (!x, !x) -> !x
  %9 = graph.max_pool %8 {window = [3, 3], strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], layout = "channels_last"} : (!x) -> !x
  %10 = graph.subtract %9, %8 : (!x, !x) -> !x
  %11 = graph.average_pool %10 {window = [3, 3], strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], layout = "channels_last"} : (!x) -> !x
  %12 = graph.add %11, %10 : (!x, !x) -> !x
  func.return %12 : (!x) -> ()
}) : () -> ()
// -----
// halves of a product's columns, whose rows fall into the same sets of the cache, and heads of both halves
// symbols: M=0; M=1; M=5; M=29
!x = tensor<?x8xf32, #kiln.dims<[M, 8]>>
!v = tensor<8x1024xf32>
!y = tensor<?x1024xf32, #kiln.dims<[M, 1024]>>
!half = tensor<?x512xf32, #kiln.dims<[M, 512]>>
!w = tensor<512x40xf32>
!z = tensor<?x40xf32, #kiln.dims<[M, 40]>>
!heads = tensor<?x64x16xf32, #kiln.dims<[M, 64, 16]>>
!some = tensor<?x3x16xf32, #kiln.dims<[M, 3, 16]>>
!first = tensor<3x?x16xf32, #kiln.dims<[3, M, 16]>>
!turned = tensor<3x16x?xf32, #kiln.dims<[3, 16, M]>>
!s = tensor<3x?x?xf32, #kiln.dims<[3, M, M]>>
func.func {sym_name = "main", function_type = (!x, !v, !w) -> (!z, !z, !s)} ({
^bb0(%x: !x, %v: !v, %w: !w):
  %y = graph.matmul %x, %v : (!x, !v) -> !y
  %0 = graph.slice %y {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (!y) -> !half
  %1 = graph.matmul %0, %w : (!half, !w) -> !z
  %2 = graph.slice %y {starts = #kiln.dims<[0, 512]>, steps = [1, 1]} : (!y) -> !half
  %3 = graph.matmul %2, %w : (!half, !w) -> !z
  %4 = graph.reshape %y : (!y) -> !heads
  %5 = graph.slice %4 {starts = #kiln.dims<[0, 2, 0]>, steps = [1, 1, 1]} : (!heads) -> !some
  %6 = graph.transpose %5 {permutation = [1, 0, 2]} : (!some) -> !first
  %7 = graph.slice %4 {starts = #kiln.dims<[0, 61, 0]>, steps = [1, 1, 1]} : (!heads) -> !some
  %8 = graph.transpose %7 {permutation = [1, 2, 0]} : (!some) -> !turned
  %9 = graph.matmul %6, %8 : (!first, !turned) -> !s
  func.return %1, %3, %9 : (!z, !z, !s) -> ()
}) : () -> ()
