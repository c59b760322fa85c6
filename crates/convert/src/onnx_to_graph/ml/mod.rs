//! The domain `ai.onnx.ml`: models of classical machine learning.
//!
//! What they compute is said by attributes, lists of numbers and of strings, which become constants.

pub(crate) mod features;
mod forest;
pub(crate) mod labels;
pub(crate) mod linear;
pub(crate) mod maps;
mod scores;
pub(crate) mod trees;
pub(crate) mod vectors;
pub(crate) mod votes;

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::scalar::{self, Scalar};
use kiln_tensor::{ElementType, Tensor};

/// The input as a matrix of floats: a row for each example, of which a vector is one.
fn examples(node: &mut Node) -> Result<Tracked, String> {
    let x = node.input(0)?;
    let x = match *node.shape(x) {
        [features] => node.reshape(x, &[Dim::Static(1), features])?,
        [_, _] => x,
        _ => return Err("the input must have one or two axes".into()),
    };
    if node.element(x) == ElementType::F64 { Ok(x) } else { node.cast(x, ElementType::F32) }
}

/// The input as a matrix of floats of so many columns.
fn examples_of(node: &mut Node, features: usize) -> Result<Tracked, String> {
    let x = examples(node)?;
    let shape = [node.shape(x)[0], Dim::Static(features as u64)];
    node.expect_shape(x, &shape, "the input")
}

/// A constant of floats in the type of `like`.
fn floats(node: &mut Node, like: Tracked, shape: &[usize], values: Vec<f64>) -> Result<Tracked, String> {
    let tensor = scalar::from_floats(node.element(like), shape, values)?;
    node.tensor(tensor)
}

/// A constant of integers.
fn integers(node: &mut Node, shape: &[usize], values: &[i64]) -> Result<Tracked, String> {
    node.tensor(Tensor::from_values(shape, values))
}

/// Floats of an attribute, or of a tensor that is one: `name` or `name_as_tensor`.
fn float_list(node: &Node, name: &str) -> Result<Option<Vec<f64>>, String> {
    match node.floats(name) {
        Some(values) if !values.is_empty() => Ok(Some(values)),
        _ => tensor_floats(node, &format!("{name}_as_tensor")),
    }
}

/// The elements of an attribute that is a tensor, as floats.
fn tensor_floats(node: &Node, name: &str) -> Result<Option<Vec<f64>>, String> {
    Ok(tensor_numbers(node, name)?.map(|numbers| numbers.into_iter().map(|number| number.to_f64()).collect()))
}

/// The elements of an attribute that is a tensor.
fn tensor_numbers(node: &Node, name: &str) -> Result<Option<Vec<Scalar>>, String> {
    let Some(given) = node.attribute(name) else { return Ok(None) };
    let tensor = node.conversion.module.attribute_tensor(given);
    let numbers = tensor.as_ref().and_then(scalar::scalars);
    numbers.map(Some).ok_or_else(|| format!("attribute \"{name}\" must be a tensor of numbers"))
}

/// The label of the class that each index is of.
fn label(node: &mut Node, index: Tracked) -> Result<Tracked, String> {
    let table = match class_labels(node)? {
        Labels::Integers(labels) => integers(node, &[labels.len()], &labels)?,
        Labels::Strings(labels) => node.strings(&[labels.len()], labels)?,
    };
    node.emit("graph.gather", &[table, index], &[("axis", attribute(0i64))])
}

/// The labels of the classes of a classifier.
enum Labels {
    Integers(Vec<i64>),
    Strings(Vec<Vec<u8>>),
}

impl Labels {
    fn len(&self) -> usize {
        match self {
            Labels::Integers(labels) => labels.len(),
            Labels::Strings(labels) => labels.len(),
        }
    }
}

/// The labels of the classes of a classifier.
fn class_labels(node: &Node) -> Result<Labels, String> {
    let labels = ["classlabels_ints", "classlabels_int64s"].iter().find_map(|name| node.ints(name));
    match labels.filter(|labels| !labels.is_empty()) {
        Some(labels) => Ok(Labels::Integers(labels)),
        None => node.string_list("classlabels_strings").map(Labels::Strings).ok_or("the classes have no labels".into()),
    }
}

/// The class of the largest score of each row.
fn best_label(node: &mut Node, scores: Tracked) -> Result<Tracked, String> {
    let best =
        node.emit("graph.arg_max", &[scores], &[("axis", attribute(1i64)), ("select_last", attribute(false))])?;
    let index = node.drop_axes(best, &[1])?;
    label(node, index)
}

/// Whether each element of `x` is each element of `list`, along a new last axis.
fn equal_to_each(node: &mut Node, x: Tracked, list: Tracked) -> Result<Tracked, String> {
    let x = with_last_axis(node, x)?;
    node.binary("graph.equal", x, list)
}

/// `x` with one more axis, of extent 1.
fn with_last_axis(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let stretched: Vec<Dim> = node.shape(x).iter().copied().chain([Dim::Static(1)]).collect();
    node.reshape(x, &stretched)
}

fn integer_numbers(node: &Node, name: &str) -> Option<Vec<Scalar>> {
    let numbers = node.ints(name).filter(|numbers| !numbers.is_empty())?;
    Some(numbers.into_iter().map(|number| Scalar::Integer(number.into())).collect())
}

fn float_numbers(node: &Node, name: &str) -> Option<Vec<Scalar>> {
    let numbers = node.floats(name).filter(|numbers| !numbers.is_empty())?;
    Some(numbers.into_iter().map(Scalar::Float).collect())
}

/// A constant of numbers.
fn constant(node: &mut Node, element: ElementType, shape: &[usize], numbers: &[Scalar]) -> Result<Tracked, String> {
    let tensor = scalar::tensor_of(element, shape, numbers);
    node.tensor(tensor.ok_or_else(|| format!("element type {element} is not supported here"))?)
}
