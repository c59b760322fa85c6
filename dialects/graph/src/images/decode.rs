//! `graph.image_decode`: the pixels of an encoded image.

use super::read::{Picture, read};
use super::{PIXEL_FORMATS, check_bytes};
use crate::read::Read;
use crate::rows::{operand, required, result};
use kiln_ir::{AttributeConstraint, Dim, EvaluateRequest, InferRequest, OpDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::{ElementType, Tensor};

/// The row.
pub const IMAGE_DECODE: OpDefinition = OpDefinition {
    name: "graph.image_decode",
    doc: "The pixels of an encoded image, row by row from the top: red, green and blue of each, or the other way round, \
          or its luminance. Its height and width are `size`, symbols that were bound to what `image_size` says; zeros \
          where they are others.",
    example: "%y = graph.image_decode %x {size = #kiln.dims<[data.0, data.1]>, pixel_format = \"rgb\"} : \
              (tensor<?xui8, #kiln.dims<[N]>>) -> tensor<?x?x3xui8, #kiln.dims<[data.0, data.1, 3]>>",
    operands: &[operand("x", TypeConstraint::IntegerTensor)],
    attributes: &[
        required("size", AttributeConstraint::Dims, "Height and width."),
        required("pixel_format", AttributeConstraint::OneOf(PIXEL_FORMATS), "What there is for each pixel."),
    ],
    results: &[result("y", TypeConstraint::IntegerTensor)],
    traits: Traits::PURE,
    infer: Some(infer),
    evaluate: Some(evaluate),
    ..OpDefinition::EMPTY
};

fn infer(request: &InferRequest) -> Result<Vec<Type>, String> {
    check_bytes(request)?;
    let channels = if request.attributes.word("pixel_format")? == "grayscale" { 1 } else { 3 };
    match request.attributes.dims("size")? {
        &[height, width] if height != Dim::Unknown && width != Dim::Unknown => {
            Ok(vec![Type::tensor(&[height, width, Dim::Static(channels)], Type::from_element(ElementType::U8))])
        }
        _ => Err("the size must be a height and a width".into()),
    }
}

fn evaluate(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x], [(element, shape)]) = (request.operands, request.results) else {
        return Err("image_decode has one operand and one result".into());
    };
    let picture = read(x.bytes())?;
    let mut pixels = in_format(&picture, request.attributes.word("pixel_format")?);
    if shape[..2] != [picture.height, picture.width] {
        pixels = vec![0; shape.iter().product()];
    }
    Ok(vec![Tensor::from_bytes(*element, shape, &pixels)?])
}

fn in_format(picture: &Picture, format: &str) -> Vec<u8> {
    let pixels = picture.pixels.as_chunks::<3>().0;
    match format {
        "bgr" => pixels.iter().flat_map(|&[red, green, blue]| [blue, green, red]).collect(),
        "grayscale" => pixels.iter().map(luminance).collect(),
        _ => picture.pixels.clone(),
    }
}

/// With the weights of ITU-R BT.601, which together are 2^16.
fn luminance(&[red, green, blue]: &[u8; 3]) -> u8 {
    let sum = u32::from(red) * 19595 + u32::from(green) * 38470 + u32::from(blue) * 7471;
    ((sum + (1 << 15)) >> 16) as u8
}
