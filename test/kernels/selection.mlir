// symbols: B=1, C=1, N=1; B=2, C=3, N=20
// range: boxes=0..4
// range: scores=0..1
// range: most=0..7
!b = tensor<?x?x4xf32, #kiln.dims<[B, N, 4]>>
!s = tensor<?x?x?xf32, #kiln.dims<[B, C, N]>>
!y = tensor<?x?x?xi64, #kiln.dims<[B, C, N]>>
!i = tensor<i64>
!f = tensor<f32>
func.func {sym_name = "main", arg_names = ["boxes", "scores", "most"], function_type = (!b, !s, !i) -> (!y, !y)} ({
^bb0(%boxes: !b, %scores: !s, %most: !i):
  %overlap = graph.constant {value = dense<0.2> : !f} : () -> !f
  %threshold = graph.constant {value = dense<0.3> : !f} : () -> !f
  %0 = graph.non_max_suppression %boxes, %scores, %most, %overlap, %threshold {center_point_box = false} : (!b, !s, !i, !f, !f) -> !y
  %1 = graph.non_max_suppression %boxes, %scores, %most, %overlap, %threshold {center_point_box = true} : (!b, !s, !i, !f, !f) -> !y
  func.return %0, %1 : (!y, !y) -> ()
}) : () -> ()
// -----
// symbols: N=1, M=1; N=7, M=2; N=3, M=19
// tolerance: 1e-3
!x = tensor<?x?x?xf32, #kiln.dims<[N, M, M]>>
!y = tensor<?xf32, #kiln.dims<[N]>>
func.func {sym_name = "main", function_type = (!x) -> (!y, !x)} ({
^bb0(%x: !x):
  %0 = graph.determinant %x : (!x) -> !y
  %1 = graph.inverse %x : (!x) -> !x
  func.return %0, %1 : (!y, !x) -> ()
}) : () -> ()
// -----
// symbols: N=1; N=3
!x = tensor<?x100x2xf32, #kiln.dims<[N, 100, 2]>>
!a = tensor<?x90x2xf32, #kiln.dims<[N, 90, 2]>>
!b = tensor<?x90x2xi64, #kiln.dims<[N, 90, 2]>>
!c = tensor<?x100x2xf32, #kiln.dims<[N, 100, 2]>>
!d = tensor<?x100x2xi64, #kiln.dims<[N, 100, 2]>>
func.func {sym_name = "main", function_type = (!x) -> (!a, !b, !c, !d)} ({
^bb0(%x: !x):
  %0, %1 = graph.top_k %x {axis = 1, k = #kiln.dims<[90]>} : (!x) -> (!a, !b)
  %r = graph.round %x : (!x) -> !x
  %2, %3 = graph.top_k %r {axis = 1, k = #kiln.dims<[100]>, largest = false} : (!x) -> (!c, !d)
  func.return %0, %1, %2, %3 : (!a, !b, !c, !d) -> ()
}) : () -> ()
