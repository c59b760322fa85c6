//! MLIR's text of attributes.

use super::{Attribute, AttributeKind};
use crate::intern::Name;
use crate::types::{Type, TypeKind, comma_separated};
use half::{bf16, f16};
use kiln_tensor::{ElementType, Tensor};
use std::fmt;

impl fmt::Debug for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// MLIR's text of the attribute, without aliases.
impl fmt::Display for Attribute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            AttributeKind::Unit => f.write_str("unit"),
            AttributeKind::Integer { value, ty } if *ty == Type::i1() => write!(f, "{}", *value != 0),
            AttributeKind::Integer { value, ty } if *ty == Type::i64() => write!(f, "{value}"),
            AttributeKind::Integer { value, ty } => write!(f, "{value} : {ty}"),
            AttributeKind::Float { bits, ty } => {
                write_float(f, f64::from_bits(*bits), *ty)?;
                // Bits without a type would read as an integer.
                let is_plain = *ty == Type::f64() && f64::from_bits(*bits).is_finite();
                if is_plain { Ok(()) } else { write!(f, " : {ty}") }
            }
            AttributeKind::Number { text, ty } => write!(f, "{text} : {ty}"),
            AttributeKind::String(text) => write_string(f, text.as_str().as_bytes()),
            AttributeKind::RawString { bytes, ty } => {
                write_string(f, bytes)?;
                ty.map_or(Ok(()), |ty| write!(f, " : {ty}"))
            }
            AttributeKind::Type(ty) => write!(f, "{ty}"),
            AttributeKind::Array(items) => write!(f, "[{}]", comma_separated(items)),
            AttributeKind::Dictionary(entries) => {
                f.write_str("{")?;
                for (index, (name, value)) in entries.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    write!(f, "{}", DictionaryEntry(*name, *value))?;
                }
                f.write_str("}")
            }
            AttributeKind::SymbolRef { root, nested } => {
                write_symbol_name(f, *root)?;
                for name in nested {
                    f.write_str("::")?;
                    write_symbol_name(f, *name)?;
                }
                Ok(())
            }
            AttributeKind::DenseArray(tensor) => {
                write!(f, "array<{}", tensor.element())?;
                for index in 0..tensor.len() {
                    f.write_str(if index == 0 { ": " } else { ", " })?;
                    write_element(f, tensor, index)?;
                }
                f.write_str(">")
            }
            AttributeKind::Dense { ty, elements } => {
                f.write_str("dense<")?;
                write_elements(f, *ty, elements)?;
                write!(f, "> : {ty}")
            }
            AttributeKind::DenseResource { ty, key } => write!(f, "dense_resource<{}> : {ty}", DictionaryKey(*key)),
            AttributeKind::WrittenElements { keyword: "array", text, ty } => write!(f, "array<{ty}: {text}>"),
            AttributeKind::WrittenElements { keyword, text, ty } => write!(f, "{keyword}<{text}> : {ty}"),
            AttributeKind::Distinct { number, referenced: None } => write!(f, "distinct[{number}]<>"),
            AttributeKind::Distinct { number, referenced: Some(inner) } => write!(f, "distinct[{number}]<{inner}>"),
            AttributeKind::Dims(dims) => write!(f, "#kiln.dims<[{}]>", comma_separated(dims)),
            AttributeKind::AffineMap(map) => write!(f, "affine_map<{map}>"),
            AttributeKind::IntegerSet(set) => write!(f, "affine_set<{set}>"),
            AttributeKind::Strided { strides, offset } => {
                let text = |value: &Option<i64>| value.map_or("?".into(), |value| value.to_string());
                write!(f, "strided<[{}]", strides.iter().map(text).collect::<Vec<_>>().join(", "))?;
                match offset {
                    Some(0) => f.write_str(">"),
                    _ => write!(f, ", offset: {}>", text(offset)),
                }
            }
            AttributeKind::Location(location) => write!(f, "{location}"),
            AttributeKind::Dialect { dialect, body } if body.as_str().starts_with('<') => write!(f, "#{dialect}{body}"),
            AttributeKind::Dialect { dialect, body } => write!(f, "#{dialect}.{body}"),
        }
    }
}

/// The text of a dictionary's entry: `name = value`, or `name` alone for `unit`.
#[derive(Clone, Copy, Debug)]
pub struct DictionaryEntry(pub Name, pub Attribute);

impl fmt::Display for DictionaryEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DictionaryEntry(name, value) = self;
        write!(f, "{}", DictionaryKey(*name))?;
        if *value.kind() == AttributeKind::Unit { Ok(()) } else { write!(f, " = {value}") }
    }
}

/// The text of a key of a dictionary or a resource: bare if it is an identifier, else in quotes.
#[derive(Clone, Copy, Debug)]
pub struct DictionaryKey(pub Name);

impl fmt::Display for DictionaryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.as_str();
        if is_identifier(text) { f.write_str(text) } else { write_string(f, text.as_bytes()) }
    }
}

fn is_identifier(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '$' | '.'))
}

/// `@name` or `@"name"`.
fn write_symbol_name(f: &mut fmt::Formatter<'_>, name: Name) -> fmt::Result {
    write!(f, "@{}", DictionaryKey(name))
}

/// A string in quotes, escaped as MLIR does: `\\`, `\"`, and two hexadecimal digits for what does not print.
pub(crate) fn write_string(f: &mut dyn fmt::Write, bytes: &[u8]) -> fmt::Result {
    f.write_char('"')?;
    for &byte in bytes {
        match byte {
            b'\\' => f.write_str("\\\\")?,
            b'"' | 0..=0x1f | 0x7f.. => write!(f, "\\{byte:02X}")?,
            _ => f.write_char(char::from(byte))?,
        }
    }
    f.write_char('"')
}

/// A float as MLIR prints it: shortest digits that read back, in scientific form; bits where it is not finite.
fn write_float(f: &mut fmt::Formatter<'_>, value: f64, ty: Type) -> fmt::Result {
    if !value.is_finite() {
        return match ty.to_element() {
            Some(ElementType::F16) => write!(f, "0x{:04X}", narrow_bits(value, 5, 10)),
            Some(ElementType::BF16) => write!(f, "0x{:04X}", narrow_bits(value, 8, 7)),
            Some(ElementType::F32) => write!(f, "0x{:08X}", narrow_bits(value, 8, 23)),
            _ => write!(f, "0x{:016X}", value.to_bits()),
        };
    }
    let text = match ty.to_element() {
        Some(ElementType::F32) => format!("{:e}", value as f32),
        _ => format!("{value:e}"),
    };
    let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let (sign, digits) = match exponent.strip_prefix('-') {
        Some(digits) => ('-', digits),
        None => ('+', exponent),
    };
    write!(f, "{mantissa}{point}e{sign}{digits:0>2}")
}

/// The bits of an infinity or a NaN in a narrower type: the payload is cut, not quieted.
fn narrow_bits(value: f64, exponent: u32, mantissa: u32) -> u64 {
    let sign = value.to_bits() >> 63 << (exponent + mantissa);
    let payload = (value.to_bits() & ((1 << 52) - 1)) >> (52 - mantissa);
    sign | ((1 << exponent) - 1) << mantissa | payload
}

/// Nested lists by shape, or the one element of a splat.
fn write_elements(f: &mut fmt::Formatter<'_>, ty: Type, elements: &Tensor) -> fmt::Result {
    let shape: Vec<usize> = match ty.kind() {
        TypeKind::Tensor(tensor) => tensor.static_shape().unwrap_or_default(),
        TypeKind::Vector(vector) => vector.shape.iter().map(|dim| dim.size as usize).collect(),
        _ => Vec::new(),
    };
    if elements.is_empty() {
        return Ok(());
    }
    if elements.len() == 1 {
        return match shape.iter().product::<usize>() {
            1 => write_nested(f, &shape, elements, &mut 0),
            _ => write_element(f, elements, 0),
        };
    }
    write_nested(f, &shape, elements, &mut 0)
}

fn write_nested(f: &mut fmt::Formatter<'_>, shape: &[usize], elements: &Tensor, next: &mut usize) -> fmt::Result {
    let [extent, inner @ ..] = shape else {
        *next += 1;
        return write_element(f, elements, *next - 1);
    };
    f.write_str("[")?;
    for index in 0..*extent {
        if index > 0 {
            f.write_str(", ")?;
        }
        write_nested(f, inner, elements, next)?;
    }
    f.write_str("]")
}

fn write_element(f: &mut fmt::Formatter<'_>, tensor: &Tensor, index: usize) -> fmt::Result {
    use ElementType::*;
    let size = tensor.element().byte_size();
    let one = || tensor.bytes().get(index * size..(index + 1) * size).unwrap_or_default();
    let ty = Type::from_element(tensor.element());
    match tensor.element() {
        String => write_string(f, tensor.strings().get(index).map_or(&[], Vec::as_slice)),
        I1 => write!(f, "{}", one() != [0]),
        F8E4M3FN | F8E4M3FNUZ | F8E5M2 | F8E5M2FNUZ | F8E8M0FNU | F4E2M1FN => {
            write!(f, "0x{:02X}", one().first().unwrap_or(&0))
        }
        // Widening may lose the payload of a NaN.
        F16 | BF16 | F32 | F64 if !is_finite(tensor, index) => {
            f.write_str("0x")?;
            one().iter().rev().try_for_each(|byte| write!(f, "{byte:02X}"))
        }
        C64 | C128 => {
            let part = if tensor.element() == C64 { F32 } else { F64 };
            let parts = Tensor::from_bytes(part, &[2], one()).map_err(|_| fmt::Error)?;
            f.write_str("(")?;
            write_element(f, &parts, 0)?;
            f.write_str(",")?;
            write_element(f, &parts, 1)?;
            f.write_str(")")
        }
        _ => {
            let value = Tensor::from_bytes(tensor.element(), &[], one()).map_err(|_| fmt::Error)?;
            match kiln_tensor::scalar::scalars(&value).and_then(|values| values.first().copied()) {
                Some(kiln_tensor::scalar::Scalar::Float(value)) => write_float(f, value, ty),
                Some(scalar) => write!(f, "{}", scalar.to_i128()),
                None => Err(fmt::Error),
            }
        }
    }
}

fn is_finite(tensor: &Tensor, index: usize) -> bool {
    match tensor.element() {
        ElementType::F16 => tensor.values::<f16>().get(index).is_some_and(|value| value.is_finite()),
        ElementType::BF16 => tensor.values::<bf16>().get(index).is_some_and(|value| value.is_finite()),
        ElementType::F32 => tensor.values::<f32>().get(index).is_some_and(|value| value.is_finite()),
        _ => tensor.values::<f64>().get(index).is_some_and(|value| value.is_finite()),
    }
}
