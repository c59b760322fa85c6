// What the verifier says about ops along an axis and ops whose elements go where data says.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%x = "test.value"() : () -> tensor<2x3xf32>
%i = "test.value"() : () -> tensor<4xi64>
%p = "test.value"() : () -> tensor<4x3xi64>
%u = "test.value"() : () -> tensor<4xf32>
// expected-error@+1 {{graph.gather: axis 2 is not an axis of a tensor of rank 2}}
%0 = graph.gather %x, %i {axis = 2} : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<2x3x4xf32>
// expected-error@+1 {{graph.gather: operand 'indices' must be a ranked tensor of integers, not tensor<4xf32>}}
%1 = graph.gather %x, %u {axis = 0} : (tensor<2x3xf32>, tensor<4xf32>) -> tensor<4x3xf32>
// expected-error@+1 {{graph.gather_elements: data [2, 3] and indices [4] must have the same rank}}
%2 = graph.gather_elements %x, %i {axis = 0} : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<4xf32>
// expected-error@+1 {{graph.gather_nd: tuples of 3 indices after 0 batch axes exceed rank 2}}
%3 = graph.gather_nd %x, %p {batch_dims = 0} : (tensor<2x3xf32>, tensor<4x3xi64>) -> tensor<4xf32>
// expected-error@+1 {{graph.gather_nd: data [2, 3] and indices [4, 3] differ in the first 1 axes}}
%4 = graph.gather_nd %x, %p {batch_dims = 1} : (tensor<2x3xf32>, tensor<4x3xi64>) -> tensor<4xf32>
// expected-error@+1 {{graph.scatter_elements: indices [4] and updates [4] must have one shape, of the rank of data [2, 3]}}
%5 = graph.scatter_elements %x, %i, %u {axis = 0, reduction = "none"} : (tensor<2x3xf32>, tensor<4xi64>, tensor<4xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.scatter_nd: tuples of 4 indices exceed rank 2}}
%6 = graph.scatter_nd %x, %i, %u {reduction = "none"} : (tensor<2x3xf32>, tensor<4xi64>, tensor<4xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.top_k: k must be from 0 to the extent 3 of axis 1, not 4}}
%7, %8 = graph.top_k %x {axis = 1, k = #kiln.dims<[4]>} : (tensor<2x3xf32>) -> (tensor<2x4xf32>, tensor<2x4xi64>)
// expected-error@+1 {{graph.arg_max: results are (tensor<2xi64>), but (tensor<2x1xi64>) follows}}
%9 = graph.arg_max %x {axis = 1} : (tensor<2x3xf32>) -> tensor<2xi64>
// expected-error@+1 {{graph.reduce_sum: axes [1, 0] must be sorted, each once}}
%10 = graph.reduce_sum %x {axes = [1, 0]} : (tensor<2x3xf32>) -> tensor<1x1xf32>
// expected-error@+1 {{graph.reduce_mean: axis 2 is not an axis of a tensor of rank 2}}
%11 = graph.reduce_mean %x {axes = [2]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.cumulative_sum: attribute 'axis' is missing}}
%12 = graph.cumulative_sum %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.gather: axis -1 is negative: axes count from 0}}
%13 = graph.gather %x, %i {axis = -1} : (tensor<2x3xf32>, tensor<4xi64>) -> tensor<2x4xf32>
// expected-error@+1 {{graph.gather_elements: axis 2 is not an axis of a tensor of rank 2}}
%14 = graph.gather_elements %x, %p {axis = 2} : (tensor<2x3xf32>, tensor<4x3xi64>) -> tensor<4x3xf32>
// expected-error@+1 {{graph.scatter_elements: axis 2 is not an axis of a tensor of rank 2}}
%15 = graph.scatter_elements %x, %p, %y {axis = 2, reduction = "none"} : (tensor<2x3xf32>, tensor<4x3xi64>, tensor<4x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.scatter_elements: data and updates must have one element type, found f32 and i64}}
%16 = graph.scatter_elements %x, %p, %p {axis = 0, reduction = "none"} : (tensor<2x3xf32>, tensor<4x3xi64>, tensor<4x3xi64>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.scatter_elements: attribute 'reduction' must be one of "none", "add", "mul", "min", "max", not "mean"}}
%17 = graph.scatter_elements %x, %p, %y {axis = 0, reduction = "mean"} : (tensor<2x3xf32>, tensor<4x3xi64>, tensor<4x3xf32>) -> tensor<2x3xf32>
%y = "test.value"() : () -> tensor<4x3xf32>
// expected-error@+1 {{graph.arg_max: axis 2 is not an axis of a tensor of rank 2}}
%18 = graph.arg_max %x {axis = 2} : (tensor<2x3xf32>) -> tensor<2x3xi64>
%e = "test.value"() : () -> tensor<2x0xf32>
// expected-error@+1 {{graph.arg_min: axis 1 has no elements to choose from}}
%19 = graph.arg_min %e {axis = 1} : (tensor<2x0xf32>) -> tensor<2x1xi64>
// expected-error@+1 {{graph.top_k: k must be one number}}
%20, %21 = graph.top_k %x {axis = 1, k = #kiln.dims<[1, 1]>} : (tensor<2x3xf32>) -> (tensor<2x1xf32>, tensor<2x1xi64>)
// expected-error@+1 {{graph.top_k: axis 2 is not an axis of a tensor of rank 2}}
%22, %23 = graph.top_k %x {axis = 2, k = #kiln.dims<[1]>} : (tensor<2x3xf32>) -> (tensor<2x1xf32>, tensor<2x1xi64>)
// expected-error@+1 {{graph.cumulative_product: axis 2 is not an axis of a tensor of rank 2}}
%24 = graph.cumulative_product %x {axis = 2} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.reduce_sum: axis -1 is not an axis of a tensor of rank 2}}
%25 = graph.reduce_sum %x {axes = [-1]} : (tensor<2x3xf32>) -> tensor<2x1xf32>
// expected-error@+1 {{graph.reduce_max: axes [1, 1] must be sorted, each once}}
%26 = graph.reduce_max %x {axes = [1, 1]} : (tensor<2x3xf32>) -> tensor<2x1xf32>

// -----

%x = "test.value"() : () -> tensor<2x3xf32>
%s = "test.value"() : () -> tensor<i64>
%n = "test.value"() : () -> tensor<4x?xi64, #kiln.dims<[4, N]>>
%p = "test.value"() : () -> tensor<4x2xi64>
%u = "test.value"() : () -> tensor<4xf32>
%v = "test.value"() : () -> tensor<3xf32>
// expected-error@+1 {{graph.gather_nd: indices must have at least one axis, the tuples', but have none}}
%0 = graph.gather_nd %x, %s {batch_dims = 0} : (tensor<2x3xf32>, tensor<i64>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.gather_nd: the last extent of indices must be static, not N}}
%1 = graph.gather_nd %x, %n {batch_dims = 0} : (tensor<2x3xf32>, tensor<4x?xi64, #kiln.dims<[4, N]>>) -> tensor<4xf32>
// expected-error@+1 {{graph.gather_nd: batch_dims must be from 0 to 1, not 2}}
%2 = graph.gather_nd %x, %p {batch_dims = 2} : (tensor<2x3xf32>, tensor<4x2xi64>) -> tensor<4xf32>
// expected-error@+1 {{graph.gather_nd: batch_dims must be from 0 to 1, not -1}}
%3 = graph.gather_nd %x, %p {batch_dims = -1} : (tensor<2x3xf32>, tensor<4x2xi64>) -> tensor<4xf32>
// expected-error@+1 {{graph.scatter_nd: indices must have at least one axis, the tuples', but have none}}
%4 = graph.scatter_nd %x, %s, %u {reduction = "none"} : (tensor<2x3xf32>, tensor<i64>, tensor<4xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.scatter_nd: the last extent of indices must be static, not N}}
%5 = graph.scatter_nd %x, %n, %u {reduction = "none"} : (tensor<2x3xf32>, tensor<4x?xi64, #kiln.dims<[4, N]>>, tensor<4xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.scatter_nd: updates have shape [3], but [4] follows}}
%6 = graph.scatter_nd %x, %p, %v {reduction = "none"} : (tensor<2x3xf32>, tensor<4x2xi64>, tensor<3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.scatter_nd: data and updates must have one element type, found f32 and i64}}
%7 = graph.scatter_nd %x, %p, %p {reduction = "none"} : (tensor<2x3xf32>, tensor<4x2xi64>, tensor<4x2xi64>) -> tensor<2x3xf32>

// -----

%b = "test.value"() : () -> tensor<1x6x4xf32>
%b3 = "test.value"() : () -> tensor<1x6x3xf32>
%c = "test.value"() : () -> tensor<1x2x6xf32>
%n = "test.value"() : () -> tensor<i64>
%i = "test.value"() : () -> tensor<i32>
%t = "test.value"() : () -> tensor<f32>
// expected-error@+1 {{graph.non_max_suppression: boxes are pictures x boxes x 4, scores pictures x classes x boxes, and the result pictures x classes x boxes kept}}
%0 = graph.non_max_suppression %b3, %c, %n, %t, %t {center_point_box = false} : (tensor<1x6x3xf32>, tensor<1x2x6xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<1x2x6xi64>
// expected-error@+1 {{graph.non_max_suppression: operand #2 must be of i64, and a limit a scalar, not tensor<i32>}}
%1 = graph.non_max_suppression %b, %c, %i, %t, %t {center_point_box = false} : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<i32>, tensor<f32>, tensor<f32>) -> tensor<1x2x6xi64>
// expected-error@+1 {{graph.non_max_suppression: operand #3 must be of f32, and a limit a scalar, not tensor<1x2x6xf32>}}
%2 = graph.non_max_suppression %b, %c, %n, %c, %t {center_point_box = false} : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<i64>, tensor<1x2x6xf32>, tensor<f32>) -> tensor<1x2x6xi64>

// -----

%x = "test.value"() : () -> tensor<2x3xf32>
// expected-error@+1 {{graph.inverse: the last two axes must be those of square matrices of f32 or f64, not those of tensor<2x3xf32>}}
%0 = graph.inverse %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
