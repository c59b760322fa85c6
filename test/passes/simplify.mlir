// The rules of the graph dialect as a pass: strict unless told otherwise, and what rules cannot say.
// RUN: kiln-opt %s --simplify | FileCheck %s --check-prefixes=CHECK,STRICT
// RUN: kiln-opt %s --simplify=relaxed=true | FileCheck %s --check-prefixes=CHECK,RELAXED

// CHECK-LABEL: sym_name = "rounding"
func.func {function_type = (tensor<2x3xf32>) -> tensor<2x3xf32>, sym_name = "rounding"} ({
^bb0(%x: tensor<2x3xf32>):
  // STRICT:      graph.divide %arg0
  // STRICT-NEXT: graph.multiply
  // RELAXED-NOT: graph.divide
  // RELAXED:     graph.multiply %arg0, %{{[0-9]+}}
  // RELAXED-NOT: graph.multiply %{{[0-9]+}}, %arg
  %three = graph.constant {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %half = graph.constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %d = graph.divide %x, %three : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %m = graph.multiply %d, %half : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
  func.return %m : (tensor<2x3xf32>) -> ()
})

// A constant goes to the right; a broadcast that its user does anyway goes.
// CHECK-LABEL: sym_name = "in_rust"
func.func {function_type = (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>, sym_name = "in_rust"} ({
^bb0(%x: tensor<2x3xf32>, %y: tensor<3xf32>):
  // CHECK:      %[[C:.+]] = graph.constant
  // CHECK-NEXT: %[[A:.+]] = graph.add %arg0, %[[C]]
  // CHECK-NEXT: %[[B:.+]] = graph.add %[[A]], %arg1
  // CHECK-NEXT: func.return %[[B]]
  %c = graph.constant {value = dense<3.0> : tensor<f32>} : () -> tensor<f32>
  %a = graph.add %c, %x : (tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  %w = graph.broadcast %y : (tensor<3xf32>) -> tensor<2x3xf32>
  %b = graph.add %a, %w : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  func.return %b : (tensor<2x3xf32>) -> ()
})

// The zero makes the result larger: it must stay.
// CHECK-LABEL: sym_name = "types_stay"
func.func {function_type = (tensor<3xf32>) -> tensor<2x3xf32>, sym_name = "types_stay"} ({
^bb0(%x: tensor<3xf32>):
  // CHECK: graph.maximum
  %zero = graph.constant {value = dense<0.0> : tensor<2x3xf32>} : () -> tensor<2x3xf32>
  %m = graph.maximum %x, %zero : (tensor<3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
  func.return %m : (tensor<2x3xf32>) -> ()
})

// Indices that are constant and evenly spaced are a slice; a negative one counts from the end.
// CHECK-LABEL: sym_name = "gather_to_slice"
func.func {function_type = (tensor<2x3x4xf32>) -> (tensor<2x4xf32>, tensor<2x3x2xf32>, tensor<2x3x2xf32>), sym_name = "gather_to_slice"} ({
^bb0(%x: tensor<2x3x4xf32>):
  // CHECK:     %[[A:.+]] = graph.slice %arg0 {starts = #kiln.dims<[0, 2, 0]>, steps = [1, 1, 1]} {{.*}} -> tensor<2x1x4xf32>
  // CHECK:     %[[B:.+]] = graph.reshape %[[A]]
  // CHECK:     %[[C:.+]] = graph.slice %arg0 {starts = #kiln.dims<[0, 0, 3]>, steps = [1, 1, -2]}
  // CHECK:     %[[D:.+]] = graph.gather
  // CHECK:     func.return %[[B]], %[[C]], %[[D]]
  %i = graph.constant {value = dense<-1> : tensor<i64>} : () -> tensor<i64>
  %a = graph.gather %x, %i {axis = 1} : (tensor<2x3x4xf32>, tensor<i64>) -> tensor<2x4xf32>
  %j = graph.constant {value = dense<[3, 1]> : tensor<2xi64>} : () -> tensor<2xi64>
  %b = graph.gather %x, %j {axis = 2} : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<2x3x2xf32>
  %k = graph.constant {value = dense<[1, 4]> : tensor<2xi64>} : () -> tensor<2xi64>
  %c = graph.gather %x, %k {axis = 2} : (tensor<2x3x4xf32>, tensor<2xi64>) -> tensor<2x3x2xf32>
  func.return %a, %b, %c : (tensor<2x4xf32>, tensor<2x3x2xf32>, tensor<2x3x2xf32>) -> ()
})
