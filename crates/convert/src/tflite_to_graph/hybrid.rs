//! Floats by weights of integers: the floats of each line become 8-bit integers when the model runs, or the weights floats.

use super::conv::Convolution;
use super::quantization::Quantization;
use super::quantize::rounded;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

/// Lines of floats as integers: the integers, the scale of each line and the zero point of each.
pub(crate) struct Lines {
    integers: Tracked,
    scales: Tracked,
    zero_points: Option<Tracked>,
}

/// Each line by its own largest magnitude, or by its own range if `asymmetric`.
pub(crate) fn quantized_lines(node: &mut Node, x: Tracked, axes: &[usize], asymmetric: bool) -> Result<Lines, String> {
    if asymmetric {
        return asymmetric_lines(node, x, axes);
    }
    let size = node.unary("graph.abs", x)?;
    let most = node.reduce("graph.reduce_max", size, axes)?;
    let is_zero = node.binary_scalar("graph.equal", most, 0.0)?;
    let one = node.scalar(ElementType::F32, 1.0)?;
    let scale = node.binary_scalar("graph.divide", most, 127.0)?;
    let scales = node.select(is_zero, one, scale)?;
    let full = node.scalar(ElementType::F32, 127.0)?;
    let safe = node.select(is_zero, one, most)?;
    let inverse = node.binary("graph.divide", full, safe)?;
    let scaled = node.binary("graph.multiply", x, inverse)?;
    let whole = rounded(node, scaled)?;
    let clamped = node.clamp(whole, Some(-127.0), Some(127.0))?;
    let integers = node.cast(clamped, ElementType::I8)?;
    Ok(Lines { integers, scales, zero_points: None })
}

fn asymmetric_lines(node: &mut Node, x: Tracked, axes: &[usize]) -> Result<Lines, String> {
    let low = node.reduce("graph.reduce_min", x, axes)?;
    let low = node.clamp(low, None, Some(0.0))?;
    let high = node.reduce("graph.reduce_max", x, axes)?;
    let high = node.clamp(high, Some(0.0), None)?;
    let is_zero = node.binary("graph.equal", low, high)?;
    let (low_wide, high_wide) = (node.cast(low, ElementType::F64)?, node.cast(high, ElementType::F64)?);
    let range = node.binary("graph.subtract", high_wide, low_wide)?;
    let scale = node.binary_scalar("graph.divide", range, 255.0)?;
    let one = node.scalar(ElementType::F64, 1.0)?;
    let scale = node.select(is_zero, one, scale)?;
    // The zero point from the end of the range that it is computed more exactly from.
    let (from_low, from_high) =
        (node.binary("graph.divide", low_wide, scale)?, node.binary("graph.divide", high_wide, scale)?);
    let (low_size, high_size) = (node.unary("graph.abs", from_low)?, node.unary("graph.abs", from_high)?);
    let low_error = node.binary_scalar("graph.add", low_size, 128.0)?;
    let high_error = node.binary_scalar("graph.add", high_size, 127.0)?;
    let is_low = node.binary("graph.less", low_error, high_error)?;
    let (minus, plus) = (node.scalar(ElementType::F64, -128.0)?, node.scalar(ElementType::F64, 127.0)?);
    let (low_point, high_point) =
        (node.binary("graph.subtract", minus, from_low)?, node.binary("graph.subtract", plus, from_high)?);
    let point = node.select(is_low, low_point, high_point)?;
    let clamped = node.clamp(point, Some(-128.0), Some(127.0))?;
    let point = rounded(node, clamped)?;
    let zero = node.scalar(ElementType::F64, 0.0)?;
    let point = node.select(is_zero, zero, point)?;
    let scales = node.cast(scale, ElementType::F32)?;
    let inverse = node.unary("graph.reciprocal", scales)?;
    let points = node.cast(point, ElementType::F32)?;
    let scaled = node.binary("graph.multiply", x, inverse)?;
    let moved = node.binary("graph.add", scaled, points)?;
    let whole = rounded(node, moved)?;
    let clamped = node.clamp(whole, Some(-128.0), Some(127.0))?;
    let integers = node.cast(clamped, ElementType::I8)?;
    let zero_points = Some(node.cast(points, ElementType::I32)?);
    Ok(Lines { integers, scales, zero_points })
}

/// Lines of floats times the transpose of weights of integers.
pub(crate) fn fully_connected(
    node: &mut Node,
    x: Tracked,
    weights: Tracked,
    bias: Option<Tracked>,
) -> Result<Tracked, String> {
    let scales = node.quantized_operand(1)?;
    let lines = quantized_lines(node, x, &[1], node.option_flag("asymmetric_quantize_inputs"))?;
    let mut y = product(node, &lines, weights, &scales)?;
    if let Some(bias) = bias {
        y = node.binary("graph.add", y, bias)?;
    }
    node.fused_activation(y)
}

/// Lines of integers times the transpose of weights of integers, in floats.
pub(crate) fn product(
    node: &mut Node,
    lines: &Lines,
    weights: Tracked,
    scales: &Quantization,
) -> Result<Tracked, String> {
    let weights = node.cast(weights, ElementType::I8)?;
    let given = [("transpose_b", attribute(true)), ("widening", attribute(true))];
    let mut sums = node.emit("graph.matmul", &[lines.integers, weights], &given)?;
    if let Some(points) = lines.zero_points {
        let wide = node.cast(weights, ElementType::I32)?;
        let of_units = node.reduce("graph.reduce_sum", wide, &[1])?;
        let of_units = node.transpose(of_units, &[1, 0])?;
        let moved = node.binary("graph.multiply", points, of_units)?;
        sums = node.binary("graph.subtract", sums, moved)?;
    }
    let floats = node.cast(sums, ElementType::F32)?;
    let weight_scales = match scales.is_per_channel() {
        true => node.tensor(kiln_tensor::Tensor::from_values(&[1, scales.scales.len()], &scales.scales))?,
        false => node.scalar(ElementType::F32, scales.scale().into())?,
    };
    let factors = node.binary("graph.multiply", lines.scales, weight_scales)?;
    node.binary("graph.multiply", floats, factors)
}

/// A convolution of floats by weights of integers: each picture of the batch becomes integers.
pub(crate) fn conv(node: &mut Node, mut convolution: Convolution) -> Results {
    let scales = node.quantized_operand(1)?;
    let axes: Vec<usize> = (1..node.rank(convolution.x)).collect();
    let lines = quantized_lines(node, convolution.x, &axes, scales.is_per_channel())?;
    let mut centered = node.cast(lines.integers, ElementType::I32)?;
    if let Some(points) = lines.zero_points {
        centered = node.binary("graph.subtract", centered, points)?;
    }
    let weights = node.cast(convolution.weights, ElementType::I32)?;
    convolution.x = centered;
    let bias = convolution.bias.take();
    let sums = convolution.of_floats(node, weights)?;
    let floats = node.cast(sums, ElementType::F32)?;
    let of_channels = node.tensor(kiln_tensor::Tensor::from_values(&[scales.scales.len()], &scales.scales))?;
    let scaled = node.binary("graph.multiply", floats, of_channels)?;
    let mut y = node.binary("graph.multiply", scaled, lines.scales)?;
    if let Some(bias) = bias {
        y = node.binary("graph.add", y, bias)?;
    }
    Ok(vec![node.fused_activation(y)?])
}

/// Products of matrices of floats by matrices of integers: each line becomes integers.
pub(crate) fn batch_matmul(node: &mut Node) -> Results {
    let (mut x, y) = (node.input(0)?, node.input(1)?);
    let rank = node.rank(x);
    if rank < 2 {
        return Err("the operands must be matrices".into());
    }
    if node.option_flag("adj_x") {
        let order: Vec<usize> = (0..rank - 2).chain([rank - 1, rank - 2]).collect();
        x = node.transpose(x, &order)?;
    }
    let scales = node.quantized_operand(1)?;
    let lines = quantized_lines(node, x, &[rank - 1], node.option_flag("asymmetric_quantize_inputs"))?;
    let given = [("transpose_b", attribute(node.option_flag("adj_y"))), ("widening", attribute(true))];
    let mut sums = node.emit("graph.matmul", &[lines.integers, y], &given)?;
    if let Some(points) = lines.zero_points {
        // The zero point of each line times the sum of each column.
        let (wide, depth) =
            (node.cast(y, ElementType::I32)?, node.rank(y) - if node.option_flag("adj_y") { 1 } else { 2 });
        let mut of_columns = node.reduce("graph.reduce_sum", wide, &[depth])?;
        if node.option_flag("adj_y") {
            let order: Vec<usize> = (0..node.rank(y) - 2).chain([node.rank(y) - 1, node.rank(y) - 2]).collect();
            of_columns = node.transpose(of_columns, &order)?;
        }
        let moved = node.binary("graph.multiply", points, of_columns)?;
        sums = node.binary("graph.subtract", sums, moved)?;
    }
    let floats = node.cast(sums, ElementType::F32)?;
    let factors = node.binary_scalar("graph.multiply", lines.scales, scales.scale().into())?;
    Ok(vec![node.binary("graph.multiply", floats, factors)?])
}
