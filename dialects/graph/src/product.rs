//! Products of matrices: evaluation of `matmul`, and the core that convolutions and recurrent layers use too.
//!
//! Floats are multiplied and summed in `f64` and rounded once at the end; integers wrap to 64 bits, hence to any
//! narrower type. Four rows and four columns at a time are kept in registers, on panels packed to be read in order.

use crate::matmul::MatmulView;
use crate::strided::broadcast_offsets;
use kiln_ir::{EvaluateRequest, Type};
use kiln_tensor::scalar::{self, Class};
use kiln_tensor::{ElementType, Tensor};
use std::num::Wrapping;
use std::ops::{AddAssign, Mul};

/// What a product is computed in: `f64` or wrapping integers.
pub(crate) trait Number: Copy + Default + Mul<Output = Self> + AddAssign {
    /// The elements of a tensor.
    fn read(tensor: &Tensor) -> Result<Vec<Self>, String>;
    /// A small integer.
    fn of_integer(value: i64) -> Self;
    /// A tensor of `element` from elements.
    fn write(element: ElementType, shape: &[usize], values: Vec<Self>) -> Result<Tensor, String>;
}

impl Number for f64 {
    fn read(tensor: &Tensor) -> Result<Vec<f64>, String> {
        scalar::floats(tensor)
    }

    fn of_integer(value: i64) -> f64 {
        value as f64
    }

    fn write(element: ElementType, shape: &[usize], values: Vec<f64>) -> Result<Tensor, String> {
        scalar::from_floats(element, shape, values)
    }
}

impl Number for Wrapping<i64> {
    fn read(tensor: &Tensor) -> Result<Vec<Wrapping<i64>>, String> {
        Ok(scalar::integers(tensor)?.into_iter().map(|value| Wrapping(value as i64)).collect())
    }

    fn of_integer(value: i64) -> Wrapping<i64> {
        Wrapping(value)
    }

    fn write(element: ElementType, shape: &[usize], values: Vec<Wrapping<i64>>) -> Result<Tensor, String> {
        scalar::from_integers(element, shape, values.into_iter().map(|value| value.0.into()))
    }
}

/// Rows and columns of the block kept in registers.
const TILE: usize = 4;

/// `c += a * b` for row-major matrices: `a` is m x k, `b` is k x n, `c` is m x n.
pub(crate) fn multiply_add<T: Number>(a: &[T], b: &[T], c: &mut [T], [m, k, n]: [usize; 3]) {
    if m == 0 || k == 0 || n == 0 {
        return;
    }
    let packed_b = pack(k, n, |row, column| b[row * n + column]);
    let packed_a = pack(k, m, |row, column| a[column * k + row]);
    for (block_row, rows) in packed_a.chunks_exact(k * TILE).enumerate() {
        for (block_column, columns) in packed_b.chunks_exact(k * TILE).enumerate() {
            let mut tile = [[T::default(); TILE]; TILE];
            let (rows, columns) = (rows.as_chunks::<TILE>().0, columns.as_chunks::<TILE>().0);
            for (row, column) in rows.iter().zip(columns) {
                for (line, &left) in tile.iter_mut().zip(row) {
                    for (sum, &right) in line.iter_mut().zip(column) {
                        *sum += left * right;
                    }
                }
            }
            let (first_row, first_column) = (block_row * TILE, block_column * TILE);
            for (line, row) in tile.iter().zip(first_row..m) {
                for (&sum, column) in line.iter().zip(first_column..n) {
                    c[row * n + column] += sum;
                }
            }
        }
    }
}

/// A `length` x `width` matrix as panels of [`TILE`] columns, zero beyond the last.
fn pack<T: Number>(length: usize, width: usize, at: impl Fn(usize, usize) -> T) -> Vec<T> {
    let mut packed = vec![T::default(); width.div_ceil(TILE) * TILE * length];
    for (panel, lines) in packed.chunks_exact_mut(length * TILE).enumerate() {
        for (row, line) in lines.chunks_exact_mut(TILE).enumerate() {
            for (place, column) in line.iter_mut().zip(panel * TILE..width) {
                *place = at(row, column);
            }
        }
    }
    packed
}

/// The result of `graph.matmul`.
pub(crate) fn evaluate_matmul(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let [a, _] = request.operands else { return Err("matmul has two operands".into()) };
    match Class::of(a.element()) {
        Class::Float => matmul::<f64>(request),
        _ => matmul::<Wrapping<i64>>(request),
    }
}

fn matmul<T: Number>(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([a, b], [(element, shape)]) = (request.operands, request.results) else {
        return Err("matmul has two operands and one result".into());
    };
    let types = [a, b].map(|tensor| Type::static_tensor(tensor.shape(), Type::from_element(tensor.element())));
    let view = MatmulView::parse(&types, request.attributes)?;
    let extent = |dim: kiln_ir::Dim| dim.as_static().and_then(|extent| usize::try_from(extent).ok()).unwrap_or(0);
    let (m, n, k) = (extent(view.m), extent(view.n), extent(view.k));
    let left = matrices::<T>(a, view.transpose_a)?;
    let right = matrices::<T>(b, view.transpose_b)?;
    let batch = &shape[..shape.len() - 2];
    let lefts = broadcast_offsets(&a.shape()[..a.rank() - 2], batch)?;
    let rights = broadcast_offsets(&b.shape()[..b.rank() - 2], batch)?;
    let mut result = vec![T::default(); lefts.len() * m * n];
    for (index, (at, bt)) in lefts.into_iter().zip(rights).enumerate() {
        let (left, right) = (&left[at * m * k..][..m * k], &right[bt * k * n..][..k * n]);
        multiply_add(left, right, &mut result[index * m * n..][..m * n], [m, k, n]);
    }
    Ok(vec![T::write(*element, shape, result)?])
}

/// The elements of a tensor of matrices, each transposed if asked for.
fn matrices<T: Number>(tensor: &Tensor, transpose: bool) -> Result<Vec<T>, String> {
    let values = T::read(tensor)?;
    let &[.., rows, columns] = tensor.shape() else { return Err("a matrix has two axes".into()) };
    if !transpose || rows * columns == 0 {
        return Ok(values);
    }
    let matrices = values.chunks_exact(rows * columns);
    Ok(matrices
        .flat_map(|matrix| {
            (0..columns).flat_map(move |column| (0..rows).map(move |row| matrix[row * columns + column]))
        })
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_of_every_small_shape() {
        for m in 0..6 {
            for k in 0..4 {
                for n in 0..10 {
                    let a: Vec<f64> = (0..m * k).map(|i| (i * 7 % 5) as f64 - 2.0).collect();
                    let b: Vec<f64> = (0..k * n).map(|i| (i * 3 % 7) as f64 - 3.0).collect();
                    let mut c = vec![1.0; m * n];
                    multiply_add(&a, &b, &mut c, [m, k, n]);
                    for i in 0..m {
                        for j in 0..n {
                            let sum: f64 = (0..k).map(|l| a[i * k + l] * b[l * n + j]).sum();
                            assert_eq!(c[i * n + j], 1.0 + sum, "{m} {k} {n}");
                        }
                    }
                }
            }
        }
    }
}
