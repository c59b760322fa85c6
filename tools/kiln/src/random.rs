//! Tensors of random elements, the same for the same seed on every machine.

use kiln_tensor::scalar::{Scalar, tensor_of};
use kiln_tensor::{ElementType, Tensor, element_count};

/// What random strings are.
const WORDS: [&str; 4] = ["alpha", "Beta", "gamma ray", ""];

/// The SplitMix64 generator (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", 2014).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// A tensor of words, or one whose floats are uniform in [-1, 1) and whose integers are 0 or 1, which every mask and nearly every
    /// index may be. `None` if the shape is too large, or for types without such values.
    pub(crate) fn tensor(&mut self, element: ElementType, shape: &[usize]) -> Option<Tensor> {
        let count = element_count(shape)?;
        if element.is_complex() {
            return self.complex_tensor(element, shape, count);
        }
        if element == ElementType::String {
            let strings = (0..count).map(|_| WORDS[(self.next() % WORDS.len() as u64) as usize].into());
            return Tensor::from_strings(shape, strings.collect()).ok();
        }
        let draw = |_| {
            let bits = self.next();
            if element.is_float() {
                // 53 bits are what a double holds.
                Scalar::Float((bits >> 11) as f64 / (1u64 << 52) as f64 - 1.0)
            } else {
                Scalar::Integer(i128::from(bits >> 63))
            }
        };
        tensor_of(element, shape, &(0..count).map(draw).collect::<Vec<_>>())
    }

    /// Both parts as the floats of [`Random::tensor`].
    fn complex_tensor(&mut self, element: ElementType, shape: &[usize], count: usize) -> Option<Tensor> {
        let part = if element == ElementType::C64 { ElementType::F32 } else { ElementType::F64 };
        let parts = self.tensor(part, &[count, 2])?;
        Tensor::from_bytes(element, shape, parts.bytes()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_in_range_and_reproducible() {
        let tensor = Random::new(7).tensor(ElementType::F32, &[1000]).expect("small");
        assert!(tensor.values::<f32>().iter().all(|value| (-1.0..1.0).contains(value)));
        assert_eq!(tensor, Random::new(7).tensor(ElementType::F32, &[1000]).expect("small"));
        let integers = Random::new(7).tensor(ElementType::I64, &[64]).expect("small");
        assert!(integers.values::<i64>().contains(&0) && integers.values::<i64>().contains(&1));
        assert_eq!(Random::new(0).tensor(ElementType::C64, &[3]).expect("small").bytes().len(), 24);
    }

    #[test]
    fn the_generator_is_the_published_one() {
        assert_eq!(Random::new(1234567).next(), 6457827717110365317);
    }
}
