// ui8 by i8, a window with padding, a partial panel, channels that fill no step
// range: x=0..255
// range: f=-128..127
!x = tensor<2x9x15x5xui8>
!f = tensor<33x5x3x3xi8>
!y = tensor<2x9x15x33xi32>
!b = tensor<33xi32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y, arg_names = ["x", "f", "b"]} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true, pad_value = 128 : i64} : (!x, !f, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// i8 by i8, a window with padding, a partial panel, channels that fill no step
// range: x=-128..127
// range: f=-128..127
!x = tensor<2x9x15x5xi8>
!f = tensor<33x5x3x3xi8>
!y = tensor<2x9x15x33xi32>
!b = tensor<33xi32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y, arg_names = ["x", "f", "b"]} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true, pad_value = 7 : i64} : (!x, !f, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// ui8 by ui8, a window with padding, a partial panel, channels that fill no step
// range: x=0..255
// range: f=0..255
!x = tensor<2x9x15x5xui8>
!f = tensor<33x5x3x3xui8>
!y = tensor<2x9x15x33xi32>
!b = tensor<33xi32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y, arg_names = ["x", "f", "b"]} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true, pad_value = 7 : i64} : (!x, !f, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// i8 by ui8, a window with padding, a partial panel, channels that fill no step
// range: x=-128..127
// range: f=0..255
!x = tensor<2x9x15x5xi8>
!f = tensor<33x5x3x3xui8>
!y = tensor<2x9x15x33xi32>
!b = tensor<33xi32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y, arg_names = ["x", "f", "b"]} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true, pad_value = 7 : i64} : (!x, !f, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// pixels as rows
// range: x=0..255
// range: f=-128..127
// symbols: N=1, H=1; N=1, H=2; N=2, H=5; N=1, H=13
!x = tensor<?x?x7x16xui8, #kiln.dims<[N, H, 7, 16]>>
!f = tensor<40x16x1x1xi8>
!y = tensor<?x?x7x40xi32, #kiln.dims<[N, (H - 1) floordiv 1 + 1, 7, 40]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// every second pixel, channels that fill no step
// range: x=-128..127
// range: f=-128..127
!x = tensor<1x9x11x6xi8>
!f = tensor<20x6x1x1xi8>
!y = tensor<1x5x6x20xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// taps of a row as one run, in place
// range: x=0..255
// range: f=-128..127
!x = tensor<1x12x12x4xui8>
!f = tensor<16x4x3x3xi8>
!y = tensor<1x10x10x16xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// few channels: runs of a row end within a step
// range: x=0..255
// range: f=-128..127
!x = tensor<1x32x32x3xui8>
!f = tensor<24x3x7x7xi8>
!y = tensor<1x16x16x24xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [2, 2], dilations = [1, 1], pad_low = [3, 3], pad_high = [3, 3], groups = 1, layout = "channels_last", widening = true, pad_value = 114 : i64} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// dilated, symbolic
// range: x=0..255
// range: f=-128..127
// symbols: N=1, H=1, W=1; N=2, H=9, W=14; N=0, H=3, W=3
!x = tensor<?x?x?x8xui8, #kiln.dims<[N, H, W, 8]>>
!f = tensor<16x8x3x3xi8>
!y = tensor<?x?x?x16xi32, #kiln.dims<[N, (H - 1) floordiv 1 + 1, (W - 1) floordiv 1 + 1, 16]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [2, 2], pad_low = [2, 2], pad_high = [2, 2], groups = 1, layout = "channels_last", widening = true, pad_value = 3 : i64} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// groups
// range: x=0..255
// range: f=-128..127
!x = tensor<1x8x8x12xui8>
!f = tensor<36x4x3x3xi8>
!y = tensor<1x8x8x36xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 3, layout = "channels_last", widening = true, pad_value = 200 : i64} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// groups of channels that fill no step
// range: x=-128..127
// range: f=-128..127
!x = tensor<1x8x8x6xi8>
!f = tensor<12x3x3x3xi8>
!y = tensor<1x8x8x12xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 2, layout = "channels_last", widening = true, pad_value = -100 : i64} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// one axis
// range: x=0..255
// range: f=-128..127
!x = tensor<2x40x6xui8>
!f = tensor<17x6x5xi8>
!y = tensor<2x40x17xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1], dilations = [1], pad_low = [2], pad_high = [2], groups = 1, layout = "channels_last", widening = true, pad_value = 9 : i64} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// three axes
// range: x=0..255
// range: f=-128..127
!x = tensor<1x4x6x7x5xui8>
!f = tensor<18x5x2x3x3xi8>
!y = tensor<1x4x6x7x18xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1, 1], dilations = [1, 1, 1], pad_low = [1, 1, 1], pad_high = [0, 1, 1], groups = 1, layout = "channels_last", widening = true, pad_value = 55 : i64} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// a row of a cache page: pixels apart
// range: x=0..255
// range: f=-128..127
!x = tensor<1x2x3x4096xui8>
!f = tensor<16x4096x1x1xi8>
!y = tensor<1x2x3x16xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// depthwise
// range: x=0..255
// range: f=-128..127
!x = tensor<1x9x13x35xui8>
!f = tensor<35x1x3x3xi8>
!y = tensor<1x9x13x35xi32>
!b = tensor<35xi32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y, arg_names = ["x", "f", "b"]} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 35, layout = "channels_last", widening = true, pad_value = 130 : i64} : (!x, !f, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// depthwise
// range: x=0..255
// range: f=-128..127
!x = tensor<1x9x13x35xui8>
!f = tensor<35x1x3x3xi8>
!y = tensor<1x5x7x35xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 35, layout = "channels_last", widening = true, pad_value = 130 : i64} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// ui8 by i8: weights
// range: x=0..255
// range: f=-128..127
// symbols: M=0; M=1; M=2; M=14; M=29
!x = tensor<?x32xui8, #kiln.dims<[M, 32]>>
!f = tensor<32x50xi8>
!y = tensor<?x50xi32, #kiln.dims<[M, 50]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// i8 by i8: weights
// range: x=-128..127
// range: f=-128..127
// symbols: M=0; M=1; M=2; M=14; M=29
!x = tensor<?x32xi8, #kiln.dims<[M, 32]>>
!f = tensor<32x50xi8>
!y = tensor<?x50xi32, #kiln.dims<[M, 50]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// ui8 by ui8: weights
// range: x=0..255
// range: f=0..255
// symbols: M=0; M=1; M=2; M=14; M=29
!x = tensor<?x32xui8, #kiln.dims<[M, 32]>>
!f = tensor<32x50xui8>
!y = tensor<?x50xi32, #kiln.dims<[M, 50]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// i8 by ui8: weights
// range: x=-128..127
// range: f=0..255
// symbols: M=0; M=1; M=2; M=14; M=29
!x = tensor<?x32xi8, #kiln.dims<[M, 32]>>
!f = tensor<32x50xui8>
!y = tensor<?x50xi32, #kiln.dims<[M, 50]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// rows that end within a step
// range: x=0..255
// range: f=-128..127
!x = tensor<13x31xui8>
!f = tensor<31x33xi8>
!y = tensor<13x33xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// weights the wrong way round
// range: x=0..255
// range: f=-128..127
!x = tensor<29x64xui8>
!f = tensor<40x64xi8>
!y = tensor<29x40xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true, transpose_b = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// rows of a cache page
// range: x=0..255
// range: f=-128..127
!x = tensor<19x4096xui8>
!f = tensor<4096x20xi8>
!y = tensor<19x20xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// batches of computed matrices
// range: x=0..255
// range: f=-128..127
// symbols: N=1; N=3
!x = tensor<?x9x16xui8, #kiln.dims<[N, 9, 16]>>
!f = tensor<?x16x21xi8, #kiln.dims<[N, 16, 21]>>
!y = tensor<?x9x21xi32, #kiln.dims<[N, 9, 21]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// batches, the right matrices the wrong way round
// range: x=0..255
// range: f=-128..127
// symbols: N=2
!x = tensor<?x9x16xui8, #kiln.dims<[N, 9, 16]>>
!f = tensor<?x21x16xi8, #kiln.dims<[N, 21, 16]>>
!y = tensor<?x9x21xi32, #kiln.dims<[N, 9, 21]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true, transpose_b = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// batches of computed matrices
// range: x=-128..127
// range: f=-128..127
// symbols: N=1; N=3
!x = tensor<?x9x16xi8, #kiln.dims<[N, 9, 16]>>
!f = tensor<?x16x21xi8, #kiln.dims<[N, 16, 21]>>
!y = tensor<?x9x21xi32, #kiln.dims<[N, 9, 21]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// batches, the right matrices the wrong way round
// range: x=-128..127
// range: f=-128..127
// symbols: N=2
!x = tensor<?x9x16xi8, #kiln.dims<[N, 9, 16]>>
!f = tensor<?x21x16xi8, #kiln.dims<[N, 21, 16]>>
!y = tensor<?x9x21xi32, #kiln.dims<[N, 9, 21]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true, transpose_b = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// batches of computed matrices
// range: x=0..255
// range: f=0..255
// symbols: N=1; N=3
!x = tensor<?x9x16xui8, #kiln.dims<[N, 9, 16]>>
!f = tensor<?x16x21xui8, #kiln.dims<[N, 16, 21]>>
!y = tensor<?x9x21xi32, #kiln.dims<[N, 9, 21]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// batches, the right matrices the wrong way round
// range: x=0..255
// range: f=0..255
// symbols: N=2
!x = tensor<?x9x16xui8, #kiln.dims<[N, 9, 16]>>
!f = tensor<?x21x16xui8, #kiln.dims<[N, 21, 16]>>
!y = tensor<?x9x21xi32, #kiln.dims<[N, 9, 21]>>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true, transpose_b = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// a depth that is known at run time
// range: x=0..255
// range: f=-128..127
// symbols: K=0; K=1; K=6; K=16
!x = tensor<2x7x?xui8, #kiln.dims<[2, 7, K]>>
!f = tensor<2x?x19xi8, #kiln.dims<[2, K, 19]>>
!y = tensor<2x7x19xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// the left matrices the wrong way round
// range: x=0..255
// range: f=-128..127
!x = tensor<2x16x7xui8>
!f = tensor<2x16x19xi8>
!y = tensor<2x7x19xi32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y, arg_names = ["x", "f"]} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.matmul %x, %f {widening = true, transpose_a = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
