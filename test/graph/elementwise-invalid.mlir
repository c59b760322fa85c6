// What the verifier says about elementwise ops.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%f = "test.value"() : () -> tensor<2x3xf32>
%i = "test.value"() : () -> tensor<2x3xi64>
%n = "test.value"() : () -> tensor<?xf32, #kiln.dims<[N]>>
%v = "test.value"() : () -> tensor<4xf32>
// expected-error@+1 {{graph.add: operands have element types f32 and i64}}
%0 = graph.add %f, %i : (tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
// expected-error@+1 {{operands of shape [2, 3] and [4] do not broadcast: axis 1 from the end is 3 and 4}}
%1 = graph.add %f, %v : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
// A symbol meets no static extent but 1: a conversion that knows better says so with graph.broadcast.
// expected-error@+1 {{operands of shape [N] and [4] do not broadcast}}
%2 = graph.add %n, %v : (tensor<?xf32, #kiln.dims<[N]>>, tensor<4xf32>) -> tensor<4xf32>
// expected-error@+1 {{graph.less: result 'y' must be a ranked tensor of i1, not tensor<2x3xf32>}}
%3 = graph.less %f, %f : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.exp: operand 'x' must be a ranked tensor of floats, not tensor<2x3xi64>}}
%4 = graph.exp %i : (tensor<2x3xi64>) -> tensor<2x3xi64>
// expected-error@+1 {{graph.and: operand 'left' must be a ranked tensor of i1 or integers, not tensor<2x3xf32>}}
%5 = graph.and %f, %i : (tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<2x3xi64>
// expected-error@+1 {{graph.cast: a cast keeps the shape, but tensor<2x3xf32> becomes tensor<3x2xi64>}}
%6 = graph.cast %f : (tensor<2x3xf32>) -> tensor<3x2xi64>
// expected-error@+1 {{graph.select: operand 'condition' must be a ranked tensor of i1, not tensor<2x3xf32>}}
%7 = graph.select %f, %f, %f : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
%c = "test.value"() : () -> tensor<i1>
// expected-error@+1 {{graph.select: the choices have element types f32 and i64}}
%8 = graph.select %c, %f, %i : (tensor<i1>, tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
