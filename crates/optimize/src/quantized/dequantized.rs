//! Values that are `(bytes - zero) * scale`.

use crate::matching::{constant, find_producer, shape_of};
use kiln_ir::{Builder, Dim, Module, Value};
use kiln_tensor::{ElementType, Tensor, scalar};

/// A tensor of real or 32-bit numbers that bytes stand for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Dequantized {
    /// The 8-bit integers.
    pub bytes: Value,
    /// What stands for zero, in the wider type; broadcasts to the tensor.
    pub zero: Option<Value>,
    /// What one step is; broadcasts to the tensor.
    pub scale: Option<Value>,
}

impl Dequantized {
    /// How `value` is made of bytes, if it is.
    pub fn of(module: &Module, value: Value) -> Option<Dequantized> {
        let own = |operand: Value| shape_of(module, operand) == shape_of(module, value);
        let (mut rest, mut scale, mut zero) = (value, None, None);
        if let Some(multiply) = find_producer(module, rest, "graph.multiply") {
            let (left, right) = (module.operand(multiply, 0), module.operand(multiply, 1));
            (rest, scale) = if own(left) { (left, Some(right)) } else { (right, Some(left)) };
        }
        if let Some(subtract) = find_producer(module, rest, "graph.subtract") {
            (rest, zero) = (module.operand(subtract, 0), Some(module.operand(subtract, 1)));
        }
        let cast = find_producer(module, rest, "graph.cast").filter(|_| own(rest))?;
        let bytes = module.operand(cast, 0);
        let is_wide = matches!(module.ty(rest).element(), Some(ElementType::F32 | ElementType::I32));
        (is_wide && is_bytes(module, bytes)).then_some(Dequantized { bytes, zero, scale })
    }

    /// The zero and the scale, in the order in which they are applied.
    pub fn parameters(&self) -> impl Iterator<Item = Value> {
        self.zero.into_iter().chain(self.scale)
    }
}

/// Whether a value is of 8-bit integers.
pub(super) fn is_bytes(module: &Module, value: Value) -> bool {
    matches!(module.ty(value).element(), Some(ElementType::I8 | ElementType::U8))
}

/// Whether a value has one element.
pub(super) fn is_single(module: &Module, value: Value) -> bool {
    shape_of(module, value).iter().all(|dim| dim.is(1))
}

/// The whole number that every element of a constant equals.
pub(super) fn whole_number(module: &Module, value: Value) -> Option<i64> {
    let all = numbers(module, value)?;
    let number = *all.first()?;
    let is_whole = number.fract() == 0.0 && number.abs() < f64::from(1u32 << 24);
    (is_whole && all.iter().all(|&other| other == number)).then_some(number as i64)
}

/// The numbers of a constant.
pub(super) fn numbers(module: &Module, value: Value) -> Option<Vec<f64>> {
    let tensor = module.constant_tensor(value)?;
    let all = scalar::scalars(&tensor)?;
    Some(all.into_iter().map(scalar::Scalar::to_f64).collect())
}

/// A constant of `f32`.
pub(super) fn floats(builder: &mut Builder, shape: &[usize], values: &[f64]) -> Value {
    let values: Vec<f32> = values.iter().map(|&value| value as f32).collect();
    constant(builder, Tensor::from_values(shape, &values))
}

/// An elementwise op of two operands, of which the first has the result's shape.
pub(super) fn binary(builder: &mut Builder, name: &str, left: Value, right: Value) -> Value {
    let ty = builder.module.ty(left);
    builder.op(name).operands(&[left, right]).result(ty).value()
}

/// `parameter` with as many axes as `rank`, unit ones first.
pub(super) fn to_rank(builder: &mut Builder, parameter: Value, rank: usize) -> Value {
    let own = shape_of(builder.module, parameter);
    let shape = [vec![Dim::Static(1); rank - own.len()], own.to_vec()].concat();
    crate::matching::reshape(builder, parameter, &shape)
}
