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
// expected-error@+1 {{graph.conv: a window of 9 does not fit in the padded extent 8 of spatial axis 0}}
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
// expected-error@+1 {{graph.resize: there are 2 scales for 4 axes}}
%5 = graph.resize %x {mode = "linear", coordinates = "half_pixel", scales = [2.0, 2.0]} : (tensor<1x3x8x8xf32>) -> tensor<1x3x16x16xf32>
// expected-error@+1 {{graph.resize: scales must be positive, not -2}}
%6 = graph.resize %x {mode = "linear", coordinates = "half_pixel", axes = [2, 3], scales = [2.0, -2.0]} : (tensor<1x3x8x8xf32>) -> tensor<1x3x16x16xf32>

// -----

%x = "test.value"() : () -> tensor<5x1x3xf32>
%w = "test.value"() : () -> tensor<1x8x3xf32>
%r = "test.value"() : () -> tensor<1x8x2xf32>
// expected-error@+1 {{graph.lstm: 'w' has shape [1, 8, 3], but [1, 12, 3] follows}}
%0, %1, %2 = graph.lstm %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, hidden_size = 3} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
// expected-error@+1 {{graph.lstm: there are 2 activations, but 3 are needed}}
%3, %4, %5 = graph.lstm %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, hidden_size = 2, activations = ["Tanh", "Tanh"]} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
// expected-error@+1 {{graph.lstm: "Mish" is not an activation}}
%6, %7, %8 = graph.lstm %x, %w, %r {operandSegmentSizes = array<i32: 1, 1, 1, 0, 0, 0, 0, 0>, hidden_size = 2, activations = ["Tanh", "Mish", "Tanh"]} : (tensor<5x1x3xf32>, tensor<1x8x3xf32>, tensor<1x8x2xf32>) -> (tensor<5x1x1x2xf32>, tensor<1x1x2xf32>, tensor<1x1x2xf32>)
