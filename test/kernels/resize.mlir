// planes: rows are gathered
// symbols: N=0, H=4, W=4; N=1, H=1, W=1; N=2, H=7, W=33
!a = tensor<?x3x?x?xf32, #kiln.dims<[N, 3, H, W]>>
!b = tensor<?x3x?x?xf32, #kiln.dims<[N, 3, 2 * H, 3 * W]>>
!c = tensor<?x3x13x29xf32, #kiln.dims<[N, 3, 13, 29]>>
func.func {sym_name = "main", function_type = (!a, !c) -> (!b, !b, !c, !c, !c)} ({
^bb0(%x: !a, %y: !c):
  %0 = graph.resize %x {mode = "nearest", coordinates = "asymmetric", nearest_mode = "floor", scales = [1.0, 1.0, 2.0, 3.0]} : (!a) -> !b
  %1 = graph.resize %x {mode = "linear", coordinates = "half_pixel", scales = [1.0, 1.0, 2.0, 3.0]} : (!a) -> !b
  %2 = graph.resize %x {mode = "linear", coordinates = "align_corners"} : (!a) -> !c
  %3 = graph.resize %x {mode = "cubic", coordinates = "pytorch_half_pixel", exclude_outside = true} : (!a) -> !c
  %4 = graph.add %2, %y : (!c, !c) -> !c
  %5 = graph.relu %4 : (!c) -> !c
  func.return %0, %1, %2, %3, %5 : (!b, !b, !c, !c, !c) -> ()
}) : () -> ()
// -----
// known extents, larger and smaller, with and without antialias
!a = tensor<2x5x14x14xf32>
!b = tensor<2x5x56x224xf32>
!c = tensor<2x5x9x6xf32>
func.func {sym_name = "main", function_type = (!a) -> (!b, !b, !b, !c, !c)} ({
^bb0(%x: !a):
  %0 = graph.resize %x {mode = "nearest", coordinates = "half_pixel", nearest_mode = "round_prefer_floor"} : (!a) -> !b
  %1 = graph.resize %x {mode = "linear", coordinates = "half_pixel"} : (!a) -> !b
  %2 = graph.resize %x {mode = "cubic", coordinates = "half_pixel"} : (!a) -> !b
  %3 = graph.resize %x {mode = "linear", coordinates = "half_pixel", antialias = true} : (!a) -> !c
  %4 = graph.resize %x {mode = "cubic", coordinates = "half_pixel_symmetric"} : (!a) -> !c
  func.return %0, %1, %2, %3, %4 : (!b, !b, !b, !c, !c) -> ()
}) : () -> ()
// -----
// one axis: the operand's own rows are gathered from
// symbols: N=1; N=20
!a = tensor<?x7xf32, #kiln.dims<[N, 7]>>
!c = tensor<?x19xf32, #kiln.dims<[N, 19]>>
!d = tensor<5000xf64>
!e = tensor<9001xf64>
func.func {sym_name = "main", function_type = (!a, !d) -> (!c, !c, !e)} ({
^bb0(%x: !a, %y: !d):
  %0 = graph.resize %x {mode = "linear", coordinates = "half_pixel"} : (!a) -> !c
  %1 = graph.resize %x {mode = "nearest", coordinates = "asymmetric", nearest_mode = "ceil"} : (!a) -> !c
  %2 = graph.resize %y {mode = "linear", coordinates = "align_corners"} : (!d) -> !e
  func.return %0, %1, %2 : (!c, !c, !e) -> ()
}) : () -> ()
// -----
// volumes, and elements that are computed in another type
// tolerance: 1e-3
!a = tensor<2x3x4x5xf32>
!b = tensor<2x5x9x21xf32>
!h = tensor<1x2x6x10xf16>
!i = tensor<1x2x13x37xf16>
!u = tensor<1x2x6x10xi32>
!v = tensor<1x2x13x37xi32>
func.func {sym_name = "main", function_type = (!a, !h, !u) -> (!b, !i, !i, !v)} ({
^bb0(%x: !a, %h: !h, %u: !u):
  %0 = graph.resize %x {mode = "linear", coordinates = "half_pixel"} : (!a) -> !b
  %1 = graph.resize %h {mode = "linear", coordinates = "half_pixel"} : (!h) -> !i
  %2 = graph.resize %h {mode = "nearest", coordinates = "half_pixel", nearest_mode = "floor"} : (!h) -> !i
  %3 = graph.resize %u {mode = "nearest", coordinates = "half_pixel", nearest_mode = "floor"} : (!u) -> !v
  func.return %0, %1, %2, %3 : (!b, !i, !i, !v) -> ()
}) : () -> ()
