//! The constants that laws of ops speak of.

use kiln_tensor::scalar::{self, Scalar};
use kiln_tensor::{ElementType, Tensor};

/// A value that every class of element types has.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Special {
    /// 0 or false.
    Zero,
    /// 1 or true.
    One,
    /// All bits set: -1, the largest unsigned integer, true. Floats have none.
    AllOnes,
    /// The smallest value: minus infinity, the smallest integer, false.
    Lowest,
    /// The largest value: infinity, the largest integer, true.
    Highest,
}

impl Special {
    /// Its value in `element`; `None` if there is none.
    pub fn value(self, element: ElementType) -> Option<Scalar> {
        if element == ElementType::I1 {
            return Some(Scalar::Bool(matches!(self, Special::One | Special::AllOnes | Special::Highest)));
        }
        if element.is_float() {
            return Some(Scalar::Float(match self {
                Special::Zero => 0.0,
                Special::One => 1.0,
                Special::AllOnes => return None,
                Special::Lowest => f64::NEG_INFINITY,
                Special::Highest => f64::INFINITY,
            }));
        }
        if !element.is_integer() {
            return None;
        }
        let bits = element.bit_width() as u32;
        let (lowest, highest) = match element.is_signed_integer() {
            true => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
            false => (0, (1i128 << bits) - 1),
        };
        Some(Scalar::Integer(match self {
            Special::Zero => 0,
            Special::One => 1,
            Special::AllOnes if element.is_signed_integer() => -1,
            Special::AllOnes | Special::Highest => highest,
            Special::Lowest => lowest,
        }))
    }

    /// Its value as a rank-0 tensor of `element`.
    pub fn tensor(self, element: ElementType) -> Option<Tensor> {
        scalar::tensor_of(element, &[], &[self.value(element)?])
    }

    /// Whether the one element of `tensor` is this value; the sign of zero does not matter.
    pub fn is(self, tensor: &Tensor) -> bool {
        let found = (tensor.len() == 1).then(|| scalar::scalars(tensor)).flatten();
        found.is_some_and(|found| Some(found[0]) == self.value(tensor.element()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_fit_their_element_type() {
        assert_eq!(Special::AllOnes.value(ElementType::U8), Some(Scalar::Integer(255)));
        assert_eq!(Special::Lowest.value(ElementType::I64), Some(Scalar::Integer(i64::MIN.into())));
        assert_eq!(Special::AllOnes.value(ElementType::F32), None);
        assert!(Special::Zero.is(&Tensor::scalar(-0.0f32)));
        assert!(!Special::One.is(&Tensor::from_values(&[2], &[1.0f32, 1.0])));
        assert!(Special::Highest.is(&Tensor::scalar(u64::MAX)));
    }
}
