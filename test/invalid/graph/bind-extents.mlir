// What the verifier says about symbols that data gives.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%x = "test.value"() : () -> tensor<2xi64>
%f = "test.value"() : () -> tensor<2xf32>
%m = "test.value"() : () -> tensor<2x2xi1>
// expected-error@+1 {{graph.bind_extents: there must be as many symbols as values and bounds, not 1}}
graph.bind_extents %x {symbols = #kiln.dims<[A]>, most = #kiln.dims<[?]>} : (tensor<2xi64>) -> ()
// expected-error@+1 {{graph.bind_extents: 2 * A is no symbol}}
graph.bind_extents %x {symbols = #kiln.dims<[A, 2 * A]>, most = #kiln.dims<[?, ?]>} : (tensor<2xi64>) -> ()
// expected-error@+1 {{graph.bind_extents: A is bound twice}}
graph.bind_extents %x {symbols = #kiln.dims<[A, A]>, most = #kiln.dims<[?, ?]>} : (tensor<2xi64>) -> ()
// expected-error@+1 {{graph.bind_extents: operand 'values' must be a static tensor of i64, not tensor<2xf32>}}
graph.bind_extents %f {symbols = #kiln.dims<[A, B]>, most = #kiln.dims<[?, ?]>} : (tensor<2xf32>) -> ()
// expected-error@+1 {{graph.nonzero: operand and result must be vectors}}
%y = graph.nonzero %m : (tensor<2x2xi1>) -> tensor<?xi64, #kiln.dims<[A]>>
