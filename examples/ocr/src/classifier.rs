//! Tells whether a line of text is upside down.

use crate::network::{Network, Normalization, Result, float_output, to_tensor};
use crate::picture::Picture;

/// The size that the network was trained on; narrower crops are padded.
const WIDTH: usize = 192;
const HEIGHT: usize = 48;
/// A crop is turned when the network is at least this sure.
const THRESHOLD: f32 = 0.9;

/// Whether the crop is to be turned around.
pub fn is_upside_down(network: &dyn Network, crop: &Picture) -> Result<bool> {
    let width = (HEIGHT * crop.width()).div_ceil(crop.height()).clamp(1, WIDTH);
    let input = to_tensor(&crop.resized(width, HEIGHT), WIDTH, Normalization::CENTERED);
    let output = network.run(input)?;
    let ([_, classes], probabilities) = float_output::<2>(&output, "classifier")?;
    if classes != 2 {
        return Err(format!("the classifier tells {classes} classes apart, not two").into());
    }
    Ok(probabilities.get(1).is_some_and(|&probability| probability >= THRESHOLD))
}
