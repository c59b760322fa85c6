//! `SplitToSequence`, `ConcatFromSequence`.

use super::unroll::{MOST_ROUNDS, element, stack};
use crate::conversion::datum::{Data, Datum, List, Packed, Sequence};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, element_count, expr, multiply, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::packed::known_rank;
use crate::conversion::row::{Results, Row, row, row_of_data};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row_of_data("SplitToSequence", split), row("ConcatFromSequence", concat)];

fn split(node: &mut Node) -> Data {
    let x = node.input(0)?;
    let axis = node.axis(0, node.rank(x))?;
    let Some(lengths) = node.optional(1) else { return Ok(vec![split_whole(node, x, axis)?]) };
    if node.rank(lengths) > 1 {
        return Err(format!("the split must be a scalar or a vector, not of rank {}", node.rank(lengths)));
    }
    let sequence = match node.rank(lengths) {
        0 => split_evenly(node, x, axis, lengths)?,
        _ => match node.shape(lengths)[0].as_static() {
            Some(_) => split_to_list(node, x, axis, lengths)?,
            None => {
                let lengths = node.integer_vector(lengths)?;
                let x = check_lengths(node, x, axis, lengths)?;
                pack_parts(node, x, axis, lengths)?
            }
        },
    };
    Ok(vec![sequence])
}

/// Parts of one element of the axis each, which may be dropped.
fn split_whole(node: &mut Node, x: Tracked, axis: usize) -> Result<Datum, String> {
    let (shape, keeps) = (node.shape(x).to_vec(), node.flag("keepdims", true));
    if let Some(count) = shape[axis].as_static().filter(|&count| count <= MOST_ROUNDS as u64) {
        let mut items = Vec::new();
        for place in 0..count {
            items.push(match keeps {
                true => node.slice_axis(x, axis, Dim::Static(place), Dim::Static(1))?,
                false => element(node, x, axis, place)?,
            });
        }
        return Ok(List::datum(node.element_type(x), items));
    }
    let mut extents = shape.clone();
    match keeps {
        true => extents[axis] = Dim::Static(1),
        false => _ = extents.remove(axis),
    }
    let first: Vec<usize> = std::iter::once(axis).chain((0..shape.len()).filter(|&other| other != axis)).collect();
    let elements = node.transpose(x, &first)?;
    let elements = node.flat(elements)?;
    let row = node.shape_vector(&extents)?;
    let row = node.reshape(row, &[Dim::Static(1), Dim::Static(extents.len() as u64)])?;
    let shapes = node.broadcast(row, &[shape[axis], Dim::Static(extents.len() as u64)])?;
    Ok(Datum::Sequence(Sequence::Packed(Packed { elements, shapes, extents: Some(extents), is_mixed: false })))
}

/// Parts of as many elements each, but for a shorter last one.
fn split_evenly(node: &mut Node, x: Tracked, axis: usize, length: Tracked) -> Result<Datum, String> {
    let whole = expr(node.shape(x)[axis])?;
    let known = node.content(length).and_then(|content| content.items.first()?.to_integer()?.as_constant());
    if known.is_some_and(|length| length < 1) {
        return Err("the parts of a split have one element at least".into());
    }
    if let (Some(length), Some(whole)) = (known, whole.as_constant())
        && whole.div_euclid(length) < MOST_ROUNDS as i64
    {
        let mut items = Vec::new();
        for start in (0..whole).step_by(usize::try_from(length).map_err(|_| "a part is too long")?) {
            let own = dim(constant(length.min(whole - start)))?;
            items.push(node.slice_axis(x, axis, dim(constant(start))?, own)?);
        }
        return Ok(List::datum(node.element_type(x), items));
    }
    let length = node.integer_vector(length)?;
    let length = node.reshape(length, &[])?;
    let extent = node.extent(whole);
    let count = match known {
        Some(length) => whole.ceil_div(constant(length)).ok_or("a part has no element")?,
        None => {
            let is_valid = node.binary_scalar("graph.greater", length, 0.0)?;
            let least = node.clamp(length, Some(1.0), None)?;
            let raised = node.binary("graph.add", extent, least)?;
            let raised = node.binary_scalar("graph.subtract", raised, 1.0)?;
            let count = node.binary("graph.divide", raised, least)?;
            expr(node.bind_valid(is_valid, count, &[dim(whole)?])?[0])?
        }
    };
    let numbers = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[dim(count)?], Type::i64())?;
    let before = node.binary("graph.multiply", numbers, length)?;
    let rest = node.binary("graph.subtract", extent, before)?;
    let lengths = node.binary("graph.minimum", rest, length)?;
    pack_parts(node, x, axis, lengths)
}

/// Parts of as many lengths as there are, each of its own.
fn split_to_list(node: &mut Node, x: Tracked, axis: usize, lengths: Tracked) -> Result<Datum, String> {
    let lengths = node.counts_of(lengths)?;
    let total = lengths.iter().try_fold(constant(0), |total, &length| add(total, length))?;
    let mut shape = node.shape(x).to_vec();
    shape[axis] = dim(total)?;
    let x = node.expect_shape(x, &shape, "the operand")?;
    let (mut start, mut items) = (constant(0), Vec::new());
    for length in lengths {
        items.push(node.slice_axis(x, axis, dim(start)?, dim(length)?)?);
        start = add(start, length)?;
    }
    Ok(List::datum(node.element_type(x), items))
}

/// `x`, whose axis has as many elements as some lengths together, none of which is negative.
fn check_lengths(node: &mut Node, x: Tracked, axis: usize, lengths: Tracked) -> Result<Tracked, String> {
    let is_negative = node.binary_scalar("graph.less", lengths, 0.0)?;
    let negative = node.cast(is_negative, ElementType::I64)?;
    let negative = node.fold_rows("graph.reduce_sum", negative)?;
    let are_valid = node.binary_scalar("graph.equal", negative, 0.0)?;
    let total = node.fold_rows("graph.reduce_sum", lengths)?;
    let mut shape = node.shape(x).to_vec();
    shape[axis] = node.bind_valid(are_valid, total, &[shape[axis]])?[0];
    node.reshape(x, &shape)
}

/// Parts of an axis of these lengths, a vector that is data.
fn pack_parts(node: &mut Node, x: Tracked, axis: usize, lengths: Tracked) -> Result<Datum, String> {
    let shape = node.shape(x).to_vec();
    let count = node.shape(lengths)[0];
    let mut columns = Vec::new();
    for (index, &extent) in shape.iter().enumerate() {
        columns.push(match index == axis {
            true => node.column(lengths)?,
            false => {
                let extent = node.extent(expr(extent)?);
                node.broadcast(extent, &[count, Dim::Static(1)])?
            }
        });
    }
    let shapes = node.concat(&columns, 1)?;
    let mut elements = node.flat(x)?;
    if axis > 0 {
        let places = places_of_parts(node, &shape, axis, lengths)?;
        let zeros = node.filled(node.element_type(x), node.shape(elements))?;
        let given = [("axis", attribute(0i64)), ("reduction", attribute("none"))];
        elements = node.emit("graph.scatter_elements", &[zeros, places, elements], &given)?;
    }
    let mut extents = shape;
    extents[axis] = Dim::Unknown;
    Ok(Datum::Sequence(Sequence::Packed(Packed { elements, shapes, extents: Some(extents), is_mixed: false })))
}

/// Where each element of a tensor is among the elements of its parts, one part after the other: a vector.
fn places_of_parts(node: &mut Node, shape: &[Dim], axis: usize, lengths: Tracked) -> Result<Tracked, String> {
    let (outer, inner) = (element_count(&shape[..axis])?, element_count(&shape[axis + 1..])?);
    let mut numbers =
        |extent: Dim| node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[extent], Type::i64());
    let (rows, along, within) = (numbers(dim(outer)?)?, numbers(shape[axis])?, numbers(dim(inner)?)?);
    let bounds = node.running_total(lengths)?;
    let ends = node.slice_axis(bounds, 0, Dim::Static(1), node.shape(lengths)[0])?;
    let column = node.column(along)?;
    let is_after = node.binary("graph.greater_equal", column, ends)?;
    let is_after = node.cast(is_after, ElementType::I64)?;
    let part = node.reduce("graph.reduce_sum", is_after, &[1])?;
    let part = node.reshape(part, &[shape[axis]])?;
    let on_first = [("axis", attribute(0i64))];
    let start = node.emit("graph.gather", &[bounds, part], &on_first)?;
    let length = node.emit("graph.gather", &[lengths, part], &on_first)?;
    let local = node.binary("graph.subtract", along, start)?;
    let (outer, inner) = (node.extent(outer), node.extent(inner));
    // All of the parts before, then the rows before in this part, then those before in this row.
    let before = node.binary("graph.multiply", start, outer)?;
    let rows = node.column(rows)?;
    let in_part = node.binary("graph.multiply", rows, length)?;
    let in_part = node.binary("graph.add", in_part, local)?;
    let place = node.binary("graph.add", in_part, before)?;
    let place = node.binary("graph.multiply", place, inner)?;
    let place = node.column(place)?;
    let place = node.binary("graph.add", place, within)?;
    node.flat(place)
}

fn concat(node: &mut Node) -> Results {
    let axis = node.int("axis").ok_or("attribute \"axis\" is missing")?;
    let is_new = node.flag("new_axis", false);
    let packed = match node.sequence(0)? {
        Sequence::List(list) => {
            let &first = list.items.first().ok_or("the sequence is empty: there is nothing to concatenate")?;
            if is_new {
                return Ok(vec![stack(node, &list.items, axis)?]);
            }
            let axis = normalize_axis(axis, node.rank(first))?;
            return Ok(vec![node.concat(&list.items, axis)?]);
        }
        sequence => node.pack(&sequence, 0)?,
    };
    let rank = known_rank(&packed)?.len();
    Ok(vec![match is_new {
        true => stack_packed(node, &packed, normalize_axis(axis, rank + 1)?)?,
        false => concat_packed(node, &packed, normalize_axis(axis, rank)?)?,
    }])
}

/// The elements side by side along a new axis.
fn stack_packed(node: &mut Node, packed: &Packed, axis: usize) -> Result<Tracked, String> {
    let extents = agreed_extents(node, packed, None)?;
    let stacked = [&[dim(node.packed_count(packed)?)?], extents.as_slice()].concat();
    let stacked = node.reshape(packed.elements, &stacked)?;
    let permutation: Vec<usize> = (1..=axis).chain([0]).chain(axis + 1..=extents.len()).collect();
    node.transpose(stacked, &permutation)
}

/// The elements side by side along an axis that they have.
fn concat_packed(node: &mut Node, packed: &Packed, axis: usize) -> Result<Tracked, String> {
    let mut shape = agreed_extents(node, packed, Some(axis))?;
    if let Some(extents) = packed.common() {
        let count = node.packed_count(packed)?;
        let stacked = node.reshape(packed.elements, &[&[dim(count)?], extents].concat())?;
        let permutation: Vec<usize> = (1..=axis).chain([0]).chain(axis + 1..=extents.len()).collect();
        let joined = node.transpose(stacked, &permutation)?;
        shape[axis] = dim(multiply(count, expr(extents[axis])?)?)?;
        return node.reshape(joined, &shape);
    }
    let count = node.shape(packed.shapes)[0];
    let lengths = node.slice_axis(packed.shapes, 1, Dim::Static(axis as u64), Dim::Static(1))?;
    let lengths = node.reshape(lengths, &[count])?;
    let total = node.fold_rows("graph.reduce_sum", lengths)?;
    shape[axis] = node.bind_shape(total, &[Dim::Unknown])?[0];
    if axis == 0 {
        return node.reshape(packed.elements, &shape);
    }
    let places = places_of_parts(node, &shape, axis, lengths)?;
    let elements = node.emit("graph.gather", &[packed.elements, places], &[("axis", attribute(0i64))])?;
    node.reshape(elements, &shape)
}

/// The extents that all elements must have, but along an axis.
fn agreed_extents(node: &mut Node, packed: &Packed, but: Option<usize>) -> Result<Vec<Dim>, String> {
    let mut extents = known_rank(packed)?.to_vec();
    let open: Vec<usize> =
        (0..extents.len()).filter(|&axis| extents[axis] == Dim::Unknown && but != Some(axis)).collect();
    if open.is_empty() {
        return Ok(extents);
    }
    let places = node.vector(open.iter().map(|&axis| constant(axis as i64)).collect());
    let columns = node.emit("graph.gather", &[packed.shapes, places], &[("axis", attribute(1i64))])?;
    // Of no elements, the two differ.
    let (least, most) = (node.fold_rows("graph.reduce_min", columns)?, node.fold_rows("graph.reduce_max", columns)?);
    let agree = node.binary("graph.equal", least, most)?;
    let bound = node.bind_valid(agree, most, &vec![Dim::Unknown; open.len()])?;
    for (axis, extent) in open.into_iter().zip(bound) {
        extents[axis] = extent;
    }
    Ok(extents)
}
