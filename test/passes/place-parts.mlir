// RUN: kiln-opt %s --outline --plan-kernels --place-parts | FileCheck %s
// A second run changes nothing.
// RUN: kiln-opt %s --outline --plan-kernels --place-parts --place-parts | FileCheck %s

// Both operands are written where the concatenation has them; who reads one of them reads it there.
// CHECK-LABEL: sym_name = "joined"
func.func {function_type = (tensor<2x3x4xf32>, tensor<2x3x5xf32>) -> (tensor<2x3x9xf32>, tensor<2x1x5xf32>), sym_name = "joined"} ({
^bb0(%x: tensor<2x3x4xf32>, %y: tensor<2x3x5xf32>):
  // CHECK: %[[A:[0-9]+]] = graph.fusion %arg0 {plan = {{.*}}, results_within = [#kiln.dims<[2, 3, 9]>]}
  // CHECK: %[[B:[0-9]+]] = graph.fusion %arg1 {plan = {{.*}}, results_within = [#kiln.dims<[2, 3, 9]>]}
  // CHECK: %[[C:[0-9]+]] = graph.concat %[[A]], %[[B]] {axis = 2, within = #kiln.dims<[2, 3, 9]>}
  // CHECK: graph.fusion %[[B]] {operands_within = [#kiln.dims<[2, 3, 9]>], plan = {{.*}}family = "reduce"
  // CHECK: func.return %[[C]]
  %0 = graph.exp %x : (tensor<2x3x4xf32>) -> tensor<2x3x4xf32>
  %1 = graph.exp %y : (tensor<2x3x5xf32>) -> tensor<2x3x5xf32>
  %2 = graph.concat %0, %1 {axis = 2} : (tensor<2x3x4xf32>, tensor<2x3x5xf32>) -> tensor<2x3x9xf32>
  %3 = graph.reduce_sum %1 {axes = [1]} : (tensor<2x3x5xf32>) -> tensor<2x1x5xf32>
  func.return %2, %3 : (tensor<2x3x9xf32>, tensor<2x1x5xf32>) -> ()
})

// Parts of parts lie in the outermost tensor.
// CHECK-LABEL: sym_name = "chain"
func.func {function_type = (tensor<2x4xf32>) -> tensor<2x12xf32>, sym_name = "chain"} ({
^bb0(%x: tensor<2x4xf32>):
  // CHECK: %[[A:[0-9]+]] = graph.fusion %arg0 {plan = {{.*}}, results_within = [#kiln.dims<[2, 12]>]}
  // CHECK: %[[B:[0-9]+]] = graph.fusion %arg0 {plan = {{.*}}, results_within = [#kiln.dims<[2, 12]>]}
  // CHECK: %[[C:[0-9]+]] = graph.concat %[[A]], %[[B]] {axis = 1, within = #kiln.dims<[2, 12]>}
  // CHECK: %[[D:[0-9]+]] = graph.fusion %[[C]] {operands_within = [#kiln.dims<[2, 12]>], plan = {{.*}}, results_within = [#kiln.dims<[2, 12]>]}
  // CHECK: graph.concat %[[C]], %[[D]] {axis = 1, within = #kiln.dims<[2, 12]>}
  %0 = graph.exp %x : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = graph.negate %x : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = graph.concat %0, %1 {axis = 1} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
  %3 = graph.slice %2 {starts = #kiln.dims<[0, 0]>, steps = [1, 2]} : (tensor<2x8xf32>) -> tensor<2x4xf32>
  %4 = graph.concat %2, %3 {axis = 1} : (tensor<2x8xf32>, tensor<2x4xf32>) -> tensor<2x12xf32>
  func.return %4 : (tensor<2x12xf32>) -> ()
})

// Parts one after the other need nothing of the kernels, and may be seen through a reshape.
// CHECK-LABEL: sym_name = "contiguous"
func.func {function_type = (tensor<6xf32>, tensor<1x4x3xf32>) -> tensor<1x6x3xf32>, sym_name = "contiguous"} ({
^bb0(%x: tensor<6xf32>, %y: tensor<1x4x3xf32>):
  // CHECK-NOT: results_within
  // CHECK: graph.concat %{{[0-9]+}}, %{{[0-9]+}} {axis = 1, within = #kiln.dims<[1, 6, 3]>}
  %0 = graph.exp %x : (tensor<6xf32>) -> tensor<6xf32>
  %1 = graph.reshape %0 {shape = #kiln.dims<[1, 2, 3]>} : (tensor<6xf32>) -> tensor<1x2x3xf32>
  %2 = graph.exp %y : (tensor<1x4x3xf32>) -> tensor<1x4x3xf32>
  %3 = graph.concat %1, %2 {axis = 1} : (tensor<1x2x3xf32>, tensor<1x4x3xf32>) -> tensor<1x6x3xf32>
  func.return %3 : (tensor<1x6x3xf32>) -> ()
})

// An input is copied to its place; more than one is not: the kernel stays.
// CHECK-LABEL: sym_name = "inputs"
func.func {function_type = (tensor<2x4xf32>, tensor<2x4xf32>) -> (tensor<2x8xf32>, tensor<2x8xf32>), sym_name = "inputs"} ({
^bb0(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>):
  // CHECK: %[[A:[0-9]+]] = graph.fusion %arg0 {plan = {{.*}}, results_within = [#kiln.dims<[2, 8]>]}
  // CHECK: %[[B:[0-9]+]] = graph.fusion %arg1 {plan = {{.*}}, results_within = [#kiln.dims<[2, 8]>]}
  // CHECK: graph.concat %[[B]], %[[A]] {axis = 1, within = #kiln.dims<[2, 8]>}
  // CHECK: graph.fusion %arg0, %arg1 {plan =
  %0 = graph.exp %x : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = graph.concat %y, %0 {axis = 1} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
  %2 = graph.concat %x, %y {axis = 1} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
  func.return %1, %2 : (tensor<2x8xf32>, tensor<2x8xf32>) -> ()
})

// What is an output itself is written there, and what has its place somewhere is copied elsewhere.
// CHECK-LABEL: sym_name = "taken"
func.func {function_type = (tensor<2x4xf32>, tensor<2x4xf32>) -> (tensor<2x4xf32>, tensor<2x8xf32>, tensor<2x8xf32>), sym_name = "taken"} ({
^bb0(%x: tensor<2x4xf32>, %y: tensor<2x4xf32>):
  // CHECK-NOT: within
  // CHECK: %[[B:[0-9]+]] = graph.fusion %arg1 {plan = {{.*}}, results_within = [#kiln.dims<[2, 8]>]}
  // CHECK: func.return
  %0 = graph.exp %x : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = graph.exp %y : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = graph.concat %0, %1 {axis = 1} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
  %3 = graph.concat %1, %1 {axis = 1} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
  func.return %0, %2, %3 : (tensor<2x4xf32>, tensor<2x8xf32>, tensor<2x8xf32>) -> ()
})

// A slice is read in place, also by a kernel that writes a part; one with steps is not.
// CHECK-LABEL: sym_name = "slices"
func.func {function_type = (tensor<2x9xf32>) -> (tensor<2x1xf32>, tensor<2x1xf32>), sym_name = "slices"} ({
^bb0(%x: tensor<2x9xf32>):
  // CHECK: %[[A:[0-9]+]] = graph.slice %arg0 {starts = #kiln.dims<[0, 3]>, steps = [1, 1], within = #kiln.dims<[2, 9]>}
  // CHECK: graph.fusion %[[A]] {operands_within = [#kiln.dims<[2, 9]>], plan = {{.*}}family = "reduce"
  // CHECK: graph.fusion %arg0 {plan = {{.*}}family = "map"
  %0 = graph.slice %x {starts = #kiln.dims<[0, 3]>, steps = [1, 1]} : (tensor<2x9xf32>) -> tensor<2x4xf32>
  %1 = graph.reduce_sum %0 {axes = [1]} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %2 = graph.slice %x {starts = #kiln.dims<[0, 1]>, steps = [1, 2]} : (tensor<2x9xf32>) -> tensor<2x4xf32>
  %3 = graph.reduce_sum %2 {axes = [1]} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  func.return %1, %3 : (tensor<2x1xf32>, tensor<2x1xf32>) -> ()
})

// Where the first part's extent is data, nothing is written in place: the second may be made before anyone knows where it
// goes.
// CHECK-LABEL: sym_name = "place_of_data"
func.func {function_type = (tensor<4xf32>, tensor<3xf32>, tensor<1xi64>) -> tensor<7xf32>, sym_name = "place_of_data"} ({
^bb0(%x: tensor<4xf32>, %y: tensor<3xf32>, %at: tensor<1xi64>):
  // CHECK: graph.bind_extents
  // CHECK-NOT: graph.concat {{.*}}within
  // CHECK: func.return
  %0 = graph.exp %y : (tensor<3xf32>) -> tensor<3xf32>
  graph.bind_extents %at {most = #kiln.dims<[4]>, symbols = #kiln.dims<[data.0]>} : (tensor<1xi64>) -> ()
  %1 = graph.slice %x {starts = #kiln.dims<[0]>, steps = [1]} : (tensor<4xf32>) -> tensor<?xf32, #kiln.dims<[data.0]>>
  %2 = graph.slice %x {starts = #kiln.dims<[data.0]>, steps = [1]} : (tensor<4xf32>) -> tensor<?xf32, #kiln.dims<[-data.0 + 4]>>
  %3 = graph.concat %1, %0, %2 {axis = 0} : (tensor<?xf32, #kiln.dims<[data.0]>>, tensor<3xf32>, tensor<?xf32, #kiln.dims<[-data.0 + 4]>>) -> tensor<7xf32>
  func.return %3 : (tensor<7xf32>) -> ()
})
