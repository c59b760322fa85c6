//! Values of cases, of which some are sequences or optionals: as the tensors that a compiled model has for them.

use crate::support;
use kiln_tensor::{ElementType, Tensor};
use serde_json::Value as Json;
use std::path::Path;

/// A value of a case.
#[derive(Clone, Debug)]
pub enum Value {
    Tensor(Tensor),
    Sequence(Vec<Tensor>),
    /// A value that may be there.
    Optional(Option<Box<Value>>),
}

impl Value {
    /// The value that an entry of the index describes.
    pub fn read(folder: &Path, entry: &Json) -> Result<Value, String> {
        let elements = || {
            let files = entry["files"].as_array().map(Vec::as_slice).unwrap_or_default();
            files.iter().map(|file| read_tensor(folder, file)).collect::<Result<Vec<_>, _>>()
        };
        match entry["type"].as_str() {
            Some("sequence") => Ok(Value::Sequence(elements()?)),
            Some("optional") => Ok(Value::Optional(match (entry["files"].is_array(), entry["file"].is_string()) {
                (true, _) => Some(Box::new(Value::Sequence(elements()?))),
                (_, true) => Some(Box::new(Value::Tensor(read_tensor(folder, entry)?))),
                _ => None,
            })),
            _ => Ok(Value::Tensor(support::read_value(folder, entry)?)),
        }
    }

    /// The tensor, if it is one.
    pub fn as_tensor(&self) -> Option<&Tensor> {
        match self {
            Value::Tensor(tensor) => Some(tensor),
            _ => None,
        }
    }

    /// What the model takes as input `part`, of this value called `name`; `None` if that is no part of it.
    pub fn argument(&self, name: &str, part: &str) -> Option<Tensor> {
        let rest = part.strip_prefix(name)?;
        match (self, rest) {
            (Value::Tensor(tensor), "") => Some(tensor.clone()),
            (Value::Sequence(elements), ".elements") => Some(joined(elements)),
            (Value::Sequence(elements), ".shapes") => Some(shapes(elements)),
            (Value::Optional(value), ".present") => Some(Tensor::from_bools(&[], &[value.is_some()])),
            (Value::Optional(Some(value)), _) => value.argument(name, part),
            // What stands in the place of a value that is not there, in the one case that has none.
            (Value::Optional(None), "") => Some(Tensor::scalar(0i32)),
            _ => None,
        }
    }

    /// How the outputs of a model that are parts of `name` differ from this value.
    pub fn difference(&self, name: &str, found: &[(String, Tensor)], rtol: f64, atol: f64) -> Option<String> {
        let part = |end: &str| found.iter().find(|(part, _)| *part == format!("{name}{end}")).map(|(_, value)| value);
        let differ = |value: Option<&Tensor>, expected: &Tensor| match value {
            Some(value) => support::difference(value, expected, rtol, atol),
            None => Some("is missing".into()),
        };
        match self {
            Value::Tensor(expected) => differ(part(""), expected),
            Value::Sequence(expected) => {
                let elements = match (part(".elements"), part(".shapes")) {
                    (Some(elements), Some(shapes)) => unpacked(elements, shapes),
                    _ => (0..).map_while(|index| part(&format!(".{index}")).cloned()).collect(),
                };
                if elements.len() != expected.len() {
                    return Some(format!("has {} elements, expected {}", elements.len(), expected.len()));
                }
                let pairs = elements.iter().zip(expected);
                pairs.filter_map(|(element, expected)| differ(Some(element), expected)).next()
            }
            Value::Optional(value) => {
                let is_there = Tensor::from_bools(&[], &[value.is_some()]);
                let rest = || value.as_ref().and_then(|value| value.difference(name, found, rtol, atol));
                differ(part(".present"), &is_there).or_else(rest)
            }
        }
    }
}

/// The tensor of an entry that is a part of something else.
fn read_tensor(folder: &Path, entry: &Json) -> Result<Tensor, String> {
    let mut entry = entry.clone();
    entry["type"] = "tensor".into();
    support::read_value(folder, &entry)
}

/// All elements, one after the other.
fn joined(elements: &[Tensor]) -> Tensor {
    let element = elements.first().map_or(ElementType::F32, Tensor::element);
    let count = elements.iter().map(Tensor::len).sum();
    let picks = elements.iter().enumerate().flat_map(|(part, tensor)| (0..tensor.len()).map(move |at| (part, at)));
    match elements {
        [] => Tensor::from_bytes(element, &[0], &[] as &[u8]).expect("nothing fits"),
        elements => Tensor::pick(elements, &[count], picks).expect("elements have one type"),
    }
}

/// The shape of each element, of which all have the same rank.
fn shapes(elements: &[Tensor]) -> Tensor {
    let rank = elements.first().map_or(0, Tensor::rank);
    let values: Vec<u8> = elements
        .iter()
        .flat_map(|tensor| tensor.shape().iter().flat_map(|&extent| (extent as i64).to_le_bytes()))
        .collect();
    Tensor::from_bytes(ElementType::I64, &[elements.len(), rank], &values[..]).expect("ranks agree")
}

/// The elements of a sequence that is packed; an axis that one lacks has the extent -1.
fn unpacked(elements: &Tensor, shapes: &Tensor) -> Vec<Tensor> {
    let (count, rank) = (shapes.shape()[0], shapes.shape()[1]);
    let (values, mut start, mut all) = (shapes.values::<i64>(), 0, Vec::new());
    for row in 0..count {
        let row = &values[row * rank..(row + 1) * rank];
        let shape: Vec<usize> = row.iter().filter_map(|&extent| usize::try_from(extent).ok()).collect();
        let length: usize = shape.iter().product();
        let picks = (start..start + length).map(|at| (0, at));
        all.push(Tensor::pick(std::slice::from_ref(elements), &shape, picks).expect("elements are all there"));
        start += length;
    }
    all
}
