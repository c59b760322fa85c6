// Kernels that say something else about their buffers' memory than is so.
// RUN: kiln-opt %s --plan-memory --split-input-file --verify-diagnostics

func.func {function_type = (tensor<2x4xf32>) -> tensor<2x8xf32>, sym_name = "main"} ({
^bb0(%x: tensor<2x4xf32>):
  // expected-error@+1 {{graph.fusion: result 0 is said to be whole in memory, but is a part of #kiln.dims<[2, 8]>}}
  %0 = graph.fusion %x ({
  ^bb0(%a: tensor<2x4xf32>):
    %1 = graph.exp %a : (tensor<2x4xf32>) -> tensor<2x4xf32>
    graph.yield %1 : (tensor<2x4xf32>) -> ()
  }) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %2 = graph.fusion %x {results_within = [#kiln.dims<[2, 8]>]} ({
  ^bb0(%a: tensor<2x4xf32>):
    %1 = graph.exp %a : (tensor<2x4xf32>) -> tensor<2x4xf32>
    graph.yield %1 : (tensor<2x4xf32>) -> ()
  }) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  %3 = graph.concat %0, %2 {axis = 1, within = #kiln.dims<[2, 8]>} : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x8xf32>
  func.return %3 : (tensor<2x8xf32>) -> ()
})

// -----

func.func {function_type = (tensor<2x8xf32>) -> tensor<2x4xf32>, sym_name = "main"} ({
^bb0(%x: tensor<2x8xf32>):
  // expected-error@+1 {{graph.slice: a tensor of shape [2, 8] is no part of one of shape [2, 7]}}
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [1, 1], within = #kiln.dims<[2, 7]>} : (tensor<2x8xf32>) -> tensor<2x4xf32>
  func.return %0 : (tensor<2x4xf32>) -> ()
})

// -----

func.func {function_type = (tensor<2x8xf32>) -> tensor<2x4xf32>, sym_name = "main"} ({
^bb0(%x: tensor<2x8xf32>):
  // expected-error@+1 {{graph.slice: a part that is read in place has steps of 1}}
  %0 = graph.slice %x {starts = #kiln.dims<[0, 0]>, steps = [1, 2], within = #kiln.dims<[2, 8]>} : (tensor<2x8xf32>) -> tensor<2x4xf32>
  func.return %0 : (tensor<2x4xf32>) -> ()
})

// -----

func.func {function_type = (tensor<2x4xf32>) -> tensor<2x4xf32>, sym_name = "main"} ({
^bb0(%x: tensor<2x4xf32>):
  // expected-error@+1 {{graph.fusion: operands_within has 2 entries, but there are 1 tensors}}
  %0 = graph.fusion %x {operands_within = [#kiln.dims<[2, 8]>, #kiln.dims<[2, 8]>]} ({
  ^bb0(%a: tensor<2x4xf32>):
    %1 = graph.exp %a : (tensor<2x4xf32>) -> tensor<2x4xf32>
    graph.yield %1 : (tensor<2x4xf32>) -> ()
  }) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  func.return %0 : (tensor<2x4xf32>) -> ()
})

// -----

func.func {function_type = (tensor<2x4xf32>) -> tensor<2x4xf32>, sym_name = "main"} ({
^bb0(%x: tensor<2x4xf32>):
  // expected-error@+1 {{graph.fusion: results_within: a tensor of shape [2, 4] is no part of one of shape [2, 3]}}
  %0 = graph.fusion %x {results_within = [#kiln.dims<[2, 3]>]} ({
  ^bb0(%a: tensor<2x4xf32>):
    %1 = graph.exp %a : (tensor<2x4xf32>) -> tensor<2x4xf32>
    graph.yield %1 : (tensor<2x4xf32>) -> ()
  }) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  func.return %0 : (tensor<2x4xf32>) -> ()
})

// -----

func.func {function_type = (tensor<2x4xf32>) -> tensor<2x4xf32>, sym_name = "main"} ({
^bb0(%x: tensor<2x4xf32>):
  // expected-error@+1 {{graph.fusion: attribute 'results_within' must be an array of #kiln.dims, not [1]}}
  %0 = graph.fusion %x {results_within = [1]} ({
  ^bb0(%a: tensor<2x4xf32>):
    %1 = graph.exp %a : (tensor<2x4xf32>) -> tensor<2x4xf32>
    graph.yield %1 : (tensor<2x4xf32>) -> ()
  }) : (tensor<2x4xf32>) -> tensor<2x4xf32>
  func.return %0 : (tensor<2x4xf32>) -> ()
})
