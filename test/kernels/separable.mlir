// extents are open, filters small: one kernel
// symbols: N=0, H=3, W=3; N=1, H=1, W=1; N=2, H=5, W=14; N=1, H=33, W=29; N=3, H=2, W=130
!x = tensor<?x?x?x20xf32, #kiln.dims<[N, H, W, 20]>>
!f = tensor<20x1x3x3xf32>
!b = tensor<20xf32>
!w = tensor<13x20x1x1xf32>
!c = tensor<13xf32>
!y = tensor<?x?x?x13xf32, #kiln.dims<[N, H, W, 13]>>
func.func {sym_name = "main", function_type = (!x, !f, !b, !w, !c, !y) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b, %w: !w, %c: !c, %r: !y):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 20, layout = "channels_last"} : (!x, !f, !b) -> !x
  %1 = graph.hard_swish %0 : (!x) -> !x
  %2 = graph.conv %1, %w, %c {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w, !c) -> !y
  %3 = graph.add %2, %r : (!y, !y) -> !y
  %4 = graph.relu %3 : (!y) -> !y
  func.return %4 : (!y) -> ()
}) : () -> ()
// -----
// strides, a factor per channel and one per pixel between the two, several panels
// symbols: H=1, W=1; H=2, W=9; H=31, W=28; H=64, W=7
!x = tensor<2x?x?x32xf32, #kiln.dims<[2, H, W, 32]>>
!f = tensor<32x1x5x5xf32>
!s = tensor<1x1x1x32xf32>
!m = tensor<?x?x1xf32, #kiln.dims<[(H - 1) floordiv 2 + 1, (W - 1) floordiv 2 + 1, 1]>>
!d = tensor<2x?x?x32xf32, #kiln.dims<[2, (H - 1) floordiv 2 + 1, (W - 1) floordiv 2 + 1, 32]>>
!w = tensor<80x32x1x1xf32>
!y = tensor<2x?x?x80xf32, #kiln.dims<[2, (H - 1) floordiv 2 + 1, (W - 1) floordiv 2 + 1, 80]>>
func.func {sym_name = "main", function_type = (!x, !f, !s, !m, !w) -> !y} ({
^bb0(%x: !x, %f: !f, %s: !s, %m: !m, %w: !w):
  %0 = graph.conv %x, %f {strides = [2, 2], dilations = [1, 1], pad_low = [2, 2], pad_high = [2, 2], groups = 32, layout = "channels_last"} : (!x, !f) -> !d
  %1 = graph.multiply %0, %s : (!d, !s) -> !d
  %2 = graph.add %1, %m : (!d, !m) -> !d
  %3 = graph.conv %2, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!d, !w) -> !y
  func.return %3 : (!y) -> ()
}) : () -> ()
// -----
// known extents, the last task of an image smaller than the others; what is added dies here
!x = tensor<1x515x35x32xf32>
!f = tensor<32x1x3x3xf32>
!b = tensor<32xf32>
!w = tensor<32x32x1x1xf32>
!c = tensor<32xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b, !w, !c, !x) -> !x} ({
^bb0(%x: !x, %f: !f, %b: !b, %w: !w, %c: !c, %r: !x):
  %0 = graph.exp %r : (!x) -> !x
  %1 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 32, layout = "channels_last"} : (!x, !f, !b) -> !x
  %2 = graph.relu %1 : (!x) -> !x
  %3 = graph.conv %2, %w, %c {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w, !c) -> !x
  %4 = graph.add %3, %0 : (!x, !x) -> !x
  func.return %4 : (!x) -> ()
}) : () -> ()
// -----
// what is convolved is added again, and what the first half reads elementwise has the shape of the result
!x = tensor<2x150x77x24xf32>
!f = tensor<24x1x3x3xf32>
!w = tensor<24x24x1x1xf32>
func.func {sym_name = "main", function_type = (!x, !x, !f, !w) -> !x} ({
^bb0(%x: !x, %t: !x, %f: !f, %w: !w):
  %0 = graph.exp %t : (!x) -> !x
  %1 = graph.sigmoid %x : (!x) -> !x
  %2 = graph.conv %1, %f {strides = [1, 1], dilations = [2, 2], pad_low = [2, 2], pad_high = [2, 2], groups = 24, layout = "channels_last"} : (!x, !f) -> !x
  %3 = graph.add %2, %0 : (!x, !x) -> !x
  %4 = graph.conv %3, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w) -> !x
  %5 = graph.add %4, %1 : (!x, !x) -> !x
  func.return %5 : (!x) -> ()
}) : () -> ()
// -----
// one spatial axis
// symbols: W=1; W=9; W=200
!x = tensor<2x?x16xf32, #kiln.dims<[2, W, 16]>>
!f = tensor<16x1x7xf32>
!b = tensor<16xf32>
!w = tensor<40x16x1xf32>
!y = tensor<2x?x40xf32, #kiln.dims<[2, W, 40]>>
func.func {sym_name = "main", function_type = (!x, !f, !b, !w) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b, %w: !w):
  %0 = graph.conv %x, %f, %b {strides = [1], dilations = [1], pad_low = [3], pad_high = [3], groups = 16, layout = "channels_last"} : (!x, !f, !b) -> !x
  %1 = graph.relu %0 : (!x) -> !x
  %2 = graph.conv %1, %w {strides = [1], dilations = [1], pad_low = [0], pad_high = [0], groups = 1, layout = "channels_last"} : (!x, !w) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// parts of larger tensors are read and written
// symbols: H=1, W=3; H=17, W=15
!x = tensor<1x?x?x40xf32, #kiln.dims<[1, H, W, 40]>>
!p = tensor<1x?x?x24xf32, #kiln.dims<[1, H, W, 24]>>
!f = tensor<24x1x3x3xf32>
!w = tensor<9x24x1x1xf32>
!q = tensor<1x?x?x9xf32, #kiln.dims<[1, H, W, 9]>>
!y = tensor<1x?x?x33xf32, #kiln.dims<[1, H, W, 33]>>
func.func {sym_name = "main", function_type = (!x, !f, !w) -> !y} ({
^bb0(%x: !x, %f: !f, %w: !w):
  %0 = graph.exp %x : (!x) -> !x
  %1 = graph.slice %0 {starts = #kiln.dims<[0, 0, 0, 8]>, steps = [1, 1, 1, 1]} : (!x) -> !p
  %2 = graph.conv %1, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 24, layout = "channels_last"} : (!p, !f) -> !p
  %3 = graph.relu %2 : (!p) -> !p
  %4 = graph.conv %3, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!p, !w) -> !q
  %5 = graph.relu %4 : (!q) -> !q
  %6 = graph.negate %1 : (!p) -> !p
  %7 = graph.concat %5, %6 {axis = 3} : (!q, !p) -> !y
  func.return %7 : (!y) -> ()
}) : () -> ()
// -----
// tolerance: 1e-12
// symbols: H=4, W=5; H=30, W=11
!x = tensor<1x?x?x6xf64, #kiln.dims<[1, H, W, 6]>>
!f = tensor<6x1x3x3xf64>
!w = tensor<11x6x1x1xf64>
!d = tensor<1x?x?x6xf64, #kiln.dims<[1, H - 2, W - 2, 6]>>
!y = tensor<1x?x?x11xf64, #kiln.dims<[1, H - 2, W - 2, 11]>>
func.func {sym_name = "main", function_type = (!x, !f, !w) -> !y} ({
^bb0(%x: !x, %f: !f, %w: !w):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 6, layout = "channels_last"} : (!x, !f) -> !d
  %1 = graph.conv %0, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!d, !w) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
