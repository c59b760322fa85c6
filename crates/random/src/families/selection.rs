//! Ops that choose boxes, and those on whole matrices: of constants, as elements of a graph would leave open which boxes
//! overlap and how close a matrix is to one without an inverse.

use crate::graph::Growing;
use kiln_ir::{Dim, Type};
use kiln_tensor::Tensor;

pub(crate) fn non_max_suppression(growing: &mut Growing) -> Option<()> {
    const SHAPE: [usize; 3] = [1, 2, 9];
    let mut numbers =
        |count: usize| -> Vec<f32> { (0..count).map(|_| growing.random.below(16) as f32 / 4.0).collect() };
    let (boxes, scores) = (numbers(SHAPE[2] * 4), numbers(SHAPE[1] * SHAPE[2]));
    let most = growing.random.below(SHAPE[2]) as i64;
    let operands = [
        Tensor::from_values(&[1, SHAPE[2], 4], &boxes),
        Tensor::from_values(&SHAPE, &scores),
        Tensor::scalar(most),
        Tensor::scalar(0.3f32),
        Tensor::scalar(0.5f32),
    ];
    let operands = operands.map(|tensor| growing.constant_of(tensor));
    let is_centred = growing.random.once_in(2);
    let mut builder = growing.builder();
    let op = builder.op("graph.non_max_suppression").operands(&operands).attribute("center_point_box", is_centred);
    let ty = Type::tensor(&SHAPE.map(|extent| Dim::Static(extent as u64)), Type::i64());
    let value = op.result(ty).try_value().ok()?;
    growing.add(value, SHAPE[2] as f64, -1.0, true)
}

/// Of matrices whose diagonals outweigh the rest.
pub(crate) fn elimination(growing: &mut Growing) -> Option<()> {
    const SIZE: usize = 3;
    let count = 1 + growing.random.below(4);
    let mut element = |place: usize| match place % (SIZE * SIZE) % (SIZE + 1) {
        0 => 4.0,
        _ => growing.random.below(8) as f32 / 8.0 - 0.5,
    };
    let values: Vec<f32> = (0..count * SIZE * SIZE).map(&mut element).collect();
    let x = growing.constant_of(Tensor::from_values(&[count, SIZE, SIZE], &values));
    let (name, bound) = growing.random.pick(&[("graph.determinant", 100.0), ("graph.inverse", 1.0)]);
    let value = growing.builder().op(name).operand(x).try_value().ok()?;
    growing.add(value, bound, -bound, false)
}
