//! Elementwise ops: tables whose rows hold the scalar formula, and all that follows from it.
//!
//! A row's formula gives the op's evaluation and constant folding; its facts give identities (`x + 0 = x`); lowering
//! finds the row by name. Operands broadcast by aligning their last axes. Floats are computed in `f64` and rounded
//! once to the element type; integers are computed exactly and wrap to it.

mod binary;
mod bitcast;
mod cast;
mod compare;
mod evaluate;
mod fold;
mod select;
mod special;
mod unary;

pub use bitcast::BITCAST;
pub use cast::CAST;
pub use select::SELECT;
pub use special::Special;

use crate::shape::{broadcast_shapes, tensor};
use kiln_ir::{InferRequest, OpDefinition, OperandDefinition, ResultDefinition, Traits, Type, TypeConstraint};
use kiln_tensor::ElementType;

/// The ops of the tables, as op rows.
pub(crate) const OPS: &[&[OpDefinition]] = &[unary::OPS, binary::OPS, compare::OPS];

/// One elementwise op of the tables.
#[derive(Clone, Copy, Debug)]
pub struct ElementwiseRow {
    /// The op's name, `graph.add`.
    pub name: &'static str,
    /// What it computes.
    pub doc: &'static str,
    /// A line of IR.
    pub example: &'static str,
    /// What element types it takes.
    pub operand: TypeConstraint,
    /// What it does to one element of each operand.
    pub formula: Formula,
    /// Laws it obeys.
    pub facts: Facts,
}

/// A scalar formula: one function for each class of element types that the op takes.
#[derive(Clone, Copy, Debug)]
pub enum Formula {
    /// One operand, result of the same element type.
    Unary {
        /// On floats.
        float: Option<fn(f64) -> f64>,
        /// On integers, before wrapping.
        integer: Option<fn(i128) -> i128>,
        /// On truth values.
        boolean: Option<fn(bool) -> bool>,
    },
    /// One float operand, result `i1`.
    Predicate(fn(f64) -> bool),
    /// Two operands, result of the same element type.
    Binary {
        /// On floats.
        float: Option<fn(f64, f64) -> f64>,
        /// On integers, before wrapping.
        integer: Option<fn(i128, i128) -> i128>,
        /// On truth values.
        boolean: Option<fn(bool, bool) -> bool>,
    },
    /// Two operands, result `i1`; truth values compare as integers 0 and 1.
    Compare {
        /// On floats.
        float: fn(f64, f64) -> bool,
        /// On integers.
        integer: fn(i128, i128) -> bool,
    },
}

/// Laws of an elementwise op `f`, for simplification. On floats, laws hold up to the sign of zero.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Facts {
    /// `f(x, e) = x`.
    pub right_identity: Option<Special>,
    /// `f(e, x) = x`.
    pub left_identity: Option<Special>,
    /// `f(x, a) = f(a, x) = a` on integers and truth values (floats have NaN and infinity).
    pub absorbing: Option<Special>,
    /// `f(x, x)` on integers and truth values, where it is a constant.
    pub on_equal: Option<Special>,
    /// `f(a, b) = f(b, a)`.
    pub commutative: bool,
    /// `f(f(a, b), c) = f(a, f(b, c))`, up to rounding.
    pub associative: bool,
    /// `f(f(x)) = f(x)` of a unary op, `f(x, x) = x` of a binary one.
    pub idempotent: bool,
    /// `f(f(x)) = x`, up to rounding.
    pub involution: bool,
}

impl Facts {
    /// No law at all.
    pub const NONE: Facts = Facts {
        right_identity: None,
        left_identity: None,
        absorbing: None,
        on_equal: None,
        commutative: false,
        associative: false,
        idempotent: false,
        involution: false,
    };

    const fn traits(self, arity: usize) -> Traits {
        let mut traits = Traits::PURE.union(Traits::ELEMENTWISE);
        if self.commutative {
            traits = traits.union(Traits::COMMUTATIVE);
        }
        if self.associative {
            traits = traits.union(Traits::ASSOCIATIVE);
        }
        if self.idempotent && arity == 1 {
            traits = traits.union(Traits::IDEMPOTENT);
        }
        if self.involution {
            traits = traits.union(Traits::INVOLUTION);
        }
        traits
    }
}

impl ElementwiseRow {
    /// The number of operands.
    pub const fn arity(&self) -> usize {
        match self.formula {
            Formula::Unary { .. } | Formula::Predicate(_) => 1,
            Formula::Binary { .. } | Formula::Compare { .. } => 2,
        }
    }

    /// Whether the result is `i1` whatever the operands are.
    pub const fn is_predicate(&self) -> bool {
        matches!(self.formula, Formula::Predicate(_) | Formula::Compare { .. })
    }

    /// The element type of the result for operands of `element`.
    pub fn result_element(&self, element: ElementType) -> ElementType {
        if self.is_predicate() { ElementType::I1 } else { element }
    }
}

/// The row of the elementwise op called `name`, with or without `graph.`; `select` and `cast` are not in the tables.
pub fn find(name: &str) -> Option<&'static ElementwiseRow> {
    let short = name.strip_prefix("graph.").unwrap_or(name);
    rows().find(|row| row.name["graph.".len()..] == *short)
}

/// Every row, in the order of the reference.
pub fn rows() -> impl Iterator<Item = &'static ElementwiseRow> {
    [unary::ROWS, binary::ROWS, compare::ROWS].into_iter().flatten().copied()
}

/// Writes a table: a static for each row, the list of rows and the list of op rows.
macro_rules! table {
    ($($name:ident = $row:expr;)*) => {
        $(static $name: $crate::elementwise::ElementwiseRow = $row;)*

        /// The rows of this table.
        pub(super) static ROWS: &[&$crate::elementwise::ElementwiseRow] = &[$(&$name),*];

        /// The op rows of this table.
        pub(super) const OPS: &[kiln_ir::OpDefinition] = &[$(kiln_ir::OpDefinition {
            fold: Some(|request| $crate::elementwise::fold::fold(&$name, request)),
            evaluate: Some(|request| $crate::elementwise::evaluate::evaluate(&$name, request)),
            ..$crate::elementwise::definition(&$row)
        }),*];
    };
}
pub(crate) use table;

const UNARY_FLOAT: &[OperandDefinition] = &[crate::rows::operand("x", TypeConstraint::FloatTensor)];
const UNARY_NUMBER: &[OperandDefinition] = &[crate::rows::operand("x", TypeConstraint::NumberTensor)];
const UNARY_BITS: &[OperandDefinition] = &[crate::rows::operand("x", BITS)];
const UNARY_RESULT: &[ResultDefinition] = &[crate::rows::result("y", TypeConstraint::Tensor)];
const PREDICATE_RESULT: &[ResultDefinition] = &[crate::rows::result("y", TypeConstraint::BoolTensor)];

/// Tensors of `i1` or of integers.
pub(crate) const BITS: TypeConstraint = TypeConstraint::Other("a ranked tensor of i1 or integers", |ty| {
    ty.as_tensor().is_some() && ty.element().is_some_and(|element| element == ElementType::I1 || element.is_integer())
});

/// Tensors of `i1`, integers or floats.
pub(crate) const REAL: TypeConstraint = TypeConstraint::Other("a ranked tensor of i1, integers or floats", |ty| {
    ty.as_tensor().is_some() && ty.element().is_some_and(kiln_tensor::scalar::is_real)
});

const fn operands_of(row: &ElementwiseRow) -> &'static [OperandDefinition] {
    const fn pair(ty: TypeConstraint) -> [OperandDefinition; 2] {
        [crate::rows::operand("left", ty), crate::rows::operand("right", ty)]
    }
    const FLOATS: &[OperandDefinition] = &pair(TypeConstraint::FloatTensor);
    const NUMBERS: &[OperandDefinition] = &pair(TypeConstraint::NumberTensor);
    const BITS_PAIR: &[OperandDefinition] = &pair(BITS);
    const INTEGERS: &[OperandDefinition] = &pair(TypeConstraint::IntegerTensor);
    const REALS: &[OperandDefinition] = &pair(REAL);
    match (row.arity(), row.operand) {
        (1, TypeConstraint::FloatTensor) => UNARY_FLOAT,
        (1, TypeConstraint::NumberTensor) => UNARY_NUMBER,
        (1, _) => UNARY_BITS,
        (_, TypeConstraint::FloatTensor) => FLOATS,
        (_, TypeConstraint::NumberTensor) => NUMBERS,
        (_, TypeConstraint::IntegerTensor) => INTEGERS,
        _ if row.is_predicate() => REALS,
        _ => BITS_PAIR,
    }
}

/// The op row that follows from a table row, `fold` and `evaluate` aside.
pub(crate) const fn definition(row: &ElementwiseRow) -> OpDefinition {
    OpDefinition {
        name: row.name,
        doc: row.doc,
        example: row.example,
        operands: operands_of(row),
        results: if row.is_predicate() { PREDICATE_RESULT } else { UNARY_RESULT },
        traits: row.facts.traits(row.arity()),
        infer: Some(if row.is_predicate() { infer_predicate } else { infer_same }),
        ..OpDefinition::EMPTY
    }
}

fn infer_same(request: &InferRequest) -> Result<Vec<Type>, String> {
    let (shape, element) = broadcast_operands(request.operands)?;
    Ok(vec![Type::tensor(&shape, element)])
}

fn infer_predicate(request: &InferRequest) -> Result<Vec<Type>, String> {
    let (shape, _) = broadcast_operands(request.operands)?;
    Ok(vec![Type::tensor(&shape, Type::i1())])
}

/// The common shape and the element type of operands that must agree in it.
fn broadcast_operands(operands: &[Type]) -> Result<(Vec<kiln_ir::Dim>, Type), String> {
    let tensors = (0..operands.len()).map(|index| tensor(operands, index)).collect::<Result<Vec<_>, _>>()?;
    let first = tensor(operands, 0)?.element;
    if let Some(other) = tensors.iter().find(|tensor| tensor.element != first) {
        return Err(format!("operands must have one element type, found {first} and {}", other.element));
    }
    let shapes: Vec<_> = tensors.iter().map(|tensor| tensor.shape.as_slice()).collect();
    Ok((broadcast_shapes(&shapes)?, first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_by_name() {
        assert_eq!(find("graph.add").map(ElementwiseRow::arity), Some(2));
        assert_eq!(find("erf").map(ElementwiseRow::arity), Some(1));
        assert!(find("conv").is_none());
    }

    #[test]
    fn every_formula_covers_what_its_operand_accepts() {
        for row in rows() {
            for element in ElementType::ALL {
                if !row.operand.accepts(Type::static_tensor(&[2], Type::from_element(element))) {
                    continue;
                }
                let covered = match row.formula {
                    Formula::Unary { float, integer, boolean } => {
                        (float.is_some() || !element.is_float())
                            && (integer.is_some() || !element.is_integer())
                            && (boolean.is_some() || element != ElementType::I1)
                    }
                    Formula::Binary { float, integer, boolean } => {
                        (float.is_some() || !element.is_float())
                            && (integer.is_some() || !element.is_integer())
                            && (boolean.is_some() || element != ElementType::I1)
                    }
                    Formula::Predicate(_) => element.is_float(),
                    Formula::Compare { .. } => true,
                };
                assert!(covered, "{} has no formula for {element}", row.name);
            }
        }
    }
}
