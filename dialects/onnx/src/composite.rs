//! Types of values that are no tensors: `!onnx.seq<tensor<*xf32>>`, `!onnx.optional<tensor<4xf32>>`.

use kiln_ir::{Type, TypeKind};

/// The name of a sequence's type.
const SEQUENCE: &str = "seq";

/// The name of an optional's type.
const OPTIONAL: &str = "optional";

/// A type around another one.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Composite {
    /// Any number of values, each of this type.
    Sequence(Type),
    /// A value of this type, or none.
    Optional(Type),
}

impl Composite {
    /// The parts of `ty`, if it is such a type.
    pub fn of(ty: Type) -> Option<Composite> {
        match ty.kind() {
            TypeKind::Around { dialect, name, inner } if *dialect == "onnx" => match name.as_str() {
                SEQUENCE => Some(Composite::Sequence(*inner)),
                OPTIONAL => Some(Composite::Optional(*inner)),
                _ => None,
            },
            _ => None,
        }
    }

    /// The type.
    pub fn ty(self) -> Type {
        match self {
            Composite::Sequence(element) => Type::around("onnx", SEQUENCE, element),
            Composite::Optional(value) => Type::around("onnx", OPTIONAL, value),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_back() {
        let sequence = Composite::Sequence(Type::f32());
        assert_eq!(Composite::of(sequence.ty()), Some(sequence));
        assert_eq!(Composite::Optional(sequence.ty()).ty().to_string(), "!onnx.optional<!onnx.seq<f32>>");
        assert_eq!(Composite::of(Type::f32()), None);
    }
}
