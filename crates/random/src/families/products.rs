//! Matrix products and convolutions.

use crate::graph::{Growing, Item};
use crate::inputs::FLOAT_BOUND;
use kiln_ir::{Attribute, Dim, Value};
use kiln_tensor::{Tensor, scalar};

pub(crate) fn matmul(growing: &mut Growing) -> Option<()> {
    let left = growing.float_of_rank(2)?;
    let ty = growing.ty(left.value);
    let right = growing.item(|growing, item| growing.ty(item.value) == ty)?;
    // A product of a value with another of its own type needs one of them transposed.
    let (transpose_a, transpose_b) = growing.random.pick(&[(true, false), (false, true)]);
    let mut builder = growing.builder();
    let op = builder.op("graph.matmul").operands(&[left.value, right.value]);
    let value = op.attribute("transpose_a", transpose_a).attribute("transpose_b", transpose_b).try_value().ok()?;
    let bound = 17.0 * left.bound * right.bound;
    growing.add(value, bound, -bound, false)
}

/// Attention of a value to itself, as one op or as exporters write it.
pub(crate) fn attention(growing: &mut Growing) -> Option<()> {
    let item = growing.float_of_rank(3)?;
    let x = item.value;
    let (shape, element) = (growing.shape(x), growing.element(x));
    let keys = *shape.get(shape.len() - 2)?;
    let scale = growing.random.pick(&[1.0, 0.25]) / item.bound.max(1.0);
    let mask = match keys.as_static() {
        Some(keys) if growing.random.once_in(2) => Some(growing.constant(element, &[keys as usize])),
        _ => None,
    };
    if growing.random.once_in(3) {
        let mut builder = growing.builder();
        let product = builder.op("graph.matmul").operands(&[x, x]).attribute("transpose_b", true);
        let scores = product.try_value().ok()?;
        let number = growing.constant_of(scalar::from_floats(element, &[], vec![scale]).ok()?);
        let mut scores = growing.builder().op("graph.multiply").operands(&[scores, number]).try_value().ok()?;
        if let Some(mask) = mask {
            scores = growing.builder().op("graph.add").operands(&[scores, mask]).try_value().ok()?;
        }
        let axis = shape.len() as i64 - 1;
        let weights = growing.builder().op("graph.softmax").operand(scores).attribute("axis", axis).try_value().ok()?;
        let value = growing.builder().op("graph.matmul").operands(&[weights, x]).try_value().ok()?;
        return growing.add(value, item.bound, -item.bound, false);
    }
    let is_causal = growing.random.once_in(3);
    let offset = growing.random.pick(&[0u64, 1, 5]);
    let bound = growing.random.once_in(4);
    let operands: Vec<Value> = [x, x, x].into_iter().chain(mask).collect();
    let mut builder = growing.builder();
    let mut op = builder.op("graph.attention").operands(&operands).attribute("scale", scale);
    if is_causal {
        op = op.attribute("causal", Attribute::dims(&[Dim::Static(offset)]));
    }
    if bound {
        op = op.attribute("softcap", 2.0);
    }
    let value = op.try_value().ok()?;
    growing.add(value, item.bound, -item.bound, false)
}

/// A product with weights of codes; where the left operand is of another type, those as numbers are.
pub(crate) fn linear_of_blocks(growing: &mut Growing) -> Option<()> {
    let item = growing.float_of_rank(2)?;
    let depth = growing.shape(item.value).last()?.as_static()? as usize;
    let element = growing.element(item.value);
    let (bits, block) = (growing.random.pick(&[2usize, 4, 8]), growing.random.pick(&[16usize, 32, 64]));
    let (columns, blocks) = (growing.random.pick(&[1usize, 5, 16, 33]), depth.div_ceil(block));
    let codes = (0..columns * blocks * block * bits / 8).map(|_| growing.random.below(256) as u8).collect::<Vec<u8>>();
    let codes = growing.constant_of(Tensor::from_values(&[columns, blocks * block * bits / 8], &codes));
    let mut operands = vec![codes, growing.constant(element, &[columns, blocks])];
    let largest = (1 << bits) as f64;
    if growing.random.once_in(2) {
        operands.push(growing.constant(element, &[columns, blocks]));
    }
    let mut builder = growing.builder();
    let op = builder.op("graph.dequantize_blocks").operands(&operands);
    let weights = op.attribute("bits", bits as i64).attribute("length", depth as i64).try_value().ok()?;
    let mut builder = growing.builder();
    let op = builder.op("graph.matmul").operands(&[item.value, weights]).attribute("transpose_b", true);
    let value = op.try_value().ok()?;
    let bound = depth as f64 * item.bound * FLOAT_BOUND * (largest + FLOAT_BOUND);
    growing.add(value, bound, -bound, false)
}

/// A product with weights, a bias perhaps.
pub(crate) fn linear(growing: &mut Growing) -> Option<()> {
    let item = growing.float_of_rank(2)?;
    let depth = growing.shape(item.value).last()?.as_static()? as usize;
    let columns = growing.random.pick(&[1usize, 3, 8, 16, 33, 64]);
    let transpose_b = growing.random.once_in(2);
    let shape = if transpose_b { [columns, depth] } else { [depth, columns] };
    let element = growing.element(item.value);
    let weights = growing.constant(element, &shape);
    let mut builder = growing.builder();
    let op = builder.op("graph.matmul").operands(&[item.value, weights]).attribute("transpose_b", transpose_b);
    let mut value = op.try_value().ok()?;
    if growing.random.once_in(2) {
        let bias = growing.constant(element, &[columns]);
        value = growing.builder().op("graph.add").operands(&[value, bias]).try_value().ok()?;
    }
    let bound = depth as f64 * item.bound * FLOAT_BOUND + FLOAT_BOUND;
    growing.add(value, bound, -bound, false)
}

/// Products of one matrix with several weights, each read by a softmax.
pub(crate) fn siblings(growing: &mut Growing) -> Option<()> {
    let item = growing.float_of_rank(2)?;
    let rank = growing.rank(item.value);
    let depth = growing.shape(item.value).last()?.as_static()? as usize;
    let element = growing.element(item.value);
    let (transpose_b, has_bias) = (growing.random.once_in(2), growing.random.once_in(2));
    for _ in 0..growing.random.pick(&[2, 2, 3]) {
        let columns = growing.random.pick(&[1usize, 3, 8, 16, 33]);
        let weights = growing.constant(element, &if transpose_b { [columns, depth] } else { [depth, columns] });
        let mut builder = growing.builder();
        let op = builder.op("graph.matmul").operands(&[item.value, weights]).attribute("transpose_b", transpose_b);
        let mut value = op.try_value().ok()?;
        if has_bias {
            let bias = growing.constant(element, &[columns]);
            value = growing.builder().op("graph.add").operands(&[value, bias]).try_value().ok()?;
        }
        let axis = (rank - 1) as i64;
        let softmax = growing.builder().op("graph.softmax").operand(value).attribute("axis", axis).try_value().ok()?;
        growing.add(softmax, 1.0, 0.0, false)?;
    }
    Some(())
}

/// What convolutions share: the operand, how many channels it has, and per spatial axis a kernel that fits.
struct Window {
    item: Item,
    channels: usize,
    layout: &'static str,
    kernel: Vec<usize>,
    dilations: Vec<i64>,
    low: Vec<i64>,
    high: Vec<i64>,
}

fn window(growing: &mut Growing) -> Option<Window> {
    let item = growing
        .item(|growing, item| (3..=4).contains(&growing.rank(item.value)) && growing.element(item.value).is_float())?;
    let shape = growing.shape(item.value);
    let layout = growing.random.pick(&["channels_first", "channels_first", "channels_last"]);
    let (channels, space) = match layout {
        "channels_first" => (shape[1], &shape[2..]),
        _ => (shape[shape.len() - 1], &shape[1..shape.len() - 1]),
    };
    let channels = channels.as_static()? as usize;
    let mut window = Window { item, channels, layout, kernel: vec![], dilations: vec![], low: vec![], high: vec![] };
    for dim in space {
        let kernel = growing.random.pick(&[1usize, 2, 3, 3, 5]);
        let dilation = growing.random.pick(&[1i64, 1, 1, 2]);
        let reach = dilation * (kernel as i64 - 1);
        // A window of the smallest extent there may be has to fit into the padded axis.
        let smallest = dim.as_static().map_or(1, |extent| extent as i64);
        let missing = (reach + 1 - smallest).max(0);
        let low = growing.random.below(1 + reach as usize) as i64;
        window.low.push(low);
        window.high.push((missing - low).max(growing.random.below(2) as i64));
        window.kernel.push(kernel);
        window.dilations.push(dilation);
    }
    Some(window)
}

pub(crate) fn conv(growing: &mut Growing) -> Option<()> {
    let window = window(growing)?;
    let divisors: Vec<usize> = (1..=window.channels).filter(|count| window.channels.is_multiple_of(*count)).collect();
    let groups = match growing.random.below(3) {
        0 => growing.random.pick(&divisors),
        1 => window.channels,
        _ => 1,
    };
    let filters = groups * growing.random.pick(&[1usize, 1, 2, 3, 16]);
    let inner = window.channels / groups;
    let strides: Vec<i64> = window.kernel.iter().map(|_| growing.random.pick(&[1, 1, 2])).collect();
    let filter = filter(growing, &window, filters, inner);
    let operands = with_bias(growing, &window, filter, filters);
    let mut builder = growing.builder();
    let op = builder.op("graph.conv").operands(&operands).attribute("strides", strides);
    let op = op.attribute("dilations", window.dilations).attribute("pad_low", window.low);
    let op =
        op.attribute("pad_high", window.high).attribute("groups", groups as i64).attribute("layout", window.layout);
    let value = op.try_value().ok()?;
    let taps: usize = window.kernel.iter().product();
    let bound = (taps * inner) as f64 * window.item.bound * FLOAT_BOUND + FLOAT_BOUND;
    growing.add(value, bound, -bound, false)
}

pub(crate) fn conv_transpose(growing: &mut Growing) -> Option<()> {
    let window = window(growing)?;
    let groups = if growing.random.once_in(3) { window.channels } else { 1 };
    let outer = growing.random.pick(&[1usize, 2, 3]);
    let strides: Vec<i64> = window.kernel.iter().map(|_| growing.random.pick(&[1, 2, 3])).collect();
    let zeros = vec![0i64; window.kernel.len()];
    let filter = filter(growing, &window, window.channels, outer);
    let operands = with_bias(growing, &window, filter, groups * outer);
    let mut builder = growing.builder();
    let op = builder.op("graph.conv_transpose").operands(&operands).attribute("strides", strides);
    let op = op.attribute("dilations", window.dilations).attribute("pad_low", zeros.clone());
    let op = op.attribute("pad_high", zeros.clone()).attribute("output_padding", zeros);
    let op = op.attribute("groups", groups as i64).attribute("layout", window.layout);
    let value = op.try_value().ok()?;
    let taps: usize = window.kernel.iter().product();
    let bound = (taps * window.channels) as f64 * window.item.bound * FLOAT_BOUND + FLOAT_BOUND;
    growing.add(value, bound, -bound, false)
}

fn filter(growing: &mut Growing, window: &Window, outer: usize, inner: usize) -> Value {
    let mut shape = vec![outer, inner];
    shape.extend(&window.kernel);
    let element = growing.element(window.item.value);
    growing.constant(element, &shape)
}

fn with_bias(growing: &mut Growing, window: &Window, filter: Value, filters: usize) -> Vec<Value> {
    let mut operands = vec![window.item.value, filter];
    if growing.random.once_in(2) {
        let element = growing.element(window.item.value);
        operands.push(growing.constant(element, &[filters]));
    }
    operands
}
