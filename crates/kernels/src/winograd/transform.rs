//! The transforms of F(2, 3), F(4, 3) and F(6, 3), on vectors.
//!
//! A two-dimensional transform is a one-dimensional one of the columns, then of the rows of what that gives. Results that
//! share sums are made together, and those of one such group are made of all columns and stored before the next is begun:
//! so few values are alive that none of them leaves the registers.
//!
//! A filter's matrix is scaled row by row until it is of small integers; what the products are too large by, the output
//! makes up for: its matrix is scaled, too, and each result is multiplied by what [`Transforms::scale`] says.

use crate::builder::KernelBuilder;
use kiln_ir::Value;
use kiln_schedule::winograd::Form;

/// Gives the number of an operand its value.
type Read<'r> = dyn FnMut(&mut KernelBuilder, usize) -> Value + 'r;

/// How results share sums.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Sharing {
    /// Two in a row differ in the sign of operands of odd number. The first and the last share with none.
    Mirrored,
    /// Operands come in pairs after the first: results of even number take their sums, the others their differences.
    Paired,
}

/// A one-dimensional transform: a matrix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transform {
    matrix: &'static [&'static [f64]],
    sharing: Sharing,
}

/// The transforms of a form.
#[derive(Clone, Copy, Debug)]
pub(super) struct Transforms {
    /// A patch of the input to factors of the products.
    pub input: Transform,
    /// A filter to factors of the products.
    pub filter: Transform,
    /// Products to a tile of the output, still to be scaled.
    pub output: Transform,
    /// What each result of `output` is too large by.
    divisors: &'static [f64],
}

const fn transforms(
    input: &'static [&'static [f64]],
    filter: &'static [&'static [f64]],
    output: &'static [&'static [f64]],
    divisors: &'static [f64],
) -> Transforms {
    Transforms {
        input: Transform { matrix: input, sharing: Sharing::Mirrored },
        filter: Transform { matrix: filter, sharing: Sharing::Mirrored },
        output: Transform { matrix: output, sharing: Sharing::Paired },
        divisors,
    }
}

const TWO: Transforms = transforms(
    &[&[1.0, 0.0, -1.0, 0.0], &[0.0, 1.0, 1.0, 0.0], &[0.0, -1.0, 1.0, 0.0], &[0.0, -1.0, 0.0, 1.0]],
    &[&[1.0, 0.0, 0.0], &[1.0, 1.0, 1.0], &[1.0, -1.0, 1.0], &[0.0, 0.0, 1.0]],
    &[&[2.0, 1.0, 1.0, 0.0], &[0.0, 1.0, -1.0, 2.0]],
    &[2.0, 2.0],
);

const FOUR: Transforms = transforms(
    &[
        &[4.0, 0.0, -5.0, 0.0, 1.0, 0.0],
        &[0.0, -4.0, -4.0, 1.0, 1.0, 0.0],
        &[0.0, 4.0, -4.0, -1.0, 1.0, 0.0],
        &[0.0, -2.0, -1.0, 2.0, 1.0, 0.0],
        &[0.0, 2.0, -1.0, -2.0, 1.0, 0.0],
        &[0.0, 4.0, 0.0, -5.0, 0.0, 1.0],
    ],
    &[&[1.0, 0.0, 0.0], &[1.0, 1.0, 1.0], &[1.0, -1.0, 1.0], &[1.0, 2.0, 4.0], &[1.0, -2.0, 4.0], &[0.0, 0.0, 1.0]],
    &[
        &[6.0, -4.0, -4.0, 1.0, 1.0, 0.0],
        &[0.0, -2.0, 2.0, 1.0, -1.0, 0.0],
        &[0.0, -1.0, -1.0, 1.0, 1.0, 0.0],
        &[0.0, -1.0, 1.0, 2.0, -2.0, 6.0],
    ],
    &[24.0, 12.0, 6.0, 6.0],
);

const SIX: Transforms = transforms(
    &[
        &[1.0, 0.0, -5.25, 0.0, 5.25, 0.0, -1.0, 0.0],
        &[0.0, 1.0, 1.0, -4.25, -4.25, 1.0, 1.0, 0.0],
        &[0.0, -1.0, 1.0, 4.25, -4.25, -1.0, 1.0, 0.0],
        &[0.0, 0.5, 0.25, -2.5, -1.25, 2.0, 1.0, 0.0],
        &[0.0, -0.5, 0.25, 2.5, -1.25, -2.0, 1.0, 0.0],
        &[0.0, 2.0, 4.0, -2.5, -5.0, 0.5, 1.0, 0.0],
        &[0.0, -2.0, 4.0, 2.5, -5.0, -0.5, 1.0, 0.0],
        &[0.0, -1.0, 0.0, 5.25, 0.0, -5.25, 0.0, 1.0],
    ],
    &[
        &[1.0, 0.0, 0.0],
        &[1.0, 1.0, 1.0],
        &[1.0, -1.0, 1.0],
        &[1.0, 2.0, 4.0],
        &[1.0, -2.0, 4.0],
        &[4.0, 2.0, 1.0],
        &[4.0, -2.0, 1.0],
        &[0.0, 0.0, 1.0],
    ],
    &[
        &[90.0, -20.0, -20.0, 1.0, 1.0, 16.0, 16.0, 0.0],
        &[0.0, -20.0, 20.0, 2.0, -2.0, 8.0, -8.0, 0.0],
        &[0.0, -20.0, -20.0, 4.0, 4.0, 4.0, 4.0, 0.0],
        &[0.0, -20.0, 20.0, 8.0, -8.0, 2.0, -2.0, 0.0],
        &[0.0, -20.0, -20.0, 16.0, 16.0, 1.0, 1.0, 0.0],
        &[0.0, -20.0, 20.0, 32.0, -32.0, 0.5, -0.5, 90.0],
    ],
    &[90.0; 6],
);

impl Transforms {
    /// Those of a form.
    pub fn of(form: Form) -> Transforms {
        match form {
            Form::Two => TWO,
            Form::Four => FOUR,
            Form::Six => SIX,
        }
    }

    /// What the output at a row and a column is to be multiplied by.
    pub fn scale(&self, row: usize, column: usize) -> f64 {
        1.0 / (self.divisors[row] * self.divisors[column])
    }
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
        let taken = self.matrix[0].len();
        for rows in self.groups() {
            let mut by_column = Vec::with_capacity(taken);
            for column in 0..taken {
                by_column.push(self.make(b, &rows, &mut |b, row| load(b, row, column)));
            }
            for (which, &row) in rows.iter().enumerate() {
                for columns in self.groups() {
                    let values = self.make(b, &columns, &mut |_, column| by_column[column][which]);
                    for (&column, value) in columns.iter().zip(values) {
                        store(b, row, column, value);
                    }
                }
            }
        }
    }

    /// Results that share sums.
    fn groups(&self) -> Vec<Vec<usize>> {
        let count = self.matrix.len();
        match self.sharing {
            Sharing::Mirrored => {
                let ends = std::iter::once(vec![0, count - 1]);
                ends.chain((1..count - 1).step_by(2).map(|first| vec![first, first + 1])).collect()
            }
            Sharing::Paired => [0, 1].map(|parity| (parity..count).step_by(2).collect()).to_vec(),
        }
    }

    /// Makes the results of a group.
    fn make(&self, b: &mut KernelBuilder, group: &[usize], read: &mut Read) -> Vec<Value> {
        match self.sharing {
            Sharing::Mirrored if group[0] == 0 => {
                let row = |&result: &usize| self.matrix[result].iter().copied().enumerate().collect::<Vec<_>>();
                group.iter().map(|result| sum(b, &row(result), read)).collect()
            }
            Sharing::Mirrored => self.make_mirrored(b, group[0], read),
            Sharing::Paired => self.make_paired(b, group, read),
        }
    }

    /// Two results that differ in the sign of operands of odd number.
    fn make_mirrored(&self, b: &mut KernelBuilder, first: usize, read: &mut Read) -> Vec<Value> {
        let terms = self.matrix[first].iter().copied().enumerate();
        let (even, odd): (Vec<_>, Vec<_>) = terms.partition(|(operand, _)| operand.is_multiple_of(2));
        let factor = odd.iter().rev().map(|&(_, factor)| factor).find(|&factor| factor != 0.0);
        let factor = factor.expect("both take part");
        let odd: Vec<_> = odd.into_iter().map(|(operand, of_it)| (operand, of_it / factor)).collect();
        let (even, odd) = (sum(b, &even, read), sum(b, &odd, read));
        [factor, -factor].map(|factor| add_multiple(b, factor, odd, even)).to_vec()
    }

    /// Results that take the sums, or the differences, of pairs of operands.
    fn make_paired(&self, b: &mut KernelBuilder, group: &[usize], read: &mut Read) -> Vec<Value> {
        let last = self.matrix[0].len() - 1;
        let sign = if group[0].is_multiple_of(2) { 1.0 } else { -1.0 };
        let mut pairs = Vec::with_capacity(last / 2);
        for first in (1..last).step_by(2) {
            let (positive, negative) = (read(b, first), read(b, first + 1));
            pairs.push(add_multiple(b, sign, negative, positive));
        }
        let mut results = Vec::with_capacity(group.len());
        for &result in group {
            let row = self.matrix[result];
            let terms: Vec<_> = (0..pairs.len()).map(|pair| (pair, row[2 * pair + 1])).collect();
            let mut value = sum(b, &terms, &mut |_, pair| pairs[pair]);
            for end in [0, last].into_iter().filter(|&end| row[end] != 0.0) {
                let operand = read(b, end);
                value = add_multiple(b, row[end], operand, value);
            }
            results.push(value);
        }
        results
    }
}

/// The sum of multiples of operands, of which those with factor 0 are not read: one that is taken as it is comes first.
fn sum(b: &mut KernelBuilder, terms: &[(usize, f64)], read: &mut Read) -> Value {
    let mut terms: Vec<_> = terms.iter().copied().filter(|&(_, factor)| factor != 0.0).collect();
    let plain = terms.iter().rposition(|&(_, factor)| factor == 1.0);
    let (operand, factor) = terms.remove(plain.unwrap_or(0));
    let mut value = read(b, operand);
    if factor != 1.0 {
        let factor = b.like(value, factor);
        value = b.mulf(value, factor);
    }
    for &(operand, factor) in terms.iter().rev() {
        let operand = read(b, operand);
        value = add_multiple(b, factor, operand, value);
    }
    value
}

/// `factor * value + addend`.
fn add_multiple(b: &mut KernelBuilder, factor: f64, value: Value, addend: Value) -> Value {
    if factor == 1.0 {
        return b.addf(addend, value);
    }
    if factor == -1.0 {
        return b.subf(addend, value);
    }
    let factor = b.like(value, factor);
    b.fma(factor, value, addend)
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_schedule::winograd::KERNEL;

    fn multiply(matrix: &[&[f64]], vector: &[f64]) -> Vec<f64> {
        matrix.iter().map(|row| row.iter().zip(vector).map(|(a, b)| a * b).sum()).collect()
    }

    #[test]
    fn products_make_the_sums_of_a_filter() {
        for form in Form::ALL {
            let transforms = Transforms::of(form);
            let input: Vec<f64> = (0..form.patch()).map(|at| ((at * 7 + 3) % 11) as f64 - 5.0).collect();
            let filter = [3.0, -2.0, 7.0];
            let factors = multiply(transforms.input.matrix, &input);
            let products: Vec<f64> =
                factors.iter().zip(multiply(transforms.filter.matrix, &filter)).map(|(a, b)| a * b).collect();
            let output = multiply(transforms.output.matrix, &products);
            let scaled: Vec<f64> = output.iter().zip(transforms.divisors).map(|(sum, divisor)| sum / divisor).collect();
            let direct: Vec<f64> =
                (0..form.tile()).map(|at| (0..KERNEL).map(|tap| input[at + tap] * filter[tap]).sum()).collect();
            assert_eq!(scaled, direct, "{form:?}");
        }
    }

    #[test]
    fn results_share_what_the_code_takes_for_granted() {
        for form in Form::ALL {
            let transforms = Transforms::of(form);
            for transform in [transforms.input, transforms.filter] {
                for pair in transform.groups().into_iter().skip(1) {
                    let [first, second] = [0, 1].map(|which| transform.matrix[pair[which]]);
                    for (operand, (a, b)) in first.iter().zip(second).enumerate() {
                        assert_eq!(*b, if operand.is_multiple_of(2) { *a } else { -a }, "{form:?}");
                    }
                }
            }
            for (number, row) in transforms.output.matrix.iter().enumerate() {
                let sign = if number.is_multiple_of(2) { 1.0 } else { -1.0 };
                assert!(row[1..row.len() - 1].chunks(2).all(|pair| pair[1] == sign * pair[0]), "{form:?}");
            }
        }
    }
}
