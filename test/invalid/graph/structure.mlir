// What the verifier says about ops that make and move elements.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%x = "test.value"() : () -> tensor<2x3xf32>
%n = "test.value"() : () -> tensor<?x3xf32, #kiln.dims<[N, 3]>>
%s = "test.value"() : () -> tensor<f64>
// expected-error@+1 {{graph.constant: attribute 'value' must be dense elements, not 1.0e+00}}
%c = graph.constant {value = 1.0} : () -> tensor<f32>
// expected-error@+1 {{graph.dims: results are (tensor<3xi64>), but (tensor<2xi64>) follows}}
%d = graph.dims {dims = #kiln.dims<[N, 3]>} : () -> tensor<3xi64>
// expected-error@+1 {{graph.reshape: a tensor of 6 elements [2, 3] has not the 8 elements of [2, 4]}}
%0 = graph.reshape %x : (tensor<2x3xf32>) -> tensor<2x4xf32>
// expected-error@+1 {{graph.reshape: a reshape keeps the element type, but f32 becomes f64}}
%1 = graph.reshape %x : (tensor<2x3xf32>) -> tensor<6xf64>
// Three more elements are too many whatever N is; whether M is 3 * N cannot be told here.
// expected-error@+1 {{graph.reshape: a tensor of 3 * N elements [N, 3] has not the 3 * N + 3 elements of [N + 1, 3]}}
%2 = graph.reshape %n : (tensor<?x3xf32, #kiln.dims<[N, 3]>>) -> tensor<?x3xf32, #kiln.dims<[N + 1, 3]>>
%3 = graph.reshape %n : (tensor<?x3xf32, #kiln.dims<[N, 3]>>) -> tensor<?xf32, #kiln.dims<[M]>>
// expected-error@+1 {{graph.broadcast: shape [2, 3] does not broadcast to [2, 4]}}
%4 = graph.broadcast %x : (tensor<2x3xf32>) -> tensor<2x4xf32>
// expected-error@+1 {{graph.transpose: [0, 0] is not a permutation of the 2 axes of the operand}}
%5 = graph.transpose %x {permutation = [0, 0]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.slice: an operand of rank 2 takes 2 starts, steps and result extents, found 1, 2 and 2}}
%6 = graph.slice %x {starts = #kiln.dims<[0]>, steps = [1, 1]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.slice: the step on axis 1 is 0}}
%7 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [1, 0]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.slice: index 3 on axis 1 is not in the operand's extent 3}}
%8 = graph.slice %x {starts = #kiln.dims<[0, 1]>, steps = [1, 1]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.slice: index -1 on axis 0 is not in the operand's extent 2}}
%9 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [-1, 1]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.concat: parts of shape [2, 3] and [N, 3] differ outside of axis 1}}
%10 = graph.concat %x, %n {axis = 1} : (tensor<2x3xf32>, tensor<?x3xf32, #kiln.dims<[N, 3]>>) -> tensor<2x6xf32>
// expected-error@+1 {{graph.concat: axis -1 is negative: axes count from 0}}
%11 = graph.concat %x, %x {axis = -1} : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x6xf32>
// expected-error@+1 {{graph.pad: an operand of rank 2 takes as many paddings, found 1 low and 2 high}}
%12 = graph.pad %x {low = #kiln.dims<[0]>, high = #kiln.dims<[0, 0]>, mode = "edge"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.pad: the padding value must be a tensor<f32>, not tensor<f64>}}
%13 = graph.pad %x, %s {low = #kiln.dims<[0, 0]>, high = #kiln.dims<[0, 0]>, mode = "constant"} : (tensor<2x3xf32>, tensor<f64>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.pad: attribute 'mode' must be one of "constant", "edge", "reflect", "wrap", not "mirror"}}
%14 = graph.pad %x {low = #kiln.dims<[0, 0]>, high = #kiln.dims<[0, 0]>, mode = "mirror"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.tile: repeats must not be negative, found -1}}
%15 = graph.tile %x {repeats = [1, -1]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.iota: axis 1 is not an axis of a tensor of rank 1}}
%16 = graph.iota {axis = 1} : () -> tensor<3xi64>
%t = "test.value"() : () -> tensor<?x3xf32>
// expected-error@+1 {{graph.dims: an extent is unknown: the graph dialect takes static and symbolic ones}}
%17 = graph.dims {dims = #kiln.dims<[?]>} : () -> tensor<1xi64>
// expected-error@+1 {{graph.dims: attribute 'dims' must be #kiln.dims<[...]>, not [3]}}
%18 = graph.dims {dims = [3]} : () -> tensor<1xi64>
// expected-error@+1 {{graph.constant: results are (tensor<2xf32>), but (tensor<1xf32>) follows}}
%19 = graph.constant {value = dense<1.0> : tensor<1xf32>} : () -> tensor<2xf32>
// expected-error@+1 {{graph.reshape: an extent is unknown: the graph dialect takes static and symbolic ones}}
%20 = graph.reshape %t : (tensor<?x3xf32>) -> tensor<6xf32>
// expected-error@+1 {{graph.broadcast: a broadcast keeps the element type, but f32 becomes f64}}
%21 = graph.broadcast %x : (tensor<2x3xf32>) -> tensor<2x3xf64>
// expected-error@+1 {{graph.broadcast: shape [2, 3] does not broadcast to [3]}}
%22 = graph.broadcast %x : (tensor<2x3xf32>) -> tensor<3xf32>
// expected-error@+1 {{graph.transpose: [0] is not a permutation of the 2 axes of the operand}}
%23 = graph.transpose %x {permutation = [0]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.slice: a slice keeps the element type, but f32 becomes f64}}
%24 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x3xf32>) -> tensor<2x3xf64>
// expected-error@+1 {{graph.slice: an extent overflows 64 bits}}
%25 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [9223372036854775807, 1]} : (tensor<2x3xf32>) -> tensor<4x3xf32>
// expected-error@+1 {{graph.concat: expected at least one part}}
%26 = graph.concat {axis = 0} : () -> tensor<2x3xf32>
// expected-error@+1 {{graph.concat: parts must have one element type, found f32 and f64}}
%27 = graph.concat %x, %d2 {axis = 0} : (tensor<2x3xf32>, tensor<2x3xf64>) -> tensor<4x3xf32>
%d2 = "test.value"() : () -> tensor<2x3xf64>
// expected-error@+1 {{graph.pad: attribute 'low' must be #kiln.dims<[...]>, not [0, 0]}}
%29 = graph.pad %x {low = [0, 0], high = #kiln.dims<[0, 0]>, mode = "edge"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.tile: an operand of rank 2 takes as many repeats, found 1}}
%30 = graph.tile %x {repeats = [1]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.tile: an extent overflows 64 bits}}
%31 = graph.tile %x {repeats = [9223372036854775807, 1]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.iota: result 'y' must be a ranked tensor of integers or floats, not tensor<3xi1>}}
%32 = graph.iota {axis = 0} : () -> tensor<3xi1>
// expected-error@+1 {{graph.cast: operand 'x' must be a ranked tensor, not f32}}
%33 = graph.cast %f : (f32) -> tensor<f32>
%f = "test.value"() : () -> f32
