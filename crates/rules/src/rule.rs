//! Rules as checked: what matching, rewriting and testing read.

use crate::datum::Datum;
use crate::expression::Expression;
use crate::syntax::Span;
use cranelift_entity::{PrimaryMap, entity_impl};
use kiln_diag::Place;
use kiln_ir::{AttributeConstraint, Name, OpDefinition, Type};
use std::sync::Arc;

/// A variable of a variant.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlotId(u32);
entity_impl!(SlotId, "slot");

/// A node of a pattern.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId(u32);
entity_impl!(NodeId, "node");

/// A node of a result.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MadeId(u32);
entity_impl!(MadeId, "made");

impl SlotId {
    /// The position among the variables.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A file that rules come from.
#[derive(Debug)]
pub struct RuleFile {
    /// Its name.
    pub name: String,
    /// Its text.
    pub text: String,
}

impl RuleFile {
    /// The place of some of its bytes.
    pub fn place(&self, span: Span) -> Place {
        let before = &self.text[..span.start];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let inside = self.text[span.start..span.end].lines().next().unwrap_or_default();
        Place::Text {
            file: self.name.clone(),
            line: before.matches('\n').count() as u32 + 1,
            column: before[line_start..].chars().count() as u32 + 1,
            length: inside.chars().count() as u32,
        }
    }
}

/// A rule: its pattern is one variant, or several where the text has alternatives.
#[derive(Debug)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// Whether it changes rounding, or where NaN and infinity come out.
    pub is_relaxed: bool,
    /// How much is won.
    pub benefit: u32,
    /// Patterns with their results.
    pub variants: Vec<Variant>,
    /// What the test with numbers is told.
    pub examples: Vec<(String, ExampleValue)>,
    /// Where it comes from.
    pub file: Arc<RuleFile>,
    /// Its name in the file.
    pub span: Span,
}

/// What an example gives to a variable.
#[derive(Clone, Debug)]
pub enum ExampleValue {
    /// A value of this type.
    Type(Type),
    /// An attribute, or a constant.
    Datum(Datum),
}

/// One pattern and what becomes of it.
#[derive(Debug)]
pub struct Variant {
    /// The variables.
    pub slots: Vec<Slot>,
    /// The nodes of the pattern.
    pub nodes: PrimaryMap<NodeId, Node>,
    /// The node that is replaced.
    pub root: NodeId,
    /// What must hold once all nodes match.
    pub guards: Vec<Guard>,
    /// The nodes of the result, each after its operands.
    pub made: PrimaryMap<MadeId, Made>,
    /// The node that replaces the root.
    pub result: MadeId,
}

/// A variable.
#[derive(Clone, Debug)]
pub struct Slot {
    /// Its name, without the dollar sign; empty for a node without one.
    pub name: String,
    /// What it stands for.
    pub kind: SlotKind,
}

/// What a variable stands for.
#[derive(Clone, Copy, Debug)]
pub enum SlotKind {
    /// A value.
    Value,
    /// An attribute, with what the op says of it.
    Attribute(AttributeConstraint),
    /// All attributes that are not named.
    Rest,
}

/// A node of a pattern.
#[derive(Debug)]
pub struct Node {
    /// What matches it.
    pub kind: NodeKind,
    /// The variable that gets its value.
    pub slot: Option<SlotId>,
    /// Where it stands.
    pub span: Span,
}

/// What matches a node.
#[derive(Debug)]
pub enum NodeKind {
    /// Any value.
    Any,
    /// A constant whose elements all are this number, rounded to its element type.
    Number {
        /// The number.
        value: f64,
        /// Whether the constant may be off by a hundred-thousandth.
        is_rough: bool,
    },
    /// The result of an op.
    Op(OpNode),
}

/// An op of a pattern.
#[derive(Debug)]
pub struct OpNode {
    /// Its row.
    pub definition: &'static OpDefinition,
    /// Its name.
    pub name: Name,
    /// Its operands.
    pub operands: Vec<NodeId>,
    /// What is asked of its attributes.
    pub attributes: Vec<AttributePattern>,
    /// What becomes of attributes that are not mentioned.
    pub rest: Rest,
}

/// What is asked of an attribute.
#[derive(Debug)]
pub struct AttributePattern {
    /// The attribute.
    pub name: &'static str,
    /// The test.
    pub test: AttributeCheck,
    /// Where it stands.
    pub span: Span,
}

/// A test of an attribute.
#[derive(Debug)]
pub enum AttributeCheck {
    /// It gets a name, or equals what has that name already.
    Bind(SlotId),
    /// It is one of several values.
    OneOf(Vec<Datum>),
}

/// What becomes of attributes that are not mentioned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rest {
    /// They must be absent, or false.
    Absent,
    /// They may be anything.
    Ignored,
    /// They get a name.
    Bound(SlotId),
}

/// A condition.
#[derive(Debug)]
pub struct Guard {
    /// What must be true.
    pub condition: Expression,
    /// How it is written, for messages.
    pub text: String,
}

/// A node of a result.
#[derive(Debug)]
pub struct Made {
    /// What it is.
    pub kind: MadeKind,
    /// Its type, where the text gives it.
    pub ty: Option<Expression>,
    /// Where it stands.
    pub span: Span,
}

/// What a node of a result is.
#[derive(Debug)]
pub enum MadeKind {
    /// A value that was matched.
    Bound(SlotId),
    /// A constant of one number, in the element type of another node, or of the root.
    Number {
        /// The number.
        value: Expression,
        /// Whose element type it gets.
        like: Option<MadeId>,
    },
    /// An op.
    Op {
        /// Its row.
        definition: &'static OpDefinition,
        /// Its operands.
        operands: Vec<MadeId>,
        /// Its attributes.
        attributes: Vec<(&'static str, AttributeConstraint, Expression)>,
        /// Attributes taken over.
        rest: Option<SlotId>,
    },
}

impl Rule {
    /// Where it stands.
    pub fn place(&self) -> Place {
        self.file.place(self.span)
    }
}

impl Variant {
    /// The op at the root.
    pub fn root_op(&self) -> &OpNode {
        match &self.nodes[self.root].kind {
            NodeKind::Op(op) => op,
            _ => panic!("the root of a checked pattern is an op"),
        }
    }
}
