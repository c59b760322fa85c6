// Ops that move elements: each rule on the smallest graph that it matches.
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/movement.rules | FileCheck %s
// RUN: kiln-opt %s --apply-rules=files=%S/../../dialects/graph/rules/movement.rules --statistics -o %t 2>&1 \
// RUN:   | FileCheck %s --check-prefix=COUNT

// COUNT-DAG: {{[0-9]+}} apply-rules: reshape-of-reshape{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: broadcast-of-broadcast{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: broadcast-of-leading-ones{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: transpose-of-transpose{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: transpose-to-reshape{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: slice-of-slice{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: pad-of-pad{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: pad-of-pad-with-value{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: tile-once{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: sum-of-sum{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: sum-of-float-sum{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: mean-of-mean{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: max-of-max{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: min-of-min{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: sum-to-mean{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: scaled-sum-to-mean{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: pad-of-pad-edge{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: tile-of-tile{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: transpose-of-broadcast{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: reduce-one{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: max-of-broadcast{{$}}
// COUNT-DAG: {{[0-9]+}} apply-rules: mean-of-broadcast{{$}}

// reshape(reshape(x)) = reshape(x)
// CHECK-LABEL: sym_name = "reshape-of-reshape"
func.func {function_type = (tensor<2x3x4xf32>) -> tensor<24xf32>, sym_name = "reshape-of-reshape"} ({
^bb0(%arg0: tensor<2x3x4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reshape %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reshape %arg0 : (tensor<2x3x4xf32>) -> tensor<24xf32>
  %1 = graph.reshape %0 : (tensor<24xf32>) -> tensor<24xf32>
  func.return %1 : (tensor<24xf32>) -> ()
})

// broadcast(broadcast(x)) = broadcast(x)
// CHECK-LABEL: sym_name = "broadcast-of-broadcast"
func.func {function_type = (tensor<f32>) -> tensor<2xf32>, sym_name = "broadcast-of-broadcast"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.broadcast %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.broadcast %arg0 : (tensor<f32>) -> tensor<f32>
  %1 = graph.broadcast %0 : (tensor<f32>) -> tensor<2xf32>
  func.return %1 : (tensor<2xf32>) -> ()
})

// broadcast(reshape(x)) = broadcast(x), where the reshape only adds leading ones
// CHECK-LABEL: sym_name = "broadcast-of-leading-ones"
func.func {function_type = (tensor<f32>) -> tensor<2x1xf32>, sym_name = "broadcast-of-leading-ones"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.broadcast %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reshape %arg0 : (tensor<f32>) -> tensor<1xf32>
  %1 = graph.broadcast %0 : (tensor<1xf32>) -> tensor<2x1xf32>
  func.return %1 : (tensor<2x1xf32>) -> ()
})

// transpose(transpose(x, p), q) = transpose(x, p[q])
// CHECK-LABEL: sym_name = "transpose-of-transpose"
func.func {function_type = (tensor<2x3x4xf32>) -> tensor<3x2x4xf32>, sym_name = "transpose-of-transpose"} ({
^bb0(%arg0: tensor<2x3x4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.transpose %arg0 {permutation = [1, 0, 2]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.transpose %arg0 {permutation = [0, 2, 1]} : (tensor<2x3x4xf32>) -> tensor<2x4x3xf32>
  %1 = graph.transpose %0 {permutation = [2, 0, 1]} : (tensor<2x4x3xf32>) -> tensor<3x2x4xf32>
  func.return %1 : (tensor<3x2x4xf32>) -> ()
})

// transpose(x) = reshape(x), where axes longer than 1 keep their order
// CHECK-LABEL: sym_name = "transpose-to-reshape"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "transpose-to-reshape"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reshape %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.transpose %arg0 {permutation = []} : (tensor<f32>) -> tensor<f32>
  func.return %0 : (tensor<f32>) -> ()
})

// slice(slice(x, s, p), t, q) = slice(x, s + p * t, p * q)
// CHECK-LABEL: sym_name = "slice-of-slice"
func.func {function_type = (tensor<7x9xf32>) -> tensor<2x2xf32>, sym_name = "slice-of-slice"} ({
^bb0(%arg0: tensor<7x9xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.slice %arg0 {starts = #kiln.dims<[2, 2]>, steps = [1, 2]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.slice %arg0 {starts = #kiln.dims<[1, 0]>, steps = [1, 2]} : (tensor<7x9xf32>) -> tensor<6x3xf32>
  %1 = graph.slice %0 {starts = #kiln.dims<[1, 1]>, steps = [1, 1]} : (tensor<6x3xf32>) -> tensor<2x2xf32>
  func.return %1 : (tensor<2x2xf32>) -> ()
})

// pad(pad(x, l, h), m, n) = pad(x, l + m, h + n)
// CHECK-LABEL: sym_name = "pad-of-pad"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "pad-of-pad"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.pad %arg0 {high = #kiln.dims<[]>, low = #kiln.dims<[]>, mode = "constant"}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.pad %arg0 {high = #kiln.dims<[]>, low = #kiln.dims<[]>, mode = "constant"} : (tensor<f32>) -> tensor<f32>
  %1 = graph.pad %0 {high = #kiln.dims<[]>, low = #kiln.dims<[]>, mode = "constant"} : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// pad(pad(x, v), v) = pad(x, v)
// CHECK-LABEL: sym_name = "pad-of-pad-with-value"
func.func {function_type = (tensor<2x3xf32>, tensor<f32>) -> tensor<6x6xf32>, sym_name = "pad-of-pad-with-value"} ({
^bb0(%arg0: tensor<2x3xf32>, %arg1: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.pad %arg0, %arg1 {high = #kiln.dims<[2, 1]>, low = #kiln.dims<[2, 2]>, mode = "constant"}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.pad %arg0, %arg1 {high = #kiln.dims<[2, 0]>, low = #kiln.dims<[0, 1]>, mode = "constant"} : (tensor<2x3xf32>, tensor<f32>) -> tensor<4x4xf32>
  %1 = graph.pad %0, %arg1 {high = #kiln.dims<[0, 1]>, low = #kiln.dims<[2, 1]>, mode = "constant"} : (tensor<4x4xf32>, tensor<f32>) -> tensor<6x6xf32>
  func.return %1 : (tensor<6x6xf32>) -> ()
})

// tile(x) = x, where nothing repeats
// CHECK-LABEL: sym_name = "tile-once"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "tile-once"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.tile %arg0 {repeats = []} : (tensor<f32>) -> tensor<f32>
  func.return %0 : (tensor<f32>) -> ()
})

// sum(sum(x, a), b) = sum(x, a and b)
// CHECK-LABEL: sym_name = "sum-of-sum"
func.func {function_type = (tensor<i32>) -> tensor<i32>, sym_name = "sum-of-sum"} ({
^bb0(%arg0: tensor<i32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reduce_sum %arg0 {axes = []}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reduce_sum %arg0 {axes = []} : (tensor<i32>) -> tensor<i32>
  %1 = graph.reduce_sum %0 {axes = []} : (tensor<i32>) -> tensor<i32>
  func.return %1 : (tensor<i32>) -> ()
})

// sum(sum(x, a), b) = sum(x, a and b), rounded otherwise
// CHECK-LABEL: sym_name = "sum-of-float-sum"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "sum-of-float-sum"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reduce_sum %arg0 {axes = []}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reduce_sum %arg0 {axes = []} : (tensor<f32>) -> tensor<f32>
  %1 = graph.reduce_sum %0 {axes = []} : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// mean(mean(x, a), b) = mean(x, a and b)
// CHECK-LABEL: sym_name = "mean-of-mean"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "mean-of-mean"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reduce_mean %arg0 {axes = []}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reduce_mean %arg0 {axes = []} : (tensor<f32>) -> tensor<f32>
  %1 = graph.reduce_mean %0 {axes = []} : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// max(max(x, a), b) = max(x, a and b)
// CHECK-LABEL: sym_name = "max-of-max"
func.func {function_type = (tensor<f32>) -> tensor<f32>, sym_name = "max-of-max"} ({
^bb0(%arg0: tensor<f32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reduce_max %arg0 {axes = []}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reduce_max %arg0 {axes = []} : (tensor<f32>) -> tensor<f32>
  %1 = graph.reduce_max %0 {axes = []} : (tensor<f32>) -> tensor<f32>
  func.return %1 : (tensor<f32>) -> ()
})

// min(min(x, a), b) = min(x, a and b)
// CHECK-LABEL: sym_name = "min-of-min"
func.func {function_type = (tensor<4xf32>) -> tensor<4xf32>, sym_name = "min-of-min"} ({
^bb0(%arg0: tensor<4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reduce_min %arg0 {axes = []}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reduce_min %arg0 {axes = []} : (tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.reduce_min %0 {axes = []} : (tensor<4xf32>) -> tensor<4xf32>
  func.return %1 : (tensor<4xf32>) -> ()
})

// sum(x) / n = mean(x), where n is the number of elements in a sum
// CHECK-LABEL: sym_name = "sum-to-mean"
func.func {function_type = (tensor<2x4xf32>) -> tensor<2x1xf32>, sym_name = "sum-to-mean"} ({
^bb0(%arg0: tensor<2x4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reduce_mean %arg0 {axes = [1]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reduce_sum %arg0 {axes = [1]} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %1 = graph.constant {value = dense<4.0e+00> : tensor<f32>} : () -> tensor<f32>
  %2 = graph.divide %0, %1 : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  func.return %2 : (tensor<2x1xf32>) -> ()
})

// sum(x) * (1 / n) = mean(x), where n is the number of elements in a sum
// CHECK-LABEL: sym_name = "scaled-sum-to-mean"
func.func {function_type = (tensor<2x4xf32>) -> tensor<2x1xf32>, sym_name = "scaled-sum-to-mean"} ({
^bb0(%arg0: tensor<2x4xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reduce_mean %arg0 {axes = [1]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.reduce_sum %arg0 {axes = [1]} : (tensor<2x4xf32>) -> tensor<2x1xf32>
  %1 = graph.constant {value = dense<2.5e-01> : tensor<f32>} : () -> tensor<f32>
  %2 = graph.multiply %0, %1 : (tensor<2x1xf32>, tensor<f32>) -> tensor<2x1xf32>
  func.return %2 : (tensor<2x1xf32>) -> ()
})

// pad(pad(x)) = pad(x), both by the nearest element
// CHECK-LABEL: sym_name = "pad-of-pad-edge"
func.func {function_type = (tensor<2x3xf32>) -> tensor<4x6xf32>, sym_name = "pad-of-pad-edge"} ({
^bb0(%arg0: tensor<2x3xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.pad %arg0 {high = #kiln.dims<[1, 2]>, low = #kiln.dims<[1, 1]>, mode = "edge"}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.pad %arg0 {high = #kiln.dims<[1, 0]>, low = #kiln.dims<[0, 1]>, mode = "edge"} : (tensor<2x3xf32>) -> tensor<3x4xf32>
  %1 = graph.pad %0 {high = #kiln.dims<[0, 2]>, low = #kiln.dims<[1, 0]>, mode = "edge"} : (tensor<3x4xf32>) -> tensor<4x6xf32>
  func.return %1 : (tensor<4x6xf32>) -> ()
})

// tile(tile(x, r), s) = tile(x, r * s)
// CHECK-LABEL: sym_name = "tile-of-tile"
func.func {function_type = (tensor<2x3xf32>) -> tensor<6x12xf32>, sym_name = "tile-of-tile"} ({
^bb0(%arg0: tensor<2x3xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.tile %arg0 {repeats = [3, 4]}
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.tile %arg0 {repeats = [1, 2]} : (tensor<2x3xf32>) -> tensor<2x6xf32>
  %1 = graph.tile %0 {repeats = [3, 2]} : (tensor<2x6xf32>) -> tensor<6x12xf32>
  func.return %1 : (tensor<6x12xf32>) -> ()
})

// transpose(broadcast(x)) = broadcast(transpose(x)): fewer elements move
// CHECK-LABEL: sym_name = "transpose-of-broadcast"
func.func {function_type = (tensor<2x1xf32>) -> tensor<3x2xf32>, sym_name = "transpose-of-broadcast"} ({
^bb0(%arg0: tensor<2x1xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.reshape %arg0 : (tensor<2x1xf32>) -> tensor<1x2xf32>
  // CHECK-NEXT: %[[V1:[0-9]+]] = graph.broadcast %[[V0]]
  // CHECK-NEXT: func.return %[[V1]]
  %0 = graph.broadcast %arg0 : (tensor<2x1xf32>) -> tensor<2x3xf32>
  %1 = graph.transpose %0 {permutation = [1, 0]} : (tensor<2x3xf32>) -> tensor<3x2xf32>
  func.return %1 : (tensor<3x2xf32>) -> ()
})

// f(x) = x, where f is a sum, mean, product, maximum or minimum of one element each
// CHECK-LABEL: sym_name = "reduce-one"
func.func {function_type = (tensor<2x1x3x1xf32>) -> tensor<2x1x3x1xf32>, sym_name = "reduce-one"} ({
^bb0(%arg0: tensor<2x1x3x1xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: func.return %arg0
  %0 = graph.reduce_sum %arg0 {axes = [1, 3]} : (tensor<2x1x3x1xf32>) -> tensor<2x1x3x1xf32>
  func.return %0 : (tensor<2x1x3x1xf32>) -> ()
})

// f(broadcast(x)) = broadcast(x), where f is a maximum, minimum or mean along stretched axes
// CHECK-LABEL: sym_name = "max-of-broadcast"
func.func {function_type = (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>, sym_name = "max-of-broadcast"} ({
^bb0(%arg0: tensor<2x1x3xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.broadcast %arg0
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.broadcast %arg0 : (tensor<2x1x3xf32>) -> tensor<2x2x3xf32>
  %1 = graph.reduce_max %0 {axes = [1]} : (tensor<2x2x3xf32>) -> tensor<2x1x3xf32>
  func.return %1 : (tensor<2x1x3xf32>) -> ()
})

// mean(broadcast(x)) = broadcast(x), along stretched axes
// CHECK-LABEL: sym_name = "mean-of-broadcast"
func.func {function_type = (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>, sym_name = "mean-of-broadcast"} ({
^bb0(%arg0: tensor<2x1x3xf32>):
  // CHECK-NEXT: ^bb0
  // CHECK-NEXT: %[[V0:[0-9]+]] = graph.broadcast %arg0 : (tensor<2x1x3xf32>) -> tensor<2x1x3xf32>
  // CHECK-NEXT: func.return %[[V0]]
  %0 = graph.broadcast %arg0 : (tensor<2x1x3xf32>) -> tensor<2x4x3xf32>
  %1 = graph.reduce_mean %0 {axes = [1]} : (tensor<2x4x3xf32>) -> tensor<2x1x3xf32>
  func.return %1 : (tensor<2x1x3xf32>) -> ()
})
