// What exporters write where the framework knew more than they say.
// RUN: kiln-opt %s --convert-onnx-to-graph | FileCheck %s

// A condition that counts: the count is a carried value, its limit one that is carried as it is, as floats.
// CHECK-LABEL: sym_name = "counts"
// CHECK: graph.loop {{.*}} {rounds = #kiln.dims<[(N + 1) floordiv 2]>}
// CHECK: func.return %{{.*}} : (tensor<?xf32, #kiln.dims<[(N + 1) floordiv 2]>>)
func.func {sym_name = "counts", function_type = (tensor<?xf32, #kiln.dims<[N]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?xf32, #kiln.dims<[N]>>):
  %shape = onnx.Shape %x : (tensor<?xf32, #kiln.dims<[N]>>) -> tensor<1xi64>
  %axes = onnx.Constant {value = dense<0> : tensor<1xi64>} : () -> tensor<1xi64>
  %n = onnx.Squeeze %shape, %axes : (tensor<1xi64>, tensor<1xi64>) -> tensor<*x!onnx.any>
  %zero = onnx.Constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %start = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %limit = onnx.Cast %n {to = 1} : (tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  %first = onnx.Less %start, %limit : (tensor<f32>, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
  %none = onnx.none : () -> none
  %y:3 = onnx.Loop %none, %first, %zero, %n ({
  ^bb0(%i: tensor<i64>, %goes: tensor<i1>, %count: tensor<i64>, %most: tensor<i64>):
    %two = onnx.Constant {value = dense<2> : tensor<i64>} : () -> tensor<i64>
    %next = onnx.Add %count, %two : (tensor<i64>, tensor<i64>) -> tensor<*x!onnx.any>
    %left = onnx.Cast %next {to = 1} : (tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
    %right = onnx.Cast %most {to = 1} : (tensor<i64>) -> tensor<*x!onnx.any>
    %again = onnx.Less %left, %right : (tensor<*x!onnx.any>, tensor<*x!onnx.any>) -> tensor<*x!onnx.any>
    %row = onnx.Gather %x, %count {axis = 0} : (tensor<?xf32, #kiln.dims<[N]>>, tensor<i64>) -> tensor<*x!onnx.any>
    onnx.Yield %again, %next, %most, %row : (tensor<*x!onnx.any>, tensor<*x!onnx.any>, tensor<i64>, tensor<*x!onnx.any>) -> ()
  }) : (none, tensor<*x!onnx.any>, tensor<i64>, tensor<*x!onnx.any>) -> (tensor<*x!onnx.any>, tensor<*x!onnx.any>, tensor<*x!onnx.any>)
  func.return %y#2 : (tensor<*x!onnx.any>) -> ()
})

// An axis that is dropped if its extent is 1, which the exporter did not know: what follows is made for the lower rank.
// CHECK-LABEL: sym_name = "squeezed"
// CHECK-NOT: graph.if
// CHECK: graph.reshape %arg0 : (tensor<?x4x?xf32, #kiln.dims<[N, 4, L]>>) -> tensor<?x4xf32, #kiln.dims<[N, 4]>>
func.func {sym_name = "squeezed", function_type = (tensor<?x4x?xf32, #kiln.dims<[N, 4, L]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?x4x?xf32, #kiln.dims<[N, 4, L]>>):
  %shape = onnx.Shape %x {start = 2} : (tensor<?x4x?xf32, #kiln.dims<[N, 4, L]>>) -> tensor<1xi64>
  %one = onnx.Constant {value = dense<1> : tensor<1xi64>} : () -> tensor<1xi64>
  %is = onnx.Equal %shape, %one : (tensor<1xi64>, tensor<1xi64>) -> tensor<1xi1>
  %y = onnx.If %is ({
    %axes = onnx.Constant {value = dense<2> : tensor<1xi64>} : () -> tensor<1xi64>
    %a = onnx.Squeeze %x, %axes : (tensor<?x4x?xf32, #kiln.dims<[N, 4, L]>>, tensor<1xi64>) -> tensor<*x!onnx.any>
    onnx.Yield %a : (tensor<*x!onnx.any>) -> ()
  }, {
    %b = onnx.Identity %x : (tensor<?x4x?xf32, #kiln.dims<[N, 4, L]>>) -> tensor<*x!onnx.any>
    onnx.Yield %b : (tensor<*x!onnx.any>) -> ()
  }) : (tensor<1xi1>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})

// A range of floats up to an extent.
// CHECK-LABEL: sym_name = "range"
// CHECK: graph.iota {axis = 0} : () -> tensor<?xi64, #kiln.dims<[N]>>
func.func {sym_name = "range", function_type = (tensor<?xf32, #kiln.dims<[N]>>) -> tensor<*x!onnx.any>} ({
^bb0(%x: tensor<?xf32, #kiln.dims<[N]>>):
  %shape = onnx.Shape %x : (tensor<?xf32, #kiln.dims<[N]>>) -> tensor<1xi64>
  %n = onnx.Squeeze %shape : (tensor<1xi64>) -> tensor<i64>
  %limit = onnx.Cast %n {to = 1} : (tensor<i64>) -> tensor<f32>
  %zero = onnx.Constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %one = onnx.Constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %y = onnx.Range %zero, %limit, %one : (tensor<f32>, tensor<f32>, tensor<f32>) -> tensor<*x!onnx.any>
  func.return %y : (tensor<*x!onnx.any>) -> ()
})
