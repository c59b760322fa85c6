//! What is known of the elements of small tensors: shape arithmetic evaluated while converting.

use super::extent::{constant, floor_divide, is_non_negative};
use kiln_ir::{DimExpr, TensorType, Type};
use kiln_tensor::scalar::{Scalar, scalars, tensor_of};
use kiln_tensor::{ElementType, Tensor};

/// One element.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Item {
    /// An integer, as an expression of extents.
    Integer(DimExpr),
    /// A float.
    Float(f64),
    /// The quotient of two integers, as a float.
    Ratio(DimExpr, DimExpr),
    /// A truth value.
    Bool(bool),
    /// Not known.
    Unknown,
}

/// The elements of a tensor of static shape.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Content {
    pub element: ElementType,
    pub shape: Vec<usize>,
    pub items: Vec<Item>,
}

impl Content {
    /// The most elements that are followed: shapes and what they are made of are shorter.
    pub const MAX_ITEMS: usize = 256;

    /// A vector of integers.
    pub fn vector(items: Vec<DimExpr>) -> Content {
        let shape = vec![items.len()];
        Content { element: ElementType::I64, shape, items: items.into_iter().map(Item::Integer).collect() }
    }

    /// The content of a constant, if it is small and of a real type.
    pub fn of_tensor(tensor: &Tensor) -> Option<Content> {
        if tensor.len() > Content::MAX_ITEMS {
            return None;
        }
        let items = scalars(tensor)?.into_iter().map(|scalar| match scalar {
            Scalar::Integer(value) => {
                i64::try_from(value).map_or(Item::Unknown, |value| Item::Integer(constant(value)))
            }
            Scalar::Float(value) => Item::Float(value),
            Scalar::Bool(value) => Item::Bool(value),
        });
        Some(Content { element: tensor.element(), shape: tensor.shape().to_vec(), items: items.collect() })
    }

    /// The type.
    pub fn ty(&self) -> Type {
        Type::static_tensor(&self.shape, Type::from_element(self.element))
    }

    /// Whether every element is known.
    pub fn is_known(&self) -> bool {
        !self.items.contains(&Item::Unknown)
    }

    /// Whether anything is known.
    pub fn is_useful(&self) -> bool {
        self.items.is_empty() || self.items.iter().any(|item| *item != Item::Unknown)
    }

    /// The tensor, if every element is a constant.
    pub fn to_tensor(&self) -> Option<Tensor> {
        let scalars: Option<Vec<Scalar>> = self.items.iter().map(|item| item.to_scalar()).collect();
        tensor_of(self.element, &self.shape, &scalars?)
    }

    /// Whether data gives any of the symbols of the elements.
    pub fn depends_on_data(&self) -> bool {
        let exprs = self.items.iter().flat_map(|item| match *item {
            Item::Integer(value) => vec![value],
            Item::Ratio(numerator, denominator) => vec![numerator, denominator],
            _ => Vec::new(),
        });
        let mut symbols = exprs.flat_map(DimExpr::symbols);
        symbols.any(|symbol| symbol.as_str().starts_with(kiln_graph::DATA_SYMBOL))
    }

    /// The elements as integers, if every one is.
    pub fn integers(&self) -> Option<Vec<DimExpr>> {
        self.items.iter().map(|item| item.to_integer()).collect()
    }

    /// Nothing known of a tensor of this type.
    pub fn unknown(ty: &TensorType) -> Option<Content> {
        let shape = ty.static_shape()?;
        let count = kiln_tensor::element_count(&shape).filter(|&count| count <= Content::MAX_ITEMS)?;
        Some(Content { element: ty.element.to_element()?, shape, items: vec![Item::Unknown; count] })
    }
}

impl Item {
    /// The constant, if it is one.
    pub fn to_scalar(self) -> Option<Scalar> {
        match self {
            Item::Integer(value) => Some(Scalar::Integer(value.as_constant()?.into())),
            Item::Float(value) => Some(Scalar::Float(value)),
            Item::Ratio(numerator, denominator) => {
                Some(Scalar::Float(numerator.as_constant()? as f64 / denominator.as_constant()? as f64))
            }
            Item::Bool(value) => Some(Scalar::Bool(value)),
            Item::Unknown => None,
        }
    }

    /// The integer, if it is one.
    pub fn to_integer(self) -> Option<DimExpr> {
        match self {
            Item::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// The integer, if it is one or a float that is one.
    pub fn to_whole(self) -> Option<DimExpr> {
        self.to_integer().or_else(|| {
            let (numerator, denominator) = self.to_ratio()?;
            (denominator == constant(1)).then_some(numerator)
        })
    }

    /// The float's value, if it is a constant.
    pub fn to_f64(self) -> Option<f64> {
        self.to_scalar().map(Scalar::to_f64)
    }

    /// Numerator and denominator of a float, if it is a quotient of integers that fit.
    pub fn to_ratio(self) -> Option<(DimExpr, DimExpr)> {
        match self {
            Item::Ratio(numerator, denominator) => Some((numerator, denominator)),
            Item::Float(value) => exact_ratio(value).map(|(n, d)| (constant(n), constant(d))),
            _ => None,
        }
    }

    /// The quotient as a float, constant where it can be.
    pub fn ratio(numerator: DimExpr, denominator: DimExpr) -> Item {
        match (numerator.as_constant(), denominator.as_constant()) {
            (Some(n), Some(d)) if d != 0 => Item::Float(n as f64 / d as f64),
            (_, Some(0)) => Item::Unknown,
            _ => Item::Ratio(numerator, denominator),
        }
    }

    /// The item as element type `to`.
    pub fn cast(self, to: ElementType) -> Item {
        match self {
            Item::Unknown => Item::Unknown,
            _ if to.is_float() => match self {
                Item::Integer(value) => Item::ratio(value, constant(1)),
                Item::Bool(value) => Item::Float(f64::from(u8::from(value))),
                Item::Float(value) if to == ElementType::F32 => Item::Float(f64::from(value as f32)),
                other => other,
            },
            _ if to.is_integer() => match self {
                Item::Float(value) if value.abs() < 9e15 => Item::Integer(constant(value.trunc() as i64)),
                Item::Float(value) if value > 0.0 && to == ElementType::I64 => Item::Integer(constant(i64::MAX)),
                Item::Ratio(n, d) if is_non_negative(n) && is_non_negative(d) => {
                    floor_divide(n, d).map_or(Item::Unknown, Item::Integer)
                }
                Item::Bool(value) => Item::Integer(constant(value.into())),
                // Extents fit every type but the narrowest.
                Item::Integer(value) => match value.as_constant() {
                    Some(value) => wrap(value, to),
                    None if to.bit_width() >= 32 => self,
                    None => Item::Unknown,
                },
                _ => Item::Unknown,
            },
            _ if to == ElementType::I1 => match self {
                Item::Bool(_) => self,
                Item::Float(value) => Item::Bool(value != 0.0),
                Item::Integer(value) => {
                    super::extent::is_equal(value, constant(0)).map_or(Item::Unknown, |zero| Item::Bool(!zero))
                }
                _ => Item::Unknown,
            },
            _ => Item::Unknown,
        }
    }
}

/// An integer constant in the range of its type.
fn wrap(value: i64, to: ElementType) -> Item {
    let wrapped = tensor_of(to, &[], &[Scalar::Integer(value.into())]).and_then(|tensor| scalars(&tensor));
    match wrapped.as_deref() {
        Some([Scalar::Integer(value)]) => {
            i64::try_from(*value).map_or(Item::Unknown, |value| Item::Integer(constant(value)))
        }
        _ => Item::Unknown,
    }
}

/// A float as a quotient of integers, exactly: floats are multiples of powers of two.
pub(crate) fn exact_ratio(value: f64) -> Option<(i64, i64)> {
    let mut scaled = value;
    let mut denominator = 1i64;
    while scaled != scaled.trunc() {
        scaled *= 2.0;
        denominator = denominator.checked_mul(2).filter(|&denominator| denominator <= 1 << 40)?;
    }
    (scaled.abs() < (1i64 << 40) as f64).then_some((scaled as i64, denominator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floats_are_ratios() {
        assert_eq!(exact_ratio(1.5), Some((3, 2)));
        assert_eq!(exact_ratio(-2.0), Some((-2, 1)));
        assert!(exact_ratio(f64::from(1.0f32 / 3.0)).is_some());
        assert_eq!(exact_ratio(f64::NAN), None);
        assert_eq!(exact_ratio(1e300), None);
    }

    #[test]
    fn casts() {
        let n = Item::Integer(DimExpr::symbol("N"));
        let float = n.cast(ElementType::F32);
        assert_eq!(float, Item::Ratio(DimExpr::symbol("N"), constant(1)));
        assert_eq!(float.cast(ElementType::I64), n);
        assert_eq!(n.cast(ElementType::I8), Item::Unknown);
        assert_eq!(Item::Integer(constant(300)).cast(ElementType::U8), Item::Integer(constant(44)));
    }
}
