// Aliases of types, attributes and locations are resolved when read and made anew when asked for.
// RUN: kiln-opt %s --locations | FileCheck %s
// RUN: kiln-opt %s --locations --aliases | FileCheck %s --check-prefix=ALIASES
// RUN: kiln-opt %s --locations --aliases --generic \
// RUN:   | mlir-opt --allow-unregistered-dialect --mlir-print-op-generic --mlir-print-debuginfo \
// RUN:   | kiln-opt --locations | FileCheck %s

// ALIASES: !type0 = tensor<?x3xf32, #kiln.dims<[N, 3]>>
!image = tensor<?x3xf32, #kiln.dims<[N, 3]>>
// ALIASES: #attribute0 = affine_map<(d0, d1) -> (d1, d0)>
#swap = affine_map<(i, j) -> (j, i)>
// ALIASES: #loc0 = loc("conv1"("model.onnx":1:2))
#node = loc("conv1"("model.onnx":1:2))

// CHECK: %0 = "test.a"() {map = affine_map<(d0, d1) -> (d1, d0)>} : () -> tensor<?x3xf32, #kiln.dims<[N, 3]>> loc("conv1"("model.onnx":1:2))
// ALIASES: %0 = "test.a"() {map = #attribute0} : () -> !type0 loc(#loc0)
%0 = "test.a"() {map = #swap} : () -> !image loc(#node)
// CHECK: "test.b"(%0) {map = affine_map<(d0, d1) -> (d1, d0)>} : (tensor<?x3xf32, #kiln.dims<[N, 3]>>) -> () loc("conv1"("model.onnx":1:2))
"test.b"(%0) {map = #swap} : (!image) -> () loc(#node)
// CHECK: "test.c"() : () -> () loc(fused["conv1"("model.onnx":1:2), callsite("a" at unknown)])
"test.c"() : () -> () loc(fused[#node, callsite("a" at unknown)])
// An alias of a location may be defined after its use.
// CHECK: "test.d"() : () -> () loc("late")
"test.d"() : () -> () loc(#late)
#late = loc("late")
