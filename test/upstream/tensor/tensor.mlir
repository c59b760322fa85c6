// Every op of tensor.
func.func @making(%n: index, %f: f32, %t: tensor<?x4xf32>) {
  %0 = tensor.empty() : tensor<2x3xf32>
  %1 = tensor.empty(%n) : tensor<?x4xf32>
  %2 = tensor.from_elements %n, %n : tensor<2xindex>
  %3 = tensor.splat %f : tensor<8xf32>
  %4 = tensor.splat %f[%n] : tensor<?x4xf32>
  %5 = tensor.generate %n {
  ^bb0(%i: index, %j: index):
    tensor.yield %f : f32
  } : tensor<?x4xf32>
  return
}
func.func @reading(%t: tensor<?x4xf32>, %i: index, %f: f32, %u: tensor<*xf32>, %idx: tensor<2x1xi32>) {
  %0 = tensor.extract %t[%i, %i] : tensor<?x4xf32>
  %1 = tensor.insert %f into %t[%i, %i] : tensor<?x4xf32>
  %2 = tensor.dim %t, %i : tensor<?x4xf32>
  %3 = tensor.rank %u : tensor<*xf32>
  %4 = tensor.gather %t[%idx] gather_dims([1]) : (tensor<?x4xf32>, tensor<2x1xi32>) -> tensor<2x?x1xf32>
  %5 = tensor.extract_slice %t[%i, 0] [2, %i] [1, %i] : tensor<?x4xf32> to tensor<2x?xf32>
  %6 = tensor.extract_slice %t[0, 0] [1, 4] [1, 1] : tensor<?x4xf32> to tensor<4xf32>
  %7 = tensor.insert_slice %5 into %t[0, 0] [2, %i] [1, 1] : tensor<2x?xf32> into tensor<?x4xf32>
  return
}
func.func @shapes(%t: tensor<8x16xf32>, %d: tensor<?x?xf32>, %n: index, %shape: tensor<2xindex>, %i: tensor<4xi32>, %f: f32) {
  %0 = tensor.cast %t : tensor<8x16xf32> to tensor<?x?xf32>
  %1 = tensor.cast %t : tensor<8x16xf32> to tensor<*xf32>
  %2 = tensor.reshape %t(%shape) : (tensor<8x16xf32>, tensor<2xindex>) -> tensor<?x?xf32>
  %3 = tensor.expand_shape %t [[0, 1], [2]] output_shape [2, 4, 16] : tensor<8x16xf32> into tensor<2x4x16xf32>
  %4 = tensor.expand_shape %d [[0, 1], [2]] output_shape [%n, 4, %n] : tensor<?x?xf32> into tensor<?x4x?xf32>
  %5 = tensor.collapse_shape %t [[0, 1]] : tensor<8x16xf32> into tensor<128xf32>
  %6 = tensor.pad %t low[1, %n] high[%n, 2] {
  ^bb0(%a: index, %b: index):
    tensor.yield %f : f32
  } : tensor<8x16xf32> to tensor<?x?xf32>
  %7 = tensor.pad %t nofold low[0, 0] high[0, 0] {
  ^bb0(%a: index, %b: index):
    tensor.yield %f : f32
  } : tensor<8x16xf32> to tensor<8x16xf32>
  %8 = tensor.bitcast %i : tensor<4xi32> to tensor<4xui32>
  %9 = tensor.concat dim(1) %t, %t : (tensor<8x16xf32>, tensor<8x16xf32>) -> tensor<8x32xf32>
  return
}
