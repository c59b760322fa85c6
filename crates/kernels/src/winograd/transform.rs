//! The transforms of F(4, 3), on vectors.
//!
//! A two-dimensional transform is a one-dimensional one of the columns, then of the rows of what that gives. Results that
//! share sums are made in pairs, and a pair is made of all columns and stored before the next is begun: so few values
//! are alive that none of them leaves the registers.
//!
//! The filter's matrix is scaled row by row until it is of small integers; what the products are too large by, the
//! output makes up for (see [`output_scale`]).
//!
//! ```text
//! input   4  0 -5  0  1  0    filter   1  0  0    output   6 -4 -4  1  1  0    scale  1/24
//!         0 -4 -4  1  1  0             1  1  1             0 -2  2  1 -1  0           1/12
//!         0  4 -4 -1  1  0             1 -1  1             0 -1 -1  1  1  0           1/6
//!         0 -2 -1  2  1  0             1  2  4             0 -1  1  2 -2  6           1/6
//!         0  2 -1 -2  1  0             1 -2  4
//!         0  4  0 -5  0  1             0  0  1
//! ```

use crate::builder::KernelBuilder;
use kiln_ir::Value;
use kiln_schedule::winograd::{KERNEL, PATCH, TILE};

/// Gives the number of an operand its value.
type Read<'r> = dyn FnMut(&mut KernelBuilder, usize) -> Value + 'r;

/// A one-dimensional transform.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transform {
    /// How many values it takes.
    taken: usize,
    /// The results, in pairs that share sums.
    pairs: &'static [[usize; 2]],
    /// Makes one of the pairs.
    make: fn(&mut KernelBuilder, [usize; 2], &mut Read) -> [Value; 2],
}

/// A patch of the input to factors of the products.
pub(super) const INPUT: Transform = Transform { taken: PATCH, pairs: &[[0, 5], [1, 2], [3, 4]], make: input };

/// A filter to factors of the products.
pub(super) const FILTER: Transform = Transform { taken: KERNEL, pairs: &[[0, 5], [1, 2], [3, 4]], make: filter };

/// Products to a tile of the output, still to be multiplied by [`output_scale`].
pub(super) const OUTPUT: Transform = Transform { taken: PATCH, pairs: &[[0, 2], [1, 3]], make: output };

/// What the output at a row and a column is to be multiplied by.
pub(super) fn output_scale(row: usize, column: usize) -> f64 {
    const DIVISORS: [f64; TILE] = [24.0, 12.0, 6.0, 6.0];
    1.0 / (DIVISORS[row] * DIVISORS[column])
}

impl Transform {
    /// Transforms columns and rows. `load` gets the row and column of a value and may be asked for one several times;
    /// `store` gets each result once.
    pub fn apply(
        &self,
        b: &mut KernelBuilder,
        mut load: impl FnMut(&mut KernelBuilder, usize, usize) -> Value,
        mut store: impl FnMut(&mut KernelBuilder, usize, usize, Value),
    ) {
        for &rows in self.pairs {
            let mut by_column = Vec::with_capacity(self.taken);
            for column in 0..self.taken {
                by_column.push((self.make)(b, rows, &mut |b, row| load(b, row, column)));
            }
            for (which, row) in rows.into_iter().enumerate() {
                for &columns in self.pairs {
                    let values = (self.make)(b, columns, &mut |_, column| by_column[column][which]);
                    for (column, value) in columns.into_iter().zip(values) {
                        store(b, row, column, value);
                    }
                }
            }
        }
    }
}

/// `factor * value + addend`.
fn add_multiple(b: &mut KernelBuilder, factor: f64, value: Value, addend: Value) -> Value {
    let ty = b.ty(value);
    let factor = b.float(factor, ty);
    b.fma(factor, value, addend)
}

fn input(b: &mut KernelBuilder, pair: [usize; 2], d: &mut Read) -> [Value; 2] {
    if let [0, last] = pair {
        return [0, last - 4].map(|first| {
            let (near, middle, far) = (d(b, first), d(b, first + 2), d(b, first + 4));
            let inner = add_multiple(b, -5.0, middle, far);
            add_multiple(b, 4.0, near, inner)
        });
    }
    let [d1, d2, d3, d4] = [1, 2, 3, 4].map(|index| d(b, index));
    if pair == [1, 2] {
        let (even, odd) = (add_multiple(b, -4.0, d2, d4), add_multiple(b, -4.0, d1, d3));
        return [b.addf(even, odd), b.subf(even, odd)];
    }
    let (even, odd) = (b.subf(d4, d2), b.subf(d3, d1));
    [2.0, -2.0].map(|factor| add_multiple(b, factor, odd, even))
}

fn filter(b: &mut KernelBuilder, pair: [usize; 2], g: &mut Read) -> [Value; 2] {
    let (first, last) = (g(b, 0), g(b, 2));
    match pair {
        [0, _] => [first, last],
        [1, _] => {
            let (outer, middle) = (b.addf(first, last), g(b, 1));
            [b.addf(outer, middle), b.subf(outer, middle)]
        }
        _ => {
            let (outer, middle) = (add_multiple(b, 4.0, last, first), g(b, 1));
            [2.0, -2.0].map(|factor| add_multiple(b, factor, middle, outer))
        }
    }
}

fn output(b: &mut KernelBuilder, pair: [usize; 2], m: &mut Read) -> [Value; 2] {
    let [m1, m2, m3, m4] = [1, 2, 3, 4].map(|index| m(b, index));
    if pair == [0, 2] {
        let (near, far) = (b.addf(m1, m2), b.addf(m3, m4));
        let inner = add_multiple(b, -4.0, near, far);
        let m0 = m(b, 0);
        return [add_multiple(b, 6.0, m0, inner), b.subf(far, near)];
    }
    let (near, far) = (b.subf(m2, m1), b.subf(m3, m4));
    let m5 = m(b, 5);
    let inner = add_multiple(b, 6.0, m5, near);
    [add_multiple(b, 2.0, near, far), add_multiple(b, 2.0, far, inner)]
}
