// RUN: kiln-opt %s --convert-keras-to-graph | FileCheck %s

// CHECK-LABEL: sym_name = "dense"
// CHECK:         %[[PRODUCT:.*]] = graph.matmul %arg0, %arg1
// CHECK:         %[[SUM:.*]] = graph.add %[[PRODUCT]], %arg2
// CHECK:         graph.relu %[[SUM]]
func.func {sym_name = "dense", function_type = (tensor<?x4xf32, #kiln.dims<[batch, 4]>>, tensor<4x2xf32>, tensor<2xf32>) -> tensor<*x!keras.any>} ({
^bb0(%x: tensor<?x4xf32, #kiln.dims<[batch, 4]>>, %w: tensor<4x2xf32>, %b: tensor<2xf32>):
  %y = keras.Dense %x, %w, %b {activation = "relu", operand_names = ["0", "kernel", "bias"], units = 2} : (tensor<?x4xf32, #kiln.dims<[batch, 4]>>, tensor<4x2xf32>, tensor<2xf32>) -> tensor<*x!keras.any>
  func.return %y : (tensor<*x!keras.any>) -> ()
})

// The mask of an embedding goes through what passes it on, and is looked at where steps are added up.
// CHECK-LABEL: sym_name = "masked"
// CHECK:         %[[MASK:.*]] = graph.not_equal %arg0
// CHECK:         graph.gather %arg1, %arg0
// CHECK:         graph.cast %[[MASK]]
// CHECK:         graph.divide
func.func {sym_name = "masked", function_type = (tensor<2x5xi32>, tensor<6x3xf32>) -> tensor<*x!keras.any>} ({
^bb0(%x: tensor<2x5xi32>, %w: tensor<6x3xf32>):
  %0 = keras.Embedding %x, %w {mask_zero = true, operand_names = ["0", "embeddings"]} : (tensor<2x5xi32>, tensor<6x3xf32>) -> tensor<*x!keras.any>
  %1 = keras.Dropout %0 {operand_names = ["0"], rate = 0.5} : (tensor<*x!keras.any>) -> tensor<*x!keras.any>
  %2 = keras.GlobalAveragePooling1D %1 {operand_names = ["0"]} : (tensor<*x!keras.any>) -> tensor<*x!keras.any>
  func.return %2 : (tensor<*x!keras.any>) -> ()
})
