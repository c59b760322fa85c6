// Ops absorbed by others: each rule on the smallest graph that it matches.
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/absorption.rules | FileCheck %s
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/absorption.rules --statistics -o %t 2>&1 \
// RUN:   | FileCheck %s --check-prefix=COUNT

// COUNT-DAG: {{[0-9]+}} apply-rules: transpose-into-left-of-matmul{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: transpose-into-right-of-matmul{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: pad-into-conv{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: pad-into-conv-with-bias{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: pad-into-conv-channels-last{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: pad-into-conv-channels-last-with-bias{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: pad-into-average-pool{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: pad-into-average-pool-channels-last{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: pad-into-max-pool{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: pad-into-max-pool-channels-last{{$}}

// matmul(transpose(a), b) = matmul(a, b) {transpose_a}, where only the last two axes are swapped
// CHECK-LABEL: sym_name = "transpose-into-left-of-matmul"
func.func {function_type = (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3x3xf32>, sym_name = "transpose-into-left-of-matmul"} ({
^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<2x3xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.matmul %arg0, %arg1 {transpose_a = true}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.transpose %arg0 {permutation = [1, 0]} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  %1 = graph.matmul %0, %arg1 : (tensor<3x2xf32>, tensor<2x3xf32>) -> tensor<3x3xf32>
  func.return %1 : (tensor<3x3xf32>) -> ()
})

// matmul(a, transpose(b)) = matmul(a, b) {transpose_b}, where only the last two axes are swapped
// CHECK-LABEL: sym_name = "transpose-into-right-of-matmul"
func.func {function_type = (tensor<5x6xf32>, tensor<5x6xf32>) -> tensor<5x5xf32>, sym_name = "transpose-into-right-of-matmul"} ({
^bb0(%arg0: tensor<5x6xf32>, %arg1: tensor<5x6xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.matmul %arg0, %arg1 {transpose_b = true}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.transpose %arg1 {permutation = [1, 0]} : (tensor<5x6xf32>) -> tensor<6x5xf32>
  %1 = graph.matmul %arg0, %0 : (tensor<5x6xf32>, tensor<6x5xf32>) -> tensor<5x5xf32>
  func.return %1 : (tensor<5x5xf32>) -> ()
})

// conv(pad(x, 0), w) = conv(x, w) with larger padding
// CHECK-LABEL: sym_name = "pad-into-conv"
func.func {function_type = (tensor<1x2x4x5xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x3x4xf32>, sym_name = "pad-into-conv"} ({
^bb0(%arg0: tensor<1x2x4x5xf32>, %arg1: tensor<3x2x3x3xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.conv %arg0, %arg1 {dilations = [1, 1], groups = 1, layout = "channels_first", pad_high = [1, 2], pad_low = [2, 3], strides = [2, 2]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.pad %arg0 {high = #kiln.dims<[0, 0, 0, 1]>, low = #kiln.dims<[0, 0, 1, 2]>, mode = "constant"} : (tensor<1x2x4x5xf32>) -> tensor<1x2x5x8xf32>
  %1 = graph.conv %0, %arg1 {dilations = [1, 1], groups = 1, layout = "channels_first", pad_high = [1, 1], pad_low = [1, 1], strides = [2, 2]} : (tensor<1x2x5x8xf32>, tensor<3x2x3x3xf32>) -> tensor<1x3x3x4xf32>
  func.return %1 : (tensor<1x3x3x4xf32>) -> ()
})

// conv(pad(x, 0), w, b) = conv(x, w, b) with larger padding
// CHECK-LABEL: sym_name = "pad-into-conv-with-bias"
func.func {function_type = (tensor<1x2x4x5xf32>, tensor<3x2x3x3xf32>, tensor<3xf32>) -> tensor<1x3x3x6xf32>, sym_name = "pad-into-conv-with-bias"} ({
^bb0(%arg0: tensor<1x2x4x5xf32>, %arg1: tensor<3x2x3x3xf32>, %arg2: tensor<3xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.conv %arg0, %arg1, %arg2 {dilations = [1, 1], groups = 1, layout = "channels_first", pad_high = [2, 3], pad_low = [1, 5], strides = [2, 2]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.pad %arg0 {high = #kiln.dims<[0, 0, 0, 1]>, low = #kiln.dims<[0, 0, 1, 2]>, mode = "constant"} : (tensor<1x2x4x5xf32>) -> tensor<1x2x5x8xf32>
  %1 = graph.conv %0, %arg1, %arg2 {dilations = [1, 1], groups = 1, layout = "channels_first", pad_high = [2, 2], pad_low = [0, 3], strides = [2, 2]} : (tensor<1x2x5x8xf32>, tensor<3x2x3x3xf32>, tensor<3xf32>) -> tensor<1x3x3x6xf32>
  func.return %1 : (tensor<1x3x3x6xf32>) -> ()
})

// conv(pad(x, 0), w) = conv(x, w) with larger padding, channels last
// CHECK-LABEL: sym_name = "pad-into-conv-channels-last"
func.func {function_type = (tensor<1x4x5x2xf32>, tensor<3x2x3x3xf32>) -> tensor<1x4x9x3xf32>, sym_name = "pad-into-conv-channels-last"} ({
^bb0(%arg0: tensor<1x4x5x2xf32>, %arg1: tensor<3x2x3x3xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.conv %arg0, %arg1 {dilations = [1, 1], groups = 1, layout = "channels_last", pad_high = [0, 3], pad_low = [2, 3], strides = [1, 1]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.pad %arg0 {high = #kiln.dims<[0, 0, 1, 0]>, low = #kiln.dims<[0, 1, 2, 0]>, mode = "constant"} : (tensor<1x4x5x2xf32>) -> tensor<1x5x8x2xf32>
  %1 = graph.conv %0, %arg1 {dilations = [1, 1], groups = 1, layout = "channels_last", pad_high = [0, 2], pad_low = [1, 1], strides = [1, 1]} : (tensor<1x5x8x2xf32>, tensor<3x2x3x3xf32>) -> tensor<1x4x9x3xf32>
  func.return %1 : (tensor<1x4x9x3xf32>) -> ()
})

// conv(pad(x, 0), w, b) = conv(x, w, b) with larger padding, channels last
// CHECK-LABEL: sym_name = "pad-into-conv-channels-last-with-bias"
func.func {function_type = (tensor<1x4x5x2xf32>, tensor<3x2x3x3xf32>, tensor<3xf32>) -> tensor<1x4x7x3xf32>, sym_name = "pad-into-conv-channels-last-with-bias"} ({
^bb0(%arg0: tensor<1x4x5x2xf32>, %arg1: tensor<3x2x3x3xf32>, %arg2: tensor<3xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.conv %arg0, %arg1, %arg2 {dilations = [2, 2], groups = 1, layout = "channels_last", pad_high = [2, 3], pad_low = [2, 3], strides = [1, 1]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.pad %arg0 {high = #kiln.dims<[0, 0, 1, 0]>, low = #kiln.dims<[0, 1, 2, 0]>, mode = "constant"} : (tensor<1x4x5x2xf32>) -> tensor<1x5x8x2xf32>
  %1 = graph.conv %0, %arg1, %arg2 {dilations = [2, 2], groups = 1, layout = "channels_last", pad_high = [2, 2], pad_low = [1, 1], strides = [1, 1]} : (tensor<1x5x8x2xf32>, tensor<3x2x3x3xf32>, tensor<3xf32>) -> tensor<1x4x7x3xf32>
  func.return %1 : (tensor<1x4x7x3xf32>) -> ()
})

// average_pool(pad(x, 0)) = average_pool(x) with padding that counts
// CHECK-LABEL: sym_name = "pad-into-average-pool"
func.func {function_type = (tensor<1x2x4x5xf32>) -> tensor<1x2x3x4xf32>, sym_name = "pad-into-average-pool"} ({
^bb0(%arg0: tensor<1x2x4x5xf32>):
  // CHECK:      %[[V0:[0-9]+]] = graph.average_pool %arg0 {count_include_pad = true, dilations = [2, 3], layout = "channels_first", pad_high = [0, 1], pad_low = [1, 1], strides = [2, 2], window = [1, 1]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.pad %arg0 {high = #kiln.dims<[0, 0, 0, 1]>, low = #kiln.dims<[0, 0, 1, 1]>, mode = "constant"} : (tensor<1x2x4x5xf32>) -> tensor<1x2x5x7xf32>
  %1 = graph.average_pool %0 {count_include_pad = false, dilations = [2, 3], layout = "channels_first", pad_high = [0, 0], pad_low = [0, 0], strides = [2, 2], window = [1, 1]} : (tensor<1x2x5x7xf32>) -> tensor<1x2x3x4xf32>
  func.return %1 : (tensor<1x2x3x4xf32>) -> ()
})

// average_pool(pad(x, 0)) = average_pool(x) with padding that counts, channels last
// CHECK-LABEL: sym_name = "pad-into-average-pool-channels-last"
func.func {function_type = (tensor<1x4x5x2xf32>) -> tensor<1x3x4x2xf32>, sym_name = "pad-into-average-pool-channels-last"} ({
^bb0(%arg0: tensor<1x4x5x2xf32>):
  // CHECK:      %[[V0:[0-9]+]] = graph.average_pool %arg0 {count_include_pad = true, dilations = [2, 2], layout = "channels_last", pad_high = [0, 1], pad_low = [1, 1], strides = [2, 2], window = [1, 1]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.pad %arg0 {high = #kiln.dims<[0, 0, 1, 0]>, low = #kiln.dims<[0, 1, 1, 0]>, mode = "constant"} : (tensor<1x4x5x2xf32>) -> tensor<1x5x7x2xf32>
  %1 = graph.average_pool %0 {count_include_pad = false, dilations = [2, 2], layout = "channels_last", pad_high = [0, 0], pad_low = [0, 0], strides = [2, 2], window = [1, 1]} : (tensor<1x5x7x2xf32>) -> tensor<1x3x4x2xf32>
  func.return %1 : (tensor<1x3x4x2xf32>) -> ()
})

// max_pool(pad(x, -inf)) = max_pool(x) with larger padding
// CHECK-LABEL: sym_name = "pad-into-max-pool"
func.func {function_type = (tensor<1x2x4x5xf32>) -> tensor<1x2x4x4xf32>, sym_name = "pad-into-max-pool"} ({
^bb0(%arg0: tensor<1x2x4x5xf32>):
  // CHECK:      %[[V0:[0-9]+]] = graph.max_pool %arg0 {dilations = [1, 1], layout = "channels_first", pad_high = [2, 3], pad_low = [1, 1], strides = [2, 2], window = [1, 2]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.pad %arg0, %0 {high = #kiln.dims<[0, 0, 0, 1]>, low = #kiln.dims<[0, 0, 1, 1]>, mode = "constant"} : (tensor<1x2x4x5xf32>, tensor<f32>) -> tensor<1x2x5x7xf32>
  %2 = graph.max_pool %1 {dilations = [1, 1], layout = "channels_first", pad_high = [2, 2], pad_low = [0, 0], strides = [2, 2], window = [1, 2]} : (tensor<1x2x5x7xf32>) -> tensor<1x2x4x4xf32>
  func.return %2 : (tensor<1x2x4x4xf32>) -> ()
})

// max_pool(pad(x, -inf)) = max_pool(x) with larger padding, channels last
// CHECK-LABEL: sym_name = "pad-into-max-pool-channels-last"
func.func {function_type = (tensor<1x4x5x2xf32>) -> tensor<1x6x6x2xf32>, sym_name = "pad-into-max-pool-channels-last"} ({
^bb0(%arg0: tensor<1x4x5x2xf32>):
  // CHECK:      %[[V0:[0-9]+]] = graph.max_pool %arg0 {dilations = [1, 2], layout = "channels_last", pad_high = [1, 2], pad_low = [1, 1], strides = [1, 1], window = [1, 2]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.constant {value = dense<0xFF800000> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.pad %arg0, %0 {high = #kiln.dims<[0, 0, 1, 0]>, low = #kiln.dims<[0, 1, 1, 0]>, mode = "constant"} : (tensor<1x4x5x2xf32>, tensor<f32>) -> tensor<1x5x7x2xf32>
  %2 = graph.max_pool %1 {dilations = [1, 2], layout = "channels_last", pad_high = [1, 1], pad_low = [0, 0], strides = [1, 1], window = [1, 2]} : (tensor<1x5x7x2xf32>) -> tensor<1x6x6x2xf32>
  func.return %2 : (tensor<1x6x6x2xf32>) -> ()
})
