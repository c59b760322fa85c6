// What the verifier says about loops.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%x = "test.value"() : () -> tensor<2xf32>
%y = "test.value"() : () -> tensor<3xf32>
%n = "test.value"() : () -> tensor<i64>
%c = "test.value"() : () -> tensor<i1>
// expected-error@+1 {{graph.loop: rounds must be one extent that is known}}
%0 = graph.loop %x {rounds = #kiln.dims<[2, 3]>} ({
^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
  graph.yield %a : (tensor<2xf32>) -> ()
}) : (tensor<2xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.loop: rounds must be one extent that is known}}
%1 = graph.loop %x {rounds = #kiln.dims<[?]>} ({
^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
  graph.yield %a : (tensor<2xf32>) -> ()
}) : (tensor<2xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.loop: attribute 'rounds' must be #kiln.dims<[...]>, not 3}}
%2 = graph.loop %x {rounds = 3} ({
^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
  graph.yield %a : (tensor<2xf32>) -> ()
}) : (tensor<2xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.loop: without rounds, operands begin with the most rounds, tensor<i64>, and tensor<i1>}}
%3 = graph.loop %x ({
^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
  graph.yield %c, %a : (tensor<i1>, tensor<2xf32>) -> ()
}) : (tensor<2xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.loop: carried value 0 is tensor<2xf32>, its result is tensor<3xf32>}}
%4 = graph.loop %x {rounds = #kiln.dims<[4]>} ({
^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
  graph.yield %y : (tensor<3xf32>) -> ()
}) : (tensor<2xf32>) -> tensor<3xf32>
// expected-error@+1 {{graph.loop: carried value 1 is tensor<3xf32>, its result is missing}}
%5 = graph.loop %x, %y {rounds = #kiln.dims<[4]>} ({
^bb0(%i: tensor<i64>, %a: tensor<2xf32>, %b: tensor<3xf32>):
  graph.yield %a, %b : (tensor<2xf32>, tensor<3xf32>) -> ()
}) : (tensor<2xf32>, tensor<3xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.loop: tensor<f32> has no axis of rounds}}
%6:2 = graph.loop %n, %c, %x ({
^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
  graph.yield %c, %a, %a : (tensor<i1>, tensor<2xf32>, tensor<2xf32>) -> ()
}) : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> (tensor<2xf32>, tensor<f32>)
// expected-error@+1 {{graph.loop: tensor<3x2xf32> does not begin with an axis of 4, the rounds}}
%7:2 = graph.loop %x {rounds = #kiln.dims<[4]>} ({
^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
  graph.yield %a, %a : (tensor<2xf32>, tensor<2xf32>) -> ()
}) : (tensor<2xf32>) -> (tensor<2xf32>, tensor<3x2xf32>)
// expected-error@+1 {{graph.loop: region #0 has arguments (tensor<2xf32>), not (tensor<i64>, tensor<2xf32>)}}
%8 = graph.loop %x {rounds = #kiln.dims<[4]>} ({
^bb0(%a: tensor<2xf32>):
  graph.yield %a : (tensor<2xf32>) -> ()
}) : (tensor<2xf32>) -> tensor<2xf32>
// A value that changes its shape is not carried.
// expected-error@+1 {{graph.loop: region #0 yields (tensor<3xf32>), not (tensor<2xf32>)}}
%9 = graph.loop %x {rounds = #kiln.dims<[4]>} ({
^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
  graph.yield %y : (tensor<3xf32>) -> ()
}) : (tensor<2xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.loop: region #0 yields (tensor<2xf32>), not (tensor<i1>, tensor<2xf32>)}}
%10 = graph.loop %n, %c, %x ({
^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
  graph.yield %a : (tensor<2xf32>) -> ()
}) : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.loop: region #0 must have one block, found 0}}
%11 = graph.loop %x {rounds = #kiln.dims<[4]>} ({}) : (tensor<2xf32>) -> tensor<2xf32>
// expected-error@+1 {{graph.loop: expected 1 regions, found 0}}
%12 = graph.loop %x {rounds = #kiln.dims<[4]>} : (tensor<2xf32>) -> tensor<2xf32>
