//! The pairs that a rotary embedding turns: where the elements of a tensor are that two others are made of.

use super::CONCAT;
use crate::matching::{find_producer, reshape, shape_of};
use crate::slices::Slice;
use kiln_ir::{Builder, Dim, Module, Op, Value};

/// All pairs of some rows.
pub(super) struct Pairs {
    /// The rows: what both elements of all pairs are taken from.
    rows: Slice,
    /// How many pairs a row has.
    count: u64,
    /// Whether neighbours are a pair, not elements of two halves.
    pub interleaved: bool,
    /// Whether the last axis of `rows` is that of the two elements of a pair, and the one before that of pairs.
    is_apart: bool,
}

impl Pairs {
    /// The pairs of which `first` and `second` are the elements, in the same order. Where they are `stacked`, neighbours
    /// are wanted, else halves.
    pub fn of(module: &Module, first: Value, second: Value, stacked: bool) -> Option<Pairs> {
        let [first, second] = [first, second].map(|value| Slice::of(module, strip_stacked(module, value, stacked)));
        let (first, second) = (first?, second?);
        let last = first.shape.len().checked_sub(1)?;
        let (start, extent) = (first.starts[last].as_static()?, first.shape[last].as_static()?);
        let mut expected = first.clone();
        let mut rows = first.clone();
        let is_apart = stacked && extent == 1 && first.steps[last] == 1;
        let (distance, whole) = match (stacked, first.steps[last]) {
            (false, 1) => (extent, 2 * extent),
            (true, 1) if is_apart => (1, 2),
            (true, 2) => (1, 2 * extent),
            _ => return None,
        };
        expected.starts[last] = Dim::Static(start + distance);
        if second != expected {
            return None;
        }
        (rows.steps[last], rows.shape[last]) = (1, Dim::Static(whole));
        let count = if is_apart { rows.shape[last.checked_sub(1)?].as_static()? } else { whole / 2 };
        Some(Pairs { rows, count, interleaved: stacked, is_apart })
    }

    /// The pairs `(a, b)` of a tensor that holds the pairs `(-b, a)`.
    pub fn of_turned(module: &Module, turned: Value) -> Option<Pairs> {
        let joined = find_producer(module, turned, CONCAT).or_else(|| {
            let view = find_producer(module, turned, "graph.reshape")?;
            let joined = find_producer(module, module.operand(view, 0), CONCAT)?;
            let (&two, leading) = shape_of(module, module.result(joined, 0)).split_last()?;
            let (&pairs, leading) = leading.split_last()?;
            let row = [leading, &[Dim::Static(pairs.as_static()? * 2)]].concat();
            (two.is(2) && shape_of(module, turned) == row).then_some(joined)
        })?;
        let &[negated, first] = module.operands(joined) else { return None };
        let is_stacked = module.result(joined, 0) != turned;
        if !is_along_rows(module, joined) || is_stacked && !shape_of(module, first).last()?.is(1) {
            return None;
        }
        let negate = find_producer(module, strip_stacked(module, negated, is_stacked), "graph.negate")?;
        Pairs::of(module, first, module.operand(negate, 0), is_stacked)
    }

    /// The shape of the rows.
    pub fn shape(&self) -> Vec<Dim> {
        let leading = self.rows.shape.len() - if self.is_apart { 2 } else { 1 };
        [&self.rows.shape[..leading], &[Dim::Static(2 * self.count)]].concat()
    }

    /// The shape of angles for pairs whose first and second elements are computed as tensors of shape `computed`, which may
    /// end with an axis of 1; `None` if they are not computed in the order of the rows.
    pub fn angles(&self, computed: &[Dim], angles: &[Dim]) -> Option<Vec<Dim>> {
        let mut elements = self.shape();
        *elements.last_mut()? = Dim::Static(self.count);
        let (last, rest) = angles.split_last()?;
        match computed.split_last() {
            _ if computed == elements => Some(angles.to_vec()),
            Some((one, others)) if one.is(1) && others == elements && last.is(1) => Some(rest.to_vec()),
            _ => None,
        }
    }

    /// Whether `x` is the rows.
    pub fn are_all_of(&self, module: &Module, x: Value) -> bool {
        if shape_of(module, x) != self.shape() {
            return false;
        }
        if !self.is_apart {
            return Slice::of(module, x).is_some_and(|own| own == self.rows);
        }
        let source = self.rows.source;
        self.rows.is_whole(module) && (source == x || origin(module, source) == origin(module, x))
    }

    /// The rows as a value.
    pub fn build(&self, builder: &mut Builder) -> Value {
        let rows = self.rows.build_or_source(builder);
        reshape(builder, rows, &self.shape())
    }
}

/// Whether a concatenation is along the last axis.
pub(super) fn is_along_rows(module: &Module, concat: Op) -> bool {
    let rank = shape_of(module, module.result(concat, 0)).len() as i64;
    module.attributes(concat).i64("axis") == Some(rank - 1)
}

/// The value before a reshape that adds or drops a last axis of extent 1.
pub(super) fn strip(module: &Module, value: Value) -> Value {
    let Some(view) = find_producer(module, value, "graph.reshape") else { return value };
    let (before, after) = (shape_of(module, module.operand(view, 0)), shape_of(module, value));
    let adds_one =
        |short: &[Dim], long: &[Dim]| long.split_last().is_some_and(|(last, rest)| last.is(1) && rest == short);
    if adds_one(before, after) || adds_one(after, before) { module.operand(view, 0) } else { value }
}

/// As [`strip`], of what is stacked.
fn strip_stacked(module: &Module, value: Value, stacked: bool) -> Value {
    if stacked { strip(module, value) } else { value }
}

/// What a reshape is of.
fn origin(module: &Module, value: Value) -> Value {
    find_producer(module, value, "graph.reshape").map_or(value, |view| module.operand(view, 0))
}
