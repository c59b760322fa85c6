// a window with padding, a partial panel, channels that fill no step
!x = tensor<2x9x15x5xbf16>
!f = tensor<33x5x3x3xbf16>
!y = tensor<2x9x15x33xf32>
!b = tensor<33xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y, arg_names = ["x", "f", "b"]} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true} : (!x, !f, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// pixels as rows
// symbols: N=1, H=1; N=1, H=2; N=2, H=5; N=1, H=13
!x = tensor<?x?x7x16xbf16, #kiln.dims<[N, H, 7, 16]>>
!f = tensor<40x16x1x1xbf16>
!y = tensor<?x?x7x40xf32, #kiln.dims<[N, (H - 1) floordiv 1 + 1, 7, 40]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// every second pixel, channels that fill no step
!x = tensor<1x9x11x6xbf16>
!f = tensor<20x6x1x1xbf16>
!y = tensor<1x5x6x20xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// taps of a row as one run, in place
!x = tensor<1x12x12x4xbf16>
!f = tensor<16x4x3x3xbf16>
!y = tensor<1x10x10x16xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// few channels: runs of a row end within a step
!x = tensor<1x32x32x3xbf16>
!f = tensor<24x3x7x7xbf16>
!y = tensor<1x16x16x24xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [2, 2], dilations = [1, 1], pad_low = [3, 3], pad_high = [3, 3], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// dilated, symbolic
// symbols: N=1, H=1, W=1; N=2, H=9, W=14; N=0, H=3, W=3
!x = tensor<?x?x?x8xbf16, #kiln.dims<[N, H, W, 8]>>
!f = tensor<16x8x3x3xbf16>
!y = tensor<?x?x?x16xf32, #kiln.dims<[N, (H - 1) floordiv 1 + 1, (W - 1) floordiv 1 + 1, 16]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [2, 2], pad_low = [2, 2], pad_high = [2, 2], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// groups
!x = tensor<1x8x8x12xbf16>
!f = tensor<36x4x3x3xbf16>
!y = tensor<1x8x8x36xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 3, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// groups of channels that fill no step
!x = tensor<1x8x8x6xbf16>
!f = tensor<12x3x3x3xbf16>
!y = tensor<1x8x8x12xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 2, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// one axis
!x = tensor<2x40x6xbf16>
!f = tensor<17x6x5xbf16>
!y = tensor<2x40x17xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1], dilations = [1], pad_low = [2], pad_high = [2], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// three axes
!x = tensor<1x4x6x7x5xbf16>
!f = tensor<18x5x2x3x3xbf16>
!y = tensor<1x4x6x7x18xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1, 1], dilations = [1, 1, 1], pad_low = [1, 1, 1], pad_high = [0, 1, 1], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// a row of a cache page: pixels apart
!x = tensor<1x2x3x4096xbf16>
!f = tensor<16x4096x1x1xbf16>
!y = tensor<1x2x3x16xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// depthwise
!x = tensor<1x9x13x35xbf16>
!f = tensor<35x1x3x3xbf16>
!y = tensor<1x9x13x35xf32>
!b = tensor<35xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y, arg_names = ["x", "f", "b"]} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 35, layout = "channels_last", widening = true} : (!x, !f, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// depthwise
!x = tensor<1x9x13x35xbf16>
!f = tensor<35x1x3x3xbf16>
!y = tensor<1x5x7x35xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 35, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// weights
// symbols: M=0; M=1; M=2; M=14; M=29
!x = tensor<?x32xbf16, #kiln.dims<[M, 32]>>
!f = tensor<32x50xbf16>
!y = tensor<?x50xf32, #kiln.dims<[M, 50]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// rows that end within a step
!x = tensor<13x31xbf16>
!f = tensor<31x33xbf16>
!y = tensor<13x33xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// weights the wrong way round
!x = tensor<29x64xbf16>
!f = tensor<40x64xbf16>
!y = tensor<29x40xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true, transpose_b = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// rows of a cache page
!x = tensor<19x4096xbf16>
!f = tensor<4096x20xbf16>
!y = tensor<19x20xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// batches of computed matrices
// symbols: N=1; N=3
!x = tensor<?x9x16xbf16, #kiln.dims<[N, 9, 16]>>
!f = tensor<?x16x21xbf16, #kiln.dims<[N, 16, 21]>>
!y = tensor<?x9x21xf32, #kiln.dims<[N, 9, 21]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// batches, the right matrices the wrong way round
// symbols: N=2
!x = tensor<?x9x16xbf16, #kiln.dims<[N, 9, 16]>>
!f = tensor<?x21x16xbf16, #kiln.dims<[N, 21, 16]>>
!y = tensor<?x9x21xf32, #kiln.dims<[N, 9, 21]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true, transpose_b = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// a depth that is known at run time
// symbols: K=0; K=1; K=6; K=16
!x = tensor<2x7x?xbf16, #kiln.dims<[2, 7, K]>>
!f = tensor<2x?x19xbf16, #kiln.dims<[2, K, 19]>>
!y = tensor<2x7x19xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// the left matrices the wrong way round
!x = tensor<2x16x7xbf16>
!f = tensor<2x16x19xbf16>
!y = tensor<2x7x19xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true, transpose_a = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// lines of few columns, in pairs, an odd one last
!x = tensor<1x7x7x32xbf16>
!f = tensor<48x32x3x3xbf16>
!y = tensor<1x7x7x48xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// lines of one tile and a half
!x = tensor<2x5x27x32xbf16>
!f = tensor<40x32x3x3xbf16>
!y = tensor<2x5x27x40xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// every second column of every second line
!x = tensor<1x28x28x16xbf16>
!f = tensor<32x16x3x3xbf16>
!y = tensor<1x14x14x32xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// three channels, a wide window
!x = tensor<1x20x20x3xbf16>
!f = tensor<24x3x7x7xbf16>
!y = tensor<1x10x10x24xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [2, 2], dilations = [1, 1], pad_low = [3, 3], pad_high = [3, 3], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// what is added is short, too, and so is the result
// tolerance: 1e-2
!x = tensor<70x64xbf16>
!w = tensor<64x40xbf16>
!r = tensor<70x40xbf16>
!y = tensor<70x40xf32>
func.func {sym_name = "main", function_type = (!x, !w, !r) -> !r, arg_names = ["x", "w", "r"]} ({
^bb0(%x: !x, %w: !w, %r: !r):
  %0 = graph.matmul %x, %w {widening = true} : (!x, !w) -> !y
  %1 = graph.cast %r : (!r) -> !y
  %2 = graph.add %0, %1 : (!y, !y) -> !y
  %3 = graph.relu %2 : (!y) -> !y
  %4 = graph.cast %3 : (!y) -> !r
  func.return %4 : (!r) -> ()
}) : () -> ()
