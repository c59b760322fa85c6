//! Operators that take maps, as vectors of keys and of values: `CastMap`, `DictVectorizer`. See `expand_maps.rs`.

use super::labels::find_numbers;
use super::{constant, integer_numbers};
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;
use kiln_tensor::scalar::Scalar;

pub(crate) const ROWS: &[Row] =
    &[row("ai.onnx.ml.CastMap", cast_map), row("ai.onnx.ml.DictVectorizer", dict_vectorizer)];

/// The most elements of what a map becomes.
const MOST: usize = 1 << 24;

/// The keys and the values of the map that is the input.
fn map(node: &Node) -> Result<[Tracked; 2], String> {
    match (node.input(0)?, node.optional(1)) {
        (keys, Some(values)) => Ok([keys, values]),
        _ => Err("the map must be an input of the model".into()),
    }
}

/// The value of each word of a vocabulary.
fn dict_vectorizer(node: &mut Node) -> Results {
    let [keys, values] = map(node)?;
    let (place, count) = match node.element(keys) {
        ElementType::String => {
            let words = node.string_list("string_vocabulary").ok_or("there is no vocabulary of strings")?;
            (node.find_strings(keys, &words)?, words.len())
        }
        _ => {
            let words = integer_numbers(node, "int64_vocabulary").ok_or("there is no vocabulary of integers")?;
            (find_numbers(node, keys, &words)?, words.len())
        }
    };
    let absent = absent(node, node.element(values), "")?;
    Ok(vec![place_values(node, values, place, count, absent)?])
}

/// The values of a map whose keys are integers, in the order of the keys or at the places that they are.
fn cast_map(node: &mut Node) -> Results {
    let [keys, values] = map(node)?;
    let to = match node.string_or("cast_to", "TO_FLOAT") {
        "TO_FLOAT" => ElementType::F32,
        "TO_INT64" => ElementType::I64,
        "TO_STRING" => ElementType::String,
        other => return Err(format!("cast_to \"{other}\" is not known")),
    };
    let values = match [node.element(values), to].contains(&ElementType::String) && node.element(values) != to {
        true => crate::conversion::text::cast(node, values, to)?,
        false => node.cast(values, to)?,
    };
    match node.string_or("map_form", "DENSE") {
        "DENSE" => {
            let count = node.shape(values)[0];
            Ok(vec![node.reshape(values, &[Dim::Static(1), count])?])
        }
        "SPARSE" => {
            let count = usize::try_from(node.int_or("max_map", 1)).ok().filter(|&count| count <= MOST);
            let count = count.ok_or_else(|| format!("max_map must be from 0 to {MOST}"))?;
            let zero = node.scalar(ElementType::I64, 0.0)?;
            let is_low = node.binary("graph.greater_equal", keys, zero)?;
            let is_there = node.binary_scalar("graph.less", keys, count as f64)?;
            let is_there = node.binary("graph.and", is_low, is_there)?;
            let none = node.scalar(ElementType::I64, -1.0)?;
            let place = node.select(is_there, keys, none)?;
            let absent = absent(node, to, "0.f")?;
            Ok(vec![place_values(node, values, place, count, absent)?])
        }
        other => Err(format!("map_form \"{other}\" is not known")),
    }
}

/// What stands where a map has nothing.
fn absent(node: &mut Node, element: ElementType, text: &str) -> Result<Tracked, String> {
    match element {
        ElementType::String => node.strings(&[], vec![text.into()]),
        element => constant(node, element, &[], &[Scalar::Integer(0)]),
    }
}

/// A row of `count` elements with each value at its place, which is nowhere if it is -1.
fn place_values(
    node: &mut Node,
    values: Tracked,
    place: Tracked,
    count: usize,
    absent: Tracked,
) -> Result<Tracked, String> {
    let (one, count) = (Dim::Static(1), count as u64);
    // What is nowhere goes in front.
    let row = node.broadcast(absent, &[Dim::Static(count + 1)])?;
    let place = node.binary_scalar("graph.add", place, 1.0)?;
    let given = [("axis", attribute(0i64)), ("reduction", attribute("none"))];
    let row = node.emit("graph.scatter_elements", &[row, place, values], &given)?;
    let row = node.slice_axis(row, 0, one, Dim::Static(count))?;
    node.reshape(row, &[one, Dim::Static(count)])
}
