//! Images in other sizes.

use super::call::{Call, Row, plain};
use super::reshaping::{first_spatial_axis, repeat};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, floor_divide, multiply, subtract};
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[
    plain("UpSampling2D", up_sampling),
    plain("Resizing", |call| {
        if call.is_set("crop_to_aspect_ratio", false) || call.is_set("pad_to_aspect_ratio", false) {
            return Err(
                "resizing that keeps the ratio of the extents is not supported; resize to the extents alone".into()
            );
        }
        let x = call.first_as_floats()?;
        let size = [extent(call, "height")?, extent(call, "width")?];
        let mode = call.string_or("interpolation", "bilinear");
        Ok(vec![resize(call, x, size, mode)?])
    }),
    plain("CenterCrop", center_crop),
    plain("RandomCrop", center_crop),
];

fn extent(call: &Call, name: &str) -> Result<Dim, String> {
    let extent = call.int(name).and_then(|extent| u64::try_from(extent).ok());
    extent.map(Dim::Static).ok_or_else(|| format!("{name} is missing"))
}

fn up_sampling(call: &mut Call) -> Results {
    let mode = call.string_or("interpolation", "nearest");
    if mode == "nearest" {
        return repeat(call, 2);
    }
    let x = call.first_as_floats()?;
    let (first, times) = (first_spatial_axis(call), call.integers("size", 2, 2)?);
    let mut size = [Dim::Static(0); 2];
    for (axis, place) in size.iter_mut().enumerate() {
        let extent = call.shape(x).get(first + axis).ok_or("the input must have four axes")?;
        *place = dim(multiply(expr(*extent)?, constant(times[axis]))?)?;
    }
    Ok(vec![resize(call, x, size, mode)?])
}

/// An image resized to other extents, as TensorFlow does it.
pub(crate) fn resize(call: &mut Call, x: Tracked, size: [Dim; 2], mode: &str) -> Result<Tracked, String> {
    let first = match (call.rank(x), call.is_channels_last()) {
        (3 | 4, true) => call.rank(x) - 3,
        (3 | 4, false) => call.rank(x) - 2,
        _ => return Err("an image has three axes, images have four".into()),
    };
    let mut given = vec![("coordinates", attribute("half_pixel"))];
    match mode {
        "nearest" => given.extend([("mode", attribute("nearest")), ("nearest_mode", attribute("round_prefer_ceil"))]),
        "bilinear" => given.push(("mode", attribute("linear"))),
        "bicubic" => given.extend([
            ("mode", attribute("cubic")),
            ("cubic_coefficient", attribute(-0.5f64)),
            ("exclude_outside", attribute(true)),
        ]),
        other => return Err(format!("interpolation \"{other}\" is not supported; nearest, bilinear and bicubic are")),
    }
    let mut shape = call.shape(x).to_vec();
    shape[first..first + 2].copy_from_slice(&size);
    let element = call.element_type(x);
    call.emit_as("graph.resize", &[x], &given, &shape, element)
}

/// The middle of an image that is at least as large.
fn center_crop(call: &mut Call) -> Results {
    let mut x = call.first_as_floats()?;
    let first = if call.is_channels_last() { call.rank(x).checked_sub(3) } else { call.rank(x).checked_sub(2) };
    let first = first.ok_or("an image has three axes, images have four")?;
    for (axis, name) in ["height", "width"].into_iter().enumerate() {
        let wanted = extent(call, name)?;
        let surplus = subtract(expr(call.shape(x)[first + axis])?, expr(wanted)?)?;
        if surplus.as_constant().is_some_and(|surplus| surplus < 0) {
            return Err(format!("the image has fewer elements than the {name} that is cropped to; resize it before"));
        }
        let start = dim(floor_divide(surplus, constant(2))?)?;
        x = call.slice_axis(x, first + axis, start, wanted)?;
    }
    Ok(vec![x])
}
