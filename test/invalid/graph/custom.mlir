// What the verifier says about calls of the user's functions.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%x = "test.value"() : () -> tensor<2xi32>
// expected-error@+1 {{graph.custom: "2f" is no name of a C function}}
%0 = graph.custom %x {callee = "2f", operator = "a.F"} : (tensor<2xi32>) -> tensor<2xi32>
// expected-error@+1 {{graph.custom: "kiln_run" begins with kiln_, as names of the model's own functions do}}
%1 = graph.custom %x {callee = "kiln_run", operator = "a.F"} : (tensor<2xi32>) -> tensor<2xi32>
// expected-error@+1 {{graph.custom: absent names input 2, there are 2}}
%2 = graph.custom %x {absent = [2], callee = "f", operator = "a.F"} : (tensor<2xi32>) -> tensor<2xi32>
// expected-error@+1 {{graph.custom: parameter "p" is tensor<2xi32>; a C function can have numbers, strings and lists of these}}
%3 = graph.custom %x {callee = "f", operator = "a.F", parameters = {p = tensor<2xi32>}} : (tensor<2xi32>) -> tensor<2xi32>
// expected-error@+1 {{graph.custom: attribute 'parameters' must be a dictionary, not 1}}
%4 = graph.custom %x {callee = "f", operator = "a.F", parameters = 1} : (tensor<2xi32>) -> tensor<2xi32>
