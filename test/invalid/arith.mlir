// What the verifier says about arith.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%i, %j, %f, %g, %v, %w, %b = "test.values"() : () -> (i32, i64, f32, f64, vector<4xf32>, vector<8xf32>, i1)
// expected-error@+1 {{arith.addi: operands and result must have one type, found i32 and i64}}
%0 = arith.addi %i, %j : (i32, i64) -> i32
// expected-error@+1 {{arith.addi: operands must be integers or index, not f32}}
%1 = arith.addi %f, %f : (f32, f32) -> f32
// expected-error@+1 {{arith.mulf: operands must be floats, not i32}}
%2 = arith.mulf %i, %i : (i32, i32) -> i32
// expected-error@+1 {{arith.negf: operands and result must have one type, found f32 and f64}}
%3 = arith.negf %f : (f32) -> f64
// expected-error@+1 {{arith.cmpi: operands must have one type, found i32 and i64}}
%4 = arith.cmpi %i, %j {predicate = 0} : (i32, i64) -> i1
// expected-error@+1 {{arith.cmpf: attribute 'predicate' is missing}}
%5 = arith.cmpf %f, %f : (f32, f32) -> i1
// expected-error@+1 {{arith.cmpf: attribute 'predicate' must be an integer, not "oeq"}}
%6 = arith.cmpf %f, %f {predicate = "oeq"} : (f32, f32) -> i1
// expected-error@+1 {{arith.select: both values and the result must have one type, found [f32, f64, f32]}}
%7 = arith.select %b, %f, %g : (i1, f32, f64) -> f32
// expected-error@+1 {{arith.select: the condition must be i1, not i32}}
%8 = arith.select %i, %f, %f : (i32, f32, f32) -> f32
// expected-error@+1 {{arith.extf: vector<4xf32> and vector<8xf64> must have the same shape}}
%9 = arith.extf %v : (vector<4xf32>) -> vector<8xf64>
// expected-error@+1 {{arith.constant: attribute 'value' is missing}}
%10 = arith.constant : () -> f32
// expected-error@+1 {{arith.subf: expected operands (lhs, rhs), found 1}}
%11 = arith.subf %f : (f32) -> f32
// expected-error@+1 {{arith.subf: expected results (result), found 2}}
%12:2 = arith.subf %f, %f : (f32, f32) -> (f32, f32)
