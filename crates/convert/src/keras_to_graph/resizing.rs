//! Images in other sizes.

use super::call::{Call, Row, plain};
use super::preprocessing::unchanged;
use super::reshaping::{first_spatial_axis, repeat};
use super::sampling::{Kernel, sample};
use super::window::pad;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, floor_divide, multiply, subtract};
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("UpSampling2D", up_sampling),
    plain("Resizing", |call| {
        let x = call.first_as_floats()?;
        let size = [extent(call, "height")?, extent(call, "width")?].map(|extent| extent.as_static().unwrap_or(0));
        let how = Resized { size, mode: call.attribute("interpolation") };
        Ok(vec![resize_as_set(call, x, &how)?])
    }),
    plain("CenterCrop", center_crop),
    plain("RandomCrop", |call| {
        // Since Keras 3 it crops in training alone.
        if call.is_before_keras_3() { center_crop(call) } else { unchanged(call) }
    }),
];

/// What an image is resized to.
pub(crate) struct Resized {
    pub size: [u64; 2],
    pub mode: Option<Attribute>,
}

/// An image resized as the settings say, perhaps cut or filled up before so that the ratio of its extents stays.
pub(crate) fn resize_as_set(call: &mut Call, x: Tracked, how: &Resized) -> Result<Tracked, String> {
    let mode = how.mode.and_then(|mode| mode.as_str()).unwrap_or("bilinear");
    let is_cut = call.is_set("crop_to_aspect_ratio", false);
    let x = match is_cut || call.is_set("pad_to_aspect_ratio", false) {
        true => in_ratio(call, x, how.size, is_cut)?,
        false => x,
    };
    let element = call.element(x);
    let floats = if element.is_float() || mode == "nearest" { x } else { call.cast(x, ElementType::F32)? };
    let is_smooth = call.is_set("antialias", false);
    resize(call, floats, how.size.map(Dim::Static), mode, is_smooth)
}

/// The middle of an image, or an image in the middle of a fill, such that its extents have the ratio of the wanted ones.
fn in_ratio(call: &mut Call, x: Tracked, size: [u64; 2], is_cut: bool) -> Result<Tracked, String> {
    let first = first_image_axis(call, x)?;
    let known =
        [0, 1].map(|axis| call.shape(x)[first + axis].as_static().and_then(|extent| u32::try_from(extent).ok()));
    let [Some(height), Some(width)] = known.map(|extent| extent.filter(|&extent| extent > 0)) else {
        return Err("an image whose ratio is kept must have known extents".into());
    };
    let [target_height, target_width] = size.map(|extent| extent as f32);
    if size.contains(&0) {
        return Err("an image is resized to nothing".into());
    }
    let wanted = [
        ((u64::from(width) * size[0]) as f32 / target_width) as u64,
        ((u64::from(height) * size[1]) as f32 / target_height) as u64,
    ];
    let own = [u64::from(height), u64::from(width)];
    let mut y = x;
    let rank = call.rank(x);
    let mut around = vec![Dim::Static(0); rank];
    for axis in 0..2 {
        if is_cut {
            let length = wanted[axis].min(own[axis]).max(1);
            y = call.slice_axis(y, first + axis, Dim::Static((own[axis] - length) / 2), Dim::Static(length))?;
        } else {
            // As much on either side.
            around[first + axis] = Dim::Static((wanted[axis].max(own[axis]) - own[axis]) / 2);
        }
    }
    if is_cut {
        return Ok(y);
    }
    let fill = call.float_or("fill_value", 0.0);
    pad(call, y, &around, &around, fill)
}

/// The first of the two axes of an image's extents.
fn first_image_axis(call: &Call, x: Tracked) -> Result<usize, String> {
    match (call.rank(x), call.is_channels_last()) {
        (3 | 4, true) => Ok(call.rank(x) - 3),
        (3 | 4, false) => Ok(call.rank(x) - 2),
        _ => Err("an image has three axes, images have four".into()),
    }
}

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
    Ok(vec![resize(call, x, size, mode, false)?])
}

/// An image resized to other extents, as TensorFlow does it.
pub(crate) fn resize(
    call: &mut Call,
    x: Tracked,
    size: [Dim; 2],
    mode: &str,
    is_smooth: bool,
) -> Result<Tracked, String> {
    let first = first_image_axis(call, x)?;
    let mut shape = call.shape(x).to_vec();
    shape[first..first + 2].copy_from_slice(&size);
    let kernel = match mode {
        "lanczos3" => Some(Kernel::Lanczos(3.0)),
        "lanczos5" => Some(Kernel::Lanczos(5.0)),
        // Where neighbours lie outside, antialiasing leaves them out, and the cubic kernel is Keys' with -1/2.
        "bilinear" if is_smooth => Some(Kernel::Triangle),
        "bicubic" if is_smooth => Some(Kernel::Cubic),
        _ => None,
    };
    if let Some(kernel) = kernel {
        return sample(call, x, [first, first + 1], size, kernel, is_smooth);
    }
    let mut given = vec![("coordinates", attribute("half_pixel"))];
    match mode {
        "nearest" => given.extend([("mode", attribute("nearest")), ("nearest_mode", attribute("round_prefer_ceil"))]),
        "bilinear" => given.push(("mode", attribute("linear"))),
        "bicubic" => given.extend([
            ("mode", attribute("cubic")),
            ("cubic_coefficient", attribute(-0.5f64)),
            ("exclude_outside", attribute(true)),
        ]),
        other => {
            return Err(format!(
                "interpolation \"{other}\" is not supported; nearest, bilinear, bicubic, lanczos3 and lanczos5 are"
            ));
        }
    }
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
