//! `StridedSlice`: Python's subscripts.

use crate::conversion::content::Item;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{add, constant, dim, expr, is_less};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::slices::bounds;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("StridedSlice", strided_slice), row("TensorStridedSliceUpdate", update)];

/// What a subscript says of an axis of the operand.
#[derive(Clone, Copy, Debug)]
enum Subscript {
    /// A part, by the place of its numbers in the lists.
    Part { place: usize, has_start: bool, has_end: bool },
    /// One element: the axis is dropped.
    Element { place: usize },
    /// Everything.
    Whole,
}

/// The subscripts of all axes, and where axes of extent 1 are added in the result.
struct Subscripts {
    of_axes: Vec<Subscript>,
    /// The axes of the result: those of the operand, or new ones.
    kept: Vec<Option<usize>>,
}

impl Subscripts {
    fn read(node: &Node, count: usize, rank: usize) -> Result<Subscripts, String> {
        let bit = |name: &str, place: usize| node.int_or(name, 0) >> place & 1 == 1;
        let news = (0..count).filter(|&place| bit("new_axis_mask", place) && !bit("ellipsis_mask", place)).count();
        let ellipses = (0..count).filter(|&place| bit("ellipsis_mask", place)).count();
        if count > 32 || ellipses > 1 {
            return Err("there may be one ellipsis and at most 32 subscripts".into());
        }
        let named = count - news - ellipses;
        let hidden =
            rank.checked_sub(named).ok_or_else(|| format!("{named} subscripts are too many for {rank} axes"))?;
        let (mut of_axes, mut kept) = (Vec::new(), Vec::new());
        for place in 0..count {
            if bit("ellipsis_mask", place) {
                for _ in 0..hidden {
                    kept.push(Some(of_axes.len()));
                    of_axes.push(Subscript::Whole);
                }
            } else if bit("new_axis_mask", place) {
                kept.push(None);
            } else if bit("shrink_axis_mask", place) {
                of_axes.push(Subscript::Element { place });
            } else {
                kept.push(Some(of_axes.len()));
                let (has_start, has_end) = (!bit("begin_mask", place), !bit("end_mask", place));
                of_axes.push(Subscript::Part { place, has_start, has_end });
            }
        }
        while of_axes.len() < rank {
            kept.push(Some(of_axes.len()));
            of_axes.push(Subscript::Whole);
        }
        Ok(Subscripts { of_axes, kept })
    }
}

/// What is known of one element of a list.
fn known(node: &Node, list: Tracked, place: usize) -> Option<DimExpr> {
    node.content(list)?.items.get(place).copied().and_then(Item::to_integer)
}

/// One element of a list, as an expression: a symbol that data gives, if it is not known.
fn number(node: &mut Node, list: Tracked, place: usize) -> Result<DimExpr, String> {
    if let Some(known) = known(node, list, place) {
        return Ok(known);
    }
    let one = node.slice_axis(list, 0, Dim::Static(place as u64), Dim::Static(1))?;
    let values = node.integers_of(one)?;
    values.first().copied().ok_or_else(|| "a subscript is missing".into())
}

fn strided_slice(node: &mut Node) -> Results {
    let (mut x, begin, end) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let steps = node.constant_ints(node.input(3)?, "the strides")?;
    let (own, parts) = node.split_parts(x);
    let mut subscripts = Subscripts::read(node, steps.len(), own.len())?;
    for _ in parts {
        subscripts.kept.push(Some(subscripts.of_axes.len()));
        subscripts.of_axes.push(Subscript::Whole);
    }
    let rank = node.rank(x);
    // Elements at places that data gives are gathered; what is gathered keeps its axis until the end.
    for axis in 0..rank {
        let Subscript::Element { place } = subscripts.of_axes[axis] else { continue };
        if known(node, begin, place).is_some() {
            continue;
        }
        let index = node.slice_axis(begin, 0, Dim::Static(place as u64), Dim::Static(1))?;
        let index = node.cast(index, ElementType::I64)?;
        x = node.emit("graph.gather", &[x, index], &[("axis", attribute(axis as i64))])?;
    }
    let mut shape = node.shape(x).to_vec();
    let (mut from, mut by) = (vec![Dim::Static(0); rank], vec![1i64; rank]);
    for axis in 0..rank {
        let extent = expr(shape[axis])?;
        match subscripts.of_axes[axis] {
            Subscript::Whole => {}
            Subscript::Element { place } => {
                if let Some(index) = known(node, begin, place) {
                    let index = if is_less(index, constant(0)) == Some(true) { add(index, extent)? } else { index };
                    if is_less(index, extent) == Some(false) || is_less(index, constant(0)) == Some(true) {
                        return Err(format!("index {index} is out of range for an axis of {extent}"));
                    }
                    (from[axis], shape[axis]) = (dim(index)?, Dim::Static(1));
                }
            }
            Subscript::Part { place, has_start, has_end } => {
                let step = steps[place];
                let far = constant(i64::MAX);
                let near = constant(i64::MIN + 1);
                let (first, last) = if step > 0 { (constant(0), far) } else { (far, near) };
                let start = if has_start { number(node, begin, place)? } else { first };
                let stop = if has_end { number(node, end, place)? } else { last };
                let (start, length) = bounds(extent, start, stop, step)?;
                (from[axis], shape[axis], by[axis]) = (dim(start)?, dim(length)?, step);
            }
        }
    }
    if shape != node.shape(x) || by.iter().any(|&step| step != 1) {
        let given = [("starts", dims_attribute(&from)), ("steps", attribute(by))];
        x = node.emit_as("graph.slice", &[x], &given, &shape, node.element_type(x))?;
    }
    let kept = subscripts.kept.iter().map(|axis| axis.map_or(Dim::Static(1), |axis| shape[axis]));
    let kept: Vec<Dim> = kept.collect();
    Ok(vec![node.reshape(x, &kept)?])
}

/// A tensor in which what the subscripts name is replaced.
fn update(node: &mut Node) -> Results {
    let (x, begin, end) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let steps = node.constant_ints(node.input(3)?, "the strides")?;
    let mut value = node.input(4)?;
    let subscripts = Subscripts::read(node, steps.len(), node.rank(x))?;
    let shape = node.shape(x).to_vec();
    let mut places = Vec::new();
    let mut extents = Vec::new();
    for (axis, subscript) in subscripts.of_axes.iter().enumerate() {
        let extent = expr(shape[axis])?;
        let (start, length, step) = match *subscript {
            Subscript::Whole => (constant(0), extent, 1),
            Subscript::Element { place } => {
                let index = number(node, begin, place)?;
                let index = if is_less(index, constant(0)) == Some(true) { add(index, extent)? } else { index };
                (index, constant(1), 1)
            }
            Subscript::Part { place, has_start, has_end } => {
                let step = steps[place];
                let (far, near) = (constant(i64::MAX), constant(i64::MIN + 1));
                let (first, last) = if step > 0 { (constant(0), far) } else { (far, near) };
                let start = if has_start { number(node, begin, place)? } else { first };
                let stop = if has_end { number(node, end, place)? } else { last };
                let (start, length) = bounds(extent, start, stop, step)?;
                (start, length, step)
            }
        };
        extents.push(dim(length)?);
        places.push((start, step));
    }
    // The place of each element, axis by axis, as a row of indices.
    let rank = shape.len();
    let mut columns = Vec::new();
    for (axis, &(start, step)) in places.iter().enumerate() {
        let mut line = vec![Dim::Static(1); rank];
        line[axis] = extents[axis];
        let index =
            node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &line, kiln_ir::Type::i64())?;
        let index = node.binary_scalar("graph.multiply", index, step as f64)?;
        let start = node.extent(start);
        let index = node.binary("graph.add", index, start)?;
        let index = node.broadcast(index, &extents)?;
        let column = [extents.as_slice(), &[Dim::Static(1)]].concat();
        columns.push(node.reshape(index, &column)?);
    }
    let indices = node.concat(&columns, rank)?;
    value = node.broadcast(
        value,
        &subscripts.kept.iter().map(|axis| axis.map_or(Dim::Static(1), |axis| extents[axis])).collect::<Vec<_>>(),
    )?;
    let value = node.reshape(value, &extents)?;
    Ok(vec![node.emit("graph.scatter_nd", &[x, indices, value], &[("reduction", attribute("none"))])?])
}
