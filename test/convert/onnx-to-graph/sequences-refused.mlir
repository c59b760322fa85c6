// RUN: kiln-opt %s --convert-onnx-to-graph --verify-diagnostics

// What of sequences and optionals cannot be converted.
func.func {sym_name = "refused", arg_names = ["x", "s", "i"], res_names = ["y"], function_type = (tensor<2xf32>, !onnx.seq<tensor<*xf32>>, tensor<i64>) -> tensor<2xf32>} ({
^bb0(%x: tensor<2xf32>, %s: !onnx.seq<tensor<*xf32>>, %i: tensor<i64>):
  %three = onnx.Constant {value = dense<3> : tensor<i64>} : () -> tensor<i64>
  %list = onnx.SequenceConstruct %x, %x : (tensor<2xf32>, tensor<2xf32>) -> !onnx.seq<tensor<2xf32>>
  // expected-error@+1 {{SequenceAt: position 3 is out of range for a sequence of length 2}}
  %a = onnx.SequenceAt %list, %three : (!onnx.seq<tensor<2xf32>>, tensor<i64>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{SequenceAt: the rank of the sequence's elements is not known: give their shape with --shape}}
  %b = onnx.SequenceAt %s, %i : (!onnx.seq<tensor<*xf32>>, tensor<i64>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{SequenceLength: input 0 must be a sequence, not a tensor}}
  %c = onnx.SequenceLength %x : (tensor<2xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{Add: input 0 must be a tensor, not a sequence}}
  %d = onnx.Add %s, %x : (!onnx.seq<tensor<*xf32>>, tensor<2xf32>) -> tensor<*x!onnx.any>
  // expected-error@+1 {{SequenceInsert: the sequence has elements of type f32, the tensor is of i64}}
  %e = onnx.SequenceInsert %s, %i : (!onnx.seq<tensor<*xf32>>, tensor<i64>) -> !onnx.seq<tensor<*xf32>>
  %empty = onnx.Optional {type = tensor<2xf32>} : () -> !onnx.optional<tensor<2xf32>>
  // expected-error@+1 {{OptionalGetElement: the optional is empty}}
  %f = onnx.OptionalGetElement %empty : (!onnx.optional<tensor<2xf32>>) -> tensor<*x!onnx.any>
  %none = onnx.none : () -> none
  %g = onnx.Loop %i, %none, %s ({
  ^bb0(%round: tensor<i64>, %goes: tensor<i1>, %before: !onnx.seq<tensor<*xf32>>):
    // expected-error@+1 {{SequenceLength: in a loop that data says how often it runs, a sequence that it carries may only be appended to}}
    %length = onnx.SequenceLength %before : (!onnx.seq<tensor<*xf32>>) -> tensor<*x!onnx.any>
    %after = onnx.SequenceInsert %before, %x : (!onnx.seq<tensor<*xf32>>, tensor<2xf32>) -> !onnx.seq<tensor<*xf32>>
    onnx.Yield %goes, %after : (tensor<i1>, !onnx.seq<tensor<*xf32>>) -> ()
  }) : (tensor<i64>, none, !onnx.seq<tensor<*xf32>>) -> !onnx.seq<tensor<*xf32>>
  func.return %x : (tensor<2xf32>) -> ()
})
