// What the verifier says about scf.
// RUN: kiln-opt %s --verify-diagnostics

%i, %f, %c = "test.values"() : () -> (index, f32, i1)
// expected-error@+1 {{scf.for: carried values [f32] do not match results []}}
scf.for %i, %i, %i, %f ({
^bb0(%k: index, %x: f32):
  scf.yield %x : (f32) -> ()
}) : (index, index, index, f32) -> ()
// expected-error@+1 {{scf.for: the region yields [index], the op results in [f32]}}
%0 = scf.for %i, %i, %i, %f ({
^bb0(%k: index, %x: f32):
  scf.yield %k : (index) -> ()
}) : (index, index, index, f32) -> f32
// expected-error@+1 {{scf.for: region #0 must have a block, but is empty}}
scf.for %i, %i, %i ({}) : (index, index, index) -> ()
// expected-error@+1 {{scf.if: operand 'condition' must be i1, not f32}}
scf.if %f ({
  scf.yield : () -> ()
}, {}) : (f32) -> ()
// expected-error@+1 {{scf.if: the region yields [f32], the op results in [index]}}
%1 = scf.if %c ({
  scf.yield %i : (index) -> ()
}, {
  scf.yield %f : (f32) -> ()
}) : (i1) -> index
// expected-error@+1 {{scf.if: region #1 must have a block, but is empty}}
%2 = scf.if %c ({
  scf.yield %i : (index) -> ()
}, {}) : (i1) -> index
// expected-error@+1 {{scf.if: expected 2 regions, found 1}}
scf.if %c ({
  scf.yield : () -> ()
}) : (i1) -> ()
scf.while ({
  // expected-error@+1 {{scf.condition: operand 'condition' must be i1, not f32}}
  scf.condition %f : (f32) -> ()
}, {
  scf.yield : () -> ()
}) : () -> ()
// expected-error@+1 {{scf.while: expected 2 regions, found 0}}
scf.while : () -> ()
