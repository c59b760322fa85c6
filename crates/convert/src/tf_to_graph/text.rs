//! Strings, and tables in which something is looked up.

use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{dim, element_count, expr, normalize_axes};
use crate::conversion::node::Node;
use crate::conversion::regular_expression::full_match;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use crate::conversion::text::{cast, joined};
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    row("LookupTableFindV2", look_up),
    row("StringLower", |node| change_case(node, "lower")),
    row("StringUpper", |node| change_case(node, "upper")),
    row("StringJoin", |node| {
        let parts = node.inputs()?;
        let separator = node.string_or("separator", "");
        Ok(vec![join(node, &parts, separator)?])
    }),
    row("ReduceJoin", reduce_join),
    row("StringToNumber", |node| {
        let x = node.input(0)?;
        let to = node.element_attribute("out_type", ElementType::F32)?;
        Ok(vec![cast(node, x, to)?])
    }),
    row("AsString", as_string),
    row("StaticRegexFullMatch", |node| {
        let (x, pattern) = (node.input(0)?, node.string_or("pattern", ""));
        Ok(vec![full_match(node, x, pattern)?])
    }),
    row("RegexFullMatch", |node| {
        let x = node.input(0)?;
        let pattern = constant_text(node, 1, "the pattern")?;
        Ok(vec![full_match(node, x, &pattern)?])
    }),
    row("StringSplitV2", |node| {
        let most = match node.int_or("maxsplit", -1) {
            cuts if cuts >= 0 => cuts.saturating_add(1),
            _ => i64::MAX,
        };
        let delimiter = node.input(1)?;
        split(node, delimiter, most, Empty::Piece)
    }),
    row("StringSplit", |node| {
        // Any of the bytes of the delimiter cuts, none of them every byte from the next.
        let delimiter = constant_text(node, 1, "the delimiter")?;
        if delimiter.len() != 1 {
            return Err("only one byte as the delimiter is supported".into());
        }
        let delimiter = node.strings(&[], vec![delimiter.into_bytes()])?;
        let empty = if node.flag("skip_empty", true) { Empty::Skipped } else { Empty::Nothing };
        split(node, delimiter, i64::MAX, empty)
    }),
];

/// The string that an operand must be.
fn constant_text(node: &Node, index: usize, what: &str) -> Result<String, String> {
    let text = node.constant(node.input(index)?).filter(|text| text.element() == ElementType::String);
    let text = text.and_then(|text| text.strings().first().cloned());
    let text = text.ok_or_else(|| format!("{what} must be constant"))?;
    String::from_utf8(text).map_err(|_| format!("{what} must be UTF-8"))
}

/// The value at each key, or the default. Of several equal keys there is one only.
fn look_up(node: &mut Node) -> Results {
    let (keys, values, wanted, default) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let place = if node.element(keys) == ElementType::String {
        let keys = node.constant(keys).ok_or("the keys of the table must be constant")?;
        node.find_strings(wanted, keys.strings())?
    } else {
        find_number(node, keys, wanted)?
    };
    // The default stands behind the values.
    let default = node.reshape(default, &[Dim::Static(1)])?;
    let values = node.concat(&[values, default], 0)?;
    let count = expr(node.shape(keys)[0])?;
    let missing = node.extent(count);
    let is_missing = node.binary_scalar("graph.less", place, 0.0)?;
    let place = node.select(is_missing, missing, place)?;
    Ok(vec![node.emit("graph.gather", &[values, place], &[("axis", attribute(0i64))])?])
}

/// The place of each number among keys; -1 for one that is none.
fn find_number(node: &mut Node, keys: Tracked, wanted: Tracked) -> Result<Tracked, String> {
    let axis = node.rank(wanted);
    let column = [node.shape(wanted), &[Dim::Static(1)]].concat();
    let wanted = node.reshape(wanted, &column)?;
    let hit = node.binary("graph.equal", wanted, keys)?;
    let places = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], node.shape(keys), Type::i64())?;
    let none = node.scalar(ElementType::I64, -1.0)?;
    let places = node.select(hit, places, none)?;
    let place = node.reduce("graph.reduce_max", places, &[axis])?;
    node.drop_axes(place, &[axis])
}

/// Without an encoding, only the letters of ASCII change.
fn change_case(node: &mut Node, to: &str) -> Results {
    let x = node.input(0)?;
    let to = match node.string_or("encoding", "") {
        "" => format!("{to}_ascii"),
        encoding if encoding.eq_ignore_ascii_case("utf-8") => to.to_owned(),
        other => return Err(format!("encoding \"{other}\" is not known")),
    };
    Ok(vec![node.emit("graph.string_case", &[x], &[("to", attribute(to.as_str()))])?])
}

fn join(node: &mut Node, parts: &[Tracked], separator: &str) -> Result<Tracked, String> {
    let (&first, rest) = parts.split_first().ok_or("there is nothing to join")?;
    let mut all = first;
    let separator = match separator {
        "" => None,
        text => Some(node.strings(&[], vec![text.as_bytes().to_vec()])?),
    };
    for &part in rest {
        if let Some(separator) = separator {
            all = joined(node, all, separator)?;
        }
        all = joined(node, all, part)?;
    }
    Ok(all)
}

/// The most strings that are joined to one: each adds an op.
const MOST_JOINED: u64 = 256;

fn reduce_join(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let axes = node.constant_ints(node.input(1)?, "the axes")?;
    let mut places = Vec::new();
    for axis in axes {
        places.extend(normalize_axes(&[axis], node.rank(x))?);
    }
    let (mut result, separator) = (x, node.string_or("separator", ""));
    for &axis in &places {
        let count = node.shape(result)[axis].as_static().filter(|&count| (1..=MOST_JOINED).contains(&count));
        let count =
            count.ok_or_else(|| format!("the extent of axis {axis} must be known, and at most {MOST_JOINED}"))?;
        let mut parts = Vec::new();
        for index in 0..count {
            parts.push(node.slice_axis(result, axis, Dim::Static(index), Dim::Static(1))?);
        }
        result = join(node, &parts, separator)?;
    }
    if !node.flag("keep_dims", false) {
        result = node.drop_axes(result, &places)?;
    }
    Ok(vec![result])
}

/// Integers as decimal text, truth values as words.
fn as_string(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let is_plain = node.int_or("width", -1) < 0 && node.string_or("fill", "").is_empty();
    let element = node.element(x);
    if element == ElementType::I1 && is_plain {
        let (yes, no) = (node.strings(&[], vec![b"true".to_vec()])?, node.strings(&[], vec![b"false".to_vec()])?);
        return Ok(vec![node.select(x, yes, no)?]);
    }
    if !element.is_integer() || !is_plain {
        return Err("only whole numbers and truth values are spelled, without a width".into());
    }
    Ok(vec![cast(node, x, ElementType::String)?])
}

/// What becomes of what is empty.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    /// An empty string has a piece, which is empty.
    Piece,
    /// An empty string has none.
    Nothing,
    /// Nothing empty is a piece.
    Skipped,
}

/// The pieces of all strings of a vector: where each is in a matrix of them, the pieces, and the matrix's extents.
fn split(node: &mut Node, delimiter: Tracked, most: i64, empty: Empty) -> Results {
    let skips_empty = empty == Empty::Skipped;
    let x = node.input(0)?;
    let &[rows] = node.shape(x) else { return Err("the input must be a vector".into()) };
    let delimiter = node.reshape(delimiter, &[])?;
    let given = ("most", attribute(most));
    let counts = node.emit("graph.string_pieces", &[x, delimiter], &[given])?;
    // White space has no empty pieces between.
    let is_between_spaces = node.constant(delimiter).is_some_and(|text| text.strings().iter().all(Vec::is_empty));
    let counts = if is_between_spaces || empty != Empty::Piece { counts } else { node.clamp(counts, Some(1.0), None)? };
    let width = widest(node, counts)?;
    let pieces = node.emit("graph.string_split", &[x, delimiter], &[given, ("width", dims_attribute(&[width]))])?;
    let column = node.column(counts)?;
    let places = node.line(1, width)?;
    let mut is_there = node.binary("graph.less", places, column)?;
    if skips_empty {
        let empty = node.strings(&[], vec![Vec::new()])?;
        let is_empty = crate::conversion::text::equal(node, pieces, empty)?;
        let is_text = node.unary("graph.not", is_empty)?;
        is_there = node.binary("graph.and", is_there, is_text)?;
    }
    let total = dim(element_count(&[rows, width])?)?;
    let flags = node.reshape(is_there, &[total])?;
    let found = node.nonzero(flags)?;
    let flat = node.reshape(pieces, &[total])?;
    let values = node.emit("graph.gather", &[flat, found], &[("axis", attribute(0i64))])?;
    let indices = if skips_empty {
        // Pieces that are left are counted anew in each row.
        let ones = node.cast(is_there, ElementType::I64)?;
        let own = [("axis", attribute(1i64)), ("exclusive", attribute(true))];
        let numbers = node.emit("graph.cumulative_sum", &[ones], &own)?;
        let numbers = node.reshape(numbers, &[total])?;
        let numbers = node.emit("graph.gather", &[numbers, found], &[("axis", attribute(0i64))])?;
        [node.coordinates(found, &[rows, width])?[0], numbers]
    } else {
        let coordinates = node.coordinates(found, &[rows, width])?;
        [coordinates[0], coordinates[1]]
    };
    let columns = [node.column(indices[0])?, node.column(indices[1])?];
    let indices = node.concat(&columns, 1)?;
    let width = match skips_empty {
        true => {
            let ones = node.cast(is_there, ElementType::I64)?;
            let counts = node.reduce("graph.reduce_sum", ones, &[1])?;
            let counts = node.reshape(counts, &[rows])?;
            widest(node, counts)?
        }
        false => width,
    };
    let extents = node.shape_vector(&[rows, width])?;
    Ok(vec![indices, values, extents])
}

/// The largest of some counts, 0 if there are none.
fn widest(node: &mut Node, counts: Tracked) -> Result<Dim, String> {
    let zero = node.tensor(Tensor::from_values(&[1], &[0i64]))?;
    let counts = node.concat(&[counts, zero], 0)?;
    let width = node.reduce("graph.reduce_max", counts, &[0])?;
    dim(node.bind_extents(width, &[None])?[0])
}
