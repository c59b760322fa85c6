// What the verifier says about memref.
// RUN: kiln-opt %s --verify-diagnostics

%m, %n, %i, %f, %d = "test.values"() : () -> (memref<?xf32>, memref<2x3xf32>, index, f32, f64)
// expected-error@+1 {{memref.load: a buffer of rank 2 takes as many indices, found 1}}
%0 = memref.load %n, %i : (memref<2x3xf32>, index) -> f32
// expected-error@+1 {{memref.load: the element is f32, not f64}}
%1 = memref.load %m, %i : (memref<?xf32>, index) -> f64
// expected-error@+1 {{memref.load: operand 'memref' must be a memref, not f32}}
%2 = memref.load %f, %i : (f32, index) -> f32
// expected-error@+1 {{memref.load: operand 'indices' must be an index, not f32}}
%3 = memref.load %m, %f : (memref<?xf32>, f32) -> f32
// expected-error@+1 {{memref.store: a buffer of rank 1 takes as many indices, found 0}}
memref.store %f, %m : (f32, memref<?xf32>) -> ()
// expected-error@+1 {{memref.store: the element is f32, not f64}}
memref.store %d, %m, %i : (f64, memref<?xf32>, index) -> ()
// expected-error@+1 {{memref.view: result 'result' must be a memref, not f32}}
%4 = memref.view %m, %i : (memref<?xf32>, index) -> f32
// expected-error@+1 {{memref.dim: result 'result' must be an index, not i64}}
%5 = memref.dim %m, %i : (memref<?xf32>, index) -> i64
// expected-error@+1 {{memref.alloca: operand 'dynamicSizes' must be an index, not f32}}
%6 = memref.alloca %f {operandSegmentSizes = array<i32: 1, 0>} : (f32) -> memref<?xf32>
// expected-error@+1 {{memref.alloca: expected operands (dynamicSizes..., symbolOperands...), found 1}}
%7 = memref.alloca %i {operandSegmentSizes = array<i32: 1, 1>} : (index) -> memref<?xf32>
