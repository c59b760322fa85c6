//! Pools.

use super::window::{Window, is_channels_last, spatial};
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("MaxPool", max_pool),
    row("MaxPool3D", max_pool),
    row("AvgPool", average_pool),
    row("AvgPool3D", average_pool),
    row("MaxPoolV2", max_pool_by_operands),
    row("MaxPoolWithArgmax", max_pool_with_indices),
];

fn window(node: &Node, x: Tracked) -> Result<Window, String> {
    let size = spatial(node, "ksize", node.rank(x), is_channels_last(node))?;
    Window::read(node, x, size)
}

fn lowest(element: ElementType) -> f64 {
    match element {
        element if element.is_float() => f64::NEG_INFINITY,
        element if element.is_signed_integer() => -(2f64.powi(element.bit_width() as i32 - 1)),
        _ => 0.0,
    }
}

fn max_pool(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let window = window(node, x)?;
    let x = window.padded(node, x, lowest(node.element(x)))?;
    let given = [window.attributes(), vec![("window", attribute(&window.size))]].concat();
    Ok(vec![node.emit("graph.max_pool", &[x], &given)?])
}

/// Window and strides as operands, which must be constant.
fn max_pool_by_operands(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (size, strides) =
        (node.constant_ints(node.input(1)?, "ksize")?, node.constant_ints(node.input(2)?, "strides")?);
    let op = node.op;
    node.conversion.module.set_attribute(op, "ksize", attribute(size));
    node.conversion.module.set_attribute(op, "strides", attribute(strides));
    let window = window(node, x)?;
    let x = window.padded(node, x, lowest(node.element(x)))?;
    let given = [window.attributes(), vec![("window", attribute(&window.size))]].concat();
    Ok(vec![node.emit("graph.max_pool", &[x], &given)?])
}

/// Windows at the border are means of what is inside.
fn average_pool(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let window = window(node, x)?;
    let given = [window.attributes(), vec![("window", attribute(&window.size))]].concat();
    let padded = window.padded(node, x, 0.0)?;
    let mean = node.emit("graph.average_pool", &[padded], &given)?;
    if window.open.is_none() {
        return Ok(vec![mean]);
    }
    // Zeros that stand for padding lower the mean by their share.
    let ones = super::elementwise::filled_like(node, x, 1.0)?;
    let ones = window.padded(node, ones, 0.0)?;
    let share = node.emit("graph.average_pool", &[ones], &given)?;
    Ok(vec![node.binary("graph.divide", mean, share)?])
}

/// The places of the largest elements, counted over rows, columns and channels, and also over pictures if the node says so.
fn max_pool_with_indices(node: &mut Node) -> Results {
    use crate::conversion::extent::expr;
    let x = node.input(0)?;
    let window = window(node, x)?;
    if window.open.is_some() {
        return Err("the extents of the input must be known".into());
    }
    let given = [window.attributes(), vec![("window", attribute(&window.size)), ("return_indices", attribute(true))]];
    let results = node.emit_many("graph.max_pool", &[x], &given.concat())?;
    let &[values, places] = results.as_slice() else { return Err("a pool with indices has two results".into()) };
    // The graph counts pictures, channels, rows, columns.
    let &[_, height, width, channels] = node.shape(x) else { return Err("the input must have 4 axes".into()) };
    let (height, width, channels) = (expr(height)?, expr(width)?, expr(channels)?);
    let area = node.extent(crate::conversion::extent::multiply(height, width)?);
    let channels = node.extent(channels);
    let within = node.binary("graph.remainder", places, area)?;
    let picture_and_channel = node.binary("graph.divide", places, area)?;
    let channel = node.binary("graph.remainder", picture_and_channel, channels)?;
    let scaled = node.binary("graph.multiply", within, channels)?;
    let mut index = node.binary("graph.add", scaled, channel)?;
    if node.flag("include_batch_in_index", false) {
        let picture = node.binary("graph.divide", picture_and_channel, channels)?;
        let size = node.binary("graph.multiply", area, channels)?;
        let before = node.binary("graph.multiply", picture, size)?;
        index = node.binary("graph.add", index, before)?;
    }
    let element = node.element_attribute("Targmax", ElementType::I64)?;
    Ok(vec![values, node.cast(index, element)?])
}
