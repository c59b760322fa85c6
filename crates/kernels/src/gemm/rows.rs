//! The leading axes of a result as the rows of a matrix.

use crate::builder::{Index, KernelBuilder};
use kiln_schedule::KernelSpec;
use std::borrow::Cow;

/// The rows of a kernel whose accumulators are rows by columns: the leading axes of its result, as one axis if every
/// operand of the epilogue allows it.
#[derive(Clone, Debug)]
pub(crate) struct RowSpace<'s> {
    /// The kernel over those axes.
    pub spec: Cow<'s, KernelSpec>,
    /// The leading extents, where they could not be made one.
    extents: Option<Vec<Index>>,
}

impl<'s> RowSpace<'s> {
    /// The rows of the result of node `anchor`.
    pub fn new(b: &mut KernelBuilder, spec: &'s KernelSpec, anchor: usize) -> RowSpace<'s> {
        let shape = &spec.nodes[anchor].results[0].shape;
        let last = shape.len() - 1;
        match spec.merge_axes(Some(anchor), &[0..last, last..last + 1]) {
            Some(merged) => RowSpace { spec: Cow::Owned(merged), extents: None },
            None => RowSpace::apart(b, spec, anchor),
        }
    }

    /// As [`RowSpace::new`], with each leading axis kept.
    pub fn apart(b: &mut KernelBuilder, spec: &'s KernelSpec, anchor: usize) -> RowSpace<'s> {
        let shape = &spec.nodes[anchor].results[0].shape;
        RowSpace { spec: Cow::Borrowed(spec), extents: Some(b.dims(&shape[..shape.len() - 1])) }
    }

    /// Rows from one to the next along each leading axis.
    pub fn strides(&self, b: &mut KernelBuilder) -> Vec<Index> {
        match &self.extents {
            None => vec![1.into()],
            Some(extents) => b.strides(extents),
        }
    }

    /// The leading coordinates of row `row`.
    fn coordinates(&self, b: &mut KernelBuilder, row: Index) -> Vec<Index> {
        match &self.extents {
            None => vec![row],
            Some(extents) => b.delinearize(row, extents),
        }
    }

    /// The leading coordinates of `count` rows from `first` on.
    pub fn tile_coordinates(&self, b: &mut KernelBuilder, first: Index, count: usize) -> Vec<Vec<Index>> {
        let mut rows = Vec::with_capacity(count);
        for offset in 0..count {
            let row = b.add(first, offset);
            rows.push(self.coordinates(b, row));
        }
        rows
    }
}
