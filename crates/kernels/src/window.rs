//! The part of a window that lies inside of a tensor, along each axis.

use crate::builder::{Index, KernelBuilder};
use kiln_schedule::NodeSpec;

/// A sliding window along the spatial axes of a channels-first or channels-last tensor.
#[derive(Clone, Debug)]
pub struct WindowAxes {
    /// The tensor's axis of each spatial axis.
    pub axes: Vec<usize>,
    /// The tensor's channel axis.
    pub channel: usize,
    strides: Vec<i64>,
    dilations: Vec<i64>,
    pad_low: Vec<i64>,
}

impl WindowAxes {
    /// The window of a node whose operand has `rank` axes.
    pub fn of(node: &NodeSpec, rank: usize) -> WindowAxes {
        let last = node.is_channels_last();
        let first = if last { 1 } else { 2 };
        let count = rank - 2;
        WindowAxes {
            axes: (first..first + count).collect(),
            channel: if last { rank - 1 } else { 1 },
            strides: node.integers("strides", count, 1),
            dilations: node.integers("dilations", count, 1),
            pad_low: node.integers("pad_low", count, 0),
        }
    }

    /// Where the window at the result's `position` begins on spatial axis `axis`; may be negative.
    pub fn origin(&self, b: &mut KernelBuilder, axis: usize, position: Index) -> Index {
        let scaled = b.mul(position, self.strides[axis]);
        b.sub(scaled, self.pad_low[axis])
    }

    /// The place in the operand of element `tap` of the window.
    pub fn place(&self, b: &mut KernelBuilder, axis: usize, origin: Index, tap: Index) -> Index {
        let distance = b.mul(tap, self.dilations[axis]);
        b.add(origin, distance)
    }

    /// The range of taps of a window of `size` whose places are in `[low, high)`.
    pub fn taps_within(
        &self,
        b: &mut KernelBuilder,
        axis: usize,
        origin: Index,
        size: Index,
        low: Index,
        high: Index,
    ) -> (Index, Index) {
        let dilation = self.dilations[axis];
        // The first tap with origin + tap * dilation >= low, and the first with origin + tap * dilation >= high.
        let first_at = |b: &mut KernelBuilder, bound: Index| {
            let distance = b.sub(bound, origin);
            let distance = b.max(distance, 0);
            let tap = b.ceil_div(distance, dilation);
            b.min(tap, size)
        };
        if self.pad_low[axis] == 0 && low.is(0) {
            return (Index::Constant(0), first_at(b, high));
        }
        (first_at(b, low), first_at(b, high))
    }
}
