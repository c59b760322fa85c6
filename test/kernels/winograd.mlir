// input stays: two images in one block of tiles, a partial panel
!x = tensor<2x14x14x64xf32>
!f = tensor<48x64x3x3xf32>
!b = tensor<48xf32>
!y = tensor<2x14x14x48xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// input stays: more channels than are transformed together, the last of them fewer
// tolerance: 2e-5
!x = tensor<1x10x11x208xf32>
!f = tensor<64x208x3x3xf32>
!y = tensor<1x10x11x64xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// input stays: few tiles
!x = tensor<1x7x7x64xf32>
!f = tensor<96x64x3x3xf32>
!b = tensor<96xf32>
!y = tensor<1x7x7x96xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b, !y) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b, %r: !y):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %1 = graph.add %0, %r : (!y, !y) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// filters stay: many blocks of tiles, a partial panel
!x = tensor<1x33x59x16xf32>
!f = tensor<48x16x3x3xf32>
!b = tensor<48xf32>
!y = tensor<1x33x59x48xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// filters stay: blocks of tiles with parts of two images
!x = tensor<3x15x37x32xf32>
!f = tensor<32x32x3x3xf32>
!b = tensor<32xf32>
!y = tensor<3x15x37x32xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b, !y) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b, %r: !y):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %1 = graph.add %0, %r : (!y, !y) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// filters stay: more than one block of panels
!x = tensor<1x45x61x32xf32>
!f = tensor<160x32x3x3xf32>
!b = tensor<160xf32>
!y = tensor<1x45x61x160xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// one row of tiles: which rows of a patch exist is known
!x = tensor<1x4x57x32xf32>
!f = tensor<32x32x3x3xf32>
!b = tensor<32xf32>
!y = tensor<1x4x57x32xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// no padding
!x = tensor<1x18x13x32xf32>
!f = tensor<32x32x3x3xf32>
!b = tensor<32xf32>
!y = tensor<1x16x11x32xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// uneven padding
!x = tensor<2x13x16x32xf32>
!f = tensor<48x32x3x3xf32>
!b = tensor<48xf32>
!y = tensor<2x13x17x48xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [2, 0], pad_high = [0, 3], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// filters stay: tiles of 6x6, the last of a row and of a column in part
// tolerance: 4e-5
!x = tensor<1x65x67x32xf32>
!f = tensor<32x32x3x3xf32>
!b = tensor<32xf32>
!y = tensor<1x65x67x32xf32>
func.func {sym_name = "main", function_type = (!x, !f, !b, !y) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b, %r: !y):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  %1 = graph.add %0, %r : (!y, !y) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// tiles of 2x2
!x = tensor<1x7x8x64xf32>
!f = tensor<64x64x3x3xf32>
!y = tensor<1x7x8x64xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
