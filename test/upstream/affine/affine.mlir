// Every op of affine: maps and sets with symbols, bounds of several results, carried values.
#map = affine_map<(d0)[s0] -> (d0 * 2 + s0 - 1)>
#bounds = affine_map<(d0)[s0] -> (d0, s0, 128)>
#set = affine_set<(d0)[s0] : (d0 - 10 >= 0, s0 - d0 >= 0, d0 mod 2 == 0)>
func.func @affine(%n: index, %m: memref<100x?xf32>, %init: f32, %lin: index) -> f32 {
  %0 = affine.apply #map(%n)[%n]
  %1 = affine.min affine_map<(d0)[s0] -> (d0, s0 - 1, 7)>(%n)[%n]
  %2 = affine.max affine_map<(d0) -> (d0, 0)>(%n)
  affine.for %i = 0 to 100 {
    %3 = affine.load %m[%i, symbol(%n)] : memref<100x?xf32>
    affine.store %3, %m[%i, %i + 3] : memref<100x?xf32>
    affine.if #set(%i)[%n] {
      affine.prefetch %m[%i, %i], read, locality<2>, data : memref<100x?xf32>
    } else {
      %v = affine.vector_load %m[%i, 0] : memref<100x?xf32>, vector<4xf32>
      affine.vector_store %v, %m[%i, 0] : memref<100x?xf32>, vector<4xf32>
    }
  }
  %4 = affine.for %i = max #bounds(%n)[%n] to min #bounds(%n)[%n] step 4 iter_args(%a = %init) -> (f32) {
    %5 = affine.if affine_set<(d0) : (d0 == 0)>(%i) -> f32 {
      affine.yield %a : f32
    } else {
      %6 = arith.addf %a, %a : f32
      affine.yield %6 : f32
    }
    affine.yield %5 : f32
  }
  affine.parallel (%i, %j) = (0, 0) to (10, symbol(%n)) {
  }
  %7 = affine.parallel (%i, %j) = (0, max(1, 2)) to (min(10, 20), 30) step (2, 4) reduce ("addf") -> (f32) {
    %8 = affine.load %m[%i, %j] : memref<100x?xf32>
    affine.yield %8 : f32
  }
  %9:3 = affine.delinearize_index %lin into (4, %n, 2) : index, index, index
  %10 = affine.linearize_index [%n, %n] by (4, %n) : index
  %11 = affine.linearize_index disjoint [%n, %n, %n] by (2, 3) : index
  return %4 : f32
}
