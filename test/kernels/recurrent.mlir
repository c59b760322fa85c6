// symbols: T=1, N=1; T=5, N=3
!x = tensor<?x?x7xf32, #kiln.dims<[T, N, 7]>>
!w = tensor<2x72x7xf32>
!r = tensor<2x72x18xf32>
!b = tensor<2x144xf32>
!h = tensor<2x?x18xf32, #kiln.dims<[2, N, 18]>>
!y = tensor<?x2x?x18xf32, #kiln.dims<[T, 2, N, 18]>>
func.func {sym_name = "main", function_type = (!x, !w, !r, !b, !h) -> (!y, !h, !h)} ({
^bb0(%x: !x, %w: !w, %r: !r, %b: !b, %h: !h):
  %0, %1, %2 = graph.lstm %x, %w, %r, %b, %h, %h {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 1, 1, 0>, hidden_size = 18, direction = "bidirectional"} : (!x, !w, !r, !b, !h, !h) -> (!y, !h, !h)
  func.return %0, %1, %2 : (!y, !h, !h) -> ()
}) : () -> ()
// -----
// symbols: T=1, N=1; T=6, N=2
!x = tensor<?x?x20xf32, #kiln.dims<[T, N, 20]>>
!w = tensor<1x51x20xf32>
!r = tensor<1x51x17xf32>
!b = tensor<1x102xf32>
!h = tensor<1x?x17xf32, #kiln.dims<[1, N, 17]>>
!y = tensor<?x1x?x17xf32, #kiln.dims<[T, 1, N, 17]>>
func.func {sym_name = "main", function_type = (!x, !w, !r, !b) -> (!y, !h, !y, !h)} ({
^bb0(%x: !x, %w: !w, %r: !r, %b: !b):
  %0, %1 = graph.gru %x, %w, %r, %b {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0>, hidden_size = 17, direction = "reverse", linear_before_reset = true} : (!x, !w, !r, !b) -> (!y, !h)
  %2, %3 = graph.gru %x, %w, %r, %b {operandSegmentSizes = array<i32: 1, 1, 1, 1, 0, 0>, hidden_size = 17} : (!x, !w, !r, !b) -> (!y, !h)
  func.return %0, %1, %2, %3 : (!y, !h, !y, !h) -> ()
}) : () -> ()
