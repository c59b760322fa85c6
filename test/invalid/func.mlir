// What the verifier says about func.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

// expected-error@+1 {{func.func: the arguments of its entry block make it (i1) -> (), but 'function_type' is (f32) -> ()}}
func.func {function_type = (f32) -> (), sym_name = "main"} ({
^bb0(%0: i1):
  func.return : () -> ()
})
// expected-error@+1 {{func.func: attribute 'sym_name' is missing}}
func.func {function_type = () -> ()} ({
  func.return : () -> ()
})
// expected-error@+1 {{func.func: attribute 'function_type' must be a function type, not f32}}
func.func {function_type = f32, sym_name = "f"} ({
  func.return : () -> ()
})
// expected-error@+1 {{func.func: 'arg_names' has 1 names, expected 0}}
func.func {function_type = () -> (), sym_name = "g", arg_names = ["x"]} ({
  func.return : () -> ()
})
// expected-error@+1 {{func.func: a declaration must be private}}
func.func {function_type = () -> (), sym_name = "h"} ({})

// -----

func.func {function_type = () -> f32, sym_name = "main"} ({
  // expected-error@+1 {{func.call: no function is called '@mian'; did you mean '@main'?}}
  %0 = func.call {callee = @mian} : () -> f32
  // expected-error@+1 {{func.call: the call is of type () -> i1, but '@main' is () -> f32}}
  %1 = func.call {callee = @main} : () -> i1
  // expected-error@+1 {{func.return: returns (i1), but the function returns (f32)}}
  func.return %1 : (i1) -> ()
})

// -----

func.func {function_type = () -> (), sym_name = "main"} ({
  // expected-error@+1 {{func.return: a terminator must be the last op of its block}}
  func.return : () -> ()
  func.return : () -> ()
})
// expected-error@+1 {{func.func: a block of its region is empty, it must end in a terminator}}
func.func {function_type = () -> (), sym_name = "empty"} ({
^bb0:
})
// expected-error@+1 {{func.func: attribute 'arg_names' must be an array of strings, not "x"}}
func.func {function_type = (f32) -> (), sym_name = "names", arg_names = "x"} ({
^bb0(%0: f32):
  func.return : () -> ()
})
// expected-error@+1 {{func.func: attribute 'sym_name' must be a string, not @sym}}
func.func {function_type = () -> (), sym_name = @sym} ({
  func.return : () -> ()
})
func.func {function_type = () -> (), sym_name = "open"} ({
  // expected-error@+1 {{arith.constant: the last op of a block must be a terminator}}
  %0 = arith.constant {value = 1.0 : f32} : () -> f32
})
"test.region"() ({
  // expected-error@+1 {{func.return: it must stand directly in a func.func, not in test.region}}
  func.return : () -> ()
}) : () -> ()
"test.symbol"() {sym_name = "symbol"} : () -> ()
// expected-error@+1 {{func.call: '@symbol' is a test.symbol, not a function}}
func.call {callee = @symbol} : () -> ()
// expected-error@+1 {{func.call: 'callee' must be a plain symbol, not @symbol::@f}}
func.call {callee = @symbol::@f} : () -> ()
// expected-error@+1 {{func.call: attribute 'callee' must be a symbol reference, not "f"}}
func.call {callee = "f"} : () -> ()
// expected-error@+1 {{func.func: attribute 'state' must be an array of constant tensors, not [1]}}
func.func {sym_name = "state_of_numbers", function_type = () -> (), state = [1]} ({
  func.return : () -> ()
}) : () -> ()
