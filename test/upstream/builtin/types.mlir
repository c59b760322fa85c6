// Every kind of type.
!alias = tensor<2x?xf32>
!nested = tuple<!alias, !alias>

%0:8 = "any.integers"() : () -> (i1, i8, si8, ui8, i1024, index, none, i16777215)
%1:18 = "any.floats"() : () -> (f16, bf16, f32, f64, f80, f128, tf32, f8E5M2, f8E4M3, f8E4M3FN, f8E5M2FNUZ, f8E4M3FNUZ, f8E4M3B11FNUZ, f8E3M4, f8E8M0FNU, f4E2M1FN, f6E2M3FN, f6E3M2FN)
%2:5 = "any.compounds"() : () -> (complex<f32>, complex<i8>, tuple<>, tuple<i1, tuple<f32, index>>, !nested)
%3:4 = "any.functions"() : () -> (() -> (), (i1) -> i2, (i1, i2) -> (i3, i4), () -> (() -> i1))
%4:9 = "any.tensors"() : () -> (tensor<f32>, tensor<0xi8>, tensor<2x?x3xf32>, tensor<*xf32>, tensor<4xcomplex<f32>>, tensor<2x!any.type<1>>, tensor<2xvector<4xf32>>, tensor<?xf32, "encoding">, !alias)
%5:2 = "any.encodings"() : () -> (tensor<3x4xf64, #any.encoding<{a = 1, b = [2]}>>, tensor<?xf32, {rows = 1 : i32}>)
%6:7 = "any.vectors"() : () -> (vector<f32>, vector<16xf32>, vector<2x3xi8>, vector<[4]xf32>, vector<2x[4]xi1>, vector<[2]x[4]xf32>, vector<4xindex>)
%7:8 = "any.memrefs"() : () -> (memref<f32>, memref<2x?xf32>, memref<2xf32, 1>, memref<2xf32, 3 : i32>, memref<2xf32, "space">, memref<2xf32, #gpu.address_space<workgroup>>, memref<4xmemref<?xi8>>, memref<2xvector<4xf32>>)
%8:6 = "any.layouts"() : () -> (memref<2x3xf32, strided<[?, 1]>>, memref<2x3xf32, strided<[1, 2], offset: ?>, 2>, memref<2x3xf32, affine_map<(d0, d1) -> (d1, d0)>>, memref<2x3xf32, affine_map<(d0, d1)[s0] -> (d0 * s0 + d1)>, 1>, memref<2x3xf32, affine_map<(d0, d1) -> (d0, d1)>>, memref<?x?xf32, strided<[?, ?], offset: ?>>)
%9:2 = "any.unranked"() : () -> (memref<*xf32>, memref<*xf32, 1>)
%10:8 = "any.dialects"() : () -> (!any.plain, !any.body<i32, [1, 2], "a>b">, !any<"opaque">, !llvm.ptr, !llvm.ptr<3>, !llvm.struct<"name", (i32, ptr)>, !any.function<(i32) -> (i64)>, !any.deep<<1>, {x}>)
