// RUN: kiln-opt %s --simplify | FileCheck %s

// Taps 24 apart leave an image of 14 pixels on both sides; of those 12 apart all read something.
// CHECK-LABEL: sym_name = "dilated"
// CHECK:      %[[W:[0-9]+]] = graph.slice %arg1 {starts = #kiln.dims<[0, 0, 1, 0]>, steps = [1, 1, 1, 1]} : (tensor<5x4x3x3xf32>) -> tensor<5x4x1x3xf32>
// CHECK-NEXT: graph.conv %arg0, %[[W]] {dilations = [1, 12], groups = 1, layout = "channels_first", pad_high = [0, 12], pad_low = [0, 12], strides = [1, 1]}
!x = tensor<1x4x14x14xf32>
!y = tensor<1x5x14x14xf32>
func.func {sym_name = "dilated", function_type = (!x, tensor<5x4x3x3xf32>) -> !y} ({
^bb0(%x: !x, %w: tensor<5x4x3x3xf32>):
  %0 = graph.conv %x, %w {dilations = [24, 12], groups = 1, layout = "channels_first", pad_high = [24, 12], pad_low = [24, 12], strides = [1, 1]} : (!x, tensor<5x4x3x3xf32>) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()

// An image of one pixel, channels-last; the bias stays.
// CHECK-LABEL: sym_name = "pixel"
// CHECK:      %[[W:[0-9]+]] = graph.slice %arg1 {starts = #kiln.dims<[0, 0, 1, 1]>, steps = [1, 1, 1, 1]} : (tensor<4x1x3x3xf32>) -> tensor<4x1x1x1xf32>
// CHECK-NEXT: graph.conv %arg0, %[[W]], %arg2 {dilations = [1, 1], groups = 4, layout = "channels_last", pad_high = [0, 0], pad_low = [0, 0], strides = [1, 1]}
!p = tensor<1x1x1x4xf32>
func.func {sym_name = "pixel", function_type = (!p, tensor<4x1x3x3xf32>, tensor<4xf32>) -> !p} ({
^bb0(%x: !p, %w: tensor<4x1x3x3xf32>, %b: tensor<4xf32>):
  %0 = graph.conv %x, %w, %b {dilations = [1, 1], groups = 4, layout = "channels_last", pad_high = [1, 1], pad_low = [1, 1], strides = [1, 1]} : (!p, tensor<4x1x3x3xf32>, tensor<4xf32>) -> !p
  func.return %0 : (!p) -> ()
}) : () -> ()

// Extents that are open say nothing, and where no tap reads anything one stays.
// CHECK-LABEL: sym_name = "kept"
// CHECK-NOT:  graph.slice
// CHECK:      func.return
!o = tensor<1x4x?xf32, #kiln.dims<[1, 4, L]>>
func.func {sym_name = "kept", function_type = (!o, tensor<5x4x3xf32>, tensor<1x4x2xf32>, tensor<5x4x1xf32>) -> (tensor<1x5x?xf32, #kiln.dims<[1, 5, L]>>, tensor<1x5x1xf32>)} ({
^bb0(%x: !o, %w: tensor<5x4x3xf32>, %z: tensor<1x4x2xf32>, %v: tensor<5x4x1xf32>):
  %0 = graph.conv %x, %w {dilations = [24], groups = 1, layout = "channels_first", pad_high = [24], pad_low = [24], strides = [1]} : (!o, tensor<5x4x3xf32>) -> tensor<1x5x?xf32, #kiln.dims<[1, 5, L]>>
  %1 = graph.conv %z, %v {dilations = [1], groups = 1, layout = "channels_first", pad_high = [0], pad_low = [3], strides = [5]} : (tensor<1x4x2xf32>, tensor<5x4x1xf32>) -> tensor<1x5x1xf32>
  func.return %0, %1 : (tensor<1x5x?xf32, #kiln.dims<[1, 5, L]>>, tensor<1x5x1xf32>) -> ()
}) : () -> ()
