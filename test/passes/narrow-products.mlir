// RUN: kiln-opt %s --pass-pipeline='builtin.module(narrow)' | FileCheck %s

// Both operands are rounded, weights beforehand; sums stay as they are. The residual is read as it is stored.
// CHECK-LABEL: sym_name = "residual"
// CHECK: graph.constant {value = dense<{{.*}}> : tensor<4x4xbf16>}
// CHECK: %[[R:.*]] = graph.relu
// CHECK: %[[S:.*]] = graph.cast %[[R]] : (tensor<3x4xf32>) -> tensor<3x4xbf16>
// CHECK: %[[M:.*]] = graph.matmul %[[S]], {{.*}} {widening = true} : (tensor<3x4xbf16>, tensor<4x4xbf16>) -> tensor<3x4xf32>
// CHECK: %[[B:.*]] = graph.cast %[[S]] : (tensor<3x4xbf16>) -> tensor<3x4xf32>
// CHECK: graph.add %[[M]], %[[B]]
func.func {sym_name = "residual", function_type = (tensor<3x4xf32>) -> tensor<3x4xf32>} ({
^bb0(%x: tensor<3x4xf32>):
  %w = graph.constant {value = dense<[[1.0, 2.0, 3.0, 4.0], [1.0, 0.5, 0.25, 4.0], [1.0, 2.0, 3.0, 4.0], [1.0, 2.0, 3.0, 4.0]]> : tensor<4x4xf32>} : () -> tensor<4x4xf32>
  %0 = graph.relu %x : (tensor<3x4xf32>) -> tensor<3x4xf32>
  %1 = graph.matmul %0, %w : (tensor<3x4xf32>, tensor<4x4xf32>) -> tensor<3x4xf32>
  %2 = graph.add %1, %0 : (tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<3x4xf32>
  func.return %2 : (tensor<3x4xf32>) -> ()
}) : () -> ()

// The rounding comes before what only moves numbers.
// CHECK-LABEL: sym_name = "moved"
// CHECK: %[[E:.*]] = graph.exp
// CHECK: %[[S:.*]] = graph.cast %[[E]] : (tensor<2x6xf32>) -> tensor<2x6xbf16>
// CHECK: %[[V:.*]] = graph.reshape %[[S]]
// CHECK: graph.matmul %[[V]]
func.func {sym_name = "moved", function_type = (tensor<2x6xf32>, tensor<4x5xf32>) -> tensor<3x5xf32>} ({
^bb0(%x: tensor<2x6xf32>, %w: tensor<4x5xf32>):
  %0 = graph.exp %x : (tensor<2x6xf32>) -> tensor<2x6xf32>
  %1 = graph.reshape %0 : (tensor<2x6xf32>) -> tensor<3x4xf32>
  %2 = graph.matmul %1, %w : (tensor<3x4xf32>, tensor<4x5xf32>) -> tensor<3x5xf32>
  func.return %2 : (tensor<3x5xf32>) -> ()
}) : () -> ()

// A table that is weights, too, is read as these are.
// CHECK-LABEL: sym_name = "table"
// CHECK-NOT: tensor<3x2xf32>
// CHECK: %[[G:.*]] = graph.gather {{.*}} : (tensor<3x2xbf16>, tensor<4xi64>) -> tensor<4x2xbf16>
// CHECK: graph.matmul %[[G]], {{.*}} {transpose_b = true, widening = true}
func.func {sym_name = "table", function_type = (tensor<4xi64>) -> tensor<4x3xf32>} ({
^bb0(%i: tensor<4xi64>):
  %w = graph.constant {value = dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %0 = graph.gather %w, %i {axis = 0} : (tensor<3x2xf32>, tensor<4xi64>) -> tensor<4x2xf32>
  %1 = graph.matmul %0, %w {transpose_b = true} : (tensor<4x2xf32>, tensor<3x2xf32>) -> tensor<4x3xf32>
  func.return %1 : (tensor<4x3xf32>) -> ()
}) : () -> ()

// A filter for each channel is no product of matrices.
// CHECK-LABEL: sym_name = "depthwise"
// CHECK-NOT: bf16
func.func {sym_name = "depthwise", function_type = (tensor<1x4x4x2xf32>, tensor<2x1x3x3xf32>) -> tensor<1x4x4x2xf32>} ({
^bb0(%x: tensor<1x4x4x2xf32>, %w: tensor<2x1x3x3xf32>):
  %0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 2, layout = "channels_last"} : (tensor<1x4x4x2xf32>, tensor<2x1x3x3xf32>) -> tensor<1x4x4x2xf32>
  func.return %0 : (tensor<1x4x4x2xf32>) -> ()
}) : () -> ()

// An attention's operands are rounded, its mask and its result are not.
// CHECK-LABEL: sym_name = "attention"
// CHECK: %[[E:.*]] = graph.exp
// CHECK: %[[S:.*]] = graph.cast %[[E]] : (tensor<8x16xf32>) -> tensor<8x16xbf16>
// CHECK: %[[Q:.*]] = graph.reshape %[[S]]
// CHECK: graph.attention %[[Q]], %[[Q]], %[[Q]], {{.*}} {{{.*}}widening = true{{.*}}} : (tensor<2x8x8xbf16>, tensor<2x8x8xbf16>, tensor<2x8x8xbf16>, tensor<8xf32>) -> tensor<2x8x8xf32>
func.func {sym_name = "attention", function_type = (tensor<8x16xf32>, tensor<8xf32>) -> tensor<2x8x8xf32>} ({
^bb0(%x: tensor<8x16xf32>, %m: tensor<8xf32>):
  %0 = graph.exp %x : (tensor<8x16xf32>) -> tensor<8x16xf32>
  %1 = graph.reshape %0 : (tensor<8x16xf32>) -> tensor<2x8x8xf32>
  %2 = graph.attention %1, %1, %1, %m {scale = 1.0} : (tensor<2x8x8xf32>, tensor<2x8x8xf32>, tensor<2x8x8xf32>, tensor<8xf32>) -> tensor<2x8x8xf32>
  func.return %2 : (tensor<2x8x8xf32>) -> ()
}) : () -> ()

// Few queries wait for keys as they are; and so do many, for keys that are given out.
// CHECK-LABEL: sym_name = "cached"
// CHECK-NOT: bf16
func.func {sym_name = "cached", function_type = (tensor<2x8x8xf32>, tensor<2x1x8xf32>) -> (tensor<2x8x8xf32>, tensor<2x1x8xf32>, tensor<2x8x8xf32>)} ({
^bb0(%x: tensor<2x8x8xf32>, %y: tensor<2x1x8xf32>):
  %0 = graph.exp %x : (tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %1 = graph.exp %0 : (tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  %2 = graph.exp %y : (tensor<2x1x8xf32>) -> tensor<2x1x8xf32>
  %3 = graph.attention %2, %1, %1 {scale = 1.0} : (tensor<2x1x8xf32>, tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x1x8xf32>
  %4 = graph.attention %1, %0, %1 {scale = 1.0} : (tensor<2x8x8xf32>, tensor<2x8x8xf32>, tensor<2x8x8xf32>) -> tensor<2x8x8xf32>
  func.return %0, %3, %4 : (tensor<2x8x8xf32>, tensor<2x1x8xf32>, tensor<2x8x8xf32>) -> ()
}) : () -> ()

// The largest of some numbers is rounded as well before it is picked: a skip connection reads what the pool reads.
// CHECK-LABEL: sym_name = "pooled"
// CHECK: %[[R:.*]] = graph.relu
// CHECK: %[[S:.*]] = graph.cast %[[R]] : (tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xbf16>
// CHECK-NOT: graph.cast
// CHECK: %[[P:.*]] = graph.max_pool %[[S]]
// CHECK: graph.conv %[[P]]
// CHECK: graph.conv %[[S]]
func.func {sym_name = "pooled", function_type = (tensor<1x4x4x8xf32>) -> (tensor<1x2x2x8xf32>, tensor<1x4x4x8xf32>)} ({
^bb0(%x: tensor<1x4x4x8xf32>):
  %w = graph.constant {value = dense<1.0> : tensor<8x8x1x1xf32>} : () -> tensor<8x8x1x1xf32>
  %0 = graph.relu %x : (tensor<1x4x4x8xf32>) -> tensor<1x4x4x8xf32>
  %1 = graph.max_pool %0 {window = [2, 2], strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], layout = "channels_last"} : (tensor<1x4x4x8xf32>) -> tensor<1x2x2x8xf32>
  %2 = graph.conv %1, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (tensor<1x2x2x8xf32>, tensor<8x8x1x1xf32>) -> tensor<1x2x2x8xf32>
  %3 = graph.conv %0, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (tensor<1x4x4x8xf32>, tensor<8x8x1x1xf32>) -> tensor<1x4x4x8xf32>
  func.return %2, %3 : (tensor<1x2x2x8xf32>, tensor<1x4x4x8xf32>) -> ()
}) : () -> ()

// Filters that do not overlap make products whose results are put in place; the bias is that of each place.
// CHECK-LABEL: sym_name = "unfolded"
// CHECK-DAG: %[[W:.*]] = graph.constant {{.*}} : () -> tensor<64x8x1x1xbf16>
// CHECK-DAG: %[[B:.*]] = graph.constant {{.*}} : () -> tensor<64xf32>
// CHECK: %[[C:.*]] = graph.conv {{.*}}, %[[W]], %[[B]] {{{.*}}widening = true} : {{.*}} -> tensor<1x3x5x64xf32>
// CHECK: %[[V:.*]] = graph.reshape %[[C]] : (tensor<1x3x5x64xf32>) -> tensor<1x3x5x2x2x16xf32>
// CHECK: %[[T:.*]] = graph.transpose %[[V]] {permutation = [0, 1, 3, 2, 4, 5]}
// CHECK: graph.reshape %[[T]] : (tensor<1x3x2x5x2x16xf32>) -> tensor<1x6x10x16xf32>
func.func {sym_name = "unfolded", function_type = (tensor<1x3x5x8xf32>) -> tensor<1x6x10x16xf32>} ({
^bb0(%x: tensor<1x3x5x8xf32>):
  %w = graph.constant {value = dense<1.0> : tensor<8x16x2x2xf32>} : () -> tensor<8x16x2x2xf32>
  %b = graph.constant {value = dense<2.0> : tensor<16xf32>} : () -> tensor<16xf32>
  %0 = graph.conv_transpose %x, %w, %b {strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], output_padding = [0, 0], groups = 1, layout = "channels_last"} : (tensor<1x3x5x8xf32>, tensor<8x16x2x2xf32>, tensor<16xf32>) -> tensor<1x6x10x16xf32>
  func.return %0 : (tensor<1x6x10x16xf32>) -> ()
}) : () -> ()

// Those that overlap stay.
// CHECK-LABEL: sym_name = "overlapping"
// CHECK: graph.conv_transpose
func.func {sym_name = "overlapping", function_type = (tensor<1x3x5x8xf32>, tensor<8x16x3x3xf32>) -> tensor<1x7x11x16xf32>} ({
^bb0(%x: tensor<1x3x5x8xf32>, %w: tensor<8x16x3x3xf32>):
  %0 = graph.conv_transpose %x, %w {strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], output_padding = [0, 0], groups = 1, layout = "channels_last"} : (tensor<1x3x5x8xf32>, tensor<8x16x3x3xf32>) -> tensor<1x7x11x16xf32>
  func.return %0 : (tensor<1x7x11x16xf32>) -> ()
}) : () -> ()
