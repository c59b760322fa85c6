//! Rows of differing length: their values one after the other, and where each row begins and the last one ends.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] =
    &[row("RaggedGather", gather), row("RaggedRange", range), row("RaggedTensorToTensor", to_tensor)];

/// Rows: where each begins, and how long it is.
struct Rows {
    starts: Tracked,
    lengths: Tracked,
    count: Dim,
}

fn on_first(node: &mut Node, x: Tracked, places: Tracked) -> Result<Tracked, String> {
    node.emit("graph.gather", &[x, places], &[("axis", attribute(0i64))])
}

impl Rows {
    /// Of where rows begin and the last one ends.
    fn of_splits(node: &mut Node, splits: Tracked) -> Result<Rows, String> {
        let splits = node.cast(splits, ElementType::I64)?;
        let &[all] = node.shape(splits) else { return Err("the ends of rows are a vector".into()) };
        let count = dim(subtract(expr(all)?, constant(1))?)?;
        let starts = node.slice_axis(splits, 0, Dim::Static(0), count)?;
        let ends = node.slice_axis(splits, 0, Dim::Static(1), count)?;
        Ok(Rows { starts, lengths: node.binary("graph.subtract", ends, starts)?, count })
    }

    /// Of the number of the row of each value.
    fn of_numbers(node: &mut Node, numbers: Tracked, count: Dim) -> Result<Rows, String> {
        let numbers = node.cast(numbers, ElementType::I64)?;
        let column = node.line(0, count)?;
        let is_own = node.binary("graph.equal", column, numbers)?;
        let ones = node.cast(is_own, ElementType::I64)?;
        let lengths = node.reduce("graph.reduce_sum", ones, &[1])?;
        let lengths = node.drop_axes(lengths, &[1])?;
        let given = [("axis", attribute(0i64)), ("exclusive", attribute(true))];
        Ok(Rows { starts: node.emit("graph.cumulative_sum", &[lengths], &given)?, lengths, count })
    }

    /// Rows of these lengths one after the other: where they begin and the last one ends, and of each value which row it is
    /// in and the how manieth there.
    fn lay_out(node: &mut Node, lengths: Tracked) -> Result<[Tracked; 3], String> {
        let splits = node.running_total(lengths)?;
        let rows = Rows::of_splits(node, splits)?;
        let last = node.slice_axis(splits, 0, rows.count, Dim::Static(1))?;
        let total = dim(node.bind_extents(last, &[])?[0])?;
        let places = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[total], Type::i64())?;
        let column = node.column(places)?;
        let ends = node.binary("graph.add", rows.starts, rows.lengths)?;
        let is_behind = node.binary("graph.greater_equal", column, ends)?;
        let ones = node.cast(is_behind, ElementType::I64)?;
        let row = node.reduce("graph.reduce_sum", ones, &[1])?;
        let row = node.drop_axes(row, &[1])?;
        let starts = on_first(node, rows.starts, row)?;
        Ok([splits, row, node.binary("graph.subtract", places, starts)?])
    }
}

/// Rows by number.
fn gather(node: &mut Node) -> Results {
    if node.input_count() != 3 || node.output_count() != 2 {
        return Err("only rows of values are supported, not rows of rows".into());
    }
    let (splits, values, numbers) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let element = node.element(splits);
    let rows = Rows::of_splits(node, splits)?;
    let (starts, lengths) = (on_first(node, rows.starts, numbers)?, on_first(node, rows.lengths, numbers)?);
    let [splits, row, place] = Rows::lay_out(node, lengths)?;
    let first = on_first(node, starts, row)?;
    let from = node.binary("graph.add", first, place)?;
    Ok(vec![node.cast(splits, element)?, on_first(node, values, from)?])
}

/// Numbers at equal distances in each row.
fn range(node: &mut Node) -> Results {
    let inputs = [node.input(0)?, node.input(1)?, node.input(2)?];
    let element = node.element(inputs[0]);
    let count = inputs.iter().find_map(|&input| node.shape(input).first().copied()).unwrap_or(Dim::Static(1));
    let wide = if element.is_float() { ElementType::F64 } else { ElementType::I64 };
    let mut vectors = inputs;
    for vector in &mut vectors {
        let own = node.cast(*vector, wide)?;
        *vector = node.broadcast(own, &[count])?;
    }
    let [starts, limits, deltas] = vectors;
    let span = node.binary("graph.subtract", limits, starts)?;
    let lengths = if wide == ElementType::F64 {
        let steps = node.binary("graph.divide", span, deltas)?;
        node.unary("graph.ceil", steps)?
    } else {
        // Rounded up is the opposite rounded down.
        let opposite = node.unary("graph.negate", span)?;
        let rest = node.binary("graph.modulo", opposite, deltas)?;
        let raised = node.binary("graph.add", span, rest)?;
        node.binary("graph.divide", raised, deltas)?
    };
    let lengths = node.clamp(lengths, Some(0.0), None)?;
    let lengths = node.cast(lengths, ElementType::I64)?;
    let [splits, row, place] = Rows::lay_out(node, lengths)?;
    let place = node.cast(place, wide)?;
    let (start, delta) = (on_first(node, starts, row)?, on_first(node, deltas, row)?);
    let moved = node.binary("graph.multiply", place, delta)?;
    let values = node.binary("graph.add", start, moved)?;
    let to = node.element_attribute("Tsplits", ElementType::I64)?;
    Ok(vec![node.cast(splits, to)?, node.cast(values, element)?])
}

/// Rows of one length, filled up.
fn to_tensor(node: &mut Node) -> Results {
    let (shape, values, default) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let kinds = node.attribute("row_partition_types").and_then(|kinds| kinds.as_strs()).unwrap_or_default();
    let rows = match kinds.as_slice() {
        ["ROW_SPLITS"] => {
            let splits = node.input(3)?;
            Rows::of_splits(node, splits)?
        }
        ["FIRST_DIM_SIZE", "VALUE_ROWIDS"] => {
            let (count, numbers) = (node.input(3)?, node.input(4)?);
            let count = *node.counts_of(count)?.first().ok_or("the number of rows is empty")?;
            Rows::of_numbers(node, numbers, dim(count)?)?
        }
        _ => return Err("only rows of values are supported, not rows of rows".into()),
    };
    let wanted = node.constant_ints(shape, "the shape").unwrap_or_default();
    let width = match wanted.get(1).copied().filter(|&width| width >= 0) {
        Some(width) => Dim::Static(width as u64),
        None => {
            let zero = node.tensor(Tensor::from_values(&[1], &[0i64]))?;
            let lengths = node.concat(&[rows.lengths, zero], 0)?;
            let most = node.reduce("graph.reduce_max", lengths, &[0])?;
            dim(node.bind_extents(most, &[])?[0])?
        }
    };
    if wanted.first().is_some_and(|&count| count >= 0 && rows.count != Dim::Static(count as u64)) {
        return Err("another number of rows than there are is not supported".into());
    }
    let (starts, lengths) = (node.column(rows.starts)?, node.column(rows.lengths)?);
    let places = node.line(1, width)?;
    let from = node.binary("graph.add", starts, places)?;
    let is_there = node.binary("graph.less", places, lengths)?;
    // The default stands behind the values.
    let total = expr(node.shape(values)[0])?;
    let missing = node.extent(total);
    let from = node.select(is_there, from, missing)?;
    let one = [&[Dim::Static(1)], &node.shape(values)[1..]].concat();
    let default = node.broadcast(default, &one)?;
    let values = node.concat(&[values, default], 0)?;
    Ok(vec![on_first(node, values, from)?])
}
