// Transposes and reshapes move to results, meet their inverse, and vanish into weights.
// RUN: kiln-opt %s --sink-transposes --dce | FileCheck %s

// A channel shuffle between channels-last ops: one transpose of the two axes that the channels are split into.
// CHECK-LABEL: sym_name = "shuffle"
func.func {function_type = (tensor<1x5x7x12xf32>) -> tensor<1x5x7x12xf32>, sym_name = "shuffle"} ({
^bb0(%x: tensor<1x5x7x12xf32>):
  // CHECK:      %[[SPLIT:[0-9]+]] = graph.reshape %arg0 : (tensor<1x5x7x12xf32>) -> tensor<1x5x7x3x4xf32>
  // CHECK-NEXT: %[[MOVED:[0-9]+]] = graph.transpose %[[SPLIT]] {permutation = [0, 1, 2, 4, 3]}
  // CHECK-NEXT: %[[WHOLE:[0-9]+]] = graph.reshape %[[MOVED]] : (tensor<1x5x7x4x3xf32>) -> tensor<1x5x7x12xf32>
  // CHECK-NEXT: func.return %[[WHOLE]]
  %0 = graph.reshape %x : (tensor<1x5x7x12xf32>) -> tensor<1x5x7x3x4xf32>
  %1 = graph.transpose %0 {permutation = [0, 4, 3, 1, 2]} : (tensor<1x5x7x3x4xf32>) -> tensor<1x4x3x5x7xf32>
  %2 = graph.reshape %1 : (tensor<1x4x3x5x7xf32>) -> tensor<1x12x5x7xf32>
  %3 = graph.transpose %2 {permutation = [0, 2, 3, 1]} : (tensor<1x12x5x7xf32>) -> tensor<1x5x7x12xf32>
  func.return %3 : (tensor<1x5x7x12xf32>) -> ()
})

// Axes that the reshape splits are moved apart: nothing to be had.
// CHECK-LABEL: sym_name = "apart"
func.func {function_type = (tensor<6x5x7xf32>) -> tensor<2x5x7x3xf32>, sym_name = "apart"} ({
^bb0(%x: tensor<6x5x7xf32>):
  // CHECK:      graph.transpose %arg0 {permutation = [2, 1, 0]}
  // CHECK-NEXT: graph.reshape
  // CHECK-NEXT: graph.transpose
  %0 = graph.transpose %x {permutation = [2, 1, 0]} : (tensor<6x5x7xf32>) -> tensor<7x5x6xf32>
  %1 = graph.reshape %0 : (tensor<7x5x6xf32>) -> tensor<35x2x3xf32>
  %2 = graph.transpose %1 {permutation = [1, 0, 2]} : (tensor<35x2x3xf32>) -> tensor<2x35x3xf32>
  %3 = graph.reshape %2 : (tensor<2x35x3xf32>) -> tensor<2x5x7x3xf32>
  func.return %3 : (tensor<2x5x7x3xf32>) -> ()
})

// The weights of a product of what was flattened take the other order; the transpose of a constant is folded elsewhere.
// CHECK-LABEL: sym_name = "flatten"
func.func {function_type = (tensor<2x2x2x3xf32>) -> tensor<2x1xf32>, sym_name = "flatten"} ({
^bb0(%x: tensor<2x2x2x3xf32>):
  // CHECK-DAG:  %[[X:.+]] = graph.reshape %arg0 : (tensor<2x2x2x3xf32>) -> tensor<2x12xf32>
  // CHECK-DAG:  %[[S:.+]] = graph.reshape %{{.+}} -> tensor<3x2x2x1xf32>
  // CHECK-DAG:  %[[T:.+]] = graph.transpose %[[S]] {permutation = [1, 2, 0, 3]}
  // CHECK-DAG:  %[[W:.+]] = graph.reshape %[[T]] : (tensor<2x2x3x1xf32>) -> tensor<12x1xf32>
  // CHECK:      graph.matmul %[[X]], %[[W]]
  %w = graph.constant {value = dense<[[1.0], [2.0], [3.0], [4.0], [5.0], [6.0], [7.0], [8.0], [9.0], [10.0], [11.0], [12.0]]> : tensor<12x1xf32>} : () -> tensor<12x1xf32>
  %0 = graph.transpose %x {permutation = [0, 3, 1, 2]} : (tensor<2x2x2x3xf32>) -> tensor<2x3x2x2xf32>
  %1 = graph.reshape %0 : (tensor<2x3x2x2xf32>) -> tensor<2x12xf32>
  %2 = graph.matmul %1, %w : (tensor<2x12xf32>, tensor<12x1xf32>) -> tensor<2x1xf32>
  func.return %2 : (tensor<2x1xf32>) -> ()
})

// Squeeze and excite: what is between products of single pixels becomes their epilogue.
// CHECK-LABEL: sym_name = "unit_axes"
func.func {function_type = (tensor<?x1x1x6xf32, #kiln.dims<[N, 1, 1, 6]>>) -> tensor<?x1x1x6xf32, #kiln.dims<[N, 1, 1, 6]>>, sym_name = "unit_axes"} ({
^bb0(%x: tensor<?x1x1x6xf32, #kiln.dims<[N, 1, 1, 6]>>):
  // CHECK:      %[[S:.+]] = graph.softmax %arg0
  // CHECK-NOT:  graph.reshape %[[S]]
  // CHECK:      %[[A:.+]] = graph.add %[[S]], %{{.+}} -> tensor<?x1x1x6xf32
  // CHECK-NEXT: %[[R:.+]] = graph.relu %[[A]]
  // CHECK-NEXT: func.return %[[R]]
  %c = graph.constant {value = dense<[[[1.0]], [[2.0]], [[3.0]], [[4.0]], [[5.0]], [[6.0]]]> : tensor<6x1x1xf32>} : () -> tensor<6x1x1xf32>
  %s = graph.softmax %x {axis = 3} : (tensor<?x1x1x6xf32, #kiln.dims<[N, 1, 1, 6]>>) -> tensor<?x1x1x6xf32, #kiln.dims<[N, 1, 1, 6]>>
  %0 = graph.reshape %s : (tensor<?x1x1x6xf32, #kiln.dims<[N, 1, 1, 6]>>) -> tensor<?x6x1x1xf32, #kiln.dims<[N, 6, 1, 1]>>
  %1 = graph.add %0, %c : (tensor<?x6x1x1xf32, #kiln.dims<[N, 6, 1, 1]>>, tensor<6x1x1xf32>) -> tensor<?x6x1x1xf32, #kiln.dims<[N, 6, 1, 1]>>
  %2 = graph.relu %1 : (tensor<?x6x1x1xf32, #kiln.dims<[N, 6, 1, 1]>>) -> tensor<?x6x1x1xf32, #kiln.dims<[N, 6, 1, 1]>>
  %3 = graph.reshape %2 : (tensor<?x6x1x1xf32, #kiln.dims<[N, 6, 1, 1]>>) -> tensor<?x1x1x6xf32, #kiln.dims<[N, 1, 1, 6]>>
  func.return %3 : (tensor<?x1x1x6xf32, #kiln.dims<[N, 1, 1, 6]>>) -> ()
})

// Two reshapes of different values do not chase each other.
// CHECK-LABEL: sym_name = "two_reshapes"
func.func {function_type = (tensor<6xf32>, tensor<3x2xf32>) -> tensor<2x3xf32>, sym_name = "two_reshapes"} ({
^bb0(%x: tensor<6xf32>, %y: tensor<3x2xf32>):
  // CHECK: graph.add {{.*}} -> tensor<2x3xf32>
  %n = graph.relu %x : (tensor<6xf32>) -> tensor<6xf32>
  %m = graph.relu %y : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %0 = graph.reshape %n : (tensor<6xf32>) -> tensor<2x3xf32>
  %1 = graph.reshape %m : (tensor<3x2xf32>) -> tensor<2x3xf32>
  %2 = graph.add %0, %1 : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  func.return %2 : (tensor<2x3xf32>) -> ()
})

// Extents that are known to be equal at run time only are one group; a broadcast that only checks them is passed.
// CHECK-LABEL: sym_name = "checks"
func.func {function_type = (tensor<?x?x4xf32, #kiln.dims<[A, B, 4]>>) -> tensor<?x?x4xf32, #kiln.dims<[C, D, 4]>>, sym_name = "checks"} ({
^bb0(%x: tensor<?x?x4xf32, #kiln.dims<[A, B, 4]>>):
  // CHECK-NOT: graph.transpose
  // CHECK:     graph.reshape
  // CHECK-NOT: graph.transpose
  // CHECK:     graph.broadcast
  // CHECK-NOT: graph.transpose
  // CHECK:     func.return
  %0 = graph.transpose %x {permutation = [2, 0, 1]} : (tensor<?x?x4xf32, #kiln.dims<[A, B, 4]>>) -> tensor<4x?x?xf32, #kiln.dims<[4, A, B]>>
  %1 = graph.reshape %0 : (tensor<4x?x?xf32, #kiln.dims<[4, A, B]>>) -> tensor<4x?x?xf32, #kiln.dims<[4, E, D]>>
  %2 = graph.broadcast %1 : (tensor<4x?x?xf32, #kiln.dims<[4, E, D]>>) -> tensor<4x?x?xf32, #kiln.dims<[4, C, D]>>
  %3 = graph.transpose %2 {permutation = [1, 2, 0]} : (tensor<4x?x?xf32, #kiln.dims<[4, C, D]>>) -> tensor<?x?x4xf32, #kiln.dims<[C, D, 4]>>
  func.return %3 : (tensor<?x?x4xf32, #kiln.dims<[C, D, 4]>>) -> ()
})

// Axes of extent 1 do not part others: one of three stacked operands, its heads moved out.
// CHECK-LABEL: sym_name = "squeezed"
func.func {function_type = (tensor<2x5x1x3x4xf32>) -> tensor<2x3x5x4xf32>, sym_name = "squeezed"} ({
^bb0(%x: tensor<2x5x1x3x4xf32>):
  // CHECK:      %[[A:.+]] = graph.reshape %arg0 {{.*}} -> tensor<2x5x3x4xf32>
  // CHECK-NEXT: %[[B:.+]] = graph.transpose %[[A]] {permutation = [0, 2, 1, 3]}
  // CHECK-NEXT: func.return %[[B]]
  %0 = graph.transpose %x {permutation = [2, 0, 3, 1, 4]} : (tensor<2x5x1x3x4xf32>) -> tensor<1x2x3x5x4xf32>
  %1 = graph.reshape %0 : (tensor<1x2x3x5x4xf32>) -> tensor<2x3x5x4xf32>
  func.return %1 : (tensor<2x3x5x4xf32>) -> ()
})

// A slice moves behind the reshape that splits the axis it cuts, between the parts, or that merges it with the next.
// CHECK-LABEL: sym_name = "reshape_of_slice"
// CHECK:      %[[HEADS:[0-9]+]] = graph.reshape %arg0 : {{.*}} -> tensor<?x?x6x4xf32, #kiln.dims<[B, L, 6, 4]>>
// CHECK-NEXT: %[[KEYS:[0-9]+]] = graph.slice %[[HEADS]] {starts = #kiln.dims<[0, 0, 2, 0]>, steps = [1, 1, 1, 1]} : {{.*}} -> tensor<?x?x2x4xf32
// CHECK-NEXT: %[[APART:[0-9]+]] = graph.reshape %arg1 : {{.*}} -> tensor<?x?x6x4xf32, #kiln.dims<[B, L, 6, 4]>>
// CHECK-NEXT: %[[LAST:[0-9]+]] = graph.slice %[[APART]] {starts = #kiln.dims<[0, 0, 4, 0]>, steps = [1, 1, 1, 1]} : {{.*}} -> tensor<?x?x2x4xf32
// CHECK-NEXT: func.return %[[KEYS]], %[[LAST]]
!rs_x = tensor<?x?x24xf32, #kiln.dims<[B, L, 24]>>
!rs_k = tensor<?x?x8xf32, #kiln.dims<[B, L, 8]>>
!rs_h = tensor<?x?x2x4xf32, #kiln.dims<[B, L, 2, 4]>>
!rs_y = tensor<?x?x3x2x4xf32, #kiln.dims<[B, L, 3, 2, 4]>>
!rs_v = tensor<?x?x1x2x4xf32, #kiln.dims<[B, L, 1, 2, 4]>>
func.func {sym_name = "reshape_of_slice", function_type = (!rs_x, !rs_y) -> (!rs_h, !rs_h)} ({
^bb0(%x: !rs_x, %y: !rs_y):
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0, 8]>, steps = [1, 1, 1]} : (!rs_x) -> !rs_k
  %1 = graph.reshape %0 : (!rs_k) -> !rs_h
  %2 = graph.slice %y {starts = #kiln.dims<[0, 0, 2, 0, 0]>, steps = [1, 1, 1, 1, 1]} : (!rs_y) -> !rs_v
  %3 = graph.reshape %2 : (!rs_v) -> !rs_h
  func.return %1, %3 : (!rs_h, !rs_h) -> ()
})

// It stays where it cuts within a part, where the axis has a rest, at other steps, where two axes are cut, where rows that
// it cuts are merged, where it lies in one piece, and where the slice has another use.
// CHECK-LABEL: sym_name = "reshape_of_slice_stays"
// CHECK-COUNT-7: graph.slice %arg0
// CHECK:      func.return
!rt_x = tensor<5x26xf32>
!rt_k = tensor<5x8xf32>
!rt_h = tensor<5x2x4xf32>
func.func {sym_name = "reshape_of_slice_stays", function_type = (!rt_x) -> (!rt_h, !rt_h, !rt_h, tensor<4x2x4xf32>, tensor<40xf32>, tensor<2x2x26xf32>, !rt_h, !rt_k)} ({
^bb0(%x: !rt_x):
  %0 = graph.slice %x {starts = #kiln.dims<[0, 6]>, steps = [1, 1]} : (!rt_x) -> !rt_k
  %1 = graph.reshape %0 : (!rt_k) -> !rt_h
  %2 = graph.slice %x {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (!rt_x) -> !rt_k
  %3 = graph.reshape %2 : (!rt_k) -> !rt_h
  %4 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [1, 2]} : (!rt_x) -> !rt_k
  %5 = graph.reshape %4 : (!rt_k) -> !rt_h
  %6 = graph.slice %x {starts = #kiln.dims<[1, 0]>, steps = [1, 1]} : (!rt_x) -> tensor<4x8xf32>
  %7 = graph.reshape %6 : (tensor<4x8xf32>) -> tensor<4x2x4xf32>
  %8 = graph.slice %x {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (!rt_x) -> !rt_k
  %9 = graph.reshape %8 : (!rt_k) -> tensor<40xf32>
  %10 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (!rt_x) -> tensor<4x26xf32>
  %11 = graph.reshape %10 : (tensor<4x26xf32>) -> tensor<2x2x26xf32>
  %12 = graph.slice %x {starts = #kiln.dims<[0, 16]>, steps = [1, 1]} : (!rt_x) -> !rt_k
  %13 = graph.reshape %12 : (!rt_k) -> !rt_h
  func.return %1, %3, %5, %7, %9, %11, %13, %12 : (!rt_h, !rt_h, !rt_h, tensor<4x2x4xf32>, tensor<40xf32>, tensor<2x2x26xf32>, !rt_h, !rt_k) -> ()
})

// An operand in the model's order is transposed if that saves more than it costs.
// CHECK-LABEL: sym_name = "mixed"
// CHECK:      %[[Y:[0-9]+]] = graph.transpose %arg1 {permutation = [0, 2, 3, 1]}
// CHECK-NEXT: %[[S:[0-9]+]] = graph.add %arg0, %[[Y]]
// CHECK-NEXT: %[[R:[0-9]+]] = graph.relu %[[S]]
// CHECK-NEXT: func.return %[[R]]
!pt_last = tensor<1x4x5x3xf32>
!pt_first = tensor<1x3x4x5xf32>
func.func {function_type = (!pt_last, !pt_first) -> !pt_last, sym_name = "mixed"} ({
^bb0(%x: !pt_last, %y: !pt_first):
  %0 = graph.transpose %x {permutation = [0, 3, 1, 2]} : (!pt_last) -> !pt_first
  %1 = graph.add %0, %y : (!pt_first, !pt_first) -> !pt_first
  %2 = graph.relu %1 : (!pt_first) -> !pt_first
  %3 = graph.transpose %2 {permutation = [0, 2, 3, 1]} : (!pt_first) -> !pt_last
  func.return %3 : (!pt_last) -> ()
}) : () -> ()

// What is taken as it is anyway is transposed once, not once more behind each op.
// CHECK-LABEL: sym_name = "taken_anyway"
// CHECK:      %[[T:[0-9]+]] = graph.transpose %arg0
// CHECK-NEXT: %[[R:[0-9]+]] = graph.relu %[[T]]
// CHECK-NEXT: func.return %[[T]], %[[R]]
func.func {function_type = (!pt_last) -> (!pt_first, !pt_first), sym_name = "taken_anyway"} ({
^bb0(%x: !pt_last):
  %0 = graph.transpose %x {permutation = [0, 3, 1, 2]} : (!pt_last) -> !pt_first
  %1 = graph.relu %0 : (!pt_first) -> !pt_first
  func.return %0, %1 : (!pt_first, !pt_first) -> ()
}) : () -> ()

// Two transposes of what is made of one value become one of that.
// CHECK-LABEL: sym_name = "before_the_branches"
// CHECK:      %[[T:[0-9]+]] = graph.transpose %arg0
// CHECK-NEXT: %[[A:[0-9]+]] = graph.relu %[[T]]
// CHECK-NEXT: %[[B:[0-9]+]] = graph.tanh %[[T]]
// CHECK-NEXT: func.return %[[A]], %[[B]]
func.func {function_type = (!pt_first) -> (!pt_last, !pt_last), sym_name = "before_the_branches"} ({
^bb0(%x: !pt_first):
  %0 = graph.relu %x : (!pt_first) -> !pt_first
  %1 = graph.tanh %x : (!pt_first) -> !pt_first
  %2 = graph.transpose %0 {permutation = [0, 2, 3, 1]} : (!pt_first) -> !pt_last
  %3 = graph.transpose %1 {permutation = [0, 2, 3, 1]} : (!pt_first) -> !pt_last
  func.return %2, %3 : (!pt_last, !pt_last) -> ()
}) : () -> ()

// A transpose stays before what makes more of its elements, and moves behind what makes fewer or as many.
// CHECK-LABEL: sym_name = "where_least"
// CHECK:      %[[T:[0-9]+]] = graph.transpose %arg0
// CHECK-NEXT: graph.pad %[[T]]
// CHECK:      %[[M:[0-9]+]] = graph.reduce_max %arg1 {axes = [2], keep_dims = true}
// CHECK-NEXT: graph.transpose %[[M]]
// CHECK:      %[[C:[0-9]+]] = graph.cos %arg2
// CHECK-NEXT: graph.transpose %[[C]]
func.func {function_type = (!pt_last, !pt_last, !pt_last) -> (tensor<1x3x4x7xf32>, tensor<1x3x4x1xf32>, !pt_first), sym_name = "where_least"} ({
^bb0(%x: !pt_last, %y: !pt_last, %z: !pt_last):
  %zero = graph.constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %0 = graph.transpose %x {permutation = [0, 3, 1, 2]} : (!pt_last) -> !pt_first
  %1 = graph.pad %0, %zero {high = #kiln.dims<[0, 0, 0, 1]>, low = #kiln.dims<[0, 0, 0, 1]>, mode = "constant"} : (!pt_first, tensor<f32>) -> tensor<1x3x4x7xf32>
  %2 = graph.transpose %y {permutation = [0, 3, 1, 2]} : (!pt_last) -> !pt_first
  %3 = graph.reduce_max %2 {axes = [3], keep_dims = true} : (!pt_first) -> tensor<1x3x4x1xf32>
  %4 = graph.transpose %z {permutation = [0, 3, 1, 2]} : (!pt_last) -> !pt_first
  %5 = graph.cos %4 : (!pt_first) -> !pt_first
  func.return %1, %3, %5 : (tensor<1x3x4x7xf32>, tensor<1x3x4x1xf32>, !pt_first) -> ()
}) : () -> ()

// Two of one that is its own inverse meet; what is between them names axes.
// CHECK-LABEL: sym_name = "own_inverse"
// CHECK:      %[[S:[0-9]+]] = graph.softmax %arg0 {axis = 0}
// CHECK-NEXT: %[[P:[0-9]+]] = graph.concat %[[S]], %arg0 {axis = 0}
// CHECK-NEXT: func.return %[[P]]
func.func {function_type = (tensor<3x4xf32>) -> tensor<6x4xf32>, sym_name = "own_inverse"} ({
^bb0(%x: tensor<3x4xf32>):
  %0 = graph.transpose %x {permutation = [1, 0]} : (tensor<3x4xf32>) -> tensor<4x3xf32>
  %1 = graph.softmax %0 {axis = 1} : (tensor<4x3xf32>) -> tensor<4x3xf32>
  %2 = graph.concat %1, %0 {axis = 1} : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x6xf32>
  %3 = graph.transpose %2 {permutation = [1, 0]} : (tensor<4x6xf32>) -> tensor<6x4xf32>
  func.return %3 : (tensor<6x4xf32>) -> ()
}) : () -> ()

// What is transposed once before a loop is not transposed in each round, even where ops of a round are reordered.
// CHECK-LABEL: sym_name = "before_the_loop"
// CHECK:      %[[T:[0-9]+]] = graph.transpose %arg0
// CHECK-NEXT: graph.loop
// CHECK:        %[[A:[0-9]+]] = graph.add %{{arg[0-9]+}}, %[[T]]
// CHECK-NEXT:   graph.yield %{{.*}}, %[[A]]
func.func {function_type = (!pt_last, !pt_first, tensor<i64>) -> !pt_first, sym_name = "before_the_loop"} ({
^bb0(%x: !pt_last, %y: !pt_first, %n: tensor<i64>):
  %true = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %0 = graph.transpose %x {permutation = [0, 3, 1, 2]} : (!pt_last) -> !pt_first
  %1 = graph.loop %n, %true, %y ({
  ^bb0(%i: tensor<i64>, %c: !pt_first):
    %2 = graph.transpose %c {permutation = [0, 2, 3, 1]} : (!pt_first) -> !pt_last
    %3 = graph.transpose %2 {permutation = [0, 3, 1, 2]} : (!pt_last) -> !pt_first
    %4 = graph.add %3, %0 : (!pt_first, !pt_first) -> !pt_first
    graph.yield %true, %4 : (tensor<i1>, !pt_first) -> ()
  }) : (tensor<i64>, tensor<i1>, !pt_first) -> !pt_first
  func.return %1 : (!pt_first) -> ()
}) : () -> ()
