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
// expected-error@+1 {{graph.top_k: k is 4, but axis 1 has 3 elements}}
%7, %8 = graph.top_k %x {axis = 1, k = 4} : (tensor<2x3xf32>) -> (tensor<2x4xf32>, tensor<2x4xi64>)
// expected-error@+1 {{graph.arg_max: results are (tensor<2xi64>), but (tensor<2x1xi64>) follows}}
%9 = graph.arg_max %x {axis = 1} : (tensor<2x3xf32>) -> tensor<2xi64>
// expected-error@+1 {{graph.reduce_sum: axes [1, 0] must be sorted, each once}}
%10 = graph.reduce_sum %x {axes = [1, 0]} : (tensor<2x3xf32>) -> tensor<1x1xf32>
// expected-error@+1 {{graph.reduce_mean: axis 2 is not an axis of a tensor of rank 2}}
%11 = graph.reduce_mean %x {axes = [2]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// expected-error@+1 {{graph.cumulative_sum: attribute 'axis' is missing}}
%12 = graph.cumulative_sum %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
