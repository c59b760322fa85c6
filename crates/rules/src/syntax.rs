//! Syntax trees of rules, as parsed: names are not resolved.

use crate::expression::Operator;
use kiln_ir::Type;

/// Bytes of the file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// The byte after the last.
    pub end: usize,
}

/// A name and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Word<'s> {
    pub(crate) text: &'s str,
    pub(crate) span: Span,
}

/// `rule name { pattern => result where ... }`.
#[derive(Clone, Debug)]
pub(crate) struct RuleSyntax<'s> {
    pub(crate) name: Word<'s>,
    pub(crate) modifiers: Vec<Modifier>,
    pub(crate) pattern: Term<'s>,
    pub(crate) result: Term<'s>,
    pub(crate) clauses: Vec<Clause<'s>>,
}

/// What stands between a rule's name and its body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Modifier {
    /// Changes rounding, or where NaN and infinity come out.
    Relaxed,
    /// `benefit 3`.
    Benefit(u32),
}

/// What follows the result.
#[derive(Clone, Debug)]
pub(crate) enum Clause<'s> {
    /// Guards.
    Where(Vec<Expr<'s>>),
    /// Types and attributes for the test with numbers.
    Example(Vec<Example<'s>>),
}

/// One item of an `example`.
#[derive(Clone, Debug)]
pub(crate) enum Example<'s> {
    /// `$x : tensor<2x3xf32>`.
    Type(Word<'s>, Type),
    /// `$axis = 1`.
    Is(Word<'s>, Expr<'s>),
}

/// A node of a pattern or of a result.
#[derive(Clone, Debug)]
pub(crate) struct Term<'s> {
    pub(crate) kind: TermKind<'s>,
    /// `$name@` before it.
    pub(crate) name: Option<Word<'s>>,
    /// `:float:one-use` after it.
    pub(crate) classes: Vec<Class<'s>>,
    pub(crate) span: Span,
}

impl<'s> Term<'s> {
    pub(crate) fn new(kind: TermKind<'s>, start: usize, end: usize) -> Term<'s> {
        Term { kind, name: None, classes: Vec::new(), span: Span { start, end } }
    }
}

/// What a term is.
#[derive(Clone, Debug)]
pub(crate) enum TermKind<'s> {
    /// `$x`.
    Variable(&'s str),
    /// `0.5`; `~0.5` if rough.
    Number { value: Literal, is_rough: bool },
    /// `[1 / $c]`.
    Computed(Expr<'s>),
    /// `(graph.relu $x {...})`.
    Op { name: Word<'s>, operands: Vec<Term<'s>>, attributes: Vec<AttributeItem<'s>> },
    /// `(A | B)`.
    Choice(Vec<Term<'s>>),
}

/// A number as written.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(crate) enum Literal {
    Integer(i128),
    Float(f64),
}

/// `:float`, `:tensor<2xf32>`, `:$x`.
#[derive(Clone, Debug)]
pub(crate) struct Class<'s> {
    pub(crate) kind: ClassKind<'s>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) enum ClassKind<'s> {
    Call(Word<'s>, Vec<Expr<'s>>),
    Like(Word<'s>),
    Type(Type),
}

/// An item between the braces of an op.
#[derive(Clone, Debug)]
pub(crate) enum AttributeItem<'s> {
    Test(Word<'s>, AttributeTest<'s>),
    /// `..` or `..$rest`.
    Rest(Option<Word<'s>>, Span),
}

#[derive(Clone, Debug)]
pub(crate) enum AttributeTest<'s> {
    Is(Expr<'s>),
    In(Expr<'s>),
}

/// An expression.
#[derive(Clone, Debug)]
pub(crate) struct Expr<'s> {
    pub(crate) kind: ExprKind<'s>,
    pub(crate) span: Span,
}

impl<'s> Expr<'s> {
    pub(crate) fn new(kind: ExprKind<'s>, start: usize, end: usize) -> Expr<'s> {
        Expr { kind, span: Span { start, end } }
    }

    pub(crate) fn binary(operator: Operator, left: Expr<'s>, right: Expr<'s>, start: usize, end: usize) -> Expr<'s> {
        Expr::new(ExprKind::Binary(operator, left.into(), right.into()), start, end)
    }
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind<'s> {
    Number(Literal),
    Text(String),
    Bool(bool),
    Absent,
    Type(Type),
    Variable(&'s str),
    /// `pi`, `inf`.
    Name(&'s str),
    Call(Word<'s>, Vec<Expr<'s>>),
    List(Vec<Expr<'s>>),
    Not(Box<Expr<'s>>),
    Negate(Box<Expr<'s>>),
    Binary(Operator, Box<Expr<'s>>, Box<Expr<'s>>),
}
