// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// The size is data; what the model says of it does not matter.
// CHECK-LABEL: sym_name = "rgb"
// CHECK:         %[[SIZE:.*]] = graph.image_size %arg0
// CHECK:         graph.bind_extents %[[SIZE]] {most = #kiln.dims<[?, ?]>, symbols = #kiln.dims<[data.0, data.1]>}
// CHECK:         graph.image_decode %arg0 {pixel_format = "rgb", size = #kiln.dims<[data.0, data.1]>}
func.func {sym_name = "rgb", function_type = (tensor<?xui8, #kiln.dims<[N]>>) -> tensor<32x32x3xui8>} ({
^bb0(%x: tensor<?xui8, #kiln.dims<[N]>>):
  %y = onnx.ImageDecoder %x {onnx.opset = 20} : (tensor<?xui8, #kiln.dims<[N]>>) -> tensor<32x32x3xui8>
  func.return %y : (tensor<32x32x3xui8>) -> ()
})

// CHECK-LABEL: sym_name = "grayscale"
// CHECK:         graph.image_decode %arg0 {pixel_format = "grayscale", {{.*}} tensor<?x?x1xui8
func.func {sym_name = "grayscale", function_type = (tensor<9xui8>) -> tensor<?x?x1xui8>} ({
^bb0(%x: tensor<9xui8>):
  %y = onnx.ImageDecoder %x {onnx.opset = 20, pixel_format = "Grayscale"} : (tensor<9xui8>) -> tensor<?x?x1xui8>
  func.return %y : (tensor<?x?x1xui8>) -> ()
})
