// Every op of scf.
func.func @loops(%lb: index, %ub: index, %step: index, %init: f32, %i: i32, %t: tensor<?xf32>, %m: memref<?xf32>) -> f32 {
  scf.for %k = %lb to %ub step %step {
    memref.store %init, %m[%k] : memref<?xf32>
  }
  %0:2 = scf.for %k = %lb to %ub step %step iter_args(%a = %init, %b = %i) -> (f32, i32) {
    %1 = arith.addf %a, %a : f32
    scf.yield %1, %b : f32, i32
  } {any.unroll = 4 : i32}
  scf.for unsigned %k = %i to %i step %i : i32 {
  }
  scf.parallel (%p, %q) = (%lb, %lb) to (%ub, %ub) step (%step, %step) {
    scf.reduce
  }
  %2 = scf.parallel (%p) = (%lb) to (%ub) step (%step) init (%init) -> f32 {
    scf.reduce(%init : f32) {
    ^bb0(%x: f32, %y: f32):
      %s = arith.addf %x, %y : f32
      scf.reduce.return %s : f32
    }
  }
  %3 = scf.forall (%p, %q) in (%ub, 4) shared_outs(%o = %t) -> (tensor<?xf32>) {
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %t into %o[0][%ub][1] : tensor<?xf32> into tensor<?xf32>
    }
  } {mapping = [#gpu.block<y>, #gpu.block<x>]}
  scf.forall (%p) = (%lb) to (%ub) step (%step) {
  }
  return %2 : f32
}
func.func @conditions(%c: i1, %a: i32, %b: i32, %x: index) -> i32 {
  scf.if %c {
    "any.then"() : () -> ()
  }
  scf.if %c {
    "any.then"() : () -> ()
  } else {
    "any.else"() : () -> ()
  }
  %0:2 = scf.if %c -> (i32, i32) {
    scf.yield %a, %b : i32, i32
  } else {
    scf.yield %b, %a : i32, i32
  }
  %1 = scf.index_switch %x -> i32
  case 2 {
    scf.yield %a : i32
  }
  case 5 {
    scf.yield %b : i32
  }
  default {
    scf.yield %0#0 : i32
  }
  %2 = scf.execute_region -> i32 {
    cf.cond_br %c, ^bb1, ^bb2
  ^bb1:
    scf.yield %a : i32
  ^bb2:
    scf.yield %b : i32
  }
  scf.execute_region no_inline {
    scf.yield
  }
  return %1 : i32
}
func.func @while(%a: i32, %f: f32) -> i32 {
  %0:2 = scf.while (%x = %a) : (i32) -> (i32, f32) {
    %c = "any.more"(%x) : (i32) -> i1
    scf.condition(%c) %x, %f : i32, f32
  } do {
  ^bb0(%y: i32, %g: f32):
    %n = arith.addi %y, %a : i32
    scf.yield %n : i32
  }
  scf.while : () -> () {
    %c = "any.again"() : () -> i1
    scf.condition(%c)
  } do {
    scf.yield
  } attributes {any.tag}
  return %0#0 : i32
}
