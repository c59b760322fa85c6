//! Reductions of StableHLO: along whole axes, and in windows that slide over all axes.
//!
//! Windows are reduced axis by axis, since what combines two elements may take them in any order.

use super::movement::dilated;
use super::scattering::numbers;
use super::stablehlo_data::{combiner, list, padded};
use crate::conversion::branch::convert_region;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, expr, floor_divide, maximum, multiply, normalize_axes, subtract};
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] =
    &[row("STABLEHLO_REDUCE", reduce), row("STABLEHLO_REDUCE_WINDOW", stablehlo_window), row("REDUCE_WINDOW", window)];

/// The most elements of a window along an axis that are combined one by one, without a loop.
const MOST_UNROLLED: u64 = 16;

/// The reduction along whole axes that combines elements as an op does.
fn reduction(op: &str) -> &'static str {
    match op {
        "graph.add" => "graph.reduce_sum",
        "graph.multiply" => "graph.reduce_product",
        "graph.maximum" | "graph.or" => "graph.reduce_max",
        _ => "graph.reduce_min",
    }
}

/// Operands, then what each begins with.
fn reduce(node: &mut Node) -> Results {
    let inputs = node.inputs()?;
    let (operands, initial) = inputs.split_at(inputs.len() / 2);
    let first = *operands.first().ok_or("there is nothing to reduce")?;
    let axes = normalize_axes(&node.ints("dimensions").unwrap_or_default(), node.rank(first))?;
    let is_bits =
        |node: &Node, op: &str| matches!(op, "graph.and" | "graph.or") && node.element(first) != ElementType::I1;
    if let (Some((op, _)), [x], [begin]) = (combiner(node, 0), operands, initial)
        && !op.is_empty()
        && !is_bits(node, op)
    {
        let reduced = node.reduce(reduction(op), *x, &axes)?;
        let reduced = node.drop_axes(reduced, &axes)?;
        let begin = node.reshape(*begin, &[])?;
        return Ok(vec![node.binary(op, reduced, begin)?]);
    }
    by_rounds(node, operands, initial, &axes)
}

/// The reduction by a region of any kind: a round for each element of the axes that are reduced.
fn by_rounds(node: &mut Node, operands: &[Tracked], initial: &[Tracked], axes: &[usize]) -> Results {
    let mut lines = Vec::new();
    let mut begins = Vec::new();
    let mut rounds = constant(1);
    for (&operand, &begin) in operands.iter().zip(initial) {
        let shape = node.shape(operand).to_vec();
        let kept: Vec<usize> = (0..shape.len()).filter(|axis| !axes.contains(axis)).collect();
        let kept_shape: Vec<Dim> = kept.iter().map(|&axis| shape[axis]).collect();
        rounds = constant(1);
        for &axis in axes {
            rounds = multiply(rounds, expr(shape[axis])?)?;
        }
        let moved = node.transpose(operand, &[axes, &kept].concat())?;
        lines.push(node.reshape(moved, &[&[dim(rounds)?], kept_shape.as_slice()].concat())?);
        let begin = node.reshape(begin, &[])?;
        begins.push(node.broadcast(begin, &kept_shape)?);
    }
    let rolled = Rolled {
        rounds: Some(dim(rounds)?),
        start: None,
        initial: begins,
        is_certain: true,
        counts: false,
        growing: 0,
        declared: node.output_count(),
    };
    node.roll(rolled, |node, round, carried| {
        let mut arguments = carried.to_vec();
        for &line in &lines {
            arguments.push(node.emit("graph.gather", &[line, round], &[("axis", attribute(0i64))])?);
        }
        let next = convert_region(node, 0, &arguments)?;
        // What does not depend on the elements has no axes.
        next.into_iter().zip(carried).map(|(next, &before)| node.broadcast(next, node.shape(before))).collect()
    })
}

/// Windows over a tensor.
struct Windows {
    sizes: Vec<i64>,
    strides: Vec<i64>,
    dilations: Vec<i64>,
}

impl Windows {
    /// What `op` makes of the elements of each window, from `begin` on.
    fn reduced(&self, node: &mut Node, x: Tracked, begin: Tracked, op: &str) -> Result<Tracked, String> {
        let lists = [&self.sizes, &self.strides, &self.dilations];
        if lists.iter().any(|list| list.len() != node.rank(x) || list.iter().any(|value| !(1..1 << 31).contains(value)))
        {
            return Err(format!("a window of {:?} by {:?} does not fit", self.sizes, self.strides));
        }
        let mut y = x;
        for axis in 0..node.rank(x) {
            y = self.along(node, y, axis, op)?;
        }
        let begin = node.reshape(begin, &[])?;
        node.binary(op, y, begin)
    }

    fn along(&self, node: &mut Node, x: Tracked, axis: usize, op: &str) -> Result<Tracked, String> {
        let (size, stride, dilation) = (self.sizes[axis], self.strides[axis], self.dilations[axis]);
        if (size, stride) == (1, 1) {
            return Ok(x);
        }
        let extent = expr(node.shape(x)[axis])?;
        let reach = constant((size - 1).checked_mul(dilation).ok_or("the window is too large")? + 1);
        let count = add(floor_divide(subtract(extent, reach)?, constant(stride))?, constant(1))?;
        let count = dim(maximum(count, constant(0)))?;
        let places = numbers(node, 0, 1, count)?;
        let places = node.binary_scalar("graph.multiply", places, stride as f64)?;
        let taken = |node: &mut Node, offset: Tracked| -> Result<Tracked, String> {
            let places = node.binary("graph.add", places, offset)?;
            node.emit("graph.gather", &[x, places], &[("axis", attribute(axis as i64))])
        };
        let zero = node.scalar(ElementType::I64, 0.0)?;
        let mut y = taken(node, zero)?;
        let rest = (size - 1) as u64;
        if rest < MOST_UNROLLED {
            for place in 1..size {
                let offset = node.scalar(ElementType::I64, (place * dilation) as f64)?;
                let next = taken(node, offset)?;
                y = node.binary(op, y, next)?;
            }
            return Ok(y);
        }
        let rolled = Rolled {
            rounds: Some(Dim::Static(rest)),
            start: None,
            initial: vec![y],
            is_certain: true,
            counts: false,
            growing: 0,
            declared: node.output_count(),
        };
        let results = node.roll(rolled, |node, round, carried| {
            let offset = node.binary_scalar("graph.add", round, 1.0)?;
            let offset = node.binary_scalar("graph.multiply", offset, dilation as f64)?;
            let next = taken(node, offset)?;
            Ok(vec![node.binary(op, carried[0], next)?])
        })?;
        results.first().copied().ok_or_else(|| "a loop has results".into())
    }
}

fn stablehlo_window(node: &mut Node) -> Results {
    let inputs = node.inputs()?;
    let &[x, begin] = inputs.as_slice() else {
        return Err("windows of several tensors at once are not defined by an order of their elements".into());
    };
    let (op, _) = combiner(node, 0)
        .filter(|(op, _)| !op.is_empty())
        .ok_or("what it does with two elements is not one of: sum, product, maximum, minimum, and, or")?;
    let rank = node.rank(x);
    let windows = Windows {
        sizes: list(node, "window_dimensions", rank, 1)?,
        strides: list(node, "window_strides", rank, 1)?,
        dilations: list(node, "window_dilations", rank, 1)?,
    };
    let steps = list(node, "base_dilations", rank, 1)?;
    let pads = list(node, "padding", 2 * rank, 0)?;
    let x = dilated(node, x, &steps, begin)?;
    let (low, high): (Vec<i64>, Vec<i64>) = pads.chunks_exact(2).map(|pair| (pair[0], pair[1])).unzip();
    let x = padded(node, x, begin, &low, &high)?;
    Ok(vec![windows.reduced(node, x, begin, op)?])
}

/// The operator whose windows are operands.
fn window(node: &mut Node) -> Results {
    let (x, begin) = (node.input(0)?, node.input(1)?);
    let mut lists = Vec::new();
    for index in 2..5 {
        let list = node.input(index)?;
        lists.push(node.constant_ints(list, "the window")?);
    }
    let [sizes, strides, dilations] = <[Vec<i64>; 3]>::try_from(lists).map_err(|_| "a window has three lists")?;
    let op = match node.option_word("reduce_function") {
        "ADD" => "graph.add",
        "MUL" => "graph.multiply",
        "MINIMUM" => "graph.minimum",
        "MAXIMUM" => "graph.maximum",
        "ALL" => "graph.and",
        "ANY" => "graph.or",
        other => return Err(format!("function {other} is none of windows")),
    };
    Ok(vec![Windows { sizes, strides, dilations }.reduced(node, x, begin, op)?])
}
