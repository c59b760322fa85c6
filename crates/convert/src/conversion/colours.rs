//! Colours of pictures whose last axis has them: red, green and blue, or hue, saturation and value.

use super::node::Node;
use super::state::Tracked;
use kiln_ir::Dim;

/// Hue, saturation and value of red, green and blue.
pub(crate) fn hsv_channels(node: &mut Node, x: Tracked) -> Result<(Tracked, Tracked, Tracked), String> {
    let (red, green, blue) = (channel(node, x, 0)?, channel(node, x, 1)?, channel(node, x, 2)?);
    let last = node.rank(x) - 1;
    let value = node.reduce("graph.reduce_max", x, &[last])?;
    let least = node.reduce("graph.reduce_min", x, &[last])?;
    let range = node.binary("graph.subtract", value, least)?;
    let zero = node.scalar(node.element(x), 0.0)?;
    let share = node.binary("graph.divide", range, value)?;
    let is_lit = node.binary_scalar("graph.greater", value, 0.0)?;
    let saturation = node.select(is_lit, share, zero)?;
    let mut sixth = |left: Tracked, right: Tracked, turn: f64| {
        let difference = node.binary("graph.subtract", left, right)?;
        let ratio = node.binary("graph.divide", difference, range)?;
        let hue = node.binary_scalar("graph.divide", ratio, 6.0)?;
        node.binary_scalar("graph.add", hue, turn)
    };
    let (of_red, of_green, of_blue) =
        (sixth(green, blue, 0.0)?, sixth(blue, red, 2.0 / 6.0)?, sixth(red, green, 4.0 / 6.0)?);
    let is_green = node.binary("graph.equal", green, value)?;
    let is_red = node.binary("graph.equal", red, value)?;
    let hue = node.select(is_green, of_green, of_blue)?;
    let hue = node.select(is_red, of_red, hue)?;
    let is_coloured = node.binary_scalar("graph.greater", range, 0.0)?;
    let hue = node.select(is_coloured, hue, zero)?;
    let is_below = node.binary_scalar("graph.less", hue, 0.0)?;
    let turned = node.binary_scalar("graph.add", hue, 1.0)?;
    Ok((node.select(is_below, turned, hue)?, saturation, value))
}

/// Each colour is a trapezoid over the hue.
pub(crate) fn from_hsv(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let (hue, saturation, value) = (channel(node, x, 0)?, channel(node, x, 1)?, channel(node, x, 2)?);
    let last = node.rank(x) - 1;
    let turns = node.binary_scalar("graph.multiply", hue, 6.0)?;
    let mut colours = Vec::new();
    for (centre, sign, offset) in [(3.0, 1.0, -1.0), (2.0, -1.0, 2.0), (4.0, -1.0, 2.0)] {
        let distance = node.binary_scalar("graph.subtract", turns, centre)?;
        let distance = node.unary("graph.abs", distance)?;
        let line = node.binary_scalar("graph.multiply", distance, sign)?;
        let line = node.binary_scalar("graph.add", line, offset)?;
        let share = node.clamp(line, Some(0.0), Some(1.0))?;
        // (1 - s + s * share) * v
        let lost = node.binary_scalar("graph.subtract", share, 1.0)?;
        let lost = node.binary("graph.multiply", lost, saturation)?;
        let kept = node.binary_scalar("graph.add", lost, 1.0)?;
        colours.push(node.binary("graph.multiply", kept, value)?);
    }
    node.concat(&colours, last)
}

/// One channel of the last axis, which is kept.
pub(crate) fn channel(node: &mut Node, x: Tracked, index: u64) -> Result<Tracked, String> {
    let last = node.rank(x).checked_sub(1).ok_or("a picture has channels")?;
    node.slice_axis(x, last, Dim::Static(index), Dim::Static(1))
}
