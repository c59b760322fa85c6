//! Tiles of the input to the matrices that are multiplied.

use super::{Block, Tile, Winograd};
use crate::builder::{Buffer, Condition, Index, KernelBuilder, Lanes, computed_type, lanes_of};
use kiln_ir::Value;
use kiln_schedule::conv_shape::ConvAxis;

/// The rows or columns of a patch.
#[derive(Clone, Debug)]
struct Positions {
    /// Whether the input has each.
    exists: Vec<Condition>,
    /// Its number in the input; any other if it does not exist.
    number: Vec<Index>,
}

/// Transforms all tiles of a block.
pub(super) fn transform(winograd: &Winograd, b: &mut KernelBuilder, block: &Block) {
    let shape = winograd.shape;
    winograd.for_tiles(b, block, |b, tile| {
        let inside = is_inside(winograd, b, tile);
        b.if_else(
            inside,
            |b| {
                let rows = positions(winograd, b, shape.rows(), tile.row, false);
                let columns = positions(winograd, b, shape.columns(), tile.column, false);
                transform_tile(winograd, b, tile, &rows, &columns);
                Vec::new()
            },
            |b| {
                let rows = positions(winograd, b, shape.rows(), tile.row, true);
                let columns = positions(winograd, b, shape.columns(), tile.column, true);
                transform_tile(winograd, b, tile, &rows, &columns);
                Vec::new()
            },
        );
    });
}

/// Whether the whole patch of a tile lies inside the input.
fn is_inside(winograd: &Winograd, b: &mut KernelBuilder, tile: &Tile) -> Condition {
    let mut inside = Condition::Constant(true);
    for (axis, first) in [(winograd.shape.rows(), tile.row), (winograd.shape.columns(), tile.column)] {
        let first = b.sub(first, axis.pad_low);
        let extent = b.expr(axis.input);
        let last = b.add(first, winograd.plan.form.patch() - 1);
        for position in [first, last] {
            let here = b.in_range(position, extent);
            inside = b.and(inside, here);
        }
    }
    inside
}

fn positions(winograd: &Winograd, b: &mut KernelBuilder, axis: &ConvAxis, first: Index, is_checked: bool) -> Positions {
    let extent = b.expr(axis.input);
    let first = b.sub(first, axis.pad_low);
    let mut positions = Positions { exists: Vec::new(), number: Vec::new() };
    for offset in 0..winograd.plan.form.patch() {
        let number = b.add(first, offset);
        if is_checked {
            positions.exists.push(b.in_range(number, extent));
            let last = b.sub(extent, 1);
            let raised = b.max(number, 0);
            positions.number.push(b.min(raised, last));
        } else {
            positions.exists.push(Condition::Constant(true));
            positions.number.push(number);
        }
    }
    positions
}

fn transform_tile(winograd: &Winograd, b: &mut KernelBuilder, tile: &Tile, rows: &Positions, columns: &Positions) {
    let (shape, plan) = (winograd.shape, winograd.plan);
    let (height, width) = (b.expr(shape.rows().input), b.expr(shape.columns().input));
    let image = b.mul(tile.image, height);
    let mut row_starts = Vec::with_capacity(rows.number.len());
    for &row in &rows.number {
        let row = b.add(image, row);
        let pixel = b.mul(row, width);
        row_starts.push(b.mul(pixel, shape.pitch));
    }
    let column_starts: Vec<_> = columns.number.iter().map(|&column| b.mul(column, shape.pitch)).collect();
    let lanes = Lanes::full(plan.tile.lanes);
    let target = b.mul(tile.number, plan.input_pitch(shape));
    b.for_each(0, shape.channels, lanes.count, |b, channel| {
        let load = |b: &mut KernelBuilder, row: usize, column: usize| -> Value {
            let at = b.add(row_starts[row], column_starts[column]);
            let at = b.add(at, channel);
            let exists = b.and(rows.exists[row], columns.exists[column]);
            load_if(b, exists, b.inputs[shape.input], at, lanes)
        };
        winograd.transforms.input.apply(b, load, |b, row, column, value| {
            let product = (row * plan.form.patch() + column) * plan.block_tiles * plan.input_pitch(shape);
            let to = b.add(target, product);
            let to = b.add(to, channel);
            b.store(value, winograd.transformed, to, lanes);
        });
    });
}

/// Loads a vector, or zeros where the condition does not hold: without a branch where the target has masks.
fn load_if(b: &mut KernelBuilder, condition: Condition, from: Buffer, at: Index, lanes: Lanes) -> Value {
    match condition {
        Condition::Constant(true) => b.load(from, at, lanes),
        Condition::Constant(false) => b.zero(lanes_of(computed_type(from.element), lanes.count)),
        Condition::Value(exists) if b.target.has_masks => {
            let mask = b.splat(exists, lanes.count);
            b.load(from, at, Lanes { mask: Some(mask), ..lanes })
        }
        Condition::Value(exists) => {
            let value = b.load(from, at, lanes);
            let zero = b.zero(b.ty(value));
            b.select(exists, value, zero)
        }
    }
}
