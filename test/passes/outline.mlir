// Transposes around a matrix product, and before others, belong to its kernel, where its operands stay runs in memory.
// RUN: kiln-opt %s --outline | FileCheck %s

!x = tensor<2x5x3x4xf32>
!q = tensor<2x3x5x4xf32>
!k = tensor<2x3x4x5xf32>
!s = tensor<2x3x5x5xf32>

// CHECK-LABEL: sym_name = "heads"
// CHECK:       graph.fusion %arg0, %arg1
// CHECK-NOT:   graph.fusion
// CHECK:       graph.transpose {{.*}} {permutation = [0, 2, 1, 3]}
// CHECK:       graph.transpose {{.*}} {permutation = [0, 2, 3, 1]}
// CHECK:       graph.matmul
// CHECK:       graph.relu
// CHECK:       graph.fusion
// CHECK-NOT:   graph.fusion
// CHECK:       graph.matmul
// CHECK-NEXT:  graph.transpose
// CHECK-NOT:   graph.fusion
// CHECK:       func.return
func.func {function_type = (!x, !x, !q) -> !x, sym_name = "heads"} ({
^bb0(%x: !x, %y: !x, %v: !q):
  %q = graph.transpose %x {permutation = [0, 2, 1, 3]} : (!x) -> !q
  %k = graph.transpose %y {permutation = [0, 2, 3, 1]} : (!x) -> !k
  %s = graph.matmul %q, %k : (!q, !k) -> !s
  %r = graph.relu %s : (!s) -> !s
  %p = graph.matmul %r, %v : (!s, !q) -> !q
  %t = graph.transpose %p {permutation = [0, 2, 1, 3]} : (!q) -> !x
  func.return %t : (!x) -> ()
})

// Neither axis of the matrices is the last in memory: the transpose is a kernel of its own.
// CHECK-LABEL: sym_name = "apart"
// CHECK-COUNT-2: graph.fusion
func.func {function_type = (tensor<4x2x3xf32>, tensor<3x2x5xf32>) -> tensor<3x4x5xf32>, sym_name = "apart"} ({
^bb0(%x: tensor<4x2x3xf32>, %y: tensor<3x2x5xf32>):
  %t = graph.transpose %x {permutation = [2, 0, 1]} : (tensor<4x2x3xf32>) -> tensor<3x4x2xf32>
  %m = graph.matmul %t, %y : (tensor<3x4x2xf32>, tensor<3x2x5xf32>) -> tensor<3x4x5xf32>
  func.return %m : (tensor<3x4x5xf32>) -> ()
})

// What feeds a convolution of one tap is computed as its pixels are copied; what a larger window reads is not.
// CHECK-LABEL: sym_name = "prologue"
// CHECK:       graph.fusion
// CHECK:       graph.multiply
// CHECK-NEXT:  graph.relu
// CHECK-NEXT:  graph.conv
// CHECK:       graph.fusion
// CHECK:       graph.multiply
// CHECK:       graph.fusion
// CHECK:       graph.conv
// CHECK:       func.return
!c = tensor<1x4x4x2xf32>
!g = tensor<1x1x1x2xf32>
!d = tensor<1x4x4x8xf32>
func.func {function_type = (!c, !g, tensor<8x2x1x1xf32>, tensor<8x2x3x3xf32>) -> (!d, !d), sym_name = "prologue"} ({
^bb0(%x: !c, %g: !g, %w: tensor<8x2x1x1xf32>, %v: tensor<8x2x3x3xf32>):
  %0 = graph.multiply %x, %g : (!c, !g) -> !c
  %1 = graph.relu %0 : (!c) -> !c
  %2 = graph.conv %1, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!c, tensor<8x2x1x1xf32>) -> !d
  %3 = graph.multiply %x, %g : (!c, !g) -> !c
  %4 = graph.conv %3, %v {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last"} : (!c, tensor<8x2x3x3xf32>) -> !d
  func.return %2, %4 : (!d, !d) -> ()
})

// Attention reads and writes through transposes of its matrices; what follows is computed on the way.
// CHECK-LABEL: sym_name = "attention"
// CHECK:      graph.fusion %arg0, %arg1, %arg2
// CHECK:        graph.transpose
// CHECK:        graph.transpose
// CHECK:        graph.attention
// CHECK:        graph.add
// CHECK:        graph.transpose
// CHECK-NOT:  graph.fusion
// CHECK:      func.return
func.func {sym_name = "attention", function_type = (tensor<2x5x3x4xf32>, tensor<2x7x3x4xf32>, tensor<4xf32>) -> tensor<2x5x3x4xf32>} ({
^bb0(%x: tensor<2x5x3x4xf32>, %y: tensor<2x7x3x4xf32>, %b: tensor<4xf32>):
  %q = graph.transpose %x {permutation = [0, 2, 1, 3]} : (tensor<2x5x3x4xf32>) -> tensor<2x3x5x4xf32>
  %k = graph.transpose %y {permutation = [0, 2, 1, 3]} : (tensor<2x7x3x4xf32>) -> tensor<2x3x7x4xf32>
  %0 = graph.attention %q, %k, %k {scale = 0.5} : (tensor<2x3x5x4xf32>, tensor<2x3x7x4xf32>, tensor<2x3x7x4xf32>) -> tensor<2x3x5x4xf32>
  %1 = graph.add %0, %b : (tensor<2x3x5x4xf32>, tensor<4xf32>) -> tensor<2x3x5x4xf32>
  %2 = graph.transpose %1 {permutation = [0, 2, 1, 3]} : (tensor<2x3x5x4xf32>) -> tensor<2x5x3x4xf32>
  func.return %2 : (tensor<2x5x3x4xf32>) -> ()
})

// A convolution reads an image of few channels as the planes that it has; not one of many channels or in
// groups.
// CHECK-LABEL: sym_name = "planes"
// CHECK:        %[[FEW:.*]] = graph.fusion %arg0, %arg2
// CHECK:        graph.transpose
// CHECK-NEXT:   graph.conv
// CHECK-NEXT:   graph.relu
// CHECK:        graph.fusion %arg1
// CHECK:        graph.transpose
// CHECK-NEXT:   graph.yield
// CHECK:        graph.fusion
// CHECK:        graph.conv
// CHECK:        graph.fusion %arg0
// CHECK:        graph.transpose
// CHECK-NEXT:   graph.yield
// CHECK:        graph.fusion
// CHECK:        graph.conv
// CHECK:        func.return
!few = tensor<1x3x8x8xf32>
!many = tensor<1x16x8x8xf32>
!last = tensor<1x8x8x3xf32>
!out = tensor<1x6x6x3xf32>
func.func {function_type = (!few, !many, tensor<3x3x3x3xf32>, tensor<3x16x3x3xf32>, tensor<3x1x3x3xf32>) -> (!out, !out, !out), sym_name = "planes"} ({
^bb0(%few: !few, %many: !many, %f: tensor<3x3x3x3xf32>, %g: tensor<3x16x3x3xf32>, %h: tensor<3x1x3x3xf32>):
  %0 = graph.transpose %few {permutation = [0, 2, 3, 1]} : (!few) -> !last
  %1 = graph.conv %0, %f {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (!last, tensor<3x3x3x3xf32>) -> !out
  %2 = graph.relu %1 : (!out) -> !out
  %3 = graph.transpose %many {permutation = [0, 2, 3, 1]} : (!many) -> tensor<1x8x8x16xf32>
  %4 = graph.conv %3, %g {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (tensor<1x8x8x16xf32>, tensor<3x16x3x3xf32>) -> !out
  %5 = graph.transpose %few {permutation = [0, 2, 3, 1]} : (!few) -> !last
  %6 = graph.conv %5, %h {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 3, layout = "channels_last"} : (!last, tensor<3x1x3x3xf32>) -> !out
  func.return %2, %4, %6 : (!out, !out, !out) -> ()
}) : () -> ()

// A rotary embedding reads through a transpose that keeps rows, and what follows element by element belongs to it; another
// transpose is a kernel of its own.
// CHECK-LABEL: sym_name = "rotary"
// CHECK:      graph.fusion %arg0, %arg1, %arg2
// CHECK:        graph.transpose
// CHECK-NEXT:   graph.rotary_embedding
// CHECK-NEXT:   graph.relu
// CHECK-NEXT:   graph.yield
// CHECK:      graph.fusion %arg3
// CHECK:        graph.transpose
// CHECK-NEXT:   graph.yield
// CHECK:      graph.fusion
// CHECK:        graph.rotary_embedding
// CHECK-NEXT:   graph.yield
// CHECK-NOT:  graph.fusion
!rx = tensor<2x7x3x8xf32>
!ry = tensor<2x3x7x8xf32>
!rz = tensor<2x3x8x7xf32>
!ra = tensor<7x4xf32>
func.func {sym_name = "rotary", function_type = (!rx, !ra, !ra, !rz) -> (!ry, !ry)} ({
^bb0(%x: !rx, %c: !ra, %s: !ra, %z: !rz):
  %0 = graph.transpose %x {permutation = [0, 2, 1, 3]} : (!rx) -> !ry
  %1 = graph.rotary_embedding %0, %c, %s : (!ry, !ra, !ra) -> !ry
  %2 = graph.relu %1 : (!ry) -> !ry
  %3 = graph.transpose %z {permutation = [0, 1, 3, 2]} : (!rz) -> !ry
  %4 = graph.rotary_embedding %3, %c, %s : (!ry, !ra, !ra) -> !ry
  func.return %2, %4 : (!ry, !ry) -> ()
})

// A bias of one element is read from memory, as those of more are: kernels of convolutions load it. The factor stands
// inside.
// CHECK-LABEL: sym_name = "one_filter"
// CHECK:       %[[B:[0-9]+]] = graph.constant {value = dense<[5.0e-01]> : tensor<1xf32>}
// CHECK:       graph.fusion %arg0, %arg1, %[[B]]
// CHECK:         graph.constant {value = dense<2.0e+00> : tensor<f32>}
// CHECK:         graph.conv_transpose
func.func {function_type = (tensor<1x4x4x3xf32>, tensor<3x1x2x2xf32>) -> tensor<1x8x8x1xf32>, sym_name = "one_filter"} ({
^bb0(%x: tensor<1x4x4x3xf32>, %w: tensor<3x1x2x2xf32>):
  %b = graph.constant {value = dense<[0.5]> : tensor<1xf32>} : () -> tensor<1xf32>
  %f = graph.constant {value = dense<2.0> : tensor<f32>} : () -> tensor<f32>
  %y = graph.conv_transpose %x, %w, %b {dilations = [1, 1], groups = 1, layout = "channels_last", output_padding = [0, 0], pad_high = [0, 0], pad_low = [0, 0], strides = [2, 2]} : (tensor<1x4x4x3xf32>, tensor<3x1x2x2xf32>, tensor<1xf32>) -> tensor<1x8x8x1xf32>
  %z = graph.multiply %y, %f : (tensor<1x8x8x1xf32>, tensor<f32>) -> tensor<1x8x8x1xf32>
  func.return %z : (tensor<1x8x8x1xf32>) -> ()
})

// What makes weights of codes or of halves belongs to the kernel of each product that reads them, and to none where
// codes lie along the columns.
// CHECK-LABEL: sym_name = "weights"
// CHECK:       graph.fusion
// CHECK-NEXT:  ^bb0
// CHECK-NEXT:    graph.dequantize_blocks
// CHECK-NEXT:    graph.matmul
// CHECK-NEXT:    graph.yield
// CHECK:       graph.fusion
// CHECK-NEXT:  ^bb0
// CHECK-NEXT:    graph.dequantize_blocks
// CHECK-NEXT:    graph.matmul
// CHECK-NEXT:    graph.relu
// CHECK-NEXT:    graph.yield
// CHECK:       graph.fusion
// CHECK-NEXT:  ^bb0
// CHECK-NEXT:    graph.cast
// CHECK-NEXT:    graph.matmul
// CHECK-NEXT:    graph.yield
// CHECK:       graph.fusion
// CHECK-NEXT:  ^bb0
// CHECK-NEXT:    graph.dequantize_blocks
// CHECK-NEXT:    graph.yield
// CHECK:       func.return
func.func {function_type = (tensor<2x32xf32>, tensor<32x16xui8>, tensor<32x2xf32>) -> tensor<2x32xf32>, sym_name = "weights"} ({
^bb0(%x: tensor<2x32xf32>, %q: tensor<32x16xui8>, %s: tensor<32x2xf32>):
  %w = graph.dequantize_blocks %q, %s {bits = 4, length = 32} : (tensor<32x16xui8>, tensor<32x2xf32>) -> tensor<32x32xf32>
  %a = graph.matmul %x, %w {transpose_b = true} : (tensor<2x32xf32>, tensor<32x32xf32>) -> tensor<2x32xf32>
  %b = graph.matmul %a, %w {transpose_b = true} : (tensor<2x32xf32>, tensor<32x32xf32>) -> tensor<2x32xf32>
  %r = graph.relu %b : (tensor<2x32xf32>) -> tensor<2x32xf32>
  %h = graph.constant {value = dense<1.5> : tensor<32x32xf16>} : () -> tensor<32x32xf16>
  %v = graph.cast %h : (tensor<32x32xf16>) -> tensor<32x32xf32>
  %c = graph.matmul %r, %v : (tensor<2x32xf32>, tensor<32x32xf32>) -> tensor<2x32xf32>
  %u = graph.dequantize_blocks %q, %s {bits = 4, length = 32} : (tensor<32x16xui8>, tensor<32x2xf32>) -> tensor<32x32xf32>
  %d = graph.matmul %c, %u : (tensor<2x32xf32>, tensor<32x32xf32>) -> tensor<2x32xf32>
  func.return %d : (tensor<2x32xf32>) -> ()
})
