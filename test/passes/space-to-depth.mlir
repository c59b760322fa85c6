// Convolutions of blocks of pixels that slices or a transpose made channels.
// RUN: kiln-opt %s --recompose --dce | FileCheck %s

// Every second pixel of every second row, four times, in an order of the model's own: one filter of 1x2 becomes one of 2x4.
// CHECK-LABEL: sym_name = "slices"
// CHECK:      %[[W:[0-9]+]] = graph.constant {{.*}}[1.0e+00, 5.0e+00, 2.0e+00, 6.0e+00], [3.0e+00, 7.0e+00, 4.0e+00, 8.0e+00]
// CHECK-NEXT: graph.conv %arg0, %[[W]] {dilations = [1, 1], groups = 1, layout = "channels_first", pad_high = [0, 2], pad_low = [2, 0], strides = [2, 2]}
// CHECK-NEXT: func.return
!x = tensor<?x1x?x6xf32, #kiln.dims<[N, 1, 2 * H, 6]>>
!p = tensor<?x1x?x3xf32, #kiln.dims<[N, 1, H, 3]>>
!c = tensor<?x4x?x3xf32, #kiln.dims<[N, 4, H, 3]>>
!y = tensor<?x1x?x3xf32, #kiln.dims<[N, 1, H + 1, 3]>>
func.func {sym_name = "slices", function_type = (!x) -> !y} ({
^bb0(%x: !x):
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 2, 2]} : (!x) -> !p
  %1 = graph.slice %x {starts = #kiln.dims<[0, 0, 1, 0]>, steps = [1, 1, 2, 2]} : (!x) -> !p
  %2 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 1]>, steps = [1, 1, 2, 2]} : (!x) -> !p
  %3 = graph.slice %x {starts = #kiln.dims<[0, 0, 1, 1]>, steps = [1, 1, 2, 2]} : (!x) -> !p
  %4 = graph.concat %0, %1, %2, %3 {axis = 1} : (!p, !p, !p, !p) -> !c
  %w = graph.constant {value = dense<[[[[1.0, 2.0]], [[3.0, 4.0]], [[5.0, 6.0]], [[7.0, 8.0]]]]> : tensor<1x4x1x2xf32>} : () -> tensor<1x4x1x2xf32>
  %5 = graph.conv %4, %w {strides = [1, 1], dilations = [1, 1], pad_low = [1, 0], pad_high = [0, 1], groups = 1, layout = "channels_first"} : (!c, tensor<1x4x1x2xf32>) -> !y
  func.return %5 : (!y) -> ()
})

// SpaceToDepth in both orders of channels, with a bias and a stride.
// CHECK-LABEL: sym_name = "transposed"
// CHECK:      graph.conv %arg0, %{{[0-9]+}}, %arg1 {dilations = [1, 1], groups = 1, layout = "channels_first", pad_high = [2, 3], pad_low = [2, 3], strides = [4, 3]} : (tensor<2x2x8x9xf32>, tensor<2x2x4x6xf32>, tensor<2xf32>)
// CHECK:      graph.conv %arg0, %{{[0-9]+}}, %arg1 {dilations = [1, 1], groups = 1, layout = "channels_first", pad_high = [2, 3], pad_low = [2, 3], strides = [4, 3]} : (tensor<2x2x8x9xf32>, tensor<2x2x4x6xf32>, tensor<2xf32>)
// CHECK-NEXT: func.return
!i = tensor<2x2x8x9xf32>
!a = tensor<2x2x4x2x3x3xf32>
!s = tensor<2x12x4x3xf32>
!f = tensor<2x12x2x2xf32>
!z = tensor<2x2x3x4xf32>
func.func {sym_name = "transposed", function_type = (!i, tensor<2xf32>) -> (!z, !z)} ({
^bb0(%x: !i, %b: tensor<2xf32>):
  %w = graph.constant {value = dense<[[[[0.0, 1.0], [2.0, 3.0]], [[4.0, 5.0], [6.0, 7.0]], [[8.0, 9.0], [10.0, 11.0]], [[12.0, 13.0], [14.0, 15.0]], [[16.0, 17.0], [18.0, 19.0]], [[20.0, 21.0], [22.0, 23.0]], [[24.0, 25.0], [26.0, 27.0]], [[28.0, 29.0], [30.0, 31.0]], [[32.0, 33.0], [34.0, 35.0]], [[36.0, 37.0], [38.0, 39.0]], [[40.0, 41.0], [42.0, 43.0]], [[44.0, 45.0], [46.0, 47.0]]], [[[48.0, 49.0], [50.0, 51.0]], [[52.0, 53.0], [54.0, 55.0]], [[56.0, 57.0], [58.0, 59.0]], [[60.0, 61.0], [62.0, 63.0]], [[64.0, 65.0], [66.0, 67.0]], [[68.0, 69.0], [70.0, 71.0]], [[72.0, 73.0], [74.0, 75.0]], [[76.0, 77.0], [78.0, 79.0]], [[80.0, 81.0], [82.0, 83.0]], [[84.0, 85.0], [86.0, 87.0]], [[88.0, 89.0], [90.0, 91.0]], [[92.0, 93.0], [94.0, 95.0]]]]> : tensor<2x12x2x2xf32>} : () -> tensor<2x12x2x2xf32>
  %0 = graph.reshape %x : (!i) -> !a
  %1 = graph.transpose %0 {permutation = [0, 3, 5, 1, 2, 4]} : (!a) -> tensor<2x2x3x2x4x3xf32>
  %2 = graph.reshape %1 : (tensor<2x2x3x2x4x3xf32>) -> !s
  %3 = graph.conv %2, %w, %b {strides = [2, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_first"} : (!s, !f, tensor<2xf32>) -> !z
  %4 = graph.transpose %0 {permutation = [0, 1, 3, 5, 2, 4]} : (!a) -> tensor<2x2x2x3x4x3xf32>
  %5 = graph.reshape %4 : (tensor<2x2x2x3x4x3xf32>) -> !s
  %6 = graph.conv %5, %w, %b {strides = [2, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_first"} : (!s, !f, tensor<2xf32>) -> !z
  func.return %3, %6 : (!z, !z) -> ()
})

// They stay where a pixel is taken twice, where the last pixels are left out, where blocks have another use, and where the
// image has many channels.
// CHECK-LABEL: sym_name = "others"
// CHECK-NOT:  graph.conv {{.*}} strides = [2, 2]
// CHECK:      func.return
!o = tensor<1x1x4x4xf32>
!q = tensor<1x1x2x2xf32>
!r = tensor<1x4x2x2xf32>
!m = tensor<1x16x4x4xf32>
!n = tensor<1x16x2x2xf32>
!l = tensor<1x64x2x2xf32>
func.func {sym_name = "others", function_type = (!o, tensor<1x1x5x4xf32>, !m) -> (!q, !q, !q, !r, !q)} ({
^bb0(%x: !o, %z: tensor<1x1x5x4xf32>, %m: !m):
  %w = graph.constant {value = dense<[[[[1.0]], [[2.0]], [[3.0]], [[4.0]]]]> : tensor<1x4x1x1xf32>} : () -> tensor<1x4x1x1xf32>
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 2, 2]} : (!o) -> !q
  %1 = graph.slice %x {starts = #kiln.dims<[0, 0, 1, 0]>, steps = [1, 1, 2, 2]} : (!o) -> !q
  %2 = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 1]>, steps = [1, 1, 2, 2]} : (!o) -> !q
  %3 = graph.slice %x {starts = #kiln.dims<[0, 0, 1, 1]>, steps = [1, 1, 2, 2]} : (!o) -> !q
  %4 = graph.concat %0, %1, %2, %1 {axis = 1} : (!q, !q, !q, !q) -> !r
  %5 = graph.conv %4, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (!r, tensor<1x4x1x1xf32>) -> !q
  %6 = graph.concat %0, %1, %2, %3 {axis = 1} : (!q, !q, !q, !q) -> !r
  %7 = graph.conv %6, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (!r, tensor<1x4x1x1xf32>) -> !q
  %8 = graph.slice %z {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 2, 2]} : (tensor<1x1x5x4xf32>) -> !q
  %9 = graph.slice %z {starts = #kiln.dims<[0, 0, 1, 0]>, steps = [1, 1, 2, 2]} : (tensor<1x1x5x4xf32>) -> !q
  %10 = graph.slice %z {starts = #kiln.dims<[0, 0, 0, 1]>, steps = [1, 1, 2, 2]} : (tensor<1x1x5x4xf32>) -> !q
  %11 = graph.slice %z {starts = #kiln.dims<[0, 0, 1, 1]>, steps = [1, 1, 2, 2]} : (tensor<1x1x5x4xf32>) -> !q
  %12 = graph.concat %8, %9, %10, %11 {axis = 1} : (!q, !q, !q, !q) -> !r
  %13 = graph.conv %12, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (!r, tensor<1x4x1x1xf32>) -> !q
  %14 = graph.slice %m {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 2, 2]} : (!m) -> !n
  %15 = graph.slice %m {starts = #kiln.dims<[0, 0, 1, 0]>, steps = [1, 1, 2, 2]} : (!m) -> !n
  %16 = graph.slice %m {starts = #kiln.dims<[0, 0, 0, 1]>, steps = [1, 1, 2, 2]} : (!m) -> !n
  %17 = graph.slice %m {starts = #kiln.dims<[0, 0, 1, 1]>, steps = [1, 1, 2, 2]} : (!m) -> !n
  %18 = graph.concat %14, %15, %16, %17 {axis = 1} : (!n, !n, !n, !n) -> !l
  %v = graph.constant {value = dense<[[[[0.0]], [[1.0]], [[2.0]], [[3.0]], [[4.0]], [[5.0]], [[6.0]], [[7.0]], [[8.0]], [[9.0]], [[10.0]], [[11.0]], [[12.0]], [[13.0]], [[14.0]], [[15.0]], [[16.0]], [[17.0]], [[18.0]], [[19.0]], [[20.0]], [[21.0]], [[22.0]], [[23.0]], [[24.0]], [[25.0]], [[26.0]], [[27.0]], [[28.0]], [[29.0]], [[30.0]], [[31.0]], [[32.0]], [[33.0]], [[34.0]], [[35.0]], [[36.0]], [[37.0]], [[38.0]], [[39.0]], [[40.0]], [[41.0]], [[42.0]], [[43.0]], [[44.0]], [[45.0]], [[46.0]], [[47.0]], [[48.0]], [[49.0]], [[50.0]], [[51.0]], [[52.0]], [[53.0]], [[54.0]], [[55.0]], [[56.0]], [[57.0]], [[58.0]], [[59.0]], [[60.0]], [[61.0]], [[62.0]], [[63.0]]]]> : tensor<1x64x1x1xf32>} : () -> tensor<1x64x1x1xf32>
  %19 = graph.conv %18, %v {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (!l, tensor<1x64x1x1xf32>) -> !q
  func.return %5, %7, %13, %6, %19 : (!q, !q, !q, !r, !q) -> ()
})
