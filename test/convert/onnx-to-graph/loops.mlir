// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// A count from data, and a condition: only carried values. Inside, the condition is known to hold.
// CHECK-LABEL: sym_name = "open"
// CHECK: %[[L:[0-9]+]] = graph.loop %arg1, %arg2, %arg0 ({
// CHECK: ^bb0(%{{.*}}: tensor<i64>, %[[A:[a-z0-9]+]]: tensor<2xf32>):
// CHECK: %[[B:[0-9]+]] = graph.add %[[A]], %arg0
// CHECK: graph.yield %{{[0-9]+}}, %[[B]]
// CHECK: func.return %[[L]]
func.func {sym_name = "open", function_type = (tensor<2xf32>, tensor<i64>, tensor<i1>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2xf32>, %count: tensor<i64>, %first: tensor<i1>):
  %y = onnx.Loop %count, %first, %x ({
  ^bb0(%i: tensor<i64>, %goes: tensor<i1>, %a: tensor<2xf32>):
    %b = onnx.Add %a, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<*x!onnx.any>
    %same = onnx.Identity %goes : (tensor<i1>) -> tensor<*x!onnx.any>
    onnx.Yield %same, %b : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
  }) : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// A count that is an extent, and no condition: what is stacked has it, and nobody needs the number of rounds.
// CHECK-LABEL: sym_name = "counted"
// CHECK: %[[L:[0-9]+]]:3 = graph.loop %{{[0-9]+}}, %{{[0-9]+}} {rounds = #kiln.dims<[N]>} ({
// CHECK: graph.gather %arg0, %{{[a-z0-9]+}} {axis = 0}
// CHECK: func.return %[[L]]#0, %[[L]]#2 : (tensor<3xf32>, tensor<?x3xf32, #kiln.dims<[N, 3]>>)
func.func {sym_name = "counted", function_type = (tensor<?x3xf32, #kiln.dims<[N, 3]>>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%x: tensor<?x3xf32, #kiln.dims<[N, 3]>>):
  %shape = onnx.Shape %x {end = 1, start = 0} : (tensor<?x3xf32, #kiln.dims<[N, 3]>>) -> tensor<1xi64>
  %axes = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %count = onnx.Squeeze %shape, %axes : (tensor<1xi64>, tensor<1xi64>) -> tensor<*x!onnx.any>
  %zero = onnx.Constant {value = dense<0.0> : tensor<3xf32>} : () -> tensor<3xf32>
  %true = onnx.Constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %y, %all = onnx.Loop %count, %true, %zero ({
  ^bb0(%i: tensor<i64>, %goes: tensor<i1>, %a: tensor<3xf32>):
    %row = onnx.Gather %x, %i {axis = 0} : (tensor<?x3xf32, #kiln.dims<[N, 3]>>, tensor<i64>) -> tensor<*x!onnx.any>
    %b = onnx.Add %a, %row : (tensor<3xf32>, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
    onnx.Yield %goes, %b, %b : (tensor<i1>, tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
  }) : (tensor<*x!onnx.any>, tensor<i1>, tensor<3xf32>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  func.return %y, %all : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})

// A value that grows is carried by no loop: one of known rounds is unrolled.
// CHECK-LABEL: sym_name = "grows"
// CHECK-NOT: graph.loop
// CHECK: graph.concat %arg0, %arg0
// CHECK: %[[R:[0-9]+]] = graph.concat %{{[0-9]+}}, %arg0 {axis = 0} : (tensor<4xf32>, tensor<2xf32>) -> tensor<6xf32>
// CHECK: func.return %[[R]]
func.func {sym_name = "grows", function_type = (tensor<2xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2xf32>):
  %count = onnx.Constant {value = dense<2> : tensor<i64>} : () -> tensor<i64>
  %true = onnx.Constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %y = onnx.Loop %count, %true, %x ({
  ^bb0(%i: tensor<i64>, %goes: tensor<i1>, %a: tensor<*x!onnx.any>):
    %b = onnx.Concat %a, %x {axis = 0} : (tensor<*x!onnx.any>, tensor<2xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %goes, %b : (tensor<i1>, tensor<*x!onnx.any>) -> ()
  }) : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// A loop over shapes is evaluated: what comes of it is an extent.
// CHECK-LABEL: sym_name = "shapes"
// CHECK-NOT: graph.loop
// CHECK: graph.reshape %arg0 : (tensor<16xf32>) -> tensor<8x2xf32>
func.func {sym_name = "shapes", function_type = (tensor<16xf32>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<16xf32>):
  %count = onnx.Constant {value = dense<3> : tensor<i64>} : () -> tensor<i64>
  %one = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %two = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
  %true = onnx.Constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %eight = onnx.Loop %count, %true, %one ({
  ^bb0(%i: tensor<i64>, %goes: tensor<i1>, %a: tensor<1xi64>):
    %b = onnx.Mul %a, %two : (tensor<1xi64>, tensor<1xi64>) -> tensor<*x!onnx.any>
    onnx.Yield %goes, %b : (tensor<i1>, tensor<*x!onnx.any>) -> ()
  }) : (tensor<i64>, tensor<i1>, tensor<1xi64>) -> tensor<*x!onnx.any>
  %shape = onnx.Concat %eight, %two {axis = 0} : (tensor<*x!onnx.any>, tensor<1xi64>) -> tensor<*x!onnx.any>
  %y = onnx.Reshape %x, %shape : (tensor<16xf32>, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// A scan goes over elements of axes, from either end, and stacks along any axis.
// CHECK-LABEL: sym_name = "scan"
// CHECK: %[[L:[0-9]+]]:2 = graph.loop %arg0 {rounds = #kiln.dims<[T]>} ({
// CHECK: ^bb0(%[[I:[a-z0-9]+]]: tensor<i64>
// CHECK: %[[J:[0-9]+]] = graph.subtract %{{[0-9]+}}, %[[I]]
// CHECK: graph.gather %arg1, %[[J]] {axis = 1}
// CHECK: %[[R:[0-9]+]] = graph.slice %[[L]]#1 {starts = #kiln.dims<[T - 1, 0]>, steps = [-1, 1]}
// CHECK: %[[T:[0-9]+]] = graph.transpose %[[R]] {permutation = [1, 0]}
// CHECK: func.return %[[L]]#0, %[[T]]
func.func {sym_name = "scan", function_type = (tensor<2xf32>, tensor<2x?xf32, #kiln.dims<[2, T]>>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%state: tensor<2xf32>, %xs: tensor<2x?xf32, #kiln.dims<[2, T]>>):
  %y, %all = onnx.Scan %state, %xs {num_scan_inputs = 1, scan_input_axes = [1], scan_input_directions = [1], scan_output_axes = [1], scan_output_directions = [1]} ({
  ^bb0(%a: tensor<2xf32>, %x: tensor<2xf32>):
    %b = onnx.Add %a, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %b, %b : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
  }) : (tensor<2xf32>, tensor<2x?xf32, #kiln.dims<[2, T]>>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  func.return %y, %all : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})

// How often a loop runs may be an extent that only the loop has.
// CHECK-LABEL: sym_name = "rounds_of_data"
// CHECK: graph.bind_extents %{{[0-9]+}} {{.*}}symbols = #kiln.dims<[data.0]>
// CHECK: graph.loop %arg0 {rounds = #kiln.dims<[data.0]>}
func.func {sym_name = "rounds_of_data", function_type = (tensor<2xf32>, tensor<i64>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<2xf32>, %count: tensor<i64>):
  %none = onnx.none : () -> none
  %y = onnx.Loop %count, %none, %x ({
  ^bb0(%i: tensor<i64>, %goes: tensor<i1>, %a: tensor<2xf32>):
    %b = onnx.Add %a, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<*x!onnx.any>
    onnx.Yield %goes, %b : (tensor<i1>, tensor<*x!onnx.any>) -> ()
  }) : (tensor<i64>, none, tensor<2xf32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
