//! What the reader asks of a model: one tensor in, one tensor out.

use kiln_tensor::Tensor;

use crate::picture::Picture;

/// Whatever went wrong, with a message for the user.
pub type Error = Box<dyn std::error::Error>;

/// The result of anything that reads files or runs models.
pub type Result<T> = std::result::Result<T, Error>;

/// A neural network with one input and one output.
pub trait Network {
    /// Computes the output for an input.
    fn run(&self, input: Tensor) -> Result<Tensor>;
}

/// How pixels become a network's numbers: `(pixel / 255 - mean) / deviation`, channel by channel.
#[derive(Clone, Copy, Debug)]
pub struct Normalization {
    /// The mean that is subtracted, in the order of the network's channels.
    pub mean: [f32; 3],
    /// The standard deviation that is divided by.
    pub deviation: [f32; 3],
}

impl Normalization {
    /// Maps pixels to [-1, 1].
    pub const CENTERED: Normalization = Normalization { mean: [0.5; 3], deviation: [0.5; 3] };

    /// ImageNet's statistics.
    pub const IMAGENET: Normalization = Normalization { mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225] };
}

/// The picture as a tensor of shape 1 x 3 x height x `width`: channels blue, green, red as PaddleOCR's networks were
/// trained, and zeros to the right of a picture that is narrower.
pub fn to_tensor(picture: &Picture, width: usize, normalization: Normalization) -> Tensor {
    let height = picture.height();
    let mut values = vec![0.0f32; 3 * height * width];
    for (channel, plane) in values.chunks_exact_mut(height * width).enumerate() {
        let (mean, deviation) = (normalization.mean[channel], normalization.deviation[channel]);
        for (y, row) in plane.chunks_exact_mut(width).enumerate() {
            for (value, pixel) in row.iter_mut().zip(picture.row(y)) {
                *value = (pixel[2 - channel] / 255.0 - mean) / deviation;
            }
        }
    }
    Tensor::from_values(&[1, 3, height, width], &values)
}

/// The values of a network's output if it has the expected rank, with its shape.
pub fn float_output<const RANK: usize>(output: &Tensor, network: &str) -> Result<([usize; RANK], Vec<f32>)> {
    if output.element() != kiln_tensor::ElementType::F32 {
        return Err(format!("the {network}'s output is of type {}, not f32", output.element()).into());
    }
    match output.shape().try_into() {
        Ok(shape) => Ok((shape, output.values::<f32>().into_owned())),
        Err(_) => Err(format!("the {network}'s output has shape {:?}, not {RANK} axes", output.shape()).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn channels_are_reversed_normalized_and_padded() {
        let picture = Picture::from_pixels(1, 2, vec![[255.0, 0.0, 127.5], [0.0, 255.0, 0.0]]);
        let tensor = to_tensor(&picture, 2, Normalization::CENTERED);
        assert_eq!(tensor.shape(), [1, 3, 2, 2]);
        let expected = [0.0, 0.0, -1.0, 0.0, -1.0, 0.0, 1.0, 0.0, 1.0, 0.0, -1.0, 0.0];
        assert_eq!(tensor.values::<f32>().as_ref(), expected);
    }
}
