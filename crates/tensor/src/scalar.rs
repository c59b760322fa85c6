//! Scalars of any element type, widened for evaluation.

use crate::{ElementType, Tensor};
use half::{bf16, f16};

/// One real element, widened: integers exactly, floats to `f64`.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Scalar {
    /// A signed or unsigned integer.
    Integer(i128),
    /// A floating-point number.
    Float(f64),
    /// A truth value.
    Bool(bool),
}

impl Scalar {
    /// The value as a float.
    pub fn to_f64(self) -> f64 {
        match self {
            Scalar::Integer(value) => value as f64,
            Scalar::Float(value) => value,
            Scalar::Bool(value) => f64::from(u8::from(value)),
        }
    }

    /// The value as an integer: floats truncate towards zero.
    pub fn to_i128(self) -> i128 {
        match self {
            Scalar::Integer(value) => value,
            Scalar::Float(value) => value as i128,
            Scalar::Bool(value) => i128::from(value),
        }
    }
}

/// The elements of a tensor of a real type, widened; `None` for strings, complex and 8-bit floats.
pub fn scalars(tensor: &Tensor) -> Option<Vec<Scalar>> {
    use ElementType::*;
    macro_rules! widen {
        ($storage:ty, $to:expr) => {
            tensor.values::<$storage>().iter().map($to).collect()
        };
    }
    Some(match tensor.element() {
        F16 => widen!(f16, |v| Scalar::Float(v.to_f64())),
        BF16 => widen!(bf16, |v| Scalar::Float(v.to_f64())),
        F32 => widen!(f32, |&v| Scalar::Float(f64::from(v))),
        F64 => widen!(f64, |&v| Scalar::Float(v)),
        I1 => widen!(u8, |&v| Scalar::Bool(v != 0)),
        I4 | I8 => widen!(i8, |&v| Scalar::Integer(v.into())),
        I16 => widen!(i16, |&v| Scalar::Integer(v.into())),
        I32 => widen!(i32, |&v| Scalar::Integer(v.into())),
        I64 => widen!(i64, |&v| Scalar::Integer(v.into())),
        U4 | U8 => widen!(u8, |&v| Scalar::Integer(v.into())),
        U16 => widen!(u16, |&v| Scalar::Integer(v.into())),
        U32 => widen!(u32, |&v| Scalar::Integer(v.into())),
        U64 => widen!(u64, |&v| Scalar::Integer(v.into())),
        F8E4M3FN | F8E4M3FNUZ | F8E5M2 | F8E5M2FNUZ | C64 | C128 | String => return None,
    })
}

/// A tensor of `element` from widened scalars; integers wrap, floats round to nearest even.
/// `None` for strings, complex and 8-bit floats, or when the count is not the shape's.
pub fn tensor_of(element: ElementType, shape: &[usize], scalars: &[Scalar]) -> Option<Tensor> {
    use ElementType::*;
    if crate::element_count(shape) != Some(scalars.len()) {
        return None;
    }
    macro_rules! narrow {
        ($to:expr) => {
            Tensor::from_values_as(element, shape, &scalars.iter().copied().map($to).collect::<Vec<_>>())
        };
    }
    Some(match element {
        F16 => narrow!(|s| f16::from_f64(s.to_f64())),
        BF16 => narrow!(|s| bf16::from_f64(s.to_f64())),
        F32 => narrow!(|s| s.to_f64() as f32),
        F64 => narrow!(Scalar::to_f64),
        I1 => narrow!(|s| u8::from(s.to_f64() != 0.0)),
        I4 => narrow!(|s| ((s.to_i128() as i8) << 4) >> 4),
        I8 => narrow!(|s| s.to_i128() as i8),
        I16 => narrow!(|s| s.to_i128() as i16),
        I32 => narrow!(|s| s.to_i128() as i32),
        I64 => narrow!(|s| s.to_i128() as i64),
        U4 => narrow!(|s| (s.to_i128() as u8) & 15),
        U8 => narrow!(|s| s.to_i128() as u8),
        U16 => narrow!(|s| s.to_i128() as u16),
        U32 => narrow!(|s| s.to_i128() as u32),
        U64 => narrow!(|s| s.to_i128() as u64),
        F8E4M3FN | F8E4M3FNUZ | F8E5M2 | F8E5M2FNUZ | C64 | C128 | String => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_wrap_and_sign_extend() {
        let four_bits =
            tensor_of(ElementType::I4, &[2], &[Scalar::Integer(9), Scalar::Integer(-1)]).expect("real type");
        assert_eq!(four_bits.values::<i8>().as_ref(), [-7, -1]);
    }

    #[test]
    fn widening_keeps_u64() {
        let tensor = Tensor::from_values(&[1], &[u64::MAX]);
        assert_eq!(scalars(&tensor), Some(vec![Scalar::Integer(u64::MAX.into())]));
    }
}
