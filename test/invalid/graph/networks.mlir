// What the verifier says about the ops of neural networks.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%x = "test.value"() : () -> tensor<1x3x8x8xf32>
%w = "test.value"() : () -> tensor<16x4x3x3xf32>
%v = "test.value"() : () -> tensor<16x3x3x3xf32>
%b = "test.value"() : () -> tensor<8xf32>
// expected-error@+1 {{graph.conv: input has 3 channels, filter expects 4}}
%0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<16x4x3x3xf32>) -> tensor<1x16x6x6xf32>
// expected-error@+1 {{graph.conv: input has 8 channels, filter expects 3}}
%1 = graph.conv %x, %v {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_last"} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> tensor<1x1x6x16xf32>
// expected-error@+1 {{graph.conv: the bias must be a tensor<16xf32>, not tensor<8xf32>}}
%2 = graph.conv %x, %v, %b {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>, tensor<8xf32>) -> tensor<1x16x6x6xf32>
// expected-error@+1 {{graph.conv: a window of 9 does not fit in the padded extent 8 of spatial axis 0 (filter [16, 3, 3, 3])}}
%3 = graph.conv %x, %v {strides = [1, 1], dilations = [4, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> tensor<1x16x6x6xf32>
// expected-error@+1 {{graph.conv: attribute 'strides' has 1 entries for 2 spatial axes}}
%4 = graph.conv %x, %v {strides = [1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> tensor<1x16x6x6xf32>
// expected-error@+1 {{graph.conv: attribute 'pad_low' must be not negative and less than 2^31, found -1}}
%5 = graph.conv %x, %v {strides = [1, 1], dilations = [1, 1], pad_low = [0, -1], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> tensor<1x16x6x6xf32>
// expected-error@+1 {{graph.conv: groups must be positive, not 0}}
%6 = graph.conv %x, %v {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 0, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> tensor<1x16x6x6xf32>
// expected-error@+1 {{graph.conv_transpose: input has 3 channels, filter expects 16}}
%7 = graph.conv_transpose %x, %v {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], output_padding = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> tensor<1x3x10x10xf32>
// expected-error@+1 {{graph.max_pool: results are (tensor<1x3x4x4xf32>), but (tensor<1x3x4x4xf32>, tensor<1x3x4x4xi64>) follows}}
%8 = graph.max_pool %x {window = [2, 2], strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], layout = "channels_first", return_indices = true} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
// expected-error@+1 {{graph.average_pool: ceil_extra 1 exceeds pad_high 0 on spatial axis 0}}
%9 = graph.average_pool %x {window = [2, 2], strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], ceil_extra = [1, 0], layout = "channels_first"} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
%f = "test.value"() : () -> tensor<16x3x3xf32>
%d = "test.value"() : () -> tensor<16x3x3x3xf64>
%o = "test.value"() : () -> tensor<15x3x3x3xf32>
%g = "test.value"() : () -> tensor<3x2x3x3xf32>
%t = "test.value"() : () -> tensor<2x3xf32>
// expected-error@+1 {{graph.conv: operand and filter must have the same rank, found 4 and 3}}
%10 = graph.conv %x, %f {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<16x3x3xf32>) -> tensor<1x16x6x6xf32>
// expected-error@+1 {{graph.conv: operands must have one element type, found f32 and f64}}
%11 = graph.conv %x, %d {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf64>) -> tensor<1x16x6x6xf32>
%p = "test.value"() : () -> tensor<16x3x3x3xf32>
// expected-error@+1 {{graph.conv: only a widening convolution has a pad_value}}
%w13 = graph.conv %x, %p {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first", pad_value = 1} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> tensor<1x16x6x6xf32>
// expected-error@+1 {{graph.conv: operands of a widening product are 8-bit integers, or both of bf16, not f32}}
%w14 = graph.conv %x, %p {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first", widening = true} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> tensor<1x16x6x6xi32>
%xb = "test.value"() : () -> tensor<1x3x8x8xi8>
%pb = "test.value"() : () -> tensor<16x3x3x3xi8>
// expected-error@+1 {{graph.conv: pad_value 128 is no value of i8}}
%w15 = graph.conv %xb, %pb {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first", widening = true, pad_value = 128} : (tensor<1x3x8x8xi8>, tensor<16x3x3x3xi8>) -> tensor<1x16x6x6xi32>
%y = "test.value"() : () -> tensor<1x6x8x8xf32>
// expected-error@+1 {{graph.conv: 15 output channels do not fall into 2 groups}}
%12 = graph.conv %y, %o {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 2, layout = "channels_first"} : (tensor<1x6x8x8xf32>, tensor<15x3x3x3xf32>) -> tensor<1x15x6x6xf32>
// expected-error@+1 {{graph.conv: the operand must have batch, channels and 1 to 3 spatial axes, but has rank 2}}
%13 = graph.conv %t, %t {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x2xf32>
// expected-error@+1 {{graph.conv: attribute 'layout' must be one of "channels_first", "channels_last", not "NCHW"}}
%14 = graph.conv %x, %v {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "NCHW"} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> tensor<1x16x6x6xf32>
// expected-error@+1 {{graph.conv: attribute 'strides' must be positive and less than 2^31, found 0}}
%15 = graph.conv %x, %v {strides = [1, 0], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<16x3x3x3xf32>) -> tensor<1x16x6x6xf32>
// expected-error@+1 {{graph.conv_transpose: 3 input channels do not fall into 2 groups}}
%16 = graph.conv_transpose %x, %g {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], output_padding = [0, 0], groups = 2, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<3x2x3x3xf32>) -> tensor<1x4x10x10xf32>
// expected-error@+1 {{graph.conv_transpose: the bias must be a tensor<2xf32>, not tensor<8xf32>}}
%17 = graph.conv_transpose %x, %g, %b {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], output_padding = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<3x2x3x3xf32>, tensor<8xf32>) -> tensor<1x2x10x10xf32>
// expected-error@+1 {{graph.conv_transpose: attribute 'output_padding' has 1 entries for 2 spatial axes}}
%18 = graph.conv_transpose %x, %g {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], output_padding = [0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<3x2x3x3xf32>) -> tensor<1x2x10x10xf32>
// expected-error@+1 {{graph.conv_transpose: an extent would be negative: -2}}
%19 = graph.conv_transpose %x, %g {strides = [1, 1], dilations = [1, 1], pad_low = [12, 0], pad_high = [0, 0], output_padding = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x3x8x8xf32>, tensor<3x2x3x3xf32>) -> tensor<1x2x10x10xf32>
// expected-error@+1 {{graph.max_pool: attribute 'window' must be positive and less than 2^31, found 0}}
%20 = graph.max_pool %x {window = [0, 2], strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], layout = "channels_first"} : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x7xf32>
// expected-error@+1 {{graph.max_pool: a window of 9 does not fit in the padded extent 8 of spatial axis 1}}
%21 = graph.max_pool %x {window = [2, 9], strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], layout = "channels_first"} : (tensor<1x3x8x8xf32>) -> tensor<1x3x7x7xf32>
// expected-error@+1 {{graph.average_pool: attribute 'ceil_extra' has 1 entries for 2 spatial axes}}
%22 = graph.average_pool %x {window = [2, 2], strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], ceil_extra = [0], layout = "channels_first"} : (tensor<1x3x8x8xf32>) -> tensor<1x3x7x7xf32>

// -----

%a = "test.value"() : () -> tensor<2x3xf32>
%v = "test.value"() : () -> tensor<3xf32>
%x = "test.value"() : () -> tensor<1x3x8x8xf32>
// expected-error@+1 {{graph.matmul: the rows of the left matrices have 3 elements, the columns of the right ones 2}}
%0 = graph.matmul %a, %a : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.matmul: operands must have at least two axes, not [2, 3] and [3]}}
%1 = graph.matmul %a, %v : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.layer_norm: scale and bias must broadcast to tensor<3xf32>, not tensor<2x3xf32>}}
%2 = graph.layer_norm %a, %a {axis = 1, epsilon = 0.0} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.softmax: axis 2 is not an axis of a tensor of rank 2}}
%3 = graph.softmax %a {axis = 2} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.lrn: size must be positive, not 0}}
%4 = graph.lrn %x {size = 0, alpha = 1.0, beta = 1.0, bias = 1.0, layout = "channels_first"} : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
// expected-error@+1 {{graph.resize: attribute 'scales' has 2 entries for 4 axes}}
%5 = graph.resize %x {mode = "linear", coordinates = "half_pixel", scales = [2.0, 2.0]} : (tensor<1x3x8x8xf32>) -> tensor<1x3x16x16xf32>
// expected-error@+1 {{graph.resize: scales must be positive, not -2}}
%6 = graph.resize %x {mode = "linear", coordinates = "half_pixel", axes = [2, 3], scales = [2.0, -2.0]} : (tensor<1x3x8x8xf32>) -> tensor<1x3x16x16xf32>
%d = "test.value"() : () -> tensor<3x2xf64>
%p = "test.value"() : () -> tensor<2x2x3xf32>
%q = "test.value"() : () -> tensor<3x3x2xf32>
%e = "test.value"() : () -> tensor<2x0xf32>
%z = "test.value"() : () -> tensor<1x3x0x8xf32>
%u = "test.value"() : () -> tensor<1x3x?x8xf32>
// expected-error@+1 {{graph.matmul: operands must have one element type, found f32 and f64}}
%7 = graph.matmul %a, %d : (tensor<2x3xf32>, tensor<3x2xf64>) -> tensor<2x2xf32>
// expected-error@+1 {{graph.matmul: operands of shape [2] and [3] do not broadcast: axis 1 from the end is 2 and 3}}
%8 = graph.matmul %p, %q : (tensor<2x2x3xf32>, tensor<3x3x2xf32>) -> tensor<2x2x2xf32>
// expected-error@+1 {{graph.matmul: attribute 'transpose_a' must be true or false, not 1}}
%9 = graph.matmul %a, %a {transpose_a = 1} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3x3xf32>
// expected-error@+1 {{graph.layer_norm: the normalized axes [0] have no elements}}
%10 = graph.layer_norm %e {axis = 1, epsilon = 0.0} : (tensor<2x0xf32>) -> tensor<2x0xf32>
// expected-error@+1 {{graph.layer_norm: axis 2 is not an axis of a tensor of rank 2}}
%11 = graph.layer_norm %a {axis = 2, epsilon = 0.0} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.layer_norm: expected operands (x, scale?, bias?), found 4}}
%12 = graph.layer_norm %a, %v, %v, %v {axis = 1, epsilon = 0.0} : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.layer_norm: attribute 'epsilon' must be a float, not 1}}
%13 = graph.layer_norm %a {axis = 1, epsilon = 1} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.rms_norm: scale and bias must broadcast to tensor<3xf32>, not tensor<2x3xf32>}}
%14 = graph.rms_norm %a, %a {axis = 1, epsilon = 0.0} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.lrn: the operand must have batch and channels, but has rank 1}}
%15 = graph.lrn %v {size = 1, alpha = 1.0, beta = 1.0, bias = 1.0, layout = "channels_first"} : (tensor<3xf32>) -> tensor<3xf32>
// expected-error@+1 {{graph.resize: a resize keeps element type and rank, but tensor<1x3x8x8xf32> becomes tensor<3x8x8xf32>}}
%16 = graph.resize %x {mode = "linear", coordinates = "half_pixel"} : (tensor<1x3x8x8xf32>) -> tensor<3x8x8xf32>
// expected-error@+1 {{graph.resize: axis 2 has no elements to resample}}
%17 = graph.resize %z {mode = "linear", coordinates = "half_pixel"} : (tensor<1x3x0x8xf32>) -> tensor<1x3x8x8xf32>
// expected-error@+1 {{graph.resize: an extent is unknown: the graph dialect takes static and symbolic ones}}
%18 = graph.resize %u {mode = "linear", coordinates = "half_pixel"} : (tensor<1x3x?x8xf32>) -> tensor<1x3x8x8xf32>
// expected-error@+1 {{graph.resize: attribute 'mode' must be one of "nearest", "linear", "cubic", not "area"}}
%19 = graph.resize %x {mode = "area", coordinates = "half_pixel"} : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
// expected-error@+1 {{graph.resize: attribute 'roi' has 2 entries, but 4 are needed: starts, then ends}}
%20 = graph.resize %x {mode = "linear", coordinates = "tf_crop_and_resize", axes = [2, 3], roi = [0.0, 1.0]} : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
// expected-error@+1 {{graph.resize: attribute 'scales' must be an array of floats, not 2.0}}
%21 = graph.resize %x {mode = "linear", coordinates = "half_pixel", scales = 2.0} : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>
// expected-error@+1 {{graph.resize: axis 4 is not an axis of a tensor of rank 4}}
%22 = graph.resize %x {mode = "linear", coordinates = "half_pixel", axes = [4]} : (tensor<1x3x8x8xf32>) -> tensor<1x3x8x8xf32>

// -----

%x = "test.value"() : () -> tensor<5x1x3xf32>
%w = "test.value"() : () -> tensor<1x8x3xf32>
%r = "test.value"() : () -> tensor<1x8x2xf32>
// expected-error@+1 {{graph.lstm: 'w' has shape [1, 8, 3], but [1, 12, 3] follows}}
%0, %1, %2 = graph.lstm %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, hidden_size = 3} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
// expected-error@+1 {{graph.lstm: attribute 'activations' has 2 entries, but 3 are needed}}
%3, %4, %5 = graph.lstm %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, hidden_size = 2, activations = ["Tanh", "Tanh"]} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
// expected-error@+1 {{graph.lstm: "Mish" is not an activation}}
%6, %7, %8 = graph.lstm %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, hidden_size = 2, activations = ["Tanh", "Mish", "Tanh"]} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
%m = "test.value"() : () -> tensor<5x3xf32>
// expected-error@+1 {{graph.lstm: hidden_size must be positive, not 0}}
%9, %10, %11 = graph.lstm %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, hidden_size = 0} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
// expected-error@+1 {{graph.lstm: attribute 'direction' must be one of "forward", "reverse", "bidirectional", not "both"}}
%12, %13, %14 = graph.lstm %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, hidden_size = 2, direction = "both"} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
// expected-error@+1 {{graph.lstm: attribute 'activations' must be an array of strings, not "Tanh"}}
%15, %16, %17 = graph.lstm %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, hidden_size = 2, activations = "Tanh"} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
// expected-error@+1 {{graph.lstm: x must have three axes, not [5, 3]}}
%18, %19, %20 = graph.lstm %m, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, hidden_size = 2} : (tensor<5x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
// expected-error@+1 {{graph.lstm: expected operands (x, w?, r, bias?, sequence_lengths?, initial_h?, initial_c?, peephole?), found 3}}
%21, %22, %23 = graph.lstm %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0, 0, 0>, hidden_size = 2} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
// expected-error@+1 {{graph.lstm: attribute 'operandSegmentSizes' is missing}}
%24, %25, %26 = graph.lstm %x, %w, %r {hidden_size = 2} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
// expected-error@+1 {{graph.gru: 'w' has shape [1, 8, 3], but [1, 6, 3] follows}}
%27, %28 = graph.gru %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, hidden_size = 2} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>)
// expected-error@+1 {{graph.rnn: results are (tensor<5x1x1x8xf32>, tensor<1x1x2xf32>), but (tensor<5x1x1x8xf32>, tensor<1x1x8xf32>) follows}}
%29, %30 = graph.rnn %x, %w, %s {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0>, hidden_size = 8} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x8xf32>) -> (tensor<5x1x1x8xf32>, tensor<1x1x2xf32>)
%s = "test.value"() : () -> tensor<1x8x8xf32>

// -----

%a = "test.value"() : () -> tensor<2x3xf32>
%x = "test.value"() : () -> tensor<1x3x8x8xf32>
// expected-error@+1 {{graph.softmax: attribute 'axis' must be an integer, not 1.0e+00}}
%0 = graph.softmax %a {axis = 1.0} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.log_softmax: axis -1 is negative: axes count from 0}}
%1 = graph.log_softmax %a {axis = -1} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.max_pool: attribute 'window' must be an array of integers, not 2}}
%2 = graph.max_pool %x {window = 2, strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], layout = "channels_first"} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
// expected-error@+1 {{graph.max_pool: attribute 'layout' is missing}}
%3 = graph.max_pool %x {window = [2, 2], strides = [2, 2], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0]} : (tensor<1x3x8x8xf32>) -> tensor<1x3x4x4xf32>
// expected-error@+2 {{graph.softmax: attribute 'axis' is missing}}
// expected-note@+1 {{there is 'axes': did you mean 'axis'?}}
%4 = graph.softmax %a {axes = 1} : (tensor<2x3xf32>) -> tensor<2x3xf32>

// -----

%q = "test.value"() : () -> tensor<2x6x5x4xf32>
%k = "test.value"() : () -> tensor<2x6x7x4xf32>
%d = "test.value"() : () -> tensor<2x6x7x4xf64>
%s = "test.value"() : () -> tensor<2x6x7x3xf32>
%b = "test.value"() : () -> tensor<1x6x7x4xf32>
%h = "test.value"() : () -> tensor<2x4x7x4xf32>
%l = "test.value"() : () -> tensor<2x6x8x4xf32>
%t = "test.value"() : () -> tensor<5x4xf32>
%m = "test.value"() : () -> tensor<6x1xf32>
// expected-error@+1 {{graph.attention: operands must have one element type}}
%0 = graph.attention %q, %k, %d {scale = 1.0} : (tensor<2x6x5x4xf32>, tensor<2x6x7x4xf32>, tensor<2x6x7x4xf64>) -> tensor<2x6x5x4xf32>
// expected-error@+1 {{graph.attention: operands must have heads, length and size, not shapes [5, 4], [5, 4] and [5, 4]}}
%1 = graph.attention %t, %t, %t {scale = 1.0} : (tensor<5x4xf32>, tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<5x4xf32>
// expected-error@+1 {{graph.attention: operands must have the same batches, not shapes [2, 6, 5, 4], [1, 6, 7, 4] and [2, 6, 7, 4]}}
%2 = graph.attention %q, %b, %k {scale = 1.0} : (tensor<2x6x5x4xf32>, tensor<1x6x7x4xf32>, tensor<2x6x7x4xf32>) -> tensor<2x6x5x4xf32>
// expected-error@+1 {{graph.attention: queries have 4 elements, keys 3}}
%3 = graph.attention %q, %s, %s {scale = 1.0} : (tensor<2x6x5x4xf32>, tensor<2x6x7x3xf32>, tensor<2x6x7x3xf32>) -> tensor<2x6x5x3xf32>
// expected-error@+1 {{graph.attention: keys and values must be as many, but have shapes [2, 6, 5, 4], [2, 6, 7, 4] and [2, 6, 8, 4]}}
%4 = graph.attention %q, %k, %l {scale = 1.0} : (tensor<2x6x5x4xf32>, tensor<2x6x7x4xf32>, tensor<2x6x8x4xf32>) -> tensor<2x6x5x4xf32>
// expected-error@+1 {{graph.attention: 4 heads of keys do not divide 6 heads of queries}}
%5 = graph.attention %q, %h, %h {scale = 1.0} : (tensor<2x6x5x4xf32>, tensor<2x4x7x4xf32>, tensor<2x4x7x4xf32>) -> tensor<2x6x5x4xf32>
// expected-error@+1 {{graph.attention: attribute 'causal' is one number, not 2}}
%6 = graph.attention %q, %k, %k {scale = 1.0, causal = #kiln.dims<[0, 1]>} : (tensor<2x6x5x4xf32>, tensor<2x6x7x4xf32>, tensor<2x6x7x4xf32>) -> tensor<2x6x5x4xf32>
// expected-error@+1 {{graph.attention: softcap must be positive, not 0}}
%7 = graph.attention %q, %k, %k {scale = 1.0, softcap = 0.0} : (tensor<2x6x5x4xf32>, tensor<2x6x7x4xf32>, tensor<2x6x7x4xf32>) -> tensor<2x6x5x4xf32>
// expected-error@+1 {{graph.attention: the mask must broadcast to [2, 6, 5, 7], not have shape [6, 1]}}
%8 = graph.attention %q, %k, %k, %m {scale = 1.0} : (tensor<2x6x5x4xf32>, tensor<2x6x7x4xf32>, tensor<2x6x7x4xf32>, tensor<6x1xf32>) -> tensor<2x6x5x4xf32>
// expected-error@+1 {{graph.attention: the mask must have elements of f32, not f64}}
%9 = graph.attention %q, %k, %k, %d {scale = 1.0} : (tensor<2x6x5x4xf32>, tensor<2x6x7x4xf32>, tensor<2x6x7x4xf32>, tensor<2x6x7x4xf64>) -> tensor<2x6x5x4xf32>

// -----

%x = "test.value"() : () -> tensor<2x5x8xf32>
%a = "test.value"() : () -> tensor<5x4xf32>
%b = "test.value"() : () -> tensor<5x8xf32>
%c = "test.value"() : () -> tensor<3x4xf32>
%d = "test.value"() : () -> tensor<5x4xf64>
%e = "test.value"() : () -> tensor<f32>
%f = "test.value"() : () -> tensor<5x3xf32>
%g = "test.value"() : () -> tensor<2x?xf32, #kiln.dims<[2, N]>>
// expected-error@+1 {{graph.rotary_embedding: operands must have one element type}}
%0 = graph.rotary_embedding %x, %d, %d : (tensor<2x5x8xf32>, tensor<5x4xf64>, tensor<5x4xf64>) -> tensor<2x5x8xf32>
// expected-error@+1 {{graph.rotary_embedding: operands must have an axis of elements to turn}}
%1 = graph.rotary_embedding %x, %e, %e : (tensor<2x5x8xf32>, tensor<f32>, tensor<f32>) -> tensor<2x5x8xf32>
// expected-error@+1 {{graph.rotary_embedding: 3 of 8 elements cannot be turned in pairs}}
%2 = graph.rotary_embedding %x, %f, %f {rotary_dim = 3} : (tensor<2x5x8xf32>, tensor<5x3xf32>, tensor<5x3xf32>) -> tensor<2x5x8xf32>
// expected-error@+1 {{graph.rotary_embedding: cosines of shape [5, 4], but sines of shape [5, 8]}}
%3 = graph.rotary_embedding %x, %a, %b : (tensor<2x5x8xf32>, tensor<5x4xf32>, tensor<5x8xf32>) -> tensor<2x5x8xf32>
// expected-error@+1 {{graph.rotary_embedding: 3 angles are neither one for each of 8 elements nor for each pair}}
%4 = graph.rotary_embedding %x, %f, %f : (tensor<2x5x8xf32>, tensor<5x3xf32>, tensor<5x3xf32>) -> tensor<2x5x8xf32>
// expected-error@+1 {{graph.rotary_embedding: angles of shape [3, 4] do not broadcast to [2, 5, 8]}}
%5 = graph.rotary_embedding %x, %c, %c : (tensor<2x5x8xf32>, tensor<3x4xf32>, tensor<3x4xf32>) -> tensor<2x5x8xf32>
// expected-error@+1 {{graph.rotary_embedding: the last axis must be static, not N}}
%6 = graph.rotary_embedding %g, %a, %a : (tensor<2x?xf32, #kiln.dims<[2, N]>>, tensor<5x4xf32>, tensor<5x4xf32>) -> tensor<2x?xf32, #kiln.dims<[2, N]>>

// -----

%q = "test.value"() : () -> tensor<8x16xui8>
%r = "test.value"() : () -> tensor<8x16xi8>
%o = "test.value"() : () -> tensor<ui8>
%s = "test.value"() : () -> tensor<8x2xf32>
%t = "test.value"() : () -> tensor<8x3xf32>
%u = "test.value"() : () -> tensor<f32>
%v = "test.value"() : () -> tensor<8x?xf32, #kiln.dims<[8, N]>>
// expected-error@+1 {{graph.dequantize_blocks: codes are packed in bytes, ui8, not in i8}}
%0 = graph.dequantize_blocks %r, %s {bits = 4, length = 32} : (tensor<8x16xi8>, tensor<8x2xf32>) -> tensor<8x32xf32>
// expected-error@+1 {{graph.dequantize_blocks: codes have 1, 2, 4 or 8 bits, not 3}}
%1 = graph.dequantize_blocks %q, %s {bits = 3, length = 32} : (tensor<8x16xui8>, tensor<8x2xf32>) -> tensor<8x32xf32>
// expected-error@+1 {{graph.dequantize_blocks: zeros must be of the scales' type tensor<8x2xf32>, not tensor<8x3xf32>}}
%2 = graph.dequantize_blocks %q, %s, %t {bits = 4, length = 32} : (tensor<8x16xui8>, tensor<8x2xf32>, tensor<8x3xf32>) -> tensor<8x32xf32>
// expected-error@+1 {{graph.dequantize_blocks: codes and scales must have an axis of blocks}}
%3 = graph.dequantize_blocks %o, %u {bits = 4, length = 32} : (tensor<ui8>, tensor<f32>) -> tensor<f32>
// expected-error@+1 {{graph.dequantize_blocks: the last axes of codes and scales must be static}}
%4 = graph.dequantize_blocks %q, %v {bits = 4, length = 32} : (tensor<8x16xui8>, tensor<8x?xf32, #kiln.dims<[8, N]>>) -> tensor<8x32xf32>
// expected-error@+1 {{graph.dequantize_blocks: scales of shape [8, 3] do not cut codes of shape [8, 16] into blocks}}
%5 = graph.dequantize_blocks %q, %t {bits = 4, length = 32} : (tensor<8x16xui8>, tensor<8x3xf32>) -> tensor<8x32xf32>
// expected-error@+1 {{graph.dequantize_blocks: 2 blocks of 16 codes do not hold the length}}
%6 = graph.dequantize_blocks %q, %s {bits = 4, length = 33} : (tensor<8x16xui8>, tensor<8x2xf32>) -> tensor<8x33xf32>
