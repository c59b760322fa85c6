//! Loops of few rounds, one round after the other.

use super::view;
use crate::matching::{constant, reshape, shape_of};
use kiln_graph::LoopView;
use kiln_ir::{Builder, Dim, Module, Op, Rewrite, Traits, Value, ValueMapping};
use kiln_tensor::Tensor;

/// A loop is unrolled if that makes no more ops than this: rounds times ops of its region. Each is a launch at most, and
/// equal kernels are made once, so what grows is a few hundred bytes of code for each; what is won is that ops of
/// neighboring rounds fuse and that what depends on the number of the round is constant.
const MOST_UNROLLED_OPS: usize = 128;

/// `loop {rounds = 2} (x) { yield f(x) } = f(f(x))`
pub(super) fn unroll(module: &mut Module, op: Op) -> Rewrite {
    let view = view(module, op);
    let rounds = view.rounds.and_then(|rounds| usize::try_from(rounds.as_constant()?).ok());
    let Some(rounds) = rounds.filter(|&rounds| rounds > 0) else { return Err("its rounds are not known".into()) };
    let ops = count_ops(module, &view);
    if rounds > 1 && rounds.saturating_mul(ops) > MOST_UNROLLED_OPS {
        return Err(format!("{rounds} rounds of {ops} ops are too many to unroll").into());
    }
    let mut carried = view.initial.clone();
    let mut slices: Vec<Vec<Value>> = vec![Vec::new(); view.slices.len()];
    for round in 0..rounds {
        let yielded = add_round(module, op, &view, round, &carried);
        for (slices, &slice) in slices.iter_mut().zip(&yielded[carried.len()..]) {
            slices.push(slice);
        }
        carried = yielded[..carried.len()].to_vec();
    }
    for slices in slices {
        carried.push(stack(module, op, &slices));
    }
    module.replace(op, &carried);
    Ok(())
}

/// Ops of the region, at any depth, that are more than constants; at least one, since each round has a cost.
fn count_ops(module: &Module, view: &LoopView) -> usize {
    let ops = module.block_ops(view.body).flat_map(|op| module.walk(op));
    let free = Traits::CONSTANT_LIKE | Traits::TERMINATOR;
    let counts = |&op: &Op| module.definition(op).is_none_or(|row| !row.traits.intersects(free));
    ops.filter(counts).count().max(1)
}

/// Adds the ops of one round before the loop; returns what it yields.
fn add_round(module: &mut Module, op: Op, view: &LoopView, round: usize, carried: &[Value]) -> Vec<Value> {
    let mut mapping: ValueMapping = view.arguments.iter().copied().zip(carried.iter().copied()).collect();
    if module.has_uses(view.round) {
        let number = constant(&mut Builder::before(module, op), Tensor::scalar(round as i64));
        mapping.insert(view.round, number);
    }
    for inner in module.ops_of(view.body) {
        if inner != view.end {
            let copy = module.clone_op(inner, &mut mapping);
            module.insert_before(op, copy);
        }
    }
    module.operands(view.end).iter().map(|value| mapping.get(value).copied().unwrap_or(*value)).collect()
}

/// Slices side by side along a new first axis.
fn stack(module: &mut Module, op: Op, slices: &[Value]) -> Value {
    let row = [&[Dim::Static(1)], shape_of(module, slices[0])].concat();
    let mut builder = Builder::before(module, op);
    let rows: Vec<Value> = slices.iter().map(|&slice| reshape(&mut builder, slice, &row)).collect();
    match rows.as_slice() {
        [only] => *only,
        _ => builder.op("graph.concat").operands(&rows).attribute("axis", 0i64).value(),
    }
}
