// What the verifier says about math.
// RUN: kiln-opt %s --verify-diagnostics

%f, %g = "test.values"() : () -> (f32, f64)
// expected-error@+1 {{math.sqrt: operands and result must have one type, found f64 and f32}}
%0 = math.sqrt %f : (f32) -> f64
// expected-error@+1 {{math.fma: operands and result must have one type, found f32 and f64}}
%1 = math.fma %f, %f, %g : (f32, f32, f64) -> f32
// expected-error@+1 {{math.copysign: expected operands (lhs, rhs), found 3}}
%2 = math.copysign %f, %f, %f : (f32, f32, f32) -> f32
