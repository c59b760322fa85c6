//! Panels of a right operand that is computed at run time.

mod steps;

use super::{Columns, Matmul, Region};
use crate::builder::{Buffer, Index, KernelBuilder};
use crate::gemm::{Presence, copy_run, fill_zero, for_panels};

/// Packs the panels of a region, the last filled up with zeros.
pub(super) fn pack_right(
    matmul: &Matmul,
    b: &mut KernelBuilder,
    region: &Region,
    source: (Buffer, Index),
    scratch: Buffer,
) {
    let extents = matmul.extents;
    let (size, terms) = (b.expr(matmul.plan.panel_elements(matmul.shape)), matmul.plan.tile.dot.terms());
    for_panels(b, &matmul.plan.tile, extents.columns, region.panels, |b, panel, columns| {
        let number = b.sub(panel, region.panels.0);
        let target = b.mul(number, size);
        let present = present_columns(b, matmul, &columns);
        if terms > 1 {
            steps::pack_steps(matmul, b, (source, columns.first), (scratch, target), present);
        } else if !matmul.shape.right_columns_are_runs() {
            pack_transposed(matmul, b, (source, columns.first), (scratch, target), present);
        } else {
            pack_rows(matmul, b, (source, columns.first), (scratch, target), present);
        }
    });
}

/// How many columns of the panel exist.
fn present_columns(b: &mut KernelBuilder, matmul: &Matmul, columns: &Columns) -> Index {
    let lanes = matmul.plan.tile.lanes;
    match columns.parts.last().map(|part| (part.offset, part.presence)) {
        Some((offset, Presence::All)) => Index::from(offset + lanes),
        Some((offset, Presence::First(count))) => Index::from(offset + count),
        _ => b.sub(matmul.extents.columns, columns.first),
    }
}

/// From a matrix whose columns are neighbours: rows of the panel are runs of its rows.
fn pack_rows(
    matmul: &Matmul,
    b: &mut KernelBuilder,
    ((source, base), first): ((Buffer, Index), Index),
    (scratch, target): (Buffer, Index),
    present: Index,
) {
    let width = matmul.plan.tile.columns();
    let missing = b.sub(width, present);
    let base = b.add(base, first);
    let pitch = b.expr(matmul.shape.right_strides().1);
    b.for_each(0, matmul.extents.depth, 1, |b, step| {
        let (from, to) = (b.mul(step, pitch), b.mul(step, width));
        let (from, to) = (b.add(base, from), b.add(target, to));
        copy_run(b, (source, from), (scratch, to), present);
        let rest = b.add(to, present);
        fill_zero(b, scratch, rest, missing);
    });
}

/// From a matrix that lies in any other way, mostly as `columns x depth`.
fn pack_transposed(
    matmul: &Matmul,
    b: &mut KernelBuilder,
    ((source, base), first): ((Buffer, Index), Index),
    (scratch, target): (Buffer, Index),
    present: Index,
) {
    let width = matmul.plan.tile.columns();
    let depth = matmul.extents.depth;
    let (column_stride, depth_stride) = matmul.shape.right_strides();
    let (column_stride, depth_stride) = (b.expr(column_stride), b.expr(depth_stride));
    let start = b.mul(first, column_stride);
    let base = b.add(base, start);
    b.for_each(0, present, 1, |b, column| {
        let row = b.mul(column, column_stride);
        let row = b.add(base, row);
        b.for_each(0, depth, 1, |b, step| {
            let (along, to) = (b.mul(step, depth_stride), b.mul(step, width));
            let from = b.add(row, along);
            let value = b.load_scalar(source, from);
            let to = b.add(to, column);
            let to = b.add(target, to);
            b.store(value, scratch, to, crate::builder::Lanes::SCALAR);
        });
    });
    let missing = b.sub(width, present);
    if !missing.is(0) {
        b.for_each(0, depth, 1, |b, step| {
            let to = b.mul(step, width);
            let to = b.add(target, to);
            let to = b.add(to, present);
            fill_zero(b, scratch, to, missing);
        });
    }
}
