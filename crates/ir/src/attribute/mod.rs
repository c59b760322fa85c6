//! Attributes: MLIR's builtin ones, extents of tensors, and opaque attributes of other dialects.

use crate::affine::{AffineMap, IntegerSet};
use crate::dim::Dim;
use crate::intern::{Interned, Name};
use crate::types::{Type, TypeKind};
use half::{bf16, f16};
use kiln_tensor::{ElementType, Tensor};

mod text;

pub(crate) use text::write_string;
pub use text::{DictionaryEntry, DictionaryKey};

/// An interned attribute.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Attribute(Interned<AttributeKind>);

/// The kinds of attributes.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum AttributeKind {
    /// `unit`: it is there.
    Unit,
    /// `5 : i64`, `true`, `3 : index`.
    Integer {
        /// The value, sign-extended unless the type is unsigned.
        value: i128,
        /// Its type.
        ty: Type,
    },
    /// `1.5 : f32`.
    Float {
        /// The bits of the value as `f64`.
        bits: u64,
        /// Its type.
        ty: Type,
    },
    /// A number that the two above cannot hold: `3.0e+00 : f80`, `0x7C : f8E5M2`, an integer of more than 127 bits.
    Number {
        /// As it is written.
        text: Name,
        /// Its type.
        ty: Type,
    },
    /// `"text"`.
    String(Name),
    /// A string that is not UTF-8, or has a type: `"\FF"`, `"x" : !dialect.type`.
    RawString {
        /// The bytes.
        bytes: Vec<u8>,
        /// The type, if it is not `none`.
        ty: Option<Type>,
    },
    /// A type as an attribute.
    Type(Type),
    /// `[a, b]`.
    Array(Vec<Attribute>),
    /// `{a = 1, b}`, sorted by name.
    Dictionary(Vec<(Name, Attribute)>),
    /// `@root::@nested`.
    SymbolRef {
        /// The outermost symbol.
        root: Name,
        /// The symbols inside it.
        nested: Vec<Name>,
    },
    /// `array<i64: 1, 2>`: integers, floats or truth values without a tensor type.
    DenseArray(Tensor),
    /// `dense<[1, 2]> : tensor<2xi64>`. One element stands for all of them when the type has more.
    Dense {
        /// A tensor or vector type of static shape.
        ty: Type,
        /// The elements.
        elements: Tensor,
    },
    /// `dense_resource<key> : tensor<1000xf32>`: elements are in the module's blob store.
    DenseResource {
        /// A tensor type of static shape.
        ty: Type,
        /// The blob's key.
        key: Name,
    },
    /// `dense` or `array` elements of a type that no tensor has (`i7`, `f80`, `complex<i32>`), or `sparse` ones.
    WrittenElements {
        /// `dense`, `array` or `sparse`.
        keyword: &'static str,
        /// The elements as they are written.
        text: Name,
        /// A tensor or vector type; of an array, the element's.
        ty: Type,
    },
    /// `distinct[0]<attribute>`: two with different numbers are never one.
    Distinct {
        /// Which.
        number: u64,
        /// What it is about.
        referenced: Option<Attribute>,
    },
    /// `#kiln.dims<[N, 2 * H + 1, 3]>`.
    Dims(Vec<Dim>),
    /// `affine_map<...>`.
    AffineMap(AffineMap),
    /// `affine_set<...>`.
    IntegerSet(IntegerSet),
    /// `strided<[1, ?], offset: 4>`.
    Strided {
        /// Strides; `None` is dynamic.
        strides: Vec<Option<i64>>,
        /// Offset; `None` is dynamic.
        offset: Option<i64>,
    },
    /// `loc(...)` as an attribute.
    Location(crate::Location),
    /// `#dialect.body`, kept as text.
    Dialect {
        /// The dialect's name space.
        dialect: Name,
        /// All that follows the first dot, or the angle bracket where there is no dot.
        body: Name,
    },
}

crate::intern::interned!(AttributeKind);

impl Attribute {
    /// Interns `kind`.
    pub fn new(kind: AttributeKind) -> Attribute {
        Attribute(Interned::new(kind))
    }

    /// The kind.
    pub fn kind(self) -> &'static AttributeKind {
        self.0.get()
    }

    /// `unit`.
    pub fn unit() -> Attribute {
        Attribute::new(AttributeKind::Unit)
    }

    /// An integer of type `ty`.
    pub fn integer(value: i128, ty: Type) -> Attribute {
        Attribute::new(AttributeKind::Integer { value, ty })
    }

    /// `value : i64`.
    pub fn i64(value: i64) -> Attribute {
        Attribute::integer(value.into(), Type::i64())
    }

    /// `value : index`.
    pub fn index(value: i64) -> Attribute {
        Attribute::integer(value.into(), Type::index())
    }

    /// `true` or `false`.
    pub fn bool(value: bool) -> Attribute {
        Attribute::integer(value.into(), Type::i1())
    }

    /// A float of type `ty`; the value is rounded to it.
    pub fn float(value: f64, ty: Type) -> Attribute {
        let rounded = match ty.to_element() {
            // The bits of a NaN stay as they are.
            _ if value.is_nan() => value,
            Some(ElementType::F32) => f64::from(value as f32),
            Some(ElementType::F16) => f16::from_f64(value).to_f64(),
            Some(ElementType::BF16) => bf16::from_f64(value).to_f64(),
            _ => value,
        };
        Attribute::new(AttributeKind::Float { bits: rounded.to_bits(), ty })
    }

    /// `value : f32`.
    pub fn f32(value: f32) -> Attribute {
        Attribute::float(value.into(), Type::f32())
    }

    /// `value : f64`.
    pub fn f64(value: f64) -> Attribute {
        Attribute::float(value, Type::f64())
    }

    /// A string.
    pub fn string(text: &str) -> Attribute {
        Attribute::new(AttributeKind::String(Name::new(text)))
    }

    /// A type.
    pub fn ty(ty: Type) -> Attribute {
        Attribute::new(AttributeKind::Type(ty))
    }

    /// An array.
    pub fn array(items: &[Attribute]) -> Attribute {
        Attribute::new(AttributeKind::Array(items.to_vec()))
    }

    /// An array of `i64`: `[1, 2]` in text.
    pub fn i64s(values: &[i64]) -> Attribute {
        Attribute::new(AttributeKind::Array(values.iter().map(|&value| Attribute::i64(value)).collect()))
    }

    /// `array<i64: ...>`, the form upstream ops take.
    pub fn dense_i64s(values: &[i64]) -> Attribute {
        Attribute::new(AttributeKind::DenseArray(Tensor::from_values(&[values.len()], values)))
    }

    /// `array<i32: ...>`, the form upstream ops take.
    pub fn dense_i32s(values: &[i32]) -> Attribute {
        Attribute::new(AttributeKind::DenseArray(Tensor::from_values(&[values.len()], values)))
    }

    /// A dictionary.
    pub fn dictionary(mut entries: Vec<(Name, Attribute)>) -> Attribute {
        entries.sort_by_key(|(name, _)| *name);
        Attribute::new(AttributeKind::Dictionary(entries))
    }

    /// `@name`.
    pub fn symbol_ref(name: &str) -> Attribute {
        Attribute::new(AttributeKind::SymbolRef { root: Name::new(name), nested: Vec::new() })
    }

    /// `dense<...>` with the tensor's own type.
    pub fn dense(tensor: Tensor) -> Attribute {
        let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
        Attribute::new(AttributeKind::Dense { ty, elements: tensor })
    }

    /// `dense<value>` with every element of `ty` equal to the one in `element`.
    pub fn splat(ty: Type, element: Tensor) -> Attribute {
        Attribute::new(AttributeKind::Dense { ty, elements: element })
    }

    /// `#kiln.dims<[...]>`.
    pub fn dims(dims: &[Dim]) -> Attribute {
        Attribute::new(AttributeKind::Dims(dims.to_vec()))
    }

    /// The integer's value, if it fits.
    pub fn as_i64(self) -> Option<i64> {
        match self.kind() {
            AttributeKind::Integer { value, .. } => i64::try_from(*value).ok(),
            _ => None,
        }
    }

    /// The truth value of an `i1`.
    pub fn as_bool(self) -> Option<bool> {
        match self.kind() {
            AttributeKind::Integer { value, ty } if *ty == Type::i1() => Some(*value != 0),
            _ => None,
        }
    }

    /// The float's value.
    pub fn as_f64(self) -> Option<f64> {
        match self.kind() {
            AttributeKind::Float { bits, .. } => Some(f64::from_bits(*bits)),
            _ => None,
        }
    }

    /// The string's text.
    pub fn as_str(self) -> Option<&'static str> {
        match self.kind() {
            AttributeKind::String(text) => Some(text.as_str()),
            _ => None,
        }
    }

    /// The type.
    pub fn as_type(self) -> Option<Type> {
        match self.kind() {
            AttributeKind::Type(ty) => Some(*ty),
            _ => None,
        }
    }

    /// The items of an array.
    pub fn as_array(self) -> Option<&'static [Attribute]> {
        match self.kind() {
            AttributeKind::Array(items) => Some(items),
            _ => None,
        }
    }

    /// The integers of an array, dense or not.
    pub fn as_i64s(self) -> Option<Vec<i64>> {
        match self.kind() {
            AttributeKind::Array(items) => items.iter().map(|item| item.as_i64()).collect(),
            AttributeKind::DenseArray(tensor) if tensor.element().is_integer() => kiln_tensor::scalar::scalars(tensor)?
                .into_iter()
                .map(|scalar| i64::try_from(scalar.to_i128()).ok())
                .collect(),
            _ => None,
        }
    }

    /// The floats of an array.
    pub fn as_f64s(self) -> Option<Vec<f64>> {
        self.as_array()?.iter().map(|item| item.as_f64()).collect()
    }

    /// The strings of an array.
    pub fn as_strs(self) -> Option<Vec<&'static str>> {
        self.as_array()?.iter().map(|item| item.as_str()).collect()
    }

    /// The symbol of a reference that is not nested.
    pub fn as_symbol_ref(self) -> Option<Name> {
        match self.kind() {
            AttributeKind::SymbolRef { root, nested } if nested.is_empty() => Some(*root),
            _ => None,
        }
    }

    /// The extents of a `#kiln.dims`.
    pub fn as_dims(self) -> Option<&'static [Dim]> {
        match self.kind() {
            AttributeKind::Dims(dims) => Some(dims),
            _ => None,
        }
    }

    /// The elements of a `dense` as a full tensor; splats are expanded. Use `Module::constant_tensor` for resources too.
    pub fn as_tensor(self) -> Option<Tensor> {
        let AttributeKind::Dense { ty, elements } = self.kind() else { return None };
        let shape = match ty.kind() {
            TypeKind::Tensor(tensor) => tensor.static_shape()?,
            TypeKind::Vector(vector) => vector.shape.iter().map(|dim| dim.size as usize).collect(),
            _ => return None,
        };
        if elements.shape() == shape {
            return Some(elements.clone());
        }
        let count = kiln_tensor::element_count(&shape)?;
        if elements.len() == count {
            return elements.reshaped(&shape).ok();
        }
        if elements.element() == ElementType::String {
            return Tensor::from_strings(&shape, vec![elements.strings().first()?.clone(); count]).ok();
        }
        Tensor::from_bytes(elements.element(), &shape, &elements.bytes().repeat(count)).ok()
    }

    /// The single value that a `dense` repeats, as a rank-0 tensor.
    pub fn as_splat(self) -> Option<Tensor> {
        let AttributeKind::Dense { elements, .. } = self.kind() else { return None };
        if elements.len() == 1 {
            return elements.reshaped(&[]).ok();
        }
        let size = elements.element().byte_size();
        if size == 0 || elements.is_empty() {
            return None;
        }
        let first = &elements.bytes()[..size];
        let uniform = elements.bytes().chunks_exact(size).all(|element| element == first);
        uniform.then(|| Tensor::from_bytes(elements.element(), &[], first).ok())?
    }
}

/// What the builder takes for an attribute.
pub trait IntoAttribute {
    /// The attribute.
    fn into_attribute(self) -> Attribute;
}

macro_rules! into_attribute {
    ($($rust:ty => $make:expr),* $(,)?) => {
        $(impl IntoAttribute for $rust {
            fn into_attribute(self) -> Attribute {
                let make: fn($rust) -> Attribute = $make;
                make(self)
            }
        })*
    };
}

into_attribute! {
    Attribute => |attribute| attribute,
    i64 => Attribute::i64,
    bool => Attribute::bool,
    f32 => Attribute::f32,
    f64 => Attribute::f64,
    &str => Attribute::string,
    Type => Attribute::ty,
    &[i64] => Attribute::i64s,
    &Vec<i64> => |values| Attribute::i64s(values),
    Vec<i64> => |values| Attribute::i64s(&values),
    Vec<Attribute> => |items| Attribute::array(&items),
    &[Dim] => Attribute::dims,
    Vec<Dim> => |dims| Attribute::dims(&dims),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_print_as_in_mlir() {
        let check = |attribute: Attribute, text: &str| assert_eq!(attribute.to_string(), text);
        check(Attribute::i64(5), "5");
        check(Attribute::index(5), "5 : index");
        check(Attribute::bool(true), "true");
        check(Attribute::f32(0.1), "1.0e-01 : f32");
        check(Attribute::f32(1.5), "1.5e+00 : f32");
        check(Attribute::f64(f64::INFINITY), "0x7FF0000000000000 : f64");
        check(Attribute::string("a\"b\n"), "\"a\\22b\\0A\"");
        check(Attribute::dense_i64s(&[1, 2]), "array<i64: 1, 2>");
        check(Attribute::dense(Tensor::from_values(&[2, 1], &[1i64, 2])), "dense<[[1], [2]]> : tensor<2x1xi64>");
        check(
            Attribute::splat(Type::vector(&[16], Type::f32()), Tensor::scalar(0f32)),
            "dense<0.0e+00> : vector<16xf32>",
        );
        check(Attribute::symbol_ref("main"), "@main");
        check(
            Attribute::dictionary(vec![("b".into(), Attribute::unit()), ("a".into(), Attribute::i64(1))]),
            "{a = 1, b}",
        );
    }

    #[test]
    fn splats_expand() {
        let splat = Attribute::splat(Type::static_tensor(&[3], Type::f32()), Tensor::scalar(2f32));
        assert_eq!(splat.as_tensor(), Some(Tensor::from_values(&[3], &[2f32; 3])));
        assert_eq!(Attribute::dense(Tensor::from_values(&[2], &[1i32, 1])).as_splat(), Some(Tensor::scalar(1i32)));
    }
}
