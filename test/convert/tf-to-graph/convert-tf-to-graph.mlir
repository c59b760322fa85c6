// RUN: kiln-opt %s --convert-tf-to-graph --dce | FileCheck %s

// Padding becomes explicit, also of open extents; filters are put in order.
// CHECK-LABEL: sym_name = "same"
// CHECK-DAG:  %[[FILTER:[0-9]+]] = graph.transpose %arg1 {permutation = [3, 2, 0, 1]}
// CHECK-DAG:  %[[PADDED:[0-9]+]] = graph.pad %arg0
// CHECK:      graph.conv %[[PADDED]], %[[FILTER]]
// CHECK-SAME: layout = "channels_last", pad_high = [0, 0], pad_low = [0, 0]
func.func {sym_name = "same", function_type = (tensor<1x?x?x2xf32, #kiln.dims<[1, H, W, 2]>>, tensor<3x3x2x4xf32>) -> tensor<*xf32>} ({
^bb0(%x: tensor<1x?x?x2xf32, #kiln.dims<[1, H, W, 2]>>, %w: tensor<3x3x2x4xf32>):
  %y = tf.Conv2D %x, %w {T = f32, data_format = "NHWC", dilations = [1, 1, 1, 1], explicit_paddings = [], padding = "SAME", strides = [1, 2, 2, 1]} : (tensor<1x?x?x2xf32, #kiln.dims<[1, H, W, 2]>>, tensor<3x3x2x4xf32>) -> tensor<*xf32>
  func.return %y : (tensor<*xf32>) -> ()
})

// Shape arithmetic is evaluated where graph ops are made of it.
// CHECK-LABEL: sym_name = "rows"
// CHECK-NOT:  graph.gather
// CHECK-NOT:  graph.slice
// CHECK:      graph.reshape %arg0 : (tensor<?x3x4xf32, #kiln.dims<[N, 3, 4]>>) -> tensor<?x12xf32, #kiln.dims<[N, 12]>>
func.func {sym_name = "rows", function_type = (tensor<?x3x4xf32, #kiln.dims<[N, 3, 4]>>) -> tensor<*xf32>} ({
^bb0(%x: tensor<?x3x4xf32, #kiln.dims<[N, 3, 4]>>):
  %0 = tf.Shape %x {T = f32, out_type = i32} : (tensor<?x3x4xf32, #kiln.dims<[N, 3, 4]>>) -> tensor<*xi32>
  %1 = tf.Const {value = dense<[0]> : tensor<1xi32>} : () -> tensor<1xi32>
  %2 = tf.Const {value = dense<[1]> : tensor<1xi32>} : () -> tensor<1xi32>
  %3 = tf.StridedSlice %0, %1, %2, %2 {Index = i32, T = i32, begin_mask = 0, ellipsis_mask = 0, end_mask = 0, new_axis_mask = 0, shrink_axis_mask = 1} : (tensor<*xi32>, tensor<1xi32>, tensor<1xi32>, tensor<1xi32>) -> tensor<*xi32>
  %4 = tf.Const {value = dense<12> : tensor<i32>} : () -> tensor<i32>
  %5 = tf.Pack %3, %4 {N = 2, T = i32, axis = 0} : (tensor<*xi32>, tensor<i32>) -> tensor<*xi32>
  %6 = tf.Reshape %x, %5 {T = f32, Tshape = i32} : (tensor<?x3x4xf32, #kiln.dims<[N, 3, 4]>>, tensor<*xi32>) -> tensor<*xf32>
  func.return %6 : (tensor<*xf32>) -> ()
})

// A loop whose condition data gives.
// CHECK-LABEL: sym_name = "while"
// CHECK:      graph.loop
// CHECK:      graph.matmul
// CHECK:      graph.yield
func.func {sym_name = "while", function_type = (tensor<2x3xf32>, tensor<i32>, tensor<3x3xf32>) -> tensor<*xf32>} ({
^bb0(%x: tensor<2x3xf32>, %count: tensor<i32>, %w: tensor<3x3xf32>):
  %0 = tf.Const {value = dense<0> : tensor<i32>} : () -> tensor<i32>
  %1:2 = tf.While %0, %x ({
  ^bb0(%i: tensor<*xi32>, %a: tensor<*xf32>):
    %2 = tf.Less %i, %count {T = i32} : (tensor<*xi32>, tensor<i32>) -> tensor<*xi1>
    tf.Yield %2 : (tensor<*xi1>) -> ()
  }, {
  ^bb0(%i: tensor<*xi32>, %a: tensor<*xf32>):
    %3 = tf.Const {value = dense<1> : tensor<i32>} : () -> tensor<i32>
    %4 = tf.AddV2 %i, %3 {T = i32} : (tensor<*xi32>, tensor<i32>) -> tensor<*xi32>
    %5 = tf.MatMul %a, %w {T = f32, grad_a = false, grad_b = false, transpose_a = false, transpose_b = false} : (tensor<*xf32>, tensor<3x3xf32>) -> tensor<*xf32>
    tf.Yield %4, %5 : (tensor<*xi32>, tensor<*xf32>) -> ()
  }) : (tensor<i32>, tensor<2x3xf32>) -> (tensor<*xi32>, tensor<*xf32>)
  func.return %1#1 : (tensor<*xf32>) -> ()
})
