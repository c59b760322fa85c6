// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// A map that is an input becomes two vectors of one length; what is in no map goes in front, and off again.
// CHECK:         arg_names = ["m.keys", "m.values", "x"]
// CHECK-SAME:    function_type = (tensor<?x!graph.string, #kiln.dims<[map.0]>>, tensor<?xf32, #kiln.dims<[map.0]>>, tensor<2x2xf32>) -> tensor<1x2xf32>
// CHECK:         %[[FOUND:.*]] = graph.string_find %arg0
// CHECK:         graph.scatter_elements
// CHECK:         %[[ROW:.*]] = graph.slice
// CHECK:         graph.reshape %[[ROW]]
func.func {arg_names = ["m", "x"], function_type = (!onnx.map<!graph.string, tensor<f32>>, tensor<2x2xf32>) -> tensor<1x2xf32>, res_names = ["y"], sym_name = "main"} ({
^bb0(%m: !onnx.map<!graph.string, tensor<f32>>, %x: tensor<2x2xf32>):
  %y = onnx.ai.onnx.ml.DictVectorizer %m {onnx.opset = 1, string_vocabulary = ["a", "b"]} : (!onnx.map<!graph.string, tensor<f32>>) -> tensor<1x2xf32>
  func.return %y : (tensor<1x2xf32>) -> ()
})

// Maps that are an output have one list of keys.
// CHECK:         res_names = ["p.keys", "p.values"]
// CHECK:         %[[KEYS:.*]] = graph.constant {value = dense<["no", "yes"]>
// CHECK:         func.return %[[KEYS]], %arg0
func.func {arg_names = ["x"], function_type = (tensor<3x2xf32>) -> !onnx.seq<!onnx.map<!graph.string, tensor<f32>>>, res_names = ["p"], sym_name = "zip"} ({
^bb0(%x: tensor<3x2xf32>):
  %p = onnx.ai.onnx.ml.ZipMap %x {onnx.opset = 1, classlabels_strings = ["no", "yes"]} : (tensor<3x2xf32>) -> !onnx.seq<!onnx.map<!graph.string, tensor<f32>>>
  func.return %p : (!onnx.seq<!onnx.map<!graph.string, tensor<f32>>>) -> ()
})
