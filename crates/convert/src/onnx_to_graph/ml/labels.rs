//! Operators that replace values by others: `CategoryMapper`, `LabelEncoder`; and lists of numbers or of strings.

use super::{constant, equal_to_each, float_numbers, integer_numbers, with_last_axis};
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_tensor::scalar::{Scalar, scalars};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] =
    &[row("ai.onnx.ml.CategoryMapper", category_mapper), row("ai.onnx.ml.LabelEncoder", label_encoder)];

/// Keys or values of one type.
#[derive(Clone, Debug)]
pub(crate) enum List {
    /// Numbers, and their type.
    Numbers(Vec<Scalar>, ElementType),
    /// Strings.
    Strings(Vec<Vec<u8>>),
}

impl List {
    /// The list that one of the attributes `<name>_strings`, `<name>_int64s`, `<name>_floats` and `<name>_tensor` is.
    fn of(node: &Node, name: &str) -> Result<List, String> {
        let attribute = |kind: &str| format!("{name}_{kind}");
        let strings = || node.string_list(&attribute("strings")).map(List::Strings);
        let integers = || Some(List::Numbers(integer_numbers(node, &attribute("int64s"))?, ElementType::I64));
        let floats = || Some(List::Numbers(float_numbers(node, &attribute("floats"))?, ElementType::F32));
        match strings().or_else(integers).or_else(floats) {
            Some(list) => Ok(list),
            None => List::of_tensor(node, &attribute("tensor"))?
                .ok_or_else(|| format!("one of the attributes {name}_strings, {name}_int64s, ... must be there")),
        }
    }

    /// The elements of an attribute that is a tensor.
    fn of_tensor(node: &Node, name: &str) -> Result<Option<List>, String> {
        let Some(given) = node.attribute(name) else { return Ok(None) };
        let tensor = node.conversion.module.attribute_tensor(given);
        let tensor = tensor.ok_or_else(|| format!("attribute \"{name}\" must be a tensor"))?;
        if tensor.element() == ElementType::String {
            return Ok(Some(List::Strings(tensor.strings().to_vec())));
        }
        let numbers = scalars(&tensor).ok_or_else(|| format!("attribute \"{name}\" must be of numbers or strings"))?;
        Ok(Some(List::Numbers(numbers, tensor.element())))
    }

    fn len(&self) -> usize {
        match self {
            List::Numbers(numbers, _) => numbers.len(),
            List::Strings(strings) => strings.len(),
        }
    }

    /// This list behind the first element of another one of its type.
    fn behind(self, first: List) -> Result<List, String> {
        match (first, self) {
            (List::Numbers(first, _), List::Numbers(numbers, element)) => {
                Ok(List::Numbers(first.into_iter().take(1).chain(numbers).collect(), element))
            }
            (List::Strings(first), List::Strings(strings)) => {
                Ok(List::Strings(first.into_iter().take(1).chain(strings).collect()))
            }
            _ => Err("the default must be of the type of the values".into()),
        }
    }

    /// A vector.
    fn emit(self, node: &mut Node) -> Result<Tracked, String> {
        match self {
            List::Numbers(numbers, element) => constant(node, element, &[numbers.len()], &numbers),
            List::Strings(strings) => node.strings(&[strings.len()], strings),
        }
    }
}

/// The value of the key that an element is, or a default.
fn label_encoder(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if let Some(classes) = node.string_list("classes_strings") {
        return categories(node, x, classes, None);
    }
    let (keys, values) = (List::of(node, "keys")?, List::of(node, "values")?);
    let default = match (List::of_tensor(node, "default_tensor")?, &values) {
        (Some(default), _) if default.len() > 0 => default,
        (Some(_), _) => return Err("the default is empty".into()),
        (None, List::Strings(_)) => List::Strings(vec![node.string_or("default_string", "_Unused").into()]),
        (None, List::Numbers(_, element)) => {
            let default = match element.is_float() {
                true => Scalar::Float(node.float_or("default_float", -0.0)),
                false => Scalar::Integer(node.int_or("default_int64", -1).into()),
            };
            List::Numbers(vec![default], *element)
        }
    };
    Ok(vec![map(node, x, keys, values, default)?])
}

/// The number of a category, or its name.
fn category_mapper(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let names = node.string_list("cats_strings").ok_or("attribute \"cats_strings\" is missing")?;
    let numbers = integer_numbers(node, "cats_int64s").ok_or("attribute \"cats_int64s\" is missing")?;
    categories(node, x, names, Some(numbers))
}

/// Names to numbers, which count up if there are none, or the other way.
fn categories(node: &mut Node, x: Tracked, names: Vec<Vec<u8>>, numbers: Option<Vec<Scalar>>) -> Results {
    let count = names.len() as i128;
    let numbers = numbers.unwrap_or_else(|| (0..count).map(Scalar::Integer).collect());
    let numbers = List::Numbers(numbers, ElementType::I64);
    let names = List::Strings(names);
    let mapped = match node.element(x) {
        ElementType::String => {
            let default = Scalar::Integer(node.int_or("default_int64", -1).into());
            map(node, x, names, numbers, List::Numbers(vec![default], ElementType::I64))?
        }
        _ => {
            let default = node.string_or("default_string", "_Unused");
            map(node, x, numbers, names, List::Strings(vec![default.into()]))?
        }
    };
    Ok(vec![mapped])
}

/// The value at the place of each key, `default` for what is no key.
fn map(node: &mut Node, x: Tracked, keys: List, values: List, default: List) -> Result<Tracked, String> {
    if keys.len() != values.len() || keys.len() == 0 {
        return Err(format!("there must be as many values as keys: {} keys, {} values", keys.len(), values.len()));
    }
    let place = match keys {
        List::Strings(keys) if node.element(x) == ElementType::String => node.find_strings(x, &keys)?,
        List::Numbers(keys, _) if node.element(x) != ElementType::String => find_numbers(node, x, &keys)?,
        _ => return Err("the keys must be of the type of the input".into()),
    };
    let table = values.behind(default)?.emit(node)?;
    let place = node.binary_scalar("graph.add", place, 1.0)?;
    node.emit("graph.gather", &[table, place], &[("axis", attribute(0i64))])
}

/// Where each number is among the keys; -1 for one that is none.
pub(super) fn find_numbers(node: &mut Node, x: Tracked, keys: &[Scalar]) -> Result<Tracked, String> {
    let count = keys.len();
    let nan = keys.iter().position(|key| key.to_f64().is_nan());
    let keys = constant(node, node.element(x), &[count], keys)?;
    let mut is_key = equal_to_each(node, x, keys)?;
    if let Some(place) = nan {
        // What is no number is a key here.
        let is_nan = node.unary("graph.is_nan", x)?;
        let column: Vec<bool> = (0..count).map(|index| index == place).collect();
        let column = node.tensor(Tensor::from_bools(&[count], &column))?;
        let is_nan = with_last_axis(node, is_nan)?;
        let is_nan = node.binary("graph.and", is_nan, column)?;
        is_key = node.binary("graph.or", is_key, is_nan)?;
    }
    let axis = node.rank(is_key) - 1;
    let found = node.cast(is_key, ElementType::I32)?;
    let given = [("axis", attribute(axis as i64)), ("select_last", attribute(true))];
    let index = node.emit("graph.arg_max", &[found], &given)?;
    let is_found = node.reduce("graph.reduce_max", found, &[axis])?;
    let index = node.drop_axes(index, &[axis])?;
    let is_found = node.drop_axes(is_found, &[axis])?;
    let is_found = node.cast(is_found, ElementType::I1)?;
    let none = node.scalar(ElementType::I64, -1.0)?;
    node.select(is_found, index, none)
}
