//! Joining, cutting and turning round.

use crate::conversion::attempt::stack;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, floor_divide, normalize_axes, normalize_axis, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("Pack", |node| {
        let parts = node.inputs()?;
        Ok(vec![stack(node, &parts, node.int_or("axis", 0))?])
    }),
    row("ParallelConcat", |node| {
        let parts = node.inputs()?;
        Ok(vec![node.concat(&parts, 0)?])
    }),
    row("Unpack", |node| {
        let x = node.input(0)?;
        let axis = normalize_axis(node.int_or("axis", 0), node.rank(x))?;
        let mut shape = node.shape(x).to_vec();
        shape[axis] = Dim::Static(node.output_count() as u64);
        let x = node.expect_shape(x, &shape, "the input")?;
        (0..node.output_count()).map(|index| crate::conversion::attempt::element(node, x, axis, index as u64)).collect()
    }),
    row("ConcatV2", |node| {
        let mut parts = node.inputs()?;
        let last = parts.len().checked_sub(1).ok_or("there is nothing to concatenate")?;
        let axis = node.one_int(last, "the axis")?;
        parts.pop();
        join(node, &parts, axis)
    }),
    row("Concat", |node| {
        let parts = node.inputs()?;
        let axis = node.one_int(0, "the axis")?;
        join(node, &parts[1..], axis)
    }),
    row("Split", |node| {
        let (axis, x) = (node.one_int(0, "the axis")?, node.input(1)?);
        let axis = normalize_axis(axis, node.rank(x))?;
        let count = node.output_count() as i64;
        let length = floor_divide(expr(node.shape(x)[axis])?, constant(count.max(1)))?;
        cut(node, x, axis, &vec![length; count as usize])
    }),
    row("SplitV", |node| {
        let (x, sizes) = (node.input(0)?, node.input(1)?);
        let axis = normalize_axis(node.one_int(2, "the axis")?, node.rank(x))?;
        let mut sizes = node.integers_of(sizes)?;
        // One may be -1: it is what is left.
        if let Some(open) = sizes.iter().position(|size| size.as_constant() == Some(-1)) {
            let others = sizes.iter().enumerate().filter(|(index, _)| *index != open);
            let rest = others.map(|(_, &size)| size).try_fold(expr(node.shape(x)[axis])?, subtract)?;
            sizes[open] = rest;
        }
        cut(node, x, axis, &sizes)
    }),
    row("Slice", |node| {
        let (x, starts, sizes) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let (starts, sizes) = (node.integers_of(starts)?, node.integers_of(sizes)?);
        let rank = node.rank(x);
        if starts.len() != rank || sizes.len() != rank {
            return Err(format!("{rank} axes take as many starts and sizes"));
        }
        let mut shape = Vec::new();
        for axis in 0..rank {
            shape.push(match sizes[axis].as_constant() {
                Some(-1) => dim(subtract(expr(node.shape(x)[axis])?, starts[axis])?)?,
                _ => dim(sizes[axis])?,
            });
        }
        let starts = starts.into_iter().map(dim).collect::<Result<Vec<Dim>, _>>()?;
        if shape == node.shape(x) {
            return Ok(vec![x]);
        }
        let given = [("starts", attribute(starts)), ("steps", attribute(vec![1i64; rank]))];
        Ok(vec![node.emit_as("graph.slice", &[x], &given, &shape, node.element_type(x))?])
    }),
    row("ReverseV2", |node| {
        let x = node.input(0)?;
        let axes = node.constant_ints(node.input(1)?, "the axes")?;
        let axes = normalize_axes(&axes, node.rank(x))?;
        Ok(vec![reverse(node, x, &axes)?])
    }),
    row("Reverse", |node| {
        let (x, flags) = (node.input(0)?, node.input(1)?);
        let flags = node.constant_floats(flags, "which axes are reversed")?;
        let axes: Vec<usize> = (0..flags.len()).filter(|&axis| flags[axis] != 0.0).collect();
        Ok(vec![reverse(node, x, &axes)?])
    }),
    row("ReverseSequence", reverse_sequence),
    row("DepthToSpace", depth_to_space),
    row("SpaceToDepth", space_to_depth),
    row("DataFormatVecPermute", |node| {
        let x = node.input(0)?;
        let (from, to) = (node.string_or("src_format", "NHWC"), node.string_or("dst_format", "NCHW"));
        let places: Option<Vec<i64>> = to.chars().map(|axis| Some(from.find(axis)? as i64)).collect();
        let places = places.ok_or_else(|| format!("\"{from}\" and \"{to}\" have other axes"))?;
        let places = node.vector(places.into_iter().map(constant).collect());
        Ok(vec![node.emit("graph.gather", &[x, places], &[("axis", attribute(0i64))])?])
    }),
    row("DataFormatDimMap", |node| {
        let x = node.input(0)?;
        let (from, to) = (node.string_or("src_format", "NHWC"), node.string_or("dst_format", "NCHW"));
        let places: Option<Vec<i64>> = from.chars().map(|axis| Some(to.find(axis)? as i64)).collect();
        let places = places.ok_or_else(|| format!("\"{from}\" and \"{to}\" have other axes"))?;
        let places = node.vector(places.into_iter().map(constant).collect());
        let element = node.element(x);
        let mapped = node.emit("graph.gather", &[places, x], &[("axis", attribute(0i64))])?;
        Ok(vec![node.cast(mapped, element)?])
    }),
];

/// Tensors one after the other along an axis; those without any element fit everything.
fn join(node: &mut Node, parts: &[Tracked], axis: i64) -> Results {
    let first = *parts.first().ok_or("there is nothing to concatenate")?;
    let axis = normalize_axis(axis, node.rank(first))?;
    Ok(vec![node.concat(parts, axis)?])
}

/// Parts of an axis, one after the other.
fn cut(node: &mut Node, x: Tracked, axis: usize, sizes: &[DimExpr]) -> Results {
    let mut start = constant(0);
    let mut parts = Vec::new();
    for &size in sizes {
        parts.push(node.slice_axis(x, axis, dim(start)?, dim(size)?)?);
        start = crate::conversion::extent::add(start, size)?;
    }
    Ok(parts)
}

/// The elements along axes, last first.
pub(crate) fn reverse(node: &mut Node, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    let shape = node.shape(x).to_vec();
    let (mut starts, mut steps) = (vec![Dim::Static(0); shape.len()], vec![1i64; shape.len()]);
    for &axis in axes {
        if shape.get(axis).ok_or("an axis is out of range")?.is(0) {
            return Ok(x);
        }
        starts[axis] = dim(subtract(expr(shape[axis])?, constant(1))?)?;
        steps[axis] = -1;
    }
    let given = [("starts", attribute(starts)), ("steps", attribute(steps))];
    node.emit_as("graph.slice", &[x], &given, &shape, node.element_type(x))
}

/// The first elements along one axis turned round, as many as a length for each element of another axis says.
fn reverse_sequence(node: &mut Node) -> Results {
    let (x, lengths) = (node.input(0)?, node.input(1)?);
    let rank = node.rank(x);
    let along = normalize_axis(node.int_or("seq_dim", 0), rank)?;
    let batch = normalize_axis(node.int_or("batch_dim", 0), rank)?;
    let line = |node: &mut Node, axis: usize| {
        let mut shape = vec![Dim::Static(1); rank];
        shape[axis] = node.shape(x)[axis];
        (shape.clone(), node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &shape, Type::i64()))
    };
    let (_, places) = line(node, along);
    let places = places?;
    let mut shape = vec![Dim::Static(1); rank];
    shape[batch] = node.shape(x)[batch];
    let lengths = node.cast(lengths, ElementType::I64)?;
    let lengths = node.reshape(lengths, &shape)?;
    let mirrored = node.binary("graph.subtract", lengths, places)?;
    let mirrored = node.binary_scalar("graph.subtract", mirrored, 1.0)?;
    let is_inside = node.binary("graph.less", places, lengths)?;
    let from = node.select(is_inside, mirrored, places)?;
    let all = node.shape(x).to_vec();
    let from = node.broadcast(from, &all)?;
    Ok(vec![node.emit("graph.gather_elements", &[x, from], &[("axis", attribute(along as i64))])?])
}

/// A tensor with channels last, and what puts it back.
fn with_channels_last(node: &mut Node, x: Tracked) -> Result<(Tracked, bool), String> {
    match node.string_or("data_format", "NHWC") {
        "NHWC" => Ok((x, false)),
        "NCHW" => Ok((node.transpose(x, &[0, 2, 3, 1])?, true)),
        other => Err(format!("data_format \"{other}\" is not supported")),
    }
}

fn put_back(node: &mut Node, x: Tracked, was_first: bool) -> Results {
    Ok(vec![if was_first { node.transpose(x, &[0, 3, 1, 2])? } else { x }])
}

fn block_size(node: &Node) -> Result<i64, String> {
    node.int("block_size")
        .filter(|size| (1..1 << 20).contains(size))
        .ok_or_else(|| "block_size must be positive".into())
}

fn depth_to_space(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (x, was_first) = with_channels_last(node, x)?;
    let size = block_size(node)?;
    let &[batch, height, width, channels] = node.shape(x) else { return Err("the input must have 4 axes".into()) };
    let block = Dim::Static(size as u64);
    let depth = dim(floor_divide(expr(channels)?, constant(size * size))?)?;
    let apart = node.reshape(x, &[batch, height, width, block, block, depth])?;
    let moved = node.transpose(apart, &[0, 1, 3, 2, 4, 5])?;
    let scaled = |extent: Dim| dim(crate::conversion::extent::multiply(expr(extent)?, constant(size))?);
    let result = node.reshape(moved, &[batch, scaled(height)?, scaled(width)?, depth])?;
    put_back(node, result, was_first)
}

fn space_to_depth(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (x, was_first) = with_channels_last(node, x)?;
    let size = block_size(node)?;
    let &[batch, height, width, channels] = node.shape(x) else { return Err("the input must have 4 axes".into()) };
    let block = Dim::Static(size as u64);
    let divided = |extent: Dim| dim(floor_divide(expr(extent)?, constant(size))?);
    let (rows, columns) = (divided(height)?, divided(width)?);
    let apart = node.reshape(x, &[batch, rows, block, columns, block, channels])?;
    let moved = node.transpose(apart, &[0, 1, 3, 2, 4, 5])?;
    let depth = dim(crate::conversion::extent::multiply(expr(channels)?, constant(size * size))?)?;
    let result = node.reshape(moved, &[batch, rows, columns, depth])?;
    put_back(node, result, was_first)
}
