// RUN: kiln-opt %s --order-kernels | FileCheck %s

// What becomes small at once does so before the next large one is made.
// CHECK-LABEL: sym_name = "large_and_small"
// CHECK:       %[[A:[0-9]+]] = graph.relu %arg0
// CHECK-NEXT:  %[[SMALL_A:[0-9]+]] = graph.reduce_sum %[[A]]
// CHECK-NEXT:  %[[B:[0-9]+]] = graph.tanh %arg0
// CHECK-NEXT:  %[[SMALL_B:[0-9]+]] = graph.reduce_sum %[[B]]
// CHECK-NEXT:  graph.add %[[SMALL_A]], %[[SMALL_B]]
func.func {function_type = (tensor<64x64xf32>) -> tensor<1xf32>, sym_name = "large_and_small"} ({
^bb0(%x: tensor<64x64xf32>):
  %a = graph.relu %x : (tensor<64x64xf32>) -> tensor<64x64xf32>
  %b = graph.tanh %x : (tensor<64x64xf32>) -> tensor<64x64xf32>
  %c = graph.reduce_sum %a {axes = [0, 1]} : (tensor<64x64xf32>) -> tensor<1x1xf32>
  %d = graph.reduce_sum %b {axes = [0, 1]} : (tensor<64x64xf32>) -> tensor<1x1xf32>
  %e = graph.add %c, %d : (tensor<1x1xf32>, tensor<1x1xf32>) -> tensor<1x1xf32>
  %r = graph.reshape %e : (tensor<1x1xf32>) -> tensor<1xf32>
  func.return %r : (tensor<1xf32>) -> ()
})

// Where no order needs less, the given one stays; so it does inside regions, whose ops see what is around them.
// CHECK-LABEL: sym_name = "as_it_is"
// CHECK:       graph.relu
// CHECK-NEXT:  graph.tanh
// CHECK-NEXT:  graph.if
// CHECK-NEXT:    graph.sigmoid
// CHECK-NEXT:    graph.exp
func.func {function_type = (tensor<8xf32>, tensor<i1>) -> tensor<8xf32>, sym_name = "as_it_is"} ({
^bb0(%x: tensor<8xf32>, %c: tensor<i1>):
  %a = graph.relu %x : (tensor<8xf32>) -> tensor<8xf32>
  %b = graph.tanh %x : (tensor<8xf32>) -> tensor<8xf32>
  %r = graph.if %c ({
    %d = graph.sigmoid %a : (tensor<8xf32>) -> tensor<8xf32>
    %e = graph.exp %b : (tensor<8xf32>) -> tensor<8xf32>
    %f = graph.add %d, %e : (tensor<8xf32>, tensor<8xf32>) -> tensor<8xf32>
    graph.yield %f : (tensor<8xf32>) -> ()
  }, {
    graph.yield %b : (tensor<8xf32>) -> ()
  }) : (tensor<i1>) -> tensor<8xf32>
  func.return %r : (tensor<8xf32>) -> ()
})
