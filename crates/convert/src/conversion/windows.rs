//! Windows that slide over axes, as elements of their own.

use super::emit::attribute;
use super::extent::{add, constant, dim, expr, floor_divide, subtract};
use super::node::Node;
use super::state::Tracked;
use kiln_ir::Dim;

/// How windows slide along an axis.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sliding {
    pub size: i64,
    pub stride: i64,
    pub dilation: i64,
}

impl Node<'_, '_> {
    /// The places of an axis that each window covers: windows and elements.
    pub fn window_places(&mut self, extent: Dim, along: Sliding) -> Result<Tracked, String> {
        let Sliding { size, stride, dilation } = along;
        if size < 1 || stride < 1 || dilation < 1 {
            return Err("sizes, strides and dilations must be at least 1".into());
        }
        let reach =
            (size - 1).checked_mul(dilation).and_then(|reach| reach.checked_add(1)).ok_or("a window is too large")?;
        let count = add(floor_divide(subtract(expr(extent)?, constant(reach))?, constant(stride))?, constant(1))?;
        let starts = self.line(0, dim(count)?)?;
        let starts = self.binary_scalar("graph.multiply", starts, stride as f64)?;
        let within = self.line(1, Dim::Static(size.unsigned_abs()))?;
        let within = self.binary_scalar("graph.multiply", within, dilation as f64)?;
        self.binary("graph.add", starts, within)
    }

    /// `x` with each axis from `first` on replaced by two: the windows along it, and the elements of a window.
    pub fn windows(&mut self, x: Tracked, first: usize, along: &[Sliding]) -> Result<Tracked, String> {
        let mut y = x;
        for (index, &sliding) in along.iter().enumerate() {
            let axis = first + 2 * index;
            let extent = *self.shape(y).get(axis).ok_or("there are too few axes")?;
            let places = self.window_places(extent, sliding)?;
            y = self.emit("graph.gather", &[y, places], &[("axis", attribute(axis as i64))])?;
        }
        Ok(y)
    }
}
