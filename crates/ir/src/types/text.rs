//! MLIR's text of types.

use super::{MemRefType, Signedness, TensorType, Type, TypeKind};
use crate::attribute::{Attribute, AttributeKind};
use crate::dim::Dim;
use std::fmt;

impl fmt::Debug for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// MLIR's text of the type, without aliases.
impl fmt::Display for Type {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind() {
            TypeKind::Index => f.write_str("index"),
            TypeKind::None => f.write_str("none"),
            TypeKind::Integer { width, signedness } => match signedness {
                Signedness::Signless => write!(f, "i{width}"),
                Signedness::Signed => write!(f, "si{width}"),
                Signedness::Unsigned => write!(f, "ui{width}"),
            },
            TypeKind::Float(kind) => f.write_str(kind.name()),
            TypeKind::Complex(part) => write!(f, "complex<{part}>"),
            TypeKind::Tuple(parts) => write!(f, "tuple<{}>", comma_separated(parts)),
            TypeKind::Function { inputs, results } => {
                write!(f, "({}) -> ", comma_separated(inputs))?;
                match results.as_slice() {
                    [one] if one.as_function().is_none() => write!(f, "{one}"),
                    _ => write!(f, "({})", comma_separated(results)),
                }
            }
            TypeKind::Tensor(tensor) => tensor.fmt(f),
            TypeKind::UnrankedTensor(element) => write!(f, "tensor<*x{element}>"),
            TypeKind::Vector(vector) => {
                f.write_str("vector<")?;
                for dim in &vector.shape {
                    match dim.scalable {
                        true => write!(f, "[{}]x", dim.size)?,
                        false => write!(f, "{}x", dim.size)?,
                    }
                }
                write!(f, "{}>", vector.element)
            }
            TypeKind::MemRef(memref) => memref.fmt(f),
            TypeKind::UnrankedMemRef { element, space: None } => write!(f, "memref<*x{element}>"),
            TypeKind::UnrankedMemRef { element, space: Some(space) } => write!(f, "memref<*x{element}, {space}>"),
            TypeKind::Dialect { dialect, body } if body.as_str().starts_with('<') => write!(f, "!{dialect}{body}"),
            TypeKind::Dialect { dialect, body } => write!(f, "!{dialect}.{body}"),
            TypeKind::Around { dialect, name, inner } => write!(f, "!{dialect}.{name}<{inner}>"),
        }
    }
}

impl fmt::Display for TensorType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("tensor<")?;
        for dim in &self.shape {
            match dim {
                Dim::Static(extent) => write!(f, "{extent}x")?,
                Dim::Symbolic(_) | Dim::Unknown => f.write_str("?x")?,
            }
        }
        write!(f, "{}", self.element)?;
        if self.shape.iter().any(|dim| matches!(dim, Dim::Symbolic(_))) {
            write!(f, ", {}", Attribute::new(AttributeKind::Dims(self.shape.clone())))?;
        } else if let Some(encoding) = self.encoding {
            write!(f, ", {encoding}")?;
        }
        f.write_str(">")
    }
}

impl fmt::Display for MemRefType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("memref<")?;
        for extent in &self.shape {
            match extent {
                Some(extent) => write!(f, "{extent}x")?,
                None => f.write_str("?x")?,
            }
        }
        write!(f, "{}", self.element)?;
        for attribute in [self.layout, self.space].into_iter().flatten() {
            write!(f, ", {attribute}")?;
        }
        f.write_str(">")
    }
}

/// The items with `, ` between.
pub(crate) fn comma_separated<T: fmt::Display>(items: &[T]) -> String {
    items.iter().map(T::to_string).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_print_as_in_mlir() {
        let check = |ty: Type, text: &str| assert_eq!(ty.to_string(), text);
        check(Type::tensor(&[Dim::symbol("N"), Dim::Static(3)], Type::f32()), "tensor<?x3xf32, #kiln.dims<[N, 3]>>");
        check(Type::tensor(&[], Type::i64()), "tensor<i64>");
        check(Type::flat_memref(Type::f32()), "memref<?xf32>");
        check(Type::vector(&[16], Type::f32()), "vector<16xf32>");
        check(Type::function(&[Type::f32()], &[]), "(f32) -> ()");
        check(Type::dialect("llvm", "ptr"), "!llvm.ptr");
    }
}
