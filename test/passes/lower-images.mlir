// RUN: kiln-opt %s --pass-pipeline='builtin.module(lower-images)' | FileCheck %s

// The last arguments are the number of bytes, height and width, and the number of the pixel format.
// CHECK: graph.call %arg0 {callee = "kiln_image_size", numbers = #kiln.dims<[N]>}
// CHECK: graph.call %arg0 {callee = "kiln_image_decode", numbers = #kiln.dims<[N, data.0, data.1, 1]>}
func.func {sym_name = "main", function_type = (tensor<?xui8, #kiln.dims<[N]>>) -> tensor<?x?x3xui8, #kiln.dims<[data.0, data.1, 3]>>} ({
^bb0(%x: tensor<?xui8, #kiln.dims<[N]>>):
  %size = graph.image_size %x : (tensor<?xui8, #kiln.dims<[N]>>) -> tensor<2xi64>
  graph.bind_extents %size {symbols = #kiln.dims<[data.0, data.1]>, most = #kiln.dims<[?, ?]>} : (tensor<2xi64>) -> ()
  %y = graph.image_decode %x {size = #kiln.dims<[data.0, data.1]>, pixel_format = "bgr"} : (tensor<?xui8, #kiln.dims<[N]>>) -> tensor<?x?x3xui8, #kiln.dims<[data.0, data.1, 3]>>
  func.return %y : (tensor<?x?x3xui8, #kiln.dims<[data.0, data.1, 3]>>) -> ()
}) : () -> ()
