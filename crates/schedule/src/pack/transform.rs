//! What is done to the numbers of a filter before they are ordered: Winograd's transform.

use super::PackForm;
use crate::winograd::filter_transform;
use kiln_ir::{Builder, Type, Value};
use kiln_tensor::Tensor;

/// The transformed tensor: 36 x O x I for a filter of Winograd's algorithm, else the tensor itself.
pub(super) fn transform_tensor(form: PackForm, tensor: &Tensor) -> Tensor {
    if !matches!(form, PackForm::Winograd { .. }) {
        return tensor.clone();
    }
    let source = tensor.values::<f32>();
    let pairs = tensor.shape()[0] * tensor.shape()[1];
    let rows = filter_transform();
    let mut transformed = vec![0f32; rows.len() * pairs];
    for (pair, taps) in source.chunks_exact(9).enumerate() {
        for (product, row) in rows.iter().enumerate() {
            let sum: f64 = row.iter().zip(taps).map(|(factor, &tap)| factor * f64::from(tap)).sum();
            transformed[product * pairs + pair] = sum as f32;
        }
    }
    Tensor::from_values(&[rows.len(), tensor.shape()[0], tensor.shape()[1]], &transformed)
}

/// The same at run time: a product with the constant 9 x 36 matrix of the transform.
pub(super) fn emit(form: PackForm, builder: &mut Builder, filter: Value) -> Value {
    if !matches!(form, PackForm::Winograd { .. }) {
        return filter;
    }
    let ty = builder.module.ty(filter);
    let shape = ty.as_tensor().and_then(|tensor| tensor.static_shape());
    let shape = shape.expect("planners pack operands of known extents only");
    let element = ty.scalar();
    let rows = filter_transform();
    let (products, pairs) = (rows.len(), shape[0] * shape[1]);
    let columns = (0..9).flat_map(|tap| rows.iter().map(move |row| row[tap] as f32));
    let matrix = Tensor::from_values(&[9, products], &columns.collect::<Vec<f32>>());
    let value = builder.module.tensor_attribute(matrix);
    let of = |shape: &[usize]| Type::static_tensor(shape, element);
    let matrix = builder.op("graph.constant").attribute("value", value).result(of(&[9, products])).value();
    let taps = builder.op("graph.reshape").operand(filter).result(of(&[pairs, 9])).value();
    let product = builder.op("graph.matmul").operands(&[taps, matrix]).result(of(&[pairs, products])).value();
    let turned = builder.op("graph.transpose").operand(product).attribute("permutation", vec![1i64, 0]);
    let turned = turned.result(of(&[products, pairs])).value();
    builder.op("graph.reshape").operand(turned).result(of(&[products, shape[0], shape[1]])).value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tap_in_the_middle_is_spread() {
        let mut taps = [0f32; 9];
        taps[4] = 1.0;
        let filter = Tensor::from_values(&[1, 1, 3, 3], &taps);
        let transformed = transform_tensor(PackForm::Winograd { columns: 1 }, &filter);
        let middle = [0.0, -1.0 / 6.0, 1.0 / 6.0, 1.0 / 12.0, -1.0 / 12.0, 0.0];
        for (index, &value) in transformed.values::<f32>().iter().enumerate() {
            let expected = middle[index / 6] * middle[index % 6];
            assert!((f64::from(value) - expected).abs() < 1e-8, "{index}: {value} is not {expected}");
        }
    }
}
