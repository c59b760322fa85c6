//! Operators on strings: `StringConcat`, `RegexFullMatch`, `StringNormalizer`, `StringSplit`.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::element_count;
use crate::conversion::node::Node;
use crate::conversion::regular_expression::full_match;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use crate::conversion::text::joined;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("StringConcat", |node| {
        let (left, right) = (node.input(0)?, node.input(1)?);
        Ok(vec![joined(node, left, right)?])
    }),
    row("RegexFullMatch", |node| {
        let (x, pattern) = (node.input(0)?, node.string_or("pattern", ""));
        Ok(vec![full_match(node, x, pattern)?])
    }),
    row("StringNormalizer", string_normalizer),
    row("StringSplit", string_split),
];

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
        return node.strings(
            known.shape(),
            known.strings().iter().map(|word| kiln_graph::strings::in_case(word, to)).collect(),
        );
    }
    node.emit("graph.string_case", &[x], &[("to", attribute(to))])
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
