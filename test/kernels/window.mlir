// symbols: N=1; N=2
!a = tensor<?x9x11x20xf32, #kiln.dims<[N, 9, 11, 20]>>
!b = tensor<?x5x6x20xf32, #kiln.dims<[N, 5, 6, 20]>>
func.func {sym_name = "main", function_type = (!a) -> (!b, !b, !b)} ({
^bb0(%x: !a):
  %0 = graph.max_pool %x {window = [3, 3], strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], layout = "channels_last"} : (!a) -> !b
  %1 = graph.average_pool %x {window = [3, 3], strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], layout = "channels_last"} : (!a) -> !b
  %2 = graph.average_pool %x {window = [3, 3], strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], count_include_pad = true, layout = "channels_last"} : (!a) -> !b
  func.return %0, %1, %2 : (!b, !b, !b) -> ()
}) : () -> ()
// -----
!a = tensor<2x3x9x10xf32>
!b = tensor<2x3x4x4xf32>
!i = tensor<2x3x4x4xi64>
func.func {sym_name = "main", function_type = (!a) -> (!b, !i)} ({
^bb0(%x: !a):
  %0, %1 = graph.max_pool %x {return_indices = true, window = [2, 3], strides = [2, 2], dilations = [2, 1], pad_low = [0, 0], pad_high = [0, 0], layout = "channels_first"} : (!a) -> (!b, !i)
  func.return %0, %1 : (!b, !i) -> ()
}) : () -> ()
// -----
!a = tensor<1x6x7x8xf32>
!f = tensor<4x3x3x2xf32>
!c = tensor<4xf32>
!b = tensor<1x4x4x9xf32>
!g = tensor<6x2x3x3xf32>
!d = tensor<4xf32>
!e = tensor<1x4x14x16xf32>
func.func {sym_name = "main", function_type = (!a, !f, !c, !g) -> (!b, !e)} ({
^bb0(%x: !a, %f: !f, %c: !c, %g: !g):
  %0 = graph.conv %x, %f, %c {strides = [2, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 2, layout = "channels_first"} : (!a, !f, !c) -> !b
  %1 = graph.relu %0 : (!b) -> !b
  %2 = graph.conv_transpose %x, %g {strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], output_padding = [1, 1], groups = 2, layout = "channels_first"} : (!a, !g) -> !e
  func.return %1, %2 : (!b, !e) -> ()
}) : () -> ()
// -----
// symbols: N=1, H=2, W=3; N=2, H=7, W=5
!a = tensor<?x?x?x20xf32, #kiln.dims<[N, H, W, 20]>>
!b = tensor<?x?x?x20xf32, #kiln.dims<[N, 2 * H, 2 * W, 20]>>
!c = tensor<?x13x9x20xf32, #kiln.dims<[N, 13, 9, 20]>>
func.func {sym_name = "main", function_type = (!a) -> (!b, !b, !c, !c)} ({
^bb0(%x: !a):
  %0 = graph.resize %x {mode = "nearest", coordinates = "asymmetric", nearest_mode = "floor", scales = [1.0, 2.0, 2.0, 1.0]} : (!a) -> !b
  %1 = graph.resize %x {mode = "linear", coordinates = "half_pixel", scales = [1.0, 2.0, 2.0, 1.0]} : (!a) -> !b
  %2 = graph.resize %x {mode = "linear", coordinates = "align_corners"} : (!a) -> !c
  %3 = graph.resize %x {mode = "cubic", coordinates = "pytorch_half_pixel", exclude_outside = true} : (!a) -> !c
  func.return %0, %1, %2, %3 : (!b, !b, !c, !c) -> ()
}) : () -> ()
// -----
// symbols: N=1; N=20
!a = tensor<?x7xf32, #kiln.dims<[N, 7]>>
!b = tensor<7x19xf32>
!c = tensor<?x19xf32, #kiln.dims<[N, 19]>>
!s = tensor<19xf32>
func.func {sym_name = "main", function_type = (!a, !b, !s) -> !c} ({
^bb0(%a: !a, %b: !b, %s: !s):
  %0 = graph.matmul %a, %b : (!a, !b) -> !c
  %1 = graph.add %0, %s : (!c, !s) -> !c
  %2 = graph.tanh %1 : (!c) -> !c
  func.return %2 : (!c) -> ()
}) : () -> ()
// -----
!a = tensor<2x7x5xi32>
!b = tensor<2x4x7xi32>
!c = tensor<2x5x4xi32>
func.func {sym_name = "main", function_type = (!a, !b) -> !c} ({
^bb0(%a: !a, %b: !b):
  %0 = graph.matmul %a, %b {transpose_a = true, transpose_b = true} : (!a, !b) -> !c
  func.return %0 : (!c) -> ()
}) : () -> ()
