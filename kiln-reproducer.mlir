// configuration: --pass-pipeline='builtin.module(pack-weights)'
"builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: tensor<16xf32> loc("/tmp/work/rand/7191.mlir":3:8), %arg1: tensor<2x1xf32> loc("/tmp/work/rand/7191.mlir":3:31), %arg2: tensor<2xf32> loc("/tmp/work/rand/7191.mlir":3:55), %arg3: tensor<4x5x1xi64> loc("/tmp/work/rand/7191.mlir":3:77), %arg4: tensor<i1> loc("/tmp/work/rand/7191.mlir":3:103)):
    %0 = "graph.fusion"(%arg2) ({
    ^bb0(%arg5: tensor<2xf32> loc(unknown)):
      %1 = "graph.less"(%arg5, %arg5) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xi1> loc("/tmp/work/rand/7191.mlir":4:5)
      "graph.yield"(%1) : (tensor<2xi1>) -> () loc(unknown)
    }) {plan = {block = 4096, family = "map", lanes = 2, merge = [1], outer = 0, scratch = #kiln.dims<[0]>, serial_tasks = 15000, tasks = #kiln.dims<[1]>}} : (tensor<2xf32>) -> tensor<2xi1> loc("/tmp/work/rand/7191.mlir":4:5)
    %2 = "graph.fusion"(%arg3) ({
    ^bb0(%arg6: tensor<4x5x1xi64> loc(unknown)):
      %3 = "graph.add"(%arg6, %arg6) : (tensor<4x5x1xi64>, tensor<4x5x1xi64>) -> tensor<4x5x1xi64> loc("/tmp/work/rand/7191.mlir":5:5)
      "graph.yield"(%3) : (tensor<4x5x1xi64>) -> () loc(unknown)
    }) {plan = {block = 4096, family = "map", lanes = 8, merge = [3], outer = 0, scratch = #kiln.dims<[0]>, serial_tasks = 1500, tasks = #kiln.dims<[1]>}} : (tensor<4x5x1xi64>) -> tensor<4x5x1xi64> loc("/tmp/work/rand/7191.mlir":5:5)
    %4 = "graph.fusion"(%arg1) ({
    ^bb0(%arg7: tensor<2x1xf32> loc(unknown)):
      %5 = "graph.pad"(%arg7) {high = #kiln.dims<[1, 0]>, low = #kiln.dims<[1, 1]>, mode = "constant"} : (tensor<2x1xf32>) -> tensor<4x2xf32> loc("/tmp/work/rand/7191.mlir":6:5)
      "graph.yield"(%5) : (tensor<4x2xf32>) -> () loc(unknown)
    }) {plan = {block = 4096, family = "map", lanes = 1, outer = 1, scratch = #kiln.dims<[0]>, serial_tasks = 15000, tasks = #kiln.dims<[4]>}} : (tensor<2x1xf32>) -> tensor<4x2xf32> loc("/tmp/work/rand/7191.mlir":6:5)
    %6 = "graph.reshape"(%arg4) : (tensor<i1>) -> tensor<i1> loc("/tmp/work/rand/7191.mlir":7:5)
    %7 = "graph.if"(%6) ({
      %8 = "graph.fusion"(%arg2) ({
      ^bb0(%arg8: tensor<2xf32> loc(unknown)):
        %9 = "graph.resize"(%arg8) {coordinates = "asymmetric", mode = "cubic", nearest_mode = "floor", scales = [3.0e+00]} : (tensor<2xf32>) -> tensor<6xf32> loc("/tmp/work/rand/7191.mlir":9:7)
        "graph.yield"(%9) : (tensor<6xf32>) -> () loc(unknown)
      }) {plan = {anchor = 0, block = 4096, family = "resize", lanes = 1, outer = 0, scratch = #kiln.dims<[0]>, serial_tasks = 1000, taps = [4], tasks = #kiln.dims<[1]>}} : (tensor<2xf32>) -> tensor<6xf32> loc("/tmp/work/rand/7191.mlir":9:7)
      %10 = "graph.fusion"(%arg1, %arg1) ({
      ^bb0(%arg9: tensor<2x1xf32> loc(unknown), %arg10: tensor<2x1xf32> loc(unknown)):
        %11 = "graph.matmul"(%arg9, %arg10) {transpose_a = false, transpose_b = true} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x2xf32> loc("/tmp/work/rand/7191.mlir":10:7)
        "graph.yield"(%11) : (tensor<2x2xf32>) -> () loc(unknown)
      }) {plan = {block_panels = #kiln.dims<[1]>, block_rows = #kiln.dims<[2]>, family = "matmul", lanes = 16, left_pitch = 0, pack = {columns = 16, form = "transposed_matrix_panels", groups = 1, input = 1}, right = "panels", scratch = #kiln.dims<[0]>, serial_tasks = 1, spill = false, tasks = #kiln.dims<[1]>, tile_rows = [2], tile_vectors = 1}} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x2xf32> loc("/tmp/work/rand/7191.mlir":10:7)
      %12 = "graph.fusion"(%4) ({
      ^bb0(%arg11: tensor<4x2xf32> loc(unknown)):
        %13 = "graph.cast"(%arg11) : (tensor<4x2xf32>) -> tensor<4x2xf64> loc("/tmp/work/rand/7191.mlir":11:7)
        "graph.yield"(%13) : (tensor<4x2xf64>) -> () loc(unknown)
      }) {plan = {block = 4096, family = "map", lanes = 8, merge = [2], outer = 0, scratch = #kiln.dims<[0]>, serial_tasks = 3750, tasks = #kiln.dims<[1]>}} : (tensor<4x2xf32>) -> tensor<4x2xf64> loc("/tmp/work/rand/7191.mlir":11:7)
      "graph.yield"(%4) : (tensor<4x2xf32>) -> () loc("/tmp/work/rand/7191.mlir":12:7)
    }, {
      %14 = "graph.constant"() {value = dense<[[1, -1], [2, 0]]> : tensor<2x2xi64>} : () -> tensor<2x2xi64> loc("/tmp/work/rand/7191.mlir":14:7)
      %15 = "graph.constant"() {value = dense<[[0], [2]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64> loc("/tmp/work/rand/7191.mlir":15:7)
      %16 = "graph.fusion"(%2, %14, %15) ({
      ^bb0(%arg12: tensor<4x5x1xi64> loc(unknown), %arg13: tensor<2x2xi64> loc(unknown), %arg14: tensor<2x1xi64> loc(unknown)):
        %17 = "graph.scatter_nd"(%arg12, %arg13, %arg14) {reduction = "none"} : (tensor<4x5x1xi64>, tensor<2x2xi64>, tensor<2x1xi64>) -> tensor<4x5x1xi64> loc("/tmp/work/rand/7191.mlir":16:7)
        "graph.yield"(%17) : (tensor<4x5x1xi64>) -> () loc(unknown)
      }) {plan = {anchor = 0, family = "scatter", scratch = #kiln.dims<[0]>, serial_tasks = 1, tasks = #kiln.dims<[1]>}} : (tensor<4x5x1xi64>, tensor<2x2xi64>, tensor<2x1xi64>) -> tensor<4x5x1xi64> loc("/tmp/work/rand/7191.mlir":16:7)
      %18 = "graph.fusion"(%arg2) ({
      ^bb0(%arg15: tensor<2xf32> loc(unknown)):
        %19 = "graph.subtract"(%arg15, %arg15) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> loc("/tmp/work/rand/7191.mlir":17:7)
        "graph.yield"(%19) : (tensor<2xf32>) -> () loc(unknown)
      }) {plan = {block = 4096, family = "map", lanes = 2, merge = [1], outer = 0, scratch = #kiln.dims<[0]>, serial_tasks = 15000, tasks = #kiln.dims<[1]>}} : (tensor<2xf32>) -> tensor<2xf32> loc("/tmp/work/rand/7191.mlir":17:7)
      "graph.yield"(%4) : (tensor<4x2xf32>) -> () loc("/tmp/work/rand/7191.mlir":18:7)
    }) : (tensor<i1>) -> tensor<4x2xf32> loc("/tmp/work/rand/7191.mlir":8:5)
    %20 = "graph.if"(%6) ({
      %21 = "graph.fusion"(%arg2) ({
      ^bb0(%arg16: tensor<2xf32> loc(unknown)):
        %22 = "graph.resize"(%arg16) {coordinates = "asymmetric", mode = "cubic", nearest_mode = "floor", scales = [3.0e+00]} : (tensor<2xf32>) -> tensor<6xf32> loc("/tmp/work/rand/7191.mlir":21:7)
        "graph.yield"(%22) : (tensor<6xf32>) -> () loc(unknown)
      }) {plan = {anchor = 0, block = 4096, family = "resize", lanes = 1, outer = 0, scratch = #kiln.dims<[0]>, serial_tasks = 1000, taps = [4], tasks = #kiln.dims<[1]>}} : (tensor<2xf32>) -> tensor<6xf32> loc("/tmp/work/rand/7191.mlir":21:7)
      %23 = "graph.fusion"(%arg1, %arg1) ({
      ^bb0(%arg17: tensor<2x1xf32> loc(unknown), %arg18: tensor<2x1xf32> loc(unknown)):
        %24 = "graph.matmul"(%arg17, %arg18) {transpose_a = false, transpose_b = true} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x2xf32> loc("/tmp/work/rand/7191.mlir":22:7)
        "graph.yield"(%24) : (tensor<2x2xf32>) -> () loc(unknown)
      }) {plan = {block_panels = #kiln.dims<[1]>, block_rows = #kiln.dims<[2]>, family = "matmul", lanes = 16, left_pitch = 0, pack = {columns = 16, form = "transposed_matrix_panels", groups = 1, input = 1}, right = "panels", scratch = #kiln.dims<[0]>, serial_tasks = 1, spill = false, tasks = #kiln.dims<[1]>, tile_rows = [2], tile_vectors = 1}} : (tensor<2x1xf32>, tensor<2x1xf32>) -> tensor<2x2xf32> loc("/tmp/work/rand/7191.mlir":22:7)
      %25 = "graph.fusion"(%4) ({
      ^bb0(%arg19: tensor<4x2xf32> loc(unknown)):
        %26 = "graph.cast"(%arg19) : (tensor<4x2xf32>) -> tensor<4x2xf64> loc("/tmp/work/rand/7191.mlir":23:7)
        "graph.yield"(%26) : (tensor<4x2xf64>) -> () loc(unknown)
      }) {plan = {block = 4096, family = "map", lanes = 8, merge = [2], outer = 0, scratch = #kiln.dims<[0]>, serial_tasks = 3750, tasks = #kiln.dims<[1]>}} : (tensor<4x2xf32>) -> tensor<4x2xf64> loc("/tmp/work/rand/7191.mlir":23:7)
      "graph.yield"(%4) : (tensor<4x2xf32>) -> () loc("/tmp/work/rand/7191.mlir":24:7)
    }, {
      %27 = "graph.constant"() {value = dense<[[1, -1], [2, 0]]> : tensor<2x2xi64>} : () -> tensor<2x2xi64> loc("/tmp/work/rand/7191.mlir":26:7)
      %28 = "graph.constant"() {value = dense<[[0], [2]]> : tensor<2x1xi64>} : () -> tensor<2x1xi64> loc("/tmp/work/rand/7191.mlir":27:7)
      %29 = "graph.fusion"(%2, %27, %28) ({
      ^bb0(%arg20: tensor<4x5x1xi64> loc(unknown), %arg21: tensor<2x2xi64> loc(unknown), %arg22: tensor<2x1xi64> loc(unknown)):
        %30 = "graph.scatter_nd"(%arg20, %arg21, %arg22) {reduction = "none"} : (tensor<4x5x1xi64>, tensor<2x2xi64>, tensor<2x1xi64>) -> tensor<4x5x1xi64> loc("/tmp/work/rand/7191.mlir":28:7)
        "graph.yield"(%30) : (tensor<4x5x1xi64>) -> () loc(unknown)
      }) {plan = {anchor = 0, family = "scatter", scratch = #kiln.dims<[0]>, serial_tasks = 1, tasks = #kiln.dims<[1]>}} : (tensor<4x5x1xi64>, tensor<2x2xi64>, tensor<2x1xi64>) -> tensor<4x5x1xi64> loc("/tmp/work/rand/7191.mlir":28:7)
      %31 = "graph.fusion"(%arg2) ({
      ^bb0(%arg23: tensor<2xf32> loc(unknown)):
        %32 = "graph.subtract"(%arg23, %arg23) : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32> loc("/tmp/work/rand/7191.mlir":29:7)
        "graph.yield"(%32) : (tensor<2xf32>) -> () loc(unknown)
      }) {plan = {block = 4096, family = "map", lanes = 2, merge = [1], outer = 0, scratch = #kiln.dims<[0]>, serial_tasks = 15000, tasks = #kiln.dims<[1]>}} : (tensor<2xf32>) -> tensor<2xf32> loc("/tmp/work/rand/7191.mlir":29:7)
      "graph.yield"(%4) : (tensor<4x2xf32>) -> () loc("/tmp/work/rand/7191.mlir":30:7)
    }) : (tensor<i1>) -> tensor<4x2xf32> loc("/tmp/work/rand/7191.mlir":20:5)
    %33 = "graph.fusion"(%20, %4) ({
    ^bb0(%arg24: tensor<4x2xf32> loc(unknown), %arg25: tensor<4x2xf32> loc(unknown)):
      %34 = "graph.equal"(%arg24, %arg25) : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xi1> loc("/tmp/work/rand/7191.mlir":32:5)
      "graph.yield"(%34) : (tensor<4x2xi1>) -> () loc(unknown)
    }) {plan = {block = 4096, family = "map", lanes = 8, merge = [2], outer = 0, scratch = #kiln.dims<[0]>, serial_tasks = 3750, tasks = #kiln.dims<[1]>}} : (tensor<4x2xf32>, tensor<4x2xf32>) -> tensor<4x2xi1> loc("/tmp/work/rand/7191.mlir":32:5)
    "func.return"(%0, %7, %33) : (tensor<2xi1>, tensor<4x2xf32>, tensor<4x2xi1>) -> () loc("/tmp/work/rand/7191.mlir":33:5)
  }) {arg_names = ["x0", "x1", "x2", "x3", "x4"], function_type = (tensor<16xf32>, tensor<2x1xf32>, tensor<2xf32>, tensor<4x5x1xi64>, tensor<i1>) -> (tensor<2xi1>, tensor<4x2xf32>, tensor<4x2xi1>), res_names = ["y0", "y1", "y2"], sym_name = "main"} : () -> () loc("/tmp/work/rand/7191.mlir":2:3)
}) : () -> () loc("/tmp/work/rand/7191.mlir":1:1)
