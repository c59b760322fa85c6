// symbols: N=1, H=1, W=1; N=2, H=7, W=9; N=3, H=40, W=130
!a = tensor<?x?x?xf32, #kiln.dims<[N, H, W]>>
!b = tensor<?x?x1xf32, #kiln.dims<[N, H, 1]>>
!c = tensor<?x1x?xf32, #kiln.dims<[N, 1, W]>>
!d = tensor<1x1x1xf32>
!e = tensor<1x?x1xf32, #kiln.dims<[1, H, 1]>>
func.func {sym_name = "main", function_type = (!a) -> (!b, !c, !d, !e, !b)} ({
^bb0(%x: !a):
  %0 = graph.reduce_sum %x {axes = [2]} : (!a) -> !b
  %1 = graph.reduce_mean %x {axes = [1]} : (!a) -> !c
  %2 = graph.reduce_max %x {axes = [0, 1, 2]} : (!a) -> !d
  %3 = graph.reduce_min %x {axes = [0, 2]} : (!a) -> !e
  %4 = graph.multiply %x, %x : (!a, !a) -> !a
  %5 = graph.reduce_mean %4 {axes = [2]} : (!a) -> !b
  %6 = graph.sqrt %5 : (!b) -> !b
  func.return %0, %1, %2, %3, %6 : (!b, !c, !d, !e, !b) -> ()
}) : () -> ()
// -----
// symbols: N=1; N=3
!a = tensor<?x7x7x70xf32, #kiln.dims<[N, 7, 7, 70]>>
!b = tensor<?x1x1x70xf32, #kiln.dims<[N, 1, 1, 70]>>
!i = tensor<?x7x3xi64, #kiln.dims<[N, 7, 3]>>
!j = tensor<?x1x3xi64, #kiln.dims<[N, 1, 3]>>
func.func {sym_name = "main", function_type = (!a, !i) -> (!b, !j)} ({
^bb0(%x: !a, %i: !i):
  %0 = graph.reduce_mean %x {axes = [1, 2]} : (!a) -> !b
  %1 = graph.sigmoid %0 : (!b) -> !b
  %2 = graph.reduce_max %i {axes = [1]} : (!i) -> !j
  func.return %1, %2 : (!b, !j) -> ()
}) : () -> ()
// -----
// symbols: N=1, L=1; N=4, L=17; N=3, L=200
!a = tensor<?x?xf32, #kiln.dims<[N, L]>>
!b = tensor<?x?x5xf32, #kiln.dims<[N, L, 5]>>
!s = tensor<f32>
func.func {sym_name = "main", function_type = (!a, !b) -> (!a, !b, !b)} ({
^bb0(%x: !a, %y: !b):
  %0 = graph.softmax %x {axis = 1} : (!a) -> !a
  %1 = graph.softmax %y {axis = 1} : (!b) -> !b
  %2 = graph.log_softmax %y {axis = 2} : (!b) -> !b
  func.return %0, %1, %2 : (!a, !b, !b) -> ()
}) : () -> ()
// -----
// symbols: N=1; N=5
!a = tensor<?x37xf32, #kiln.dims<[N, 37]>>
!s = tensor<37xf32>
!b = tensor<?x3x20xf32, #kiln.dims<[N, 3, 20]>>
!t = tensor<20xf32>
func.func {sym_name = "main", function_type = (!a, !s, !s, !b, !t) -> (!a, !b, !a, !b)} ({
^bb0(%x: !a, %s: !s, %t: !s, %y: !b, %u: !t):
  %0 = graph.layer_norm %x, %s, %t {axis = 1, epsilon = 1.0e-5} : (!a, !s, !s) -> !a
  %1 = graph.relu %0 : (!a) -> !a
  %2 = graph.layer_norm %y, %u {axis = 1, epsilon = 1.0e-5} : (!b, !t) -> !b
  %3 = graph.rms_norm %x, %s {axis = 1, epsilon = 1.0e-5} : (!a, !s) -> !a
  %4 = graph.rms_norm %y {axis = 1, epsilon = 1.0e-5} : (!b) -> !b
  func.return %1, %2, %3, %4 : (!a, !b, !a, !b) -> ()
}) : () -> ()
// -----
!a = tensor<1x9x4x5xf32>
!b = tensor<1x4x5x20xf32>
func.func {sym_name = "main", function_type = (!a, !b) -> (!a, !b)} ({
^bb0(%x: !a, %y: !b):
  %0 = graph.lrn %x {size = 5, alpha = 0.1, beta = 0.75, bias = 1.0, layout = "channels_first"} : (!a) -> !a
  %1 = graph.lrn %y {size = 4, alpha = 0.1, beta = 0.6, bias = 2.0, layout = "channels_last"} : (!b) -> !b
  func.return %0, %1 : (!a, !b) -> ()
}) : () -> ()
// -----
// symbols: N=1; N=9
!a = tensor<?x5x18xf32, #kiln.dims<[N, 5, 18]>>
!i = tensor<?x1x18xi64, #kiln.dims<[N, 1, 18]>>
!j = tensor<?x5x1xi64, #kiln.dims<[N, 5, 1]>>
!v = tensor<?x5x4xf32, #kiln.dims<[N, 5, 4]>>
!k = tensor<?x5x4xi64, #kiln.dims<[N, 5, 4]>>
func.func {sym_name = "main", function_type = (!a) -> (!a, !a, !i, !j, !v, !k, !a)} ({
^bb0(%x: !a):
  %0 = graph.cumulative_sum %x {axis = 1} : (!a) -> !a
  %1 = graph.cumulative_sum %x {axis = 2, exclusive = true, reverse = true} : (!a) -> !a
  %2 = graph.arg_max %x {axis = 1} : (!a) -> !i
  %3 = graph.arg_min %x {axis = 2, select_last = true} : (!a) -> !j
  %4, %5 = graph.top_k %x {axis = 2, k = #kiln.dims<[4]>} : (!a) -> (!v, !k)
  %6 = graph.cumulative_product %x {axis = 1, exclusive = true} : (!a) -> !a
  func.return %0, %1, %2, %3, %4, %5, %6 : (!a, !a, !i, !j, !v, !k, !a) -> ()
}) : () -> ()
