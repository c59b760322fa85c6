//! Quantization: integers that stand for real numbers by a scale and a zero point.

use super::cast::element_of;
use super::matmul::matmul;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("QuantizeLinear", quantize_linear),
    row("DequantizeLinear", dequantize_linear),
    row("DynamicQuantizeLinear", dynamic_quantize_linear),
    row("MatMulInteger", matmul_integer),
    row("QLinearMatMul", quantized_matmul),
    row("ConvInteger", conv_integer),
    row("QLinearConv", quantized_conv),
];

/// The range of a quantized type.
fn range(element: ElementType) -> Result<(f64, f64), String> {
    let bits = element.bit_width() as i32;
    match element {
        _ if element.is_signed_integer() => Ok((-(2f64.powi(bits - 1)), 2f64.powi(bits - 1) - 1.0)),
        _ if element.is_unsigned_integer() => Ok((0.0, 2f64.powi(bits) - 1.0)),
        _ => Err(format!("{element} is no quantized type here")),
    }
}

/// A scale or zero point in the shape that broadcasts to `x`: one for all, one along `axis`, or one for each block.
fn spread(node: &mut Node, x: Tracked, parameter: Tracked) -> Result<Tracked, String> {
    let block = node.int_or("block_size", 0);
    let rank = node.rank(x);
    match node.shape(parameter) {
        [] => Ok(parameter),
        [one] if one.is(1) => node.reshape(parameter, &[]),
        [length] if block == 0 => match node.axis(1, rank) {
            Ok(axis) => {
                let mut shape = vec![Dim::Static(1); rank];
                shape[axis] = *length;
                node.reshape(parameter, &shape)
            }
            // Without such an axis there is one for all, or the compiled model says that there is not.
            Err(_) if length.as_static().is_none() => node.reshape(parameter, &[]),
            Err(reason) => Err(reason),
        },
        shape if block > 0 && shape.len() == rank => {
            let axis = node.axis(1, rank)?;
            spread_blocks(node, x, parameter, axis, block as u64)
        }
        shape => Err(format!("scales of shape {} do not fit", crate::conversion::extent::show(shape))),
    }
}

/// Scales or zero points of blocks along `axis`, one for each element of `x`.
pub(crate) fn spread_blocks(
    node: &mut Node,
    x: Tracked,
    parameter: Tracked,
    axis: usize,
    block: u64,
) -> Result<Tracked, String> {
    let shape = node.shape(parameter).to_vec();
    let mut apart = shape.clone();
    apart.insert(axis + 1, Dim::Static(1));
    let mut repeated = apart.clone();
    repeated[axis + 1] = Dim::Static(block);
    let mut whole = shape.clone();
    whole[axis] = super::reshape::scaled(shape[axis], crate::conversion::extent::constant(block as i64))?;
    let apart = node.reshape(parameter, &apart)?;
    let stretched = node.broadcast(apart, &repeated)?;
    let flat = node.reshape(stretched, &whole)?;
    node.slice_axis(flat, axis, Dim::Static(0), node.shape(x)[axis])
}

/// `clamp(round(x / scale) + zero point)` as `element`.
pub(crate) fn quantize(
    node: &mut Node,
    x: Tracked,
    scale: Tracked,
    zero: Option<Tracked>,
    element: ElementType,
) -> Result<Tracked, String> {
    let quotient = node.binary("graph.divide", x, scale)?;
    if element.is_float() {
        return node.cast(quotient, element);
    }
    let (low, high) = range(element)?;
    let mut rounded = node.unary("graph.round", quotient)?;
    if let Some(zero) = zero {
        let zero = node.cast(zero, node.element(rounded))?;
        rounded = node.binary("graph.add", rounded, zero)?;
    }
    let clamped = node.clamp(rounded, Some(low), Some(high))?;
    node.cast(clamped, element)
}

pub(crate) fn quantize_linear(node: &mut Node) -> Results {
    let (x, scale) = (node.input(0)?, node.input(1)?);
    let zero = node.optional(2);
    let element = match (zero, node.int("output_dtype").filter(|&number| number != 0)) {
        (Some(zero), _) => node.element(zero),
        (None, Some(number)) => element_of(number)?,
        (None, None) => ElementType::U8,
    };
    let precision = match node.int("precision").filter(|&number| number != 0) {
        Some(number) => element_of(number)?,
        None if node.element(x).is_float() => node.element(scale),
        None => ElementType::F32,
    };
    let (x, scale) = (node.cast(x, precision)?, node.cast(scale, precision)?);
    let scale = spread(node, x, scale)?;
    let zero = zero.map(|zero| spread(node, x, zero)).transpose()?;
    Ok(vec![quantize(node, x, scale, zero, element)?])
}

pub(crate) fn dequantize_linear(node: &mut Node) -> Results {
    let (x, scale) = (node.input(0)?, node.input(1)?);
    let element = match node.int("output_dtype").filter(|&number| number != 0) {
        Some(number) => element_of(number)?,
        None => node.element(scale),
    };
    let scale = spread(node, x, scale)?;
    let mut real = node.cast(x, ElementType::F32)?;
    if let Some(zero) = node.optional(2) {
        let zero = spread(node, x, zero)?;
        let zero = node.cast(zero, ElementType::F32)?;
        real = node.binary("graph.subtract", real, zero)?;
    }
    let scale = node.cast(scale, ElementType::F32)?;
    let product = node.binary("graph.multiply", real, scale)?;
    Ok(vec![node.cast(product, element)?])
}

fn dynamic_quantize_linear(node: &mut Node) -> Results {
    let x = node.input(0)?;
    Ok(dynamic_quantize(node, x)?.to_vec())
}

/// To `ui8`, by the range of this tensor, which always contains 0; with the scale and the zero point.
pub(crate) fn dynamic_quantize(node: &mut Node, x: Tracked) -> Result<[Tracked; 3], String> {
    let axes: Vec<usize> = (0..node.rank(x)).collect();
    let low = node.reduce("graph.reduce_min", x, &axes)?;
    let low = node.reshape(low, &[])?;
    let low = node.clamp(low, None, Some(0.0))?;
    let high = node.reduce("graph.reduce_max", x, &axes)?;
    let high = node.reshape(high, &[])?;
    let high = node.clamp(high, Some(0.0), None)?;
    let span = node.binary("graph.subtract", high, low)?;
    let scale = node.binary_scalar("graph.divide", span, 255.0)?;
    // A tensor of zeros has no range; any scale will do.
    let zero = node.scalar(ElementType::F32, 0.0)?;
    let one = node.scalar(ElementType::F32, 1.0)?;
    let empty = node.binary("graph.equal", scale, zero)?;
    let divisor = node.select(empty, one, scale)?;
    let shift = node.binary("graph.divide", low, divisor)?;
    let shift = node.unary("graph.negate", shift)?;
    let shift = node.clamp(shift, Some(0.0), Some(255.0))?;
    let shift = node.unary("graph.round", shift)?;
    let point = node.cast(shift, ElementType::U8)?;
    let y = quantize(node, x, divisor, Some(point), ElementType::U8)?;
    Ok([y, scale, point])
}

/// `x - zero point` as `i32`. A zero point for each row of the left operand, or column of the right one, is a vector.
pub(crate) fn centred(node: &mut Node, x: Tracked, zero: Option<Tracked>, by_row: bool) -> Result<Tracked, String> {
    let wide = node.cast(x, ElementType::I32)?;
    let Some(zero) = zero else { return Ok(wide) };
    let mut zero = node.cast(zero, ElementType::I32)?;
    if let &[length] = node.shape(zero) {
        zero = match (length.is(1), by_row) {
            (true, _) => node.reshape(zero, &[])?,
            (false, true) => node.reshape(zero, &[length, Dim::Static(1)])?,
            (false, false) => zero,
        };
    }
    node.binary("graph.subtract", wide, zero)
}

fn matmul_integer(node: &mut Node) -> Results {
    let (a, b) = (node.input(0)?, node.input(1)?);
    let (a_zero, b_zero) = (node.optional(2), node.optional(3));
    let a = centred(node, a, a_zero, true)?;
    let b = centred(node, b, b_zero, false)?;
    Ok(vec![matmul(node, a, b)?])
}

/// `product * a_scale * b_scale / y_scale`, rounded, plus the zero point.
fn requantize(node: &mut Node, product: Tracked, scales: [Tracked; 3], zero: Tracked) -> Result<Tracked, String> {
    let real = node.cast(product, ElementType::F32)?;
    let mut parts = Vec::new();
    for scale in scales {
        parts.push(node.cast(scale, ElementType::F32)?);
    }
    let factor = node.binary("graph.multiply", parts[0], parts[1])?;
    let scaled = node.binary("graph.multiply", real, factor)?;
    quantize(node, scaled, parts[2], Some(zero), node.element(zero))
}

fn quantized_matmul(node: &mut Node) -> Results {
    let [a, a_scale, a_zero, b, b_scale, b_zero, y_scale, y_zero] = eight(node)?;
    let a = centred(node, a, Some(a_zero), true)?;
    let b = centred(node, b, Some(b_zero), false)?;
    let product = matmul(node, a, b)?;
    let a_scale = as_column(node, a_scale)?;
    let (b_scale, y_scale) = (scalar_like(node, b_scale)?, as_column(node, y_scale)?);
    let y_zero = as_column(node, y_zero)?;
    Ok(vec![requantize(node, product, [a_scale, b_scale, y_scale], y_zero)?])
}

fn eight(node: &Node) -> Result<[Tracked; 8], String> {
    let inputs: Vec<Tracked> = (0..8).map(|index| node.input(index)).collect::<Result<_, _>>()?;
    inputs.try_into().map_err(|_| "eight inputs are needed".into())
}

/// One element as rank 0; more as they are.
pub(crate) fn scalar_like(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    match node.shape(x) {
        [one] if one.is(1) => node.reshape(x, &[]),
        _ => Ok(x),
    }
}

/// One element as rank 0; a vector as a column.
fn as_column(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    match node.shape(x) {
        &[length] if !length.is(1) => node.reshape(x, &[length, Dim::Static(1)]),
        _ => scalar_like(node, x),
    }
}

/// A convolution of centred integers.
fn convolve(
    node: &mut Node,
    x: Tracked,
    filter: Tracked,
    zeros: (Option<Tracked>, Option<Tracked>),
) -> Result<Tracked, String> {
    let x = centred(node, x, zeros.0, true)?;
    let rank = node.rank(filter);
    let filter_zero = zeros.1.map(|zero| along_outputs(node, zero, rank)).transpose()?;
    let filter = centred(node, filter, filter_zero, false)?;
    super::conv::convolve(node, &[x, filter])
}

/// One value for each output channel in the shape that broadcasts to a filter.
fn along_outputs(node: &mut Node, x: Tracked, rank: usize) -> Result<Tracked, String> {
    match node.shape(x) {
        &[length] if !length.is(1) => {
            let mut shape = vec![Dim::Static(1); rank];
            shape[0] = length;
            node.reshape(x, &shape)
        }
        _ => scalar_like(node, x),
    }
}

fn conv_integer(node: &mut Node) -> Results {
    let (x, filter) = (node.input(0)?, node.input(1)?);
    let zeros = (node.optional(2), node.optional(3));
    Ok(vec![convolve(node, x, filter, zeros)?])
}

fn quantized_conv(node: &mut Node) -> Results {
    let [x, x_scale, x_zero, filter, filter_scale, filter_zero, y_scale, y_zero] = eight(node)?;
    let mut product = convolve(node, x, filter, (Some(x_zero), Some(filter_zero)))?;
    let channel_shape = |node: &Node, x: Tracked, rank: usize| match node.shape(x) {
        &[length] if !length.is(1) => {
            let mut shape = vec![Dim::Static(1); rank - 1];
            shape[0] = length;
            shape
        }
        _ => Vec::new(),
    };
    let rank = node.rank(product);
    if let Some(bias) = node.optional(8) {
        let bias = node.reshape(bias, &channel_shape(node, bias, rank))?;
        product = node.binary("graph.add", product, bias)?;
    }
    let filter_scale = node.reshape(filter_scale, &channel_shape(node, filter_scale, rank))?;
    let (x_scale, y_scale) = (scalar_like(node, x_scale)?, scalar_like(node, y_scale)?);
    let y_zero = scalar_like(node, y_zero)?;
    Ok(vec![requantize(node, product, [x_scale, filter_scale, y_scale], y_zero)?])
}
