// A picture in the input's bytes: a header comes before them. It is decoded as a whole, and into symbols that it binds.
// symbols: N=6; N=7
// range: x=0..200
!x = tensor<?xui8, #kiln.dims<[N]>>
!h = tensor<11xui8>
!e = tensor<?xui8, #kiln.dims<[N + 11]>>
!p = tensor<?x?x3xui8, #kiln.dims<[data.0, data.1, 3]>>
!g = tensor<?x?x1xui8, #kiln.dims<[data.0, data.1, 1]>>
!s = tensor<3x2x1xui8>
!i = tensor<2xi64>
func.func {sym_name = "main", arg_names = ["x"], function_type = (!x) -> (!i, !p, !g, !s)} ({
^bb0(%x: !x):
  %header = graph.constant {value = dense<[80, 53, 10, 50, 32, 51, 10, 50, 53, 53, 10]> : !h} : () -> !h
  %encoded = graph.concat %header, %x {axis = 0} : (!h, !x) -> !e
  %size = graph.image_size %encoded : (!e) -> !i
  graph.bind_extents %size {symbols = #kiln.dims<[data.0, data.1]>, most = #kiln.dims<[?, ?]>} : (!i) -> ()
  %colors = graph.image_decode %encoded {size = #kiln.dims<[data.0, data.1]>, pixel_format = "bgr"} : (!e) -> !p
  %gray = graph.image_decode %encoded {size = #kiln.dims<[data.0, data.1]>, pixel_format = "grayscale"} : (!e) -> !g
  %static = graph.image_decode %encoded {size = #kiln.dims<[3, 2]>, pixel_format = "grayscale"} : (!e) -> !s
  func.return %size, %colors, %gray, %static : (!i, !p, !g, !s) -> ()
}) : () -> ()
// -----
// What cannot be decoded has no pixels; of a size that is asked for all the same, they are zeros.
// symbols: N=1; N=9
// range: x=0..60
!x = tensor<?xui8, #kiln.dims<[N]>>
!p = tensor<?x?x3xui8, #kiln.dims<[data.0, data.1, 3]>>
!s = tensor<2x2x3xui8>
!i = tensor<2xi64>
func.func {sym_name = "main", arg_names = ["x"], function_type = (!x) -> (!i, !p, !s)} ({
^bb0(%x: !x):
  %size = graph.image_size %x : (!x) -> !i
  graph.bind_extents %size {symbols = #kiln.dims<[data.0, data.1]>, most = #kiln.dims<[?, ?]>} : (!i) -> ()
  %pixels = graph.image_decode %x {size = #kiln.dims<[data.0, data.1]>, pixel_format = "rgb"} : (!x) -> !p
  %static = graph.image_decode %x {size = #kiln.dims<[2, 2]>, pixel_format = "rgb"} : (!x) -> !s
  func.return %size, %pixels, %static : (!i, !p, !s) -> ()
}) : () -> ()
