//! What places elements by data: the largest, those that are true, sums of segments, boxes that are kept.

use super::quantize::dequantized;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{constant, dim, element_count};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::scalar::{Scalar, tensor_of};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("TOPK_V2", top_k),
    row("WHERE", indices_of_true),
    row("SCATTER_ND", scatter),
    row("SPARSE_TO_DENSE", sparse_to_dense),
    row("SEGMENT_SUM", |node| {
        let (x, ids) = (node.input(0)?, node.input(1)?);
        let wide = node.cast(ids, ElementType::I64)?;
        let most = node.reduce("graph.reduce_max", wide, &[0])?;
        let count = node.binary_scalar("graph.add", most, 1.0)?;
        let count = *node.extents_of(count)?.first().ok_or("there are no segments")?;
        Ok(vec![segments(node, x, ids, count, "add")?])
    }),
    row("UNSORTED_SEGMENT_SUM", |node| unsorted(node, "add")),
    row("UNSORTED_SEGMENT_PROD", |node| unsorted(node, "mul")),
    row("UNSORTED_SEGMENT_MAX", |node| unsorted(node, "max")),
    row("UNSORTED_SEGMENT_MIN", |node| unsorted(node, "min")),
    row("EMBEDDING_LOOKUP", embedding_lookup),
    row("NON_MAX_SUPPRESSION_V4", |node| non_max_suppression(node, false)),
    row("NON_MAX_SUPPRESSION_V5", |node| non_max_suppression(node, true)),
];

fn top_k(node: &mut Node) -> Results {
    let (x, k) = (node.input(0)?, node.input(1)?);
    let k = node.extents_of(k)?;
    let axis = super::normalization::last_axis(node, x)?;
    let given = [
        ("axis", attribute(axis as i64)),
        ("k", dims_attribute(&k)),
        ("largest", attribute(true)),
        ("sorted", attribute(true)),
    ];
    let found = node.emit_many("graph.top_k", &[x], &given)?;
    let element = node.result_element(1)?;
    Ok(vec![found[0], node.cast(found[1], element)?])
}

/// The coordinates of each element that is not zero, in a line each.
fn indices_of_true(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let shape = node.shape(x).to_vec();
    let mask = node.cast(x, ElementType::I1)?;
    let mask = node.reshape(mask, &[dim(element_count(&shape)?)?])?;
    let found = node.nonzero(mask)?;
    let count = node.shape(found)[0];
    let mut columns = Vec::new();
    for column in node.coordinates(found, &shape)? {
        columns.push(node.reshape(column, &[count, Dim::Static(1)])?);
    }
    Ok(vec![node.concat(&columns, 1)?])
}

/// A tensor of one number.
fn filled(node: &mut Node, element: ElementType, value: Scalar, shape: &[Dim]) -> Result<Tracked, String> {
    let number = tensor_of(element, &[], &[value]).ok_or("elements of this type are not supported")?;
    let number = node.tensor(number)?;
    node.broadcast(number, shape)
}

fn scatter(node: &mut Node) -> Results {
    let (indices, updates, shape) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let shape = node.extents_of(shape)?;
    let element = node.element(updates);
    let is_truth = element == ElementType::I1;
    let updates = if is_truth { node.cast(updates, ElementType::U8)? } else { updates };
    let zeros = filled(node, node.element(updates), Scalar::Integer(0), &shape)?;
    let sum = node.emit("graph.scatter_nd", &[zeros, indices, updates], &[("reduction", attribute("add"))])?;
    Ok(vec![node.cast(sum, element)?])
}

/// Values at places: one number a place, or a line of as many as there are axes.
fn sparse_to_dense(node: &mut Node) -> Results {
    let (indices, shape, values, default) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let shape = node.extents_of(shape)?;
    let (count, width) = match node.shape(indices) {
        [] => (Dim::Static(1), Dim::Static(1)),
        &[count] if shape.len() == 1 => (count, Dim::Static(1)),
        &[width] => (Dim::Static(1), width),
        &[count, width] => (count, width),
        _ => return Err("the indices must have at most 2 axes".into()),
    };
    let indices = node.reshape(indices, &[count, width])?;
    let values = match node.shape(values) {
        [] => node.broadcast(values, &[count])?,
        _ => values,
    };
    let default = node.reshape(default, &[])?;
    let background = node.broadcast(default, &shape)?;
    let given = [("reduction", attribute("none"))];
    Ok(vec![node.emit("graph.scatter_nd", &[background, indices, values], &given)?])
}

/// The elements of the same number, combined.
fn segments(node: &mut Node, x: Tracked, ids: Tracked, count: Dim, how: &str) -> Result<Tracked, String> {
    let element = node.element(x);
    let (own, places) = (node.shape(x).to_vec(), node.shape(ids).to_vec());
    if own.len() < places.len() {
        return Err("there are more segment numbers than elements".into());
    }
    let lines = dim(element_count(&places)?)?;
    let inner = &own[places.len()..];
    let x = node.reshape(x, &[&[lines], inner].concat())?;
    // Numbers below 0 are of no segment: they go to one more, which is dropped.
    let more = dim(crate::conversion::extent::add(crate::conversion::extent::expr(count)?, constant(1))?)?;
    let ids = node.cast(ids, ElementType::I64)?;
    let ids = node.reshape(ids, &[lines, Dim::Static(1)])?;
    let is_none = node.binary_scalar("graph.less", ids, 0.0)?;
    let last = node.extent(crate::conversion::extent::expr(count)?);
    let ids = node.select(is_none, last, ids)?;
    let (low, high) = kiln_tensor::scalar::integer_range(element);
    let extreme = |sign: f64, bound: i128| match element.is_float() {
        true => Scalar::Float(sign * f64::from(f32::MAX)),
        false => Scalar::Integer(bound),
    };
    let initial = match how {
        "add" => Scalar::Integer(0),
        "mul" => Scalar::Integer(1),
        "max" => extreme(-1.0, low),
        _ => extreme(1.0, high),
    };
    let initial = filled(node, element, initial, &[&[more], inner].concat())?;
    let all = node.emit("graph.scatter_nd", &[initial, ids, x], &[("reduction", attribute(how))])?;
    node.slice_axis(all, 0, Dim::Static(0), count)
}

fn unsorted(node: &mut Node, how: &str) -> Results {
    let (x, ids, count) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let count = *node.extents_of(count)?.first().ok_or("the number of segments is missing")?;
    Ok(vec![segments(node, x, ids, count, how)?])
}

fn embedding_lookup(node: &mut Node) -> Results {
    let (ids, table) = (node.input(0)?, node.input(1)?);
    let lines = node.emit("graph.gather", &[table, ids], &[("axis", attribute(0i64))])?;
    match node.operand_quantization(1) {
        Some(scales) if node.result_element(0)?.is_float() && !scales.is_per_channel() => {
            Ok(vec![dequantized(node, lines, &scales)?])
        }
        Some(scales) if node.result_element(0)?.is_float() && scales.axis == 0 => {
            let factors = node.tensor(Tensor::from_values(&[scales.scales.len()], &scales.scales))?;
            let factors = node.emit("graph.gather", &[factors, ids], &[("axis", attribute(0i64))])?;
            let mut shape = node.shape(factors).to_vec();
            shape.resize(node.rank(lines), Dim::Static(1));
            let factors = node.reshape(factors, &shape)?;
            let floats = node.cast(lines, ElementType::F32)?;
            Ok(vec![node.binary("graph.multiply", floats, factors)?])
        }
        _ => Ok(vec![lines]),
    }
}

/// The boxes that are kept, best first, then zeros; how many there are; with scores, these as well.
fn non_max_suppression(node: &mut Node, with_scores: bool) -> Results {
    let (boxes, scores, most) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let (overlap, threshold) = (node.input(3)?, node.input(4)?);
    if let Some(deviation) = node.optional(5).filter(|_| with_scores)
        && node.constant_floats(deviation, "the deviation")?.first() != Some(&0.0)
    {
        return Err("boxes whose scores are lowered, not dropped, are not supported".into());
    }
    let &[count, _] = node.shape(boxes) else { return Err("the boxes must be a matrix".into()) };
    let limit = *node.extents_of(most)?.first().ok_or("the number of boxes is missing")?;
    let one = Dim::Static(1);
    let boxes = node.reshape(boxes, &[one, count, Dim::Static(4)])?;
    let lines = node.reshape(scores, &[one, one, count])?;
    let most = node.cast(most, ElementType::I64)?;
    let (most, overlap, threshold) =
        (node.reshape(most, &[])?, node.reshape(overlap, &[])?, node.reshape(threshold, &[])?);
    let given = [("center_point_box", attribute(false))];
    let operands = [boxes, lines, most, overlap, threshold];
    let kept = node.emit_as("graph.non_max_suppression", &operands, &given, &[one, one, count], Type::i64())?;
    let kept = node.reshape(kept, &[count])?;
    let is_kept = node.binary_scalar("graph.greater_equal", kept, 0.0)?;
    let ones = node.cast(is_kept, ElementType::I32)?;
    let valid = node.reduce("graph.reduce_sum", ones, &[0])?;
    let valid = node.reshape(valid, &[])?;
    let indices = node.clamp(kept, Some(0.0), None)?;
    let mut results = vec![resized(node, indices, limit)?];
    results[0] = node.cast(results[0], ElementType::I32)?;
    if with_scores {
        let taken = node.emit("graph.gather", &[scores, indices], &[("axis", attribute(0i64))])?;
        let zero = node.tensor(Tensor::scalar(0f32))?;
        let taken = node.select(is_kept, taken, zero)?;
        results.push(resized(node, taken, limit)?);
    }
    results.push(valid);
    Ok(results)
}

/// The first elements of a vector, and zeros behind them if it is shorter.
fn resized(node: &mut Node, x: Tracked, length: Dim) -> Result<Tracked, String> {
    let (Some(own), Some(wanted)) = (node.shape(x)[0].as_static(), length.as_static()) else {
        return Err("the number of boxes must be known".into());
    };
    if own >= wanted {
        return node.slice_axis(x, 0, Dim::Static(0), length);
    }
    let given = [
        ("low", dims_attribute(&[Dim::Static(0)])),
        ("high", dims_attribute(&[Dim::Static(wanted - own)])),
        ("mode", attribute("constant")),
    ];
    node.emit("graph.pad", &[x], &given)
}
