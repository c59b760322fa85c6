//! Resampling of pictures.

use crate::conversion::emit::attribute;
use crate::conversion::extent::dim;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("ResizeBilinear", |node| resize(node, "linear")),
    row("ResizeNearestNeighbor", |node| resize(node, "nearest")),
    row("ResizeBicubic", |node| resize(node, "cubic")),
];

/// Where samples lie.
#[derive(Clone, Copy)]
pub(crate) struct Places {
    /// The corners are those of the picture.
    pub corners: bool,
    /// Pixels have their middle at halves.
    pub half_pixel: bool,
}

fn resize(node: &mut Node, mode: &str) -> Results {
    let (x, size) = (node.input(0)?, node.input(1)?);
    let places =
        Places { corners: node.flag("align_corners", false), half_pixel: node.flag("half_pixel_centers", false) };
    Ok(vec![resized(node, x, size, mode, places)?])
}

pub(crate) fn resized(
    node: &mut Node,
    x: Tracked,
    size: Tracked,
    mode: &str,
    places: Places,
) -> Result<Tracked, String> {
    let size = node.counts_of(size)?;
    let (&[batch, _, _, channels], &[height, width]) = (node.shape(x), size.as_slice()) else {
        return Err("the input must have 4 axes, and the size two numbers".into());
    };
    let shape = [batch, dim(height)?, dim(width)?, channels];
    let is_half_pixel = places.half_pixel;
    let coordinates = match (places.corners, is_half_pixel) {
        (true, _) => "align_corners",
        (false, true) => "half_pixel",
        (false, false) => "asymmetric",
    };
    let mut given = vec![("mode", attribute(mode)), ("coordinates", attribute(coordinates))];
    match mode {
        "nearest" => {
            let rounding = if coordinates == "asymmetric" { "floor" } else { "round_prefer_ceil" };
            given.push(("nearest_mode", attribute(rounding)));
        }
        "cubic" => {
            given.push(("cubic_coefficient", attribute(if is_half_pixel { -0.5 } else { -0.75 })));
            given.push(("exclude_outside", attribute(is_half_pixel)));
        }
        _ => {}
    }
    // Interpolated pictures are of floats, whatever they were.
    let x = if mode == "nearest" { x } else { node.cast(x, ElementType::F32)? };
    // Corners of one pixel are the first one.
    if coordinates == "align_corners" && shape[1..3].iter().any(|dim| dim.is(1)) {
        given[1] = ("coordinates", attribute("asymmetric"));
    }
    if shape[..] == *node.shape(x) {
        return Ok(x);
    }
    debug_assert!(!shape.contains(&Dim::Unknown));
    node.emit_as("graph.resize", &[x], &given, &shape, node.element_type(x))
}
