//! Convolutions. Filters come as space, input channels, output channels, and go as output channels, input channels, space.

use super::window::{Window, first_spatial, is_channels_last, same_padding, spatial};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, expr, maximum, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[
    row("Conv2D", conv),
    row("Conv3D", conv),
    row("Conv", conv),
    row("DepthwiseConv2dNative", depthwise),
    row("Conv2DBackpropInput", transposed),
    row("Conv3DBackpropInputV2", transposed),
    row("DepthwiseConv2dNativeBackpropInput", depthwise_transposed),
    row("_FusedConv2D", |node| fused(node, conv)),
    row("_FusedDepthwiseConv2dNative", |node| fused(node, depthwise)),
    row("FusedPadConv2D", padded_conv),
    row("FusedResizeAndPadConv2D", resized_conv),
    row("Dilation2D", dilation),
];

/// The spatial extents of a filter, which must be known.
fn filter_size(node: &Node, filter: Tracked) -> Result<Vec<i64>, String> {
    let shape = node.shape(filter);
    let count = shape.len().checked_sub(2).ok_or("the filter has no spatial axes")?;
    let extent = |dim: &Dim| dim.as_static().and_then(|extent| i64::try_from(extent).ok());
    let size: Option<Vec<i64>> = shape[..count].iter().map(extent).collect();
    size.filter(|size| size.iter().all(|size| (1..1 << 31).contains(size)))
        .ok_or_else(|| "the extents of the filter must be known".into())
}

/// Output channels, input channels, space.
fn outputs_first(node: &mut Node, filter: Tracked) -> Result<Tracked, String> {
    let rank = node.rank(filter);
    let permutation: Vec<usize> = [rank - 1, rank - 2].into_iter().chain(0..rank - 2).collect();
    node.transpose(filter, &permutation)
}

/// The extent of the channels.
fn channels(node: &Node, x: Tracked, is_last: bool) -> Result<Dim, String> {
    let shape = node.shape(x);
    shape
        .get(if is_last { shape.len().wrapping_sub(1) } else { 1 })
        .copied()
        .ok_or_else(|| "there are no channels".into())
}

fn conv(node: &mut Node) -> Results {
    let (x, filter) = (node.input(0)?, node.input(1)?);
    Ok(vec![convolve(node, x, filter)?])
}

fn convolve(node: &mut Node, mut x: Tracked, filter: Tracked) -> Result<Tracked, String> {
    let window = Window::read(node, x, filter_size(node, filter)?)?;
    let inputs = node.shape(filter)[node.rank(filter) - 2];
    let own = channels(node, x, window.is_last)?;
    let groups = match (own.as_static(), inputs.as_static()) {
        (Some(own), Some(inputs)) if inputs > 0 && own % inputs == 0 => (own / inputs) as i64,
        (None, Some(_)) => {
            let mut shape = node.shape(x).to_vec();
            let axis = if window.is_last { shape.len() - 1 } else { 1 };
            shape[axis] = inputs;
            x = node.expect_shape(x, &shape, "the input")?;
            1
        }
        _ => return Err(format!("the input has {own} channels, the filter is for {inputs}")),
    };
    let x = window.padded(node, x, 0.0)?;
    let filter = outputs_first(node, filter)?;
    let given = [window.attributes(), vec![("groups", attribute(groups))]].concat();
    node.emit("graph.conv", &[x, filter], &given)
}

/// A depthwise filter has the input channels, and how many outputs each of them has.
fn depthwise_filter(node: &mut Node, filter: Tracked) -> Result<(Tracked, i64), String> {
    let &[height, width, inputs, multiplier] = node.shape(filter) else {
        return Err("the filter must have 4 axes".into());
    };
    let groups = inputs.as_static().ok_or("the channels of the filter must be known")? as i64;
    let outputs = dim(multiply(expr(inputs)?, expr(multiplier)?)?)?;
    let flat = node.reshape(filter, &[height, width, Dim::Static(1), outputs])?;
    Ok((outputs_first(node, flat)?, groups))
}

fn depthwise(node: &mut Node) -> Results {
    let (x, filter) = (node.input(0)?, node.input(1)?);
    let window = Window::read(node, x, filter_size(node, filter)?)?;
    let (filter, groups) = depthwise_filter(node, filter)?;
    let x = window.padded(node, x, 0.0)?;
    let given = [window.attributes(), vec![("groups", attribute(groups))]].concat();
    Ok(vec![node.emit("graph.conv", &[x, filter], &given)?])
}

/// How much of a transposed convolution is cut off before and after each spatial axis, and what is added after.
struct Cut {
    low: Vec<i64>,
    high: Vec<i64>,
    extra: Vec<i64>,
}

/// Where the result of the transpose of a convolution from `wanted` to `given` extents lies.
fn cut(node: &Node, window: &Window, given: &[Dim], wanted: &[DimExpr]) -> Result<Cut, String> {
    let count = window.size.len();
    let mut cut = Cut { low: vec![0; count], high: vec![0; count], extra: vec![0; count] };
    for axis in 0..count {
        let reach = window.reach(axis);
        let steps = multiply(subtract(expr(given[axis])?, constant(1))?, constant(window.strides[axis]))?;
        let whole = add(steps, constant(reach))?;
        let total = subtract(whole, wanted[axis])?;
        let total = total.as_constant().ok_or_else(|| {
            format!(
                "the extent {} of spatial axis {axis} is not that of {} times the stride",
                wanted[axis], given[axis]
            )
        })?;
        cut.low[axis] = match node.string_or("padding", "VALID") {
            "SAME" => {
                let (before, _) = same_padding(wanted[axis], window.strides[axis], reach)?;
                before.as_constant().unwrap_or_else(|| total.max(0) / 2)
            }
            "EXPLICIT" => window.pad_low[axis],
            _ => 0,
        };
        let rest = total - cut.low[axis];
        (cut.high[axis], cut.extra[axis]) = (rest.max(0), (-rest).max(0));
    }
    Ok(cut)
}

/// The transpose of the convolution that makes the last operand of a tensor of the extents that the first lists.
fn transposed(node: &mut Node) -> Results {
    let (sizes, filter, x) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let rank = node.rank(x);
    let outputs_last = outputs_first(node, filter)?;
    let size = filter_size(node, filter)?;
    let result = transpose_convolution(node, (sizes, rank), size, outputs_last, x, 1)?;
    Ok(vec![result])
}

fn depthwise_transposed(node: &mut Node) -> Results {
    let (sizes, filter, x) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let size = filter_size(node, filter)?;
    let (filter, groups) = depthwise_filter(node, filter)?;
    let rank = node.rank(x);
    Ok(vec![transpose_convolution(node, (sizes, rank), size, filter, x, groups)?])
}

fn transpose_convolution(
    node: &mut Node,
    (sizes, rank): (Tracked, usize),
    size: Vec<i64>,
    filter: Tracked,
    x: Tracked,
    groups: i64,
) -> Result<Tracked, String> {
    let is_last = is_channels_last(node);
    let listed = node.extents(sizes, "the extents of the result")?;
    let first = first_spatial(is_last);
    // Some list the spatial extents alone.
    let wanted: Vec<DimExpr> = match listed.len() {
        count if count == rank => listed[first..first + rank - 2].to_vec(),
        count if count == rank - 2 => listed,
        count => return Err(format!("{rank} extents are wanted, not {count}")),
    };
    let strides = spatial(node, "strides", rank, is_last)?;
    let dilations = spatial(node, "dilations", rank, is_last)?;
    let (mut pad_low, mut pad_high) = (vec![0; rank - 2], vec![0; rank - 2]);
    if node.string_or("padding", "VALID") == "EXPLICIT" {
        let pads = node.ints("explicit_paddings").filter(|pads| pads.len() == 2 * rank);
        let pads = pads.ok_or_else(|| format!("explicit_paddings must be {} numbers", 2 * rank))?;
        for axis in 0..rank - 2 {
            (pad_low[axis], pad_high[axis]) = (pads[2 * (first + axis)], pads[2 * (first + axis) + 1]);
        }
    }
    let window = Window { is_last, size, strides, dilations, pad_low, pad_high, open: None };
    let given: Vec<Dim> = node.shape(x)[first..first + rank - 2].to_vec();
    let cut = cut(node, &window, &given, &wanted)?;
    let layout = if is_last { "channels_last" } else { "channels_first" };
    let given = [
        ("strides", attribute(&window.strides)),
        ("dilations", attribute(&window.dilations)),
        ("pad_low", attribute(&cut.low)),
        ("pad_high", attribute(&cut.high)),
        ("output_padding", attribute(&cut.extra)),
        ("groups", attribute(groups)),
        ("layout", attribute(layout)),
    ];
    node.emit("graph.conv_transpose", &[x, filter], &given)
}

/// A convolution with what was fused into it: a bias, a batch normalization, an activation.
fn fused(node: &mut Node, convolution: fn(&mut Node) -> Results) -> Results {
    let result = convolution(node)?;
    let mut result = *result.first().ok_or("a convolution has a result")?;
    let ops = node.attribute("fused_ops").and_then(|ops| ops.as_strs()).unwrap_or_default();
    let mut next = 2;
    for op in ops {
        result = match op {
            "BiasAdd" => {
                let bias = node.input(next)?;
                next += 1;
                super::normalization::add_bias(node, result, bias)?
            }
            "FusedBatchNorm" => {
                let (scale, offset) = (node.input(next)?, node.input(next + 1)?);
                let spread = (node.input(next + 2)?, node.input(next + 3)?);
                next += 4;
                let epsilon = node.float_or("epsilon", f64::from(1e-4f32));
                super::normalization::normalize(node, result, Some(scale), offset, spread, epsilon)?
            }
            other => super::matmul::fused_activation(node, result, other)?,
        };
    }
    Ok(vec![result])
}

/// A convolution of a tensor that is mirrored at its borders.
fn padded_conv(node: &mut Node) -> Results {
    let (x, pads, filter) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let mode = node.string_or("mode", "REFLECT");
    let padded = super::pad::mirrored(node, x, pads, mode)?;
    Ok(vec![convolve(node, padded, filter)?])
}

fn resized_conv(node: &mut Node) -> Results {
    let (x, size, pads, filter) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let corners = node.flag("resize_align_corners", false);
    let x = super::resize::resized(node, x, size, "linear", super::resize::Places { corners, half_pixel: false })?;
    let padded = super::pad::mirrored(node, x, pads, node.string_or("mode", "REFLECT"))?;
    Ok(vec![convolve(node, padded, filter)?])
}

/// The largest sum of an element of the window and one of the filter.
fn dilation(node: &mut Node) -> Results {
    let (x, filter) = (node.input(0)?, node.input(1)?);
    let &[height, width, _] = node.shape(filter) else { return Err("the filter must have 3 axes".into()) };
    let (height, width) = height.as_static().zip(width.as_static()).ok_or("the extents of the filter must be known")?;
    let rank = node.rank(x);
    let (strides, rates) = (spatial(node, "strides", rank, true)?, spatial(node, "rates", rank, true)?);
    if height * width > 1024 || rank != 4 {
        return Err("the filter is too large".into());
    }
    let size = [height as i64, width as i64];
    let extents = node.shape(x)[1..3].to_vec();
    let mut low = vec![Dim::Static(0); 4];
    let mut high = low.clone();
    let mut results = Vec::new();
    for axis in 0..2 {
        let reach = rates[axis] * (size[axis] - 1) + 1;
        let extent = expr(extents[axis])?;
        if node.string_or("padding", "VALID") == "SAME" {
            let (before, after) = same_padding(extent, strides[axis], reach)?;
            (low[1 + axis], high[1 + axis]) = (dim(before)?, dim(after)?);
        }
        let whole = add(add(extent, expr(low[1 + axis])?)?, expr(high[1 + axis])?)?;
        let room = maximum(subtract(whole, constant(reach))?, constant(0));
        results.push(dim(add(crate::conversion::extent::floor_divide(room, constant(strides[axis]))?, constant(1))?)?);
    }
    let lowest = node.scalar(node.element(x), f64::NEG_INFINITY)?;
    let given = [("low", attribute(low)), ("high", attribute(high)), ("mode", attribute("constant"))];
    let padded = node.emit("graph.pad", &[x, lowest], &given)?;
    let mut largest: Option<Tracked> = None;
    for row in 0..height {
        for column in 0..width {
            let mut shape = node.shape(padded).to_vec();
            (shape[1], shape[2]) = (results[0], results[1]);
            let start = |at: u64, rate: i64| Dim::Static(at * rate as u64);
            let starts = [Dim::Static(0), start(row, rates[0]), start(column, rates[1]), Dim::Static(0)];
            let steps = vec![1, strides[0], strides[1], 1];
            let given = [("starts", attribute(starts.to_vec())), ("steps", attribute(steps))];
            let part = node.emit_as("graph.slice", &[padded], &given, &shape, node.element_type(x))?;
            let weight = node.slice_axis(filter, 0, Dim::Static(row), Dim::Static(1))?;
            let weight = node.slice_axis(weight, 1, Dim::Static(column), Dim::Static(1))?;
            let sum = node.binary("graph.add", part, weight)?;
            largest = Some(match largest {
                Some(largest) => node.binary("graph.maximum", largest, sum)?,
                None => sum,
            });
        }
    }
    Ok(vec![largest.ok_or("the filter is empty")?])
}
