//! Ops on encoded images; results worked out by hand.

mod support;

use kiln_graph::images::PIXEL_FORMATS;
use kiln_tensor::Tensor;
use support::{attribute, check, dims, i};

fn bytes(shape: &[usize], values: &[u8]) -> Tensor {
    Tensor::from_values(shape, values)
}

/// A picture of two pixels, one above the other.
fn anymap() -> Tensor {
    let text = b"P6 1 2 255\n\x01\x02\x03\xff\x00\x80";
    bytes(&[text.len()], text)
}

#[test]
fn the_size_is_that_of_the_image() {
    check("graph.image_size", &[], &[anymap()], &[i(&[2], &[2, 1])]);
    check("graph.image_size", &[], &[bytes(&[4], b"what")], &[i(&[2], &[0, 0])]);
    check("graph.image_size", &[], &[bytes(&[0], b"")], &[i(&[2], &[0, 0])]);
}

#[test]
fn pixels_have_the_format_that_is_asked_for() {
    let pixels: [&[u8]; 3] = [&[1, 2, 3, 255, 0, 128], &[3, 2, 1, 128, 0, 255], &[2, 91]];
    for (format, pixels) in PIXEL_FORMATS.iter().zip(pixels) {
        let given = [("size", dims(&[2, 1])), attribute("pixel_format", *format)];
        check("graph.image_decode", &given, &[anymap()], &[bytes(&[2, 1, pixels.len() / 2], pixels)]);
    }
}

#[test]
fn what_is_no_image_has_no_pixels() {
    let given = |size: &[u64]| [("size", dims(size)), attribute("pixel_format", "rgb")];
    check("graph.image_decode", &given(&[0, 0]), &[bytes(&[4], b"what")], &[bytes(&[0, 0, 3], &[])]);
    // Another size than that of the image.
    check("graph.image_decode", &given(&[1, 1]), &[anymap()], &[bytes(&[1, 1, 3], &[0; 3])]);
}
