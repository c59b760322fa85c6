//! Elements of any type, widened for evaluation: integers and truth values exactly, floats to `f64`.

use crate::float8::Float8;
use crate::{Element, ElementType, Tensor, TensorError, element_count};
use ElementType::{
    BF16, C64, C128, F4E2M1FN, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0FNU, F16, F32, F64, I1, I2, I4, I8, I16,
    I32, I64, U2, U4, U8, U16, U32, U64,
};
use half::{bf16, f16};

/// One real element, widened.
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

/// The kinds of element types that scalar formulas tell apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Class {
    /// Floats of any width.
    Float,
    /// Integers of any width and sign.
    Integer,
    /// Truth values.
    Bool,
    /// Complex numbers.
    Complex,
    /// Strings.
    String,
}

impl Class {
    /// The class of an element type.
    pub fn of(element: ElementType) -> Class {
        match element {
            I1 => Class::Bool,
            C64 | C128 => Class::Complex,
            ElementType::String => Class::String,
            _ if element.is_float() => Class::Float,
            _ => Class::Integer,
        }
    }
}

/// Whether elements of this type are real numbers or truth values.
pub fn is_real(element: ElementType) -> bool {
    !matches!(Class::of(element), Class::Complex | Class::String)
}

/// Each element widened by one of two functions: of floats, of integers and truth values.
fn widen<T>(tensor: &Tensor, float: impl Fn(f64) -> T, integer: impl Fn(i128) -> T) -> Option<Vec<T>> {
    macro_rules! each {
        ($storage:ty, $to:expr) => {
            tensor.values::<$storage>().iter().map($to).collect()
        };
    }
    Some(match tensor.element() {
        F16 => each!(f16, |v| float(v.to_f64())),
        BF16 => each!(bf16, |v| float(v.to_f64())),
        F32 => each!(f32, |&v| float(f64::from(v))),
        F64 => each!(f64, |&v| float(v)),
        F8E4M3FN | F8E4M3FNUZ | F8E5M2 | F8E5M2FNUZ | F8E8M0FNU | F4E2M1FN => {
            let format = Float8::of(tensor.element())?;
            each!(u8, |&v| float(format.decode(v)))
        }
        I1 => each!(u8, |&v| integer((v != 0).into())),
        I2 | I4 | I8 => each!(i8, |&v| integer(v.into())),
        I16 => each!(i16, |&v| integer(v.into())),
        I32 => each!(i32, |&v| integer(v.into())),
        I64 => each!(i64, |&v| integer(v.into())),
        U2 | U4 | U8 => each!(u8, |&v| integer(v.into())),
        U16 => each!(u16, |&v| integer(v.into())),
        U32 => each!(u32, |&v| integer(v.into())),
        U64 => each!(u64, |&v| integer(v.into())),
        C64 | C128 | ElementType::String => return None,
    })
}

/// A tensor from values and what they are as floats and as integers.
fn narrow<V>(
    element: ElementType,
    shape: &[usize],
    values: impl IntoIterator<Item = V>,
    float: impl Fn(V) -> f64,
    integer: impl Fn(V) -> i128,
    truth: impl Fn(V) -> bool,
) -> Result<Tensor, String> {
    macro_rules! each {
        ($to:expr) => {
            collect(element, shape, values.into_iter().map($to))?
        };
    }
    Ok(match element {
        F16 => each!(|v| f16::from_f64(float(v))),
        BF16 => each!(|v| bf16::from_f64(float(v))),
        F32 => each!(|v| float(v) as f32),
        F64 => each!(float),
        F8E4M3FN | F8E4M3FNUZ | F8E5M2 | F8E5M2FNUZ | F8E8M0FNU | F4E2M1FN => {
            let format = Float8::of(element).ok_or("not an 8-bit float")?;
            each!(|v| format.encode(float(v), true))
        }
        I1 => each!(|v| u8::from(truth(v))),
        I2 => each!(|v| ((integer(v) as i8) << 6) >> 6),
        I4 => each!(|v| ((integer(v) as i8) << 4) >> 4),
        I8 => each!(|v| integer(v) as i8),
        I16 => each!(|v| integer(v) as i16),
        I32 => each!(|v| integer(v) as i32),
        I64 => each!(|v| integer(v) as i64),
        U2 => each!(|v| (integer(v) as u8) & 3),
        U4 => each!(|v| (integer(v) as u8) & 15),
        U8 => each!(|v| integer(v) as u8),
        U16 => each!(|v| integer(v) as u16),
        U32 => each!(|v| integer(v) as u32),
        U64 => each!(|v| integer(v) as u64),
        C64 | C128 | ElementType::String => return Err(format!("elements of type {element} are not real numbers")),
    })
}

fn collect<T: Element>(
    element: ElementType,
    shape: &[usize],
    values: impl Iterator<Item = T>,
) -> Result<Tensor, TensorError> {
    let count = element_count(shape).ok_or_else(|| TensorError::TooLarge { shape: shape.to_vec() })?;
    let mut collected = Vec::with_capacity(count);
    collected.extend(values);
    if collected.len() != count {
        return Err(TensorError::WrongLength { expected: count, found: collected.len() });
    }
    Tensor::from_bytes(element, shape, bytemuck::cast_slice(&collected))
}

fn not_real(tensor: &Tensor) -> String {
    format!("elements of type {} are not real numbers", tensor.element())
}

/// The elements as floats; integers convert, truth values are 0 and 1.
///
/// # Errors
/// When the element type is complex or string.
pub fn floats(tensor: &Tensor) -> Result<Vec<f64>, String> {
    widen(tensor, |value| value, |value| value as f64).ok_or_else(|| not_real(tensor))
}

/// The elements as integers: floats truncate, truth values are 0 and 1.
///
/// # Errors
/// When the element type is complex or string.
pub fn integers(tensor: &Tensor) -> Result<Vec<i128>, String> {
    widen(tensor, |value| value as i128, |value| value).ok_or_else(|| not_real(tensor))
}

/// The elements as widened scalars; `None` for strings and complex numbers.
pub fn scalars(tensor: &Tensor) -> Option<Vec<Scalar>> {
    match tensor.element() {
        I1 => widen(tensor, Scalar::Float, |value| Scalar::Bool(value != 0)),
        _ => widen(tensor, Scalar::Float, Scalar::Integer),
    }
}

/// A tensor of `element` from floats: rounded to nearest even, or truncated and wrapped; nonzero is true.
///
/// # Errors
/// When the number of values is not the shape's, or the element type is complex or string.
pub fn from_floats(
    element: ElementType,
    shape: &[usize],
    values: impl IntoIterator<Item = f64>,
) -> Result<Tensor, String> {
    narrow(element, shape, values, |value| value, |value| value as i128, |value| value != 0.0)
}

/// A tensor of `element` from integers: wrapped, or rounded to nearest even; nonzero is true.
///
/// # Errors
/// When the number of values is not the shape's, or the element type is complex or string.
pub fn from_integers(
    element: ElementType,
    shape: &[usize],
    values: impl IntoIterator<Item = i128>,
) -> Result<Tensor, String> {
    narrow(element, shape, values, |value| value as f64, |value| value, |value| value != 0)
}

/// A tensor of `element` from widened scalars; integers wrap, floats round to nearest even.
/// `None` for strings and complex numbers, or when the count is not the shape's.
pub fn tensor_of(element: ElementType, shape: &[usize], scalars: &[Scalar]) -> Option<Tensor> {
    let values = scalars.iter().copied();
    narrow(element, shape, values, Scalar::to_f64, Scalar::to_i128, |value| value.to_f64() != 0.0).ok()
}

/// The elements converted to another type.
///
/// Floats to integers truncate towards zero, integers wrap; with `saturate`, values out of range become the nearest one
/// (8-bit floats do so unless it is `Some(false)`). Strings are parsed, numbers print the shortest decimal that reads back.
///
/// # Errors
/// When a string is not a number, or numbers are complex.
pub fn cast(tensor: &Tensor, element: ElementType, saturate: Option<bool>) -> Result<Tensor, String> {
    let shape = tensor.shape();
    if tensor.element() == element {
        return Ok(tensor.clone());
    }
    match (Class::of(tensor.element()), Class::of(element)) {
        (Class::Complex, _) | (_, Class::Complex) => {
            Err(format!("no conversion from {} to {element}", tensor.element()))
        }
        (Class::String, _) => parse(tensor, element),
        (_, Class::String) => {
            let texts = print(tensor)?;
            Ok(Tensor::from_strings(shape, texts.into_iter().map(Into::into).collect())?)
        }
        (Class::Float, _) if let Some(format) = Float8::of(element) => {
            let codes = floats(tensor)?.into_iter().map(|value| format.encode(value, saturate.unwrap_or(true)));
            Ok(collect(element, shape, codes)?)
        }
        (_, Class::Integer) if saturate == Some(true) => {
            let (low, high) = integer_range(element);
            from_integers(element, shape, integers(tensor)?.into_iter().map(|value| value.clamp(low, high)))
        }
        (Class::Float, _) => from_floats(element, shape, floats(tensor)?),
        (Class::Integer | Class::Bool, _) => from_integers(element, shape, integers(tensor)?),
    }
}

/// The smallest and largest value of an integer type.
pub fn integer_range(element: ElementType) -> (i128, i128) {
    let bits = element.bit_width();
    match element.is_signed_integer() {
        true => (-(1i128 << (bits - 1)), (1i128 << (bits - 1)) - 1),
        false => (0, (1i128 << bits) - 1),
    }
}

fn parse(tensor: &Tensor, element: ElementType) -> Result<Tensor, String> {
    let texts = tensor.strings().iter().map(|bytes| String::from_utf8_lossy(bytes).trim().to_owned());
    let wrong = |text: &str| format!("\"{text}\" is not a number");
    match Class::of(element) {
        Class::Float => {
            let values = texts.map(|text| text.parse::<f64>().map_err(|_| wrong(&text)));
            from_floats(element, tensor.shape(), values.collect::<Result<Vec<_>, _>>()?)
        }
        _ => {
            let values = texts.map(|text| {
                let exact = text.parse::<i128>().ok();
                exact.or_else(|| text.parse::<f64>().ok().map(|value| value as i128)).ok_or_else(|| wrong(&text))
            });
            from_integers(element, tensor.shape(), values.collect::<Result<Vec<_>, _>>()?)
        }
    }
}

fn print(tensor: &Tensor) -> Result<Vec<String>, String> {
    Ok(match tensor.element() {
        I1 => integers(tensor)?.into_iter().map(|value| if value != 0 { "1" } else { "0" }.to_owned()).collect(),
        F32 => tensor.values::<f32>().iter().map(f32::to_string).collect(),
        F16 => tensor.values::<f16>().iter().map(|value| value.to_f32().to_string()).collect(),
        BF16 => tensor.values::<bf16>().iter().map(|value| value.to_f32().to_string()).collect(),
        element if element.is_float() => floats(tensor)?.iter().map(f64::to_string).collect(),
        _ => integers(tensor)?.iter().map(i128::to_string).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_wrap_and_sign_extend() {
        let four_bits = tensor_of(I4, &[2], &[Scalar::Integer(9), Scalar::Integer(-1)]).expect("real type");
        assert_eq!(four_bits.values::<i8>().as_ref(), [-7, -1]);
    }

    #[test]
    fn widening_keeps_u64() {
        let tensor = Tensor::from_values(&[1], &[u64::MAX]);
        assert_eq!(scalars(&tensor), Some(vec![Scalar::Integer(u64::MAX.into())]));
    }

    #[test]
    fn casts_convert_elements() {
        let check = |from: Tensor, saturate: Option<bool>, to: Tensor| {
            assert_eq!(cast(&from, to.element(), saturate), Ok(to));
        };
        check(Tensor::from_values(&[3], &[1.9f32, -1.9, 300.0]), None, Tensor::from_values(&[3], &[1i8, -1, 44]));
        check(Tensor::from_values(&[2], &[300i32, -5]), Some(true), Tensor::from_values(&[2], &[255u8, 0]));
        check(Tensor::from_values(&[2], &[0.0f32, f32::NAN]), None, Tensor::from_bools(&[2], &[false, true]));
        check(Tensor::from_bools(&[2], &[false, true]), None, Tensor::from_values(&[2], &[0.0f64, 1.0]));
        let words = |texts: &[&str]| {
            let bytes = texts.iter().map(|text| text.as_bytes().to_vec()).collect();
            Tensor::from_strings(&[texts.len()], bytes).expect("as many as the shape says")
        };
        check(words(&["1.5", "-3", "NaN"]), None, Tensor::from_values(&[3], &[1.5f32, -3.0, f32::NAN]));
        check(Tensor::from_values(&[2], &[0.1f32, 7.0]), None, words(&["0.1", "7"]));
        assert!(cast(&words(&["one"]), I32, None).is_err());
    }
}
