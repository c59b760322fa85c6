!x = tensor<2x9x15x20xf32>
!f = tensor<20x1x3x3xf32>
!b = tensor<20xf32>
!y = tensor<2x9x15x20xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 20, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// symbols: N=0, H=3, W=3; N=1, H=1, W=1; N=1, H=2, W=2; N=2, H=17, W=33
!x = tensor<?x?x?x13xf32, #kiln.dims<[N, H, W, 13]>>
!f = tensor<13x1x3x3xf32>
!b = tensor<13xf32>
!y = tensor<?x?x?x13xf32, #kiln.dims<[N, (H - 1) floordiv 2 + 1, (W - 1) floordiv 2 + 1, 13]>>
func.func {sym_name = "main", function_type = (!x, !f, !b, !y) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b, %r: !y):
  %0 = graph.conv %x, %f, %b {strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 13, layout = "channels_last"} : (!x, !f, !b) -> !y
  %1 = graph.add %0, %r : (!y, !y) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// symbols: H=1, W=1; H=2, W=3; H=3, W=12; H=30, W=41
!x = tensor<1x?x?x32xf32, #kiln.dims<[1, H, W, 32]>>
!f = tensor<32x1x5x5xf32>
!b = tensor<32xf32>
!y = tensor<1x?x?x32xf32, #kiln.dims<[1, (H - 1) floordiv 1 + 1, (W - 1) floordiv 1 + 1, 32]>>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [2, 2], pad_high = [2, 2], groups = 32, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
!x = tensor<1x12x19x8xf32>
!f = tensor<8x1x3x3xf32>
!b = tensor<8xf32>
!y = tensor<1x12x10x8xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 2], dilations = [2, 3], pad_low = [2, 3], pad_high = [2, 3], groups = 8, layout = "channels_last"} : (!x, !f) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
!x = tensor<1x12x19x8xf32>
!f = tensor<8x1x3x3xf32>
!b = tensor<8xf32>
!y = tensor<1x10x17x8xf32>
!s = tensor<1x1x1x8xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b, !s) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b, %s: !s):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 8, layout = "channels_last"} : (!x, !f, !b) -> !y
  %1 = graph.multiply %0, %s : (!y, !s) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// one spatial axis
!x = tensor<2x17x16xf32>
!f = tensor<16x1x7xf32>
!b = tensor<16xf32>
!y = tensor<2x17x16xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1], dilations = [1], pad_low = [3], pad_high = [3], groups = 16, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// weights packed when compiling
!x = tensor<1x6x13x17xf32>
!f = tensor<17x1x3x3xf32>
!b = tensor<17xf32>
!y = tensor<1x6x13x17xf32>
func.func {sym_name = "main", function_type = (!x, !b) -> !y} ({
^bb0(%x: !x, %b: !b):
  %f = graph.constant {value = dense<[[[[-1.8, 1.5, -1.4], [0.4, -1.6, -0.3], [-1.7, 1.6, 1.6]]], [[[-1.3, 0.5, 1.9], [-1.2, -2.0, 0.7], [-1.5, 0.0, 1.8]]], [[[1.1, 1.1, 0.2], [0.3, -1.7, -1.2], [-0.2, -1.1, 1.6]]], [[[2.0, 1.2, -0.2], [1.5, 1.5, 1.9], [-0.6, -0.4, -1.6]]], [[[1.5, -0.5, -0.4], [-0.2, 1.3, -1.2], [-0.5, 0.3, 0.9]]], [[[0.4, -0.9, -1.2], [-1.9, 0.1, -1.5], [1.6, -1.8, -1.5]]], [[[-1.3, 1.2, 1.8], [0.9, -0.5, 0.4], [0.9, 1.0, 0.0]]], [[[-1.4, 1.3, -1.9], [1.4, 0.4, -1.7], [-1.1, 0.7, -0.6]]], [[[-1.3, -1.5, 1.1], [-0.7, -1.2, 1.9], [0.4, 0.2, -0.5]]], [[[-0.2, 0.1, 1.9], [0.2, 0.4, 0.4], [-1.2, 0.2, -0.2]]], [[[2.0, 0.7, 0.3], [1.3, -1.8, 1.7], [1.6, -0.7, -0.9]]], [[[0.5, -1.6, -1.4], [-1.8, -1.8, -0.9], [-0.8, -0.8, -1.8]]], [[[1.1, 1.0, 0.2], [-2.0, 0.7, 1.0], [-0.1, 1.9, 0.7]]], [[[0.0, 0.9, 0.9], [-1.4, -0.8, -1.1], [-1.0, -1.6, 0.3]]], [[[0.4, 1.0, -1.1], [1.5, -0.4, -1.3], [-0.3, -1.0, -0.2]]], [[[-0.5, -1.8, 1.0], [-1.8, 0.2, 0.3], [0.0, -1.7, -1.9]]], [[[0.9, 1.0, -1.1], [-1.3, 0.0, -0.2], [0.9, -0.5, -1.0]]]]> : !f} : () -> !f
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 17, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// tolerance: 1e-12
!x = tensor<1x9x15x5xf64>
!f = tensor<5x1x3x3xf64>
!b = tensor<5xf64>
!y = tensor<1x9x15x5xf64>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 5, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// two filters a channel: not depthwise
!x = tensor<1x7x7x6xf32>
!f = tensor<12x1x3x3xf32>
!b = tensor<12xf32>
!y = tensor<1x7x7x12xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 6, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
