// What the verifier says about vector.
// RUN: kiln-opt %s --verify-diagnostics

%m, %i, %v, %w, %f, %k = "test.values"() : () -> (memref<?xf32>, index, vector<8xf32>, vector<8xf64>, f32, vector<8xi1>)
// expected-error@+1 {{vector.load: memref<?xf32> does not hold vector<8xf64>}}
%0 = vector.load %m, %i : (memref<?xf32>, index) -> vector<8xf64>
// expected-error@+1 {{vector.store: memref<?xf32> does not hold vector<8xf64>}}
vector.store %w, %m, %i : (vector<8xf64>, memref<?xf32>, index) -> ()
// expected-error@+1 {{vector.load: operand 'base' must be a memref, not f32}}
%1 = vector.load %f, %i : (f32, index) -> vector<8xf32>
// expected-error@+1 {{vector.maskedload: operand 'mask' must be a vector of i1, not vector<8xf32>}}
%2 = vector.maskedload %m, %i, %v, %v : (memref<?xf32>, index, vector<8xf32>, vector<8xf32>) -> vector<8xf32>
// expected-error@+1 {{vector.maskedstore: operand 'valueToStore' must be a vector, not f32}}
vector.maskedstore %m, %i, %k, %f : (memref<?xf32>, index, vector<8xi1>, f32) -> ()
// expected-error@+1 {{vector.fma: operands and result must have one type, found vector<8xf32> and vector<8xf64>}}
%3 = vector.fma %v, %v, %w : (vector<8xf32>, vector<8xf32>, vector<8xf64>) -> vector<8xf32>
// expected-error@+1 {{vector.reduction: attribute 'kind' is missing}}
%4 = vector.reduction %v : (vector<8xf32>) -> f32
// expected-error@+1 {{vector.shuffle: attribute 'mask' must be an array of integers, not "all"}}
%5 = vector.shuffle %v, %v {mask = "all"} : (vector<8xf32>, vector<8xf32>) -> vector<8xf32>
// expected-error@+1 {{vector.transpose: attribute 'permutation' is missing}}
%6 = vector.transpose %v : (vector<8xf32>) -> vector<8xf32>
// expected-error@+1 {{vector.extract: operand 'source' must be a vector, not f32}}
%7 = vector.extract %f {static_position = array<i64: 0>} : (f32) -> f32
// expected-error@+1 {{vector.insert: attribute 'static_position' is missing}}
%8 = vector.insert %f, %v : (f32, vector<8xf32>) -> vector<8xf32>
// expected-error@+1 {{vector.create_mask: operand 'operands' must be an index, not f32}}
%9 = vector.create_mask %f : (f32) -> vector<8xi1>
