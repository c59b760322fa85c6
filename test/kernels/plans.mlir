// padded, in direct form and in all forms of Winograd's
// plans: all
// tolerance: 4e-5
!x = tensor<1x17x30x32xf32>
!f = tensor<96x32x3x3xf32>
!y = tensor<1x17x30x96xf32>
func.func {sym_name = "main", function_type = (!x, !f, !y) -> !y} ({
^bb0(%x: !x, %f: !f, %r: !y):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!x, !f) -> !y
  %1 = graph.add %0, %r : (!y, !y) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// pixels as rows, of which the number is not known
// plans: all
// symbols: N=1, H=1, W=1; N=2, H=7, W=9; N=1, H=9, W=100
!x = tensor<?x?x?x24xf32, #kiln.dims<[N, H, W, 24]>>
!f = tensor<72x24x1x1xf32>
!b = tensor<72xf32>
!y = tensor<?x?x?x72xf32, #kiln.dims<[N, (H - 1) floordiv 1 + 1, (W - 1) floordiv 1 + 1, 72]>>
func.func {sym_name = "main", function_type = (!x, !f, !b) -> !y} ({
^bb0(%x: !x, %f: !f, %b: !b):
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !f, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// pixels as rows that are copied, in groups
// plans: all
!x = tensor<2x19x19x64xf32>
!f = tensor<80x32x1x1xf32>
!y = tensor<2x10x10x80xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 2, layout = "channels_last"} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// far taps
// plans: all
// tolerance: 2e-5
!x = tensor<1x14x15x512xf32>
!f = tensor<40x512x3x3xf32>
!y = tensor<1x14x15x40xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [6, 6], pad_low = [6, 6], pad_high = [6, 6], groups = 1, layout = "channels_last"} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// pairs of halves, which the matrix unit multiplies where there is one
// plans: all
!x = tensor<1x12x31x64xbf16>
!f = tensor<100x64x3x3xbf16>
!y = tensor<1x12x31x100xf32>
func.func {sym_name = "main", function_type = (!x, !f) -> !y} ({
^bb0(%x: !x, %f: !f):
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true} : (!x, !f) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// a layer's product, of rows whose number is not known
// plans: all
// symbols: N=0; N=1; N=3; N=40; N=133
!x = tensor<?x48xf32, #kiln.dims<[N, 48]>>
!w = tensor<48x200xf32>
!b = tensor<200xf32>
!y = tensor<?x200xf32, #kiln.dims<[N, 200]>>
func.func {sym_name = "main", function_type = (!x, !w, !b) -> !y} ({
^bb0(%x: !x, %w: !w, %b: !b):
  %0 = graph.matmul %x, %w : (!x, !w) -> !y
  %2 = graph.add %0, %b : (!y, !b) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// products of matrices that are computed, the right one transposed
// plans: all
!x = tensor<3x50x24xf32>
!z = tensor<3x70x24xf32>
!y = tensor<3x50x70xf32>
func.func {sym_name = "main", function_type = (!x, !z) -> !y} ({
^bb0(%x: !x, %z: !z):
  %0 = graph.matmul %x, %z {transpose_b = true} : (!x, !z) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// products of bytes
// plans: all
// range: x=0..200
// range: w=-120..120
!x = tensor<37x64xui8>
!w = tensor<150x64xi8>
!y = tensor<37x150xi32>
func.func {sym_name = "main", function_type = (!x, !w) -> !y, arg_names = ["x", "w"]} ({
^bb0(%x: !x, %w: !w):
  %0 = graph.matmul %x, %w {transpose_b = true, widening = true} : (!x, !w) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
