//! Attributes of nodes.

use crate::proto::attr_value::Value;
use crate::proto::{AttrValue, TensorShapeProto};
use crate::tensor::import_attribute;
use crate::types::{dims, element_type};
use kiln_import_core::ModelFile;
use kiln_ir::{Attribute, Module};
use kiln_tf::Kind;

/// The attribute that a value is, of the kind that the operator declares; `None` if it says nothing: a shape of unknown
/// rank, or a function, which is a region.
///
/// # Errors
/// When it is of another kind; one sentence.
pub(crate) fn import(
    file: &ModelFile,
    module: &Module,
    kind: Kind,
    value: &AttrValue,
) -> Result<Option<Attribute>, String> {
    let Some(value) = &value.value else { return Ok(None) };
    Ok(Some(match (kind, value) {
        (Kind::Type, Value::Type(number)) => Attribute::ty(element_type(*number)?),
        (Kind::Int, Value::I(value)) => Attribute::i64(*value),
        (Kind::Float, Value::F(value)) => Attribute::f32(*value),
        (Kind::Bool, Value::B(value)) => Attribute::bool(*value),
        (Kind::String, Value::S(bytes)) => string(bytes)?,
        (Kind::Tensor, Value::Tensor(proto)) => import_attribute(file, module, proto)?,
        (Kind::Shape, Value::Shape(shape)) => match dims(shape)? {
            Some(dims) => Attribute::dims(&dims),
            None => return Ok(None),
        },
        (Kind::Function, Value::Func(_)) => return Ok(None),
        (_, Value::List(list)) => {
            let array = |items: Result<Vec<Attribute>, String>| items.map(|items| Attribute::array(&items));
            match kind {
                Kind::Types => {
                    array(list.r#type.iter().map(|&number| element_type(number).map(Attribute::ty)).collect())?
                }
                Kind::Ints => Attribute::i64s(&list.i),
                Kind::Floats => array(list.f.iter().map(|&value| Ok(Attribute::f32(value))).collect())?,
                Kind::Bools => array(list.b.iter().map(|&value| Ok(Attribute::bool(value))).collect())?,
                Kind::Strings => array(list.s.iter().map(|bytes| string(bytes)).collect())?,
                Kind::Shapes => array(list.shape.iter().map(shape).collect())?,
                Kind::Functions => return Ok(None),
                _ => return Err(wrong_kind(kind, "a list")),
            }
        }
        (_, Value::Placeholder(name)) => {
            return Err(format!("it is the attribute \"{name}\" of the function it stands in, which is not supported"));
        }
        (kind, value) => return Err(wrong_kind(kind, describe(value))),
    }))
}

fn wrong_kind(kind: Kind, found: &str) -> String {
    format!("it must be {}, not {found}", describe_kind(kind))
}

fn describe_kind(kind: Kind) -> &'static str {
    match kind {
        Kind::Type => "a type",
        Kind::Int => "an integer",
        Kind::Float => "a float",
        Kind::Bool => "true or false",
        Kind::String => "a string",
        Kind::Shape => "a shape",
        Kind::Tensor => "a tensor",
        Kind::Function => "a function",
        Kind::Types => "a list of types",
        Kind::Ints => "a list of integers",
        Kind::Floats => "a list of floats",
        Kind::Bools => "a list of truth values",
        Kind::Strings => "a list of strings",
        Kind::Shapes => "a list of shapes",
        Kind::Functions => "a list of functions",
    }
}

fn describe(value: &Value) -> &'static str {
    match value {
        Value::List(_) => "a list",
        Value::S(_) => "a string",
        Value::I(_) => "an integer",
        Value::F(_) => "a float",
        Value::B(_) => "true or false",
        Value::Type(_) => "a type",
        Value::Shape(_) => "a shape",
        Value::Tensor(_) => "a tensor",
        Value::Placeholder(_) => "a placeholder",
        Value::Func(_) => "a function",
    }
}

fn string(bytes: &[u8]) -> Result<Attribute, String> {
    std::str::from_utf8(bytes).map(Attribute::string).map_err(|_| "the string is not UTF-8".into())
}

/// A shape in a list; one of unknown rank is no dims.
fn shape(shape: &TensorShapeProto) -> Result<Attribute, String> {
    Ok(dims(shape)?.map_or_else(Attribute::unit, |dims| Attribute::dims(&dims)))
}
