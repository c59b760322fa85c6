//! Products to tiles of the output.

use super::transform::Transform;
use super::{Block, Tile, Winograd};
use crate::builder::{Condition, Index, KernelBuilder, Lanes, computed_type, lanes_of};
use crate::gemm::finish_value;
use kiln_ir::Value;
use kiln_schedule::conv_shape::ConvAxis;
use kiln_schedule::winograd::{PATCH, TILE};

/// Transforms all tiles of a block and stores them.
pub(super) fn transform(winograd: &Winograd, b: &mut KernelBuilder, block: &Block) {
    let shape = winograd.shape;
    winograd.for_tiles(b, block, |b, tile| {
        let rows_fit = fits(b, shape.rows(), tile.row);
        let columns_fit = fits(b, shape.columns(), tile.column);
        let whole = b.and(rows_fit, columns_fit);
        b.if_else(
            whole,
            |b| {
                transform_tile(winograd, b, block, tile, false);
                Vec::new()
            },
            |b| {
                transform_tile(winograd, b, block, tile, true);
                Vec::new()
            },
        );
    });
}

/// Whether all outputs of a tile that begins at `first` exist along an axis.
fn fits(b: &mut KernelBuilder, axis: &ConvAxis, first: Index) -> Condition {
    let extent = b.expr(axis.output);
    if extent.as_constant().is_some_and(|extent| extent % TILE as i64 == 0) {
        return Condition::Constant(true);
    }
    let last = b.add(first, TILE - 1);
    b.less(last, extent)
}

fn transform_tile(winograd: &Winograd, b: &mut KernelBuilder, block: &Block, tile: &Tile, is_checked: bool) {
    let (shape, plan) = (winograd.shape, winograd.plan);
    let lanes = Lanes::full(plan.tile.lanes);
    let width = plan.tile.columns();
    let first = b.mul(block.panels.0, width);
    let end = b.mul(block.panels.1, width);
    let end = b.min(end, shape.filters);
    let source = b.mul(tile.number, plan.output_pitch());
    b.for_each(first, end, lanes.count, |b, filter| {
        let transform = Transform::new(b, lanes_of(computed_type(shape.element), lanes.count));
        let column = b.sub(filter, first);
        let source = b.add(source, column);
        let load = |b: &mut KernelBuilder, row: usize, column: usize| -> Value {
            let product = (row * PATCH + column) * plan.block_tiles * plan.output_pitch();
            let at = b.add(source, product);
            b.load(winograd.products, at, lanes)
        };
        let by_column: [[Value; TILE]; PATCH] = std::array::from_fn(|column| {
            let products = std::array::from_fn(|row| load(b, row, column));
            transform.output(b, products)
        });
        for row in 0..TILE {
            let values = transform.output(b, std::array::from_fn(|column| by_column[column][row]));
            let output_row = b.add(tile.row, row);
            for (column, value) in values.into_iter().enumerate() {
                let output_column = b.add(tile.column, column);
                let place = [tile.image, output_row, output_column];
                let exists = if is_checked { exists(winograd, b, place) } else { Condition::Constant(true) };
                b.if_then(exists, |b| finish_value(b, &winograd.finish, &place, filter, lanes, value));
            }
        }
    });
}

/// Whether the output has this position.
fn exists(winograd: &Winograd, b: &mut KernelBuilder, [_, row, column]: [Index; 3]) -> Condition {
    let height = b.expr(winograd.shape.rows().output);
    let width = b.expr(winograd.shape.columns().output);
    let (row, column) = (b.less(row, height), b.less(column, width));
    b.and(row, column)
}
