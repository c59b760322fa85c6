// expanded, convolved in steps of two and projected, with clips on the way
!x = tensor<1x61x59x10xf32>
!w = tensor<93x10x1x1xf32>
!c = tensor<93xf32>
!e = tensor<1x61x59x93xf32>
!f = tensor<93x1x3x3xf32>
!d = tensor<1x31x30x93xf32>
!v = tensor<21x93x1x1xf32>
!y = tensor<1x31x30x21xf32>
func.func {sym_name = "main", function_type = (!x, !w, !c, !f, !v) -> !y} ({
^bb0(%x: !x, %w: !w, %c: !c, %f: !f, %v: !v):
  %0 = graph.conv %x, %w, %c {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w, !c) -> !e
  %1 = graph.relu %0 : (!e) -> !e
  %2 = graph.conv %1, %f {strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 93, layout = "channels_last"} : (!e, !f) -> !d
  %3 = graph.relu %2 : (!d) -> !d
  %4 = graph.conv %3, %v {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!d, !v) -> !y
  func.return %4 : (!y) -> ()
}) : () -> ()
// -----
// an inverted residual of two images
!x = tensor<2x43x44x12xf32>
!w = tensor<96x12x1x1xf32>
!e = tensor<2x43x44x96xf32>
!f = tensor<96x1x3x3xf32>
!c = tensor<96xf32>
!v = tensor<12x96x1x1xf32>
func.func {sym_name = "main", function_type = (!x, !w, !f, !c, !v) -> !x} ({
^bb0(%x: !x, %w: !w, %f: !f, %c: !c, %v: !v):
  %0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w) -> !e
  %1 = graph.hard_swish %0 : (!e) -> !e
  %2 = graph.conv %1, %f, %c {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 96, layout = "channels_last"} : (!e, !f, !c) -> !e
  %3 = graph.relu %2 : (!e) -> !e
  %4 = graph.conv %3, %v {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!e, !v) -> !x
  %5 = graph.add %x, %4 : (!x, !x) -> !x
  func.return %5 : (!x) -> ()
}) : () -> ()
// -----
// nothing behind the depthwise convolution; a factor for each pixel before it, uneven padding
!x = tensor<1x47x81x9xf32>
!w = tensor<90x9x1x1xf32>
!e = tensor<1x47x81x90xf32>
!m = tensor<47x81x1xf32>
!f = tensor<90x1x5x5xf32>
!d = tensor<1x24x40x90xf32>
func.func {sym_name = "main", function_type = (!x, !w, !m, !f) -> !d} ({
^bb0(%x: !x, %w: !w, %m: !m, %f: !f):
  %0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w) -> !e
  %1 = graph.multiply %0, %m : (!e, !m) -> !e
  %2 = graph.conv %1, %f {strides = [2, 2], dilations = [1, 1], pad_low = [1, 2], pad_high = [3, 1], groups = 90, layout = "channels_last"} : (!e, !f) -> !d
  %3 = graph.sigmoid %2 : (!d) -> !d
  func.return %3 : (!d) -> ()
}) : () -> ()
// -----
// tasks of an odd number of rows, of which the pair takes two at a time
!x = tensor<1x100x19x16xf32>
!w = tensor<256x16x1x1xf32>
!e = tensor<1x100x19x256xf32>
!f = tensor<256x1x5x5xf32>
!d = tensor<1x50x10x256xf32>
!v = tensor<24x256x1x1xf32>
!y = tensor<1x50x10x24xf32>
func.func {sym_name = "main", function_type = (!x, !w, !f, !v) -> !y} ({
^bb0(%x: !x, %w: !w, %f: !f, %v: !v):
  %0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w) -> !e
  %1 = graph.relu %0 : (!e) -> !e
  %2 = graph.conv %1, %f {strides = [2, 2], dilations = [1, 1], pad_low = [2, 2], pad_high = [2, 2], groups = 256, layout = "channels_last"} : (!e, !f) -> !d
  %3 = graph.relu %2 : (!d) -> !d
  %4 = graph.conv %3, %v {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!d, !v) -> !y
  func.return %4 : (!y) -> ()
}) : () -> ()
