// RUN: kiln-opt %s --convert-tflite-to-graph --dce | FileCheck %s

// Sums of 32 bits, with the operand's zero point in the bias, times a multiplier and shifted twice.
// CHECK-LABEL: sym_name = "fully_connected"
// CHECK:      graph.matmul %arg0, %arg1 {transpose_b = true, widening = true}
// CHECK:      graph.multiply %{{[0-9]+}}, %{{[0-9]+}} : (tensor<2x3xi64>, tensor<i64>) -> tensor<2x3xi64>
// CHECK:      graph.shift_right
// CHECK:      graph.shift_right
// CHECK:      graph.minimum
// CHECK:      graph.cast %{{[0-9]+}} : (tensor<2x3xi32>) -> tensor<2x3xi8>
func.func {sym_name = "fully_connected", function_type = (tensor<2x4xi8>, tensor<3x4xi8>) -> tensor<2x3xi8>} ({
^bb0(%x: tensor<2x4xi8>, %w: tensor<3x4xi8>):
  %n = tflite.none : () -> none
  %y = tflite.FULLY_CONNECTED %x, %w, %n {operand_quantization = [{scale = 0.5 : f32, zero_point = 3}, {scale = 0.25 : f32, zero_point = 0}, {}], result_quantization = [{scale = 0.75 : f32, zero_point = -1}]} : (tensor<2x4xi8>, tensor<3x4xi8>, none) -> tensor<2x3xi8>
  func.return %y : (tensor<2x3xi8>) -> ()
})

// A function of 8-bit integers is a table.
// CHECK-LABEL: sym_name = "tanh"
// CHECK:      %[[BITS:[0-9]+]] = graph.bitcast %arg0 : (tensor<4xi8>) -> tensor<4xui8>
// CHECK:      graph.gather %{{[0-9]+}}, %[[BITS]] {axis = 0} : (tensor<256xi8>, tensor<4xui8>) -> tensor<4xi8>
func.func {sym_name = "tanh", function_type = (tensor<4xi8>) -> tensor<4xi8>} ({
^bb0(%x: tensor<4xi8>):
  %y = tflite.TANH %x {operand_quantization = [{scale = 0.5 : f32, zero_point = 3}], result_quantization = [{scale = 0.0078125 : f32, zero_point = 0}]} : (tensor<4xi8>) -> tensor<4xi8>
  func.return %y : (tensor<4xi8>) -> ()
})
