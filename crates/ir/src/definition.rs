//! What an op is: one row of facts and functions.

use crate::attribute::Attribute;
use crate::dim::SymbolValues;
use crate::module::{Module, Op, Value};
use crate::operation::Attributes;
use crate::pattern::PatternSet;
use crate::types::{Type, TypeKind};
use kiln_tensor::{ElementType, Tensor};

bitflags::bitflags! {
    /// Facts about an op that drivers and passes rely on.
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub struct Traits: u32 {
        /// No effect but its results: may be removed when unused, merged when equal, folded when constant.
        const PURE = 1;
        /// Swapping the first two operands changes nothing.
        const COMMUTATIVE = 1 << 1;
        /// Ends a block.
        const TERMINATOR = 1 << 2;
        /// Its regions use no value from outside.
        const ISOLATED_FROM_ABOVE = 1 << 3;
        /// Its only result is the constant in its attribute `value`.
        const CONSTANT_LIKE = 1 << 4;
        /// Defines a symbol by its attribute `sym_name`.
        const SYMBOL = 1 << 5;
        /// Its region is a name space of symbols.
        const SYMBOL_TABLE = 1 << 6;
        /// Blocks in its regions need no terminator.
        const NO_TERMINATOR = 1 << 7;
        /// Works element by element, operands broadcast by rank alignment.
        const ELEMENTWISE = 1 << 8;
        /// `f(f(x)) = f(x)`.
        const IDEMPOTENT = 1 << 9;
        /// `f(f(x)) = x`.
        const INVOLUTION = 1 << 10;
        /// `f(f(a, b), c) = f(a, f(b, c))`, up to rounding for floats.
        const ASSOCIATIVE = 1 << 11;
        /// Only moves elements: every element of the result is an element of an operand.
        const DATA_MOVEMENT = 1 << 12;
        /// Shares the buffer of its first operand: reshape and its like.
        const VIEW = 1 << 13;
        /// The order of ops in its regions means nothing: a value may be used before it is defined.
        const GRAPH_REGION = 1 << 14;
        /// Its effects are those of the ops in its regions: without any, it may be removed when unused.
        const EFFECTS_OF_REGIONS = 1 << 15;
        /// Its region runs any number of times, even none.
        const LOOP = 1 << 16;
        /// Pure, but undefined for some operands: not to be computed where it might not have been.
        const PARTIAL = 1 << 17;
        /// Gives the symbols in its attribute `symbols` their values: what has one of them stays behind it.
        const BINDS_SYMBOLS = 1 << 18;
    }
}

/// How many values an operand or result name stands for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Count {
    /// Exactly one.
    One,
    /// None or one.
    Optional,
    /// Any number.
    Variadic,
}

/// What types an operand or a result may have.
#[derive(Clone, Copy, Debug)]
pub enum TypeConstraint {
    /// Anything.
    Any,
    /// A ranked tensor of any element type.
    Tensor,
    /// A ranked tensor of floats.
    FloatTensor,
    /// A ranked tensor of integers, `i1` excluded.
    IntegerTensor,
    /// A ranked tensor of integers or floats.
    NumberTensor,
    /// A ranked tensor of `i1`.
    BoolTensor,
    /// A rule in words and the check.
    Other(&'static str, fn(Type) -> bool),
}

impl TypeConstraint {
    /// Whether `ty` satisfies it.
    pub fn accepts(self, ty: Type) -> bool {
        let element = |accepts: fn(ElementType) -> bool| {
            matches!(ty.kind(), TypeKind::Tensor(_)) && ty.element().is_some_and(accepts)
        };
        match self {
            TypeConstraint::Any => true,
            TypeConstraint::Tensor => matches!(ty.kind(), TypeKind::Tensor(_)),
            TypeConstraint::FloatTensor => element(ElementType::is_float),
            TypeConstraint::IntegerTensor => element(ElementType::is_integer),
            TypeConstraint::NumberTensor => element(|e| e.is_integer() || e.is_float()),
            TypeConstraint::BoolTensor => element(|e| e == ElementType::I1),
            TypeConstraint::Other(_, check) => check(ty),
        }
    }

    /// The rule in words, after "must be".
    pub fn describe(self) -> &'static str {
        match self {
            TypeConstraint::Any => "any type",
            TypeConstraint::Tensor => "a ranked tensor",
            TypeConstraint::FloatTensor => "a ranked tensor of floats",
            TypeConstraint::IntegerTensor => "a ranked tensor of integers",
            TypeConstraint::NumberTensor => "a ranked tensor of integers or floats",
            TypeConstraint::BoolTensor => "a ranked tensor of i1",
            TypeConstraint::Other(words, _) => words,
        }
    }
}

/// A named operand.
#[derive(Clone, Copy, Debug)]
pub struct OperandDefinition {
    /// Its name.
    pub name: &'static str,
    /// What types it may have.
    pub ty: TypeConstraint,
    /// How many values.
    pub count: Count,
}

/// A named result.
#[derive(Clone, Copy, Debug)]
pub struct ResultDefinition {
    /// Its name.
    pub name: &'static str,
    /// What types it may have.
    pub ty: TypeConstraint,
    /// How many values.
    pub count: Count,
}

/// What values an attribute may have.
#[derive(Clone, Copy, Debug)]
pub enum AttributeConstraint {
    /// Anything.
    Any,
    /// An integer.
    Integer,
    /// A float.
    Float,
    /// `true` or `false`.
    Bool,
    /// A string.
    String,
    /// A string out of a list.
    OneOf(&'static [&'static str]),
    /// An array of integers.
    Integers,
    /// An array of floats.
    Floats,
    /// A type.
    Type,
    /// `#kiln.dims<[...]>`.
    Dims,
    /// Elements of a tensor.
    Elements,
    /// `@symbol`.
    SymbolRef,
    /// A rule in words and the check.
    Other(&'static str, fn(Attribute) -> bool),
}

impl AttributeConstraint {
    /// Whether `attribute` satisfies it.
    pub fn accepts(self, attribute: Attribute) -> bool {
        use crate::attribute::AttributeKind as Kind;
        match self {
            AttributeConstraint::Any => true,
            AttributeConstraint::Integer => attribute.as_i64().is_some() && attribute.as_bool().is_none(),
            AttributeConstraint::Float => attribute.as_f64().is_some(),
            AttributeConstraint::Bool => attribute.as_bool().is_some(),
            AttributeConstraint::String => attribute.as_str().is_some(),
            AttributeConstraint::OneOf(words) => attribute.as_str().is_some_and(|text| words.contains(&text)),
            AttributeConstraint::Integers => attribute.as_i64s().is_some(),
            AttributeConstraint::Floats => attribute.as_f64s().is_some(),
            AttributeConstraint::Type => attribute.as_type().is_some(),
            AttributeConstraint::Dims => attribute.as_dims().is_some(),
            AttributeConstraint::Elements => {
                matches!(attribute.kind(), Kind::Dense { .. } | Kind::DenseResource { .. })
            }
            AttributeConstraint::SymbolRef => matches!(attribute.kind(), Kind::SymbolRef { .. }),
            AttributeConstraint::Other(_, check) => check(attribute),
        }
    }

    /// The rule in words, after "must be".
    pub fn describe(self) -> String {
        match self {
            AttributeConstraint::Any => "any attribute".into(),
            AttributeConstraint::Integer => "an integer".into(),
            AttributeConstraint::Float => "a float".into(),
            AttributeConstraint::Bool => "true or false".into(),
            AttributeConstraint::String => "a string".into(),
            AttributeConstraint::OneOf(words) => format!("one of \"{}\"", words.join("\", \"")),
            AttributeConstraint::Integers => "an array of integers".into(),
            AttributeConstraint::Floats => "an array of floats".into(),
            AttributeConstraint::Type => "a type".into(),
            AttributeConstraint::Dims => "#kiln.dims<[...]>".into(),
            AttributeConstraint::Elements => "dense elements".into(),
            AttributeConstraint::SymbolRef => "a symbol reference".into(),
            AttributeConstraint::Other(words, _) => words.into(),
        }
    }
}

/// Whether an attribute must be there.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Presence {
    /// It must.
    Required,
    /// It may; absence has a meaning that the op's doc states.
    Optional,
}

/// A named attribute.
#[derive(Clone, Copy, Debug)]
pub struct AttributeDefinition {
    /// Its name.
    pub name: &'static str,
    /// What values it may have.
    pub value: AttributeConstraint,
    /// Whether it must be there.
    pub presence: Presence,
    /// What it means.
    pub doc: &'static str,
}

/// What result types are inferred from.
#[derive(Clone, Copy, Debug)]
pub struct InferRequest<'a> {
    /// Types of the operands.
    pub operands: &'a [Type],
    /// The attributes.
    pub attributes: &'a Attributes,
}

/// What results are computed from.
#[derive(Clone, Copy, Debug)]
pub struct EvaluateRequest<'a> {
    /// The operands.
    pub operands: &'a [Tensor],
    /// The attributes.
    pub attributes: &'a Attributes,
    /// Element type and shape of each result.
    pub results: &'a [(ElementType, Vec<usize>)],
    /// Values of the symbols that attributes may mention.
    pub symbols: &'a SymbolValues,
}

/// What a fold sees.
#[derive(Clone, Copy, Debug)]
pub struct FoldRequest<'a> {
    /// The module.
    pub module: &'a Module,
    /// The op.
    pub op: Op,
}

/// What a result folds to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Folded {
    /// A value that is there already.
    Value(Value),
    /// A constant: `dense` or `dense_resource` elements.
    Constant(Attribute),
}

/// A check of one op; an error is one sentence without a full stop.
pub type VerifyFn = fn(&Module, Op) -> Result<(), String>;
/// Result types from operand types and attributes.
pub type InferFn = fn(&InferRequest) -> Result<Vec<Type>, String>;
/// Values or constants for each result, if the op folds.
pub type FoldFn = fn(&FoldRequest) -> Option<Vec<Folded>>;
/// Results from operands.
pub type EvaluateFn = fn(&EvaluateRequest) -> Result<Vec<Tensor>, String>;

/// The row that defines an op. Fields stand in the order in which rows are written.
#[derive(Clone, Copy, Debug)]
pub struct OpDefinition {
    /// `dialect.op`.
    pub name: &'static str,
    /// What it computes, as Markdown: shapes, element types, units, errors, the source of the algorithm.
    pub doc: &'static str,
    /// A line of IR.
    pub example: &'static str,
    /// The operands, in order.
    pub operands: &'static [OperandDefinition],
    /// The attributes; others are allowed and kept.
    pub attributes: &'static [AttributeDefinition],
    /// The results, in order.
    pub results: &'static [ResultDefinition],
    /// How many regions it has; `None` if any number.
    pub regions: Option<usize>,
    /// Facts.
    pub traits: Traits,
    /// Checks what the declarations above cannot say; an error is one sentence without a full stop.
    pub verify: Option<VerifyFn>,
    /// Result types from operand types and attributes. The verifier holds results to it.
    pub infer: Option<InferFn>,
    /// Cheap local simplification to values or constants, one for each result.
    pub fold: Option<FoldFn>,
    /// Reference semantics: results from operands.
    pub evaluate: Option<EvaluateFn>,
    /// Adds the op's canonicalization patterns.
    pub canonicalize: Option<fn(&mut PatternSet)>,
}

impl OpDefinition {
    /// A row with nothing in it, to be completed by struct update.
    pub const EMPTY: OpDefinition = OpDefinition {
        name: "",
        doc: "",
        example: "",
        operands: &[],
        attributes: &[],
        results: &[],
        regions: Some(0),
        traits: Traits::empty(),
        verify: None,
        infer: None,
        fold: None,
        evaluate: None,
        canonicalize: None,
    };

    /// The first and last operand index of each operand name, for an op with `count` operands.
    ///
    /// Where more than one name has no fixed count, `segments` (the attribute `operandSegmentSizes`) says how many
    /// values each has; `None` if the count does not fit.
    pub fn operand_ranges(&self, count: usize, segments: Option<&[i64]>) -> Option<Vec<std::ops::Range<usize>>> {
        let counts: Vec<Count> = self.operands.iter().map(|operand| operand.count).collect();
        ranges(&counts, count, segments)
    }
}

fn ranges(counts: &[Count], total: usize, segments: Option<&[i64]>) -> Option<Vec<std::ops::Range<usize>>> {
    let mut sizes: Vec<usize> = Vec::with_capacity(counts.len());
    if let Some(segments) = segments {
        for &size in segments {
            sizes.push(usize::try_from(size).ok()?);
        }
    } else {
        let fixed = counts.iter().filter(|count| **count == Count::One).count();
        let mut spare = total.checked_sub(fixed)?;
        for (index, count) in counts.iter().enumerate() {
            let last = counts[index + 1..].iter().all(|later| *later == Count::One);
            sizes.push(match count {
                Count::One => 1,
                Count::Optional if spare > 0 => 1,
                Count::Optional => 0,
                Count::Variadic if last => spare,
                Count::Variadic => return None,
            });
            if *count != Count::One {
                spare -= sizes[index];
            }
        }
    }
    let fits = sizes.len() == counts.len() && sizes.iter().sum::<usize>() == total;
    let within = |(size, count): (&usize, &Count)| match count {
        Count::One => *size == 1,
        Count::Optional => *size <= 1,
        Count::Variadic => true,
    };
    if !fits || !sizes.iter().zip(counts).all(within) {
        return None;
    }
    let mut start = 0;
    Some(
        sizes
            .into_iter()
            .map(|size| {
                start += size;
                start - size..start
            })
            .collect(),
    )
}

impl Module {
    /// The values of the operand called `name`, by the op's definition; empty if absent or unregistered.
    pub fn named_operands(&self, op: Op, name: &str) -> &[Value] {
        let find = || {
            let definition = self.definition(op)?;
            let index = definition.operands.iter().position(|operand| operand.name == name)?;
            let segments = self.attributes(op).i64s("operandSegmentSizes");
            let ranges = definition.operand_ranges(self.operands(op).len(), segments.as_deref())?;
            self.operands(op).get(ranges[index].clone())
        };
        find().unwrap_or_default()
    }

    /// The value of the operand called `name`, if it is there.
    pub fn named_operand(&self, op: Op, name: &str) -> Option<Value> {
        self.named_operands(op, name).first().copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn optional_operands_fill_from_the_left() {
        use Count::{One, Optional, Variadic};
        assert_eq!(ranges(&[One, One, Optional], 2, None), Some(vec![0..1, 1..2, 2..2]));
        assert_eq!(ranges(&[One, Variadic], 4, None), Some(vec![0..1, 1..4]));
        assert_eq!(ranges(&[Variadic, One], 3, None), Some(vec![0..2, 2..3]));
        assert_eq!(ranges(&[One, Optional, Optional], 2, Some(&[1, 0, 1])), Some(vec![0..1, 1..1, 1..2]));
        assert_eq!(ranges(&[One], 2, None), None);
        assert_eq!(ranges(&[One, Optional], 2, Some(&[2, 0])), None);
    }
}
