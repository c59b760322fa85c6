//! What a value of the model is while it is converted: a tensor, a sequence of tensors, or an optional.
//!
//! The graph dialect has tensors only. A sequence is a list of tensors where it is known which they are; where its length
//! or the position of one is data, it is packed: all elements one after the other, and the shape of each.

use super::node::Node;
use super::state::Tracked;
use kiln_ir::{Dim, Type};

/// A value of the model.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Datum {
    /// A tensor.
    Tensor(Tracked),
    /// A sequence.
    Sequence(Sequence),
    /// A value that may be there.
    Optional(Box<Optional>),
}

/// What a type that is no tensor is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Composite {
    /// Any number of values, each of this type.
    Sequence(Type),
    /// A value of this type, or none.
    Optional(Type),
}

/// A conversion's result where it may be other than tensors: one value for each output of the operator, or a reason.
pub(crate) type Data = Result<Vec<Datum>, String>;

/// A sequence.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Sequence {
    /// Elements that are known.
    List(List),
    /// Elements one after the other in one tensor.
    Packed(Packed),
    /// What a loop that runs appends to in each round, numbered by the loop; what was there before is not seen inside.
    Growing(u32, Box<Sequence>),
}

/// A sequence whose elements are known.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct List {
    /// The type of the elements' elements.
    pub element: Type,
    /// The elements.
    pub items: Vec<Tracked>,
}

/// A sequence as two tensors.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Packed {
    /// The elements of all, one after the other: a vector.
    pub elements: Tracked,
    /// The shape of each, a row each: a matrix of `i64`.
    pub shapes: Tracked,
    /// The extents that all have; unknown ones differ, or nobody knows. `None` if the rank is not known.
    pub extents: Option<Vec<Dim>>,
    /// Whether ranks differ: a row then ends in -1 for each axis that its element lacks.
    pub is_mixed: bool,
}

/// A value that may be there.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Optional {
    /// Whether it is there.
    pub presence: Presence,
    /// The value; something of its type where data says that it is not there, `None` where that is known.
    pub value: Option<Datum>,
}

/// Whether a value is there.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Presence {
    /// It is known.
    Known(bool),
    /// Data says it: a scalar of `i1`.
    Data(Tracked),
}

impl From<Tracked> for Datum {
    fn from(tensor: Tracked) -> Datum {
        Datum::Tensor(tensor)
    }
}

impl Datum {
    /// In words, for what is wrong.
    pub fn describe(&self) -> &'static str {
        match self {
            Datum::Tensor(_) => "a tensor",
            Datum::Sequence(_) => "a sequence",
            Datum::Optional(_) => "an optional",
        }
    }

    /// The tensor, if it is one.
    pub fn tensor(&self) -> Result<Tracked, String> {
        match self {
            Datum::Tensor(tensor) => Ok(*tensor),
            other => Err(format!("a tensor is wanted, not {}", other.describe())),
        }
    }
}

/// The tensors of values that are nothing else.
pub(crate) fn tensors(data: Vec<Datum>) -> Result<Vec<Tracked>, String> {
    data.iter().map(Datum::tensor).collect()
}

/// Tensors as values.
pub(crate) fn data(tensors: Vec<Tracked>) -> Vec<Datum> {
    tensors.into_iter().map(Datum::Tensor).collect()
}

impl List {
    /// A list as a value.
    pub fn datum(element: Type, items: Vec<Tracked>) -> Datum {
        Datum::Sequence(Sequence::List(List { element, items }))
    }
}

impl Packed {
    /// Where every element has the same extents, these.
    pub fn common(&self) -> Option<&[Dim]> {
        self.extents.as_deref().filter(|extents| !extents.contains(&Dim::Unknown) && !self.is_mixed)
    }
}

impl Node<'_, '_> {
    /// Operand number `index`, if it is there.
    pub fn optional_datum(&self, index: usize) -> Option<Datum> {
        let value = self.conversion.module.operands(self.op).get(index)?;
        self.conversion.datum(*value)
    }

    /// Operand number `index`.
    pub fn datum(&self, index: usize) -> Result<Datum, String> {
        self.optional_datum(index).ok_or_else(|| format!("input {index} is missing"))
    }

    /// Operand number `index`, which is a sequence, or an optional that has one.
    pub fn sequence(&self, index: usize) -> Result<Sequence, String> {
        match self.datum(index)? {
            Datum::Sequence(sequence) => Ok(sequence),
            other => Err(format!("input {index} must be a sequence, not {}", other.describe())),
        }
    }
}
