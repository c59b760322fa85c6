// RotaryEmbedding is one op; angles are picked by position and get an axis for heads.
// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// CHECK-LABEL: sym_name = "heads_first"
// CHECK-DAG:  %[[COS:[0-9]+]] = graph.gather %arg1, %arg3 {axis = 0}
// CHECK-DAG:  %[[SIN:[0-9]+]] = graph.gather %arg2, %arg3 {axis = 0}
// CHECK-DAG:  %[[C:[0-9]+]] = graph.reshape %[[COS]] : (tensor<2x3x2xf32>) -> tensor<2x1x3x2xf32>
// CHECK-DAG:  %[[S:[0-9]+]] = graph.reshape %[[SIN]] : (tensor<2x3x2xf32>) -> tensor<2x1x3x2xf32>
// CHECK:      %[[Y:[0-9]+]] = graph.rotary_embedding %arg0, %[[C]], %[[S]] {interleaved = true, rotary_dim = 4}
// CHECK-NEXT: func.return %[[Y]]
func.func {sym_name = "heads_first", function_type = (tensor<2x5x3x8xf32>, tensor<9x2xf32>, tensor<9x2xf32>, tensor<2x3xi64>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2x5x3x8xf32>, %c: tensor<9x2xf32>, %s: tensor<9x2xf32>, %p: tensor<2x3xi64>):
  %y = onnx.RotaryEmbedding %x, %c, %s, %p {interleaved = 1, rotary_embedding_dim = 4} : (tensor<2x5x3x8xf32>, tensor<9x2xf32>, tensor<9x2xf32>, tensor<2x3xi64>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// CHECK-LABEL: sym_name = "positions_first"
// CHECK-DAG:  %[[X:[0-9]+]] = graph.reshape %arg0 : {{.*}} -> tensor<2x3x5x8xf32>
// CHECK-DAG:  %[[C:[0-9]+]] = graph.reshape %arg1 : {{.*}} -> tensor<2x3x1x4xf32>
// CHECK-DAG:  %[[S:[0-9]+]] = graph.reshape %arg2 : {{.*}} -> tensor<2x3x1x4xf32>
// CHECK:      %[[Y:[0-9]+]] = graph.rotary_embedding %[[X]], %[[C]], %[[S]] :
// CHECK-NEXT: graph.reshape %[[Y]] : {{.*}} -> tensor<2x3x40xf32>
func.func {sym_name = "positions_first", function_type = (tensor<2x3x40xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2x3x40xf32>, %c: tensor<2x3x4xf32>, %s: tensor<2x3x4xf32>):
  %y = onnx.RotaryEmbedding %x, %c, %s {num_heads = 5} : (tensor<2x3x40xf32>, tensor<2x3x4xf32>, tensor<2x3x4xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
