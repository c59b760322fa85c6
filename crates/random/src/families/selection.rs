//! Ops that choose boxes, and those on whole matrices: of constants, as elements of a graph would leave open which boxes
//! overlap and how close a matrix is to one without an inverse; and what is found of a tensor, as much as there is.

use crate::graph::Growing;
use kiln_ir::{Attribute, Dim, DimExpr, Type, Value};
use kiln_tensor::Tensor;

/// The sum of the elements that are not 0: as many as data says.
pub(crate) fn found(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| item.exact && growing.element(item.value).is_float())?;
    let extents = growing.shape(item.value).to_vec();
    let count = extents.iter().try_fold(DimExpr::constant(1), |count, dim| count.checked_mul(dim.expr()?))?;
    let count = Dim::from_expr(count);
    let element = Type::from_element(growing.element(item.value));
    let flat = make(growing, "graph.reshape", &[item.value], None, Some((&[count], element)))?;
    let mask = make(growing, "graph.cast", &[flat], None, Some((&[count], Type::i1())))?;
    let ones = make(growing, "graph.cast", &[mask], None, Some((&[count], Type::i64())))?;
    let first_axis = || Some(("axes", Attribute::i64s(&[0])));
    let number = make(growing, "graph.reduce_sum", &[ones], first_axis(), None)?;
    let known = growing.module.ops_named(growing.module.top(), kiln_graph::BIND_EXTENTS).len();
    let symbol = Dim::symbol(&format!("{}{known}", kiln_graph::DATA_SYMBOL));
    let mut builder = growing.builder();
    let bind = builder.op(kiln_graph::BIND_EXTENTS).operand(number).attribute("symbols", vec![symbol]);
    bind.attribute("most", vec![count]).try_build().ok()?;
    let places = make(growing, "graph.nonzero", &[mask], None, Some((&[symbol], Type::i64())))?;
    let values = make(growing, "graph.gather", &[flat, places], Some(("axis", Attribute::i64(0))), None)?;
    let sum = make(growing, "graph.reduce_sum", &[values], first_axis(), None)?;
    growing.add(sum, 1e3 * item.bound, -1e3 * item.bound, false)
}

/// The result of an op, whose type is inferred unless it is given.
fn make(
    growing: &mut Growing,
    name: &str,
    operands: &[Value],
    given: Option<(&str, Attribute)>,
    ty: Option<(&[Dim], Type)>,
) -> Option<Value> {
    let mut builder = growing.builder();
    let mut op = builder.op(name).operands(operands);
    if let Some((name, value)) = given {
        op = op.attribute(name, value);
    }
    if let Some((shape, element)) = ty {
        op = op.result(Type::tensor(shape, element));
    }
    op.try_value().ok()
}

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
