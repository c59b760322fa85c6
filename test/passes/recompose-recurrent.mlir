// RUN: kiln-opt %s --pass-pipeline='builtin.module(recompose-recurrent,fold-constants,simplify,fold-constants,cse,dce)' | FileCheck %s
// RUN: kiln-opt %s --pass-pipeline='builtin.module(pre,core)' | FileCheck %s

// Two steps of an LSTM whose gates are one sum, cut in four, as cells written by hand come out: one layer of two steps,
// which reads the sequence as it is.
// CHECK-LABEL: sym_name = "lstm_of_one_sum"
func.func {function_type = (tensor<2x2x3xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> (tensor<2x2xf32>, tensor<2x2xf32>), sym_name = "lstm_of_one_sum"} ({
^bb0(%x: tensor<2x2x3xf32>, %h: tensor<2x2xf32>, %c: tensor<2x2xf32>):
  // CHECK-NOT: graph.sigmoid
  // CHECK:     graph.lstm %arg0,
  // CHECK-NOT: graph.lstm
  // CHECK:     func.return
  %0 = graph.constant {value = dense<[[-0.625, -0.250, 0.125, 0.500, -0.500, -0.125, 0.250, 0.625], [-0.375, 0.000, 0.375, -0.625, -0.250, 0.125, 0.500, -0.500], [-0.125, 0.250, 0.625, -0.375, 0.000, 0.375, -0.625, -0.250]]> : tensor<3x8xf32>} : () -> tensor<3x8xf32>
  %1 = graph.constant {value = dense<[[-0.375, 0.250, -0.500, 0.125, -0.625, 0.000, 0.625, -0.125], [0.500, -0.250, 0.375, -0.375, 0.250, -0.500, 0.125, -0.625]]> : tensor<2x8xf32>} : () -> tensor<2x8xf32>
  %2 = graph.constant {value = dense<[-0.500, 0.375, -0.125, -0.625, 0.250, -0.250, 0.625, 0.125]> : tensor<8xf32>} : () -> tensor<8xf32>
  %3 = graph.slice %x {starts = #kiln.dims<[0, 0, 0]>, steps = [1, 1, 1]} : (tensor<2x2x3xf32>) -> tensor<1x2x3xf32>
  %4 = graph.reshape %3 : (tensor<1x2x3xf32>) -> tensor<2x3xf32>
  %5 = graph.matmul %4, %0 : (tensor<2x3xf32>, tensor<3x8xf32>) -> tensor<2x8xf32>
  %6 = graph.matmul %h, %1 : (tensor<2x2xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %7 = graph.add %5, %6 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %8 = graph.add %7, %2 : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %9 = graph.slice %8 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %10 = graph.slice %8 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %11 = graph.slice %8 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %12 = graph.slice %8 {starts = #kiln.dims<[0, 6]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %13 = graph.sigmoid %9 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %14 = graph.sigmoid %10 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %15 = graph.sigmoid %12 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %16 = graph.tanh %11 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %17 = graph.multiply %14, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %18 = graph.multiply %13, %16 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %19 = graph.add %17, %18 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %20 = graph.tanh %19 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %21 = graph.multiply %15, %20 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %22 = graph.slice %x {starts = #kiln.dims<[1, 0, 0]>, steps = [1, 1, 1]} : (tensor<2x2x3xf32>) -> tensor<1x2x3xf32>
  %23 = graph.reshape %22 : (tensor<1x2x3xf32>) -> tensor<2x3xf32>
  %24 = graph.matmul %23, %0 : (tensor<2x3xf32>, tensor<3x8xf32>) -> tensor<2x8xf32>
  %25 = graph.matmul %21, %1 : (tensor<2x2xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %26 = graph.add %24, %25 : (tensor<2x8xf32>, tensor<2x8xf32>) -> tensor<2x8xf32>
  %27 = graph.add %26, %2 : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %28 = graph.slice %27 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %29 = graph.slice %27 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %30 = graph.slice %27 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %31 = graph.slice %27 {starts = #kiln.dims<[0, 6]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %32 = graph.sigmoid %28 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %33 = graph.sigmoid %29 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %34 = graph.sigmoid %31 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %35 = graph.tanh %30 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %36 = graph.multiply %33, %19 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %37 = graph.multiply %32, %35 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %38 = graph.add %36, %37 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %39 = graph.tanh %38 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %40 = graph.multiply %34, %39 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  func.return %40, %38 : (tensor<2x2xf32>, tensor<2x2xf32>) -> ()
})

// Gates each by a product of its own, the forget gate with a bias of one, a batch before the steps; every state is asked
// for, and no step's alone.
// CHECK-LABEL: sym_name = "lstm_of_single_gates"
func.func {function_type = (tensor<2x3x3xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> (tensor<2x3x2xf32>), sym_name = "lstm_of_single_gates"} ({
^bb0(%x: tensor<2x3x3xf32>, %h: tensor<2x2xf32>, %c: tensor<2x2xf32>):
  // CHECK-NOT: graph.sigmoid
  // CHECK:     %[[X:[0-9]+]] = graph.transpose %arg0 {permutation = [1, 0, 2]}
  // CHECK:     graph.lstm %[[X]],
  // CHECK-NOT: graph.lstm
  // CHECK-NOT: graph.concat
  // CHECK-NOT: graph.slice
  // CHECK:     func.return
  %0 = graph.constant {value = dense<[[-0.625, -0.250], [0.125, 0.500], [-0.500, -0.125]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %1 = graph.constant {value = dense<[[-0.500, -0.125], [0.250, 0.625], [-0.375, 0.000]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %2 = graph.constant {value = dense<[[-0.375, 0.000], [0.375, -0.625], [-0.250, 0.125]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %3 = graph.constant {value = dense<[[-0.250, 0.125], [0.500, -0.500], [-0.125, 0.250]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %4 = graph.constant {value = dense<[[-0.250, 0.375], [-0.375, 0.250]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %5 = graph.constant {value = dense<[[-0.125, 0.500], [-0.250, 0.375]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %6 = graph.constant {value = dense<[[0.000, 0.625], [-0.125, 0.500]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %7 = graph.constant {value = dense<[[0.125, -0.625], [0.000, 0.625]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %8 = graph.constant {value = dense<[-0.625, 0.250]> : tensor<2xf32>} : () -> tensor<2xf32>
  %9 = graph.constant {value = dense<[-0.500, 0.375]> : tensor<2xf32>} : () -> tensor<2xf32>
  %10 = graph.constant {value = dense<[-0.375, 0.500]> : tensor<2xf32>} : () -> tensor<2xf32>
  %11 = graph.constant {value = dense<[-0.250, 0.625]> : tensor<2xf32>} : () -> tensor<2xf32>
  %12 = graph.constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %13 = graph.slice %x {starts = #kiln.dims<[0, 0, 0]>, steps = [1, 1, 1]} : (tensor<2x3x3xf32>) -> tensor<2x1x3xf32>
  %14 = graph.reshape %13 : (tensor<2x1x3xf32>) -> tensor<2x3xf32>
  %15 = graph.matmul %14, %0 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %16 = graph.add %15, %8 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %17 = graph.matmul %h, %4 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %18 = graph.add %16, %17 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %19 = graph.matmul %14, %1 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %20 = graph.add %19, %9 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %21 = graph.matmul %h, %5 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %22 = graph.add %20, %21 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %23 = graph.add %22, %12 : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %24 = graph.matmul %14, %2 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %25 = graph.add %24, %10 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %26 = graph.matmul %h, %6 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %27 = graph.add %25, %26 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %28 = graph.matmul %14, %3 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %29 = graph.add %28, %11 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %30 = graph.matmul %h, %7 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %31 = graph.add %29, %30 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %32 = graph.sigmoid %18 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %33 = graph.sigmoid %23 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %34 = graph.sigmoid %31 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %35 = graph.tanh %27 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %36 = graph.multiply %33, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %37 = graph.multiply %32, %35 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %38 = graph.add %36, %37 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %39 = graph.tanh %38 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %40 = graph.multiply %39, %34 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %41 = graph.reshape %40 : (tensor<2x2xf32>) -> tensor<2x1x2xf32>
  %42 = graph.slice %x {starts = #kiln.dims<[0, 1, 0]>, steps = [1, 1, 1]} : (tensor<2x3x3xf32>) -> tensor<2x1x3xf32>
  %43 = graph.reshape %42 : (tensor<2x1x3xf32>) -> tensor<2x3xf32>
  %44 = graph.matmul %43, %0 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %45 = graph.add %44, %8 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %46 = graph.matmul %40, %4 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %47 = graph.add %45, %46 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %48 = graph.matmul %43, %1 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %49 = graph.add %48, %9 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %50 = graph.matmul %40, %5 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %51 = graph.add %49, %50 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %52 = graph.add %51, %12 : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %53 = graph.matmul %43, %2 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %54 = graph.add %53, %10 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %55 = graph.matmul %40, %6 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %56 = graph.add %54, %55 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %57 = graph.matmul %43, %3 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %58 = graph.add %57, %11 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %59 = graph.matmul %40, %7 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %60 = graph.add %58, %59 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %61 = graph.sigmoid %47 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %62 = graph.sigmoid %52 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %63 = graph.sigmoid %60 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %64 = graph.tanh %56 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %65 = graph.multiply %62, %38 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %66 = graph.multiply %61, %64 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %67 = graph.add %65, %66 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %68 = graph.tanh %67 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %69 = graph.multiply %68, %63 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %70 = graph.reshape %69 : (tensor<2x2xf32>) -> tensor<2x1x2xf32>
  %71 = graph.slice %x {starts = #kiln.dims<[0, 2, 0]>, steps = [1, 1, 1]} : (tensor<2x3x3xf32>) -> tensor<2x1x3xf32>
  %72 = graph.reshape %71 : (tensor<2x1x3xf32>) -> tensor<2x3xf32>
  %73 = graph.matmul %72, %0 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %74 = graph.add %73, %8 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %75 = graph.matmul %69, %4 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %76 = graph.add %74, %75 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %77 = graph.matmul %72, %1 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %78 = graph.add %77, %9 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %79 = graph.matmul %69, %5 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %80 = graph.add %78, %79 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %81 = graph.add %80, %12 : (tensor<2x2xf32>, tensor<f32>) -> tensor<2x2xf32>
  %82 = graph.matmul %72, %2 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %83 = graph.add %82, %10 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %84 = graph.matmul %69, %6 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %85 = graph.add %83, %84 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %86 = graph.matmul %72, %3 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %87 = graph.add %86, %11 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %88 = graph.matmul %69, %7 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %89 = graph.add %87, %88 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %90 = graph.sigmoid %76 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %91 = graph.sigmoid %81 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %92 = graph.sigmoid %89 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %93 = graph.tanh %85 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %94 = graph.multiply %91, %67 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %95 = graph.multiply %90, %93 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %96 = graph.add %94, %95 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %97 = graph.tanh %96 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %98 = graph.multiply %97, %92 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %99 = graph.reshape %98 : (tensor<2x2xf32>) -> tensor<2x1x2xf32>
  %100 = graph.concat %41, %70, %99 {axis = 1} : (tensor<2x1x2xf32>, tensor<2x1x2xf32>, tensor<2x1x2xf32>) -> tensor<2x3x2xf32>
  func.return %100 : (tensor<2x3x2xf32>) -> ()
})

// One product with input and state side by side; what the second step reads depends on the first: two layers.
// CHECK-LABEL: sym_name = "lstm_of_joined_operands"
func.func {function_type = (tensor<2x2xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> (tensor<2x2xf32>), sym_name = "lstm_of_joined_operands"} ({
^bb0(%x: tensor<2x2xf32>, %h: tensor<2x2xf32>, %c: tensor<2x2xf32>):
  // CHECK:     graph.lstm
  // CHECK:     graph.relu
  // CHECK:     graph.lstm
  // CHECK:     func.return
  %0 = graph.constant {value = dense<[[-0.625, -0.250, 0.125, 0.500, -0.500, -0.125, 0.250, 0.625], [-0.375, 0.000, 0.375, -0.625, -0.250, 0.125, 0.500, -0.500], [-0.125, 0.250, 0.625, -0.375, 0.000, 0.375, -0.625, -0.250], [0.125, 0.500, -0.500, -0.125, 0.250, 0.625, -0.375, 0.000]]> : tensor<4x8xf32>} : () -> tensor<4x8xf32>
  %1 = graph.constant {value = dense<[-0.500, 0.375, -0.125, -0.625, 0.250, -0.250, 0.625, 0.125]> : tensor<8xf32>} : () -> tensor<8xf32>
  %2 = graph.concat %x, %h {axis = 1} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %3 = graph.matmul %2, %0 : (tensor<2x4xf32>, tensor<4x8xf32>) -> tensor<2x8xf32>
  %4 = graph.add %3, %1 : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %5 = graph.slice %4 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %6 = graph.slice %4 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %7 = graph.slice %4 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %8 = graph.slice %4 {starts = #kiln.dims<[0, 6]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %9 = graph.sigmoid %5 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %10 = graph.sigmoid %7 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %11 = graph.sigmoid %8 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %12 = graph.tanh %6 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %13 = graph.multiply %10, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %14 = graph.multiply %9, %12 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %15 = graph.add %13, %14 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %16 = graph.tanh %15 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %17 = graph.multiply %11, %16 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %18 = graph.relu %17 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %19 = graph.concat %18, %17 {axis = 1} : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x4xf32>
  %20 = graph.matmul %19, %0 : (tensor<2x4xf32>, tensor<4x8xf32>) -> tensor<2x8xf32>
  %21 = graph.add %20, %1 : (tensor<2x8xf32>, tensor<8xf32>) -> tensor<2x8xf32>
  %22 = graph.slice %21 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %23 = graph.slice %21 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %24 = graph.slice %21 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %25 = graph.slice %21 {starts = #kiln.dims<[0, 6]>, steps = [1, 1]} : (tensor<2x8xf32>) -> tensor<2x2xf32>
  %26 = graph.sigmoid %22 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %27 = graph.sigmoid %24 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %28 = graph.sigmoid %25 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %29 = graph.tanh %23 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %30 = graph.multiply %27, %15 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %31 = graph.multiply %26, %29 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %32 = graph.add %30, %31 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %33 = graph.tanh %32 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %34 = graph.multiply %28, %33 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %35 = graph.relu %34 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  func.return %34 : (tensor<2x2xf32>) -> ()
})

// A GRU that resets after the product, mixing by a difference; two layers one upon the other.
// CHECK-LABEL: sym_name = "gru_resetting_after"
func.func {function_type = (tensor<2x2x3xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> (tensor<2x2xf32>), sym_name = "gru_resetting_after"} ({
^bb0(%x: tensor<2x2x3xf32>, %h: tensor<2x2xf32>, %g: tensor<2x2xf32>):
  // CHECK-NOT: graph.sigmoid
  // CHECK:     graph.gru %arg0,
  // CHECK:     graph.gru
  // CHECK-NOT: graph.gru
  // CHECK:     func.return
  %0 = graph.constant {value = dense<[[-0.625, -0.250, 0.125, 0.500, -0.500, -0.125], [0.250, 0.625, -0.375, 0.000, 0.375, -0.625], [-0.250, 0.125, 0.500, -0.500, -0.125, 0.250]]> : tensor<3x6xf32>} : () -> tensor<3x6xf32>
  %1 = graph.constant {value = dense<[[-0.375, 0.250, -0.500, 0.125, -0.625, 0.000], [0.625, -0.125, 0.500, -0.250, 0.375, -0.375]]> : tensor<2x6xf32>} : () -> tensor<2x6xf32>
  %2 = graph.constant {value = dense<[-0.500, 0.375, -0.125, -0.625, 0.250, -0.250]> : tensor<6xf32>} : () -> tensor<6xf32>
  %3 = graph.constant {value = dense<[-0.500, -0.250, 0.000, 0.250, 0.500, -0.625]> : tensor<6xf32>} : () -> tensor<6xf32>
  %4 = graph.constant {value = dense<[[-0.625, -0.125, 0.375, -0.500, 0.000, 0.500], [-0.375, 0.125, 0.625, -0.250, 0.250, -0.625]]> : tensor<2x6xf32>} : () -> tensor<2x6xf32>
  %5 = graph.constant {value = dense<[[-0.375, 0.375, -0.250, 0.500, -0.125, 0.625], [0.000, -0.625, 0.125, -0.500, 0.250, -0.375]]> : tensor<2x6xf32>} : () -> tensor<2x6xf32>
  %6 = graph.constant {value = dense<[-0.500, 0.125, -0.625, 0.000, 0.625, -0.125]> : tensor<6xf32>} : () -> tensor<6xf32>
  %7 = graph.constant {value = dense<[-0.500, 0.625, 0.375, 0.125, -0.125, -0.375]> : tensor<6xf32>} : () -> tensor<6xf32>
  %8 = graph.slice %x {starts = #kiln.dims<[0, 0, 0]>, steps = [1, 1, 1]} : (tensor<2x2x3xf32>) -> tensor<1x2x3xf32>
  %9 = graph.reshape %8 : (tensor<1x2x3xf32>) -> tensor<2x3xf32>
  %10 = graph.matmul %9, %0 : (tensor<2x3xf32>, tensor<3x6xf32>) -> tensor<2x6xf32>
  %11 = graph.add %10, %2 : (tensor<2x6xf32>, tensor<6xf32>) -> tensor<2x6xf32>
  %12 = graph.matmul %h, %1 : (tensor<2x2xf32>, tensor<2x6xf32>) -> tensor<2x6xf32>
  %13 = graph.add %12, %3 : (tensor<2x6xf32>, tensor<6xf32>) -> tensor<2x6xf32>
  %14 = graph.slice %11 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %15 = graph.slice %11 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %16 = graph.slice %11 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %17 = graph.slice %13 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %18 = graph.slice %13 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %19 = graph.slice %13 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %20 = graph.add %14, %17 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %21 = graph.sigmoid %20 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %22 = graph.add %15, %18 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %23 = graph.sigmoid %22 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %24 = graph.multiply %21, %19 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %25 = graph.add %16, %24 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %26 = graph.tanh %25 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %27 = graph.subtract %h, %26 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %28 = graph.multiply %23, %27 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %29 = graph.add %26, %28 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %30 = graph.matmul %29, %4 : (tensor<2x2xf32>, tensor<2x6xf32>) -> tensor<2x6xf32>
  %31 = graph.add %30, %6 : (tensor<2x6xf32>, tensor<6xf32>) -> tensor<2x6xf32>
  %32 = graph.matmul %g, %5 : (tensor<2x2xf32>, tensor<2x6xf32>) -> tensor<2x6xf32>
  %33 = graph.add %32, %7 : (tensor<2x6xf32>, tensor<6xf32>) -> tensor<2x6xf32>
  %34 = graph.slice %31 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %35 = graph.slice %31 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %36 = graph.slice %31 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %37 = graph.slice %33 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %38 = graph.slice %33 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %39 = graph.slice %33 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %40 = graph.add %34, %37 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %41 = graph.sigmoid %40 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %42 = graph.add %35, %38 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %43 = graph.sigmoid %42 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %44 = graph.multiply %41, %39 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %45 = graph.add %36, %44 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %46 = graph.tanh %45 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %47 = graph.subtract %g, %46 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %48 = graph.multiply %43, %47 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %49 = graph.add %46, %48 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %50 = graph.slice %x {starts = #kiln.dims<[1, 0, 0]>, steps = [1, 1, 1]} : (tensor<2x2x3xf32>) -> tensor<1x2x3xf32>
  %51 = graph.reshape %50 : (tensor<1x2x3xf32>) -> tensor<2x3xf32>
  %52 = graph.matmul %51, %0 : (tensor<2x3xf32>, tensor<3x6xf32>) -> tensor<2x6xf32>
  %53 = graph.add %52, %2 : (tensor<2x6xf32>, tensor<6xf32>) -> tensor<2x6xf32>
  %54 = graph.matmul %29, %1 : (tensor<2x2xf32>, tensor<2x6xf32>) -> tensor<2x6xf32>
  %55 = graph.add %54, %3 : (tensor<2x6xf32>, tensor<6xf32>) -> tensor<2x6xf32>
  %56 = graph.slice %53 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %57 = graph.slice %53 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %58 = graph.slice %53 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %59 = graph.slice %55 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %60 = graph.slice %55 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %61 = graph.slice %55 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %62 = graph.add %56, %59 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %63 = graph.sigmoid %62 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %64 = graph.add %57, %60 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %65 = graph.sigmoid %64 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %66 = graph.multiply %63, %61 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %67 = graph.add %58, %66 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %68 = graph.tanh %67 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %69 = graph.subtract %29, %68 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %70 = graph.multiply %65, %69 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %71 = graph.add %68, %70 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %72 = graph.matmul %71, %4 : (tensor<2x2xf32>, tensor<2x6xf32>) -> tensor<2x6xf32>
  %73 = graph.add %72, %6 : (tensor<2x6xf32>, tensor<6xf32>) -> tensor<2x6xf32>
  %74 = graph.matmul %49, %5 : (tensor<2x2xf32>, tensor<2x6xf32>) -> tensor<2x6xf32>
  %75 = graph.add %74, %7 : (tensor<2x6xf32>, tensor<6xf32>) -> tensor<2x6xf32>
  %76 = graph.slice %73 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %77 = graph.slice %73 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %78 = graph.slice %73 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %79 = graph.slice %75 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %80 = graph.slice %75 {starts = #kiln.dims<[0, 2]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %81 = graph.slice %75 {starts = #kiln.dims<[0, 4]>, steps = [1, 1]} : (tensor<2x6xf32>) -> tensor<2x2xf32>
  %82 = graph.add %76, %79 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %83 = graph.sigmoid %82 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %84 = graph.add %77, %80 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %85 = graph.sigmoid %84 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %86 = graph.multiply %83, %81 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %87 = graph.add %78, %86 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %88 = graph.tanh %87 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %89 = graph.subtract %49, %88 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %90 = graph.multiply %85, %89 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %91 = graph.add %88, %90 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  func.return %91 : (tensor<2x2xf32>) -> ()
})

// A GRU that resets before the product, mixing by two weights.
// CHECK-LABEL: sym_name = "gru_resetting_before"
func.func {function_type = (tensor<2x2x3xf32>, tensor<2x2xf32>) -> (tensor<2x2xf32>), sym_name = "gru_resetting_before"} ({
^bb0(%x: tensor<2x2x3xf32>, %h: tensor<2x2xf32>):
  // CHECK-NOT: graph.sigmoid
  // CHECK:     graph.gru %arg0,
  // CHECK-NOT: graph.gru
  // CHECK:     func.return
  %0 = graph.constant {value = dense<[[-0.625, -0.250], [0.125, 0.500], [-0.500, -0.125]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %1 = graph.constant {value = dense<[[-0.500, -0.125], [0.250, 0.625], [-0.375, 0.000]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %2 = graph.constant {value = dense<[[-0.375, 0.000], [0.375, -0.625], [-0.250, 0.125]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %3 = graph.constant {value = dense<[[-0.250, 0.375], [-0.375, 0.250]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %4 = graph.constant {value = dense<[[-0.125, 0.500], [-0.250, 0.375]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %5 = graph.constant {value = dense<[[0.000, 0.625], [-0.125, 0.500]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %6 = graph.constant {value = dense<[-0.500, 0.375]> : tensor<2xf32>} : () -> tensor<2xf32>
  %7 = graph.slice %x {starts = #kiln.dims<[0, 0, 0]>, steps = [1, 1, 1]} : (tensor<2x2x3xf32>) -> tensor<1x2x3xf32>
  %8 = graph.reshape %7 : (tensor<1x2x3xf32>) -> tensor<2x3xf32>
  %9 = graph.constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %10 = graph.matmul %8, %0 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %11 = graph.matmul %h, %3 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %12 = graph.add %10, %11 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %13 = graph.add %12, %6 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %14 = graph.sigmoid %13 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %15 = graph.matmul %8, %1 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %16 = graph.matmul %h, %4 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %17 = graph.add %15, %16 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %18 = graph.add %17, %6 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %19 = graph.sigmoid %18 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %20 = graph.multiply %19, %h : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %21 = graph.matmul %8, %2 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %22 = graph.matmul %20, %5 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %23 = graph.add %21, %22 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %24 = graph.add %23, %6 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %25 = graph.tanh %24 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %26 = graph.multiply %14, %h : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %27 = graph.subtract %9, %14 : (tensor<f32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %28 = graph.multiply %27, %25 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %29 = graph.add %26, %28 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %30 = graph.slice %x {starts = #kiln.dims<[1, 0, 0]>, steps = [1, 1, 1]} : (tensor<2x2x3xf32>) -> tensor<1x2x3xf32>
  %31 = graph.reshape %30 : (tensor<1x2x3xf32>) -> tensor<2x3xf32>
  %32 = graph.constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %33 = graph.matmul %31, %0 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %34 = graph.matmul %29, %3 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %35 = graph.add %33, %34 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %36 = graph.add %35, %6 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %37 = graph.sigmoid %36 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %38 = graph.matmul %31, %1 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %39 = graph.matmul %29, %4 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %40 = graph.add %38, %39 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %41 = graph.add %40, %6 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %42 = graph.sigmoid %41 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %43 = graph.multiply %42, %29 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %44 = graph.matmul %31, %2 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %45 = graph.matmul %43, %5 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %46 = graph.add %44, %45 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %47 = graph.add %46, %6 : (tensor<2x2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %48 = graph.tanh %47 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %49 = graph.multiply %37, %29 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %50 = graph.subtract %32, %37 : (tensor<f32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %51 = graph.multiply %50, %48 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %52 = graph.add %49, %51 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  func.return %52 : (tensor<2x2xf32>) -> ()
})

// Not a cell: the two gates do not share an input.
// CHECK-LABEL: sym_name = "not_a_cell"
func.func {function_type = (tensor<2x3xf32>, tensor<2x3xf32>, tensor<2x2xf32>, tensor<2x2xf32>) -> (tensor<2x2xf32>), sym_name = "not_a_cell"} ({
^bb0(%x: tensor<2x3xf32>, %v: tensor<2x3xf32>, %h: tensor<2x2xf32>, %c: tensor<2x2xf32>):
  // CHECK-NOT: graph.lstm
  // CHECK:     func.return
  %0 = graph.constant {value = dense<[[-0.625, -0.250], [0.125, 0.500], [-0.500, -0.125]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %1 = graph.constant {value = dense<[[-0.500, -0.125], [0.250, 0.625], [-0.375, 0.000]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %2 = graph.constant {value = dense<[[-0.375, 0.000], [0.375, -0.625], [-0.250, 0.125]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %3 = graph.constant {value = dense<[[-0.250, 0.125], [0.500, -0.500], [-0.125, 0.250]]> : tensor<3x2xf32>} : () -> tensor<3x2xf32>
  %4 = graph.constant {value = dense<[[-0.250, 0.375], [-0.375, 0.250]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %5 = graph.constant {value = dense<[[-0.125, 0.500], [-0.250, 0.375]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %6 = graph.constant {value = dense<[[0.000, 0.625], [-0.125, 0.500]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %7 = graph.constant {value = dense<[[0.125, -0.625], [0.000, 0.625]]> : tensor<2x2xf32>} : () -> tensor<2x2xf32>
  %8 = graph.matmul %x, %0 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %9 = graph.matmul %h, %4 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %10 = graph.add %8, %9 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %11 = graph.matmul %x, %1 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %12 = graph.matmul %h, %5 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %13 = graph.add %11, %12 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %14 = graph.matmul %v, %2 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %15 = graph.matmul %h, %6 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %16 = graph.add %14, %15 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %17 = graph.matmul %x, %3 : (tensor<2x3xf32>, tensor<3x2xf32>) -> tensor<2x2xf32>
  %18 = graph.matmul %h, %7 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %19 = graph.add %17, %18 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %20 = graph.sigmoid %10 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %21 = graph.sigmoid %13 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %22 = graph.sigmoid %19 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %23 = graph.tanh %16 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %24 = graph.multiply %21, %c : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %25 = graph.multiply %20, %23 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %26 = graph.add %24, %25 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  %27 = graph.tanh %26 : (tensor<2x2xf32>) -> tensor<2x2xf32>
  %28 = graph.multiply %22, %27 : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  func.return %28 : (tensor<2x2xf32>) -> ()
})
