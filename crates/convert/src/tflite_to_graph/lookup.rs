//! Lines of tables by keys, sums of them, and elements that are there once.

use super::scattering::{Place, combined, numbers};
use crate::conversion::emit::attribute;
use crate::conversion::extent::normalize_axis;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] =
    &[row("HASHTABLE_LOOKUP", look_up), row("EMBEDDING_LOOKUP_SPARSE", sum_of_lines), row("UNIQUE", unique)];

/// The elements at places along the first axis.
fn lines(node: &mut Node, x: Tracked, places: Tracked) -> Result<Tracked, String> {
    node.emit("graph.gather", &[x, places], &[("axis", attribute(0i64))])
}

/// The line of each key that is there, zeros or empty strings for others, and whether it is.
fn look_up(node: &mut Node) -> Results {
    let (wanted, keys, values) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let (&[count], &[all]) = (node.shape(wanted), node.shape(keys)) else { return Err("keys must be vectors".into()) };
    let (column, row) = (node.reshape(wanted, &[count, Dim::Static(1)])?, node.reshape(keys, &[Dim::Static(1), all])?);
    let hits = node.binary("graph.equal", column, row)?;
    let hits = node.cast(hits, ElementType::U8)?;
    let place = node.emit("graph.arg_max", &[hits], &[("axis", attribute(1i64))])?;
    let place = node.reshape(place, &[count])?;
    let found = node.reduce("graph.reduce_max", hits, &[1])?;
    let found = node.reshape(found, &[count])?;
    let taken = lines(node, values, place)?;
    let is_found = node.cast(found, ElementType::I1)?;
    let mut lined = vec![Dim::Static(1); node.rank(taken)];
    *lined.first_mut().ok_or("values must have lines")? = count;
    let is_found = node.reshape(is_found, &lined)?;
    let nothing = match node.element(taken) {
        ElementType::String => {
            node.tensor(Tensor::from_strings(&[], vec![Vec::new()]).map_err(|error| error.to_string())?)?
        }
        element => node.scalar(element, 0.0)?,
    };
    Ok(vec![node.select(is_found, taken, nothing)?, found])
}

/// For each place the sum of lines times their weights, or a mean of them.
fn sum_of_lines(node: &mut Node) -> Results {
    let (ids, indices, shape) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let (weights, table) = (node.input(3)?, node.input(4)?);
    let outer = node.extents_of(shape)?;
    let (&[count, _], Some((_, outer))) = (node.shape(indices), outer.split_last()) else {
        return Err("the indices must be a matrix, of as many columns as the shape has numbers".into());
    };
    let inner = node.shape(table).get(1..).unwrap_or_default().to_vec();
    let taken = lines(node, table, ids)?;
    let mut raised = vec![Dim::Static(1); 1 + inner.len()];
    raised[0] = count;
    let factors = node.reshape(weights, &raised)?;
    let scaled = node.binary("graph.multiply", taken, factors)?;
    let mut at = Vec::new();
    let indices = node.cast(indices, ElementType::I64)?;
    for axis in 0..outer.len() {
        at.push(node.slice_axis(indices, 1, Dim::Static(axis as u64), Dim::Static(1))?);
    }
    let summed = |node: &mut Node, x: Tracked, inner: &[Dim]| -> Result<Tracked, String> {
        let rank = 1 + inner.len();
        let mut places = Vec::new();
        for &place in &at {
            let mut shape = vec![Dim::Static(1); rank];
            shape[0] = count;
            places.push(Some(node.reshape(place, &shape)?));
        }
        for (axis, &extent) in inner.iter().enumerate() {
            places.push(Some(numbers(node, axis + 1, rank, extent)?));
        }
        let shape = [outer, inner].concat();
        let zero = node.scalar(node.element(x), 0.0)?;
        let zeros = node.broadcast(zero, &shape)?;
        combined(node, zeros, &Place { at: places, shape }, x, "add")
    };
    let sums = summed(node, scaled, &inner)?;
    let total = match node.option_word("combiner") {
        "SUM" => return Ok(vec![sums]),
        "MEAN" => summed(node, weights, &[])?,
        _ => {
            let squares = node.binary("graph.multiply", weights, weights)?;
            let squares = summed(node, squares, &[])?;
            node.unary("graph.sqrt", squares)?
        }
    };
    let ones = node.scalar(node.element(weights), 1.0)?;
    let ones = node.broadcast(ones, &[count])?;
    let amounts = summed(node, ones, &[])?;
    let is_there = node.binary_scalar("graph.greater", amounts, 0.0)?;
    let one = node.scalar(node.element(weights), 1.0)?;
    let divisor = node.select(is_there, total, one)?;
    let shape = [outer, vec![Dim::Static(1); inner.len()].as_slice()].concat();
    let divisor = node.reshape(divisor, &shape)?;
    Ok(vec![node.binary("graph.divide", sums, divisor)?])
}

/// The elements of a vector that differ, in the order in which they come first, and which of them each element is.
fn unique(node: &mut Node) -> Results {
    let x = node.input(0)?;
    normalize_axis(0, node.rank(x))?;
    let &[count] = node.shape(x) else { return Err("only vectors have elements that are there once".into()) };
    let one = Dim::Static(1);
    let (column, row) = (node.reshape(x, &[count, one])?, node.reshape(x, &[one, count])?);
    let same = node.binary("graph.equal", column, row)?;
    let same = node.cast(same, ElementType::U8)?;
    let first = node.emit("graph.arg_max", &[same], &[("axis", attribute(1i64))])?;
    let first = node.reshape(first, &[count])?;
    let own = numbers(node, 0, 1, count)?;
    let is_first = node.binary("graph.equal", first, own)?;
    let found = node.nonzero(is_first)?;
    let before = node.places_of(is_first)?;
    let which = lines(node, before, first)?;
    let element = node.result_element(1)?;
    Ok(vec![lines(node, x, found)?, node.cast(which, element)?])
}
