// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// What the node says of the filter holds, and the channels of the filter are those of the input.
// CHECK-LABEL: sym_name = "named"
// CHECK: %[[FILTER:[0-9]+]] = graph.reshape %arg1 {{.*}} -> tensor<?x?x3x3xf32, #kiln.dims<[M, C, 3, 3]>>
// CHECK: %[[X:[0-9]+]] = graph.reshape %arg0 {{.*}} -> tensor<1x?x8x8xf32, #kiln.dims<[1, C, 8, 8]>>
// CHECK: graph.conv %[[X]], %[[FILTER]]
!x = tensor<1x?x8x8xf32, #kiln.dims<[1, K, 8, 8]>>
!w = tensor<?x?x?x?xf32, #kiln.dims<[M, C, H, W]>>
func.func {sym_name = "named", function_type = (!x, !w) -> tensor<*x!onnx.any>} ({
^bb0(%x: !x, %w: !w):
  %y = onnx.Conv %x, %w {kernel_shape = [3, 3]} : (!x, !w) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Where nothing says how large the filter is, what each tap reads is gathered.
// CHECK-LABEL: sym_name = "open"
// CHECK: graph.pad
// CHECK: graph.gather {{.*}}axis = 3
// CHECK: graph.gather {{.*}}axis = 2
// CHECK: graph.matmul
// CHECK-NOT: graph.conv
func.func {sym_name = "open", function_type = (!x, !w) -> tensor<*x!onnx.any>} ({
^bb0(%x: !x, %w: !w):
  %y = onnx.Conv %x, %w {pads = [1, 1, 1, 1]} : (!x, !w) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// A transposed one adds its products up where they lie.
// CHECK-LABEL: sym_name = "transposed"
// CHECK: graph.matmul
// CHECK: graph.scatter_elements {{.*}}reduction = "add"
// CHECK-NOT: graph.conv_transpose
func.func {sym_name = "transposed", function_type = (!x, !w) -> tensor<*x!onnx.any>} ({
^bb0(%x: !x, %w: !w):
  %y = onnx.ConvTranspose %x, %w {strides = [2, 2]} : (!x, !w) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Only a run tells the size of a head: no op that needs it.
// CHECK-LABEL: sym_name = "heads"
// CHECK: graph.sqrt
// CHECK: graph.softmax
// CHECK-NOT: graph.attention
!h = tensor<?x?x?x?xf32, #kiln.dims<[B, A, L, D]>>
func.func {sym_name = "heads", function_type = (!h, !h, !h) -> tensor<*x!onnx.any>} ({
^bb0(%q: !h, %k: !h, %v: !h):
  %y = onnx.Attention %q, %k, %v : (!h, !h, !h) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
