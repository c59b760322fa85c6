// Expectations that nothing meets, and errors that nothing expects, are reported.
// RUN: not kiln-opt %s --verify-diagnostics 2>&1 | FileCheck %s
// RUN: not kiln-opt %s 2>&1 | FileCheck %s --check-prefix=PLAIN

// CHECK: unexpected error: '%0' is not defined
// CHECK: nothing meets the expected error 'something else'
// PLAIN: error: '%0' is not defined
// PLAIN: verify-diagnostics.mlir:9:10
"test.a"(%0) : (f32) -> () // expected-error {{something else}}
