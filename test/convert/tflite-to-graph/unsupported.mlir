// RUN: not kiln-opt %s --convert-tflite-to-graph 2>&1 | FileCheck %s

// CHECK: SKIP_GRAM: it takes a string apart
// CHECK: MUL: activation SIGN_BIT is not supported
func.func {sym_name = "main", function_type = (tensor<2xf32>) -> tensor<2xf32>} ({
^bb0(%x: tensor<2xf32>):
  %0 = tflite.SKIP_GRAM %x : (tensor<2xf32>) -> tensor<2xf32>
  %1 = tflite.TANH %0 : (tensor<2xf32>) -> tensor<2xf32>
  %2 = tflite.ADD %x, %1 {fused_activation_function = "SIGN_BIT"} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %3 = tflite.MUL %x, %x {fused_activation_function = "SIGN_BIT"} : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  func.return %3 : (tensor<2xf32>) -> ()
})
