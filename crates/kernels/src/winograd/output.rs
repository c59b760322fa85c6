//! Products to tiles of the output.

use super::{Block, Tile, Winograd};
use crate::builder::{Condition, Index, KernelBuilder, Lanes, computed_type, lanes_of};
use crate::gemm::finish_value;
use kiln_ir::Value;
use kiln_schedule::conv_shape::ConvAxis;

/// Transforms all tiles of a block and stores them.
pub(super) fn transform(winograd: &Winograd, b: &mut KernelBuilder, block: &Block) {
    let shape = winograd.shape;
    winograd.for_tiles(b, block, |b, tile| {
        let rows_fit = fits(winograd, b, shape.rows(), tile.row);
        let columns_fit = fits(winograd, b, shape.columns(), tile.column);
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
fn fits(winograd: &Winograd, b: &mut KernelBuilder, axis: &ConvAxis, first: Index) -> Condition {
    let (extent, tile) = (b.expr(axis.output), winograd.plan.form.tile());
    if extent.as_constant().is_some_and(|extent| extent % tile as i64 == 0) {
        return Condition::Constant(true);
    }
    let last = b.add(first, tile - 1);
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
        let ty = lanes_of(computed_type(shape.element), lanes.count);
        let column = b.sub(filter, first);
        let source = b.add(source, column);
        let bias = shape.bias.map(|bias| b.load(b.inputs[bias], filter, lanes));
        let load = |b: &mut KernelBuilder, row: usize, column: usize| -> Value {
            let product = (row * plan.form.patch() + column) * plan.block_tiles * plan.output_pitch();
            let at = b.add(source, product);
            b.load(winograd.products, at, lanes)
        };
        winograd.transforms.output.apply(b, load, |b, row, column, value| {
            let scale = b.float(winograd.transforms.scale(row, column), ty);
            let value = match bias {
                Some(bias) => b.fma(value, scale, bias),
                None => b.mulf(value, scale),
            };
            let place = [tile.image, b.add(tile.row, row), b.add(tile.column, column)];
            let exists = if is_checked { exists(winograd, b, place) } else { Condition::Constant(true) };
            match exists {
                Condition::Value(exists) if b.target.has_masks => {
                    let lanes = Lanes { mask: Some(b.splat(exists, lanes.count)), ..lanes };
                    finish_value(b, &winograd.finish, &place, filter, lanes, value);
                }
                _ => b.if_then(exists, |b| finish_value(b, &winograd.finish, &place, filter, lanes, value)),
            }
        });
    });
}

/// Whether the output has this position.
fn exists(winograd: &Winograd, b: &mut KernelBuilder, [_, row, column]: [Index; 3]) -> Condition {
    let height = b.expr(winograd.shape.rows().output);
    let width = b.expr(winograd.shape.columns().output);
    let (row, column) = (b.less(row, height), b.less(column, width));
    b.and(row, column)
}
