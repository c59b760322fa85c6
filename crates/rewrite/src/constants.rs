//! Constants that ops fold to.

use kiln_ir::{Attribute, AttributeKind, Builder, Module, Op, Traits, Type, Value};

/// Makes a constant before `op` by the constant-like op of `op`'s own dialect; `None` if it has none, or none of `ty`.
pub(crate) fn constant_beside(module: &mut Module, op: Op, value: Attribute, ty: Type) -> Option<Value> {
    let is_of_type = match value.kind() {
        AttributeKind::Dense { ty: own, .. }
        | AttributeKind::DenseResource { ty: own, .. }
        | AttributeKind::Integer { ty: own, .. }
        | AttributeKind::Float { ty: own, .. } => *own == ty,
        _ => false,
    };
    if !is_of_type {
        return None;
    }
    let dialect = module.name(op).as_str().split('.').next()?;
    let ops = module.registry().find_dialect(dialect)?.ops;
    let constant = ops.iter().copied().flatten().find(|row| row.traits.contains(Traits::CONSTANT_LIKE))?;
    Some(Builder::before(module, op).op(constant.name).attribute("value", value).result(ty).value())
}
