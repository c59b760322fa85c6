// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// A shape taken from extents is a type; what computed it is gone.
// CHECK-LABEL: sym_name = "reshape"
// CHECK-NEXT: ^bb0
// CHECK-NEXT: %[[Y:[0-9]+]] = graph.reshape %arg0 : {{.*}} -> tensor<?x2x4xf32, #kiln.dims<[N, 2, 4]>>
// CHECK-NEXT: func.return %[[Y]]
func.func {sym_name = "reshape", function_type = (tensor<?x8xf32, #kiln.dims<[N, 8]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?x8xf32, #kiln.dims<[N, 8]>>):
  %shape = onnx.Shape %x : (tensor<?x8xf32, #kiln.dims<[N, 8]>>) -> tensor<2xi64>
  %zero = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %n = onnx.Gather %shape, %zero {axis = 0} : (tensor<2xi64>, tensor<1xi64>) -> tensor<*x!onnx.any>
  %rest = onnx.Constant {value = dense<[2, -1]> : tensor<2xi64>} : () -> tensor<2xi64>
  %target = onnx.Concat %n, %rest {axis = 0} : (tensor<*x!onnx.any>, tensor<2xi64>) -> tensor<*x!onnx.any>
  %y = onnx.Reshape %x, %target : (tensor<?x8xf32, #kiln.dims<[N, 8]>>, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// An extent that is a quotient, and one that is chosen because no extent is -1.
// CHECK-LABEL: sym_name = "resize"
// CHECK: graph.resize %arg0 {{.*}}scales = [1.0{{.*}}, 1.0{{.*}}, 2.0{{.*}}, 2.0{{.*}}]{{.*}} -> tensor<?x3x?x?xf32, #kiln.dims<[N, 3, 2 * H, 2 * W]>>
// CHECK: graph.broadcast {{.*}} -> tensor<?x5xf32, #kiln.dims<[N, 5]>>
func.func {sym_name = "resize", function_type = (tensor<?x3x?x?xf32, #kiln.dims<[N, 3, H, W]>>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>)} ({
^bb0(%x: tensor<?x3x?x?xf32, #kiln.dims<[N, 3, H, W]>>):
  %none = onnx.none : () -> none
  %scales = onnx.Constant {value = dense<[1.0, 1.0, 2.0, 2.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %y = onnx.Resize %x, %none, %scales {mode = "nearest"} : (tensor<?x3x?x?xf32, #kiln.dims<[N, 3, H, W]>>, none, tensor<4xf32>) -> tensor<*x!onnx.any>
  %shape = onnx.Shape %x {start = 0, end = 1} : (tensor<?x3x?x?xf32, #kiln.dims<[N, 3, H, W]>>) -> tensor<1xi64>
  %five = onnx.Constant {value = dense<5> : tensor<1xi64>} : () -> tensor<1xi64>
  %all = onnx.Concat %shape, %five {axis = 0} : (tensor<1xi64>, tensor<1xi64>) -> tensor<2xi64>
  %minus = onnx.Constant {value = dense<-1> : tensor<1xi64>} : () -> tensor<1xi64>
  %is = onnx.Equal %all, %minus : (tensor<2xi64>, tensor<1xi64>) -> tensor<2xi1>
  %one = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %chosen = onnx.Where %is, %one, %all : (tensor<2xi1>, tensor<1xi64>, tensor<2xi64>) -> tensor<2xi64>
  %value = onnx.Constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %z = onnx.Expand %value, %chosen : (tensor<f32>, tensor<2xi64>) -> tensor<*x!onnx.any>
  func.return %y, %z : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> ()
})

// Extents that are used as data become a tensor of them.
// CHECK-LABEL: sym_name = "data"
// CHECK: %[[DIMS:[0-9]+]] = graph.dims {dims = #kiln.dims<[N, 8]>} : () -> tensor<2xi64>
// CHECK: func.return %[[DIMS]]
func.func {sym_name = "data", function_type = (tensor<?x8xf32, #kiln.dims<[N, 8]>>) -> tensor<2xi64>} ({
^bb0(%x: tensor<?x8xf32, #kiln.dims<[N, 8]>>):
  %shape = onnx.Shape %x : (tensor<?x8xf32, #kiln.dims<[N, 8]>>) -> tensor<2xi64>
  func.return %shape : (tensor<2xi64>) -> ()
})

// Two symbols that meet are equal, or one is 1: the result has the larger, and a run checks the other.
// CHECK-LABEL: sym_name = "meet"
// CHECK: %[[A:[0-9]+]] = graph.broadcast %arg0 : (tensor<?xf32, #kiln.dims<[N]>>) -> tensor<?xf32, #kiln.dims<[max(M, N)]>>
// CHECK: %[[B:[0-9]+]] = graph.broadcast %arg1 : (tensor<?xf32, #kiln.dims<[M]>>) -> tensor<?xf32, #kiln.dims<[max(M, N)]>>
// CHECK: graph.add %[[A]], %[[B]]
func.func {sym_name = "meet", function_type = (tensor<?xf32, #kiln.dims<[N]>>, tensor<?xf32, #kiln.dims<[M]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?xf32, #kiln.dims<[N]>>, %y: tensor<?xf32, #kiln.dims<[M]>>):
  %z = onnx.Add %x, %y : (tensor<?xf32, #kiln.dims<[N]>>, tensor<?xf32, #kiln.dims<[M]>>) -> tensor<*x!onnx.any>
  func.return %z : (tensor<*x!onnx.any>) -> ()
})
