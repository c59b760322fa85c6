//! `graph.determinant` and `graph.inverse`: of square matrices, by elimination.

use crate::rows::{operand, result};
use crate::shape::tensor;
use kiln_ir::{
    EvaluateRequest, InferRequest, OpDefinition, OperandDefinition, ResultDefinition, Traits, Type, TypeConstraint,
};
use kiln_tensor::scalar;
use kiln_tensor::{ElementType, Tensor};

const OPERANDS: &[OperandDefinition] = &[operand("x", TypeConstraint::FloatTensor)];
const RESULTS: &[ResultDefinition] = &[result("y", TypeConstraint::FloatTensor)];

/// The row of `determinant`.
pub const DETERMINANT: OpDefinition = OpDefinition {
    name: "graph.determinant",
    doc: "The determinant of each matrix of `f32` or `f64` along the last two axes, by elimination with the largest pivot of \
          each column.",
    example: "%y = graph.determinant %x : (tensor<5x3x3xf32>) -> tensor<5xf32>",
    operands: OPERANDS,
    results: RESULTS,
    traits: Traits::PURE,
    infer: Some(|request| {
        let x = matrices(request)?;
        Ok(vec![Type::tensor(&x.shape[..x.rank() - 2], x.element)])
    }),
    evaluate: Some(|request| evaluate(request, |matrix, size| vec![determinant(matrix, size)])),
    ..OpDefinition::EMPTY
};

/// The row of `inverse`.
pub const INVERSE: OpDefinition = OpDefinition {
    name: "graph.inverse",
    doc: "The inverse of each matrix of `f32` or `f64` along the last two axes, by elimination with the largest pivot of \
          each column. What a matrix without an inverse gives is no number, or infinite.",
    example: "%y = graph.inverse %x : (tensor<5x3x3xf32>) -> tensor<5x3x3xf32>",
    operands: OPERANDS,
    results: RESULTS,
    traits: Traits::PURE,
    infer: Some(|request| {
        let x = matrices(request)?;
        Ok(vec![Type::tensor(&x.shape, x.element)])
    }),
    evaluate: Some(|request| evaluate(request, inverse)),
    ..OpDefinition::EMPTY
};

fn matrices(request: &InferRequest) -> Result<&'static kiln_ir::TensorType, String> {
    let x = tensor(request.operands, 0)?;
    let is_square = matches!(x.shape.as_slice(), [.., rows, columns] if rows == columns);
    let is_computed = matches!(x.element.to_element(), Some(ElementType::F32 | ElementType::F64));
    match is_square && is_computed {
        true => Ok(x),
        false => Err(format!(
            "the last two axes must be those of square matrices of f32 or f64, not those of {}",
            Type::tensor(&x.shape, x.element)
        )),
    }
}

fn evaluate(request: &EvaluateRequest, compute: fn(&mut [f64], usize) -> Vec<f64>) -> Result<Vec<Tensor>, String> {
    let ([x], [(element, shape)]) = (request.operands, request.results) else {
        return Err("it has one operand and one result".into());
    };
    let size = x.shape().last().copied().unwrap_or(0);
    let mut values = scalar::floats(x)?;
    let count: usize = x.shape()[..x.rank().saturating_sub(2)].iter().product();
    let results: Vec<f64> =
        (0..count).flat_map(|matrix| compute(&mut values[matrix * size * size..][..size * size], size)).collect();
    Ok(vec![scalar::from_floats(*element, shape, results)?])
}

/// Brings the row with the largest number in `column`, from row `column` on, there; whether it was another one.
fn bring_pivot(matrix: &mut [f64], size: usize, width: usize, column: usize) -> bool {
    let mut best = column;
    for row in column + 1..size {
        if matrix[row * width + column].abs() > matrix[best * width + column].abs() {
            best = row;
        }
    }
    for at in 0..width {
        matrix.swap(column * width + at, best * width + at);
    }
    best != column
}

fn determinant(matrix: &mut [f64], size: usize) -> f64 {
    let mut product = 1.0;
    for column in 0..size {
        if bring_pivot(matrix, size, size, column) {
            product = -product;
        }
        let pivot = matrix[column * size + column];
        product *= pivot;
        if pivot == 0.0 {
            return 0.0;
        }
        for row in column + 1..size {
            let factor = matrix[row * size + column] / pivot;
            for at in column..size {
                matrix[row * size + at] -= factor * matrix[column * size + at];
            }
        }
    }
    product
}

fn inverse(matrix: &mut [f64], size: usize) -> Vec<f64> {
    let width = 2 * size;
    let mut both = vec![0.0; size * width];
    for row in 0..size {
        both[row * width..][..size].copy_from_slice(&matrix[row * size..][..size]);
        both[row * width + size + row] = 1.0;
    }
    for column in 0..size {
        bring_pivot(&mut both, size, width, column);
        let pivot = both[column * width + column];
        for at in 0..width {
            both[column * width + at] /= pivot;
        }
        for row in (0..size).filter(|&row| row != column) {
            let factor = both[row * width + column];
            for at in 0..width {
                both[row * width + at] -= factor * both[column * width + at];
            }
        }
    }
    (0..size).flat_map(|row| both[row * width + size..][..size].to_vec()).collect()
}
