// RUN: kiln-opt %s --convert-onnx-to-graph --verify-diagnostics

// What of a product with packed weights does not go together.
func.func {sym_name = "main", function_type = (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x2xf32>, tensor<8x2x16xi8>, tensor<8x3xf32>, tensor<9xf32>, tensor<8x2xui8>) -> tensor<5x64xf32>} ({
^bb0(%a: tensor<5x64xf32>, %q: tensor<8x2x16xui8>, %s: tensor<8x2xf32>, %r: tensor<8x2x16xi8>, %t: tensor<8x3xf32>, %b: tensor<9xf32>, %z: tensor<8x2xui8>):
  %none = onnx.none : () -> none
  // expected-error@+1 {{com.microsoft.MatMulNBits: bits must be 2, 4 or 8, not 3}}
  %0 = onnx.com.microsoft.MatMulNBits %a, %q, %s {K = 64, N = 8, bits = 3, block_size = 32} : (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x2xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.MatMulNBits: block_size must be a power of two from 16 to 256, not 24}}
  %1 = onnx.com.microsoft.MatMulNBits %a, %q, %s {K = 64, N = 8, block_size = 24} : (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x2xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.MatMulNBits: attribute N must be a positive number of elements, not -8}}
  %2 = onnx.com.microsoft.MatMulNBits %a, %q, %s {K = 64, N = -8, block_size = 32} : (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x2xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.MatMulNBits: the weights must be packed in bytes, not be of i8}}
  %3 = onnx.com.microsoft.MatMulNBits %a, %r, %s {K = 64, N = 8, block_size = 32} : (tensor<5x64xf32>, tensor<8x2x16xi8>, tensor<8x2xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.MatMulNBits: the rows of the left input have 64 elements, K is 63}}
  %4 = onnx.com.microsoft.MatMulNBits %a, %q, %s {K = 63, N = 8, block_size = 32} : (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x2xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.MatMulNBits: the weights must be 8 rows of 64 elements, not have shape [8, 2, 16]}}
  %5 = onnx.com.microsoft.MatMulNBits %a, %q, %s {K = 64, N = 8, bits = 8, block_size = 32} : (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x2xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.MatMulNBits: the scales must be 8 rows of 2 elements, not have shape [8, 3]}}
  %6 = onnx.com.microsoft.MatMulNBits %a, %q, %t {K = 64, N = 8, block_size = 32} : (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x3xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.MatMulNBits: the zero points must be 8 rows of 1 elements, not have shape [8, 2]}}
  %7 = onnx.com.microsoft.MatMulNBits %a, %q, %s, %z {K = 64, N = 8, block_size = 32} : (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x2xf32>, tensor<8x2xui8>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.MatMulNBits: the zero points must be packed in bytes or of f32, not of i8}}
  %8 = onnx.com.microsoft.MatMulNBits %a, %q, %s, %r {K = 64, N = 8, block_size = 32} : (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x2xf32>, tensor<8x2x16xi8>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.MatMulNBits: g_idx must be one integer for each of 64 elements of the depth}}
  %9 = onnx.com.microsoft.MatMulNBits %a, %q, %s, %none, %b {K = 64, N = 8, block_size = 32} : (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x2xf32>, none, tensor<9xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{com.microsoft.MatMulNBits: the bias must have shape [8], not [9]}}
  %10 = onnx.com.microsoft.MatMulNBits %a, %q, %s, %none, %none, %b {K = 64, N = 8, block_size = 32} : (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x2xf32>, none, none, tensor<9xf32>) -> tensor<*x!onnx.any>
  %groups = onnx.Constant {value = dense<2> : tensor<64xi32>} : () -> tensor<64xi32>
  // expected-error@+1 {{com.microsoft.MatMulNBits: g_idx must name blocks from 0 to 1}}
  %11 = onnx.com.microsoft.MatMulNBits %a, %q, %s, %none, %groups {K = 64, N = 8, block_size = 32} : (tensor<5x64xf32>, tensor<8x2x16xui8>, tensor<8x2xf32>, none, tensor<64xi32>) -> tensor<*x!onnx.any>
  func.return %a : (tensor<5x64xf32>) -> ()
})
