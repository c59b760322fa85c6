//! `Conv`.

use super::conversion::Tracked;
use super::node::{Node, Results, Row, row};
use super::window::Window;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[row("Conv", conv)];

pub(crate) fn conv(node: &mut Node) -> Results {
    let (x, filter) = (node.input(0)?, node.input(1)?);
    let size = spatial_extents(node, filter)?;
    let window = Window::read(node, x, Some(size), 0.0)?;
    let mut operands = vec![window.x, filter];
    operands.extend(node.optional(2));
    let groups = node.int_or("group", 1);
    Ok(vec![node.emit("graph.conv", &operands, &window.conv_attributes(groups))?])
}

/// The static spatial extents of a filter.
pub(crate) fn spatial_extents(node: &Node, filter: Tracked) -> Result<Vec<i64>, String> {
    let spatial = node.shape(filter).get(2..).ok_or("the weights have no spatial axes")?;
    let extents: Option<Vec<i64>> = spatial.iter().map(|dim: &Dim| i64::try_from(dim.as_static()?).ok()).collect();
    extents.ok_or_else(|| "the weights' spatial extents must be static".into())
}
