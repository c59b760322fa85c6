//! The element types of tensors.

use half::{bf16, f16};

/// The type of one element of a tensor, named as in MLIR.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum ElementType {
    /// IEEE 754 binary16.
    F16,
    /// The upper half of an IEEE 754 binary32.
    BF16,
    /// IEEE 754 binary32.
    F32,
    /// IEEE 754 binary64.
    F64,
    /// 8-bit float: 4 exponent and 3 mantissa bits, finite only, with NaN.
    F8E4M3FN,
    /// 8-bit float: 4 exponent and 3 mantissa bits, finite only, no negative zero.
    F8E4M3FNUZ,
    /// 8-bit float: 5 exponent and 2 mantissa bits, IEEE-like.
    F8E5M2,
    /// 8-bit float: 5 exponent and 2 mantissa bits, finite only, no negative zero.
    F8E5M2FNUZ,
    /// 8-bit float: a power of two, with NaN; no sign, no zero.
    F8E8M0FNU,
    /// 4-bit float: 2 exponent bits and 1 mantissa bit, finite only, without NaN, stored as one byte.
    F4E2M1FN,
    /// A truth value, stored as one byte, 0 or 1.
    I1,
    /// Signed 2-bit integer, stored as one sign-extended byte.
    I2,
    /// Signed 4-bit integer, stored as one sign-extended byte.
    I4,
    /// Signed 8-bit integer.
    I8,
    /// Signed 16-bit integer.
    I16,
    /// Signed 32-bit integer.
    I32,
    /// Signed 64-bit integer.
    I64,
    /// Unsigned 2-bit integer, stored as one byte.
    U2,
    /// Unsigned 4-bit integer, stored as one byte.
    U4,
    /// Unsigned 8-bit integer.
    U8,
    /// Unsigned 16-bit integer.
    U16,
    /// Unsigned 32-bit integer.
    U32,
    /// Unsigned 64-bit integer.
    U64,
    /// Two `f32`: real part, imaginary part.
    C64,
    /// Two `f64`: real part, imaginary part.
    C128,
    /// A byte string of any length.
    String,
}

use ElementType::*;

impl ElementType {
    /// Every element type, in declaration order.
    pub const ALL: [ElementType; 26] = [
        F16, BF16, F32, F64, F8E4M3FN, F8E4M3FNUZ, F8E5M2, F8E5M2FNUZ, F8E8M0FNU, F4E2M1FN, I1, I2, I4, I8, I16, I32,
        I64, U2, U4, U8, U16, U32, U64, C64, C128, String,
    ];

    /// The number that stands for it in the C interface of models and in their metadata: ONNX's `TensorProto.DataType`.
    pub fn code(self) -> u32 {
        match self {
            F32 => 1,
            U8 => 2,
            I8 => 3,
            U16 => 4,
            I16 => 5,
            I32 => 6,
            I64 => 7,
            String => 8,
            I1 => 9,
            F16 => 10,
            F64 => 11,
            U32 => 12,
            U64 => 13,
            C64 => 14,
            C128 => 15,
            BF16 => 16,
            F8E4M3FN => 17,
            F8E4M3FNUZ => 18,
            F8E5M2 => 19,
            F8E5M2FNUZ => 20,
            U4 => 21,
            I4 => 22,
            F4E2M1FN => 23,
            F8E8M0FNU => 24,
            U2 => 25,
            I2 => 26,
        }
    }

    /// Bytes one element takes in memory; 0 for strings, which are stored apart.
    pub fn byte_size(self) -> usize {
        match self {
            F8E4M3FN | F8E4M3FNUZ | F8E5M2 | F8E5M2FNUZ | F8E8M0FNU | F4E2M1FN | I1 | I2 | I4 | I8 | U2 | U4 | U8 => 1,
            F16 | BF16 | I16 | U16 => 2,
            F32 | I32 | U32 => 4,
            F64 | I64 | U64 | C64 => 8,
            C128 => 16,
            String => 0,
        }
    }

    /// Bits of the value itself: 1 for `i1`, 4 for `i4`, and so on.
    pub fn bit_width(self) -> usize {
        match self {
            I1 => 1,
            I2 | U2 => 2,
            I4 | U4 | F4E2M1FN => 4,
            other => other.byte_size() * 8,
        }
    }

    /// Whether this is a real floating-point type.
    pub fn is_float(self) -> bool {
        matches!(self, F16 | BF16 | F32 | F64 | F8E4M3FN | F8E4M3FNUZ | F8E5M2 | F8E5M2FNUZ | F8E8M0FNU | F4E2M1FN)
    }

    /// Whether this is a floating-point type of fewer bits than `f32`, which computes as `f32`.
    pub fn is_narrow_float(self) -> bool {
        self.is_float() && self.byte_size() < 4
    }

    /// Whether this is an integer type; `i1` is not.
    pub fn is_integer(self) -> bool {
        self.is_signed_integer() || self.is_unsigned_integer()
    }

    /// Whether this is a signed integer type.
    pub fn is_signed_integer(self) -> bool {
        matches!(self, I2 | I4 | I8 | I16 | I32 | I64)
    }

    /// Whether this is an unsigned integer type.
    pub fn is_unsigned_integer(self) -> bool {
        matches!(self, U2 | U4 | U8 | U16 | U32 | U64)
    }

    /// Whether this is a complex type.
    pub fn is_complex(self) -> bool {
        matches!(self, C64 | C128)
    }

    /// The type's spelling in IR text: `f32`, `i64`, `ui8`, `complex<f32>`.
    pub fn name(self) -> &'static str {
        match self {
            F16 => "f16",
            BF16 => "bf16",
            F32 => "f32",
            F64 => "f64",
            F8E4M3FN => "f8E4M3FN",
            F8E4M3FNUZ => "f8E4M3FNUZ",
            F8E5M2 => "f8E5M2",
            F8E5M2FNUZ => "f8E5M2FNUZ",
            F8E8M0FNU => "f8E8M0FNU",
            F4E2M1FN => "f4E2M1FN",
            I1 => "i1",
            I2 => "i2",
            I4 => "i4",
            I8 => "i8",
            I16 => "i16",
            I32 => "i32",
            I64 => "i64",
            U2 => "ui2",
            U4 => "ui4",
            U8 => "ui8",
            U16 => "ui16",
            U32 => "ui32",
            U64 => "ui64",
            C64 => "complex<f32>",
            C128 => "complex<f64>",
            String => "!graph.string",
        }
    }
}

impl std::fmt::Display for ElementType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name())
    }
}

/// A Rust type that stores elements of one [`ElementType`].
pub trait Element: bytemuck::Pod + Default + PartialEq {
    /// The element type whose natural storage this is.
    const TYPE: ElementType;
}

macro_rules! elements {
    ($($rust:ty => $element:ident),* $(,)?) => {
        $(impl Element for $rust { const TYPE: ElementType = $element; })*
    };
}

elements! {
    f16 => F16, bf16 => BF16, f32 => F32, f64 => F64,
    i8 => I8, i16 => I16, i32 => I32, i64 => I64,
    u8 => U8, u16 => U16, u32 => U32, u64 => U64,
    [f32; 2] => C64, [f64; 2] => C128,
}
