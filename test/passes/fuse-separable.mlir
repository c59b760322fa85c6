// RUN: kiln-opt %s --outline --plan-kernels --fuse-separable | FileCheck %s
// A second run changes nothing.
// RUN: kiln-opt %s --outline --plan-kernels --fuse-separable --fuse-separable | FileCheck %s
// RUN: kiln-opt %s --outline --plan-kernels --fuse-separable --pack-weights | FileCheck %s --check-prefix=PACKED

!x = tensor<1x100x76x64xf32>
!f = tensor<64x1x3x3xf32>
!b = tensor<64xf32>
!w = tensor<32x64x1x1xf32>
!c = tensor<32xf32>
!y = tensor<1x100x76x32xf32>

// What is between the two takes 1.9 MB. Both filters are packed.
// CHECK-LABEL: sym_name = "pair"
// PACKED-LABEL: sym_name = "pair"
func.func {function_type = (!x, !f, !b, !w, !c, !y) -> !y, sym_name = "pair"} ({
^bb0(%x: !x, %f: !f, %b: !b, %w: !w, %c: !c, %r: !y):
  // CHECK: %[[Y:[0-9]+]] = graph.fusion %arg0, %arg1, %arg2, %arg3, %arg4, %arg5 {plan = {block_rows = #kiln.dims<[1]>, family = "separable"
  // CHECK-SAME: pack = [{columns = 1, form = "depthwise", groups = 1, input = 1}, {columns = {{[0-9]+}}, form = "conv_panels", groups = 1, input = 3}]
  // CHECK:   %[[D:[0-9]+]] = graph.conv %arg0, %arg1, %arg2
  // CHECK:   %[[S:[0-9]+]] = graph.relu %[[D]]
  // CHECK:   %[[P:[0-9]+]] = graph.conv %[[S]], %arg3, %arg4
  // CHECK:   %[[A:[0-9]+]] = graph.add %[[P]], %arg5
  // CHECK:   graph.yield %[[A]]
  // CHECK: func.return %[[Y]]
  // PACKED: graph.fusion %arg0, %{{[0-9]+}}, %arg2, %{{[0-9]+}}, %arg4, %arg5 {{.*}}pack = [{{.*}}done, form = "depthwise"{{.*}}done, form = "conv_panels"
  %0 = graph.conv %x, %f, %b {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 64, layout = "channels_last"} : (!x, !f, !b) -> !x
  %1 = graph.relu %0 : (!x) -> !x
  %2 = graph.conv %1, %w, %c {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w, !c) -> !y
  %3 = graph.add %2, %r : (!y, !y) -> !y
  func.return %3 : (!y) -> ()
})

// What somebody else reads as well must be in memory anyway.
// CHECK-LABEL: sym_name = "read_twice"
func.func {function_type = (!x, !f, !w) -> (!y, !x), sym_name = "read_twice"} ({
^bb0(%x: !x, %f: !f, %w: !w):
  // CHECK: family = "depthwise"
  // CHECK: family = "conv"
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 64, layout = "channels_last"} : (!x, !f) -> !x
  %1 = graph.conv %0, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w) -> !y
  func.return %1, %0 : (!y, !x) -> ()
})

!x1 = tensor<1x14x14x64xf32>
!y1 = tensor<1x14x14x32xf32>

// What stays in the cache between two kernels gains nothing.
// CHECK-LABEL: sym_name = "small"
func.func {function_type = (!x1, !f, !w) -> !y1, sym_name = "small"} ({
^bb0(%x: !x1, %f: !f, %w: !w):
  // CHECK: family = "depthwise"
  // CHECK: family = "conv"
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 64, layout = "channels_last"} : (!x1, !f) -> !x1
  %1 = graph.conv %0, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x1, !w) -> !y1
  func.return %1 : (!y1) -> ()
})

// A stride at the second convolution leaves out most of what the first one makes.
// CHECK-LABEL: sym_name = "strided"
func.func {function_type = (!x, !f, !w) -> tensor<1x50x38x32xf32>, sym_name = "strided"} ({
^bb0(%x: !x, %f: !f, %w: !w):
  // CHECK: family = "depthwise"
  // CHECK: family = "conv"
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 64, layout = "channels_last"} : (!x, !f) -> !x
  %1 = graph.conv %0, %w {strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w) -> tensor<1x50x38x32xf32>
  func.return %1 : (tensor<1x50x38x32xf32>) -> ()
})

!xs = tensor<?x?x?x64xf32, #kiln.dims<[N, H, W, 64]>>
!ys = tensor<?x?x?x32xf32, #kiln.dims<[N, H, W, 32]>>

// Extents that are open: small filters cost nothing to read again.
// CHECK-LABEL: sym_name = "open"
func.func {function_type = (!xs, !f, !w) -> !ys, sym_name = "open"} ({
^bb0(%x: !xs, %f: !f, %w: !w):
  // CHECK: family = "separable"
  %0 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 64, layout = "channels_last"} : (!xs, !f) -> !xs
  %1 = graph.conv %0, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!xs, !w) -> !ys
  func.return %1 : (!ys) -> ()
})
