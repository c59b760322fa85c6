// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// Layers whose inputs have a name for every extent.

// The steps of a sequence are rounds of a loop, which carries the state.
// CHECK-LABEL: sym_name = "recurrence"
// CHECK: graph.sqrt
// CHECK: %[[LOOP:[0-9]+]]:2 = graph.loop {{.*}} {rounds = #kiln.dims<[L]>}
// CHECK: graph.gather {{.*}}axis = 1
// CHECK: graph.broadcast {{.*}} -> tensor<?x2x?x1xf32, #kiln.dims<[B, 2, D floordiv 2, 1]>>
// CHECK: graph.exp
// CHECK: graph.yield
// CHECK: graph.transpose %[[LOOP]]#1 {permutation = [1, 0, 2]}
!q = tensor<?x?x?xf32, #kiln.dims<[B, L, D]>>
!g = tensor<?x?x?xf32, #kiln.dims<[B, L, G]>>
!s = tensor<?x2x?x?xf32, #kiln.dims<[B, 2, S, T]>>
func.func {sym_name = "recurrence", function_type = (!q, !q, !q, !s, !g) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%q: !q, %k: !q, %v: !q, %past: !s, %decay: !g):
  %y, %state = onnx.LinearAttention %q, %k, %v, %past, %decay {q_num_heads = 2, kv_num_heads = 2, update_rule = "gated"} : (!q, !q, !q, !s, !g) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  func.return %y, %state : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})

// Rows of any number of columns are sorted by each of them, the last first.
// CHECK-LABEL: sym_name = "rows"
// CHECK: graph.slice %arg0 {starts = #kiln.dims<[0, W - 1]>
// CHECK: %[[FIRST:[0-9]+]]:2 = graph.top_k
// CHECK: graph.loop %[[FIRST]]#1 {rounds = #kiln.dims<[W - 1]>}
// CHECK: graph.gather %arg0, %{{[0-9]+}} {axis = 1}
// CHECK: graph.top_k
func.func {sym_name = "rows", function_type = (tensor<?x?xf32, #kiln.dims<[N, W]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?x?xf32, #kiln.dims<[N, W]>>):
  %y = onnx.Unique %x {axis = 0} : (tensor<?x?xf32, #kiln.dims<[N, W]>>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// A filter's size is known from the node, the number of channels from no one.
// CHECK-LABEL: sym_name = "deformed"
// CHECK: graph.slice {{.*}} -> tensor<?x?x?x?xf32, #kiln.dims<[B, C floordiv 2, H, W]>>
// CHECK: graph.reshape {{.*}} -> tensor<?x?x2x2xf32, #kiln.dims<[M, C, 2, 2]>>
// CHECK: graph.matmul
!p = tensor<?x?x?x?xf32, #kiln.dims<[B, C, H, W]>>
!f = tensor<?x?x?x?xf32, #kiln.dims<[M, K, R, S]>>
!o = tensor<?x?x?x?xf32, #kiln.dims<[B, O, P, Q]>>
func.func {sym_name = "deformed", function_type = (!p, !f, !o) -> tensor<*x!onnx.any>} ({
^bb0(%x: !p, %w: !f, %offsets: !o):
  %y = onnx.DeformConv %x, %w, %offsets {kernel_shape = [2, 2], offset_group = 2} : (!p, !f, !o) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Windows that rounding up adds but that start behind the picture are dropped.
// CHECK-LABEL: sym_name = "dropped"
// CHECK: %[[Y:[0-9]+]] = graph.max_pool %arg0 {{.*}}pad_high = [2, 2]
// CHECK: graph.slice %[[Y]] {{.*}}min(
func.func {sym_name = "dropped", function_type = (!p) -> tensor<*x!onnx.any>} ({
^bb0(%x: !p):
  %y = onnx.MaxPool %x {kernel_shape = [1, 1], strides = [3, 3], ceil_mode = 1} : (!p) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Padding that depends on extents does not count: a pool of ones tells how much of each window is padding.
// CHECK-LABEL: sym_name = "shares"
// CHECK: %[[SUMS:[0-9]+]] = graph.average_pool
// CHECK: %[[SHARES:[0-9]+]] = graph.average_pool
// CHECK: graph.divide %[[SUMS]], %[[SHARES]]
func.func {sym_name = "shares", function_type = (!p) -> tensor<*x!onnx.any>} ({
^bb0(%x: !p):
  %y = onnx.AveragePool %x {kernel_shape = [3, 3], strides = [2, 2], auto_pad = "SAME_UPPER"} : (!p) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Examples of a batch are rounds of a loop around that of the scan.
// CHECK-LABEL: sym_name = "batch"
// CHECK: graph.loop {rounds = #kiln.dims<[B]>}
// CHECK: graph.loop {{.*}} {rounds = #kiln.dims<[L]>}
func.func {sym_name = "batch", function_type = (tensor<?x2xf32, #kiln.dims<[B, 2]>>, tensor<?x?x2xf32, #kiln.dims<[B, L, 2]>>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%state: tensor<?x2xf32, #kiln.dims<[B, 2]>>, %xs: tensor<?x?x2xf32, #kiln.dims<[B, L, 2]>>):
  %none = onnx.none : () -> none
  %y, %all = onnx.Scan %none, %state, %xs {onnx.opset = 8, num_scan_inputs = 1} ({
  ^bb0(%a: tensor<2xf32>, %x: tensor<2xf32>):
    %b = onnx.Add %a, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %b, %b : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
  }) : (none, tensor<?x2xf32, #kiln.dims<[B, 2]>>, tensor<?x?x2xf32, #kiln.dims<[B, L, 2]>>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  func.return %y, %all : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})

// Strings of an open number of rows are those of one.
// CHECK-LABEL: sym_name = "words"
// CHECK: graph.reshape %arg0 : {{.*}} -> tensor<?x!graph.string, #kiln.dims<[W]>>
// CHECK: graph.string_case
// CHECK: graph.reshape {{.*}} -> tensor<1x?x!graph.string, #kiln.dims<[1, W]>>
func.func {sym_name = "words", function_type = (tensor<?x?x!graph.string, #kiln.dims<[R, W]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?x?x!graph.string, #kiln.dims<[R, W]>>):
  %y = onnx.StringNormalizer %x {case_change_action = "UPPER"} : (tensor<?x?x!graph.string, #kiln.dims<[R, W]>>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Of a vector there is no axis 1: a zero point is one for all of it.
// CHECK-LABEL: sym_name = "quantized"
// CHECK: graph.reshape %arg1 : (tensor<?xf32, #kiln.dims<[S]>>) -> tensor<f32>
// CHECK: graph.divide
func.func {sym_name = "quantized", function_type = (tensor<?xf32, #kiln.dims<[N]>>, tensor<?xf32, #kiln.dims<[S]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?xf32, #kiln.dims<[N]>>, %scale: tensor<?xf32, #kiln.dims<[S]>>):
  %y = onnx.QuantizeLinear %x, %scale : (tensor<?xf32, #kiln.dims<[N]>>, tensor<?xf32, #kiln.dims<[S]>>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
