// Every op of vector.
func.func @memory(%m: memref<?x?xf32>, %v: vector<8xf32>, %i: index, %mask: vector<8xi1>, %idx: vector<8xi32>, %t: tensor<?x?xf32>, %f: f32, %b: memref<4x8xf32>, %mask2: vector<2x4xi1>) {
  %0 = vector.load %m[%i, %i] : memref<?x?xf32>, vector<8xf32>
  %1 = vector.load %m[%i, %i] {nontemporal = true, alignment = 16} : memref<?x?xf32>, vector<8xf32>
  vector.store %v, %m[%i, %i] : memref<?x?xf32>, vector<8xf32>
  %2 = vector.maskedload %m[%i, %i], %mask, %v : memref<?x?xf32>, vector<8xi1>, vector<8xf32> into vector<8xf32>
  vector.maskedstore %m[%i, %i], %mask, %v : memref<?x?xf32>, vector<8xi1>, vector<8xf32>
  %3 = vector.gather %m[%i, %i] [%idx], %mask, %v : memref<?x?xf32>, vector<8xi32>, vector<8xi1>, vector<8xf32> into vector<8xf32>
  vector.scatter %m[%i, %i] [%idx], %mask, %v : memref<?x?xf32>, vector<8xi32>, vector<8xi1>, vector<8xf32>
  %4 = vector.expandload %m[%i, %i], %mask, %v : memref<?x?xf32>, vector<8xi1>, vector<8xf32> into vector<8xf32>
  vector.compressstore %m[%i, %i], %mask, %v : memref<?x?xf32>, vector<8xi1>, vector<8xf32>
  %5 = vector.transfer_read %m[%i, %i], %f {in_bounds = [true], permutation_map = affine_map<(d0, d1) -> (d0)>} : memref<?x?xf32>, vector<8xf32>
  %6 = vector.transfer_read %t[%i, %i], %f, %mask2 {in_bounds = [true, false]} : tensor<?x?xf32>, vector<2x4xf32>
  vector.transfer_write %v, %m[%i, %i] {in_bounds = [false]} : vector<8xf32>, memref<?x?xf32>
  %7 = vector.transfer_write %6, %t[%i, %i] : vector<2x4xf32>, tensor<?x?xf32>
  %8 = vector.type_cast %b : memref<4x8xf32> to memref<vector<4x8xf32>>
  return
}
func.func @shapes(%v: vector<8xf32>, %w: vector<2x4xf32>, %s: f32, %i: index, %x: vector<4xf32>, %sc: vector<[4]xf32>, %z: vector<f32>) {
  %0 = vector.broadcast %s : f32 to vector<8xf32>
  %1 = vector.broadcast %x : vector<4xf32> to vector<2x4xf32>
  %2 = vector.shape_cast %v : vector<8xf32> to vector<2x4xf32>
  %3 = vector.transpose %w, [1, 0] : vector<2x4xf32> to vector<4x2xf32>
  %4 = vector.shuffle %v, %v [0, 8, 1, 9, -1] : vector<8xf32>, vector<8xf32>
  %5 = vector.interleave %x, %x : vector<4xf32> -> vector<8xf32>
  %6, %7 = vector.deinterleave %v : vector<8xf32> -> vector<4xf32>
  %8 = vector.extract %w[1] : vector<4xf32> from vector<2x4xf32>
  %9 = vector.extract %w[0, %i] : f32 from vector<2x4xf32>
  %10 = vector.insert %x, %w[1] : vector<4xf32> into vector<2x4xf32>
  %11 = vector.insert %s, %w[%i, 3] : f32 into vector<2x4xf32>
  %12 = vector.extract_strided_slice %w {offsets = [0, 1], sizes = [2, 2], strides = [1, 1]} : vector<2x4xf32> to vector<2x2xf32>
  %13 = vector.insert_strided_slice %x, %w {offsets = [1, 0], strides = [1]} : vector<4xf32> into vector<2x4xf32>
  %14 = vector.scalable.extract %sc[0] : vector<4xf32> from vector<[4]xf32>
  %15 = vector.scalable.insert %x, %sc[4] : vector<4xf32> into vector<[4]xf32>
  %16 = vector.bitcast %v : vector<8xf32> to vector<8xi32>
  %17 = vector.extract %z[] : f32 from vector<f32>
  %18:4 = vector.to_elements %x : vector<4xf32>
  %19 = vector.from_elements %s, %s, %s, %s : vector<2x2xf32>
  %20 = vector.step : vector<8xindex>
  %21 = vector.vscale
  return
}
func.func @arithmetic(%v: vector<8xf32>, %a: vector<4x8xf32>, %b: vector<8x16xf32>, %c: vector<4x16xf32>, %s: f32, %i: index, %m: vector<4x16xi1>, %k: vector<4x2xf32>) {
  %0 = vector.fma %v, %v, %v : vector<8xf32>
  %1 = vector.reduction <add>, %v : vector<8xf32> into f32
  %2 = vector.reduction <mul>, %v, %s fastmath<reassoc> : vector<8xf32> into f32
  %3 = vector.reduction <maximumf>, %v : vector<8xf32> into f32
  %4 = vector.multi_reduction <minnumf>, %a, %v [0] : vector<4x8xf32> to vector<8xf32>
  %5 = vector.contract {indexing_maps = [affine_map<(i, j, k) -> (i, k)>, affine_map<(i, j, k) -> (k, j)>, affine_map<(i, j, k) -> (i, j)>], iterator_types = ["parallel", "parallel", "reduction"], kind = #vector.kind<add>} %a, %b, %c : vector<4x8xf32>, vector<8x16xf32> into vector<4x16xf32>
  %6 = vector.outerproduct %v, %v : vector<8xf32>, vector<8xf32>
  %7 = vector.outerproduct %v, %s : vector<8xf32>, f32
  %8, %9 = vector.scan <add>, %a, %v {inclusive = true, reduction_dim = 0 : i64} : vector<4x8xf32>, vector<8xf32>
  return
}
func.func @masks(%i: index, %v: vector<8xf32>, %s: f32, %m: vector<8xi1>) {
  %0 = vector.create_mask %i : vector<8xi1>
  %1 = vector.create_mask %i, %i : vector<4x[8]xi1>
  %2 = vector.constant_mask [2, 3] : vector<4x8xi1>
  %3 = vector.mask %m { vector.reduction <add>, %v : vector<8xf32> into f32 } : vector<8xi1> -> f32
  vector.print %s : f32
  vector.print %v : vector<8xf32> punctuation <comma>
  vector.print punctuation <newline>
  vector.print str "text"
  return
}
