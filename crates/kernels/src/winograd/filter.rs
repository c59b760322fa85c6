//! Filters to the matrices that are multiplied.

use super::{Block, Winograd};
use crate::builder::{Index, KernelBuilder, Lanes};
use kiln_schedule::winograd::KERNEL;

/// Transforms the filters of a block's panels for `count` channels from `first` on.
pub(super) fn transform(winograd: &Winograd, b: &mut KernelBuilder, block: &Block, (first, count): (Index, Index)) {
    let (shape, plan) = (winograd.shape, winograd.plan);
    let width = plan.tile.columns();
    let lanes = Lanes::full(plan.tile.lanes);
    let weights = b.inputs[shape.filter];
    b.for_each(block.panels.0, block.panels.1, 1, |b, panel| {
        let source = b.mul(panel, shape.channels);
        let source = b.add(source, first);
        let in_block = b.sub(panel, block.panels.0);
        let target = b.mul(in_block, plan.panel_pitch());
        b.for_each(0, count, 1, |b, channel| {
            let from = b.add(source, channel);
            let from = b.mul(from, KERNEL * KERNEL * width);
            let to = b.mul(channel, width);
            let to = b.add(target, to);
            for vector in 0..plan.tile.vectors {
                let (from, to) = (b.add(from, vector * lanes.count), b.add(to, vector * lanes.count));
                winograd.transforms.filter.apply(
                    b,
                    |b, row, column| {
                        let at = b.add(from, (row * KERNEL + column) * width);
                        b.load(weights, at, lanes)
                    },
                    |b, row, column, value| {
                        let at = b.add(to, (row * plan.form.patch() + column) * plan.filter_pitch());
                        b.store(value, winograd.filters, at, lanes);
                    },
                );
            }
        });
    });
}
