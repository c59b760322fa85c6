//! What patterns ask of values, and the small ops they make.

use kiln_ir::{Attribute, Builder, Dim, Module, Op, Type, Value};
use kiln_tensor::scalar::{Scalar, scalars};
use kiln_tensor::{ElementType, Tensor};

/// The op that defines `value`, if it is called `name`.
pub fn find_producer(module: &Module, value: Value, name: &str) -> Option<Op> {
    module.defining_op(value).filter(|&op| module.is(op, name))
}

/// Whether `value` is a constant.
pub fn is_constant(module: &Module, value: Value) -> bool {
    find_producer(module, value, "graph.constant").is_some()
}

/// The one number that every element of a constant equals.
pub fn find_splat(module: &Module, value: Value) -> Option<Scalar> {
    let op = find_producer(module, value, "graph.constant")?;
    let splat = module.attribute(op, "value")?.as_splat()?;
    scalars(&splat)?.first().copied()
}

/// Whether every element of a constant equals `number`.
pub fn is_splat_of(module: &Module, value: Value, number: f64) -> bool {
    find_splat(module, value).is_some_and(|splat| splat.to_f64() == number)
}

/// The extents of a tensor value.
///
/// # Panics
/// When the value is no ranked tensor: the graph dialect has nothing else.
pub fn shape_of(module: &Module, value: Value) -> &'static [Dim] {
    &module.ty(value).as_tensor().expect("graph values are ranked tensors").shape
}

/// An attribute that is an array of integers, as axes.
pub fn axes_attribute(module: &Module, op: Op, name: &str) -> Option<Vec<usize>> {
    let values = module.attributes(op).i64s(name)?;
    values.into_iter().map(|value| usize::try_from(value).ok()).collect()
}

/// Whether an op works element by element.
pub fn is_elementwise(module: &Module, op: Op) -> bool {
    module.has_traits(op, kiln_ir::Traits::ELEMENTWISE)
}

/// Makes a constant.
pub fn constant(builder: &mut Builder, tensor: Tensor) -> Value {
    let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
    let value: Attribute = builder.module.tensor_attribute(tensor);
    builder.op("graph.constant").attribute("value", value).result(ty).value()
}

/// A cast.
pub fn cast(builder: &mut Builder, value: Value, element: ElementType) -> Value {
    if builder.module.ty(value).element() == Some(element) {
        return value;
    }
    let ty = Type::tensor(shape_of(builder.module, value), Type::from_element(element));
    builder.op("graph.cast").operand(value).result(ty).value()
}

/// Makes a reshape, unless the shape is already as asked.
pub fn reshape(builder: &mut Builder, value: Value, shape: &[Dim]) -> Value {
    if shape_of(builder.module, value) == shape {
        return value;
    }
    let ty = Type::tensor(shape, builder.module.ty(value).scalar());
    builder.op("graph.reshape").operand(value).result(ty).value()
}

/// Makes a transpose, unless it would change nothing.
pub fn transpose(builder: &mut Builder, value: Value, permutation: &[usize]) -> Value {
    if permutation.iter().enumerate().all(|(axis, &source)| axis == source) {
        return value;
    }
    let shape = permute(shape_of(builder.module, value), permutation);
    let ty = Type::tensor(&shape, builder.module.ty(value).scalar());
    let permutation: Vec<i64> = permutation.iter().map(|&axis| axis as i64).collect();
    builder.op("graph.transpose").operand(value).attribute("permutation", permutation).result(ty).value()
}

/// Makes a slice of extents `shape` at steps of 1, unless it would be the whole tensor.
pub fn slice(builder: &mut Builder, source: Value, starts: &[u64], shape: &[Dim]) -> Value {
    if shape_of(builder.module, source) == shape {
        return source;
    }
    let starts: Vec<Dim> = starts.iter().map(|&start| Dim::Static(start)).collect();
    let ty = Type::tensor(shape, builder.module.ty(source).scalar());
    let made = builder.op("graph.slice").operand(source).attribute("starts", Attribute::dims(&starts));
    made.attribute("steps", vec![1i64; starts.len()]).result(ty).value()
}

/// Makes a concatenation, unless there is but one part.
///
/// # Panics
/// When there is no part, or an extent along `axis` is symbolic.
pub fn concat(builder: &mut Builder, parts: &[Value], axis: usize) -> Value {
    if let &[part] = parts {
        return part;
    }
    let mut shape = shape_of(builder.module, parts[0]).to_vec();
    let extents = parts.iter().map(|&part| shape_of(builder.module, part)[axis].as_static());
    let length: u64 = extents.map(|extent| extent.expect("parts are joined along extents that are known")).sum();
    shape[axis] = Dim::Static(length);
    let ty = Type::tensor(&shape, builder.module.ty(parts[0]).scalar());
    builder.op("graph.concat").operands(parts).attribute("axis", axis as i64).result(ty).value()
}

/// Items in the order a permutation asks for: item `i` of the result is item `permutation[i]`.
pub fn permute<T: Copy>(items: &[T], permutation: &[usize]) -> Vec<T> {
    permutation.iter().map(|&source| items[source]).collect()
}

/// The permutation that undoes another.
pub fn invert(permutation: &[usize]) -> Vec<usize> {
    let mut inverse = vec![0; permutation.len()];
    for (axis, &source) in permutation.iter().enumerate() {
        inverse[source] = axis;
    }
    inverse
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inverse_undoes() {
        let permutation = [0, 3, 1, 2];
        let items = ["n", "h", "w", "c"];
        assert_eq!(permute(&permute(&items, &permutation), &invert(&permutation)), items);
    }
}
