// RUN: kiln-opt %s --pass-pipeline='builtin.module(match-signs{target=x86_64:icelake-server})' | FileCheck %s
// RUN: kiln-opt %s --pass-pipeline='builtin.module(match-signs{target=aarch64:neoverse-n2})' | FileCheck %s --check-prefix=MIXED
// RUN: kiln-opt %s --pass-pipeline='builtin.module(match-signs{target=x86_64:x86-64-v3})' | FileCheck %s --check-prefix=MIXED

// The instruction wants unsigned by signed bytes: 128 times the sum of each column goes off again.
// CHECK-LABEL: sym_name = "product"
// CHECK: %[[S:.*]] = graph.xor {{.*}} tensor<3x2xui8>
// CHECK: %[[P:.*]] = graph.matmul %[[S]], {{.*}} {widening = true} : (tensor<3x2xui8>, tensor<2x2xi8>) -> tensor<3x2xi32>
// CHECK: graph.constant {value = dense<[-512, -768]> : tensor<2xi32>}
// CHECK: graph.add %[[P]]
// MIXED-NOT: graph.xor
func.func {sym_name = "product", function_type = (tensor<3x2xi8>) -> tensor<3x2xi32>} ({
^bb0(%x: tensor<3x2xi8>):
  %w = graph.constant {value = dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>} : () -> tensor<2x2xi8>
  %0 = graph.matmul %x, %w {widening = true} : (tensor<3x2xi8>, tensor<2x2xi8>) -> tensor<3x2xi32>
  func.return %0 : (tensor<3x2xi32>) -> ()
}) : () -> ()

// Padding is shifted, too; who converts the bytes reads the shifted ones.
// CHECK-LABEL: sym_name = "convolution"
// CHECK: %[[S:.*]] = graph.xor
// CHECK: graph.constant {value = dense<[-1152]> : tensor<1xi32>}
// CHECK: graph.conv %[[S]], {{.*}} pad_value = 131
// CHECK: %[[F:.*]] = graph.cast %[[S]] : (tensor<1x4x4x1xui8>) -> tensor<1x4x4x1xf32>
// CHECK: graph.subtract %[[F]]
func.func {sym_name = "convolution", function_type = (tensor<1x4x4x1xi8>) -> (tensor<1x4x4x1xi32>, tensor<1x4x4x1xf32>)} ({
^bb0(%x: tensor<1x4x4x1xi8>):
  %w = graph.constant {value = dense<1> : tensor<1x1x3x3xi8>} : () -> tensor<1x1x3x3xi8>
  %0 = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1, layout = "channels_last", widening = true, pad_value = 3} : (tensor<1x4x4x1xi8>, tensor<1x1x3x3xi8>) -> tensor<1x4x4x1xi32>
  %1 = graph.cast %x : (tensor<1x4x4x1xi8>) -> tensor<1x4x4x1xf32>
  func.return %0, %1 : (tensor<1x4x4x1xi32>, tensor<1x4x4x1xf32>) -> ()
}) : () -> ()
