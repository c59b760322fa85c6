//! What moves elements: parts joined and cut, axes swapped.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{dim, expr, floor_divide, normalize_axis, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    row("CONCATENATION", concatenation),
    row("PACK", pack),
    row("UNPACK", unpack),
    row("SPLIT", split),
    row("SPLIT_V", split_v),
    row("TRANSPOSE", transpose),
    row("TILE", tile),
    row("PAD", pad),
    row("PADV2", pad),
    row("MIRROR_PAD", mirror_pad),
    row("REVERSE_V2", reverse),
    row("REVERSE_SEQUENCE", reverse_sequence),
    row("GATHER", gather),
    row("GATHER_ND", |node| {
        let (x, indices) = (node.input(0)?, node.input(1)?);
        Ok(vec![node.emit("graph.gather_nd", &[x, indices], &[("batch_dims", attribute(0i64))])?])
    }),
    row("DENSIFY", |node| Ok(vec![node.input(0)?])),
    row("DYNAMIC_UPDATE_SLICE", |node| {
        let (x, update, starts) = (node.input(0)?, node.input(1)?, node.input(2)?);
        Ok(vec![replaced(node, x, update, starts)?])
    }),
    row("DILATE", |node| {
        let (x, steps, value) = (node.input(0)?, node.input(1)?, node.input(2)?);
        let steps = node.constant_ints(steps, "the steps")?;
        Ok(vec![dilated(node, x, &steps, value)?])
    }),
];

fn concatenation(node: &mut Node) -> Results {
    let mut parts = node.inputs()?;
    let first = *parts.first().ok_or("there is nothing to concatenate")?;
    let axis = normalize_axis(node.option_int("axis"), node.rank(first))?;
    if node.is_quantized() {
        for (index, part) in parts.iter_mut().enumerate() {
            *part = super::quantized_arithmetic::as_result(node, *part, index)?;
        }
    }
    let y = node.concat(&parts, axis)?;
    Ok(vec![node.fused_activation(y)?])
}

fn pack(node: &mut Node) -> Results {
    let parts = node.inputs()?;
    let first = *parts.first().ok_or("there is nothing to pack")?;
    let axis = normalize_axis(node.option_int("axis"), node.rank(first) + 1)?;
    let mut raised = Vec::with_capacity(parts.len());
    for part in parts {
        let mut shape = node.shape(part).to_vec();
        if axis > shape.len() {
            return Err("the parts differ in rank".into());
        }
        shape.insert(axis, Dim::Static(1));
        raised.push(node.reshape(part, &shape)?);
    }
    Ok(vec![node.concat(&raised, axis)?])
}

fn unpack(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let axis = normalize_axis(node.option_int("axis"), node.rank(x))?;
    let mut parts = Vec::with_capacity(node.output_count());
    for index in 0..node.output_count() {
        let part = node.slice_axis(x, axis, Dim::Static(index as u64), Dim::Static(1))?;
        parts.push(node.drop_axes(part, &[axis])?);
    }
    Ok(parts)
}

fn split(node: &mut Node) -> Results {
    let (axis, x) = (node.input(0)?, node.input(1)?);
    let axis = *node.constant_ints(axis, "the axis")?.first().ok_or("the axis is missing")?;
    let axis = normalize_axis(axis, node.rank(x))?;
    let count = node.output_count().max(1);
    let extent = expr(node.shape(x)[axis])?;
    let length = dim(floor_divide(extent, crate::conversion::extent::constant(count as i64))?)?;
    cut(node, x, axis, &vec![length; count])
}

fn split_v(node: &mut Node) -> Results {
    let (x, sizes, axis) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let axis = *node.constant_ints(axis, "the axis")?.first().ok_or("the axis is missing")?;
    let axis = normalize_axis(axis, node.rank(x))?;
    let sizes = node.integers_of(sizes)?;
    let mut rest = expr(node.shape(x)[axis])?;
    for &size in sizes.iter().filter(|size| size.as_constant() != Some(-1)) {
        rest = subtract(rest, size)?;
    }
    let length = |size: &kiln_ir::DimExpr| dim(if size.as_constant() == Some(-1) { rest } else { *size });
    let lengths = sizes.iter().map(length).collect::<Result<Vec<_>, _>>()?;
    cut(node, x, axis, &lengths)
}

/// Parts of these lengths, one after the other.
fn cut(node: &mut Node, x: Tracked, axis: usize, lengths: &[Dim]) -> Results {
    let mut start = crate::conversion::extent::constant(0);
    let mut parts = Vec::with_capacity(lengths.len());
    for &length in lengths {
        parts.push(node.slice_axis(x, axis, dim(start)?, length)?);
        start = crate::conversion::extent::add(start, expr(length)?)?;
    }
    Ok(parts)
}

fn transpose(node: &mut Node) -> Results {
    let (x, permutation) = (node.input(0)?, node.input(1)?);
    let rank = node.rank(x);
    let permutation = node.constant_ints(permutation, "the permutation")?;
    let permutation = permutation.into_iter().map(|axis| normalize_axis(axis, rank)).collect::<Result<Vec<_>, _>>()?;
    Ok(vec![node.transpose(x, &permutation)?])
}

fn tile(node: &mut Node) -> Results {
    let (x, repeats) = (node.input(0)?, node.input(1)?);
    let repeats = node.counts_of(repeats)?;
    if let Some(repeats) = repeats.iter().map(|repeat| repeat.as_constant()).collect::<Option<Vec<i64>>>() {
        return Ok(vec![node.emit("graph.tile", &[x], &[("repeats", attribute(repeats))])?]);
    }
    // An axis before each for its repetitions.
    let own = node.shape(x).to_vec();
    let (mut raised, mut stretched, mut joined) = (Vec::new(), Vec::new(), Vec::new());
    for (&extent, &repeat) in own.iter().zip(&repeats) {
        raised.extend([Dim::Static(1), extent]);
        stretched.extend([dim(repeat)?, extent]);
        joined.push(dim(crate::conversion::extent::multiply(repeat, expr(extent)?)?)?);
    }
    let raised = node.reshape(x, &raised)?;
    let stretched = node.broadcast(raised, &stretched)?;
    Ok(vec![node.reshape(stretched, &joined)?])
}

/// What is added before and after, axis by axis.
fn paddings(node: &mut Node, x: Tracked, paddings: Tracked) -> Result<(Vec<Dim>, Vec<Dim>), String> {
    let counts = node.counts_of(paddings)?;
    if counts.len() != 2 * node.rank(x) {
        return Err(format!("{} paddings do not fit {} axes", counts.len(), node.rank(x)));
    }
    let side =
        |side: usize| counts.iter().skip(side).step_by(2).map(|&count| dim(count)).collect::<Result<Vec<_>, _>>();
    Ok((side(0)?, side(1)?))
}

fn pad(node: &mut Node) -> Results {
    let (x, sizes) = (node.input(0)?, node.input(1)?);
    let (low, high) = paddings(node, x, sizes)?;
    let given = [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute("constant"))];
    let mut operands = vec![x];
    match (node.optional(2), node.result_quantization(0)) {
        (Some(value), _) => operands.push(node.reshape(value, &[])?),
        (None, Some(output)) if output.zero_point() != 0 => {
            operands.push(node.scalar(node.element(x), output.zero_point() as f64)?);
        }
        _ => {}
    }
    Ok(vec![node.emit("graph.pad", &operands, &given)?])
}

fn mirror_pad(node: &mut Node) -> Results {
    let (x, sizes) = (node.input(0)?, node.input(1)?);
    let (low, high) = paddings(node, x, sizes)?;
    if node.option_word("mode") == "REFLECT" {
        let given = [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute("reflect"))];
        return Ok(vec![node.emit("graph.pad", &[x], &given)?]);
    }
    // The border element is mirrored, too: each side is a part of the axis backwards.
    let mut y = x;
    for axis in 0..node.rank(x) {
        let extent = node.shape(y)[axis];
        let mut parts = Vec::new();
        if !low[axis].is(0) {
            let part = node.slice_axis(y, axis, Dim::Static(0), low[axis])?;
            parts.push(node.reversed(part, &[axis])?);
        }
        parts.push(y);
        if !high[axis].is(0) {
            let start = dim(subtract(expr(extent)?, expr(high[axis])?)?)?;
            let part = node.slice_axis(y, axis, start, high[axis])?;
            parts.push(node.reversed(part, &[axis])?);
        }
        y = node.concat(&parts, axis)?;
    }
    Ok(vec![y])
}

impl Node<'_, '_> {
    /// `x` backwards along axes.
    pub fn reversed(&mut self, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
        let shape = self.shape(x).to_vec();
        let (mut starts, mut steps) = (vec![Dim::Static(0); shape.len()], vec![1i64; shape.len()]);
        for &axis in axes {
            starts[axis] = dim(subtract(expr(shape[axis])?, crate::conversion::extent::constant(1))?)?;
            steps[axis] = -1;
        }
        let given = [("starts", dims_attribute(&starts)), ("steps", attribute(steps))];
        self.emit_as("graph.slice", &[x], &given, &shape, self.element_type(x))
    }
}

fn reverse(node: &mut Node) -> Results {
    let (x, axes) = (node.input(0)?, node.input(1)?);
    let rank = node.rank(x);
    let axes = node.constant_ints(axes, "axes")?;
    let axes = axes.into_iter().map(|axis| normalize_axis(axis, rank)).collect::<Result<Vec<_>, _>>()?;
    Ok(vec![node.reversed(x, &axes)?])
}

/// For each index of the batch axis the first elements of the other axis backwards, as many as a length says.
fn reverse_sequence(node: &mut Node) -> Results {
    let (x, lengths) = (node.input(0)?, node.input(1)?);
    let rank = node.rank(x);
    let along = normalize_axis(node.option_int("seq_dim"), rank)?;
    let batch = normalize_axis(node.option_int("batch_dim"), rank)?;
    let shape = node.shape(x).to_vec();
    let of_axis = |axis: usize| {
        let mut ones = vec![Dim::Static(1); rank];
        ones[axis] = shape[axis];
        ones
    };
    let lengths = node.cast(lengths, kiln_tensor::ElementType::I64)?;
    let lengths = node.reshape(lengths, &of_axis(batch))?;
    let places =
        node.emit_as("graph.iota", &[], &[("axis", attribute(along as i64))], &of_axis(along), kiln_ir::Type::i64())?;
    let last = node.binary_scalar("graph.subtract", lengths, 1.0)?;
    let mirrored = node.binary("graph.subtract", last, places)?;
    let is_inside = node.binary("graph.less", places, lengths)?;
    let source = node.select(is_inside, mirrored, places)?;
    let source = node.broadcast(source, &shape)?;
    Ok(vec![node.emit("graph.gather_elements", &[x, source], &[("axis", attribute(along as i64))])?])
}

fn gather(node: &mut Node) -> Results {
    let (x, indices) = (node.input(0)?, node.input(1)?);
    let axis = normalize_axis(node.option_int("axis"), node.rank(x))?;
    let batch = node.option_int("batch_dims");
    let batch = usize::try_from(if batch < 0 { batch + node.rank(indices) as i64 } else { batch }).unwrap_or(0);
    if batch == 0 {
        return Ok(vec![node.emit("graph.gather", &[x, indices], &[("axis", attribute(axis as i64))])?]);
    }
    batched_gather(node, x, indices, axis, batch)
}

/// The first `batch` axes of operand and indices are the same: the gathered axis comes right behind them.
fn batched_gather(node: &mut Node, x: Tracked, indices: Tracked, axis: usize, batch: usize) -> Results {
    let rank = node.rank(x);
    if axis < batch || batch > node.rank(indices) {
        return Err(format!("axis {axis} cannot be gathered along with {batch} axes of batches"));
    }
    let order: Vec<usize> = (0..batch).chain([axis]).chain((batch..rank).filter(|&other| other != axis)).collect();
    let moved = node.transpose(x, &order)?;
    let mut shape = node.shape(indices).to_vec();
    let own = shape.len() - batch;
    shape.push(Dim::Static(1));
    let tuples = node.reshape(indices, &shape)?;
    let taken = node.emit("graph.gather_nd", &[moved, tuples], &[("batch_dims", attribute(batch as i64))])?;
    // Batches, the indices' own axes, the axes before the gathered one, those behind it.
    let before = axis - batch;
    let order: Vec<usize> = (0..batch)
        .chain(batch + own..batch + own + before)
        .chain(batch..batch + own)
        .chain(batch + own + before..node.rank(taken))
        .collect();
    Ok(vec![node.transpose(taken, &order)?])
}

/// The part of `x` from data's indices on, which are moved so that it lies inside, replaced.
pub(crate) fn replaced(node: &mut Node, x: Tracked, update: Tracked, starts: Tracked) -> Result<Tracked, String> {
    let rank = node.rank(x);
    let (shape, part) = (node.shape(x).to_vec(), node.shape(update).to_vec());
    let starts = node.cast(starts, kiln_tensor::ElementType::I64)?;
    let mut y = update;
    let mut inside: Option<Tracked> = None;
    for axis in 0..rank {
        let start = node.slice_axis(starts, 0, Dim::Static(axis as u64), Dim::Static(1))?;
        let start = node.reshape(start, &[])?;
        let most = node.extent(subtract(expr(shape[axis])?, expr(part[axis])?)?);
        let start = node.binary("graph.minimum", start, most)?;
        let start = node.clamp(start, Some(0.0), None)?;
        let places =
            node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[shape[axis]], kiln_ir::Type::i64())?;
        let own = node.binary("graph.subtract", places, start)?;
        let length = node.extent(expr(part[axis])?);
        let (from, to) =
            (node.binary_scalar("graph.greater_equal", own, 0.0)?, node.binary("graph.less", own, length)?);
        let hit = node.binary("graph.and", from, to)?;
        let mut lined = vec![Dim::Static(1); rank];
        lined[axis] = shape[axis];
        let hit = node.reshape(hit, &lined)?;
        inside = Some(match inside {
            Some(inside) => node.binary("graph.and", inside, hit)?,
            None => hit,
        });
        let last = node.binary_scalar("graph.subtract", length, 1.0)?;
        let own = node.binary("graph.minimum", own, last)?;
        let own = node.clamp(own, Some(0.0), None)?;
        y = node.emit("graph.gather", &[y, own], &[("axis", attribute(axis as i64))])?;
    }
    match inside {
        Some(inside) => node.select(inside, y, x),
        None => Ok(update),
    }
}

/// Numbers between the elements: an axis of each step, of which only the first is the operand's.
pub(crate) fn dilated(node: &mut Node, x: Tracked, steps: &[i64], value: Tracked) -> Result<Tracked, String> {
    if steps.iter().all(|&step| step == 1) && steps.len() == node.rank(x) {
        return Ok(x);
    }
    let shape = node.shape(x).to_vec();
    if steps.len() != shape.len() || steps.iter().any(|step| !(1..1 << 31).contains(step)) {
        return Err(format!("steps {steps:?} do not fit {} axes", shape.len()));
    }
    let (mut raised, mut high, mut joined, mut length) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (&extent, &step) in shape.iter().zip(steps) {
        let step = crate::conversion::extent::constant(step);
        let one = crate::conversion::extent::constant(1);
        raised.extend([extent, Dim::Static(1)]);
        high.extend([Dim::Static(0), dim(subtract(step, one)?)?]);
        let all = crate::conversion::extent::multiply(expr(extent)?, step)?;
        joined.push(dim(all)?);
        length.push(dim(subtract(all, subtract(step, one)?)?)?);
    }
    let low = vec![Dim::Static(0); raised.len()];
    let raised = node.reshape(x, &raised)?;
    let value = node.reshape(value, &[])?;
    let given = [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute("constant"))];
    let padded = node.emit("graph.pad", &[raised, value], &given)?;
    let mut y = node.reshape(padded, &joined)?;
    for (axis, &length) in length.iter().enumerate() {
        y = node.slice_axis(y, axis, Dim::Static(0), length)?;
    }
    Ok(y)
}
