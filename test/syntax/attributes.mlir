// Every kind of attribute, in generic and in pretty form.
// RUN: kiln-opt %s --generic | FileCheck %s
// RUN: kiln-opt %s --generic | kiln-opt | kiln-opt --generic | FileCheck %s

// CHECK: {a, b = 5, c = -5 : i8, d = 255 : ui8, e = 3 : index, f = true}
"test.integers"() {a = unit, b = 5, c = -5 : i8, d = 255 : ui8, e = 3 : index, f = 1 : i1} : () -> ()
// CHECK: {a = 1.5e+00, b = 1.0e-01 : f32, c = 0x7F800000 : f32, d = -0.0e+00 : f16, e = 0x7FC0 : bf16}
"test.floats"() {a = 1.5, b = 0.1 : f32, c = 0x7F800000 : f32, d = -0.0 : f16, e = 0x7FC0 : bf16} : () -> ()
// CHECK: {a = "quote \22 line \0A byte \C3\A9", "key with blank" = ""}
"test.strings"() {a = "quote \" line \n byte \C3\A9", "key with blank" = ""} : () -> ()
// CHECK: {a = [], b = [1, "x", [2.0e+00]], c = {}, d = {p = 1, q}}
"test.containers"() {a = [], b = [1, "x", [2.0]], c = {}, d = {q, p = 1}} : () -> ()
// CHECK: {a = f32, b = (i32) -> (), c = tensor<2xf32>, d = !llvm.ptr, e = @main, f = @outer::@"in ner"}
"test.types_and_symbols"() {a = f32, b = (i32) -> (), c = tensor<2xf32>, d = !llvm.ptr, e = @main, f = @outer::@"in ner"} : () -> ()
// CHECK: {a = array<i64>, b = array<i32: 1, -2>, c = array<i1: true, false>, d = array<f32: 1.0e+00>}
"test.arrays"() {a = array<i64>, b = array<i32: 1, -2>, c = array<i1: true, false>, d = array<f32: 1.0>} : () -> ()
// CHECK: dense<[1, 2]> : tensor<2xi64>
// CHECK-SAME: dense<7> : tensor<2x3xi8>
// CHECK-SAME: dense<> : tensor<0xf32>
// CHECK-SAME: dense<{{\[}}[true], [false]]> : tensor<2x1xi1>
// CHECK-SAME: dense<0.0e+00> : vector<16xf32>
// CHECK-SAME: dense<(1.0e+00,2.0e+00)> : tensor<complex<f32>>
// CHECK-SAME: dense<{{\[}}"a", "b"]> : tensor<2x!graph.string>
// CHECK-SAME: dense<[1, 2]> : tensor<2xi32>
"test.dense"() {a = dense<[1, 2]> : tensor<2xi64>, b = dense<7> : tensor<2x3xi8>, c = dense<> : tensor<0xf32>, d = dense<[[true], [false]]> : tensor<2x1xi1>, e = dense<0.0> : vector<16xf32>, f = dense<(1.0, 2.0)> : tensor<complex<f32>>, g = dense<["a", "b"]> : tensor<2x!graph.string>, h = dense<"0x0100000002000000"> : tensor<2xi32>} : () -> ()
// CHECK: {a = #kiln.dims<[N, 2 * H + 1, 3, ?]>, b = #kiln.dims<[(W + 1) floordiv 2, min(A, B), "x y"]>}
"test.dims"() {a = #kiln.dims<[N, H * 2 + 1, 3, ?]>, b = #kiln.dims<[(W - 1) floordiv 2 + 1, min(A, B), "x y"]>} : () -> ()
// CHECK: affine_map<(d0, d1)[s0] -> (d0 + s0 * 4, -d1, d1 floordiv 2)>
// CHECK-SAME: affine_set<(d0)[s0] : (d0 - s0 >= 0, d0 == 0)>
// CHECK-SAME: strided<[1, ?], offset: 4>
"test.affine"() {a = affine_map<(i, j)[s] -> (i + s * 4, -j, j floordiv 2)>, b = affine_set<(d0)[s0] : (d0 >= s0, d0 == 0)>, c = strided<[1, ?], offset: 4>} : () -> ()
// CHECK: {a = #llvm.linkage<external>, b = loc("node"("model.onnx":3:4))}
"test.others"() {a = #llvm.linkage<external>, b = loc("node"("model.onnx":3:4))} : () -> ()
