//! Operators on strings: `StringConcat`, `StringNormalizer`, `StringSplit`, and what others do with strings.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::element_count;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("StringConcat", |node| {
        let (left, right) = (node.input(0)?, node.input(1)?);
        let operands = of_one_shape(node, left, right)?;
        Ok(vec![node.emit("graph.string_concat", &operands, &[])?])
    }),
    row("StringNormalizer", string_normalizer),
    row("StringSplit", string_split),
];

/// Whether strings are equal; both broadcast.
pub(crate) fn equal(node: &mut Node, left: Tracked, right: Tracked) -> Result<Tracked, String> {
    let operands = of_one_shape(node, left, right)?;
    node.emit("graph.string_equal", &operands, &[])
}

fn of_one_shape(node: &mut Node, left: Tracked, right: Tracked) -> Result<Vec<Tracked>, String> {
    let shape = crate::conversion::emit::broadcast_shape(&[node.shape(left), node.shape(right)])?;
    [left, right].into_iter().map(|operand| node.broadcast(operand, &shape)).collect()
}

impl Node<'_, '_> {
    /// A constant of strings.
    pub fn strings(&mut self, shape: &[usize], strings: Vec<Vec<u8>>) -> Result<Tracked, String> {
        if strings.iter().any(|string| string.contains(&0)) {
            return Err("strings with a zero byte are not supported".into());
        }
        self.tensor(Tensor::from_strings(shape, strings)?)
    }

    /// Strings of an attribute that is a list of them, if there are any.
    pub fn string_list(&self, name: &str) -> Option<Vec<Vec<u8>>> {
        let strings = self.attribute(name)?.as_strs()?;
        let strings: Vec<Vec<u8>> = strings.into_iter().map(|string| string.as_bytes().to_vec()).collect();
        (!strings.is_empty()).then_some(strings)
    }

    /// Where each string is among the keys; -1 for one that is none. Of equal keys it is the last one.
    pub fn find_strings(&mut self, x: Tracked, keys: &[Vec<u8>]) -> Result<Tracked, String> {
        let mut sorted: Vec<(&Vec<u8>, usize)> = keys.iter().enumerate().map(|(place, key)| (key, place)).collect();
        sorted.sort();
        sorted.dedup_by(|later, earlier| {
            let is_same = later.0 == earlier.0;
            earlier.1 = if is_same { later.1 } else { earlier.1 };
            is_same
        });
        let table = self.strings(&[sorted.len()], sorted.iter().map(|(key, _)| (*key).clone()).collect())?;
        let found = self.emit("graph.string_find", &[x, table], &[])?;
        if sorted.iter().enumerate().all(|(index, (_, place))| index == *place) {
            return Ok(found);
        }
        // One more place, for what is not there: 0 stands for it.
        let places = std::iter::once(-1).chain(sorted.iter().map(|(_, place)| *place as i64));
        let places = self.tensor(Tensor::from_values(&[sorted.len() + 1], &places.collect::<Vec<i64>>()))?;
        let index = self.binary_scalar("graph.add", found, 1.0)?;
        self.emit("graph.gather", &[places, index], &[("axis", attribute(0i64))])
    }
}

/// Strings without those of a list, in another case; one empty string where none is left.
fn string_normalizer(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let one = Dim::Static(1);
    let (outer, length) = match *node.shape(x) {
        [length] => (None, length),
        // An open number of rows is 1, or the compiled model says that it is not.
        [rows, length] if rows.as_static().is_none_or(|rows| rows == 1) => (Some(one), length),
        _ => return Err("the input must be a vector, or a matrix of one row".into()),
    };
    let case = match node.string_or("case_change_action", "NONE") {
        "NONE" => None,
        "LOWER" => Some("lower"),
        "UPPER" => Some("upper"),
        other => return Err(format!("case_change_action \"{other}\" is not known")),
    };
    let mut strings = node.reshape(x, &[length])?;
    if let Some(unwanted) = node.string_list("stopwords") {
        let compared = match node.flag("is_case_sensitive", false) {
            true => strings,
            false => change_case(node, strings, "lower")?,
        };
        let mut table = node.strings(&[unwanted.len()], unwanted)?;
        if compared != strings {
            table = change_case(node, table, "lower")?;
        }
        let words = node.constant(table).ok_or("the words to leave out are constant")?.strings().to_vec();
        let found = node.find_strings(compared, &words)?;
        strings = without(node, strings, found)?;
    }
    if let Some(case) = case {
        strings = change_case(node, strings, case)?;
    }
    let shape: Vec<Dim> = outer.into_iter().chain(node.shape(strings).iter().copied()).collect();
    Ok(vec![node.reshape(strings, &shape)?])
}

fn change_case(node: &mut Node, x: Tracked, to: &'static str) -> Result<Tracked, String> {
    if let Some(known) = node.constant(x) {
        return node.strings(known.shape(), known.strings().iter().map(|word| in_case(word, to)).collect());
    }
    node.emit("graph.string_case", &[x], &[("to", attribute(to))])
}

fn in_case(word: &[u8], to: &str) -> Vec<u8> {
    kiln_graph::strings::in_case(word, to == "upper")
}

/// The strings at which `found` is negative; one empty string if there are none. That one stands behind the others, and
/// is taken where nothing else is.
fn without(node: &mut Node, strings: Tracked, found: Tracked) -> Result<Tracked, String> {
    let wanted = node.binary_scalar("graph.less", found, 0.0)?;
    let ones = node.cast(wanted, ElementType::I64)?;
    let count = node.reduce("graph.reduce_sum", ones, &[0])?;
    let is_empty = node.binary_scalar("graph.equal", count, 0.0)?;
    let empty = node.strings(&[1], vec![Vec::new()])?;
    let strings = node.concat(&[strings, empty], 0)?;
    let wanted = node.concat(&[wanted, is_empty], 0)?;
    let places = node.nonzero(wanted)?;
    node.emit("graph.gather", &[strings, places], &[("axis", attribute(0i64))])
}

/// Pieces of strings, as many for each as the most that one has, and how many there are of each.
fn string_split(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let delimiter = node.attribute("delimiter").and_then(|value| value.as_str()).unwrap_or_default();
    let delimiter = node.strings(&[], vec![delimiter.as_bytes().to_vec()])?;
    let most = match node.int("maxsplit") {
        Some(cuts) if cuts >= 0 => cuts.saturating_add(1),
        _ => i64::MAX,
    };
    let most = ("most", attribute(most));
    let counts = node.emit("graph.string_pieces", &[x, delimiter], &[most])?;
    let flat = node.reshape(counts, &[Dim::from_expr(element_count(node.shape(x))?)])?;
    // Tensors without elements have no largest one.
    let zero = node.tensor(Tensor::from_values(&[1], &[0i64]))?;
    let flat = node.concat(&[flat, zero], 0)?;
    let width = node.reduce("graph.reduce_max", flat, &[0])?;
    let width = Dim::from_expr(node.bind_extents(width, &[None])?[0]);
    let given = [most, ("width", dims_attribute(&[width]))];
    let pieces = node.emit("graph.string_split", &[x, delimiter], &given)?;
    Ok(vec![pieces, counts])
}

/// A cast from or to strings.
pub(crate) fn cast(node: &mut Node, x: Tracked, to: ElementType) -> Result<Tracked, String> {
    let (from, shape) = (node.element(x), node.shape(x).to_vec());
    if from == ElementType::String {
        let through = match to {
            ElementType::U64 | ElementType::F64 => to,
            to if to.is_integer() || to == ElementType::I1 => ElementType::I64,
            _ => ElementType::F64,
        };
        let number = node.emit_as("graph.string_parse", &[x], &[], &shape, Type::from_element(through))?;
        return node.cast(number, to);
    }
    let through = match from {
        ElementType::U64 => from,
        from if from.is_integer() || from == ElementType::I1 => ElementType::I64,
        from if from.is_float() => ElementType::F64,
        from => return Err(format!("elements of type {from} are not spelled as strings")),
    };
    let number = node.cast(x, through)?;
    node.emit("graph.string_format", &[number], &[])
}
