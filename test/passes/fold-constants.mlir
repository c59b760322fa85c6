// RUN: kiln-opt %s --fold-constants --dce | FileCheck %s

// Chains fold as a whole, through views, too.
// CHECK-LABEL: sym_name = "chain"
func.func {function_type = () -> tensor<2x2xf32>, sym_name = "chain"} ({
  // CHECK:      %[[R:[0-9]+]] = graph.constant {value = dense<{{\[\[}}2.0e+00, 4.0e+00], [6.0e+00, 8.0e+00]]> : tensor<2x2xf32>}
  // CHECK-NEXT: func.return %[[R]]
  %0 = graph.constant {value = dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>} : () -> tensor<4xf32>
  %1 = graph.reshape %0 : (tensor<4xf32>) -> tensor<2x2xf32>
  %2 = graph.add %1, %1 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  func.return %2 : (tensor<2x2xf32>) -> ()
})

// Folding does not make a model larger: one number stays one number.
// CHECK-LABEL: sym_name = "large"
func.func {function_type = () -> tensor<1024x1024xf32>, sym_name = "large"} ({
  // CHECK: graph.constant {value = dense<1.0e+00> : tensor<f32>}
  // CHECK: graph.broadcast
  %0 = graph.constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %1 = graph.broadcast %0 : (tensor<f32>) -> tensor<1024x1024xf32>
  func.return %1 : (tensor<1024x1024xf32>) -> ()
})

// A large constant that is used as it is, too, would be there twice.
// CHECK-LABEL: sym_name = "shared"
func.func {function_type = () -> (tensor<256x128xf32>, tensor<128x256xf32>), sym_name = "shared"} ({
  // CHECK: graph.constant
  // CHECK: graph.transpose
  %0 = graph.constant {value = dense<1.0> : tensor<256x128xf32>} : () -> tensor<256x128xf32>
  %1 = graph.transpose %0 {permutation = [1, 0]} : (tensor<256x128xf32>) -> tensor<128x256xf32>
  func.return %0, %1 : (tensor<256x128xf32>, tensor<128x256xf32>) -> ()
})

// Whose every user folds makes room for what they become.
// CHECK-LABEL: sym_name = "taken_apart"
func.func {function_type = () -> (tensor<128x128xf32>, tensor<128x128xf32>), sym_name = "taken_apart"} ({
  // CHECK-NOT: graph.slice
  // CHECK:     func.return
  %0 = graph.constant {value = dense<1.0> : tensor<256x128xf32>} : () -> tensor<256x128xf32>
  %1 = graph.slice %0 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<256x128xf32>) -> tensor<128x128xf32>
  %2 = graph.slice %0 {starts = #kiln.dims<[128, 0]>, steps = [1, 1]} : (tensor<256x128xf32>) -> tensor<128x128xf32>
  func.return %1, %2 : (tensor<128x128xf32>, tensor<128x128xf32>) -> ()
})

// What cannot be evaluated says so at run time.
// CHECK-LABEL: sym_name = "out_of_range"
func.func {function_type = () -> tensor<f32>, sym_name = "out_of_range"} ({
  // CHECK: graph.gather
  %0 = graph.constant {value = dense<[1.0, 2.0]> : tensor<2xf32>} : () -> tensor<2xf32>
  %1 = graph.constant {value = dense<5> : tensor<i64>} : () -> tensor<i64>
  %2 = graph.gather %0, %1 {axis = 0} : (tensor<2xf32>, tensor<i64>) -> tensor<f32>
  func.return %2 : (tensor<f32>) -> ()
})
