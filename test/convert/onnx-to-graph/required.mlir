// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// What is no category is an error of the run where zeros are not wanted for it: a negative number of elements.
// CHECK-LABEL: sym_name = "categories"
// CHECK: %[[HITS:[0-9]+]] = graph.cast {{.*}} -> tensor<?x3xf32, #kiln.dims<[N, 3]>>
// CHECK: graph.reduce_max %[[HITS]] {axes = [1]}
// CHECK: graph.reduce_min
// CHECK: %[[COUNT:[0-9]+]] = graph.select
// CHECK: graph.bind_extents %{{[0-9]+}} {most = #kiln.dims<[3 * N]>, symbols = #kiln.dims<[data.0]>}
// CHECK: graph.slice {{.*}} -> tensor<?xf32, #kiln.dims<[data.0]>>
// CHECK: graph.reshape {{.*}} -> tensor<?x3xf32, #kiln.dims<[N, 3]>>
func.func {sym_name = "categories", function_type = (tensor<?xi64, #kiln.dims<[N]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?xi64, #kiln.dims<[N]>>):
  %y = onnx.ai.onnx.ml.OneHotEncoder %x {onnx.opset = 1, cats_int64s = [2, 4, 7], zeros = 0} : (tensor<?xi64, #kiln.dims<[N]>>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Parts of pictures have as many samples as pixels: data says how many the largest has.
// CHECK-LABEL: sym_name = "samples"
// CHECK: graph.ceil
// CHECK: graph.reduce_max
// CHECK: graph.bind_extents {{.*}}symbols = #kiln.dims<[data.0]>
// CHECK: graph.ceil
// CHECK: graph.bind_extents {{.*}}symbols = #kiln.dims<[data.1]>
// CHECK: graph.reduce_sum {{.*}} {axes = [2, 4]}
func.func {sym_name = "samples", function_type = (tensor<1x3x8x8xf32>, tensor<?x4xf32, #kiln.dims<[R, 4]>>, tensor<?xi64, #kiln.dims<[R]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<1x3x8x8xf32>, %rois: tensor<?x4xf32, #kiln.dims<[R, 4]>>, %batches: tensor<?xi64, #kiln.dims<[R]>>):
  %y = onnx.RoiAlign %x, %rois, %batches {output_height = 2, output_width = 2} : (tensor<1x3x8x8xf32>, tensor<?x4xf32, #kiln.dims<[R, 4]>>, tensor<?xi64, #kiln.dims<[R]>>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// An optional that is taken without a question must be there.
// CHECK-LABEL: sym_name = "taken"
// CHECK: graph.select
// CHECK: graph.bind_extents {{.*}} {most = #kiln.dims<[4]>, symbols = #kiln.dims<[data.0]>}
// CHECK: graph.slice {{.*}} -> tensor<?xf32, #kiln.dims<[data.0]>>
// CHECK: graph.reshape {{.*}} -> tensor<4xf32>
func.func {sym_name = "taken", arg_names = ["o"], res_names = ["y"], function_type = (!onnx.optional<tensor<4xf32>>) -> tensor<*x!onnx.any>} ({
^bb0(%o: !onnx.optional<tensor<4xf32>>):
  %y = onnx.OptionalGetElement %o : (!onnx.optional<tensor<4xf32>>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// One that is taken in a branch was asked for.
// CHECK-LABEL: sym_name = "asked"
// CHECK: graph.if
// CHECK-NOT: graph.bind_extents
func.func {sym_name = "asked", arg_names = ["o"], res_names = ["y"], function_type = (!onnx.optional<tensor<4xf32>>) -> tensor<*x!onnx.any>} ({
^bb0(%o: !onnx.optional<tensor<4xf32>>):
  %there = onnx.OptionalHasElement %o : (!onnx.optional<tensor<4xf32>>) -> tensor<*x!onnx.any>
  %y = onnx.If %there ({
    %a = onnx.OptionalGetElement %o : (!onnx.optional<tensor<4xf32>>) -> tensor<*x!onnx.any>
    onnx.Yield %a : (tensor<*x!onnx.any>) -> ()
  }, {
    %b = onnx.Constant {value = dense<0.0> : tensor<4xf32>} : () -> tensor<4xf32>
    onnx.Yield %b : (tensor<4xf32>) -> ()
  }) : (tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
