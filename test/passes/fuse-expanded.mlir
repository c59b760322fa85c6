// RUN: kiln-opt %s --outline --plan-kernels='target=x86_64:sapphirerapids' --fuse-separable='target=x86_64:sapphirerapids' | FileCheck %s
// A second run changes nothing.
// RUN: kiln-opt %s --outline --plan-kernels='target=x86_64:sapphirerapids' --fuse-separable='target=x86_64:sapphirerapids' --fuse-separable='target=x86_64:sapphirerapids' | FileCheck %s

!x = tensor<1x112x112x16xf32>
!w = tensor<96x16x1x1xf32>
!e = tensor<1x112x112x96xf32>
!f = tensor<96x1x3x3xf32>
!d = tensor<1x56x56x96xf32>

// What is expanded takes 4.8 MB.
// CHECK-LABEL: sym_name = "expanded"
func.func {function_type = (!x, !w, !f) -> !d, sym_name = "expanded"} ({
^bb0(%x: !x, %w: !w, %f: !f):
  // CHECK: graph.fusion %arg0, %arg1, %arg2 {plan = {block_rows = 8, expansion = {{.*}}family = "expanded"
  // CHECK-SAME: pack = [{columns = 32, form = "conv_panels", groups = 1, input = 1}, {columns = 1, form = "depthwise", groups = 1, input = 2}]
  // CHECK-SAME: reader = {{.*}}family = "depthwise"
  // CHECK-NOT: graph.fusion
  // CHECK: func.return
  %0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w) -> !e
  %1 = graph.relu %0 : (!e) -> !e
  %2 = graph.conv %1, %f {strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 96, layout = "channels_last"} : (!e, !f) -> !d
  func.return %2 : (!d) -> ()
})

// What others read, too, must be in memory anyway.
// CHECK-LABEL: sym_name = "read_twice"
func.func {function_type = (!x, !w, !f) -> (!d, !e), sym_name = "read_twice"} ({
^bb0(%x: !x, %w: !w, %f: !f):
  // CHECK: family = "conv"
  // CHECK: family = "depthwise"
  %0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!x, !w) -> !e
  %1 = graph.conv %0, %f {strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 96, layout = "channels_last"} : (!e, !f) -> !d
  func.return %1, %0 : (!d, !e) -> ()
})

!e2 = tensor<1x112x112x144xf32>
!f2 = tensor<144x1x3x3xf32>
!v2 = tensor<24x144x1x1xf32>
!y2 = tensor<1x112x112x24xf32>

// An inverted residual.
// CHECK-LABEL: sym_name = "inverted"
func.func {function_type = (!y2, tensor<144x24x1x1xf32>, !f2, !v2) -> !y2, sym_name = "inverted"} ({
^bb0(%x: !y2, %w: tensor<144x24x1x1xf32>, %f: !f2, %v: !v2):
  // CHECK: family = "expanded"
  // CHECK-SAME: reader = {{.*}}family = "separable"
  // CHECK-NOT: graph.fusion
  // CHECK: func.return
  %0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!y2, tensor<144x24x1x1xf32>) -> !e2
  %1 = graph.relu %0 : (!e2) -> !e2
  %2 = graph.conv %1, %f {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 144, layout = "channels_last"} : (!e2, !f2) -> !e2
  %3 = graph.relu %2 : (!e2) -> !e2
  %4 = graph.conv %3, %v {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!e2, !v2) -> !y2
  %5 = graph.add %x, %4 : (!y2, !y2) -> !y2
  func.return %5 : (!y2) -> ()
})
