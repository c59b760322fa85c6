//! Expressions over what a match has bound: guards, attributes, constants of the result.

use crate::datum::{Datum, find_splat};
use crate::natives::Native;
use crate::rule::SlotId;
use crate::syntax::Span;
use kiln_ir::{Module, Op};
use kiln_tensor::scalar::Scalar;

/// An operator between two operands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Operator {
    /// `+`
    Add,
    /// `-`
    Subtract,
    /// `*`
    Multiply,
    /// `/`
    Divide,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
    /// `in`
    In,
    /// `and`
    And,
    /// `or`
    Or,
}

impl Operator {
    /// Whether it gives true or false.
    pub fn is_condition(self) -> bool {
        !matches!(self, Operator::Add | Operator::Subtract | Operator::Multiply | Operator::Divide)
    }
}

/// An expression, names resolved.
#[derive(Clone, Debug)]
pub struct Expression {
    /// What it is.
    pub kind: ExpressionKind,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
#[derive(Clone, Debug)]
pub enum ExpressionKind {
    /// A literal.
    Literal(Datum),
    /// What a variable is bound to.
    Slot(SlotId),
    /// A call of a native function.
    Call(&'static Native, Vec<Expression>),
    /// A list.
    List(Vec<Expression>),
    /// `not a`
    Not(Box<Expression>),
    /// `-a`
    Negate(Box<Expression>),
    /// `a + b`
    Binary(Operator, Box<Expression>, Box<Expression>),
}

/// What expressions see.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The module.
    pub module: &'a Module,
    /// What variables are bound to.
    pub slots: &'a [Option<Datum>],
    /// The ops matched.
    pub matched: &'a [Op],
}

impl Expression {
    /// The variables in it.
    pub fn slots(&self) -> Vec<SlotId> {
        match &self.kind {
            ExpressionKind::Literal(_) => Vec::new(),
            ExpressionKind::Slot(slot) => vec![*slot],
            ExpressionKind::Call(_, items) | ExpressionKind::List(items) => {
                items.iter().flat_map(Expression::slots).collect()
            }
            ExpressionKind::Not(inner) | ExpressionKind::Negate(inner) => inner.slots(),
            ExpressionKind::Binary(_, left, right) => [left.slots(), right.slots()].concat(),
        }
    }

    /// Its value.
    ///
    /// # Errors
    /// Why it has none, in one sentence.
    pub fn evaluate(&self, scope: &Scope<'_>) -> Result<Datum, String> {
        match &self.kind {
            ExpressionKind::Literal(datum) => Ok(datum.clone()),
            ExpressionKind::Slot(slot) => {
                scope.slots[slot.index()].clone().ok_or_else(|| "a variable is not bound yet".to_owned())
            }
            ExpressionKind::Call(native, arguments) => {
                let arguments =
                    arguments.iter().map(|argument| argument.evaluate(scope)).collect::<Result<Vec<_>, _>>()?;
                (native.call)(scope, &arguments)
            }
            ExpressionKind::List(items) => {
                Ok(Datum::List(items.iter().map(|item| item.evaluate(scope)).collect::<Result<_, _>>()?))
            }
            ExpressionKind::Not(inner) => Ok(Datum::Bool(!inner.evaluate(scope)?.to_bool()?)),
            ExpressionKind::Negate(inner) => {
                apply(Operator::Subtract, &Datum::Integer(0), &number(scope, inner.evaluate(scope)?)?)
            }
            ExpressionKind::Binary(operator, left, right) => binary(*operator, left, right, scope),
        }
    }
}

fn binary(operator: Operator, left: &Expression, right: &Expression, scope: &Scope<'_>) -> Result<Datum, String> {
    let first = left.evaluate(scope)?;
    match operator {
        Operator::And if !first.to_bool()? => return Ok(Datum::Bool(false)),
        Operator::Or if first.to_bool()? => return Ok(Datum::Bool(true)),
        Operator::And | Operator::Or => return Ok(Datum::Bool(right.evaluate(scope)?.to_bool()?)),
        _ => {}
    }
    let second = right.evaluate(scope)?;
    if matches!(operator, Operator::Equal | Operator::NotEqual)
        && let (Datum::Value(left), Datum::Value(right)) = (&first, &second)
    {
        return Ok(Datum::Bool((left == right) == (operator == Operator::Equal)));
    }
    let (first, second) = (number(scope, first)?, number(scope, second)?);
    match operator {
        Operator::Equal => Ok(Datum::Bool(equal(&first, &second))),
        Operator::NotEqual => Ok(Datum::Bool(!equal(&first, &second))),
        Operator::In => Ok(Datum::Bool(second.to_list()?.iter().any(|item| equal(&first, item)))),
        Operator::Less | Operator::LessEqual | Operator::Greater | Operator::GreaterEqual => {
            let order = compare(&first, &second)?;
            Ok(Datum::Bool(order.is_some_and(|order| match operator {
                Operator::Less => order.is_lt(),
                Operator::LessEqual => order.is_le(),
                Operator::Greater => order.is_gt(),
                _ => order.is_ge(),
            })))
        }
        _ => apply(operator, &first, &second),
    }
}

/// The number of a splat constant; anything else as it is.
///
/// # Errors
/// When it is a value and no splat.
pub fn number(scope: &Scope<'_>, datum: Datum) -> Result<Datum, String> {
    let Datum::Value(value) = datum else { return Ok(datum) };
    match find_splat(scope.module, value) {
        Some(Scalar::Float(value)) => Ok(Datum::Float(value)),
        Some(Scalar::Integer(value)) => Ok(Datum::Integer(value)),
        Some(Scalar::Bool(value)) => Ok(Datum::Bool(value)),
        None => Err("the value is no constant of one number".into()),
    }
}

/// Whether two data are the same; numbers by value, an absent attribute as false.
pub fn equal(left: &Datum, right: &Datum) -> bool {
    match (left, right) {
        (Datum::Integer(integer), Datum::Float(float)) | (Datum::Float(float), Datum::Integer(integer)) => {
            *integer as f64 == *float
        }
        (Datum::Absent, Datum::Bool(truth)) | (Datum::Bool(truth), Datum::Absent) => !truth,
        (Datum::List(left), Datum::List(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(left, right)| equal(left, right))
        }
        _ => left == right,
    }
}

fn compare(left: &Datum, right: &Datum) -> Result<Option<std::cmp::Ordering>, String> {
    if let (Datum::Integer(left), Datum::Integer(right)) = (left, right) {
        return Ok(Some(left.cmp(right)));
    }
    match (to_f64(left), to_f64(right)) {
        (Some(left), Some(right)) => Ok(left.partial_cmp(&right)),
        _ => Err(format!("{} and {} cannot be compared", left.describe(), right.describe())),
    }
}

/// A number as a float.
pub fn to_f64(datum: &Datum) -> Option<f64> {
    match datum {
        Datum::Integer(value) => Some(*value as f64),
        Datum::Float(value) => Some(*value),
        _ => None,
    }
}

/// Arithmetic; on lists item by item.
fn apply(operator: Operator, left: &Datum, right: &Datum) -> Result<Datum, String> {
    match (left, right) {
        (Datum::List(left), Datum::List(right)) if left.len() == right.len() => {
            let items = left.iter().zip(right).map(|(left, right)| apply(operator, left, right));
            Ok(Datum::List(items.collect::<Result<_, _>>()?))
        }
        (Datum::List(left), right) if !matches!(right, Datum::List(_)) => {
            Ok(Datum::List(left.iter().map(|left| apply(operator, left, right)).collect::<Result<_, _>>()?))
        }
        (left, Datum::List(right)) if !matches!(left, Datum::List(_)) => {
            Ok(Datum::List(right.iter().map(|right| apply(operator, left, right)).collect::<Result<_, _>>()?))
        }
        (Datum::Integer(left), Datum::Integer(right)) => integers(operator, *left, *right),
        (Datum::Extent(_), _) | (_, Datum::Extent(_)) => extents(operator, left, right),
        _ => match (to_f64(left), to_f64(right)) {
            (Some(left), Some(right)) => Ok(Datum::Float(match operator {
                Operator::Add => left + right,
                Operator::Subtract => left - right,
                Operator::Multiply => left * right,
                _ => left / right,
            })),
            _ => Err(format!("no arithmetic on {} and {}", left.describe(), right.describe())),
        },
    }
}

fn integers(operator: Operator, left: i128, right: i128) -> Result<Datum, String> {
    let result = match operator {
        Operator::Add => left.checked_add(right),
        Operator::Subtract => left.checked_sub(right),
        Operator::Multiply => left.checked_mul(right),
        _ if right != 0 && left % right == 0 => Some(left / right),
        _ => return Err(format!("{left} / {right} is no integer")),
    };
    result.map(Datum::Integer).ok_or_else(|| "an integer overflows".into())
}

fn extents(operator: Operator, left: &Datum, right: &Datum) -> Result<Datum, String> {
    let (Some(first), Some(second)) = (left.to_extent(), right.to_extent()) else {
        return Err(format!("no arithmetic on {} and {}", left.describe(), right.describe()));
    };
    let result = match operator {
        Operator::Add => first.checked_add(second),
        Operator::Subtract => first.checked_sub(second),
        Operator::Multiply => first.checked_mul(second),
        _ => return Err("extents do not divide here".into()),
    };
    result.map(Datum::from_extent).ok_or_else(|| "an extent overflows".into())
}
