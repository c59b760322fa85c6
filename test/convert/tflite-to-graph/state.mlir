// RUN: kiln-opt %s --convert-tflite-to-graph --dce | FileCheck %s

// A variable is an argument, a result, and a first value.
// CHECK:      arg_names = ["x", "state.sum"]
// CHECK-SAME: res_names = ["y", "state.sum"]
// CHECK-SAME: state = [dense<[1.0e+00, 2.0e+00]> : tensor<2xf32>]
// CHECK-SAME: sym_name = "main"
// CHECK:      %[[SUM:[0-9]+]] = graph.add %arg1, %arg0
// CHECK:      func.return %[[SUM]], %[[SUM]]
func.func {sym_name = "main", arg_names = ["x"], res_names = ["y"], function_type = (tensor<2xf32>) -> tensor<2xf32>} ({
^bb0(%x: tensor<2xf32>):
  tflite.CALL_ONCE ({
    %0 = tflite.VAR_HANDLE {shared_name = "sum"} : () -> tensor<!tflite.resource>
    %1 = tflite.constant {value = dense<[1.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
    tflite.ASSIGN_VARIABLE %0, %1 : (tensor<!tflite.resource>, tensor<2xf32>) -> ()
    tflite.yield : () -> ()
  }) : () -> ()
  %h = tflite.VAR_HANDLE {shared_name = "sum"} : () -> tensor<!tflite.resource>
  %v = tflite.READ_VARIABLE %h : (tensor<!tflite.resource>) -> tensor<2xf32>
  %y = tflite.ADD %v, %x : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  tflite.ASSIGN_VARIABLE %h, %y : (tensor<!tflite.resource>, tensor<2xf32>) -> ()
  func.return %y : (tensor<2xf32>) -> ()
})
