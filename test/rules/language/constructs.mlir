// RUN: kiln-opt %s --rules %S/constructs.rules | FileCheck %s

// CHECK-LABEL: sym_name = "set"
func.func {function_type = (tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>), sym_name = "set"} ({
^bb0(%x: tensor<2xf32>):
  // CHECK-DAG: graph.negate
  // CHECK-DAG: graph.pad
  // CHECK: func.return
  %0 = graph.pad %x {low = #kiln.dims<[0]>, high = #kiln.dims<[0]>, mode = "edge"} : (tensor<2xf32>) -> tensor<2xf32>
  %1 = graph.pad %x {low = #kiln.dims<[0]>, high = #kiln.dims<[0]>, mode = "reflect"} : (tensor<2xf32>) -> tensor<2xf32>
  func.return %0, %1 : (tensor<2xf32>, tensor<2xf32>) -> ()
})

// CHECK-LABEL: sym_name = "rest"
func.func {function_type = (tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>, sym_name = "rest"} ({
^bb0(%x: tensor<1x1x4x4xf32>, %w: tensor<1x1x2x2xf32>):
  // CHECK:      graph.conv %arg0, %arg1 {dilations = [1, 1], groups = 1, layout = "channels_first",
  // CHECK-SAME: pad_high = [0, 0], pad_low = [0, 0], strides = [4, 4]}
  %0 = graph.negate %x : (tensor<1x1x4x4xf32>) -> tensor<1x1x4x4xf32>
  %1 = graph.conv %0, %w {strides = [3, 3], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 1, layout = "channels_first"} : (tensor<1x1x4x4xf32>, tensor<1x1x2x2xf32>) -> tensor<1x1x1x1xf32>
  func.return %1 : (tensor<1x1x1x1xf32>) -> ()
})

// CHECK-LABEL: sym_name = "optional"
func.func {function_type = (tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>), sym_name = "optional"} ({
^bb0(%x: tensor<2x2xf32>):
  // CHECK: %[[C:.+]] = graph.constant
  // CHECK: graph.matmul %[[C]], %arg0
  // CHECK: graph.matmul %[[C]], %arg0
  // CHECK: graph.matmul %arg0, %[[C]] {transpose_b = true}
  %c = graph.constant {value = dense<1.0> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %0 = graph.matmul %x, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = graph.matmul %x, %c {transpose_b = false} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %2 = graph.matmul %x, %c {transpose_b = true} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  func.return %0, %1, %2 : (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> ()
})

// CHECK-LABEL: sym_name = "computed"
func.func {function_type = (tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>), sym_name = "computed"} ({
^bb0(%x: tensor<2x2xf32>):
  // CHECK: graph.log_softmax %arg0 {axis = 0}
  // CHECK: graph.softmax %arg0 {axis = 0}
  %0 = graph.softmax %x {axis = 1} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %1 = graph.softmax %x {axis = 0} : (tensor<2x2xf32>) -> tensor<2x2xf32>
  func.return %0, %1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> ()
})

// CHECK-LABEL: sym_name = "types"
func.func {function_type = (tensor<2x3xf32>, tensor<3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>), sym_name = "types"} ({
^bb0(%x: tensor<2x3xf32>, %y: tensor<3xf32>):
  // CHECK: graph.minimum %arg0, %arg0
  // CHECK: graph.maximum %arg0, %arg1
  %0 = graph.maximum %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %1 = graph.maximum %x, %y : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  func.return %0, %1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> ()
})

// CHECK-LABEL: sym_name = "names"
func.func {function_type = (tensor<3xi32>) -> tensor<3xi32>, sym_name = "names"} ({
^bb0(%x: tensor<3xi32>):
  // CHECK: %[[Q:.+]] = graph.multiply %arg0, %arg0
  // CHECK: graph.multiply %[[Q]], %[[Q]]
  %four = graph.constant {value = dense<4> : tensor<i32>} : () -> tensor<i32>
  %0 = graph.power %x, %four : (tensor<3xi32>, tensor<i32>) -> tensor<3xi32>
  func.return %0 : (tensor<3xi32>) -> ()
})

// CHECK-LABEL: sym_name = "benefit"
func.func {function_type = (tensor<3xf32>) -> tensor<3xf32>, sym_name = "benefit"} ({
^bb0(%x: tensor<3xf32>):
  // CHECK: graph.round
  %0 = graph.floor %x : (tensor<3xf32>) -> tensor<3xf32>
  func.return %0 : (tensor<3xf32>) -> ()
})

// CHECK-LABEL: sym_name = "rough"
func.func {function_type = (tensor<3xf32>) -> (tensor<3xf32>, tensor<3xf32>), sym_name = "rough"} ({
^bb0(%x: tensor<3xf32>):
  // CHECK-DAG: graph.sin
  // CHECK-DAG: graph.multiply %arg0
  // CHECK:     func.return
  %near = graph.constant {value = dense<3.14158> : tensor<f32>} : () -> tensor<f32>
  %far = graph.constant {value = dense<3.14> : tensor<f32>} : () -> tensor<f32>
  %0 = graph.multiply %near, %x : (tensor<f32>, tensor<3xf32>) -> tensor<3xf32>
  %1 = graph.multiply %x, %far : (tensor<3xf32>, tensor<f32>) -> tensor<3xf32>
  func.return %0, %1 : (tensor<3xf32>, tensor<3xf32>) -> ()
})

// CHECK-LABEL: sym_name = "operators"
func.func {function_type = (tensor<1x1x1xf32>) -> (tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>), sym_name = "operators"} ({
^bb0(%x: tensor<1x1x1xf32>):
  // CHECK: graph.reshape
  // CHECK: graph.transpose %arg0 {permutation = [2, 1, 0]}
  // CHECK: graph.reshape
  %0 = graph.transpose %x {permutation = [0, 1, 2]} : (tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  %1 = graph.transpose %x {permutation = [2, 1, 0]} : (tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  %2 = graph.transpose %x {permutation = [1, 0, 2]} : (tensor<1x1x1xf32>) -> tensor<1x1x1xf32>
  func.return %0, %1, %2 : (tensor<1x1x1xf32>, tensor<1x1x1xf32>, tensor<1x1x1xf32>) -> ()
})
