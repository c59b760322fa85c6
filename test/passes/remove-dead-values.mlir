// RUN: kiln-opt %s --remove-dead-values | FileCheck %s

// CHECK-LABEL: sym_name = "main"
func.func {function_type = (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>, sym_name = "main"} ({
^bb0(%x: tensor<2xf32>, %y: tensor<3xf32>):
  // CHECK: %[[R:[0-9]+]] = func.call %arg0 {callee = @part} : (tensor<2xf32>) -> tensor<2xf32>
  // CHECK: %{{.*}}:2 = func.call %arg1, %arg0 {callee = @mentioned}
  // CHECK: func.return %[[R]]
  %0:2 = func.call %y, %x {callee = @part} : (tensor<3xf32>, tensor<2xf32>) -> (tensor<3xf32>, tensor<2xf32>)
  %1:2 = func.call %y, %x {callee = @mentioned} : (tensor<3xf32>, tensor<2xf32>) -> (tensor<3xf32>, tensor<2xf32>)
  "test.mention"() {function = @mentioned} : () -> ()
  func.return %0#1 : (tensor<2xf32>) -> ()
})

// CHECK: arg_names = ["b"], function_type = (tensor<2xf32>) -> tensor<2xf32>
// CHECK-SAME: sym_name = "part"
func.func {arg_names = ["a", "b"], function_type = (tensor<3xf32>, tensor<2xf32>) -> (tensor<3xf32>, tensor<2xf32>), sym_name = "part", sym_visibility = "private"} ({
^bb0(%a: tensor<3xf32>, %b: tensor<2xf32>):
  // CHECK: func.return %{{[a-z0-9]+}} : (tensor<2xf32>) -> ()
  %0 = graph.constant {value = dense<0.0> : tensor<3xf32>} : () -> tensor<3xf32>
  %1 = graph.relu %b : (tensor<2xf32>) -> tensor<2xf32>
  func.return %0, %1 : (tensor<3xf32>, tensor<2xf32>) -> ()
})

// Whoever is mentioned elsewhere may be called by anyone.
// CHECK: function_type = (tensor<3xf32>, tensor<2xf32>) -> (tensor<3xf32>, tensor<2xf32>)
// CHECK-SAME: sym_name = "mentioned"
func.func {function_type = (tensor<3xf32>, tensor<2xf32>) -> (tensor<3xf32>, tensor<2xf32>), sym_name = "mentioned", sym_visibility = "private"} ({
^bb0(%a: tensor<3xf32>, %b: tensor<2xf32>):
  %0 = graph.constant {value = dense<0.0> : tensor<3xf32>} : () -> tensor<3xf32>
  func.return %0, %b : (tensor<3xf32>, tensor<2xf32>) -> ()
})

// A public function keeps its parameters.
// CHECK: function_type = (tensor<3xf32>, tensor<2xf32>) -> tensor<2xf32>, sym_name = "public"
func.func {function_type = (tensor<3xf32>, tensor<2xf32>) -> tensor<2xf32>, sym_name = "public"} ({
^bb0(%a: tensor<3xf32>, %b: tensor<2xf32>):
  func.return %b : (tensor<2xf32>) -> ()
})
