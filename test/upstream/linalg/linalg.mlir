// Ops of linalg: generic with maps and iterators, named ops on tensors and buffers, regions, indices.
#id = affine_map<(d0, d1) -> (d0, d1)>
#row = affine_map<(d0, d1) -> (d0)>
func.func @generic(%a: tensor<4x8xf32>, %out: tensor<4xf32>, %m: memref<4x8xf32>, %s: f32) -> tensor<4xf32> {
  %0 = linalg.generic {indexing_maps = [#id, #row], iterator_types = ["parallel", "reduction"]}
      ins(%a : tensor<4x8xf32>) outs(%out : tensor<4xf32>) attrs = {any.tag = "x"} {
  ^bb0(%x: f32, %acc: f32):
    %i = linalg.index 0 : index
    %sum = arith.addf %x, %acc : f32
    linalg.yield %sum : f32
  } -> tensor<4xf32>
  linalg.generic {doc = "adds", library_call = "add", indexing_maps = [affine_map<(d0, d1) -> ()>, #id], iterator_types = ["parallel", "parallel"]}
      ins(%s : f32) outs(%m : memref<4x8xf32>) {
  ^bb0(%x: f32, %y: f32):
    linalg.yield %x : f32
  }
  return %0 : tensor<4xf32>
}
func.func @named(%a: tensor<4x8xf32>, %b: tensor<8x16xf32>, %c: tensor<4x16xf32>, %ma: memref<4x8xf32>, %mb: memref<8x16xf32>, %mc: memref<4x16xf32>, %s: f32,
                 %img: tensor<1x8x8x3xf32>, %ker: tensor<3x3x3x16xf32>, %co: tensor<1x6x6x16xf32>, %v: tensor<8xf32>, %w: tensor<4xf32>,
                 %b3: tensor<2x4x8xf32>, %b4: tensor<2x8x16xf32>, %bc: tensor<2x4x16xf32>, %win: tensor<3x3xf32>, %po: tensor<1x6x6x3xf32>, %a2: tensor<4x8xf32>, %d0: tensor<f32>) {
  %0 = linalg.fill ins(%s : f32) outs(%c : tensor<4x16xf32>) -> tensor<4x16xf32>
  %1 = linalg.matmul ins(%a, %b : tensor<4x8xf32>, tensor<8x16xf32>) outs(%0 : tensor<4x16xf32>) -> tensor<4x16xf32>
  linalg.matmul ins(%ma, %mb : memref<4x8xf32>, memref<8x16xf32>) outs(%mc : memref<4x16xf32>)
  %2 = linalg.batch_matmul ins(%b3, %b4 : tensor<2x4x8xf32>, tensor<2x8x16xf32>) outs(%bc : tensor<2x4x16xf32>) -> tensor<2x4x16xf32>
  %3 = linalg.matvec ins(%a, %v : tensor<4x8xf32>, tensor<8xf32>) outs(%w : tensor<4xf32>) -> tensor<4xf32>
  %4 = linalg.dot ins(%v, %v : tensor<8xf32>, tensor<8xf32>) outs(%d0 : tensor<f32>) -> tensor<f32>
  %5 = linalg.conv_2d_nhwc_hwcf {dilations = dense<1> : tensor<2xi64>, strides = dense<1> : tensor<2xi64>}
      ins(%img, %ker : tensor<1x8x8x3xf32>, tensor<3x3x3x16xf32>) outs(%co : tensor<1x6x6x16xf32>) -> tensor<1x6x6x16xf32>
  %6 = linalg.pooling_nhwc_max ins(%img, %win : tensor<1x8x8x3xf32>, tensor<3x3xf32>) outs(%po : tensor<1x6x6x3xf32>) -> tensor<1x6x6x3xf32>
  %7 = linalg.add ins(%a, %a : tensor<4x8xf32>, tensor<4x8xf32>) outs(%a2 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %8 = linalg.exp ins(%a : tensor<4x8xf32>) outs(%a2 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %9 = linalg.elementwise kind = #linalg.elementwise_kind<add> ins(%a, %a : tensor<4x8xf32>, tensor<4x8xf32>) outs(%a2 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %10 = linalg.copy ins(%a : tensor<4x8xf32>) outs(%a2 : tensor<4x8xf32>) -> tensor<4x8xf32>
  %11 = linalg.softmax dimension(1) ins(%a : tensor<4x8xf32>) outs(%a2 : tensor<4x8xf32>) -> tensor<4x8xf32>
  return
}
func.func @structured(%a: tensor<4x8xf32>, %t: tensor<8x4xf32>, %r: tensor<4xf32>, %v: tensor<8xf32>, %p: tensor<2x4x2x2xf32>) {
  %0 = linalg.map { arith.addf } ins(%a, %a : tensor<4x8xf32>, tensor<4x8xf32>) outs(%a : tensor<4x8xf32>)
  %1 = linalg.reduce { arith.addf } ins(%a : tensor<4x8xf32>) outs(%r : tensor<4xf32>) dimensions = [1]
  %2 = linalg.transpose ins(%a : tensor<4x8xf32>) outs(%t : tensor<8x4xf32>) permutation = [1, 0]
  %3 = linalg.broadcast ins(%v : tensor<8xf32>) outs(%a : tensor<4x8xf32>) dimensions = [0]
  %4 = linalg.pack %a inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %p : tensor<4x8xf32> -> tensor<2x4x2x2xf32>
  %5 = linalg.unpack %4 inner_dims_pos = [0, 1] inner_tiles = [2, 2] into %a : tensor<2x4x2x2xf32> -> tensor<4x8xf32>
  return
}
