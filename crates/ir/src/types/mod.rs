//! Types: MLIR's builtin ones, and opaque types of other dialects.

mod float;
mod text;

use crate::attribute::Attribute;
use crate::dim::Dim;
use crate::intern::{Interned, Name};
pub use float::FloatKind;
use kiln_tensor::ElementType;
pub(crate) use text::comma_separated;

/// An interned type.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Type(Interned<TypeKind>);

/// Whether an integer type has a sign.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Signedness {
    /// `i32`: the ops say. Tensors of signed integers are signless, as in MLIR's own frontends.
    Signless,
    /// `si32`.
    Signed,
    /// `ui32`.
    Unsigned,
}

/// A ranked tensor type. Symbolic extents print as `?` with a `#kiln.dims` encoding.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct TensorType {
    /// The extents, outermost first.
    pub shape: Vec<Dim>,
    /// The element type.
    pub element: Type,
    /// An encoding other than `#kiln.dims`, which `shape` already holds.
    pub encoding: Option<Attribute>,
}

/// One extent of a vector.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct VectorDim {
    /// The extent, to be multiplied by `vscale` if scalable.
    pub size: u64,
    /// Whether it is scalable.
    pub scalable: bool,
}

/// A vector type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct VectorType {
    /// The extents.
    pub shape: Vec<VectorDim>,
    /// The element type.
    pub element: Type,
}

/// A ranked memref type.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct MemRefType {
    /// The extents; `None` is dynamic.
    pub shape: Vec<Option<u64>>,
    /// The element type.
    pub element: Type,
    /// An affine map or a strided layout.
    pub layout: Option<Attribute>,
    /// The memory space.
    pub space: Option<Attribute>,
}

/// The kinds of types.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum TypeKind {
    /// `index`.
    Index,
    /// `none`.
    None,
    /// `i32`, `ui8`, ...
    Integer {
        /// Bits.
        width: u32,
        /// Sign.
        signedness: Signedness,
    },
    /// `f32`, ...
    Float(FloatKind),
    /// `complex<f32>`.
    Complex(Type),
    /// `tuple<...>`.
    Tuple(Vec<Type>),
    /// `(i32) -> f32`.
    Function {
        /// Parameter types.
        inputs: Vec<Type>,
        /// Result types.
        results: Vec<Type>,
    },
    /// `tensor<2x?xf32>`.
    Tensor(TensorType),
    /// `tensor<*xf32>`.
    UnrankedTensor(Type),
    /// `vector<16xf32>`.
    Vector(VectorType),
    /// `memref<?xf32>`.
    MemRef(MemRefType),
    /// `memref<*xf32>`.
    UnrankedMemRef {
        /// The element type.
        element: Type,
        /// The memory space.
        space: Option<Attribute>,
    },
    /// `!dialect.body`, kept as text: `!llvm.ptr`, `!llvm.struct<(ptr, i64)>`, `!graph.string`.
    Dialect {
        /// The dialect's name space.
        dialect: Name,
        /// All that follows the first dot, or the angle bracket where there is no dot.
        body: Name,
    },
    /// `!dialect.name<inner>`, a dialect's type around another type: `!onnx.seq<tensor<*xf32>>`.
    Around {
        /// The dialect's name space.
        dialect: Name,
        /// What is between the dot and the angle bracket.
        name: Name,
        /// The type in angle brackets.
        inner: Type,
    },
}

crate::intern::interned!(TypeKind);

impl Type {
    /// Interns `kind`.
    pub fn new(kind: TypeKind) -> Type {
        Type(Interned::new(kind))
    }

    /// The kind.
    pub fn kind(self) -> &'static TypeKind {
        self.0.get()
    }

    /// `index`.
    pub fn index() -> Type {
        Type::new(TypeKind::Index)
    }

    /// `none`.
    pub fn none() -> Type {
        Type::new(TypeKind::None)
    }

    /// The signless integer of `width` bits.
    pub fn integer(width: u32) -> Type {
        Type::new(TypeKind::Integer { width, signedness: Signedness::Signless })
    }

    /// `i1`.
    pub fn i1() -> Type {
        Type::integer(1)
    }

    /// `i32`.
    pub fn i32() -> Type {
        Type::integer(32)
    }

    /// `i64`.
    pub fn i64() -> Type {
        Type::integer(64)
    }

    /// A float type.
    pub fn float(kind: FloatKind) -> Type {
        Type::new(TypeKind::Float(kind))
    }

    /// `f32`.
    pub fn f32() -> Type {
        Type::float(FloatKind::F32)
    }

    /// `f64`.
    pub fn f64() -> Type {
        Type::float(FloatKind::F64)
    }

    /// A ranked tensor.
    pub fn tensor(shape: &[Dim], element: Type) -> Type {
        Type::new(TypeKind::Tensor(TensorType { shape: shape.to_vec(), element, encoding: None }))
    }

    /// A ranked tensor of static shape.
    pub fn static_tensor(shape: &[usize], element: Type) -> Type {
        let shape: Vec<Dim> = shape.iter().map(|&extent| Dim::Static(extent as u64)).collect();
        Type::tensor(&shape, element)
    }

    /// A fixed-length vector.
    pub fn vector(shape: &[u64], element: Type) -> Type {
        let shape = shape.iter().map(|&size| VectorDim { size, scalable: false }).collect();
        Type::new(TypeKind::Vector(VectorType { shape, element }))
    }

    /// A memref with identity layout in the default space; `None` is a dynamic extent.
    pub fn memref(shape: &[Option<u64>], element: Type) -> Type {
        let shape = shape.to_vec();
        Type::new(TypeKind::MemRef(MemRefType { shape, element, layout: None, space: None }))
    }

    /// `memref<?xelement>`.
    pub fn flat_memref(element: Type) -> Type {
        Type::memref(&[None], element)
    }

    /// A function type.
    pub fn function(inputs: &[Type], results: &[Type]) -> Type {
        Type::new(TypeKind::Function { inputs: inputs.to_vec(), results: results.to_vec() })
    }

    /// `!dialect.body`.
    pub fn dialect(dialect: &str, body: &str) -> Type {
        Type::new(TypeKind::Dialect { dialect: Name::new(dialect), body: Name::new(body) })
    }

    /// `!dialect.name<inner>`.
    pub fn around(dialect: &str, name: &str, inner: Type) -> Type {
        Type::new(TypeKind::Around { dialect: Name::new(dialect), name: Name::new(name), inner })
    }

    /// The type that stores one element of a tensor.
    pub fn from_element(element: ElementType) -> Type {
        use ElementType::*;
        let unsigned = |width| Type::new(TypeKind::Integer { width, signedness: Signedness::Unsigned });
        match element {
            F16 => Type::float(FloatKind::F16),
            BF16 => Type::float(FloatKind::BF16),
            F32 => Type::float(FloatKind::F32),
            F64 => Type::float(FloatKind::F64),
            F8E4M3FN => Type::float(FloatKind::F8E4M3FN),
            F8E4M3FNUZ => Type::float(FloatKind::F8E4M3FNUZ),
            F8E5M2 => Type::float(FloatKind::F8E5M2),
            F8E5M2FNUZ => Type::float(FloatKind::F8E5M2FNUZ),
            F8E8M0FNU => Type::float(FloatKind::F8E8M0FNU),
            F4E2M1FN => Type::float(FloatKind::F4E2M1FN),
            I1 | I2 | I4 | I8 | I16 | I32 | I64 => Type::integer(element.bit_width() as u32),
            U2 | U4 | U8 | U16 | U32 | U64 => unsigned(element.bit_width() as u32),
            C64 => Type::new(TypeKind::Complex(Type::f32())),
            C128 => Type::new(TypeKind::Complex(Type::f64())),
            String => Type::dialect("graph", "string"),
        }
    }

    /// The tensor element type this scalar type stores; `index` is stored as `i64`.
    pub fn to_element(self) -> Option<ElementType> {
        use ElementType::*;
        Some(match self.kind() {
            TypeKind::Index => I64,
            TypeKind::Float(kind) => match kind {
                FloatKind::F16 => F16,
                FloatKind::BF16 => BF16,
                FloatKind::F32 => F32,
                FloatKind::F64 => F64,
                FloatKind::F8E4M3FN => F8E4M3FN,
                FloatKind::F8E4M3FNUZ => F8E4M3FNUZ,
                FloatKind::F8E5M2 => F8E5M2,
                FloatKind::F8E5M2FNUZ => F8E5M2FNUZ,
                FloatKind::F8E8M0FNU => F8E8M0FNU,
                FloatKind::F4E2M1FN => F4E2M1FN,
                _ => return None,
            },
            TypeKind::Integer { width, signedness } => match (width, signedness) {
                (1, _) => I1,
                (2, Signedness::Unsigned) => U2,
                (4, Signedness::Unsigned) => U4,
                (8, Signedness::Unsigned) => U8,
                (16, Signedness::Unsigned) => U16,
                (32, Signedness::Unsigned) => U32,
                (64, Signedness::Unsigned) => U64,
                (2, _) => I2,
                (4, _) => I4,
                (8, _) => I8,
                (16, _) => I16,
                (32, _) => I32,
                (64, _) => I64,
                _ => return None,
            },
            TypeKind::Complex(part) if *part == Type::f32() => C64,
            TypeKind::Complex(part) if *part == Type::f64() => C128,
            TypeKind::Dialect { dialect, body } if *dialect == "graph" && *body == "string" => String,
            _ => return None,
        })
    }

    /// The ranked tensor type, if it is one.
    pub fn as_tensor(self) -> Option<&'static TensorType> {
        match self.kind() {
            TypeKind::Tensor(tensor) => Some(tensor),
            _ => None,
        }
    }

    /// The vector type, if it is one.
    pub fn as_vector(self) -> Option<&'static VectorType> {
        match self.kind() {
            TypeKind::Vector(vector) => Some(vector),
            _ => None,
        }
    }

    /// The ranked memref type, if it is one.
    pub fn as_memref(self) -> Option<&'static MemRefType> {
        match self.kind() {
            TypeKind::MemRef(memref) => Some(memref),
            _ => None,
        }
    }

    /// Parameters and results, if it is a function type.
    pub fn as_function(self) -> Option<(&'static [Type], &'static [Type])> {
        match self.kind() {
            TypeKind::Function { inputs, results } => Some((inputs, results)),
            _ => None,
        }
    }

    /// The element of a tensor, vector or memref; a scalar itself.
    pub fn scalar(self) -> Type {
        match self.kind() {
            TypeKind::Tensor(TensorType { element, .. })
            | TypeKind::UnrankedTensor(element)
            | TypeKind::Vector(VectorType { element, .. })
            | TypeKind::MemRef(MemRefType { element, .. })
            | TypeKind::UnrankedMemRef { element, .. } => *element,
            _ => self,
        }
    }

    /// The tensor element type of [`Type::scalar`].
    pub fn element(self) -> Option<ElementType> {
        self.scalar().to_element()
    }

    /// Whether this is a float scalar.
    pub fn is_float(self) -> bool {
        matches!(self.kind(), TypeKind::Float(_))
    }

    /// Whether this is an integer scalar of any width, `index` aside.
    pub fn is_integer(self) -> bool {
        matches!(self.kind(), TypeKind::Integer { .. })
    }

    /// Whether this is an unsigned integer scalar.
    pub fn is_unsigned(self) -> bool {
        matches!(self.kind(), TypeKind::Integer { signedness: Signedness::Unsigned, .. })
    }

    /// Whether this is `index`.
    pub fn is_index(self) -> bool {
        matches!(self.kind(), TypeKind::Index)
    }
}

impl TensorType {
    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape.len()
    }

    /// The extents, if all are static.
    pub fn static_shape(&self) -> Option<Vec<usize>> {
        self.shape.iter().map(|dim| usize::try_from(dim.as_static()?).ok()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn element_types_round_trip() {
        for element in ElementType::ALL {
            assert_eq!(Type::from_element(element).to_element(), Some(element), "{element}");
        }
    }
}
