// MatMulNBits is a product with weights that one op makes of codes.
// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// CHECK-LABEL: sym_name = "codes"
// CHECK:      %[[Q:[0-9]+]] = graph.reshape %arg1 : (tensor<8x3x16xui8>) -> tensor<8x48xui8>
// CHECK-NEXT: %[[S:[0-9]+]] = graph.reshape %arg2 : (tensor<24xf32>) -> tensor<8x3xf32>
// CHECK-NEXT: %[[W:[0-9]+]] = graph.dequantize_blocks %[[Q]], %[[S]] {bits = 4, length = 70} : {{.*}} -> tensor<8x70xf32>
// CHECK-NEXT: %[[Y:[0-9]+]] = graph.matmul %arg0, %[[W]] {transpose_b = true} : {{.*}} -> tensor<2x5x8xf32>
// CHECK-NEXT: func.return %[[Y]]
func.func {sym_name = "codes", function_type = (tensor<2x5x70xf32>, tensor<8x3x16xui8>, tensor<24xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%a: tensor<2x5x70xf32>, %q: tensor<8x3x16xui8>, %s: tensor<24xf32>):
  %y = onnx.com.microsoft.MatMulNBits %a, %q, %s {K = 70, N = 8, bits = 4, block_size = 32} : (tensor<2x5x70xf32>, tensor<8x3x16xui8>, tensor<24xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Zero points are packed as codes are, each row from a byte of its own on; halves are summed as f32.
// CHECK-LABEL: sym_name = "zeros"
// CHECK:      %[[A:[0-9]+]] = graph.reshape %arg3 : (tensor<8x2xui8>) -> tensor<8x2x1xui8>
// CHECK:      %[[B:[0-9]+]] = graph.shift_right %[[A]], {{.*}} -> tensor<8x2x2xui8>
// CHECK:      %[[C:[0-9]+]] = graph.and %[[B]],
// CHECK:      %[[D:[0-9]+]] = graph.reshape %[[C]] : (tensor<8x2x2xui8>) -> tensor<8x4xui8>
// CHECK:      %[[E:[0-9]+]] = graph.slice %[[D]] {{.*}} -> tensor<8x3xui8>
// CHECK:      %[[Z:[0-9]+]] = graph.cast %[[E]] : (tensor<8x3xui8>) -> tensor<8x3xf16>
// CHECK:      %[[W:[0-9]+]] = graph.dequantize_blocks %{{[0-9]+}}, %arg2, %[[Z]] {bits = 4, length = 70, widening = true} : {{.*}} -> tensor<8x70xf32>
// CHECK:      %[[X:[0-9]+]] = graph.cast %arg0 : (tensor<5x70xf16>) -> tensor<5x70xf32>
// CHECK:      %[[P:[0-9]+]] = graph.matmul %[[X]], %[[W]]
// CHECK:      %[[BIAS:[0-9]+]] = graph.cast %arg4 : (tensor<8xf16>) -> tensor<8xf32>
// CHECK:      %[[SUM:[0-9]+]] = graph.add %[[P]], %[[BIAS]]
// CHECK:      graph.cast %[[SUM]] : (tensor<5x8xf32>) -> tensor<5x8xf16>
func.func {sym_name = "zeros", function_type = (tensor<5x70xf16>, tensor<8x3x16xui8>, tensor<8x3xf16>, tensor<8x2xui8>, tensor<8xf16>) -> tensor<*x!onnx.any>} ({
^bb0(%a: tensor<5x70xf16>, %q: tensor<8x3x16xui8>, %s: tensor<8x3xf16>, %z: tensor<8x2xui8>, %b: tensor<8xf16>):
  %none = onnx.none : () -> none
  %y = onnx.com.microsoft.MatMulNBits %a, %q, %s, %z, %none, %b {K = 70, N = 8, bits = 4, block_size = 32} : (tensor<5x70xf16>, tensor<8x3x16xui8>, tensor<8x3xf16>, tensor<8x2xui8>, none, tensor<8xf16>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Blocks in another order: scales are picked for each element.
// CHECK-LABEL: sym_name = "groups"
// CHECK-NOT:  graph.dequantize_blocks
// CHECK:      graph.gather %arg2, %arg3 {axis = 1} : {{.*}} -> tensor<4x32xf32>
// CHECK:      graph.matmul
func.func {sym_name = "groups", function_type = (tensor<1x32xf32>, tensor<4x2x8xui8>, tensor<4x2xf32>, tensor<32xi32>) -> tensor<*x!onnx.any>} ({
^bb0(%a: tensor<1x32xf32>, %q: tensor<4x2x8xui8>, %s: tensor<4x2xf32>, %g: tensor<32xi32>):
  %none = onnx.none : () -> none
  %y = onnx.com.microsoft.MatMulNBits %a, %q, %s, %none, %g {K = 32, N = 4, block_size = 16} : (tensor<1x32xf32>, tensor<4x2x8xui8>, tensor<4x2xf32>, none, tensor<32xi32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
