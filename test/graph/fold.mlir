// What ops fold to by their rows.
// RUN: kiln-opt %s --simplify | FileCheck %s

%x = "test.value"() : () -> tensor<2x3xf32>
%i = "test.value"() : () -> tensor<2x3xi64>
%b = "test.value"() : () -> tensor<2x3xi1>
// CHECK: %[[X:.*]] = "test.value"() : () -> tensor<2x3xf32>
// CHECK: %[[I:.*]] = "test.value"() : () -> tensor<2x3xi64>
// CHECK: %[[B:.*]] = "test.value"() : () -> tensor<2x3xi1>
%zero = graph.constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
%one = graph.constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
%ones = graph.constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>

// An identity element on the right, on the left, and where it would stretch the operand.
%0 = graph.add %x, %zero : (tensor<2x3xf32>, tensor<f32>) -> tensor<2x3xf32>
%1 = graph.multiply %one, %x : (tensor<f32>, tensor<2x3xf32>) -> tensor<2x3xf32>
%2 = graph.divide %i, %ones : (tensor<2x3xi64>, tensor<i64>) -> tensor<2x3xi64>
// CHECK: "test.use"(%[[X]], %[[X]], %[[I]])
"test.use"(%0, %1, %2) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xi64>) -> ()

// f(f(x)) = x, f(f(x)) = f(x), f(x, x) = x.
%3 = graph.not %b : (tensor<2x3xi1>) -> tensor<2x3xi1>
%4 = graph.not %3 : (tensor<2x3xi1>) -> tensor<2x3xi1>
%5 = graph.relu %x : (tensor<2x3xf32>) -> tensor<2x3xf32>
%6 = graph.relu %5 : (tensor<2x3xf32>) -> tensor<2x3xf32>
%7 = graph.maximum %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: %[[RELU:.*]] = graph.relu %[[X]]
// CHECK: "test.use"(%[[B]], %[[RELU]], %[[X]])
"test.use"(%4, %6, %7) : (tensor<2x3xi1>, tensor<2x3xf32>, tensor<2x3xf32>) -> ()

// Ops that move nothing.
%8 = graph.transpose %x {permutation = [1, 0]} : (tensor<2x3xf32>) -> tensor<3x2xf32>
%9 = graph.transpose %8 {permutation = [1, 0]} : (tensor<3x2xf32>) -> tensor<2x3xf32>
%10 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x3xf32>) -> tensor<2x3xf32>
%11 = graph.pad %x {low = #kiln.dims<[0, 0]>, high = #kiln.dims<[0, 0]>, mode = "edge"} : (tensor<2x3xf32>) -> tensor<2x3xf32>
%12 = graph.reshape %x : (tensor<2x3xf32>) -> tensor<6xf32>
%13 = graph.reshape %12 : (tensor<6xf32>) -> tensor<2x3xf32>
%14 = graph.concat %x {axis = 0} : (tensor<2x3xf32>) -> tensor<2x3xf32>
// CHECK: "test.use"(%[[X]], %[[X]], %[[X]], %[[X]], %[[X]])
"test.use"(%9, %10, %11, %13, %14) : (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x3xf32>) -> ()

// What follows for integers does not for floats, which have NaN.
%15 = graph.subtract %x, %x : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>
%16 = graph.subtract %i, %i : (tensor<2x3xi64>, tensor<2x3xi64>) -> tensor<2x3xi64>
// CHECK-DAG: %[[DIFFERENCE:.*]] = graph.subtract %[[X]], %[[X]]
// CHECK-DAG: %[[NONE:.*]] = graph.constant {value = dense<0> : tensor<2x3xi64>}
// CHECK: "test.use"(%[[DIFFERENCE]], %[[NONE]])
"test.use"(%15, %16) : (tensor<2x3xf32>, tensor<2x3xi64>) -> ()
