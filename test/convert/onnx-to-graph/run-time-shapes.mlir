// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// Axes that data names: of two axes for each, every other one is reduced. What is no axis is no extent.
// CHECK-LABEL: sym_name = "reduce"
// CHECK: %[[NONE:[0-9]+]] = graph.constant {value = dense<-1> : tensor<i64>}
// CHECK: %[[EXTENTS:[0-9]+]] = graph.select %{{[0-9]+}}, %{{[0-9]+}}, %[[NONE]] : (tensor<1xi1>, tensor<4xi64>, tensor<i64>)
// CHECK: graph.bind_extents %[[EXTENTS]] {most = #kiln.dims<[3, N, 3, N]>, symbols = #kiln.dims<[data.0, data.1, data.2, data.3]>}
// CHECK: %[[APART:[0-9]+]] = graph.reshape %arg0 {{.*}} -> tensor<?x?x?x?xf32, #kiln.dims<[data.0, data.2, data.1, data.3]>>
// CHECK: %[[SUM:[0-9]+]] = graph.reduce_sum %[[APART]] {axes = [1, 3]}
// CHECK: graph.reshape %[[SUM]] : {{.*}} -> tensor<?x?xf32, #kiln.dims<[data.0, data.1]>>
func.func {sym_name = "reduce", function_type = (tensor<3x?xf32, #kiln.dims<[3, N]>>, tensor<1xi64>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<3x?xf32, #kiln.dims<[3, N]>>, %axes: tensor<1xi64>):
  %y = onnx.ReduceSum %x, %axes : (tensor<3x?xf32, #kiln.dims<[3, N]>>, tensor<1xi64>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// The axes that are left are found by counting those before each.
// CHECK-LABEL: sym_name = "drop"
// CHECK: graph.reduce_max {{.*}} {axes = [1, 3]}
// CHECK: graph.cumulative_sum {{.*}} {axis = 0, exclusive = true}
// CHECK: graph.bind_extents {{.*}} symbols = #kiln.dims<[data.4]>
// CHECK: graph.reshape {{.*}} -> tensor<?xf32, #kiln.dims<[data.4]>>
func.func {sym_name = "drop", function_type = (tensor<3x4xf32>, tensor<1xi64>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<3x4xf32>, %axes: tensor<1xi64>):
  %y = onnx.ReduceMax %x, %axes {keepdims = 0} : (tensor<3x4xf32>, tensor<1xi64>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// An axis that data names is the middle one of three.
// CHECK-LABEL: sym_name = "scan"
// CHECK: graph.bind_extents {{.*}} {most = #kiln.dims<[60, 60, 60]>, symbols = #kiln.dims<[data.0, data.1, data.2]>}
// CHECK: graph.cumulative_sum %{{[0-9]+}} {axis = 1
// CHECK: graph.reshape {{.*}} -> tensor<3x4x5xf32>
func.func {sym_name = "scan", function_type = (tensor<3x4x5xf32>, tensor<i64>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<3x4x5xf32>, %axis: tensor<i64>):
  %y = onnx.CumSum %x, %axis : (tensor<3x4x5xf32>, tensor<i64>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// A shape that data gives: 0 takes over an extent, -1 is what is left. Repeats are extents of their own.
// CHECK-LABEL: sym_name = "shapes"
// CHECK: %[[EXTENTS:[0-9]+]] = graph.select {{.*}} : (tensor<1xi1>, tensor<3xi64>, tensor<i64>) -> tensor<3xi64>
// CHECK: graph.bind_extents %[[EXTENTS]] {{.*}} symbols = #kiln.dims<[data.0, data.1, data.2]>
// CHECK: graph.reshape %arg0 {{.*}} -> tensor<?x?x?xf32, #kiln.dims<[data.0, data.1, data.2]>>
// CHECK: graph.bind_extents %arg2
// CHECK: graph.reshape {{.*}} -> tensor<?x?xf32, #kiln.dims<[2 * data.3, N * data.4]>>
func.func {sym_name = "shapes", function_type = (tensor<2x?xf32, #kiln.dims<[2, N]>>, tensor<3xi64>, tensor<2xi64>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%x: tensor<2x?xf32, #kiln.dims<[2, N]>>, %shape: tensor<3xi64>, %repeats: tensor<2xi64>):
  %y = onnx.Reshape %x, %shape : (tensor<2x?xf32, #kiln.dims<[2, N]>>, tensor<3xi64>) -> tensor<*x!onnx.any>
  %z = onnx.Tile %x, %repeats : (tensor<2x?xf32, #kiln.dims<[2, N]>>, tensor<2xi64>) -> tensor<*x!onnx.any>
  func.return %y, %z : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})

// What is known of a shape stays known.
// CHECK-LABEL: sym_name = "known"
// CHECK: graph.broadcast %arg0 {{.*}} -> tensor<?x?xf32, #kiln.dims<[data.0, N]>>
func.func {sym_name = "known", function_type = (tensor<2x?xf32, #kiln.dims<[2, N]>>, tensor<1xi64>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2x?xf32, #kiln.dims<[2, N]>>, %count: tensor<1xi64>):
  %shape = onnx.Shape %x {start = 1} : (tensor<2x?xf32, #kiln.dims<[2, N]>>) -> tensor<1xi64>
  %target = onnx.Concat %count, %shape {axis = 0} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %y = onnx.Expand %x, %target : (tensor<2x?xf32, #kiln.dims<[2, N]>>, tensor<2xi64>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// By steps that are known, data gives the first index and the length; by others, places are gathered.
// CHECK-LABEL: sym_name = "slice"
// CHECK: graph.bind_extents {{.*}} {most = #kiln.dims<[8]>, symbols = #kiln.dims<[data.0]>}
// CHECK: graph.bind_extents {{.*}} {most = #kiln.dims<[8]>, symbols = #kiln.dims<[data.1]>}
// CHECK: graph.slice %arg0 {starts = #kiln.dims<[0, data.1]>, steps = [1, 1]} {{.*}} -> tensor<?x?xf32, #kiln.dims<[N, data.0]>>
// CHECK: graph.bind_extents {{.*}} symbols = #kiln.dims<[data.2]>
// CHECK: graph.gather %arg0, %{{[0-9]+}} {axis = 1} {{.*}} -> tensor<?x?xf32, #kiln.dims<[N, data.2]>>
func.func {sym_name = "slice", function_type = (tensor<?x8xf32, #kiln.dims<[N, 8]>>, tensor<1xi64>, tensor<1xi64>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%x: tensor<?x8xf32, #kiln.dims<[N, 8]>>, %start: tensor<1xi64>, %step: tensor<1xi64>):
  %end = onnx.Constant {value = dense<5> : tensor<1xi64>} : () -> tensor<1xi64>
  %axis = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %y = onnx.Slice %x, %start, %end, %axis : (tensor<?x8xf32, #kiln.dims<[N, 8]>>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*x!onnx.any>
  %z = onnx.Slice %x, %start, %end, %axis, %step : (tensor<?x8xf32, #kiln.dims<[N, 8]>>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>, tensor<1xi64>) -> tensor<*x!onnx.any>
  func.return %y, %z : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})

// Pads may be negative, which cuts off: each is the difference of two numbers.
// CHECK-LABEL: sym_name = "pad"
// CHECK: graph.bind_extents {{.*}} symbols = #kiln.dims<[data.0, data.1]>
// CHECK: graph.bind_extents {{.*}} symbols = #kiln.dims<[data.2, data.3]>
// CHECK: graph.slice %arg0
// CHECK: graph.pad
func.func {sym_name = "pad", function_type = (tensor<8xf32>, tensor<2xi64>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<8xf32>, %pads: tensor<2xi64>):
  %y = onnx.Pad %x, %pads : (tensor<8xf32>, tensor<2xi64>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// Parts are as long as data says, and the whole as long as all of them.
// CHECK-LABEL: sym_name = "counts"
// CHECK: graph.bind_extents %arg1 {{.*}} symbols = #kiln.dims<[data.0, data.1]>
// CHECK: %[[WHOLE:[0-9]+]] = graph.reshape %arg0 {{.*}} -> tensor<?xf32, #kiln.dims<[data.0 + data.1]>>
// CHECK: graph.slice %[[WHOLE]] {starts = #kiln.dims<[0]>
// CHECK: graph.slice %[[WHOLE]] {starts = #kiln.dims<[data.0]>
// CHECK: graph.bind_extents {{.*}} {most = #kiln.dims<[6]>, symbols = #kiln.dims<[data.2]>}
// CHECK: graph.top_k %arg0 {axis = 0, k = #kiln.dims<[data.2]>
// CHECK: graph.bind_extents {{.*}} symbols = #kiln.dims<[data.3]>
// CHECK: graph.iota {axis = 0} : () -> tensor<?xi64, #kiln.dims<[data.3]>>
func.func {sym_name = "counts", function_type = (tensor<6xf32>, tensor<2xi64>, tensor<1xi64>, tensor<f32>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>, tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%x: tensor<6xf32>, %lengths: tensor<2xi64>, %k: tensor<1xi64>, %limit: tensor<f32>):
  %a, %b = onnx.Split %x, %lengths : (tensor<6xf32>, tensor<2xi64>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  %values, %indices = onnx.TopK %x, %k : (tensor<6xf32>, tensor<1xi64>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %steps = onnx.Range %one, %limit, %one : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*x!onnx.any>
  func.return %a, %b, %values, %steps : (tensor<*x!onnx.any>, tensor<*x!onnx.any>, tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})

// Scales that data gives: neighbours are gathered and weighed, axis by axis.
// CHECK-LABEL: sym_name = "resize"
// CHECK: graph.bind_extents {{.*}} symbols = #kiln.dims<[data.0, data.1, data.2, data.3]>
// CHECK: graph.gather %arg0, %{{[0-9]+}} {axis = 0} {{.*}} -> tensor<?x2x3x4x4xf32, #kiln.dims<[data.0, 2, 3, 4, 4]>>
// CHECK: graph.reduce_sum {{.*}} {axes = [1]}
// CHECK: graph.gather {{.*}} {axis = 3}
func.func {sym_name = "resize", function_type = (tensor<1x3x4x4xf32>, tensor<4xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<1x3x4x4xf32>, %scales: tensor<4xf32>):
  %none = onnx.none : () -> none
  %y = onnx.Resize %x, %none, %scales {mode = "linear"} : (tensor<1x3x4x4xf32>, none, tensor<4xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
