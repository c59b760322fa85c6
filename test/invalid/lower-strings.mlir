// What cannot become addresses of bytes.
// RUN: kiln-opt %s --pass-pipeline='builtin.module(lower-strings)' --verify-diagnostics

func.func {sym_name = "main", function_type = () -> tensor<1x!graph.string>} ({
^bb0:
  // expected-error@+1 {{a string of a constant has a zero byte, which ends strings at run time}}
  %0 = graph.constant {value = dense<["a\00"]> : tensor<1x!graph.string>} : () -> tensor<1x!graph.string>
  func.return %0 : (tensor<1x!graph.string>) -> ()
}) : () -> ()
