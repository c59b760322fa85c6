//! Layers that make one tensor of several.

use super::call::{Call, Row, masking, plain};
use super::normalization::unit;
use crate::conversion::extent::{dim, element_count, normalize_axis};
use crate::conversion::product::product;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    masking("Add", |call| merge(call, "graph.add")),
    masking("Subtract", |call| merge(call, "graph.subtract")),
    masking("Multiply", |call| merge(call, "graph.multiply")),
    masking("Maximum", |call| merge(call, "graph.maximum")),
    masking("Minimum", |call| merge(call, "graph.minimum")),
    masking("Average", |call| {
        let count = call.list("0").len() as f64;
        let sum = merge(call, "graph.add")?[0];
        Ok(vec![call.binary_scalar("graph.multiply", sum, 1.0 / count)?])
    }),
    masking("Concatenate", concatenate),
    plain("Dot", dot),
];

/// The members of the list that is the argument, as floats.
fn members(call: &mut Call) -> Result<Vec<Tracked>, String> {
    let mut members = Vec::new();
    for member in call.list("0") {
        let is_float = call.element(member).is_float();
        members.push(if is_float { call.as_floats(member)? } else { member });
    }
    if members.is_empty() { Err("there are no inputs".into()) } else { Ok(members) }
}

/// Operands in as many axes as the one that has most: axes of extent 1 are put behind the batch.
fn with_equal_ranks(call: &mut Call, members: &mut [Tracked]) -> Result<(), String> {
    let rank = members.iter().map(|&member| call.rank(member)).max().unwrap_or(0);
    for member in members {
        let mut shape = call.shape(*member).to_vec();
        while shape.len() < rank && !shape.is_empty() {
            shape.insert(1, Dim::Static(1));
        }
        *member = call.reshape(*member, &shape)?;
    }
    Ok(())
}

fn merge(call: &mut Call, op: &str) -> Results {
    let mut members = members(call)?;
    with_equal_ranks(call, &mut members)?;
    let masks = call.masks_of_list();
    if masks.iter().all(Option::is_some) {
        let mut union = None;
        for mask in masks.into_iter().flatten() {
            union = Some(match union {
                Some(union) => call.binary("graph.or", union, mask)?,
                None => mask,
            });
        }
        if let Some(union) = union {
            call.set_mask(0, union);
        }
    }
    let mut result = members[0];
    for &member in &members[1..] {
        result = call.binary(op, result, member)?;
    }
    Ok(vec![result])
}

fn concatenate(call: &mut Call) -> Results {
    let members = members(call)?;
    let rank = call.rank(members[0]);
    let axis = normalize_axis(call.int_or("axis", -1), rank)?;
    mask_of_concatenation(call, &members, axis)?;
    Ok(vec![call.concat(&members, axis)?])
}

/// A step counts if anything of it does.
fn mask_of_concatenation(call: &mut Call, members: &[Tracked], axis: usize) -> Result<(), String> {
    let masks = call.masks_of_list();
    if masks.iter().all(Option::is_none) || masks.len() != members.len() {
        return Ok(());
    }
    let mut parts = Vec::new();
    for (mask, &member) in masks.into_iter().zip(members) {
        let numbers = match mask {
            Some(mask) => {
                let mut shape = call.shape(mask).to_vec();
                shape.resize(call.rank(member), Dim::Static(1));
                let mask = call.reshape(mask, &shape)?;
                call.cast(mask, ElementType::U8)?
            }
            None => call.scalar(ElementType::U8, 1.0)?,
        };
        let extents = call.shape(member);
        parts.push(call.broadcast(numbers, extents)?);
    }
    let joined = call.concat(&parts, axis)?;
    let last = call.rank(joined) - 1;
    let any = call.reduce("graph.reduce_max", joined, &[last])?;
    let any = call.drop_axes(any, &[last])?;
    let mask = call.cast(any, ElementType::I1)?;
    call.set_mask(0, mask);
    Ok(())
}

/// Products of two tensors summed over one axis of each, example by example.
fn dot(call: &mut Call) -> Results {
    let members = members(call)?;
    let [mut left, mut right] = members[..] else { return Err("a dot product takes two inputs".into()) };
    let axes = call.attribute("axes").ok_or("axes are missing")?;
    let axes = axes.as_i64().map(|axis| vec![axis; 2]).or(axes.as_i64s()).filter(|axes| axes.len() == 2);
    let axes = axes.ok_or("axes must be one axis or two")?;
    let (a, b) = (normalize_axis(axes[0], call.rank(left))?, normalize_axis(axes[1], call.rank(right))?);
    if a == 0 || b == 0 {
        return Err("axis 0 is that of the examples, over which nothing is summed".into());
    }
    if call.is_set("normalize", false) {
        (left, right) = (unit(call, left, &[a], 1e-6)?, unit(call, right, &[b], 1e-6)?);
    }
    let rest =
        |call: &Call, x: Tracked, axis: usize| -> Vec<usize> { (1..call.rank(x)).filter(|&own| own != axis).collect() };
    let (of_left, of_right) = (rest(call, left, a), rest(call, right, b));
    let extents = |call: &Call, x: Tracked, axes: &[usize]| -> Vec<Dim> {
        axes.iter().map(|&axis| call.shape(x)[axis]).collect()
    };
    let (rows, columns) = (extents(call, left, &of_left), extents(call, right, &of_right));
    let (batch, inner) = (call.shape(left)[0], call.shape(left)[a]);
    let left = call.transpose(left, &[&[0], &of_left[..], &[a]].concat())?;
    let left = call.reshape(left, &[batch, dim(element_count(&rows)?)?, inner])?;
    let (other_batch, other_inner) = (call.shape(right)[0], call.shape(right)[b]);
    let right = call.transpose(right, &[&[0, b], &of_right[..]].concat())?;
    let right = call.reshape(right, &[other_batch, other_inner, dim(element_count(&columns)?)?])?;
    let result = product(call, left, right)?;
    let mut shape = [&[batch], &rows[..], &columns].concat();
    if shape.len() == 1 {
        shape.push(Dim::Static(1));
    }
    Ok(vec![call.reshape(result, &shape)?])
}
