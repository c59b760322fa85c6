//! `ImageDecoder`: the pixels of an encoded image.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[row("ImageDecoder", image_decoder)];

fn image_decoder(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let format = match node.string_or("pixel_format", "RGB") {
        "RGB" => "rgb",
        "BGR" => "bgr",
        "Grayscale" => "grayscale",
        other => return Err(format!("pixel_format \"{other}\" is none of RGB, BGR and Grayscale")),
    };
    let size = node.emit("graph.image_size", &[x], &[])?;
    let size: Vec<Dim> = node.bind_extents(size, &[None, None])?.into_iter().map(Dim::from_expr).collect();
    let given = [("size", dims_attribute(&size)), ("pixel_format", attribute(format))];
    Ok(vec![node.emit("graph.image_decode", &[x], &given)?])
}
