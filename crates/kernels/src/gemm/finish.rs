//! What becomes of accumulators: the bias, the rest of the kernel's body, the stores.

use super::columns::{Columns, Presence};
use crate::builder::{Body, Buffer, Combine, Coordinate, Index, KernelBuilder, Lanes};
use kiln_ir::Value;
use kiln_schedule::matmul::Transposed;
use kiln_schedule::{KernelSpec, Source};

/// Where the accumulators of a kernel go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Finish<'s> {
    /// The kernel, with the axes that coordinates refer to.
    pub spec: &'s KernelSpec,
    /// What the accumulators are.
    pub anchor: Source,
    /// What is added to each column first.
    pub bias: Option<Buffer>,
    /// Memory for one tile, by which columns are counted where the target has no masks.
    pub spill: Option<Buffer>,
    /// How the output is transposed on its way to memory. The last axis stays the last.
    pub transposed: Option<&'s Transposed>,
    /// Where the output goes if it stays in scratch memory.
    pub kept: Option<Kept<'s>>,
}

/// Scratch memory for some pixels of an output.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Kept<'s> {
    pub buffer: Buffer,
    /// Pixels from one to the next along each leading axis.
    pub strides: &'s [Index],
    /// The number of the first pixel.
    pub first: Index,
    /// Elements from pixel to pixel.
    pub pitch: usize,
}

/// Stores a tile. `rows` has the leading coordinates of each row; column `c` of the panel is `column_base + c` along the
/// last axis.
pub(crate) fn finish_tile(
    b: &mut KernelBuilder,
    finish: &Finish,
    rows: &[Vec<Index>],
    columns: &Columns,
    column_base: Index,
    accumulators: &[Value],
) {
    let first = b.add(column_base, columns.first);
    for (index, part) in columns.parts.iter().enumerate() {
        let column = b.add(first, part.offset);
        for (row, coordinates) in rows.iter().enumerate() {
            let value = accumulators[row * columns.parts.len() + index];
            store_part(b, finish, coordinates, column, (part.presence, columns.lanes), value);
        }
    }
}

fn store_part(
    b: &mut KernelBuilder,
    finish: &Finish,
    row: &[Index],
    column: Index,
    (presence, lanes): (Presence, usize),
    value: Value,
) {
    match presence {
        Presence::All => finish_value(b, finish, row, column, Lanes::full(lanes), value),
        Presence::First(count) if b.target.has_masks => {
            let mask = b.mask(Index::from(count), lanes);
            finish_value(b, finish, row, column, Lanes { count: lanes, mask: Some(mask) }, value);
        }
        Presence::First(count) => {
            for (start, size) in powers_of_two(count) {
                let taken: Vec<i64> = (start..start + size).map(|lane| lane as i64).collect();
                let chunk = b.shuffle(value, value, &taken);
                let at = b.add(column, start);
                finish_value(b, finish, row, at, Lanes::full(size), chunk);
            }
        }
        Presence::Counted(count) if b.target.has_masks => {
            let mask = b.mask(count, lanes);
            finish_value(b, finish, row, column, Lanes { count: lanes, mask: Some(mask) }, value);
        }
        Presence::Counted(count) => {
            let spill = finish.spill.expect("plans for targets without masks keep memory for a tile");
            b.store(value, spill, 0, Lanes::full(lanes));
            let count = b.min(count, lanes);
            b.for_each(0, count, 1, |b, lane| {
                let value = b.load_scalar(spill, lane);
                let at = b.add(column, lane);
                finish_value(b, finish, row, at, Lanes::SCALAR, value);
            });
        }
    }
}

/// Stores one vector of columns of one row.
pub(crate) fn finish_value(
    b: &mut KernelBuilder,
    finish: &Finish,
    row: &[Index],
    column: Index,
    lanes: Lanes,
    value: Value,
) {
    let value = match finish.bias {
        Some(bias) => {
            let bias = b.load(bias, column, lanes);
            b.combine(Combine::Add, finish.spec.tensor(finish.anchor).element, value, bias)
        }
        None => value,
    };
    let mut body = Body::new(finish.spec, lanes);
    body.define(finish.anchor, value);
    let coordinates = [row, &[column]].concat();
    let coordinates = Coordinate::row(&coordinates);
    if let Some(kept) = finish.kept {
        let value = body.value(b, finish.spec.outputs[0], &coordinates);
        let pixel = b.linear(row, kept.strides);
        let pixel = b.sub(pixel, kept.first);
        let place = b.mul(pixel, kept.pitch);
        let place = b.add(place, column);
        return b.store(value, kept.buffer, place, lanes);
    }
    match finish.transposed {
        Some(transposed) => body.store_transposed(b, &coordinates, transposed),
        None => body.store_outputs(b, &coordinates),
    }
}

/// `count` as a sum of powers of two, largest first, with the sum of those before each.
fn powers_of_two(count: usize) -> Vec<(usize, usize)> {
    let bits = (0..usize::BITS).rev().map(|bit| 1usize << bit).filter(|size| count & size != 0);
    bits.scan(0, |start, size| {
        let here = *start;
        *start += size;
        Some((here, size))
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::powers_of_two;

    #[test]
    fn counts_are_sums_of_powers() {
        assert_eq!(powers_of_two(7), [(0, 4), (4, 2), (6, 1)]);
        assert_eq!(powers_of_two(8), [(0, 8)]);
    }
}
