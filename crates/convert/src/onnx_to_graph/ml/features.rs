//! Operators that prepare features: `ArrayFeatureExtractor`, `Binarizer`, `FeatureVectorizer`, `Imputer`, `Normalizer`,
//! `OneHotEncoder`, `Scaler`.

use super::{constant, equal_to_each, examples, float_numbers, floats, integer_numbers, integers};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{dim, element_count};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::Dim;
use kiln_tensor::ElementType;
use kiln_tensor::scalar::Scalar;

pub(crate) const ROWS: &[Row] = &[
    row("ai.onnx.ml.ArrayFeatureExtractor", array_feature_extractor),
    row("ai.onnx.ml.Binarizer", binarizer),
    row("ai.onnx.ml.FeatureVectorizer", feature_vectorizer),
    row("ai.onnx.ml.Imputer", imputer),
    row("ai.onnx.ml.Normalizer", normalizer),
    row("ai.onnx.ml.OneHotEncoder", one_hot_encoder),
    row("ai.onnx.ml.Scaler", scaler),
];

/// Some elements along the last axis.
fn array_feature_extractor(node: &mut Node) -> Results {
    let (x, indices) = (node.input(0)?, node.input(1)?);
    let count = dim(element_count(node.shape(indices))?)?;
    let indices = node.reshape(indices, &[count])?;
    let x = match *node.shape(x) {
        [features] => node.reshape(x, &[Dim::Static(1), features])?,
        _ => x,
    };
    let axis = node.rank(x).checked_sub(1).ok_or("the input must have an axis")?;
    Ok(vec![node.emit("graph.gather", &[x, indices], &[("axis", attribute(axis as i64))])?])
}

/// 1 where the element is larger than a threshold, else 0.
fn binarizer(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let threshold = node.scalar(node.element(x), node.float_or("threshold", 0.0))?;
    let is_larger = node.binary("graph.greater", x, threshold)?;
    Ok(vec![node.cast(is_larger, node.element(x))?])
}

/// Features side by side, as floats.
fn feature_vectorizer(node: &mut Node) -> Results {
    let widths = node.ints("inputdimensions").unwrap_or_default();
    let mut parts = Vec::new();
    for (index, x) in node.inputs()?.into_iter().enumerate() {
        let shape = match *node.shape(x) {
            [features] => [Dim::Static(1), features],
            [rows, features] => [rows, features],
            _ => return Err(format!("input {index} must have one or two axes")),
        };
        if widths.get(index).is_some_and(|&width| shape[1].as_static().is_some_and(|known| known as i64 != width)) {
            return Err(format!("input {index} has not as many features as inputdimensions says"));
        }
        let x = node.reshape(x, &shape)?;
        parts.push(node.cast(x, ElementType::F32)?);
    }
    Ok(vec![node.concat(&parts, 1)?])
}

/// Other values for those that stand for missing ones.
fn imputer(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let is_float = node.element(x).is_float();
    let (values, replaced) = match is_float {
        true => {
            (float_numbers(node, "imputed_value_floats"), Scalar::Float(node.float_or("replaced_value_float", 0.0)))
        }
        false => {
            let replaced = node.int_or("replaced_value_int64", 0);
            (integer_numbers(node, "imputed_value_int64s"), Scalar::Integer(replaced.into()))
        }
    };
    let values = values.ok_or("there are no imputed values for this element type")?;
    let is_missing = match replaced {
        Scalar::Float(value) if value.is_nan() => node.unary("graph.is_nan", x)?,
        replaced => {
            let replaced = constant(node, node.element(x), &[], &[replaced])?;
            node.binary("graph.equal", x, replaced)?
        }
    };
    let values = constant(node, node.element(x), &[values.len()], &values)?;
    Ok(vec![node.select(is_missing, values, x)?])
}

/// `(x - offset) scale`, as floats.
fn scaler(node: &mut Node) -> Results {
    let x = examples(node)?;
    let x = node.cast(x, ElementType::F32)?;
    let mut result = x;
    for (op, name) in [("graph.subtract", "offset"), ("graph.multiply", "scale")] {
        let values = node.floats(name).filter(|values| !values.is_empty());
        let values = values.ok_or_else(|| format!("attribute \"{name}\" is missing"))?;
        let values = floats(node, x, &[values.len()], values)?;
        result = node.binary(op, result, values)?;
    }
    let shape = node.shape(node.input(0)?);
    Ok(vec![node.reshape(result, shape)?])
}

/// Rows divided by a norm; rows whose norm is zero stay.
fn normalizer(node: &mut Node) -> Results {
    let x = examples(node)?;
    let x = node.cast(x, ElementType::F32)?;
    let norm = match node.string_or("norm", "MAX") {
        "MAX" => node.reduce("graph.reduce_max", x, &[1])?,
        "L1" => {
            let magnitude = node.unary("graph.abs", x)?;
            node.reduce("graph.reduce_sum", magnitude, &[1])?
        }
        "L2" => {
            let square = node.binary("graph.multiply", x, x)?;
            let sum = node.reduce("graph.reduce_sum", square, &[1])?;
            node.unary("graph.sqrt", sum)?
        }
        other => return Err(format!("norm \"{other}\" is not known")),
    };
    let (zero, one) = (node.scalar(ElementType::F32, 0.0)?, node.scalar(ElementType::F32, 1.0)?);
    let is_zero = node.binary("graph.equal", norm, zero)?;
    let divisor = node.select(is_zero, one, norm)?;
    let result = node.binary("graph.divide", x, divisor)?;
    let shape = node.shape(node.input(0)?);
    Ok(vec![node.reshape(result, shape)?])
}

/// A 1 for the category, zeros for all others.
fn one_hot_encoder(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (x, categories) = match node.element(x) {
        ElementType::String => {
            let names = node.string_list("cats_strings").ok_or("there are no categories that are strings")?;
            (node.find_strings(x, &names)?, (0..names.len() as i64).collect())
        }
        _ => {
            let categories = node.ints("cats_int64s").filter(|categories| !categories.is_empty());
            let categories = categories.ok_or("there are no categories that are numbers")?;
            (node.cast(x, ElementType::I64)?, categories)
        }
    };
    let categories = integers(node, &[categories.len()], &categories)?;
    let is_category = equal_to_each(node, x, categories)?;
    let hits = node.cast(is_category, ElementType::F32)?;
    if node.flag("zeros", true) {
        return Ok(vec![hits]);
    }
    // Without zeros for what is no category, there must be none.
    let found = node.reduce("graph.reduce_max", hits, &[node.rank(hits) - 1])?;
    let axes: Vec<usize> = (0..node.rank(found)).collect();
    let found = node.reduce("graph.reduce_min", found, &axes)?;
    let found = node.reshape(found, &[])?;
    let are_known = node.cast(found, ElementType::I1)?;
    Ok(vec![node.require(are_known, hits)?])
}
