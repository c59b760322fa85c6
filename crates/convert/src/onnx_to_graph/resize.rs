//! `Resize`, `Upsample`.

use super::resize_run_time::{self, Style};
use crate::conversion::content::Item;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, floor_divide, multiply};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row_in};
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim, DimExpr};

pub(crate) const ROWS: &[Row] = &[
    row_in("Upsample", 1..=6, |node| {
        let scales = [1.0, 1.0, node.float_or("height_scale", 1.0), node.float_or("width_scale", 1.0)];
        simple(node, &scales.map(Item::Float))
    }),
    row_in("Upsample", 7..=i64::MAX, |node| {
        let scales = match node.optional(1) {
            Some(scales) if items(node, scales).is_none() => return simple_at_run_time(node, scales),
            Some(scales) => items(node, scales).unwrap_or_default(),
            None => node.floats("scales").ok_or("scales are missing")?.into_iter().map(Item::Float).collect(),
        };
        simple(node, &scales)
    }),
    row_in("Resize", 10..=10, |node| {
        let scales = node.input(1)?;
        match items(node, scales) {
            Some(scales) => simple(node, &scales),
            None => simple_at_run_time(node, scales),
        }
    }),
    row_in("Resize", 11..=i64::MAX, resize),
];

/// Extents and scales of the axes that are resized.
struct Target {
    shape: Vec<Dim>,
    /// `None` where the scale is the quotient of the extents.
    scales: Option<Vec<f64>>,
}

/// The first versions: coordinates are indices times the scale. Nearest rounds down when enlarging, up when shrinking.
fn simple(node: &mut Node, scales: &[Item]) -> Results {
    let x = node.input(0)?;
    let axes: Vec<usize> = (0..node.rank(x)).collect();
    let target = by_scales(node, x, &axes, scales)?;
    let shrinks = target.scales.iter().flatten().any(|&scale| scale < 1.0);
    let mode = match node.string_or("mode", "nearest") {
        "nearest" => "nearest",
        "linear" | "bilinear" => "linear",
        other => return Err(format!("mode \"{other}\" is not known")),
    };
    let mut given = vec![
        ("mode", attribute(mode)),
        ("coordinates", attribute("asymmetric")),
        ("nearest_mode", attribute(if shrinks { "ceil" } else { "floor" })),
    ];
    given.extend(target.scales.map(|scales| ("scales", float_list(&scales))));
    Ok(vec![node.emit_as("graph.resize", &[x], &given, &target.shape, node.element_type(x))?])
}

fn resize(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let rank = node.rank(x);
    let axes = match node.ints("axes") {
        Some(axes) => axes
            .iter()
            .map(|&axis| crate::conversion::extent::normalize_axis(axis, rank))
            .collect::<Result<Vec<_>, _>>()?,
        None => (0..rank).collect(),
    };
    let scales = node.optional(2).filter(|&scales| !node.shape(scales).first().is_some_and(|count| count.is(0)));
    let sizes = node.optional(3).filter(|&sizes| !node.shape(sizes).first().is_some_and(|count| count.is(0)));
    let mode = node.string_or("mode", "nearest");
    let coordinates = node.string_or("coordinate_transformation_mode", "half_pixel");
    let coordinates = if coordinates == "tf_half_pixel_for_nn" { "half_pixel" } else { coordinates };
    let roi = node.optional(1).filter(|_| coordinates == "tf_crop_and_resize");
    let is_region_data = roi.is_some_and(|roi| node.constant_floats(roi, "roi").is_err());
    // What looks at the operand's extents takes the way of what only a run tells where these are open.
    let is_open = node.shape(x).iter().any(|dim| dim.as_static().is_none());
    let looks = node.flag("antialias", false) || node.string_or("keep_aspect_ratio_policy", "stretch") != "stretch";
    let is_run_time = is_region_data || is_open && looks;
    let target = match (scales, sizes) {
        (Some(scales), None) => match items(node, scales).filter(|_| !is_run_time) {
            Some(scales) => by_scales(node, x, &axes, &scales)?,
            None => {
                let target = resize_run_time::by_scales(node, x, &axes, scales)?;
                return resize_at_run_time(node, x, &target, (mode, coordinates));
            }
        },
        (None, Some(sizes)) => match node.extents(sizes, "sizes").ok().filter(|_| !is_run_time) {
            Some(sizes) => by_sizes(node, x, &axes, &sizes)?,
            None => {
                let target = resize_run_time::by_sizes(node, x, &axes, sizes)?;
                return resize_at_run_time(node, x, &target, (mode, coordinates));
            }
        },
        _ => return Err("one of scales and sizes must be given".into()),
    };
    let mut given = vec![("mode", attribute(mode)), ("coordinates", attribute(coordinates))];
    if mode == "nearest" {
        given.push(("nearest_mode", attribute(node.string_or("nearest_mode", "round_prefer_floor"))));
    }
    if mode == "cubic" {
        given.push(("cubic_coefficient", attribute(node.float_or("cubic_coeff_a", -0.75))));
    }
    if node.flag("exclude_outside", false) {
        given.push(("exclude_outside", attribute(true)));
    }
    if node.flag("antialias", false) {
        given.push(("antialias", attribute(true)));
    }
    if axes.len() != rank || axes.iter().enumerate().any(|(index, &axis)| index != axis) {
        given.push(("axes", crate::conversion::emit::axes_attribute(&axes)));
    }
    if coordinates == "tf_crop_and_resize" {
        given.push(("extrapolation", attribute(node.float_or("extrapolation_value", 0.0))));
        let roi = node.input(1)?;
        given.push(("roi", float_list(&node.constant_floats(roi, "roi")?)));
    }
    given.extend(target.scales.map(|scales| ("scales", float_list(&scales))));
    if target.shape == node.shape(x) && coordinates != "tf_crop_and_resize" {
        return Ok(vec![x]);
    }
    Ok(vec![node.emit_as("graph.resize", &[x], &given, &target.shape, node.element_type(x))?])
}

fn float_list(values: &[f64]) -> Attribute {
    Attribute::array(&values.iter().map(|&value| Attribute::f64(value)).collect::<Vec<_>>())
}

/// The elements of an operand, if all are known.
fn items(node: &Node, tensor: Tracked) -> Option<Vec<Item>> {
    node.content(tensor).filter(|content| content.is_known()).map(|content| content.items.clone())
}

/// As [`simple`], for scales that data gives.
fn simple_at_run_time(node: &mut Node, scales: Tracked) -> Results {
    let x = node.input(0)?;
    let axes: Vec<usize> = (0..node.rank(x)).collect();
    let target = resize_run_time::by_scales(node, x, &axes, scales)?;
    let mode = if node.string_or("mode", "nearest") == "nearest" { "nearest" } else { "linear" };
    let style = Style { nearest: "by_scale", ..style(node, mode, "asymmetric") };
    Ok(vec![resize_run_time::resample(node, x, &target, &style)?])
}

fn resize_at_run_time(
    node: &mut Node,
    x: Tracked,
    target: &resize_run_time::Target,
    (mode, coordinates): (&'static str, &'static str),
) -> Results {
    let mut style = style(node, mode, coordinates);
    if coordinates == "tf_crop_and_resize" {
        let roi = node.input(1)?;
        let shape = [Dim::Static(2 * target.axes.len() as u64)];
        style.roi = Some(node.expect_shape(roi, &shape, "roi, a start and an end for each axis,")?);
    }
    Ok(vec![resize_run_time::resample(node, x, target, &style)?])
}

/// What the node's attributes say of interpolation.
fn style(node: &Node, mode: &'static str, coordinates: &'static str) -> Style<'static> {
    Style {
        mode,
        coordinates,
        nearest: node.string_or("nearest_mode", "round_prefer_floor"),
        cubic_coefficient: node.float_or("cubic_coeff_a", -0.75),
        exclude_outside: node.flag("exclude_outside", false),
        antialias: node.flag("antialias", false),
        extrapolation: node.float_or("extrapolation_value", 0.0),
        roi: None,
    }
}

/// Extents are the operand's times the scale, rounded down.
fn by_scales(node: &Node, x: Tracked, axes: &[usize], scales: &[Item]) -> Result<Target, String> {
    if scales.len() != axes.len() {
        return Err(format!("{} axes take as many scales, found {}", axes.len(), scales.len()));
    }
    let mut shape = node.shape(x).to_vec();
    let mut constants = Some(Vec::new());
    for (&axis, &scale) in axes.iter().zip(scales) {
        let extent = expr(shape[axis])?;
        shape[axis] = match (extent.as_constant(), scale.to_f64()) {
            (Some(extent), Some(scale)) => {
                let scaled = (extent as f64 * scale).floor();
                if !(0.0..1e15).contains(&scaled) {
                    return Err(format!("scale {scale} cannot be"));
                }
                Dim::Static(scaled as u64)
            }
            _ => {
                let (numerator, denominator) =
                    scale.to_ratio().ok_or("a scale is no quotient of integers, and the extent is symbolic")?;
                dim(floor_divide(multiply(extent, numerator)?, denominator)?)?
            }
        };
        match (&mut constants, scale.to_f64()) {
            (Some(constants), Some(scale)) => constants.push(scale),
            _ => constants = None,
        }
    }
    Ok(Target { shape, scales: constants })
}

/// Extents as given, or as the policy for keeping the aspect ratio makes them.
fn by_sizes(node: &Node, x: Tracked, axes: &[usize], sizes: &[DimExpr]) -> Result<Target, String> {
    if sizes.len() != axes.len() {
        return Err(format!("{} axes take as many sizes, found {}", axes.len(), sizes.len()));
    }
    let mut shape = node.shape(x).to_vec();
    let policy = node.string_or("keep_aspect_ratio_policy", "stretch");
    if policy == "stretch" {
        for (&axis, &size) in axes.iter().zip(sizes) {
            shape[axis] = dim(size)?;
        }
        return Ok(Target { shape, scales: None });
    }
    let static_size = |expr: DimExpr| expr.as_constant().map(|value| value as f64);
    let mut ratios = Vec::new();
    for (&axis, &size) in axes.iter().zip(sizes) {
        let extent = expr(shape[axis])?;
        let ratio = static_size(size).zip(static_size(extent)).map(|(size, extent)| size / extent);
        ratios.push(ratio.ok_or_else(|| format!("policy \"{policy}\" needs static extents"))?);
    }
    let scale = match policy {
        "not_larger" => ratios.iter().copied().fold(f64::INFINITY, f64::min),
        "not_smaller" => ratios.iter().copied().fold(0.0, f64::max),
        other => return Err(format!("keep_aspect_ratio_policy \"{other}\" is not known")),
    };
    for &axis in axes {
        let extent = static_size(expr(shape[axis])?).unwrap_or(0.0);
        shape[axis] = dim(constant((scale * extent + 0.5).floor() as i64))?;
    }
    Ok(Target { shape, scales: Some(vec![scale; axes.len()]) })
}
