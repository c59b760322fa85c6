// What the verifier says about tf: attributes; everything else the conversions check.
// RUN: kiln-opt %s --verify-diagnostics

%x = "test.value"() : () -> tensor<4xf32>
// expected-error@+1 {{tf.Copy: attribute 'debug_ops_spec' must be an array of strings, not "a"}}
%0 = tf.Copy %x {debug_ops_spec = "a"} : (tensor<4xf32>) -> tensor<4xf32>
// expected-error@+1 {{tf.Assert: attribute 'T' must be an array of types, not f32}}
tf.Assert %x, %x {T = f32} : (tensor<4xf32>, tensor<4xf32>) -> ()
