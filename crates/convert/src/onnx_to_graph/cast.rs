//! `Cast`, `CastLike`, `BitCast`: between element types.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Type;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("Cast", |node| {
        let x = node.input(0)?;
        let to = target_element(node)?;
        Ok(vec![cast(node, x, to)?])
    }),
    row("CastLike", |node| {
        let (x, like) = (node.input(0)?, node.input(1)?);
        let to = node.element(like);
        Ok(vec![cast(node, x, to)?])
    }),
    row("BitCast", |node| {
        let x = node.input(0)?;
        let to = target_element(node)?;
        Ok(vec![node.emit_as("graph.bitcast", &[x], &[], node.shape(x), Type::from_element(to))?])
    }),
];

/// The element type that attribute `to` names.
pub(crate) fn target_element(node: &Node) -> Result<ElementType, String> {
    let to = node.attribute("to").ok_or("attribute \"to\" is missing")?;
    match (to.as_i64(), to.as_str()) {
        (Some(number), _) => element_of(number),
        // As the first version had it.
        (None, Some(name)) => {
            let number = NAMES.iter().position(|known| *known == name);
            element_of(number.ok_or_else(|| format!("element type \"{name}\" is not known"))? as i64)
        }
        (None, None) => Err("attribute \"to\" is no element type".into()),
    }
}

/// The names of the first element types, each at its number.
const NAMES: &[&str] = &[
    "UNDEFINED",
    "FLOAT",
    "UINT8",
    "INT8",
    "UINT16",
    "INT16",
    "INT32",
    "INT64",
    "STRING",
    "BOOL",
    "FLOAT16",
    "DOUBLE",
    "UINT32",
    "UINT64",
    "COMPLEX64",
    "COMPLEX128",
];

/// The element type that a number of the format names.
pub(crate) fn element_of(number: i64) -> Result<ElementType, String> {
    use ElementType::*;
    const NAMED: [Option<ElementType>; 27] = [
        None,
        Some(F32),
        Some(U8),
        Some(I8),
        Some(U16),
        Some(I16),
        Some(I32),
        Some(I64),
        Some(String),
        Some(I1),
        Some(F16),
        Some(F64),
        Some(U32),
        Some(U64),
        Some(C64),
        Some(C128),
        Some(BF16),
        Some(F8E4M3FN),
        Some(F8E4M3FNUZ),
        Some(F8E5M2),
        Some(F8E5M2FNUZ),
        Some(U4),
        Some(I4),
        Some(F4E2M1FN),
        Some(F8E8M0FNU),
        Some(U2),
        Some(I2),
    ];
    let named = usize::try_from(number).ok().and_then(|number| NAMED.get(number).copied().flatten());
    named.ok_or_else(|| format!("element type {number} is not supported"))
}

/// A cast; only casts to 8-bit floats saturate, unless the node says otherwise.
fn cast(node: &mut Node, x: Tracked, to: ElementType) -> Result<Tracked, String> {
    if node.element(x) == to {
        return Ok(x);
    }
    if [node.element(x), to].contains(&ElementType::String) {
        return crate::conversion::text::cast(node, x, to);
    }
    let x = match (to == ElementType::F8E8M0FNU, node.string_or("round_mode", "up")) {
        (true, "down") => power_below(node, x)?,
        // From one and a half times a power of two on, the next is nearer.
        (true, "nearest") => {
            let x = node.cast(x, ElementType::F32)?;
            let x = node.binary_scalar("graph.multiply", x, 4.0 / 3.0)?;
            power_below(node, x)?
        }
        _ => x,
    };
    let eight_bits = to.is_float() && to.byte_size() == 1;
    if eight_bits && !node.flag("saturate", true) {
        let given = [("saturate", attribute(false))];
        return node.emit_as("graph.cast", &[x], &given, node.shape(x), Type::from_element(to));
    }
    node.cast(x, to)
}

/// The largest power of two that is no more than each magnitude: what is left of a float without its fraction.
fn power_below(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let x = node.cast(x, ElementType::F32)?;
    let shape = node.shape(x).to_vec();
    let bits = node.emit_as("graph.bitcast", &[x], &[], &shape, Type::i32())?;
    let exponent = node.tensor(kiln_tensor::Tensor::scalar(0x7f80_0000i32))?;
    let bits = node.binary("graph.and", bits, exponent)?;
    node.emit_as("graph.bitcast", &[bits], &[], &shape, Type::f32())
}
