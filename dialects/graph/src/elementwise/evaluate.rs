//! Evaluation of elementwise ops from the formulas in their rows.

use super::{ElementwiseRow, Formula};
use crate::strided::{broadcast_offsets, broadcast_runs};
use kiln_ir::EvaluateRequest;
use kiln_tensor::scalar::{Class, floats, from_floats, from_integers, integers};
use kiln_tensor::{ElementType, Tensor};

/// The result of the row's formula on every element.
pub(super) fn evaluate(row: &ElementwiseRow, request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let (element, shape) = request.results.first().ok_or("the op has one result")?;
    let result = match row.arity() {
        1 => unary(row.formula, request.operands, *element, shape),
        _ => binary(row.formula, request.operands, *element, shape),
    };
    Ok(vec![result?])
}

fn unary(formula: Formula, operands: &[Tensor], element: ElementType, shape: &[usize]) -> Result<Tensor, String> {
    let [x] = operands else { return Err("the op has one operand".into()) };
    let missing = || format!("the op has no formula for {}", x.element());
    match (formula, Class::of(x.element())) {
        (Formula::Unary { float, .. }, Class::Float) => {
            let float = float.ok_or_else(missing)?;
            from_floats(element, shape, floats(x)?.into_iter().map(float))
        }
        (Formula::Unary { integer, .. }, Class::Integer) => {
            let integer = integer.ok_or_else(missing)?;
            from_integers(element, shape, integers(x)?.into_iter().map(integer))
        }
        (Formula::Unary { boolean, .. }, Class::Bool) => {
            let boolean = boolean.ok_or_else(missing)?;
            from_integers(element, shape, integers(x)?.into_iter().map(|value| boolean(value != 0).into()))
        }
        (Formula::Predicate(predicate), Class::Float) => {
            from_integers(element, shape, floats(x)?.into_iter().map(|value| predicate(value).into()))
        }
        _ => Err(missing()),
    }
}

fn binary(formula: Formula, operands: &[Tensor], element: ElementType, shape: &[usize]) -> Result<Tensor, String> {
    let [left, right] = operands else { return Err("the op has two operands".into()) };
    let missing = || format!("the op has no formula for {}", left.element());
    let pairs = || -> Result<_, String> {
        Ok(broadcast_offsets(left.shape(), shape)?.into_iter().zip(broadcast_offsets(right.shape(), shape)?))
    };
    match (formula, Class::of(left.element())) {
        (Formula::Binary { float: Some(float), .. }, Class::Float)
            if [left.element(), right.element(), element] == [ElementType::F32; 3] =>
        {
            binary_of_weights(float, left, right, shape)
        }
        (Formula::Binary { float, .. }, Class::Float) => {
            let (float, a, b) = (float.ok_or_else(missing)?, floats(left)?, floats(right)?);
            from_floats(element, shape, pairs()?.map(|(i, j)| float(a[i], b[j])))
        }
        (Formula::Binary { integer, .. }, Class::Integer) => {
            let (integer, a, b) = (integer.ok_or_else(missing)?, integers(left)?, integers(right)?);
            from_integers(element, shape, pairs()?.map(|(i, j)| integer(a[i], b[j])))
        }
        (Formula::Binary { boolean, .. }, Class::Bool) => {
            let (boolean, a, b) = (boolean.ok_or_else(missing)?, integers(left)?, integers(right)?);
            from_integers(element, shape, pairs()?.map(|(i, j)| boolean(a[i] != 0, b[j] != 0).into()))
        }
        (Formula::Compare { float, .. }, Class::Float) => {
            let (a, b) = (floats(left)?, floats(right)?);
            from_integers(element, shape, pairs()?.map(|(i, j)| float(a[i], b[j]).into()))
        }
        (Formula::Compare { integer, .. }, Class::Integer | Class::Bool) => {
            let (a, b) = (integers(left)?, integers(right)?);
            from_integers(element, shape, pairs()?.map(|(i, j)| integer(a[i], b[j]).into()))
        }
        _ => Err(missing()),
    }
}

/// 32-bit floats, which most weights are: without widened copies of the operands.
fn binary_of_weights(
    float: fn(f64, f64) -> f64,
    left: &Tensor,
    right: &Tensor,
    shape: &[usize],
) -> Result<Tensor, String> {
    let runs = broadcast_runs(left.shape(), right.shape(), shape)?;
    let (a, b) = (left.values::<f32>(), right.values::<f32>());
    let (step_a, step_b) = runs.steps;
    let mut values: Vec<f32> = Vec::with_capacity(runs.starts.len() * runs.length);
    for &(i, j) in &runs.starts {
        let pairs = (0..runs.length).map(|at| (a[i + at * step_a], b[j + at * step_b]));
        values.extend(pairs.map(|(a, b)| float(a.into(), b.into()) as f32));
    }
    Ok(Tensor::from_values(shape, &values))
}
