//! Convolutions by filters of which only a run tells the extents: what each tap reads is gathered, the rest is a product of
//! matrices.

use super::matmul::product;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{add, constant, dim, element_count, expr, floor_divide, maximum, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};

/// `x` by a filter that has as many channels for each of `groups` groups.
pub(crate) fn unfolded(node: &mut Node, x: Tracked, filter: Tracked, groups: i64) -> Result<Tracked, String> {
    let spatial = node.rank(x).checked_sub(2).filter(|&rank| rank > 0).ok_or("the input has no spatial axes")?;
    if node.rank(filter) != spatial + 2 {
        return Err("input and weights differ in rank".into());
    }
    let list = |name: &str, default: i64, count: usize| -> Result<Vec<i64>, String> {
        let values = node.ints(name).filter(|values| !values.is_empty()).unwrap_or_else(|| vec![default; count]);
        match values.len() == count && values.iter().all(|value| (default..1 << 31).contains(value)) {
            true => Ok(values),
            false => Err(format!("{name} must be {count} numbers of at least {default}, not {values:?}")),
        }
    };
    let (strides, dilations) = (list("strides", 1, spatial)?, list("dilations", 1, spatial)?);
    let pads = list("pads", 0, 2 * spatial)?;
    let size = node.shape(filter)[2..].to_vec();
    let mut x = padded(node, x, &size, (&strides, &dilations), &pads)?;
    let &[batch, channels, ..] = node.shape(x) else { return Err("the input has no channels".into()) };
    let mut counts = Vec::new();
    for (axis, &size) in size.iter().enumerate() {
        let room = subtract(expr(node.shape(x)[axis + 2])?, reach(size, dilations[axis])?)?;
        let count = dim(add(floor_divide(room, constant(strides[axis]))?, constant(1))?)?;
        counts.push(count);
    }
    // Axis by axis, windows in place of an extent: from the last on, so that those before stay where they are.
    for axis in (0..spatial).rev() {
        let (starts, taps) = (node.line(0, counts[axis])?, node.line(1, size[axis])?);
        let starts = node.binary_scalar("graph.multiply", starts, strides[axis] as f64)?;
        let taps = node.binary_scalar("graph.multiply", taps, dilations[axis] as f64)?;
        let places = node.binary("graph.add", starts, taps)?;
        x = node.emit("graph.gather", &[x, places], &[("axis", attribute(axis as i64 + 2))])?;
    }
    let windows: Vec<Dim> = counts.iter().zip(&size).flat_map(|(&count, &size)| [count, size]).collect();
    let group = Dim::Static(groups.max(1).unsigned_abs());
    let own = dim(floor_divide(expr(channels)?, constant(groups.max(1)))?)?;
    let x = node.reshape(x, &[&[batch, group, own], &windows[..]].concat())?;
    let order: Vec<usize> =
        (0..3).chain((0..spatial).map(|axis| 4 + 2 * axis)).chain((0..spatial).map(|axis| 3 + 2 * axis)).collect();
    let x = node.transpose(x, &order)?;
    let depth = dim(multiply(expr(own)?, element_count(&size)?)?)?;
    let x = node.reshape(x, &[batch, group, depth, dim(element_count(&counts)?)?])?;
    let outputs = node.shape(filter)[0];
    let rows = dim(floor_divide(expr(outputs)?, constant(groups.max(1)))?)?;
    let filter = node.reshape(filter, &[group, rows, depth])?;
    let y = product(node, filter, x)?;
    node.reshape(y, &[&[batch, outputs], &counts[..]].concat())
}

/// How far a window of `size` reaches.
fn reach(size: Dim, dilation: i64) -> Result<DimExpr, String> {
    add(multiply(subtract(expr(size)?, constant(1))?, constant(dilation))?, constant(1))
}

/// The operand with zeros around it, as the node asks for.
fn padded(
    node: &mut Node,
    x: Tracked,
    size: &[Dim],
    (strides, dilations): (&[i64], &[i64]),
    pads: &[i64],
) -> Result<Tracked, String> {
    let (mut low, mut high) = (vec![Dim::Static(0); 2], vec![Dim::Static(0); 2]);
    let auto_pad = node.string_or("auto_pad", "NOTSET");
    for (axis, &size) in size.iter().enumerate() {
        let (before, after) = match auto_pad {
            "NOTSET" | "" => (constant(pads[axis]), constant(pads[pads.len() / 2 + axis])),
            "VALID" => (constant(0), constant(0)),
            "SAME_UPPER" | "SAME_LOWER" => {
                let (extent, stride) = (expr(node.shape(x)[axis + 2])?, constant(strides[axis]));
                let count = extent.ceil_div(stride).ok_or("a stride is 0")?;
                let last = multiply(subtract(count, constant(1))?, stride)?;
                let needed = subtract(add(last, reach(size, dilations[axis])?)?, extent)?;
                let total = maximum(needed, constant(0));
                let half = floor_divide(total, constant(2))?;
                let rest = subtract(total, half)?;
                if auto_pad == "SAME_UPPER" { (half, rest) } else { (rest, half) }
            }
            other => return Err(format!("auto_pad \"{other}\" is not known")),
        };
        low.push(dim(before)?);
        high.push(dim(after)?);
    }
    if low.iter().chain(&high).all(|pad| pad.is(0)) {
        return Ok(x);
    }
    let given = [("low", dims_attribute(&low)), ("high", dims_attribute(&high)), ("mode", attribute("constant"))];
    node.emit("graph.pad", &[x], &given)
}
