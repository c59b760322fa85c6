// Every op of memref.
memref.global "private" @uninitialized : memref<4xf32> = uninitialized
memref.global constant @table : memref<2x2xi32> = dense<[[1, 2], [3, 4]]> {alignment = 64}
memref.global "nested" @external : memref<4x2xf32, strided<[2, 1]>>
func.func @allocations(%n: index, %m: memref<*xf32>, %s: i1) {
  %0 = memref.alloc() : memref<4xf32>
  %1 = memref.alloc(%n) {alignment = 32 : i64} : memref<?x2xf32>
  %2 = memref.alloc(%n)[%n] : memref<4x?xf32, affine_map<(d0, d1)[s0] -> (d0 + s0, d1)>, 1>
  %3 = memref.alloca(%n) : memref<?xi8>
  %4 = memref.realloc %3(%n) : memref<?xi8> to memref<?xi8>
  memref.dealloc %0 : memref<4xf32>
  memref.dealloc %m : memref<*xf32>
  memref.alloca_scope {
    %5 = memref.alloca() : memref<f32>
  }
  %6 = memref.alloca_scope -> (i32) {
    %c = arith.constant 1 : i32
    memref.alloca_scope.return %c : i32
  }
  return
}
func.func @accesses(%m: memref<4x?xf32>, %i: index, %f: f32, %a: memref<?xi32>, %v: i32) {
  %0 = memref.load %m[%i, %i] : memref<4x?xf32>
  %1 = memref.load %m[%i, %i] {nontemporal = true} : memref<4x?xf32>
  memref.store %f, %m[%i, %i] : memref<4x?xf32>
  memref.store %f, %m[%i, %i] {nontemporal = true} : memref<4x?xf32>
  memref.prefetch %m[%i, %i], read, locality<3>, data : memref<4x?xf32>
  memref.prefetch %m[%i, %i], write, locality<0>, instr : memref<4x?xf32>
  %2 = memref.atomic_rmw addi %v, %a[%i] : (i32, memref<?xi32>) -> i32
  %3 = memref.atomic_rmw maximumf %f, %m[%i, %i] : (f32, memref<4x?xf32>) -> f32
  %4 = memref.generic_atomic_rmw %a[%i] : memref<?xi32> {
  ^bb0(%old: i32):
    %n = arith.addi %old, %v : i32
    memref.atomic_yield %n : i32
  }
  memref.copy %a, %a : memref<?xi32> to memref<?xi32>
  memref.assume_alignment %m, 16 : memref<4x?xf32>
  return
}
func.func @views(%m: memref<8x16xf32>, %d: memref<?x?xf32, strided<[?, 1], offset: ?>>, %b: memref<2048xi8>, %n: index, %u: memref<*xf32>, %shape: memref<2xindex>) {
  %0 = memref.subview %m[0, %n] [4, 4] [1, 2] : memref<8x16xf32> to memref<4x4xf32, strided<[16, 2], offset: ?>>
  %1 = memref.subview %d[%n, 1] [%n, %n] [%n, 1] : memref<?x?xf32, strided<[?, 1], offset: ?>> to memref<?x?xf32, strided<[?, 1], offset: ?>>
  %2 = memref.subview %m[0, 0] [1, 16] [1, 1] : memref<8x16xf32> to memref<16xf32>
  %3 = memref.view %b[%n][%n] : memref<2048xi8> to memref<?x4xf32>
  %4 = memref.cast %m : memref<8x16xf32> to memref<?x?xf32>
  %5 = memref.cast %u : memref<*xf32> to memref<4xf32>
  %6 = memref.reinterpret_cast %m to offset: [%n], sizes: [4, %n], strides: [%n, 1] : memref<8x16xf32> to memref<4x?xf32, strided<[?, 1], offset: ?>>
  %7 = memref.reshape %m(%shape) : (memref<8x16xf32>, memref<2xindex>) -> memref<?x?xf32>
  %8 = memref.expand_shape %m [[0, 1], [2]] output_shape [2, 4, 16] : memref<8x16xf32> into memref<2x4x16xf32>
  %9 = memref.collapse_shape %m [[0, 1]] : memref<8x16xf32> into memref<128xf32>
  %10 = memref.transpose %m (i, j) -> (j, i) : memref<8x16xf32> to memref<16x8xf32, strided<[1, 16]>>
  %11 = memref.dim %d, %n : memref<?x?xf32, strided<[?, 1], offset: ?>>
  %12 = memref.rank %u : memref<*xf32>
  %13 = memref.memory_space_cast %m : memref<8x16xf32> to memref<8x16xf32, 1>
  %14 = memref.get_global @table : memref<2x2xi32>
  %15 = memref.extract_aligned_pointer_as_index %m : memref<8x16xf32> -> index
  %base, %offset, %sizes:2, %strides:2 = memref.extract_strided_metadata %d : memref<?x?xf32, strided<[?, 1], offset: ?>> -> memref<f32>, index, index, index, index, index
  return
}
func.func @transfers(%a: memref<4xf32>, %b: memref<4xf32, 1>, %tag: memref<1xi32>, %i: index) {
  memref.dma_start %a[%i], %b[%i], %i, %tag[%i] : memref<4xf32>, memref<4xf32, 1>, memref<1xi32>
  memref.dma_wait %tag[%i], %i : memref<1xi32>
  return
}
