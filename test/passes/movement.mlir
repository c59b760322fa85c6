// What `simplify` knows of concatenations, slices, gathers and conversions beyond what rules say.
// RUN: kiln-opt %s --simplify | FileCheck %s

// CHECK-LABEL: sym_name = "concat_of_concat"
func.func {function_type = (tensor<1xf32>, tensor<2xf32>, tensor<3xf32>, tensor<0xf32>) -> tensor<7xf32>, sym_name = "concat_of_concat"} ({
^bb0(%a: tensor<1xf32>, %b: tensor<2xf32>, %c: tensor<3xf32>, %none: tensor<0xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[R:[0-9]+]] = graph.concat %arg0, %arg1, %arg2, %arg0 {axis = 0}
  // CHECK-NEXT: func.return %[[R]]
  %0 = graph.concat %b, %none, %c {axis = 0} : (tensor<2xf32>, tensor<0xf32>, tensor<3xf32>) -> tensor<5xf32>
  %1 = graph.concat %a, %0, %a {axis = 0} : (tensor<1xf32>, tensor<5xf32>, tensor<1xf32>) -> tensor<7xf32>
  func.return %1 : (tensor<7xf32>) -> ()
})

// A concatenation that others use, too, would be computed twice.
// CHECK-LABEL: sym_name = "concat_used_twice"
func.func {function_type = (tensor<2xf32>) -> (tensor<4xf32>, tensor<6xf32>), sym_name = "concat_used_twice"} ({
^bb0(%a: tensor<2xf32>):
  // CHECK: %[[INNER:[0-9]+]] = graph.concat %arg0, %arg0
  // CHECK: graph.concat %[[INNER]], %arg0
  %0 = graph.concat %a, %a {axis = 0} : (tensor<2xf32>, tensor<2xf32>) -> tensor<4xf32>
  %1 = graph.concat %0, %a {axis = 0} : (tensor<4xf32>, tensor<2xf32>) -> tensor<6xf32>
  func.return %0, %1 : (tensor<4xf32>, tensor<6xf32>) -> ()
})

// Taken apart and put together again.
// CHECK-LABEL: sym_name = "split_and_concat"
func.func {function_type = (tensor<2x9xf32>) -> tensor<2x9xf32>, sym_name = "split_and_concat"} ({
^bb0(%x: tensor<2x9xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x9xf32>) -> tensor<2x3xf32>
  %1 = graph.slice %x {starts = #kiln.dims<[0, 3]>, steps = [1, 1]} : (tensor<2x9xf32>) -> tensor<2x2xf32>
  %2 = graph.slice %x {starts = #kiln.dims<[0, 5]>, steps = [1, 1]} : (tensor<2x9xf32>) -> tensor<2x4xf32>
  %3 = graph.concat %0, %1, %2 {axis = 1} : (tensor<2x3xf32>, tensor<2x2xf32>, tensor<2x4xf32>) -> tensor<2x9xf32>
  func.return %3 : (tensor<2x9xf32>) -> ()
})

// Neighbours become one slice; what is out of order stays.
// CHECK-LABEL: sym_name = "some_slices_adjoin"
func.func {function_type = (tensor<9xf32>) -> tensor<7xf32>, sym_name = "some_slices_adjoin"} ({
^bb0(%x: tensor<9xf32>):
  // CHECK:      %[[LAST:[0-9]+]] = graph.slice %arg0 {starts = #kiln.dims<[7]>
  // CHECK-NEXT: %[[WHOLE:[0-9]+]] = graph.slice %arg0 {starts = #kiln.dims<[1]>, steps = [1]} : (tensor<9xf32>) -> tensor<5xf32>
  // CHECK-NEXT: graph.concat %[[LAST]], %[[WHOLE]]
  %0 = graph.slice %x {starts = #kiln.dims<[7]>, steps = [1]} : (tensor<9xf32>) -> tensor<2xf32>
  %1 = graph.slice %x {starts = #kiln.dims<[1]>, steps = [1]} : (tensor<9xf32>) -> tensor<3xf32>
  %2 = graph.slice %x {starts = #kiln.dims<[4]>, steps = [1]} : (tensor<9xf32>) -> tensor<2xf32>
  %3 = graph.concat %0, %1, %2 {axis = 0} : (tensor<2xf32>, tensor<3xf32>, tensor<2xf32>) -> tensor<7xf32>
  func.return %3 : (tensor<7xf32>) -> ()
})

// CHECK-LABEL: sym_name = "slice_of_concat"
func.func {function_type = (tensor<4xf32>, tensor<6xf32>) -> (tensor<2xf32>, tensor<3xf32>), sym_name = "slice_of_concat"} ({
^bb0(%a: tensor<4xf32>, %b: tensor<6xf32>):
  // CHECK:     %[[OF_B:[0-9]+]] = graph.slice %arg1 {starts = #kiln.dims<[3]>, steps = [-2]}
  // CHECK:     %[[BOTH:[0-9]+]] = graph.slice %{{[0-9]+}} {starts = #kiln.dims<[3]>, steps = [1]}
  // CHECK:     func.return %[[OF_B]], %[[BOTH]]
  %0 = graph.concat %a, %b {axis = 0} : (tensor<4xf32>, tensor<6xf32>) -> tensor<10xf32>
  %1 = graph.slice %0 {starts = #kiln.dims<[7]>, steps = [-2]} : (tensor<10xf32>) -> tensor<2xf32>
  %2 = graph.slice %0 {starts = #kiln.dims<[3]>, steps = [1]} : (tensor<10xf32>) -> tensor<3xf32>
  func.return %1, %2 : (tensor<2xf32>, tensor<3xf32>) -> ()
})

// CHECK-LABEL: sym_name = "slice_of_pad"
func.func {function_type = (tensor<?x4xf32, #kiln.dims<[N, 4]>>) -> tensor<?x3xf32, #kiln.dims<[N, 3]>>, sym_name = "slice_of_pad"} ({
^bb0(%x: tensor<?x4xf32, #kiln.dims<[N, 4]>>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[R:[0-9]+]] = graph.slice %arg0 {starts = #kiln.dims<[0, 1]>, steps = [1, 1]}
  // CHECK-NEXT: func.return %[[R]]
  %0 = graph.pad %x {low = #kiln.dims<[0, 2]>, high = #kiln.dims<[1, 2]>, mode = "edge"} : (tensor<?x4xf32, #kiln.dims<[N, 4]>>) -> tensor<?x8xf32, #kiln.dims<[N + 1, 8]>>
  %1 = graph.slice %0 {starts = #kiln.dims<[0, 3]>, steps = [1, 1]} : (tensor<?x8xf32, #kiln.dims<[N + 1, 8]>>) -> tensor<?x3xf32, #kiln.dims<[N, 3]>>
  func.return %1 : (tensor<?x3xf32, #kiln.dims<[N, 3]>>) -> ()
})

// CHECK-LABEL: sym_name = "slice_of_broadcast"
func.func {function_type = (tensor<1x5xf32>) -> tensor<2x3x2xf32>, sym_name = "slice_of_broadcast"} ({
^bb0(%x: tensor<1x5xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[S:[0-9]+]] = graph.slice %arg0 {starts = #kiln.dims<[0, 1]>, steps = [1, 2]} : (tensor<1x5xf32>) -> tensor<1x2xf32>
  // CHECK-NEXT: %[[R:[0-9]+]] = graph.broadcast %[[S]]
  // CHECK-NEXT: func.return %[[R]]
  %0 = graph.broadcast %x : (tensor<1x5xf32>) -> tensor<2x4x5xf32>
  %1 = graph.slice %0 {starts = #kiln.dims<[0, 1, 1]>, steps = [1, 1, 2]} : (tensor<2x4x5xf32>) -> tensor<2x3x2xf32>
  func.return %1 : (tensor<2x3x2xf32>) -> ()
})

// Indices with a step in common are a slice, also backwards and from the end; one index drops its axis.
// CHECK-LABEL: sym_name = "gather_to_slice"
func.func {function_type = (tensor<2x6xf32>) -> (tensor<2x3xf32>, tensor<2xf32>, tensor<2x3xf32>), sym_name = "gather_to_slice"} ({
^bb0(%x: tensor<2x6xf32>):
  // CHECK:     %[[BACK:[0-9]+]] = graph.slice %arg0 {starts = #kiln.dims<[0, 5]>, steps = [1, -2]}
  // CHECK:     %[[ONE:[0-9]+]] = graph.slice %arg0 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]}
  // CHECK:     %[[DROPPED:[0-9]+]] = graph.reshape %[[ONE]] : (tensor<2x1xf32>) -> tensor<2xf32>
  // CHECK:     %[[KEPT:[0-9]+]] = graph.gather
  // CHECK:     func.return %[[BACK]], %[[DROPPED]], %[[KEPT]]
  %back = graph.constant {value = dense<[-1, 3, 1]> : tensor<3xi64>} : () -> tensor<3xi64>
  %one = graph.constant {value = dense<4> : tensor<i64>} : () -> tensor<i64>
  %other = graph.constant {value = dense<[0, 1, 3]> : tensor<3xi64>} : () -> tensor<3xi64>
  %0 = graph.gather %x, %back {axis = 1} : (tensor<2x6xf32>, tensor<3xi64>) -> tensor<2x3xf32>
  %1 = graph.gather %x, %one {axis = 1} : (tensor<2x6xf32>, tensor<i64>) -> tensor<2xf32>
  %2 = graph.gather %x, %other {axis = 1} : (tensor<2x6xf32>, tensor<3xi64>) -> tensor<2x3xf32>
  func.return %0, %1, %2 : (tensor<2x3xf32>, tensor<2xf32>, tensor<2x3xf32>) -> ()
})

// A conversion that loses nothing is skipped, another is not.
// CHECK-LABEL: sym_name = "cast_of_cast"
func.func {function_type = (tensor<2xi32>, tensor<2xf64>) -> (tensor<2xf32>, tensor<2xf64>), sym_name = "cast_of_cast"} ({
^bb0(%x: tensor<2xi32>, %y: tensor<2xf64>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[A:[0-9]+]] = graph.cast %arg0 : (tensor<2xi32>) -> tensor<2xf32>
  // CHECK-NEXT: %[[B:[0-9]+]] = graph.cast %arg1 : (tensor<2xf64>) -> tensor<2xf32>
  // CHECK-NEXT: %[[C:[0-9]+]] = graph.cast %[[B]]
  // CHECK-NEXT: func.return %[[A]], %[[C]]
  %0 = graph.cast %x : (tensor<2xi32>) -> tensor<2xi64>
  %1 = graph.cast %0 : (tensor<2xi64>) -> tensor<2xf32>
  %2 = graph.cast %y : (tensor<2xf64>) -> tensor<2xf32>
  %3 = graph.cast %2 : (tensor<2xf32>) -> tensor<2xf64>
  func.return %1, %3 : (tensor<2xf32>, tensor<2xf64>) -> ()
})
