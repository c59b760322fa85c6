// What the verifier says about elementwise ops.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%f = "test.value"() : () -> tensor<2x3xf32>
%i = "test.value"() : () -> tensor<2x3xi64>
%n = "test.value"() : () -> tensor<?xf32, #kiln.dims<[N]>>
%v = "test.value"() : () -> tensor<4xf32>
// expected-error@+1 {{graph.add: operands must have one element type, found f32 and i64}}
%0 = graph.add %f, %i : (tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.add: operands of shape [2, 3] and [4] do not broadcast: axis 1 from the end is 3 and 4}}
%1 = graph.add %f, %v : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
// A symbol meets no static extent but 1: a conversion that knows better says so with graph.broadcast.
// expected-error@+1 {{graph.add: operands of shape [N] and [4] do not broadcast: axis 1 from the end is N and 4}}
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
// expected-error@+1 {{graph.select: both choices must have one element type, found f32 and i64}}
%8 = graph.select %c, %f, %i : (tensor<i1>, tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.select: operands of shape [2, 3] and [2, 3] and [4] do not broadcast: axis 1 from the end is 3 and 4}}
%9 = graph.select %b, %f, %v : (tensor<2x3xi1>, tensor<2x3xf32>, tensor<4xf32>) -> tensor<2x3xf32>
%b = "test.value"() : () -> tensor<2x3xi1>
%s = "test.value"() : () -> tensor<2x3x!test.string>
// expected-error@+1 {{graph.less: operand 'left' must be a ranked tensor of i1, integers or floats, not tensor<2x3x!test.string>}}
%10 = graph.less %s, %f : (tensor<2x3x!test.string>, tensor<2x3xf32>) -> tensor<2x3xi1>
// expected-error@+1 {{graph.less: operands must have one element type, found i64 and f32}}
%11 = graph.less %i, %f : (tensor<2x3xi64>, tensor<2x3xf32>) -> tensor<2x3xi1>
// expected-error@+1 {{graph.negate: operand 'x' must be a ranked tensor of integers or floats, not tensor<2x3xi1>}}
%12 = graph.negate %b : (tensor<2x3xi1>) -> tensor<2x3xi1>
// expected-error@+1 {{graph.not: operand 'x' must be a ranked tensor of i1 or integers, not tensor<2x3xf32>}}
%13 = graph.not %f : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.shift_left: operand 'left' must be a ranked tensor of integers, not tensor<2x3xf32>}}
%14 = graph.shift_left %f, %i : (tensor<2x3xf32>, tensor<2x3xi64>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.is_nan: operand 'x' must be a ranked tensor of floats, not tensor<2x3xi64>}}
%15 = graph.is_nan %i : (tensor<2x3xi64>) -> tensor<2x3xi1>
// expected-error@+1 {{graph.exp: results are (tensor<3x2xf32>), but (tensor<2x3xf32>) follows}}
%16 = graph.exp %f : (tensor<2x3xf32>) -> tensor<3x2xf32>
// expected-error@+1 {{graph.equal: results are (tensor<3xi1>), but (tensor<2x3xi1>) follows}}
%17 = graph.equal %f, %f : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<3xi1>
// expected-error@+1 {{graph.cast: attribute 'saturate' must be true or false, not 1}}
%18 = graph.cast %f {saturate = 1} : (tensor<2x3xf32>) -> tensor<2x3xi8>
// expected-error@+1 {{graph.add: expected operands (left, right), found 1}}
%19 = graph.add %f : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.exp: expected results (y), found 2}}
%20:2 = graph.exp %f : (tensor<2x3xf32>) -> (tensor<2x3xf32>, tensor<2x3xf32>)
// expected-error@+1 {{graph.bitcast: a bitcast keeps the shape, but tensor<2x3xf32> becomes tensor<3x2xi32>}}
%21 = graph.bitcast %f : (tensor<2x3xf32>) -> tensor<3x2xi32>
// expected-error@+1 {{graph.bitcast: elements must be numbers of equally many bytes, but tensor<2x3xf32> becomes tensor<2x3xi64>}}
%22 = graph.bitcast %f : (tensor<2x3xf32>) -> tensor<2x3xi64>
