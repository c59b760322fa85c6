// a window with padding, a partial panel
!x = tensor<2x9x15x5xf32>
!f = tensor<33x5x3x3xf32>
!b = tensor<33xf32>
!y = tensor<2x9x15x33xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// symbols: N=0, H=4, W=4; N=1, H=1, W=1; N=2, H=13, W=29; N=1, H=28, W=57
!x = tensor<?x?x?x8xf32, #kiln.dims<[N, H, W, 8]>>
!f = tensor<40x8x3x3xf32>
!b = tensor<40xf32>
!y = tensor<?x?x?x40xf32, #kiln.dims<[N, (H - 1) floordiv 2 + 1, (W - 1) floordiv 2 + 1, 40]>>
func.func {sym_name = "main", function_type = (!x, !f, !b, !y) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b, %r: !y):
  %0 = graph.conv %x, %f, %b {strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %1 = graph.add %0, %r : (!y, !y) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// pixels as rows: no window
// symbols: N=1, H=0, W=3; N=1, H=1, W=1; N=1, H=1, W=13; N=2, H=1, W=7; N=3, H=5, W=1; N=1, H=1, W=6; N=1, H=9, W=100
!x = tensor<?x?x?x16xf32, #kiln.dims<[N, H, W, 16]>>
!f = tensor<32x16x1x1xf32>
!b = tensor<32xf32>
!y = tensor<?x?x?x32xf32, #kiln.dims<[N, (H - 1) floordiv 1 + 1, (W - 1) floordiv 1 + 1, 32]>>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// gathered pixels, a scale of each image and channel
!x = tensor<2x7x9x16xf32>
!f = tensor<48x16x1x1xf32>
!b = tensor<48xf32>
!y = tensor<2x4x5x48xf32>
!s = tensor<2x1x1x48xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b, !s) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b, %s: !s):
  %0 = graph.conv %x, %f, %b {strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %1 = graph.multiply %0, %s : (!y, !s) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// pixels a power of two apart are spread
!x = tensor<1x5x5x1024xf32>
!f = tensor<24x1024x1x1xf32>
!b = tensor<24xf32>
!y = tensor<1x5x5x24xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// groups, in place
!x = tensor<1x9x9x12xf32>
!f = tensor<30x4x3x3xf32>
!b = tensor<30xf32>
!y = tensor<1x7x7x30xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 3, layout = "channels_last"} : (!x, !f) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// groups, uneven padding
// symbols: H=1, W=1; H=6, W=11; H=20, W=40
!x = tensor<1x?x?x12xf32, #kiln.dims<[1, H, W, 12]>>
!f = tensor<20x6x3x2xf32>
!b = tensor<20xf32>
!y = tensor<1x?x?x20xf32, #kiln.dims<[1, (H + 0) floordiv 1 + 1, (W - 1) floordiv 2 + 1, 20]>>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 2], dilations = [1, 1], pad_low = [1, 0], pad_high = [2, 1], groups = 2, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
!x = tensor<1x14x12x6xf32>
!f = tensor<17x6x3x3xf32>
!b = tensor<17xf32>
!y = tensor<1x14x12x17xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [2, 2], pad_low = [2, 2], pad_high = [2, 2], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// one spatial axis
!x = tensor<1x16x3xf32>
!f = tensor<8x3x5xf32>
!b = tensor<8xf32>
!y = tensor<1x8x8xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [2], dilations = [1], pad_low = [2], pad_high = [2], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// symbols: L=1; L=2; L=15; L=300
!x = tensor<2x?x4xf32, #kiln.dims<[2, L, 4]>>
!f = tensor<16x4x3xf32>
!b = tensor<16xf32>
!y = tensor<2x?x16xf32, #kiln.dims<[2, (L - 1) floordiv 1 + 1, 16]>>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1], dilations = [1], pad_low = [1], pad_high = [1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// three spatial axes
!x = tensor<1x5x6x7x4xf32>
!f = tensor<18x4x3x3x3xf32>
!b = tensor<18xf32>
!y = tensor<1x5x3x7x18xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 2, 1], dilations = [1, 1, 1], pad_low = [1, 1, 1], pad_high = [1, 1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// three spatial axes, in place
!x = tensor<1x4x5x6x4xf32>
!f = tensor<18x4x2x1x3xf32>
!b = tensor<18xf32>
!y = tensor<1x3x5x4x18xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b, !y) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b, %r: !y):
  %0 = graph.conv %x, %f, %b {strides = [1, 1, 1], dilations = [1, 1, 1], pad_low = [0, 0, 0], pad_high = [0, 0, 0], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %1 = graph.add %0, %r : (!y, !y) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// weights packed when compiling
!x = tensor<1x6x13x3xf32>
!f = tensor<17x3x3x3xf32>
!b = tensor<17xf32>
!y = tensor<1x6x13x17xf32>
func.func {sym_name = "main", function_type = (!x, !b) -> !y} ({
^bb0(%x: !x, %b: !b):
  %f = graph.constant {value = dense<[[[[1.9, -0.4, 0.2], [1.3, -1.9, 0.9], [-0.5, -1.7, -1.0]], [[-1.3, 0.3, 1.0], [-0.5, 0.4, 1.4], [-1.4, 1.6, -0.5]], [[-2.0, -0.7, 0.6], [-0.3, -0.9, 0.4], [-1.0, -1.6, -1.2]]], [[[1.9, 1.9, 0.8], [-1.2, -1.2, -2.0], [-2.0, -0.7, -0.7]], [[-1.0, -1.0, -0.2], [0.0, -0.8, 1.4], [2.0, -0.7, -0.9]], [[-0.8, 0.4, -0.1], [-1.9, 0.3, 0.6], [-1.0, -1.1, -0.4]]], [[[-1.6, 0.1, -0.1], [1.8, 1.7, -2.0], [1.8, 0.1, -1.6]], [[-0.1, 0.2, -0.1], [1.0, 0.0, -0.9], [1.0, 1.0, -0.9]], [[-1.7, -0.4, -1.9], [0.2, 0.5, -1.9], [1.5, 0.6, 0.3]]], [[[0.4, 1.7, -2.0], [0.8, -1.8, -0.9], [1.9, -0.8, -1.3]], [[-0.5, 0.9, 0.2], [1.2, 0.2, 1.3], [-0.4, 0.9, -1.4]], [[1.7, 0.3, -0.2], [-1.8, 0.7, -1.5], [-0.7, 0.1, 1.2]]], [[[1.9, 0.3, -1.1], [0.1, -0.3, 1.4], [-1.5, -0.1, 0.0]], [[-0.1, -0.9, -1.5], [2.0, -1.1, -0.1], [1.0, -1.0, -1.7]], [[-1.5, 1.8, 1.4], [0.5, -1.8, -0.5], [1.8, 0.2, -0.4]]], [[[0.9, 0.6, -1.1], [-1.7, 2.0, -1.8], [1.1, 0.1, -0.7]], [[-1.2, 1.6, -1.2], [2.0, 0.6, -1.4], [-1.0, 0.7, 0.3]], [[-1.1, -1.7, 0.6], [-0.2, -1.1, 0.9], [1.9, -1.0, 1.3]]], [[[0.9, 1.1, 0.0], [1.0, -0.3, -0.2], [1.0, 0.5, -1.1]], [[-1.3, 0.4, 1.4], [-0.9, 2.0, 1.1], [0.1, -0.9, -1.5]], [[1.1, -0.3, 1.2], [1.5, 1.2, 0.3], [-1.6, 0.2, 1.7]]], [[[-1.8, -0.1, 0.3], [1.5, -0.3, 1.1], [-0.4, -0.2, 0.1]], [[-0.9, 1.7, -2.0], [1.0, 1.5, -0.4], [0.0, -0.3, 0.9]], [[-0.2, 1.2, 0.2], [0.2, -0.3, 0.2], [0.6, 0.2, -0.9]]], [[[0.8, 0.3, 0.1], [1.3, -1.1, 1.3], [-1.0, -0.8, 0.3]], [[1.0, -0.2, -1.5], [0.6, -1.0, 1.9], [1.7, 1.3, 0.6]], [[-0.1, 1.9, 1.5], [2.0, -0.3, -1.9], [-0.8, -1.0, 1.7]]], [[[0.8, 1.9, -0.9], [-0.6, -0.9, 2.0], [-1.8, 1.0, -0.6]], [[-1.0, -1.7, -1.2], [-1.3, 0.0, -0.9], [1.0, -0.8, 1.5]], [[-1.8, 0.6, 0.9], [0.2, 0.4, 1.9], [-1.6, 1.7, -0.7]]], [[[-0.5, 0.3, -2.0], [0.2, 0.5, -0.3], [0.6, -1.3, 1.5]], [[0.3, -1.8, 1.5], [1.9, -0.1, -1.4], [-0.2, 1.4, 1.2]], [[0.1, 1.7, -0.2], [0.2, -1.2, 0.6], [0.6, 1.6, 1.4]]], [[[0.3, 0.9, -1.1], [-1.0, 1.8, 0.4], [1.6, 1.0, -0.8]], [[-1.2, 1.8, -1.5], [0.2, -2.0, 0.4], [-1.4, 0.0, 1.6]], [[1.9, 1.4, -1.1], [0.0, 2.0, 1.6], [0.4, 0.7, 0.7]]], [[[-0.6, 1.1, -0.2], [1.0, 0.4, 0.4], [-1.0, 1.8, 1.8]], [[-0.4, -0.1, 1.1], [-0.4, 0.6, -1.9], [0.0, -0.1, 1.1]], [[-0.2, -1.1, 1.0], [-1.9, -1.3, 1.9], [0.8, -0.5, -0.2]]], [[[-1.8, -1.2, 0.5], [-2.0, 1.0, 1.4], [1.5, -0.3, -0.5]], [[1.0, -1.8, -0.5], [1.1, -0.3, -1.1], [-0.2, -0.2, 1.1]], [[1.8, 1.0, 1.3], [1.8, -1.3, -1.9], [-1.2, -0.1, -0.2]]], [[[1.4, 0.1, 1.9], [-0.2, 1.3, -1.9], [0.9, 0.2, 0.3]], [[1.7, -1.2, -1.8], [-2.0, -0.4, 1.5], [0.9, -1.4, 1.4]], [[-0.8, -2.0, 0.7], [0.7, 1.8, 1.6], [2.0, 1.0, 0.4]]], [[[1.0, 0.5, -0.8], [-0.2, 0.9, -1.6], [-0.1, -2.0, 0.7]], [[1.7, -0.2, 1.0], [-0.1, -1.1, -1.0], [1.0, 1.5, 1.1]], [[0.1, 1.4, -1.1], [0.7, 1.7, 1.4], [-1.7, -1.6, -0.6]]], [[[-0.3, -1.5, -1.6], [-1.9, 0.1, 0.7], [-1.6, 0.5, 1.1]], [[-1.7, -1.3, -1.3], [-0.6, 1.9, -1.3], [-1.2, -0.2, 0.8]], [[-1.1, -0.9, 1.9], [-0.9, 0.6, -1.0], [-1.6, 1.9, -0.7]]]]> : !f} : () -> !f
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// tolerance: 1e-12
!x = tensor<1x9x15x5xf64>
!f = tensor<19x5x3x3xf64>
!b = tensor<19xf64>
!y = tensor<1x9x15x19xf64>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// several blocks of rows
!x = tensor<1x112x9x64xf32>
!f = tensor<32x64x3x3xf32>
!b = tensor<32xf32>
!y = tensor<1x112x9x32xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// several blocks of columns
!x = tensor<1x3x700x96xf32>
!f = tensor<16x96x3x3xf32>
!b = tensor<16xf32>
!y = tensor<1x3x700x16xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// a first layer
!x = tensor<1x20x20x3xf32>
!f = tensor<16x3x11x11xf32>
!b = tensor<16xf32>
!y = tensor<1x4x4x16xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [4, 4], dilations = [1, 1], pad_low = [2, 2], pad_high = [2, 2], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// a normalization that the convolution computes on its way, in several panels
// symbols: N=1, H=1; N=2, H=5; N=1, H=30
!x = tensor<?x?x3x37xf32, #kiln.dims<[N, H, 3, 37]>>
!c = tensor<37xf32>
!w = tensor<70x37x1x1xf32>
!b = tensor<70xf32>
!y = tensor<?x?x3x70xf32, #kiln.dims<[N, H, 3, 70]>>
func.func {sym_name = "main", function_type = (!x, !c, !c, !w, !b) -> !y} ({
^bb0(%x: !x, %s: !c, %o: !c, %w: !w, %b: !b):
  %0 = graph.multiply %x, %s : (!x, !c) -> !x
  %1 = graph.add %0, %o : (!x, !c) -> !x
  %2 = graph.relu %1 : (!x) -> !x
  %3 = graph.conv %2, %w, %b {dilations = [1, 1], groups = 1, layout = "channels_last", pad_low = [0, 0], pad_high = [0, 0], strides = [1, 1]} : (!x, !w, !b) -> !y
  %4 = graph.relu %3 : (!y) -> !y
  func.return %4 : (!y) -> ()
}) : () -> ()
// -----
// channels weighted by another tensor, read at a stride
// symbols: N=1; N=3
!x = tensor<?x7x9x16xf64, #kiln.dims<[N, 7, 9, 16]>>
!g = tensor<?x1x1x16xf64, #kiln.dims<[N, 1, 1, 16]>>
!w = tensor<5x16x1x1xf64>
!y = tensor<?x4x3x5xf64, #kiln.dims<[N, 4, 3, 5]>>
func.func {sym_name = "main", function_type = (!x, !g, !w) -> !y} ({
^bb0(%x: !x, %g: !g, %w: !w):
  %h = graph.constant {value = dense<0.5> : tensor<f64>} : () -> tensor<f64>
  %0 = graph.multiply %x, %g : (!x, !g) -> !x
  %1 = graph.multiply %0, %h : (!x, tensor<f64>) -> !x
  %2 = graph.conv %1, %w {dilations = [1, 1], groups = 1, layout = "channels_last", pad_low = [0, 0], pad_high = [0, 0], strides = [2, 4]} : (!x, !w) -> !y
  %3 = graph.multiply %2, %h : (!y, tensor<f64>) -> !y
  func.return %3 : (!y) -> ()
}) : () -> ()
// -----
// planes of a channels-first image, copied with padding; the transpose is read through
// symbols: N=0, H=4, W=4; N=1, H=1, W=1; N=2, H=13, W=29; N=1, H=64, W=75
!x = tensor<?x3x?x?xf32, #kiln.dims<[N, 3, H, W]>>
!t = tensor<?x?x?x3xf32, #kiln.dims<[N, H, W, 3]>>
!f = tensor<40x3x3x3xf32>
!b = tensor<40xf32>
!y = tensor<?x?x?x40xf32, #kiln.dims<[N, (H - 1) floordiv 2 + 1, (W - 1) floordiv 2 + 1, 40]>>
func.func {sym_name = "main", function_type = (!x, !f, !b, !y) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b, %r: !y):
  %t = graph.transpose %x {permutation = [0, 2, 3, 1]} : (!x) -> !t
  %0 = graph.conv %t, %f, %b {strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!t, !f, !b) -> !y
  %1 = graph.add %0, %r : (!y, !y) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// planes in place, dilated
!x = tensor<2x12x9x70xf32>
!t = tensor<2x9x70x12xf32>
!f = tensor<19x12x2x3xf32>
!y = tensor<2x8x33x19xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y} ({
^bb0(%x: !x, %f: !f):
  %t = graph.transpose %x {permutation = [0, 2, 3, 1]} : (!x) -> !t
  %0 = graph.conv %t, %f {strides = [1, 2], dilations = [1, 2], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!t, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// planes of volumes, padded in depth
!x = tensor<2x2x4x5x6xf64>
!t = tensor<2x4x5x6x2xf64>
!f = tensor<7x2x3x2x2xf64>
!y = tensor<2x4x4x5x7xf64>
func.func {sym_name = "main", function_type = (!x, !f) -> !y} ({
^bb0(%x: !x, %f: !f):
  %t = graph.transpose %x {permutation = [0, 2, 3, 4, 1]} : (!x) -> !t
  %0 = graph.conv %t, %f {strides = [1, 1, 1], dilations = [1, 1, 1], pad_low = [1, 0, 0], pad_high = [1, 0, 0], groups = 1, layout = "channels_last"} : (!t, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// planes of one axis
!x = tensor<2x2x40xf32>
!t = tensor<2x40x2xf32>
!f = tensor<18x2x5xf32>
!y = tensor<2x22x18xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y} ({
^bb0(%x: !x, %f: !f):
  %t = graph.transpose %x {permutation = [0, 2, 1]} : (!x) -> !t
  %0 = graph.conv %t, %f {strides = [2], dilations = [1], pad_low = [4], pad_high = [4], groups = 1, layout = "channels_last"} : (!t, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// taps so far apart that the rows between them do not fit the cache
!x = tensor<2x14x14x300xf32>
!w = tensor<40x300x3x3xf32>
!b = tensor<40xf32>
!y = tensor<2x14x14x40xf32>
func.func {sym_name = "main", function_type = (!x, !w, !b, !y) -> !y} ({
^bb0(%x: !x, %w: !w, %b: !b, %r: !y):
  %0 = graph.conv %x, %w, %b {strides = [1, 1], dilations = [11, 12], pad_low = [11, 12], pad_high = [11, 12], groups = 1, layout = "channels_last"} : (!x, !w, !b) -> !y
  %1 = graph.add %0, %r : (!y, !y) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// tap by tap: most taps are in the padding, a partial panel, two images
!x = tensor<2x14x14x64xf32>
!f = tensor<37x64x3x3xf32>
!b = tensor<37xf32>
!y = tensor<2x14x14x37xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [12, 12], pad_low = [12, 12], pad_high = [12, 12], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %1 = graph.relu %0 : (!y) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
// tap by tap: strides, axes that differ, groups, taps that no position has
!x = tensor<1x23x17x160xf32>
!f = tensor<48x80x3x5xf32>
!y = tensor<1x12x9x48xf32>
func.func {sym_name = "main", function_type = (!x, !f, !y) -> !y} ({
^bb0(%x: !x, %f: !f, %r: !y):
  %0 = graph.conv %x, %f {strides = [2, 2], dilations = [7, 5], pad_low = [7, 10], pad_high = [7, 10], groups = 2, layout = "channels_last"} : (!x, !f) -> !y
  %1 = graph.add %0, %r : (!y, !y) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
// tap by tap: several tasks of rows, tiles of two sizes
!x = tensor<1x37x33x72xf64>
!f = tensor<8x72x3x3xf64>
!y = tensor<1x37x33x8xf64>
func.func {sym_name = "main", function_type = (!x, !f) -> !y} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [20, 16], pad_low = [20, 16], pad_high = [20, 16], groups = 1, layout = "channels_last"} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
