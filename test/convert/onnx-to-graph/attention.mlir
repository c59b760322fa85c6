// RUN: kiln-opt %s --convert-onnx-to-graph --dce | FileCheck %s

// Heads are an axis of their own; those of keys serve several of queries.
// CHECK-LABEL: sym_name = "plain"
// CHECK:      graph.attention %{{[0-9]+}}, %{{[0-9]+}}, %{{[0-9]+}} {causal = #kiln.dims<[0]>, scale = 5.0e-01, softcap = 2.0e+01}
// CHECK-SAME: (tensor<2x4x5x4xf32>, tensor<2x2x7x4xf32>, tensor<2x2x7x4xf32>) -> tensor<2x4x5x4xf32>
// CHECK-NOT:  graph.iota
// CHECK:      func.return
func.func {sym_name = "plain", function_type = (tensor<2x5x16xf32>, tensor<2x7x8xf32>, tensor<2x7x8xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%q: tensor<2x5x16xf32>, %k: tensor<2x7x8xf32>, %v: tensor<2x7x8xf32>):
  %y = onnx.Attention %q, %k, %v {is_causal = 1, q_num_heads = 4, kv_num_heads = 2, softcap = 20.0} : (tensor<2x5x16xf32>, tensor<2x7x8xf32>, tensor<2x7x8xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// A row of which all is masked is 0, as this operator has it.
// CHECK-LABEL: sym_name = "masked"
// CHECK: %[[BIAS:[0-9]+]] = graph.select %arg3
// CHECK: %[[RESULT:[0-9]+]] = graph.attention %arg0, %arg1, %arg2, %[[BIAS]] {scale = 2.0e+00}
// CHECK: graph.reduce_max %[[BIAS]] {axes = [1]}
// CHECK: graph.select %{{[0-9]+}}, %{{[0-9]+}}, %[[RESULT]]
func.func {sym_name = "masked", function_type = (tensor<1x2x3x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<3x5xi1>) -> tensor<*x!onnx.any>} ({
^bb0(%q: tensor<1x2x3x4xf32>, %k: tensor<1x2x5x4xf32>, %v: tensor<1x2x5x4xf32>, %m: tensor<3x5xi1>):
  %y = onnx.Attention %q, %k, %v, %m {scale = 2.0} : (tensor<1x2x3x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<3x5xi1>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Scores that are asked for are there.
// CHECK-LABEL: sym_name = "shown"
// CHECK-NOT: graph.attention
// CHECK:     graph.matmul
// CHECK:     graph.softmax
// CHECK:     graph.matmul
func.func {sym_name = "shown", function_type = (tensor<1x2x3x4xf32>, tensor<1x2x5x4xf32>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%q: tensor<1x2x3x4xf32>, %k: tensor<1x2x5x4xf32>):
  %y, %a, %b, %s = onnx.Attention %q, %k, %k {is_causal = 1, qk_matmul_output_mode = 3} : (tensor<1x2x3x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>, tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  func.return %y, %s : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})

// Where no wider precision is asked for, each step on narrow floats is rounded: the scale of both sides, the products, what
// is added to them, and all that a softmax is.
// CHECK-LABEL: sym_name = "rounded"
// CHECK: graph.multiply {{.*}} -> tensor<1x2x3x4xf32>
// CHECK: graph.cast {{.*}} -> tensor<1x2x3x4xf16>
// CHECK: %[[PRODUCTS:[0-9]+]] = graph.matmul {{.*}} -> tensor<1x2x3x3xf32>
// CHECK: graph.cast %[[PRODUCTS]] {{.*}} -> tensor<1x2x3x3xf16>
// CHECK: %[[SUM:[0-9]+]] = graph.add
// CHECK: graph.cast %[[SUM]] {{.*}} -> tensor<1x2x3x3xf16>
// CHECK: graph.reduce_max
// CHECK: %[[LESS:[0-9]+]] = graph.subtract
// CHECK: graph.cast %[[LESS]] {{.*}} -> tensor<1x2x3x3xf16>
// CHECK: %[[POWER:[0-9]+]] = graph.exp
// CHECK: graph.cast %[[POWER]] {{.*}} -> tensor<1x2x3x3xf16>
// CHECK: %[[TOTAL:[0-9]+]] = graph.reduce_sum
// CHECK: graph.cast %[[TOTAL]] {{.*}} -> tensor<1x2x3x1xf16>
// CHECK: graph.divide
// CHECK-NOT: graph.softmax
!n = tensor<1x2x3x4xf16>
func.func {sym_name = "rounded", function_type = (!n, !n, !n, tensor<3x3xf16>) -> tensor<*x!onnx.any>} ({
^bb0(%q: !n, %k: !n, %v: !n, %mask: tensor<3x3xf16>):
  %y = onnx.Attention %q, %k, %v, %mask : (!n, !n, !n, tensor<3x3xf16>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
