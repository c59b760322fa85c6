//! `graph.resize`: resampling.

use crate::read::Read;
use crate::rows::{operand, optional, required, result};
use crate::shape::{expr, normalize_axis};
use kiln_ir::{AttributeConstraint, Attributes, Module, Op, OpDefinition, Traits, TypeConstraint};

/// The row.
pub const RESIZE: OpDefinition = OpDefinition {
    name: "graph.resize",
    doc: "Resamples the operand to the extents of the result, one axis at a time.\n\n\
          Each index of the result becomes a coordinate of the operand by `coordinates` and the scale, and the element \
          there is found by `mode`: `nearest` rounds by `nearest_mode`, `linear` weighs two neighbours, `cubic` four \
          (Keys 1981, with `cubic_coefficient`); neighbours outside repeat the border. The meaning of every attribute \
          is that of ONNX's Resize.",
    example: "%y = graph.resize %x {mode = \"nearest\", coordinates = \"asymmetric\", nearest_mode = \"floor\", scales = [1.0, 1.0, 2.0, 2.0]} : (tensor<1x3x4x4xf32>) -> tensor<1x3x8x8xf32>",
    operands: &[operand("x", TypeConstraint::NumberTensor)],
    attributes: &[
        required("mode", AttributeConstraint::OneOf(MODES), "How elements are interpolated."),
        required(
            "coordinates",
            AttributeConstraint::OneOf(COORDINATES),
            "How an index `i` of the result becomes a coordinate of the operand, for scale `s`: `half_pixel` is \
             `(i + 0.5) / s - 0.5`; `half_pixel_symmetric` the same around the centre when `s * extent` is not whole; \
             `pytorch_half_pixel` the same but 0 where the result has one element; `align_corners` \
             `i * (extent - 1) / (length - 1)`; `asymmetric` `i / s`; `tf_crop_and_resize` within `roi`.",
        ),
        optional(
            "nearest_mode",
            AttributeConstraint::OneOf(NEAREST_MODES),
            "How `nearest` rounds; absent is `round_prefer_floor`.",
        ),
        optional("cubic_coefficient", AttributeConstraint::Float, "The `a` of cubic interpolation; absent is -0.75."),
        optional(
            "exclude_outside",
            AttributeConstraint::Bool,
            "Whether neighbours outside the operand weigh nothing (and the others are normalized); absent is false.",
        ),
        optional(
            "antialias",
            AttributeConstraint::Bool,
            "Whether `linear` and `cubic` widen their kernel by the scale when shrinking; absent is false.",
        ),
        optional(
            "extrapolation",
            AttributeConstraint::Float,
            "The value of elements outside the operand in `tf_crop_and_resize`; absent is 0.",
        ),
        optional(
            "axes",
            AttributeConstraint::Integers,
            "The axes that `scales` and `roi` speak of; absent is all, in order.",
        ),
        optional(
            "scales",
            AttributeConstraint::Floats,
            "The scale of each axis; absent is the result's extent divided by the operand's.",
        ),
        optional(
            "roi",
            AttributeConstraint::Floats,
            "For `tf_crop_and_resize`: the starts, then the ends, as fractions of each axis; absent is the whole.",
        ),
    ],
    results: &[result("y", TypeConstraint::NumberTensor)],
    traits: Traits::PURE,
    verify: Some(verify),
    evaluate: Some(crate::resample::evaluate),
    ..OpDefinition::EMPTY
};

const MODES: &[&str] = &["nearest", "linear", "cubic"];

const COORDINATES: &[&str] =
    &["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric", "tf_crop_and_resize"];

const NEAREST_MODES: &[&str] = &["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"];

/// How elements are interpolated.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum ResizeMode {
    /// The nearest element.
    Nearest,
    /// Two neighbours on each axis.
    Linear,
    /// Four neighbours on each axis.
    Cubic,
}

/// How an index of the result becomes a coordinate of the operand.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Coordinates {
    /// Centres of elements, scaled.
    HalfPixel,
    /// Centres of elements, scaled around the centre of the axis.
    HalfPixelSymmetric,
    /// Centres of elements, scaled; 0 where the result has one element.
    PytorchHalfPixel,
    /// First and last elements on each other.
    AlignCorners,
    /// Indices, scaled.
    Asymmetric,
    /// Within a region of interest.
    TfCropAndResize,
}

/// How `nearest` rounds a coordinate.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum NearestMode {
    /// To the nearest, halves down.
    RoundPreferFloor,
    /// To the nearest, halves up.
    RoundPreferCeil,
    /// Down.
    Floor,
    /// Up.
    Ceil,
}

/// The attributes of a resize.
#[derive(Clone, PartialEq, Debug)]
pub struct ResizeView {
    /// How elements are interpolated.
    pub mode: ResizeMode,
    /// How an index of the result becomes a coordinate of the operand.
    pub coordinates: Coordinates,
    /// How `nearest` rounds.
    pub nearest_mode: NearestMode,
    /// The `a` of cubic interpolation.
    pub cubic_coefficient: f64,
    /// Whether neighbours outside weigh nothing.
    pub exclude_outside: bool,
    /// Whether kernels widen when shrinking.
    pub antialias: bool,
    /// The value of elements outside in `tf_crop_and_resize`.
    pub extrapolation: f64,
    /// The scale of every axis; `None` is the quotient of the extents.
    pub scales: Vec<Option<f64>>,
    /// Start and end of the region of interest on every axis, as fractions.
    pub roi: Vec<(f64, f64)>,
}

impl ResizeView {
    /// Reads the attributes of a resize of a tensor of `rank` axes.
    ///
    /// # Errors
    /// What is missing or of the wrong length.
    pub fn parse(attributes: &Attributes, rank: usize) -> Result<ResizeView, String> {
        let axes = match attributes.get("axes") {
            None => (0..rank).collect(),
            Some(_) => {
                let axes = attributes.integers("axes")?;
                axes.into_iter().map(|axis| normalize_axis(axis, rank)).collect::<Result<Vec<_>, _>>()?
            }
        };
        let mut scales = vec![if attributes.get("axes").is_some() { Some(1.0) } else { None }; rank];
        let listed = attributes.get("scales").map(|_| attributes.floats("scales")).transpose()?;
        for (place, &axis) in axes.iter().enumerate() {
            scales[axis] = match &listed {
                None => None,
                Some(listed) if listed.len() != axes.len() => {
                    return Err(format!("attribute 'scales' has {} entries for {} axes", listed.len(), axes.len()));
                }
                Some(listed) => Some(listed[place]),
            };
        }
        if let Some(wrong) = scales.iter().flatten().find(|scale| !(scale.is_finite() && **scale > 0.0)) {
            return Err(format!("scales must be positive, not {wrong}"));
        }
        Ok(ResizeView {
            mode: mode(attributes)?,
            coordinates: coordinates(attributes)?,
            nearest_mode: nearest_mode(attributes)?,
            cubic_coefficient: attributes.f64("cubic_coefficient").unwrap_or(-0.75),
            exclude_outside: attributes.flag("exclude_outside"),
            antialias: attributes.flag("antialias"),
            extrapolation: attributes.f64("extrapolation").unwrap_or(0.0),
            scales,
            roi: roi(attributes, &axes, rank)?,
        })
    }

    /// The attributes of a resize op.
    ///
    /// # Errors
    /// What is missing or of the wrong length.
    pub fn of(module: &Module, op: Op) -> Result<ResizeView, String> {
        let rank = crate::shape::tensor(&module.operand_types(op), 0)?.rank();
        ResizeView::parse(module.attributes(op), rank)
    }
}

fn mode(attributes: &Attributes) -> Result<ResizeMode, String> {
    let modes = [ResizeMode::Nearest, ResizeMode::Linear, ResizeMode::Cubic];
    attributes.choice("mode", MODES).map(|index| modes[index])
}

fn coordinates(attributes: &Attributes) -> Result<Coordinates, String> {
    use Coordinates::*;
    let modes = [HalfPixel, HalfPixelSymmetric, PytorchHalfPixel, AlignCorners, Asymmetric, TfCropAndResize];
    attributes.choice("coordinates", COORDINATES).map(|index| modes[index])
}

fn nearest_mode(attributes: &Attributes) -> Result<NearestMode, String> {
    use NearestMode::*;
    let modes = [RoundPreferFloor, RoundPreferCeil, Floor, Ceil];
    match attributes.get("nearest_mode") {
        Some(_) => attributes.choice("nearest_mode", NEAREST_MODES).map(|index| modes[index]),
        None => Ok(RoundPreferFloor),
    }
}

fn roi(attributes: &Attributes, axes: &[usize], rank: usize) -> Result<Vec<(f64, f64)>, String> {
    let mut result = vec![(0.0, 1.0); rank];
    if attributes.get("roi").is_none() {
        return Ok(result);
    }
    let values = attributes.floats("roi")?;
    if values.len() != 2 * axes.len() {
        let (found, wanted) = (values.len(), 2 * axes.len());
        return Err(format!("attribute 'roi' has {found} entries, but {wanted} are needed: starts, then ends"));
    }
    for (place, &axis) in axes.iter().enumerate() {
        result[axis] = (values[place], values[axes.len() + place]);
    }
    Ok(result)
}

fn verify(module: &Module, op: Op) -> Result<(), String> {
    let (from, to) = (module.ty(module.operand(op, 0)), module.ty(module.result(op, 0)));
    let (Some(source), Some(target)) = (from.as_tensor(), to.as_tensor()) else { return Ok(()) };
    if source.element != target.element || source.rank() != target.rank() {
        return Err(format!("a resize keeps element type and rank, but {from} becomes {to}"));
    }
    ResizeView::parse(module.attributes(op), source.rank())?;
    for axis in 0..source.rank() {
        expr(source.shape[axis])?;
        if source.shape[axis].is(0) && !target.shape[axis].is(0) {
            return Err(format!("axis {axis} has no elements to resample"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_choose_what_scales_speak_of() {
        let mut attributes = Attributes::new();
        attributes.set("mode", "linear");
        attributes.set("coordinates", "half_pixel");
        attributes.set("axes", vec![2i64, 3]);
        attributes.set("scales", vec![kiln_ir::Attribute::f64(2.0), kiln_ir::Attribute::f64(0.5)]);
        let view = ResizeView::parse(&attributes, 4).expect("well formed");
        assert_eq!(view.scales, [Some(1.0), Some(1.0), Some(2.0), Some(0.5)]);
        assert_eq!(view.coordinates, Coordinates::HalfPixel);
        attributes.remove("scales");
        let view = ResizeView::parse(&attributes, 4).expect("well formed");
        assert_eq!(view.scales, [Some(1.0), Some(1.0), None, None]);
    }
}
