//! Rows: which operators there is a conversion for.

use super::datum::{Data, data};
use super::node::Node;
use super::state::Tracked;
use std::ops::RangeInclusive;

/// A conversion's result: one tensor for each output of the operator that can be used, or a reason.
pub(crate) type Results = Result<Vec<Tracked>, String>;

/// The conversion of an operator in a range of versions.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// The operator, as its dialect calls it, without the dialect.
    pub name: &'static str,
    /// The versions in which the conversion holds.
    pub versions: Versions,
    /// Makes the graph ops.
    pub convert: Convert,
}

/// What makes the graph ops.
#[derive(Clone, Copy)]
pub(crate) enum Convert {
    /// Results are tensors.
    Tensors(fn(&mut Node) -> Results),
    /// Results are what else values may be.
    Data(fn(&mut Node) -> Data),
}

impl Convert {
    pub fn run(self, node: &mut Node) -> Data {
        match self {
            Convert::Tensors(convert) => convert(node).map(data),
            Convert::Data(convert) => convert(node),
        }
    }
}

/// The first and the last of a range of versions.
pub(crate) type Versions = (i64, i64);

/// Every version.
pub(crate) const ALL: Versions = (0, i64::MAX);

/// A row for all versions.
pub(crate) const fn row(name: &'static str, convert: fn(&mut Node) -> Results) -> Row {
    Row { name, versions: ALL, convert: Convert::Tensors(convert) }
}

/// A row for all versions of an operator that is not about tensors alone.
pub(crate) const fn row_of_data(name: &'static str, convert: fn(&mut Node) -> Data) -> Row {
    Row { name, versions: ALL, convert: Convert::Data(convert) }
}

/// A row for some versions.
pub(crate) const fn row_in(
    name: &'static str,
    versions: RangeInclusive<i64>,
    convert: fn(&mut Node) -> Results,
) -> Row {
    Row { name, versions: (*versions.start(), *versions.end()), convert: Convert::Tensors(convert) }
}

/// The row for an operator in a version, in lists of rows.
pub(crate) fn find_row(lists: &[&'static [Row]], name: &str, version: i64) -> Option<&'static Row> {
    let holds = |row: &&Row| row.name == name && (row.versions.0..=row.versions.1).contains(&version);
    lists.iter().copied().flatten().find(holds)
}
