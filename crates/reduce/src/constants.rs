//! Elements of constants: all alike are fewer to read than any others.

use kiln_ir::{Attribute, Module, Name, Op, Type};
use kiln_tensor::Tensor;

/// A constant of the same type with all elements like the first, if they are not yet.
pub(crate) fn simplified(module: &Module, op: Op, name: Name) -> Option<Attribute> {
    let attribute = module.attribute(op, name.as_str())?;
    if attribute.as_splat().is_some() {
        return None;
    }
    let tensor = module.attribute_tensor(attribute)?;
    let first = first_element(&tensor)?;
    let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
    Some(Attribute::splat(ty, first))
}

/// Gives a constant all elements like its first; whether that changed it.
pub(crate) fn simplify(module: &mut Module, op: Op, name: Name) -> bool {
    let Some(attribute) = simplified(module, op, name) else { return false };
    module.set_attribute(op, name.as_str(), attribute);
    true
}

fn first_element(tensor: &Tensor) -> Option<Tensor> {
    let bytes = tensor.bytes().get(..tensor.element().byte_size())?;
    Tensor::from_bytes(tensor.element(), &[], bytes).ok()
}
