//! Pools and resizing.

use crate::graph::Growing;
use kiln_ir::{Dim, Type};

pub(crate) fn pool(growing: &mut Growing) -> Option<()> {
    let item = growing
        .item(|growing, item| (3..=4).contains(&growing.rank(item.value)) && growing.element(item.value).is_float())?;
    let shape = growing.shape(item.value);
    let layout = growing.random.pick(&["channels_first", "channels_last"]);
    let space = if layout == "channels_first" { &shape[2..] } else { &shape[1..shape.len() - 1] };
    let (mut window, mut low, mut high) = (Vec::new(), Vec::new(), Vec::new());
    for dim in space {
        let size = growing.random.pick(&[1i64, 2, 3]);
        let smallest = dim.as_static().map_or(1, |extent| extent as i64);
        let before = growing.random.below(size as usize) as i64;
        window.push(size);
        low.push(before);
        // Padding stays smaller than the window, so that no window lies outside.
        high.push((size - smallest - before).clamp(0, size - 1));
    }
    if window
        .iter()
        .zip(space)
        .zip(low.iter().zip(&high))
        .any(|((&size, dim), (&low, &high))| dim.as_static().map_or(1, |extent| extent as i64) + low + high < size)
    {
        return None;
    }
    let strides: Vec<i64> = window.iter().map(|_| growing.random.pick(&[1, 2])).collect();
    let ones = vec![1i64; window.len()];
    let name = growing.random.pick(&["graph.max_pool", "graph.average_pool"]);
    let includes_padding = growing.random.once_in(2);
    let mut builder = growing.builder();
    let op = builder.op(name).operand(item.value).attribute("window", window).attribute("strides", strides);
    let op = op.attribute("dilations", ones).attribute("pad_low", low).attribute("pad_high", high);
    let op = op.attribute("layout", layout);
    let op = op.optional_attribute("count_include_pad", (name == "graph.average_pool").then_some(includes_padding));
    let value = op.try_value().ok()?;
    growing.add(value, item.bound, item.low.min(0.0), item.exact && name == "graph.max_pool")
}

pub(crate) fn resize(growing: &mut Growing) -> Option<()> {
    let item = growing.float_of_rank(1)?;
    let mut shape = growing.shape(item.value);
    let axis = growing.axis(item.value)?;
    let extent = shape[axis].as_static()?;
    let factor = growing.random.pick(&[2u64, 3]);
    let (length, scale) = match extent.is_multiple_of(factor) && growing.random.once_in(3) {
        true => (extent / factor, 1.0 / factor as f64),
        false => (extent * factor, factor as f64),
    };
    shape[axis] = Dim::from(length);
    let mut scales = vec![1.0; shape.len()];
    scales[axis] = scale;
    let mode = growing.random.pick(&["nearest", "linear", "cubic"]);
    let coordinates = growing.random.pick(&["half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"]);
    let nearest = growing.random.pick(&["floor", "ceil", "round_prefer_floor", "round_prefer_ceil"]);
    let scales: Vec<kiln_ir::Attribute> = scales.into_iter().map(kiln_ir::Attribute::f64).collect();
    let ty = Type::tensor(&shape, growing.ty(item.value).scalar());
    let mut builder = growing.builder();
    let op =
        builder.op("graph.resize").operand(item.value).attribute("mode", mode).attribute("coordinates", coordinates);
    let op = op.attribute("nearest_mode", nearest).attribute("scales", scales).result(ty);
    let value = op.try_value().ok()?;
    growing.add(value, 2.0 * item.bound, -2.0 * item.bound, false)
}
