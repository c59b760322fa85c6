// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// Behind the inputs come the tensors that xs, zs and y name. What a product passes on is the other operand; what is read
// twice gets the sum of both.
// CHECK-LABEL: sym_name = "reused"
// CHECK: %[[C:[0-9]+]] = graph.add %arg0, %arg1
// CHECK: %[[D:[0-9]+]] = graph.multiply %[[C]], %arg0
// CHECK: %[[OFC:[0-9]+]] = graph.multiply %{{[0-9]+}}, %arg0
// CHECK: %[[OFA:[0-9]+]] = graph.multiply %{{[0-9]+}}, %[[C]]
// CHECK: %[[A:[0-9]+]] = graph.add %[[OFA]], %[[OFC]]
// CHECK: func.return %[[D]], %[[A]], %[[OFC]]
!f = tensor<f32>
func.func {sym_name = "reused", function_type = (!f, !f) -> (!f, !f, !f)} ({
^bb0(%a: !f, %b: !f):
  %c = onnx.Add %a, %b : (!f, !f) -> !f
  %d = onnx.Mul %c, %a : (!f, !f) -> !f
  %da, %db = onnx.ai.onnx.preview.training.Gradient %a, %b, %a, %b, %d {xs = ["a", "b"], y = "d"} : (!f, !f, !f, !f, !f) -> (!f, !f)
  func.return %d, %da, %db : (!f, !f, !f) -> ()
})

// What was stretched is summed, and products turn operands over.
// CHECK-LABEL: sym_name = "layer"
// CHECK: graph.matmul %{{[0-9]+}}, %arg1 {transpose_b = true}
// CHECK: graph.matmul %arg0, %{{[0-9]+}} {transpose_a = true}
!x = tensor<?x3xf32, #kiln.dims<[N, 3]>>
!w = tensor<3x4xf32>
!b = tensor<4xf32>
func.func {sym_name = "layer", function_type = (!x, !w, !b) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%x: !x, %w: !w, %b: !b):
  %p = onnx.MatMul %x, %w : (!x, !w) -> tensor<*x!onnx.any>
  %y = onnx.Add %p, %b : (tensor<*x!onnx.any>, !b) -> tensor<*x!onnx.any>
  %dx, %dw, %db = onnx.ai.onnx.preview.training.Gradient %x, %w, %b, %x, %w, %b, %y {xs = ["x", "w", "b"], y = "y"} : (!x, !w, !b, !x, !w, !b, tensor<*x!onnx.any>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  func.return %dx, %dw, %db : (tensor<*x!onnx.any>, tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})

// For another value than that of the tensor that is named, what leads to y is there once more.
// CHECK-LABEL: sym_name = "elsewhere"
// CHECK: %[[Y:[0-9]+]] = graph.exp %arg0
// CHECK: %[[OTHER:[0-9]+]] = graph.exp %arg1
// CHECK: graph.multiply %{{[0-9]+}}, %[[OTHER]]
func.func {sym_name = "elsewhere", function_type = (!b, !b) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%h: !b, %other: !b):
  %y = onnx.Exp %h : (!b) -> tensor<*x!onnx.any>
  %dh = onnx.ai.onnx.preview.training.Gradient %other, %h, %y {xs = ["h"], y = "y"} : (!b, !b, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  func.return %y, %dh : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})
