// What the verifier says about builtin, and about values that are not visible.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

"test.a"() : () -> ()
// expected-error@+1 {{builtin.module: its region must have exactly one block}}
builtin.module ({})
// expected-error@+1 {{builtin.module: its block must have no arguments}}
builtin.module ({
^bb0(%0: f32):
})
// expected-error@+1 {{builtin.unrealized_conversion_cast: expected at least one result}}
builtin.unrealized_conversion_cast : () -> ()

// -----

func.func {function_type = () -> (), sym_name = "main"} ({
  // expected-error@+1 {{test.use: operand #0 does not dominate this use}}
  "test.use"(%0) : (f32) -> ()
  // expected-note@+1 {{defined here}}
  %0 = "test.define"() : () -> f32
  func.return : () -> ()
})

// -----

// The order of ops in a module means nothing.
"test.use"(%0) : (f32) -> ()
%0 = "test.define"() : () -> f32

// -----

%0 = "test.define"() : () -> f32
builtin.module ({
  // A name of the outside means nothing in an isolated op.
  // expected-error@+1 {{'%0' is not defined}}
  "test.use"(%0) : (f32) -> ()
})

// -----

// expected-note@+1 {{previously defined here}}
"test.symbol"() {sym_name = "twice"} : () -> ()
// expected-error@+1 {{test.symbol: the symbol '@twice' is defined twice}}
"test.symbol"() {sym_name = "twice"} : () -> ()
