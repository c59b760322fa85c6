//! Literals: strings, numbers, dictionaries.

use crate::parse::elements::{Element, tensor_of};
use half::{bf16, f16};
use kiln_ir::{Attribute, AttributeKind, FloatKind, Name, Signedness, Type, TypeKind};
use kiln_tensor::ElementType;

/// A number as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Number<'s> {
    pub(crate) is_negative: bool,
    /// Whether it has a point.
    pub(crate) is_float: bool,
    pub(crate) text: &'s str,
}

impl Number<'_> {
    /// The bits of a number in hexadecimal.
    fn bits(&self) -> Option<Result<u64, String>> {
        let digits = self.text.strip_prefix("0x")?;
        Some(match self.is_negative {
            true => Err("bits have no sign".into()),
            false => u64::from_str_radix(digits, 16).map_err(|_| "the number has more than 64 bits".into()),
        })
    }

    /// The value of a number without a point.
    pub(crate) fn integer(&self) -> Result<i128, String> {
        if self.is_float {
            return Err(format!("expected an integer, found {}", self.text));
        }
        let magnitude = match self.text.strip_prefix("0x") {
            Some(digits) => i128::from_str_radix(digits, 16),
            None => self.text.parse(),
        };
        let magnitude = magnitude.map_err(|_| format!("{} is too large", self.text))?;
        Ok(if self.is_negative { -magnitude } else { magnitude })
    }

    /// The value as a float of type `element`, rounded to it; hexadecimal digits are its bits.
    pub(crate) fn float(&self, element: Option<ElementType>) -> Result<f64, String> {
        if let Some(bits) = self.bits() {
            let bits = bits?;
            let narrow = |width: u32| match bits >> width {
                0 => Ok(bits),
                _ => Err(format!("{} has more than {width} bits", self.text)),
            };
            return Ok(match element {
                Some(ElementType::F32) => widen(narrow(32)?, 8, 23).unwrap_or(f32::from_bits(bits as u32).into()),
                Some(ElementType::F16) => widen(narrow(16)?, 5, 10).unwrap_or(f16::from_bits(bits as u16).to_f64()),
                Some(ElementType::BF16) => widen(narrow(16)?, 8, 7).unwrap_or(bf16::from_bits(bits as u16).to_f64()),
                _ => f64::from_bits(bits),
            });
        }
        let invalid = |_| format!("{} is not a number", self.text);
        let magnitude = match element {
            Some(ElementType::F32) => self.text.parse::<f32>().map_err(invalid)?.into(),
            _ => self.text.parse::<f64>().map_err(invalid)?,
        };
        Ok(if self.is_negative { -magnitude } else { magnitude })
    }
}

/// A NaN of a narrow type with the payload it has: a conversion would quiet a signalling one.
fn widen(bits: u64, exponent: u32, mantissa: u32) -> Option<f64> {
    let payload = bits & ((1 << mantissa) - 1);
    let is_nan = bits >> mantissa & ((1 << exponent) - 1) == (1 << exponent) - 1 && payload != 0;
    let sign = bits >> (exponent + mantissa) << 63;
    is_nan.then(|| f64::from_bits(sign | 0x7FF << 52 | payload << (52 - mantissa)))
}

/// `5`, `5 : i32`, `1.5`, `0x7F800000 : f32`.
pub(crate) fn number_attribute(number: Number<'_>, ty: Option<Type>) -> Result<Attribute, String> {
    let ty = ty.unwrap_or(if number.is_float { Type::f64() } else { Type::i64() });
    if is_beyond(number, ty) {
        let text = Name::new(&number.to_string());
        return Ok(Attribute::new(AttributeKind::Number { text, ty }));
    }
    if ty.is_float() {
        let is_decimal_integer = !number.is_float && !number.text.starts_with("0x");
        if is_decimal_integer {
            return Err(format!("a number of type {ty} needs a point: {}.0", number.text));
        }
        return Ok(Attribute::float(number.float(ty.to_element())?, ty));
    }
    Ok(Attribute::integer(wrap(number.integer()?, ty)?, ty))
}

/// Whether `ty` is a numeric type of which no value is computed with, or the number is too large for the IR's integers:
/// it is kept as it is written.
fn is_beyond(number: Number<'_>, ty: Type) -> bool {
    match ty.kind() {
        TypeKind::Float(FloatKind::F16 | FloatKind::BF16 | FloatKind::F32 | FloatKind::F64) => false,
        TypeKind::Float(_) => number.is_float || number.text.starts_with("0x"),
        TypeKind::Integer { width, .. } => *width > WIDEST_VALUE && !number.is_float && number.integer().is_err(),
        _ => false,
    }
}

/// The widest integers whose values are computed with.
const WIDEST_VALUE: u32 = 126;

impl std::fmt::Display for Number<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", if self.is_negative { "-" } else { "" }, self.text)
    }
}

/// The value that `value` has in the integer type `ty`: signless types take both ways to read their bits.
pub(crate) fn wrap(value: i128, ty: Type) -> Result<i128, String> {
    let (width, signedness) = match ty.kind() {
        TypeKind::Index => (64, Signedness::Signless),
        TypeKind::Integer { width, signedness } => (*width, *signedness),
        _ => return Err(format!("a number cannot be of type {ty}")),
    };
    // Wider integers than the IR can hold are not wrapped.
    if !(1..=WIDEST_VALUE).contains(&width) {
        return Ok(value);
    }
    let (half, full) = (1i128 << (width - 1), 1i128 << width);
    let range = match signedness {
        Signedness::Signless => -half..full,
        Signedness::Signed => -half..half,
        Signedness::Unsigned => 0..full,
    };
    if !range.contains(&value) {
        return Err(format!("{value} does not fit in {ty}"));
    }
    Ok(match signedness {
        Signedness::Signless if width == 1 => value & 1,
        Signedness::Signless if value >= half => value - full,
        _ => value,
    })
}

/// `array<i64: 1, 2>`.
pub(crate) fn dense_array(ty: Type, elements: &[Element<'_>]) -> Result<Attribute, String> {
    if !ty.is_float() && !ty.is_integer() {
        return Err(format!("an array has integers, floats or truth values, not {ty}"));
    }
    if ty.to_element().is_none() {
        let text = elements.iter().map(Element::to_string).collect::<Vec<_>>().join(", ");
        return Ok(Attribute::new(AttributeKind::WrittenElements { keyword: "array", text: Name::new(&text), ty }));
    }
    Ok(Attribute::new(AttributeKind::DenseArray(tensor_of(ty, &[elements.len()], elements)?)))
}

/// `"text"`, `"text" : !dialect.type`, `"\\FF"`.
pub(crate) fn string_attribute(quoted: &str, ty: Option<Type>) -> Result<Attribute, String> {
    let ty = ty.filter(|ty| *ty != Type::none());
    Ok(match (String::from_utf8(bytes(quoted)?), ty) {
        (Ok(text), None) => Attribute::string(&text),
        (Ok(text), ty) => Attribute::new(AttributeKind::RawString { bytes: text.into_bytes(), ty }),
        (Err(error), ty) => Attribute::new(AttributeKind::RawString { bytes: error.into_bytes(), ty }),
    })
}

/// The number of a `distinct` attribute.
pub(crate) fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("{text} is too large"))
}

/// An integer of 64 bits.
pub(crate) fn integer(is_negative: bool, text: &str) -> Result<i64, String> {
    let value = Number { is_negative, is_float: false, text }.integer()?;
    i64::try_from(value).map_err(|_| format!("{text} is too large"))
}

/// The text of a string in quotes.
pub(crate) fn string(quoted: &str) -> Result<String, String> {
    String::from_utf8(bytes(quoted)?).map_err(|_| "the string is not UTF-8".into())
}

/// The bytes of a string in quotes, in which `\n`, `\t`, `\"`, `\\` and two hexadecimal digits are escapes.
pub(crate) fn bytes(quoted: &str) -> Result<Vec<u8>, String> {
    let text = quoted.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(quoted).as_bytes();
    let mut bytes = Vec::with_capacity(text.len());
    let mut index = 0;
    while let Some(&byte) = text.get(index) {
        index += 1;
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let (value, length) = match &text[index..] {
            [b'n', ..] => (b'\n', 1),
            [b't', ..] => (b'\t', 1),
            [quoted @ (b'"' | b'\\'), ..] => (*quoted, 1),
            [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
                (digit(*high) << 4 | digit(*low), 2)
            }
            _ => return Err("an unknown escape; known are \\n, \\t, \\\", \\\\ and two hexadecimal digits".into()),
        };
        bytes.push(value);
        index += length;
    }
    Ok(bytes)
}

/// The value of a hexadecimal digit.
pub(crate) fn digit(byte: u8) -> u8 {
    match byte {
        b'0'..=b'9' => byte - b'0',
        b'a'..=b'f' => byte - b'a' + 10,
        _ => byte - b'A' + 10,
    }
}

/// The text of a symbol's name, in quotes or not.
pub(crate) fn symbol(text: &str) -> Result<String, String> {
    if text.starts_with('"') { string(text) } else { Ok(text.to_owned()) }
}

/// Entries without a repeated name.
pub(crate) fn unique(entries: Vec<(Name, Attribute)>) -> Result<Vec<(Name, Attribute)>, String> {
    let mut seen = rustc_hash::FxHashSet::default();
    match entries.iter().find(|(name, _)| !seen.insert(*name)) {
        Some((name, _)) => Err(format!("'{name}' occurs twice")),
        None => Ok(entries),
    }
}
