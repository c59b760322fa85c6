// RUN: kiln-opt %s --outline --plan-kernels --place-parts --plan-memory | FileCheck %s

// Parts have no place of their own; the whole lives from the first part on.
// CHECK-LABEL: arena_size = #kiln.dims<[192]>
// CHECK-SAME:  sym_name = "parts"
func.func {function_type = (tensor<2x4xf32>) -> tensor<2x1xf32>, sym_name = "parts"} ({
^bb0(%x: tensor<2x4xf32>):
  // CHECK: graph.fusion %arg0 {arena = #kiln.dims<[0]>, output = [-1],
  // CHECK: graph.fusion %arg0 {arena = #kiln.dims<[0]>, output = [-1],
  // CHECK: graph.concat %{{.*}} {arena = #kiln.dims<[0]>, axis = 1, output = [-1],
  // CHECK: graph.fusion %{{.*}} output = [0],
  %0 = graph.exp %x : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %1 = graph.tile %x {repeats = [1, 5]} : (tensor<2x4xf32>) -> tensor<2x20xf32>
  %2 = graph.concat %0, %1 {axis = 1} : (tensor<2x4xf32>, tensor<2x20xf32>) -> tensor<2x24xf32>
  %3 = graph.reduce_sum %2 {axes = [1]} : (tensor<2x24xf32>) -> tensor<2x1xf32>
  func.return %3 : (tensor<2x1xf32>) -> ()
})

// An elementwise kernel writes over an operand that dies there, not over one that is read later, nor over one that is
// broadcast, nor over one of another element size.
// CHECK-LABEL: sym_name = "overwritten"
func.func {function_type = (tensor<4x64xf32>) -> (tensor<4x1xf32>, tensor<4x1xf64>), sym_name = "overwritten"} ({
^bb0(%x: tensor<4x64xf32>):
  // CHECK: %[[A:[0-9]+]] = graph.fusion %arg0 {arena = #kiln.dims<[[[PLACE:[0-9]+]]]>
  // CHECK: %[[S:[0-9]+]] = graph.fusion %[[A]] {arena = #kiln.dims<[[[OTHER:[0-9]+]]]>
  // CHECK: %[[B:[0-9]+]] = graph.fusion %[[A]], %[[S]] {arena = #kiln.dims<[[[PLACE]]]>
  // CHECK: %[[C:[0-9]+]] = graph.fusion %[[B]]
  // CHECK-NOT: arena = #kiln.dims<[[[PLACE]]]>
  // CHECK: graph.fusion
  %0 = graph.tile %x {repeats = [1, 1]} : (tensor<4x64xf32>) -> tensor<4x64xf32>
  %1 = graph.reduce_sum %0 {axes = [1]} : (tensor<4x64xf32>) -> tensor<4x1xf32>
  %2 = graph.subtract %0, %1 : (tensor<4x64xf32>, tensor<4x1xf32>) -> tensor<4x64xf32>
  %3 = graph.reduce_max %2 {axes = [1]} : (tensor<4x64xf32>) -> tensor<4x1xf32>
  %4 = graph.cast %2 : (tensor<4x64xf32>) -> tensor<4x64xf64>
  %5 = graph.softmax %4 {axis = 1} : (tensor<4x64xf64>) -> tensor<4x64xf64>
  %6 = graph.reduce_sum %5 {axes = [1]} : (tensor<4x64xf64>) -> tensor<4x1xf64>
  func.return %3, %6 : (tensor<4x1xf32>, tensor<4x1xf64>) -> ()
})

// A carried value lies in its result. Values that swap are copied, one of them aside first; the number of the round has a
// place after the results, what goes aside another.
// CHECK-LABEL: sym_name = "swap"
func.func {function_type = (tensor<4xf32>, tensor<4xf32>, tensor<i64>) -> (tensor<4xf32>, tensor<4xf32>), sym_name = "swap"} ({
^bb0(%a: tensor<4xf32>, %b: tensor<4xf32>, %n: tensor<i64>):
  // CHECK: graph.loop %arg2, %{{[0-9]+}}, %arg0, %arg1 {arena = #kiln.dims<[0, 0, 0, 64]>, aside = [0], moves = [1, 0], output = [0, 1], slices = []}
  %true = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %0:2 = graph.loop %n, %true, %a, %b ({
  ^bb0(%i: tensor<i64>, %x: tensor<4xf32>, %y: tensor<4xf32>):
    graph.yield %true, %y, %x : (tensor<i1>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) : (tensor<i64>, tensor<i1>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  func.return %0#0, %0#1 : (tensor<4xf32>, tensor<4xf32>) -> ()
})

// A value that takes the place of the one before it is copied after that has been read. What no kernel of the round reads
// any more is overwritten; a slice is written where it is stacked; the second result of one slice is a copy.
// CHECK-LABEL: sym_name = "in_place"
func.func {function_type = (tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<8x4xf32>, tensor<8x4xf32>), sym_name = "in_place"} ({
^bb0(%a: tensor<4xf32>):
  // CHECK: %[[L:[0-9]+]]:5 = graph.loop %arg0, %arg0, %arg0 {{.*}}aside = [], moves = [0, 1], output = [-1, 0, 1, 2, 3], rounds = #kiln.dims<[8]>, slices = [1]}
  // CHECK: func.return %[[L]]#1, %[[L]]#2, %[[L]]#3, %[[L]]#4
  %0:5 = graph.loop %a, %a, %a {rounds = #kiln.dims<[8]>} ({
  ^bb0(%i: tensor<i64>, %x: tensor<4xf32>, %y: tensor<4xf32>, %z: tensor<4xf32>):
    %t = graph.softmax %x {axis = 0} : (tensor<4xf32>) -> tensor<4xf32>
    %u = graph.softmax %z {axis = 0} : (tensor<4xf32>) -> tensor<4xf32>
    %v = graph.softmax %u {axis = 0} : (tensor<4xf32>) -> tensor<4xf32>
    graph.yield %y, %t, %v, %t, %t : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> ()
  }) : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<8x4xf32>, tensor<8x4xf32>)
  func.return %0#1, %0#2, %0#3, %0#4 : (tensor<4xf32>, tensor<4xf32>, tensor<8x4xf32>, tensor<8x4xf32>) -> ()
})
