// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// Keys are sorted, so that they are found fast; the default stands before the values.
// CHECK-LABEL: sym_name = "labels"
// CHECK-DAG:     %[[TABLE:.*]] = graph.constant {value = dense<["a", "b"]>
// CHECK-DAG:     %[[ORDER:.*]] = graph.constant {value = dense<[-1, 1, 0]>
// CHECK-DAG:     %[[VALUES:.*]] = graph.constant {value = dense<[9, 7, 8]>
// CHECK:         %[[FOUND:.*]] = graph.string_find %arg0, %[[TABLE]]
// CHECK:         graph.gather %[[ORDER]]
// CHECK:         graph.gather %[[VALUES]]
func.func {sym_name = "labels", function_type = (tensor<?x!graph.string, #kiln.dims<[N]>>) -> tensor<?xi64, #kiln.dims<[N]>>} ({
^bb0(%x: tensor<?x!graph.string, #kiln.dims<[N]>>):
  %y = onnx.ai.onnx.ml.LabelEncoder %x {onnx.opset = 4, keys_strings = ["b", "a"], values_int64s = [7, 8], default_int64 = 9} : (tensor<?x!graph.string, #kiln.dims<[N]>>) -> tensor<?xi64, #kiln.dims<[N]>>
  func.return %y : (tensor<?xi64, #kiln.dims<[N]>>) -> ()
})

// An empty string behind the others is taken where none of them is left.
// CHECK-LABEL: sym_name = "normalizer"
// CHECK:         %[[LOWER:.*]] = graph.string_case %arg0 {to = "lower"}
// CHECK:         %[[FOUND:.*]] = graph.string_find %[[LOWER]]
// CHECK:         graph.less %[[FOUND]]
// CHECK:         graph.bind_extents
// CHECK:         graph.nonzero
// CHECK:         %[[LEFT:.*]] = graph.gather
// CHECK:         graph.string_case %[[LEFT]] {to = "upper"}
func.func {sym_name = "normalizer", function_type = (tensor<?x!graph.string, #kiln.dims<[N]>>) -> tensor<?x!graph.string>} ({
^bb0(%x: tensor<?x!graph.string, #kiln.dims<[N]>>):
  %y = onnx.StringNormalizer %x {onnx.opset = 10, case_change_action = "UPPER", stopwords = ["A"]} : (tensor<?x!graph.string, #kiln.dims<[N]>>) -> tensor<?x!graph.string>
  func.return %y : (tensor<?x!graph.string>) -> ()
})

// CHECK-LABEL: sym_name = "split"
// CHECK:         %[[PIECES:.*]] = graph.string_pieces %arg0, {{.*}} {most = 3}
// CHECK:         graph.reduce_max
// CHECK:         graph.bind_extents
// CHECK:         graph.string_split %arg0, {{.*}} {most = 3, width = #kiln.dims<[data.0]>}
func.func {sym_name = "split", function_type = (tensor<2x!graph.string>) -> (tensor<2x?x!graph.string>, tensor<2xi64>)} ({
^bb0(%x: tensor<2x!graph.string>):
  %y, %n = onnx.StringSplit %x {onnx.opset = 20, delimiter = ",", maxsplit = 2} : (tensor<2x!graph.string>) -> (tensor<2x?x!graph.string>, tensor<2xi64>)
  func.return %y, %n : (tensor<2x?x!graph.string>, tensor<2xi64>) -> ()
})

// `a` alone: a state that saw nothing, one that saw it, and one for all else.
// CHECK-LABEL: sym_name = "match"
// CHECK-DAG:     graph.constant {{.*}} tensor<256xui8>
// CHECK-DAG:     graph.constant {{.*}} tensor<{{.*}}xi32>
// CHECK:         graph.string_match %arg0
func.func {sym_name = "match", function_type = (tensor<2x!graph.string>) -> tensor<2xi1>} ({
^bb0(%x: tensor<2x!graph.string>):
  %y = onnx.RegexFullMatch %x {onnx.opset = 20, pattern = "a"} : (tensor<2x!graph.string>) -> tensor<2xi1>
  func.return %y : (tensor<2xi1>) -> ()
})

// CHECK-LABEL: sym_name = "casts"
// CHECK:         %[[NUMBER:.*]] = graph.string_parse %arg0 {{.*}} tensor<2xf64>
// CHECK:         %[[SHORT:.*]] = graph.cast %[[NUMBER]] {{.*}} tensor<2xf16>
// CHECK:         %[[WIDE:.*]] = graph.cast %[[SHORT]] {{.*}} tensor<2xf64>
// CHECK:         graph.string_format %[[WIDE]]
func.func {sym_name = "casts", function_type = (tensor<2x!graph.string>) -> tensor<2x!graph.string>} ({
^bb0(%x: tensor<2x!graph.string>):
  %y = onnx.Cast %x {onnx.opset = 13, to = 10} : (tensor<2x!graph.string>) -> tensor<2xf16>
  %z = onnx.Cast %y {onnx.opset = 13, to = 8} : (tensor<2xf16>) -> tensor<2x!graph.string>
  func.return %z : (tensor<2x!graph.string>) -> ()
})
