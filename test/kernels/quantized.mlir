// a residual of bytes and a quantization, ui8
// range: x=0..255
// range: w=-128..127
// range: r=0..255
!x = tensor<1x7x9x12xui8>
!w = tensor<37x12x3x3xi8>
!i = tensor<1x7x9x37xi32>
!y = tensor<1x7x9x37xf32>
!r = tensor<1x7x9x37xui8>
func.func {sym_name = "main", function_type = (!x, !w, !r) -> !r, arg_names = ["x", "w", "r"]} ({
^bb0(%x: !x, %w: !w, %r: !r):
  %0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true, pad_value = 2} : (!x, !w) -> !i
  %1 = graph.cast %0 : (!i) -> !y
  %s1 = graph.constant {value = dense<0.001953125> : tensor<f32>} : () -> tensor<f32>
  %2 = graph.multiply %1, %s1 : (!y, tensor<f32>) -> !y
  %3 = graph.cast %r : (!r) -> !y
  %z3 = graph.constant {value = dense<7.0> : tensor<f32>} : () -> tensor<f32>
  %4 = graph.subtract %3, %z3 : (!y, tensor<f32>) -> !y
  %s4 = graph.constant {value = dense<0.25> : tensor<f32>} : () -> tensor<f32>
  %5 = graph.multiply %4, %s4 : (!y, tensor<f32>) -> !y
  %6 = graph.add %2, %5 : (!y, !y) -> !y
  %7 = graph.relu %6 : (!y) -> !y
  %sc = graph.constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %zz = graph.constant {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %lo = graph.constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %hi = graph.constant {value = dense<255.0> : tensor<f32>} : () -> tensor<f32>
  %t0 = graph.multiply %7, %sc : (!y, tensor<f32>) -> !y
  %t1 = graph.round %t0 : (!y) -> !y
  %t2 = graph.add %t1, %zz : (!y, tensor<f32>) -> !y
  %t3 = graph.maximum %t2, %lo : (!y, tensor<f32>) -> !y
  %t4 = graph.minimum %t3, %hi : (!y, tensor<f32>) -> !y
  %q = graph.cast %t4 : (!y) -> !r
  func.return %q : (!r) -> ()
}) : () -> ()
// -----
// a residual of bytes and a quantization, i8
// range: x=-128..127
// range: w=-128..127
// range: r=-128..127
!x = tensor<1x7x9x12xi8>
!w = tensor<37x12x3x3xi8>
!i = tensor<1x7x9x37xi32>
!y = tensor<1x7x9x37xf32>
!r = tensor<1x7x9x37xi8>
func.func {sym_name = "main", function_type = (!x, !w, !r) -> !r, arg_names = ["x", "w", "r"]} ({
^bb0(%x: !x, %w: !w, %r: !r):
  %0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true, pad_value = 2} : (!x, !w) -> !i
  %1 = graph.cast %0 : (!i) -> !y
  %s1 = graph.constant {value = dense<0.001953125> : tensor<f32>} : () -> tensor<f32>
  %2 = graph.multiply %1, %s1 : (!y, tensor<f32>) -> !y
  %3 = graph.cast %r : (!r) -> !y
  %z3 = graph.constant {value = dense<7.0> : tensor<f32>} : () -> tensor<f32>
  %4 = graph.subtract %3, %z3 : (!y, tensor<f32>) -> !y
  %s4 = graph.constant {value = dense<0.25> : tensor<f32>} : () -> tensor<f32>
  %5 = graph.multiply %4, %s4 : (!y, tensor<f32>) -> !y
  %6 = graph.add %2, %5 : (!y, !y) -> !y
  %7 = graph.relu %6 : (!y) -> !y
  %sc = graph.constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %zz = graph.constant {value = dense<-5.0> : tensor<f32>} : () -> tensor<f32>
  %lo = graph.constant {value = dense<-128.0> : tensor<f32>} : () -> tensor<f32>
  %hi = graph.constant {value = dense<127.0> : tensor<f32>} : () -> tensor<f32>
  %t0 = graph.multiply %7, %sc : (!y, tensor<f32>) -> !y
  %t1 = graph.round %t0 : (!y) -> !y
  %t2 = graph.add %t1, %zz : (!y, tensor<f32>) -> !y
  %t3 = graph.maximum %t2, %lo : (!y, tensor<f32>) -> !y
  %t4 = graph.minimum %t3, %hi : (!y, tensor<f32>) -> !y
  %q = graph.cast %t4 : (!y) -> !r
  func.return %q : (!r) -> ()
}) : () -> ()
// -----
// floats to bytes: ties to even, out of range
// range: x=-300..300
// symbols: N=0; N=1; N=7
!x = tensor<?x24xf32, #kiln.dims<[N, 24]>>
!q = tensor<?x24xi8, #kiln.dims<[N, 24]>>
func.func {sym_name = "main", function_type = (!x) -> !q, arg_names = ["x"]} ({
^bb0(%x: !x):
  %sc = graph.constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %zz = graph.constant {value = dense<9.0> : tensor<f32>} : () -> tensor<f32>
  %lo = graph.constant {value = dense<-128.0> : tensor<f32>} : () -> tensor<f32>
  %hi = graph.constant {value = dense<127.0> : tensor<f32>} : () -> tensor<f32>
  %t0 = graph.multiply %x, %sc : (!x, tensor<f32>) -> !x
  %t1 = graph.round %t0 : (!x) -> !x
  %t2 = graph.add %t1, %zz : (!x, tensor<f32>) -> !x
  %t3 = graph.maximum %t2, %lo : (!x, tensor<f32>) -> !x
  %t4 = graph.minimum %t3, %hi : (!x, tensor<f32>) -> !x
  %q = graph.cast %t4 : (!x) -> !q
  func.return %q : (!q) -> ()
}) : () -> ()
// -----
// signed by signed weights that are constant
// range: x=-128..127
!x = tensor<2x4xi8>
!w = tensor<4x3xi8>
!i = tensor<2x3xi32>
func.func {sym_name = "main", function_type = (!x) -> !i, arg_names = ["x"]} ({
^bb0(%x: !x):
  %w = graph.constant {value = dense<[[1, -2, 3], [-128, 5, 127], [7, -8, 9], [0, 1, -128]]> : tensor<4x3xi8>} : () -> tensor<4x3xi8>
  %0 = graph.matmul %x, %w {widening = true} : (!x, !w) -> !i
  func.return %0 : (!i) -> ()
}) : () -> ()
// -----
// signed by signed filters that are constant, a shifted residual
// range: x=-128..127
!x = tensor<1x5x6x1xi8>
!w = tensor<2x1x3x3xi8>
!i = tensor<1x5x6x2xi32>
!p = tensor<1x5x6x1xi32>
func.func {sym_name = "main", function_type = (!x) -> !i, arg_names = ["x"]} ({
^bb0(%x: !x):
  %w = graph.constant {value = dense<[[[[1, -2, 3], [-128, 5, 127], [7, -8, 9]]], [[[0, 1, -128], [4, 5, 6], [7, 8, 9]]]]> : tensor<2x1x3x3xi8>} : () -> tensor<2x1x3x3xi8>
  %0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true, pad_value = -3} : (!x, !w) -> !i
  %1 = graph.cast %x : (!x) -> !p
  %3 = graph.add %0, %1 : (!i, !p) -> !i
  func.return %3 : (!i) -> ()
}) : () -> ()
