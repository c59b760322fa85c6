//! Through reshapes that merge and split neighbouring axes.

use super::{Transposed, find_transpose};
use crate::matching::{axes_attribute, find_producer, permute, reshape, shape_of, transpose};
use kiln_ir::{Builder, Dim, DimExpr, Module, Op, Rewrite};
use std::ops::Range;

/// Neighbouring axes before a reshape and the axes they become; both hold the same number of elements.
pub(super) struct Group {
    pub before: Range<usize>,
    pub after: Range<usize>,
}

/// `reshape(transpose(x)) = transpose(reshape(x))` where the axes that merge are neighbours in x, too
pub(super) fn sink_through_reshape(module: &mut Module, op: Op) -> Rewrite {
    let operand = module.operand(op, 0);
    let Transposed { source, permutation } = find_transpose(module, operand).ok_or("the operand is no transpose")?;
    let before = shape_of(module, operand);
    let after = shape_of(module, module.result(op, 0));
    let groups = group_axes(before, after).ok_or("axes do not merge or split in groups")?;
    if groups.iter().any(|group| !are_neighbours(&permutation[group.before.clone()])) {
        return Err("axes that merge are apart before the transpose".into());
    }
    let mut by_source: Vec<&Group> = groups.iter().collect();
    by_source.sort_by_key(|group| permutation[group.before.start]);
    let order: Vec<usize> = by_source.iter().flat_map(|group| group.after.clone()).collect();
    let mut result_permutation = vec![0; order.len()];
    for (position, &axis) in order.iter().enumerate() {
        result_permutation[axis] = position;
    }
    let inner = permute(after, &order);

    let mut builder = Builder::before(module, op);
    let value = reshape(&mut builder, source, &inner);
    let value = transpose(&mut builder, value, &result_permutation);
    module.replace(op, &[value]);
    Ok(())
}

/// `transpose(reshape(transpose(x))) = reshape(transpose(x))` where the outer transpose moves whole groups of axes that
/// the reshape merges or splits: of a channel shuffle between two channels-last ops, one transpose is left.
pub(super) fn hoist_through_reshape(module: &mut Module, op: Op) -> Rewrite {
    let reshaped = module.operand(op, 0);
    let reshape_op = find_producer(module, reshaped, "graph.reshape").ok_or("the operand is no reshape")?;
    let moved = module.operand(reshape_op, 0);
    let Transposed { source, permutation } = find_transpose(module, moved).ok_or("what is reshaped is no transpose")?;
    if !module.has_one_use(reshaped) || !module.has_one_use(moved) {
        return Err("the inner transpose has other uses".into());
    }
    let outer = axes_attribute(module, op, "permutation").ok_or("a transpose has a permutation")?;
    let after = shape_of(module, reshaped);
    let groups = group_axes(shape_of(module, moved), after).ok_or("axes do not merge or split in groups")?;
    let mut order: Vec<usize> = Vec::with_capacity(permutation.len());
    let mut rest = outer.as_slice();
    while let Some(&first) = rest.first() {
        let group = groups.iter().find(|group| group.after.start == first);
        let group = group.filter(|group| rest.iter().copied().take(group.after.len()).eq(group.after.clone()));
        let group = group.ok_or("axes that were split are moved apart")?;
        order.extend(group.before.clone());
        rest = &rest[group.after.len()..];
    }
    let shape = permute(after, &outer);

    let mut builder = Builder::before(module, op);
    let value = transpose(&mut builder, source, &permute(&permutation, &order));
    let value = reshape(&mut builder, value, &shape);
    module.replace(op, &[value]);
    Ok(())
}

/// `reshape(transpose(x)) = reshape(transpose(squeeze(x)))` where the reshape only adds and drops axes of extent 1: those
/// of x part others, so that [`sink_through_reshape`] leaves them
pub(super) fn squeeze_transpose(module: &mut Module, op: Op) -> Rewrite {
    let operand = module.operand(op, 0);
    let Transposed { source, permutation } = find_transpose(module, operand).ok_or("the operand is no transpose")?;
    let shape = shape_of(module, source);
    let long: Vec<usize> = (0..shape.len()).filter(|&axis| !shape[axis].is(1)).collect();
    if long.len() == shape.len() {
        return Err("no axis of the transposed value is 1 long".into());
    }
    let lengthy = |shape: &[Dim]| -> Vec<Dim> { shape.iter().copied().filter(|dim| !dim.is(1)).collect() };
    if lengthy(shape_of(module, operand)) != lengthy(shape_of(module, module.result(op, 0))) {
        return Err("axes merge or split".into());
    }
    let squeezed: Vec<Dim> = long.iter().map(|&axis| shape[axis]).collect();
    let order: Vec<usize> = permutation.iter().filter_map(|axis| long.binary_search(axis).ok()).collect();

    let mut builder = Builder::before(module, op);
    let value = reshape(&mut builder, source, &squeezed);
    let value = transpose(&mut builder, value, &order);
    let result = shape_of(builder.module, builder.module.result(op, 0));
    let value = reshape(&mut builder, value, result);
    module.replace(op, &[value]);
    Ok(())
}

/// Whether axes follow each other.
fn are_neighbours(axes: &[usize]) -> bool {
    axes.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

/// Cuts a reshape into groups, small ones where extents can be compared; what cannot be compared is one group. `None` if
/// all is. Every group has an axis on both sides.
pub(super) fn group_axes(before: &[Dim], after: &[Dim]) -> Option<Vec<Group>> {
    group_compared(before, after).or_else(|| group_equal(before, after))
}

/// Equal extents from either end are groups, what is between them is another: its elements are as many on both sides.
fn group_equal(before: &[Dim], after: &[Dim]) -> Option<Vec<Group>> {
    let most = before.len().min(after.len());
    if most == 0 {
        return None;
    }
    let leading = before.iter().zip(after).take_while(|(left, right)| left == right).count().min(most - 1);
    let pairs = before[leading..].iter().rev().zip(after[leading..].iter().rev());
    let trailing = pairs.take_while(|(left, right)| left == right).count().min(most - leading - 1);
    let (left, right) = (before.len() - trailing, after.len() - trailing);
    let pair = |left: usize, right: usize| Group { before: left..left + 1, after: right..right + 1 };
    let head = (0..leading).map(|axis| pair(axis, axis));
    let tail = (0..trailing).map(|axis| pair(left + axis, right + axis));
    let middle = Group { before: leading..left, after: leading..right };
    (leading + trailing > 0).then(|| head.chain([middle]).chain(tail).collect())
}

/// The smallest groups; `None` if extents cannot be compared.
fn group_compared(before: &[Dim], after: &[Dim]) -> Option<Vec<Group>> {
    let mut groups: Vec<Group> = Vec::new();
    let (mut i, mut j) = (0, 0);
    while i < before.len() && j < after.len() {
        let (start_before, start_after) = (i, j);
        let (mut left, mut right) = (before[i].expr()?, after[j].expr()?);
        (i, j) = (i + 1, j + 1);
        while left != right {
            // The side whose product divides the other's takes one more axis.
            let left_first = divides(left, right) && i < before.len() || j == after.len();
            if left_first {
                left = left.checked_mul(before.get(i)?.expr()?)?;
                i += 1;
            } else {
                right = right.checked_mul(after.get(j)?.expr()?)?;
                j += 1;
            }
        }
        groups.push(Group { before: start_before..i, after: start_after..j });
    }
    // What is left over are ones: they join the last group.
    let ones = before[i..].iter().chain(&after[j..]).all(|dim| dim.is(1));
    let last = groups.last_mut()?;
    (last.before.end, last.after.end) = (before.len(), after.len());
    ones.then_some(groups)
}

fn divides(divisor: DimExpr, product: DimExpr) -> bool {
    match (divisor.as_constant(), product.as_constant()) {
        (Some(divisor), Some(product)) => divisor != 0 && divisor < product,
        _ => product.modulo(divisor).and_then(DimExpr::as_constant) == Some(0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(before: &[u64], after: &[u64]) -> Option<Vec<(Range<usize>, Range<usize>)>> {
        let dims = |extents: &[u64]| extents.iter().map(|&extent| Dim::Static(extent)).collect::<Vec<_>>();
        let groups = group_axes(&dims(before), &dims(after))?;
        Some(groups.into_iter().map(|group| (group.before, group.after)).collect())
    }

    #[test]
    fn merges_and_splits() {
        assert_eq!(groups(&[2, 3, 4, 5], &[2, 3, 20]), Some(vec![(0..1, 0..1), (1..2, 1..2), (2..4, 2..3)]));
        assert_eq!(groups(&[2, 12, 5], &[2, 3, 4, 5]), Some(vec![(0..1, 0..1), (1..2, 1..3), (2..3, 3..4)]));
        assert_eq!(groups(&[4, 6], &[3, 8]), Some(vec![(0..2, 0..2)]));
        assert_eq!(groups(&[2, 3, 1, 1], &[2, 3]), Some(vec![(0..1, 0..1), (1..4, 1..2)]));
    }

    #[test]
    fn symbolic_axes_group() {
        let (n, h) = (Dim::symbol("N"), Dim::symbol("H"));
        let area = Dim::Symbolic(DimExpr::symbol("H").checked_mul(DimExpr::constant(4)).expect("small"));
        let found = group_axes(&[n, h, Dim::Static(4)], &[n, area]).expect("comparable");
        assert_eq!(found.len(), 2);
        assert_eq!(found[1].before, 1..3);
    }

    #[test]
    fn what_cannot_be_compared_is_one_group() {
        let dim = |name: &str| Dim::symbol(name);
        let channels = Dim::Static(24);
        let found = group_axes(&[dim("N"), channels, dim("A"), dim("B")], &[dim("N"), channels, dim("C"), dim("D")]);
        let after: Vec<_> = found.expect("the first axes are equal").into_iter().map(|group| group.after).collect();
        assert_eq!(after, [0..1, 1..2, 2..4]);
        let found =
            group_axes(&[dim("A"), dim("B"), channels], &[dim("C"), channels]).expect("the last axes are equal");
        assert_eq!(found[0].before, 0..2);
        assert!(group_axes(&[dim("A"), dim("B")], &[dim("C"), dim("D")]).is_none());
    }
}
