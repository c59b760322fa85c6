//! Operators that prepare features: `ArrayFeatureExtractor`, `Binarizer`, `FeatureVectorizer`, `Imputer`, `LabelEncoder`,
//! `Normalizer`, `OneHotEncoder`, `Scaler`.

use super::{examples, floats, integers, tensor_numbers};
use crate::onnx_to_graph::conversion::Tracked;
use crate::onnx_to_graph::emit::attribute;
use crate::onnx_to_graph::extent::{dim, element_count};
use crate::onnx_to_graph::node::{Node, Results, Row, row};
use crate::onnx_to_graph::reduction::drop_axes;
use kiln_ir::Dim;
use kiln_tensor::scalar::{Scalar, tensor_of};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("ai.onnx.ml.ArrayFeatureExtractor", array_feature_extractor),
    row("ai.onnx.ml.Binarizer", binarizer),
    row("ai.onnx.ml.FeatureVectorizer", feature_vectorizer),
    row("ai.onnx.ml.Imputer", imputer),
    row("ai.onnx.ml.LabelEncoder", label_encoder),
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
    let categories = node.ints("cats_int64s").filter(|categories| !categories.is_empty());
    let categories = categories.ok_or("categories that are strings are not supported")?;
    if !node.flag("zeros", true) {
        return Err("unknown categories as errors (zeros = 0) are not supported".into());
    }
    let categories = integers(node, &[categories.len()], &categories)?;
    let x = node.cast(x, ElementType::I64)?;
    let is_category = equal_to_each(node, x, categories)?;
    Ok(vec![node.cast(is_category, ElementType::F32)?])
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

/// The value of the key that an element is, or a default.
fn label_encoder(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let keys = list(node, "keys")?;
    let (values, element) = (list(node, "values")?, value_type(node));
    if keys.len() != values.len() || keys.is_empty() {
        return Err(format!("there must be as many values as keys: {} keys, {} values", keys.len(), values.len()));
    }
    let default = match (tensor_numbers(node, "default_tensor")?, element.is_float()) {
        (Some(default), _) => *default.first().ok_or("the default is empty")?,
        (None, true) => Scalar::Float(node.float_or("default_float", -0.0)),
        (None, false) => Scalar::Integer(node.int_or("default_int64", -1).into()),
    };
    let nan = keys.iter().position(|key| key.to_f64().is_nan());
    let keys = constant(node, node.element(x), &[keys.len()], &keys)?;
    let mut is_key = equal_to_each(node, x, keys)?;
    if let Some(place) = nan {
        // What is no number is a key here.
        let is_nan = node.unary("graph.is_nan", x)?;
        let column: Vec<bool> = (0..values.len()).map(|index| index == place).collect();
        let column = node.tensor(Tensor::from_bools(&[values.len()], &column))?;
        let is_nan = with_last_axis(node, is_nan)?;
        let is_nan = node.binary("graph.and", is_nan, column)?;
        is_key = node.binary("graph.or", is_key, is_nan)?;
    }
    let axis = node.rank(is_key) - 1;
    let found = node.cast(is_key, ElementType::I32)?;
    let given = [("axis", attribute(axis as i64)), ("select_last", attribute(true))];
    let index = node.emit("graph.arg_max", &[found], &given)?;
    let is_found = node.reduce("graph.reduce_max", found, &[axis])?;
    let index = drop_axes(node, index, &[axis])?;
    let is_found = drop_axes(node, is_found, &[axis])?;
    let is_found = node.cast(is_found, ElementType::I1)?;
    let values = constant(node, element, &[values.len()], &values)?;
    let value = node.emit("graph.gather", &[values, index], &[("axis", attribute(0i64))])?;
    let default = constant(node, element, &[], &[default])?;
    Ok(vec![node.select(is_found, value, default)?])
}

/// Keys or values that are numbers.
fn list(node: &Node, name: &str) -> Result<Vec<Scalar>, String> {
    let given =
        integer_numbers(node, &format!("{name}_int64s")).or_else(|| float_numbers(node, &format!("{name}_floats")));
    match given {
        Some(numbers) => Ok(numbers),
        None => tensor_numbers(node, &format!("{name}_tensor"))?
            .ok_or_else(|| format!("{name} that are strings are not supported")),
    }
}

/// The type of the values.
fn value_type(node: &Node) -> ElementType {
    let given = node.attribute("values_tensor");
    let tensor = given.and_then(|given| node.conversion.module.attribute_tensor(given));
    match integer_numbers(node, "values_int64s") {
        Some(_) => ElementType::I64,
        None => tensor.map_or(ElementType::F32, |tensor| tensor.element()),
    }
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
    let tensor = tensor_of(element, shape, numbers);
    node.tensor(tensor.ok_or_else(|| format!("element type {element} is not supported here"))?)
}
