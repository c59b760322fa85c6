// What the verifier says about regions of graph ops.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%c = "test.value"() : () -> tensor<2xi1>
%d = "test.value"() : () -> tensor<i1>
%a = "test.value"() : () -> tensor<2xf32>
%b = "test.value"() : () -> tensor<3xf32>
// expected-error@+1 {{graph.if: the condition must have one element, not tensor<2xi1>}}
%0 = graph.if %c ({
  graph.yield %a : (tensor<2xf32>) -> ()
}, {
  graph.yield %a : (tensor<2xf32>) -> ()
}) : (tensor<2xi1>) -> tensor<2xf32>
// expected-error@+1 {{graph.if: region #1 yields (tensor<3xf32>), not (tensor<2xf32>)}}
%1 = graph.if %d ({
  graph.yield %a : (tensor<2xf32>) -> ()
}, {
  graph.yield %b : (tensor<3xf32>) -> ()
}) : (tensor<i1>) -> tensor<2xf32>
// expected-error@+1 {{graph.fusion: region #0 has arguments (tensor<3xf32>), not (tensor<2xf32>)}}
%2 = graph.fusion %a ({
^bb0(%x: tensor<3xf32>):
  graph.yield %x : (tensor<3xf32>) -> ()
}) : (tensor<2xf32>) -> tensor<3xf32>
// expected-error@+1 {{graph.if: region #0 must have one block, found 0}}
%3 = graph.if %d ({}, {
  graph.yield %a : (tensor<2xf32>) -> ()
}) : (tensor<i1>) -> tensor<2xf32>
// expected-error@+1 {{graph.if: region #0 must have one block, found 2}}
%4 = graph.if %d ({
  graph.yield %a : (tensor<2xf32>) -> ()
^bb1:
  graph.yield %a : (tensor<2xf32>) -> ()
}, {
  graph.yield %a : (tensor<2xf32>) -> ()
}) : (tensor<i1>) -> tensor<2xf32>
// expected-error@+1 {{graph.if: region #1 must end in graph.yield, not in test.end}}
%5 = graph.if %d ({
  graph.yield %a : (tensor<2xf32>) -> ()
}, {
  "test.end"() : () -> ()
}) : (tensor<i1>) -> tensor<2xf32>
// expected-error@+1 {{graph.if: operand 'condition' must be a ranked tensor of i1, not tensor<2xf32>}}
%6 = graph.if %a ({
  graph.yield %a : (tensor<2xf32>) -> ()
}, {
  graph.yield %a : (tensor<2xf32>) -> ()
}) : (tensor<2xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.if: expected 2 regions, found 1}}
%7 = graph.if %d ({
  graph.yield %a : (tensor<2xf32>) -> ()
}) : (tensor<i1>) -> tensor<2xf32>
// expected-error@+1 {{graph.fusion: attribute 'plan' must be a dictionary, not "fast"}}
%8 = graph.fusion %a {plan = "fast"} ({
^bb0(%x: tensor<2xf32>):
  graph.yield %x : (tensor<2xf32>) -> ()
}) : (tensor<2xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.fusion: region #0 must have one block, found 0}}
%9 = graph.fusion %a ({}) : (tensor<2xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.fusion: region #0 yields (tensor<2xf32>), not (tensor<3xf32>)}}
%10 = graph.fusion %a ({
^bb0(%x: tensor<2xf32>):
  graph.yield %x : (tensor<2xf32>) -> ()
}) : (tensor<2xf32>) -> tensor<3xf32>
%f = "test.value"() : () -> f32
%11 = graph.if %d ({
  // expected-error@+1 {{graph.yield: operand 'values' must be a ranked tensor, not f32}}
  graph.yield %f : (f32) -> ()
}, {
  graph.yield %a : (tensor<2xf32>) -> ()
// expected-error@-5 {{graph.if: region #0 yields (f32), not (tensor<2xf32>)}}
}) : (tensor<i1>) -> tensor<2xf32>

// -----

// expected-error@+1 {{graph.yield: it ends a region of a graph op, not of builtin.module}}
graph.yield : () -> ()
