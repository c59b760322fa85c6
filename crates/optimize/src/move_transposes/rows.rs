//! Into the constant rows that a product sums over: flattening what was transposed reads the weights in another order.

use super::{Transposed, find_transpose, reshape::group_axes};
use crate::matching::{find_producer, invert, is_constant, reshape, shape_of, transpose};
use kiln_ir::{Builder, Dim, Module, Op, Rewrite, Value};

/// `matmul(flatten(transpose(x)), w) = matmul(flatten(x), w')`, the rows of the constant w in the order of x
pub(super) fn transpose_into_rows(module: &mut Module, op: Op) -> Rewrite {
    let (left, weights) = (module.operand(op, 0), module.operand(op, 1));
    if module.attributes(op).bool("transpose_a").unwrap_or(false) {
        return Err("the sum is not over the last axis".into());
    }
    let reshaped = find_producer(module, left, "graph.reshape").ok_or("the left operand is no reshape")?;
    let middle = module.operand(reshaped, 0);
    let Transposed { source, permutation } = find_transpose(module, middle).ok_or("no transpose before the reshape")?;
    let is_layer = shape_of(module, weights).len() == 2 && is_constant(module, weights) && module.has_one_use(weights);
    if !is_layer {
        return Err("the right operand is not the only use of a constant matrix".into());
    }
    let (before, after) = (shape_of(module, middle), shape_of(module, left));
    let groups = group_axes(before, after).ok_or("axes do not merge or split in groups")?;
    let last = groups.last().filter(|group| group.after.len() == 1).ok_or("the last axis is not merged from others")?;
    let first = last.before.start;
    if permutation[..first].iter().enumerate().any(|(axis, &source)| axis != source) {
        return Err("other axes than those summed over are transposed".into());
    }
    let summed = &before[first..];
    if summed.iter().any(|dim| dim.as_static().is_none()) {
        return Err("the extents summed over are symbolic".into());
    }
    let order: Vec<usize> = invert(&permutation)[first..].iter().map(|axis| axis - first).collect();

    let mut builder = Builder::before(module, op);
    let left = reshape(&mut builder, source, after);
    let weights = reorder_rows(&mut builder, op, weights, summed, &order);
    module.set_operands(op, &[left, weights]);
    Ok(())
}

/// The weights with the axis that is summed over split into `summed` and put together in another order.
fn reorder_rows(builder: &mut Builder, op: Op, weights: Value, summed: &[Dim], order: &[usize]) -> Value {
    let shape = shape_of(builder.module, weights);
    let rows_last = builder.module.attributes(op).bool("transpose_b").unwrap_or(false);
    let split = if rows_last { [&shape[..1], summed].concat() } else { [summed, &shape[1..]].concat() };
    let permutation: Vec<usize> = if rows_last {
        [0].into_iter().chain(order.iter().map(|axis| axis + 1)).collect()
    } else {
        order.iter().copied().chain([order.len()]).collect()
    };
    let apart = reshape(builder, weights, &split);
    let moved = transpose(builder, apart, &permutation);
    reshape(builder, moved, shape)
}
