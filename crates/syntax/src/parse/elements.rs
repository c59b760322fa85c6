//! Elements of `dense<...>` and `array<...>`.

use crate::parse::literal::{Number, bytes, digit, wrap};
use half::{bf16, f16};
use kiln_ir::{Attribute, AttributeKind, Name, Type, TypeKind};
use kiln_tensor::{ElementType, Tensor, element_count};
use std::fmt;

/// One element as it is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Element<'s> {
    Number(Number<'s>),
    Bool(bool),
    /// In quotes: a string, or the bits of all elements.
    String(&'s str),
    Complex(Number<'s>, Number<'s>),
}

impl fmt::Display for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Element::Number(number) => number.fmt(f),
            Element::Bool(value) => value.fmt(f),
            Element::String(text) => f.write_str(text),
            Element::Complex(real, imaginary) => write!(f, "({real},{imaginary})"),
        }
    }
}

/// Elements in nested lists: those of one list have one shape.
#[derive(Clone, Debug)]
pub(crate) struct Nest<'s> {
    shape: Vec<usize>,
    elements: Vec<Element<'s>>,
}

impl<'s> Nest<'s> {
    /// One element.
    pub(crate) fn leaf(element: Element<'s>) -> Nest<'s> {
        Nest { shape: Vec::new(), elements: vec![element] }
    }

    /// `[a, b]`.
    pub(crate) fn list(items: Vec<Nest<'s>>) -> Result<Nest<'s>, String> {
        let mut shape = vec![items.len()];
        let mut elements = Vec::with_capacity(items.len());
        for item in items {
            match shape.len() {
                1 if elements.is_empty() => shape.extend(&item.shape),
                _ if shape[1..] == item.shape => {}
                _ => return Err("the items of a list differ in shape".into()),
            }
            elements.extend(item.elements);
        }
        Ok(Nest { shape, elements })
    }
}

impl fmt::Display for Nest<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_nested(f, &self.shape, &mut self.elements.iter())
    }
}

fn write_nested(
    f: &mut fmt::Formatter<'_>,
    shape: &[usize],
    elements: &mut std::slice::Iter<'_, Element<'_>>,
) -> fmt::Result {
    let [extent, inner @ ..] = shape else { return elements.next().map_or(Ok(()), |element| write!(f, "{element}")) };
    f.write_str("[")?;
    for index in 0..*extent {
        f.write_str(if index == 0 { "" } else { ", " })?;
        write_nested(f, inner, elements)?;
    }
    f.write_str("]")
}

/// `sparse<indices, values> : ty`, kept as it is written.
pub(crate) fn sparse(parts: Option<(Nest<'_>, Nest<'_>)>, ty: Type) -> Attribute {
    let text = parts.map(|(indices, values)| format!("{indices}, {values}")).unwrap_or_default();
    Attribute::new(AttributeKind::WrittenElements { keyword: "sparse", text: Name::new(&text), ty })
}

/// `dense<nest> : ty`.
pub(crate) fn dense(nest: Option<Nest<'_>>, ty: Type) -> Result<Attribute, String> {
    let shape = static_shape(ty)?;
    if ty.element().is_none() {
        let text = nest.map(|nest| nest.to_string()).unwrap_or_default();
        return Ok(Attribute::new(AttributeKind::WrittenElements { keyword: "dense", text: Name::new(&text), ty }));
    }
    let count = element_count(&shape).ok_or_else(|| format!("{ty} is too large"))?;
    let elements = match nest {
        None if count == 0 => tensor_of(ty.scalar(), &shape, &[])?,
        None => return Err(format!("{ty} has {count} elements, found none")),
        Some(nest) => match (nest.elements.as_slice(), nest.shape.as_slice()) {
            ([Element::String(text)], []) if ty.element() != Some(ElementType::String) => {
                from_hexadecimal(text, ty, &shape, count)?
            }
            // One element stands for all; where it is all, the tensor has the type's shape.
            (elements, []) => tensor_of(ty.scalar(), if count == 1 { &shape } else { &[] }, elements)?,
            (elements, found) if found == shape => tensor_of(ty.scalar(), &shape, elements)?,
            (_, found) => return Err(format!("the elements are of shape {found:?}, but the type is {ty}")),
        },
    };
    Ok(Attribute::new(AttributeKind::Dense { ty, elements }))
}

/// The extents of a type of dense elements.
pub(crate) fn static_shape(ty: Type) -> Result<Vec<usize>, String> {
    let shape = match ty.kind() {
        TypeKind::Tensor(tensor) => tensor.static_shape(),
        TypeKind::Vector(vector) => vector.shape.iter().map(|dim| usize::try_from(dim.size).ok()).collect(),
        _ => None,
    };
    shape.ok_or_else(|| format!("dense elements are of a tensor or vector type of static shape, not {ty}"))
}

/// `"0x00FF..."`: the bytes of all elements, or of the one that stands for all; truth values are packed.
fn from_hexadecimal(quoted: &str, ty: Type, shape: &[usize], count: usize) -> Result<Tensor, String> {
    let element = ty.element().ok_or_else(|| unsupported(ty.scalar()))?;
    let mut data = hexadecimal(quoted)?;
    let mut shape = shape;
    if element == ElementType::I1 {
        if data.len() == 1 && (data[0] == 0 || data[0] == 255) && count != 8 {
            data = vec![data[0] & 1];
            shape = if count == 1 { shape } else { &[] };
        } else if data.len() == count.div_ceil(8) {
            data = (0..count).map(|index| data[index / 8] >> (index % 8) & 1).collect();
        }
    } else if data.len() == element.byte_size() && count != 1 {
        shape = &[];
    }
    match element {
        ElementType::I2 => data.iter_mut().for_each(|byte| *byte = ((*byte << 6) as i8 >> 6) as u8),
        ElementType::I4 => data.iter_mut().for_each(|byte| *byte = ((*byte << 4) as i8 >> 4) as u8),
        ElementType::U2 => data.iter_mut().for_each(|byte| *byte &= 3),
        ElementType::U4 | ElementType::F4E2M1FN => data.iter_mut().for_each(|byte| *byte &= 15),
        _ => {}
    }
    Tensor::from_bytes(element, shape, &data).map_err(|reason| reason.to_string())
}

/// The bytes of `"0x00FF"`.
pub(crate) fn hexadecimal(quoted: &str) -> Result<Vec<u8>, String> {
    let digits = quoted.trim_matches('"').strip_prefix("0x").ok_or("expected hexadecimal digits after \"0x")?;
    let is_valid = digits.len() % 2 == 0 && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_valid {
        true => Ok(digits.as_bytes().chunks_exact(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect()),
        false => Err("expected pairs of hexadecimal digits".into()),
    }
}

fn unsupported(ty: Type) -> String {
    format!("constants of type {ty} are not supported")
}

/// A tensor of scalars of type `ty`.
pub(crate) fn tensor_of(ty: Type, shape: &[usize], elements: &[Element<'_>]) -> Result<Tensor, String> {
    let element = ty.to_element().ok_or_else(|| unsupported(ty))?;
    if element == ElementType::String {
        let strings = elements.iter().map(|element| match element {
            Element::String(text) => bytes(text),
            _ => Err("expected a string".into()),
        });
        return Tensor::from_strings(shape, strings.collect::<Result<_, _>>()?).map_err(|reason| reason.to_string());
    }
    let mut data = Vec::with_capacity(elements.len() * element.byte_size());
    for &item in elements {
        append(item, element, ty, &mut data)?;
    }
    Tensor::from_bytes(element, shape, &data).map_err(|reason| reason.to_string())
}

/// Appends the bytes of one element.
fn append(item: Element<'_>, element: ElementType, ty: Type, data: &mut Vec<u8>) -> Result<(), String> {
    use ElementType::*;
    match (item, element) {
        (Element::Bool(value), I1) => data.push(value.into()),
        (Element::Number(number), F64) => data.extend(number.float(Some(F64))?.to_le_bytes()),
        (Element::Number(number), F32) => data.extend(float_32(number)?.to_le_bytes()),
        (Element::Number(number), F16 | BF16) if number.text.starts_with("0x") => {
            let bits =
                u16::try_from(number.integer()?).map_err(|_| format!("{} has more than 16 bits", number.text))?;
            data.extend(bits.to_le_bytes());
        }
        (Element::Number(number), F16) => data.extend(f16::from_f64(number.float(Some(F16))?).to_le_bytes()),
        (Element::Number(number), BF16) => data.extend(bf16::from_f64(number.float(Some(BF16))?).to_le_bytes()),
        (Element::Number(number), F8E4M3FN | F8E4M3FNUZ | F8E5M2 | F8E5M2FNUZ | F8E8M0FNU | F4E2M1FN)
            if number.is_float =>
        {
            let value = kiln_tensor::scalar::from_floats(element, &[], [number.float(None)?])?;
            data.extend(value.bytes());
        }
        (Element::Number(number), F8E4M3FN | F8E4M3FNUZ | F8E5M2 | F8E5M2FNUZ | F8E8M0FNU | F4E2M1FN) => {
            let bits = number.integer().ok().and_then(|bits| u8::try_from(bits).ok());
            data.push(
                bits.ok_or_else(|| format!("expected the bits of a {ty} in hexadecimal, found {}", number.text))?,
            );
        }
        (Element::Complex(real, imaginary), C64) => {
            data.extend(float_32(real)?.to_le_bytes());
            data.extend(float_32(imaginary)?.to_le_bytes());
        }
        (Element::Complex(real, imaginary), C128) => {
            data.extend(real.float(Some(F64))?.to_le_bytes());
            data.extend(imaginary.float(Some(F64))?.to_le_bytes());
        }
        (Element::Number(number), _) if !element.is_complex() => {
            let value = wrap(number.integer()?, ty)?;
            data.extend(&value.to_le_bytes()[..element.byte_size()]);
        }
        _ => return Err(format!("expected an element of type {ty}")),
    }
    Ok(())
}

/// Bits stay as they are: a signalling NaN must not be widened and narrowed.
fn float_32(number: Number<'_>) -> Result<f32, String> {
    match number.text.starts_with("0x") {
        true => {
            let bits = u32::try_from(number.integer()?);
            Ok(f32::from_bits(bits.map_err(|_| format!("{} has more than 32 bits", number.text))?))
        }
        false => Ok(number.float(Some(ElementType::F32))? as f32),
    }
}
