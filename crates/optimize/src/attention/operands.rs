//! Queries, keys and values as they were before they were scaled and repeated.

use super::Matrices;
use super::scores::scaled;
use crate::matching::{find_producer, shape_of};
use kiln_ir::{Dim, Module, Op, Rewrite, Traits, Value};

/// `attention(move(q * c), k, v) = attention(move(q), k, v)`, the scale multiplied with c; and so for keys
pub(super) fn scale_of_operand(module: &mut Module, op: Op) -> Rewrite {
    let found = (0..2).find_map(|index| find_scale(module, op, index));
    let (user, index, value, factor) = found.ok_or("neither queries nor keys are scaled by a number")?;
    let scale = module.attributes(op).f64("scale").ok_or("attention has a scale")?;
    module.set_operand(user, index, value);
    module.set_attribute(op, "scale", scale * factor);
    Ok(())
}

/// The use of a scaled value from which `operand` of `op` moves elements only, the value unscaled, and the factor.
fn find_scale(module: &Module, op: Op, operand: usize) -> Option<(Op, usize, Value, f64)> {
    let (mut user, mut index) = (op, operand);
    loop {
        let value = module.operand(user, index);
        let producer = module.defining_op(value)?;
        if let "graph.multiply" | "graph.divide" = module.name(producer).as_str() {
            let (value, factor) = scaled(module, producer)?;
            return Some((user, index, value, factor));
        }
        let moves = module.has_traits(producer, Traits::DATA_MOVEMENT) || module.has_traits(producer, Traits::VIEW);
        if !moves || module.operands(producer).len() != 1 || !module.has_one_use(value) {
            return None;
        }
        (user, index) = (producer, 0);
    }
}

/// Keys or values before each head was repeated for its neighbours, and how many heads they are.
pub(super) fn shared_heads(module: &Module, matrices: Matrices) -> Option<(Matrices, Dim)> {
    let whole = find_producer(module, matrices.value, "graph.reshape")?;
    let repeated = module.operand(whole, 0);
    let broadcast =
        find_producer(module, repeated, "graph.broadcast").or_else(|| find_producer(module, repeated, "graph.tile"))?;
    let single = module.operand(broadcast, 0);
    let [before, heads, one, lines] = axes(shape_of(module, single))?;
    let [wide, same, count, wide_lines] = axes(shape_of(module, repeated))?;
    let all = shape_of(module, matrices.value);
    let product = heads[0].as_static()?.checked_mul(count[0].as_static()?)?;
    let expected = [before, &[Dim::Static(product)], lines].concat();
    let fits = before == wide && heads == same && one[0].is(1) && lines == wide_lines && all == expected;
    let view = find_producer(module, single, "graph.reshape").filter(|_| fits)?;
    let value = module.operand(view, 0);
    let is_same = shape_of(module, value) == [before, heads, lines].concat();
    is_same.then_some((Matrices { value, ..matrices }, heads[0]))
}

/// Batches, heads, repetitions, and the two axes of a matrix.
fn axes(shape: &[Dim]) -> Option<[&[Dim]; 4]> {
    let start = shape.len().checked_sub(4)?;
    Some([&shape[..start], &shape[start..start + 1], &shape[start + 1..start + 2], &shape[start + 2..]])
}
