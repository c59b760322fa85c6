// RUN: kiln-opt %s --pass-pipeline='builtin.module(lower-strings)' | FileCheck %s

// Equal strings of a constant are there once, and end with a zero byte; what is a string stays known of arguments and results.
// CHECK: func.func {function_type = (tensor<?xi64, #kiln.dims<[N]>>) -> (tensor<?xi64, #kiln.dims<[N]>>, tensor<?xi64, #kiln.dims<[N]>>), string_arguments = [0], string_results = [1]
// CHECK: %[[BYTES:.*]] = graph.constant {value = dense<[97, 0, 98, 99, 0]> : tensor<5xui8>}
// CHECK: %[[STARTS:.*]] = graph.constant {value = dense<[0, 2, 0]> : tensor<3xi64>}
// CHECK: %[[TABLE:.*]] = graph.call %[[BYTES]], %[[STARTS]] {callee = "kiln_string_literals", numbers = #kiln.dims<[3]>}
// CHECK: graph.call %arg0, %[[TABLE]] {callee = "kiln_string_find", numbers = #kiln.dims<[N, 3]>}
// CHECK: %[[PAIRS:.*]] = graph.constant {value = {{.*}} : tensor<{{[0-9]+}}x2xi32>}
// CHECK: graph.call %arg0, %[[PAIRS]] {callee = "kiln_string_case", numbers = #kiln.dims<[N, {{[0-9]+}}]>}
func.func {sym_name = "main", function_type = (tensor<?x!graph.string, #kiln.dims<[N]>>) -> (tensor<?xi64, #kiln.dims<[N]>>, tensor<?x!graph.string, #kiln.dims<[N]>>)} ({
^bb0(%x: tensor<?x!graph.string, #kiln.dims<[N]>>):
  %table = graph.constant {value = dense<["a", "bc", "a"]> : tensor<3x!graph.string>} : () -> tensor<3x!graph.string>
  %0 = graph.string_find %x, %table : (tensor<?x!graph.string, #kiln.dims<[N]>>, tensor<3x!graph.string>) -> tensor<?xi64, #kiln.dims<[N]>>
  %1 = graph.string_case %x {to = "upper"} : (tensor<?x!graph.string, #kiln.dims<[N]>>) -> tensor<?x!graph.string, #kiln.dims<[N]>>
  func.return %0, %1 : (tensor<?xi64, #kiln.dims<[N]>>, tensor<?x!graph.string, #kiln.dims<[N]>>) -> ()
}) : () -> ()
