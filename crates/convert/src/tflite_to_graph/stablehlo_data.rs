//! Operators of StableHLO that move elements: parts at places that data says, padding, sorting.
//!
//! Gathers and scatters of any kind go by the number of each element of the operand, row by row.

use super::movement::dilated;
use super::scattering::{Place, combined, numbers};
use crate::conversion::branch::convert_region;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{constant, dim, element_count, expr, normalize_axis, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("STABLEHLO_DYNAMIC_SLICE", dynamic_slice),
    row("STABLEHLO_DYNAMIC_UPDATE_SLICE", dynamic_update_slice),
    row("STABLEHLO_GATHER", gather),
    row("STABLEHLO_PAD", pad),
    row("STABLEHLO_SCATTER", scatter),
    row("STABLEHLO_SORT", sort),
];

/// An option that is a list of axes of a tensor of `rank`.
fn axes(node: &Node, name: &str, rank: usize) -> Result<Vec<usize>, String> {
    let axes = node.ints(name).unwrap_or_default();
    axes.into_iter().map(|axis| normalize_axis(axis, rank)).collect()
}

/// A list of as many numbers as there are axes.
pub(crate) fn list(node: &Node, name: &str, count: usize, absent: i64) -> Result<Vec<i64>, String> {
    match node.ints(name) {
        None => Ok(vec![absent; count]),
        Some(values) if values.len() == count => Ok(values),
        Some(values) => Err(format!("{name} {values:?} must have {count} numbers")),
    }
}

/// A place at which a part of `size` lies inside of an extent.
fn inside(node: &mut Node, start: Tracked, extent: Dim, size: DimExpr) -> Result<Tracked, String> {
    let start = node.cast(start, ElementType::I64)?;
    let most = node.extent(subtract(expr(extent)?, size)?);
    let start = node.binary("graph.minimum", start, most)?;
    node.clamp(start, Some(0.0), None)
}

fn dynamic_slice(node: &mut Node) -> Results {
    let mut x = node.input(0)?;
    let sizes = list(node, "slice_sizes", node.rank(x), 0)?;
    for (axis, size) in sizes.into_iter().enumerate() {
        let start = node.input(axis + 1)?;
        let start = node.reshape(start, &[])?;
        let start = inside(node, start, node.shape(x)[axis], constant(size))?;
        let places = numbers(node, 0, 1, dim(constant(size))?)?;
        let places = node.binary("graph.add", places, start)?;
        x = node.emit("graph.gather", &[x, places], &[("axis", attribute(axis as i64))])?;
    }
    Ok(vec![x])
}

fn dynamic_update_slice(node: &mut Node) -> Results {
    let (x, update) = (node.input(0)?, node.input(1)?);
    let mut starts = Vec::new();
    for axis in 0..node.rank(x) {
        let start = node.input(axis + 2)?;
        let start = node.cast(start, ElementType::I64)?;
        starts.push(node.reshape(start, &[Dim::Static(1)])?);
    }
    if starts.is_empty() {
        return Ok(vec![update]);
    }
    let starts = node.concat(&starts, 0)?;
    Ok(vec![super::movement::replaced(node, x, update, starts)?])
}

/// The indices along one axis of the tuples that `indices` has along another.
fn index(node: &mut Node, indices: Tracked, vector: usize, place: usize) -> Result<Tracked, String> {
    if vector == node.rank(indices) {
        return Ok(indices);
    }
    let part = node.slice_axis(indices, vector, Dim::Static(place as u64), Dim::Static(1))?;
    node.drop_axes(part, &[vector])
}

/// What stands along the axes `along` of a tensor of `rank` axes, with an extent of 1 along all others.
fn spread(node: &mut Node, x: Tracked, along: &[usize], rank: usize) -> Result<Tracked, String> {
    let mut shape = vec![Dim::Static(1); rank];
    if node.rank(x) != along.len() {
        return Err(format!("indices of {} axes do not fit {} axes", node.rank(x), along.len()));
    }
    for (&axis, &extent) in along.iter().zip(node.shape(x)) {
        *shape.get_mut(axis).ok_or("an axis is out of range")? = extent;
    }
    node.reshape(x, &shape)
}

/// The axis along which `indices` has tuples: it may be one that is not there, of extent 1.
fn vector_axis(node: &Node, indices: Tracked) -> Result<usize, String> {
    normalize_axis(node.option_int("index_vector_dim"), node.rank(indices) + 1)
}

fn gather(node: &mut Node) -> Results {
    let (x, indices) = (node.input(0)?, node.input(1)?);
    let rank = node.rank(x);
    let vector = vector_axis(node, indices)?;
    let (sizes, map) = (list(node, "slice_sizes", rank, 1)?, axes(node, "start_index_map", rank)?);
    let collapsed = axes(node, "collapsed_slice_dims", rank)?;
    let kept: Vec<usize> = (0..rank).filter(|axis| !collapsed.contains(axis)).collect();
    let batches = node.rank(indices) - usize::from(vector < node.rank(indices));
    let total = batches + kept.len();
    let offsets = axes(node, "offset_dims", total)?;
    if offsets.len() != kept.len() {
        return Err(format!("{} axes of slices do not fit {} of the result", kept.len(), offsets.len()));
    }
    let batch_axes: Vec<usize> = (0..total).filter(|axis| !offsets.contains(axis)).collect();
    let mut places = Vec::new();
    for (axis, &size) in sizes.iter().enumerate() {
        let mut place = None;
        if let Some(position) = map.iter().position(|&mapped| mapped == axis) {
            let start = index(node, indices, vector, position)?;
            let start = inside(node, start, node.shape(x)[axis], constant(size))?;
            place = Some(spread(node, start, &batch_axes, total)?);
        }
        if let Some(position) = kept.iter().position(|&other| other == axis) {
            let own = numbers(node, offsets[position], total, dim(constant(size))?)?;
            place = Some(match place {
                Some(start) => node.binary("graph.add", start, own)?,
                None => own,
            });
        }
        places.push(place);
    }
    let flat = Place { at: places, shape: node.shape(x).to_vec() }.number(node)?;
    let all = dim(element_count(node.shape(x))?)?;
    let elements = node.reshape(x, &[all])?;
    let taken = node.emit("graph.gather", &[elements, flat], &[("axis", attribute(0i64))])?;
    // Axes along which nothing differs.
    let batch_shape: Vec<Dim> =
        node.shape(indices).iter().enumerate().filter(|(axis, _)| *axis != vector).map(|(_, dim)| *dim).collect();
    let mut shape = vec![Dim::Static(1); total];
    for (&axis, &extent) in batch_axes.iter().zip(&batch_shape) {
        shape[axis] = extent;
    }
    for (&axis, &own) in offsets.iter().zip(&kept) {
        shape[axis] = dim(constant(sizes[own]))?;
    }
    let padded = vec![Dim::Static(1); total.saturating_sub(node.rank(taken))];
    let taken = node.reshape(taken, &[padded.as_slice(), node.shape(taken)].concat())?;
    Ok(vec![node.broadcast(taken, &shape)?])
}

/// The name of the op that a region of two scalars is, of the graph dialect and of scatters.
pub(crate) fn combiner(node: &Node, region: usize) -> Option<(&'static str, &'static str)> {
    let module = &node.conversion.module;
    let block = module.entry_block(*module.regions(node.op).get(region)?)?;
    let arguments = module.arguments(block);
    let ops = module.ops_of(block);
    match *ops.as_slice() {
        // The second argument is what stays.
        [end] => {
            let is_second = arguments.len() == 2 && module.operands(end) == [arguments[1]];
            is_second.then_some(("", "none"))
        }
        [op, end] => {
            let operands = module.operands(op);
            let takes_both = operands.len() == 2
                && arguments.len() == 2
                && operands.contains(&arguments[0])
                && operands.contains(&arguments[1]);
            if !takes_both || module.operands(end) != [module.results(op).first().copied()?] {
                return None;
            }
            match module.name(op).as_str() {
                "tflite.STABLEHLO_ADD" | "tflite.ADD" => Some(("graph.add", "add")),
                "tflite.STABLEHLO_MULTIPLY" | "tflite.MUL" => Some(("graph.multiply", "mul")),
                "tflite.STABLEHLO_MAXIMUM" | "tflite.MAXIMUM" => Some(("graph.maximum", "max")),
                "tflite.STABLEHLO_MINIMUM" | "tflite.MINIMUM" => Some(("graph.minimum", "min")),
                "tflite.STABLEHLO_AND" | "tflite.LOGICAL_AND" => Some(("graph.and", "min")),
                "tflite.STABLEHLO_OR" | "tflite.LOGICAL_OR" => Some(("graph.or", "max")),
                _ => None,
            }
        }
        _ => None,
    }
}

/// Elements stored, or combined with those there; what lies outside is dropped.
fn scatter(node: &mut Node) -> Results {
    let (x, indices, updates) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let (_, how) = combiner(node, 0).ok_or(
        "what it does with two elements is not one of: the second, sum, product, \
                                           maximum, minimum, and, or",
    )?;
    let (rank, total) = (node.rank(x), node.rank(updates));
    let vector = vector_axis(node, indices)?;
    let window = axes(node, "update_window_dims", total)?;
    let inserted = axes(node, "inserted_window_dims", rank)?;
    let map = axes(node, "scatter_dims_to_operand_dims", rank)?;
    let kept: Vec<usize> = (0..rank).filter(|axis| !inserted.contains(axis)).collect();
    if window.len() != kept.len() {
        return Err(format!("{} axes of windows do not fit {} of the operand", window.len(), kept.len()));
    }
    let batch_axes: Vec<usize> = (0..total).filter(|axis| !window.contains(axis)).collect();
    let mut places = Vec::new();
    for axis in 0..rank {
        let mut place = None;
        if let Some(position) = map.iter().position(|&mapped| mapped == axis) {
            let start = index(node, indices, vector, position)?;
            let start = node.cast(start, ElementType::I64)?;
            place = Some(spread(node, start, &batch_axes, total)?);
        }
        if let Some(position) = kept.iter().position(|&other| other == axis) {
            let own = numbers(node, window[position], total, node.shape(updates)[window[position]])?;
            place = Some(match place {
                Some(start) => node.binary("graph.add", start, own)?,
                None => own,
            });
        }
        places.push(place);
    }
    let place = Place { at: places, shape: node.shape(x).to_vec() };
    Ok(vec![combined(node, x, &place, updates, how)?])
}

/// Padding around and between elements; what is negative cuts.
fn pad(node: &mut Node) -> Results {
    let (x, value) = (node.input(0)?, node.input(1)?);
    let rank = node.rank(x);
    let inner = list(node, "interior_padding", rank, 0)?;
    let steps = inner.iter().map(|inner| inner.checked_add(1).ok_or("padding is too large"));
    let steps = steps.collect::<Result<Vec<i64>, _>>()?;
    let x = dilated(node, x, &steps, value)?;
    let (low, high) = (list(node, "edge_padding_low", rank, 0)?, list(node, "edge_padding_high", rank, 0)?);
    Ok(vec![padded(node, x, value, &low, &high)?])
}

/// Padded on both sides of each axis, or cut where a number is negative.
pub(crate) fn padded(
    node: &mut Node,
    mut x: Tracked,
    value: Tracked,
    low: &[i64],
    high: &[i64],
) -> Result<Tracked, String> {
    for (axis, (&low, &high)) in low.iter().zip(high).enumerate() {
        let (before, after) = (low.min(0), high.min(0));
        if (before, after) != (0, 0) {
            let start = before.checked_neg().ok_or("padding is too large")?;
            let length = expr(node.shape(x)[axis])?.checked_add(constant(before));
            let length = length.and_then(|length| length.checked_add(constant(after))).ok_or("padding is too large")?;
            x = node.slice_axis(x, axis, dim(constant(start))?, dim(length)?)?;
        }
    }
    let sides = |pads: &[i64]| pads.iter().map(|&pad| Dim::Static(pad.max(0) as u64)).collect::<Vec<_>>();
    let (low, high) = (sides(low), sides(high));
    if low.iter().chain(&high).all(|pad| pad.is(0)) {
        return Ok(x);
    }
    let value = node.reshape(value, &[])?;
    let given = [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute("constant"))];
    node.emit("graph.pad", &[x, value], &given)
}

/// The largest axis whose elements are compared with each other all at once.
const MOST_COMPARED: u64 = 4096;

/// Operands are moved together, as the comparison of the elements of all of them says.
fn sort(node: &mut Node) -> Results {
    let inputs = node.inputs()?;
    let first = *inputs.first().ok_or("there is nothing to sort")?;
    let axis = normalize_axis(node.option_int("dimension"), node.rank(first))?;
    let extent = node.shape(first)[axis];
    if let Some((key, largest)) = sort_key(node, inputs.len())
        && node.element(inputs[key]) != ElementType::I1
    {
        let given = [
            ("axis", attribute(axis as i64)),
            ("k", dims_attribute(&[extent])),
            ("largest", attribute(largest)),
            ("sorted", attribute(true)),
        ];
        let places = node.emit_many("graph.top_k", &[inputs[key]], &given)?[1];
        let taken = |&input| node.emit("graph.gather_elements", &[input, places], &[("axis", attribute(axis as i64))]);
        return inputs.iter().map(taken).collect();
    }
    let count = extent.as_static().filter(|&count| count <= MOST_COMPARED);
    count.ok_or_else(|| format!("an axis of {extent} is too long for this comparison: at most {MOST_COMPARED} fit"))?;
    let places = places_by_comparison(node, &inputs, axis)?;
    let stored = |&input: &Tracked| {
        let given = [("axis", attribute(axis as i64)), ("reduction", attribute("none"))];
        node.emit("graph.scatter_elements", &[input, places, input], &given)
    };
    inputs.iter().map(stored).collect()
}

/// Which operand alone is compared, and whether the largest come first.
fn sort_key(node: &Node, count: usize) -> Option<(usize, bool)> {
    let module = &node.conversion.module;
    let block = module.entry_block(*module.regions(node.op).first()?)?;
    let arguments = module.arguments(block);
    let &[op, end] = module.ops_of(block).as_slice() else { return None };
    let &[left, right] = module.operands(op) else { return None };
    if module.operands(end) != [module.results(op).first().copied()?] || arguments.len() != 2 * count {
        return None;
    }
    let place = |value| arguments.iter().position(|&argument| argument == value);
    let (left, right) = (place(left)?, place(right)?);
    let direction = module.attribute(op, "comparison_direction").and_then(|word| word.as_str());
    let is_largest = match (module.name(op).as_str(), direction) {
        ("tflite.STABLEHLO_COMPARE", Some("LT")) | ("tflite.LESS", _) => false,
        ("tflite.STABLEHLO_COMPARE", Some("GT")) | ("tflite.GREATER", _) => true,
        _ => return None,
    };
    match (left % 2, left / 2 == right / 2) {
        (0, true) if right == left + 1 => Some((left / 2, is_largest)),
        (1, true) if left == right + 1 => Some((right / 2, !is_largest)),
        _ => None,
    }
}

/// Where each element goes: behind all that the comparison puts before it, and behind equal ones that stand before it.
fn places_by_comparison(node: &mut Node, inputs: &[Tracked], axis: usize) -> Result<Tracked, String> {
    // Each element along one axis, and all again along a new one behind it.
    let mut arguments = Vec::new();
    for &input in inputs {
        let shape = node.shape(input).to_vec();
        let (mut own, mut other) = (shape.clone(), shape);
        own.insert(axis + 1, Dim::Static(1));
        other.insert(axis, Dim::Static(1));
        arguments.push(node.reshape(input, &own)?);
        arguments.push(node.reshape(input, &other)?);
    }
    let shape = node.shape(inputs[0]).to_vec();
    let rank = shape.len() + 1;
    let before = convert_region(node, 0, &arguments)?;
    let &[comes_before] = before.as_slice() else { return Err("a comparison gives one value".into()) };
    // The other way round: the same, with both axes exchanged.
    let mut order: Vec<usize> = (0..rank).collect();
    order.swap(axis, axis + 1);
    let all = [&shape[..=axis], &[shape[axis]], &shape[axis + 1..]].concat();
    let comes_before = node.broadcast(comes_before, &all)?;
    let comes_behind = node.transpose(comes_before, &order)?;
    let (own, other) = (numbers(node, axis, rank, shape[axis])?, numbers(node, axis + 1, rank, shape[axis])?);
    let is_earlier = node.binary("graph.less", other, own)?;
    let is_not_before = node.unary("graph.not", comes_before)?;
    let stays = node.binary("graph.and", is_not_before, is_earlier)?;
    let precedes = node.binary("graph.or", comes_behind, stays)?;
    let ones = node.cast(precedes, ElementType::I64)?;
    let count = node.reduce("graph.reduce_sum", ones, &[axis + 1])?;
    node.drop_axes(count, &[axis + 1])
}
