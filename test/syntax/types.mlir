// Every kind of type.
// RUN: kiln-opt %s | FileCheck %s
// RUN: kiln-opt %s --generic | kiln-opt | FileCheck %s

// CHECK: () -> (index, none, i1, si8, ui64, i17)
%0:6 = "test.integers"() : () -> (index, none, i1, si8, ui64, i17)
// CHECK: () -> (f16, bf16, f32, f64, f80, f128, tf32, f8E4M3FN, f8E4M3FNUZ, f8E5M2, f8E5M2FNUZ)
%1:11 = "test.floats"() : () -> (f16, bf16, f32, f64, f80, f128, tf32, f8E4M3FN, f8E4M3FNUZ, f8E5M2, f8E5M2FNUZ)
// CHECK: () -> (complex<f32>, tuple<>, tuple<i1, tuple<f32>>)
%2:3 = "test.compounds"() : () -> (complex<f32>, tuple<>, tuple<i1, tuple<f32>>)
// CHECK: () -> (() -> ())
%3 = "test.function"() : () -> (() -> ())
// CHECK: () -> (tensor<f32>, tensor<0x2x?xi8>, tensor<*xf32>, tensor<2xf32, "csr">)
%4:4 = "test.tensors"() : () -> (tensor<f32>, tensor<0x2x?xi8>, tensor<*xf32>, tensor<2xf32, "csr">)
// CHECK: () -> tensor<?x3x?xf32, #kiln.dims<[N, 3, 2 * W + 1]>>
%5 = "test.symbols"() : () -> tensor<?x3x?xf32, #kiln.dims<[N, 3, W * 2 + 1]>>
// CHECK: () -> (vector<16xf32>, vector<2x[4]xi8>, vector<f32>)
%6:3 = "test.vectors"() : () -> (vector<16xf32>, vector<2x[4]xi8>, vector<f32>)
// CHECK: () -> (memref<?x2xf32>, memref<2xf32, strided<[?], offset: ?>>, memref<2xf32, affine_map<(d0) -> (d0 * 2)>, 3>, memref<*xi8>)
%7:4 = "test.memrefs"() : () -> (memref<?x2xf32>, memref<2xf32, strided<[?], offset: ?>>, memref<2xf32, affine_map<(d0) -> (d0 * 2)>, 3>, memref<*xi8>)
// CHECK: () -> (!llvm.ptr, !llvm.struct<(ptr, array<2 x i64>)>, !graph.string)
%8:3 = "test.dialects"() : () -> (!llvm.ptr, !llvm.struct<(ptr, array<2 x i64>)>, !graph.string)
