//! Ops on encoded images: the bytes of a file of a format that many programs know.
//!
//! Which one it is, its first bytes tell: BMP, JPEG, JPEG 2000, PNG, portable anymaps, TIFF or WebP. Results are
//! reds, greens and blues of 8 bits, or what of them is asked for; transparency is left out. Bytes that cannot be
//! decoded are an image without pixels. Before kernels are made, each of these ops becomes a call of the runtime,
//! which has decoders of its own; the evaluation here has others, so that each checks the other: they may differ
//! where a format leaves rounding open.

mod decode;
mod read;
mod size;

pub use decode::IMAGE_DECODE;
pub use size::IMAGE_SIZE;

use crate::shape::tensor;
use kiln_ir::{InferRequest, OpDefinition};
use kiln_tensor::ElementType;

/// The rows.
pub const OPS: &[OpDefinition] = &[IMAGE_SIZE, IMAGE_DECODE];

/// What there may be for each pixel; the place of each is its number in the runtime.
pub const PIXEL_FORMATS: &[&str] = &["rgb", "bgr", "grayscale"];

/// Whether the first operand is bytes.
fn check_bytes(request: &InferRequest) -> Result<(), String> {
    let x = tensor(request.operands, 0)?;
    match x.rank() == 1 && x.element.element() == Some(ElementType::U8) {
        true => Ok(()),
        false => Err("an encoded image must be a vector of ui8".into()),
    }
}
