//! What variables of a rule stand for and expressions compute.

use kiln_ir::{Attribute, AttributeConstraint, AttributeKind, Attributes, Dim, DimExpr, Module, Traits, Type, Value};
use kiln_tensor::Tensor;
use kiln_tensor::scalar::{Scalar, scalars};

/// A value of an expression.
#[derive(Clone, PartialEq, Debug)]
pub enum Datum {
    /// A value of the IR.
    Value(Value),
    /// Several attributes: what `..$rest` stands for.
    Rest(Attributes),
    /// An attribute that is not there.
    Absent,
    /// An integer.
    Integer(i128),
    /// A floating-point number.
    Float(f64),
    /// A truth value.
    Bool(bool),
    /// A symbolic extent; constant ones are integers.
    Extent(DimExpr),
    /// A string.
    Text(String),
    /// A list.
    List(Vec<Datum>),
    /// A type.
    Type(Type),
    /// An attribute of any other kind.
    Attribute(Attribute),
}

impl Datum {
    /// What an attribute holds.
    pub fn from_attribute(attribute: Option<Attribute>) -> Datum {
        let Some(attribute) = attribute else { return Datum::Absent };
        match attribute.kind() {
            AttributeKind::Float { bits, .. } => Datum::Float(f64::from_bits(*bits)),
            AttributeKind::String(text) => Datum::Text(text.as_str().to_owned()),
            AttributeKind::Type(ty) => Datum::Type(*ty),
            AttributeKind::Dims(dims) => Datum::List(dims.iter().map(|&dim| Datum::from_dim(dim)).collect()),
            AttributeKind::Array(items) => {
                Datum::List(items.iter().map(|&item| Datum::from_attribute(Some(item))).collect())
            }
            AttributeKind::Integer { value, .. } => match attribute.as_bool() {
                Some(truth) => Datum::Bool(truth),
                None => Datum::Integer(*value),
            },
            _ => match attribute.as_i64s() {
                Some(integers) => Datum::integers(integers),
                None => Datum::Attribute(attribute),
            },
        }
    }

    /// An extent; one that is unknown is an attribute nothing equals.
    pub fn from_dim(dim: Dim) -> Datum {
        match dim.expr() {
            Some(expr) => Datum::from_extent(expr),
            None => Datum::Attribute(Attribute::dims(&[dim])),
        }
    }

    /// An extent from its expression.
    pub fn from_extent(expr: DimExpr) -> Datum {
        expr.as_constant().map_or(Datum::Extent(expr), |value| Datum::Integer(value.into()))
    }

    /// A list of integers.
    pub fn integers(items: impl IntoIterator<Item = i64>) -> Datum {
        Datum::List(items.into_iter().map(|item| Datum::Integer(item.into())).collect())
    }

    /// The attribute that satisfies `constraint`; `None` if it is to be absent.
    ///
    /// # Errors
    /// Why there is none.
    pub fn to_attribute(&self, constraint: AttributeConstraint) -> Result<Option<Attribute>, String> {
        let attribute = match (self, constraint) {
            (Datum::Absent, _) => return Ok(None),
            (Datum::List(items), AttributeConstraint::Dims) => {
                let dims: Option<Vec<Dim>> = items.iter().map(Datum::to_dim).collect();
                dims.map(|dims| Attribute::dims(&dims))
            }
            (Datum::Integer(value), AttributeConstraint::Float) => Some(Attribute::f64(*value as f64)),
            _ => self.to_plain_attribute(),
        };
        match attribute {
            Some(attribute) if constraint.accepts(attribute) => Ok(Some(attribute)),
            _ => Err(format!("must be {}, not {}", constraint.describe(), self.describe())),
        }
    }

    fn to_plain_attribute(&self) -> Option<Attribute> {
        Some(match self {
            Datum::Integer(value) => Attribute::i64(i64::try_from(*value).ok()?),
            Datum::Float(value) => Attribute::f64(*value),
            Datum::Bool(value) => Attribute::bool(*value),
            Datum::Text(text) => Attribute::string(text),
            Datum::Type(ty) => Attribute::ty(*ty),
            Datum::Attribute(attribute) => *attribute,
            Datum::List(items) => {
                Attribute::array(&items.iter().map(Datum::to_plain_attribute).collect::<Option<Vec<_>>>()?)
            }
            Datum::Value(_) | Datum::Rest(_) | Datum::Absent | Datum::Extent(_) => return None,
        })
    }

    /// The extent, if it is one and not negative.
    pub fn to_dim(&self) -> Option<Dim> {
        match Dim::from_expr(self.to_extent()?) {
            Dim::Unknown => None,
            dim => Some(dim),
        }
    }

    /// The extent's expression.
    pub fn to_extent(&self) -> Option<DimExpr> {
        match self {
            Datum::Integer(value) => Some(DimExpr::constant(i64::try_from(*value).ok()?)),
            Datum::Extent(expr) => Some(*expr),
            _ => None,
        }
    }

    /// As a list of indices.
    ///
    /// # Errors
    /// When it is none.
    pub fn to_indices(&self) -> Result<Vec<usize>, String> {
        let items = self.to_list()?;
        items.iter().map(Datum::to_index).collect()
    }

    /// As an index.
    ///
    /// # Errors
    /// When it is none.
    pub fn to_index(&self) -> Result<usize, String> {
        match self {
            Datum::Integer(value) => usize::try_from(*value).map_err(|_| format!("{value} is no index")),
            other => Err(format!("an index is needed, not {}", other.describe())),
        }
    }

    /// As a list.
    ///
    /// # Errors
    /// When it is none.
    pub fn to_list(&self) -> Result<&[Datum], String> {
        match self {
            Datum::List(items) => Ok(items),
            other => Err(format!("a list is needed, not {}", other.describe())),
        }
    }

    /// As a truth value; an attribute that is not there is false.
    ///
    /// # Errors
    /// When it is none.
    pub fn to_bool(&self) -> Result<bool, String> {
        match self {
            Datum::Bool(value) => Ok(*value),
            Datum::Absent => Ok(false),
            other => Err(format!("true or false is needed, not {}", other.describe())),
        }
    }

    /// What it is, in words.
    pub fn describe(&self) -> String {
        match self {
            Datum::Value(_) => "a value".into(),
            Datum::Rest(_) => "attributes".into(),
            Datum::Absent => "an absent attribute".into(),
            Datum::Integer(value) => value.to_string(),
            Datum::Float(value) => format!("{value:?}"),
            Datum::Bool(value) => value.to_string(),
            Datum::Extent(expr) => expr.to_string(),
            Datum::Text(text) => format!("\"{text}\""),
            Datum::Type(ty) => ty.to_string(),
            Datum::Attribute(attribute) => attribute.to_string(),
            Datum::List(items) => {
                format!("[{}]", items.iter().map(Datum::describe).collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// Whether a value is a constant.
pub fn is_constant(module: &Module, value: Value) -> bool {
    module.defining_op(value).is_some_and(|op| module.has_traits(op, Traits::CONSTANT_LIKE))
}

/// The number that every element of a constant equals, and the constant's element type.
pub fn find_splat(module: &Module, value: Value) -> Option<Scalar> {
    let op = module.defining_op(value).filter(|&op| module.has_traits(op, Traits::CONSTANT_LIKE))?;
    scalars(&module.attribute(op, "value")?.as_splat()?)?.first().copied()
}

/// A number as one element of `element`; `None` if it has no such value, as 0.5 among integers.
pub fn element_of(element: kiln_tensor::ElementType, number: Scalar) -> Option<Tensor> {
    let tensor = kiln_tensor::scalar::tensor_of(element, &[], &[number])?;
    let back = scalars(&tensor)?.first()?.to_f64();
    let exact = element.is_float() || back == number.to_f64();
    exact.then_some(tensor)
}
