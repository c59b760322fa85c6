//! Expressions.

use super::{Draft, describe};
use crate::datum::Datum;
use crate::expression::{Expression, ExpressionKind};
use crate::natives::{self, Native, Parameter, Role};
use crate::rule::{Guard, SlotKind};
use crate::syntax::{Expr, ExprKind, Literal, Span, Word};

/// Numbers with a name.
const CONSTANTS: &[(&str, f64)] = &[("pi", std::f64::consts::PI), ("e", std::f64::consts::E), ("inf", f64::INFINITY)];

impl Draft<'_, '_> {
    /// Adds a condition of a `where`.
    pub(super) fn guard(&mut self, condition: &Expr<'_>) {
        let Some(condition) = self.expression(condition) else { return };
        let is_condition = match &condition.kind {
            ExpressionKind::Call(native, _) => native.role == Role::Guard,
            ExpressionKind::Binary(operator, ..) => operator.is_condition(),
            ExpressionKind::Literal(datum) => matches!(datum, Datum::Bool(_)),
            ExpressionKind::Not(_) => true,
            ExpressionKind::Slot(slot) => matches!(self.slots[slot.index()].kind, SlotKind::Attribute(_)),
            ExpressionKind::List(_) | ExpressionKind::Negate(_) => false,
        };
        if !is_condition {
            self.checker.report(condition.span, "this is no condition: it is neither true nor false");
        }
        self.push_guard(condition);
    }

    /// Adds a condition.
    pub(super) fn push_guard(&mut self, condition: Expression) {
        if let ExpressionKind::Call(native, arguments) = &condition.kind
            && native.name == "one-use"
            && let [Expression { kind: ExpressionKind::Slot(slot), .. }] = arguments.as_slice()
        {
            self.one_use.push(*slot);
        }
        let text = self.checker.text(condition.span);
        self.guards.push(Guard { condition, text });
    }

    /// An expression with its names resolved; `None` if one is unknown.
    pub(super) fn expression(&mut self, expr: &Expr<'_>) -> Option<Expression> {
        let literal = |datum| Some(ExpressionKind::Literal(datum));
        let kind = match &expr.kind {
            ExprKind::Number(Literal::Integer(value)) => literal(Datum::Integer(*value)),
            ExprKind::Number(Literal::Float(value)) => literal(Datum::Float(*value)),
            ExprKind::Text(text) => literal(Datum::Text(text.clone())),
            ExprKind::Bool(value) => literal(Datum::Bool(*value)),
            ExprKind::Absent => literal(Datum::Absent),
            ExprKind::Type(ty) => literal(Datum::Type(*ty)),
            ExprKind::Variable(name) => self.bound(name, expr.span).map(ExpressionKind::Slot),
            ExprKind::Name(name) => match CONSTANTS.iter().find(|(known, _)| known == name) {
                Some((_, value)) => literal(Datum::Float(*value)),
                None => {
                    let word = Word { text: name, span: expr.span };
                    let known = CONSTANTS.iter().map(|(name, _)| *name);
                    self.checker.report_unknown(&word, format!("there is no number called '{name}'"), known);
                    None
                }
            },
            ExprKind::Call(name, arguments) => {
                // Every argument is looked at, so that all mistakes are reported.
                let resolved: Vec<Option<Expression>> = arguments.iter().map(|one| self.expression(one)).collect();
                let native = self.native(name)?;
                let arguments = resolved.into_iter().collect::<Option<Vec<_>>>()?;
                Some(self.call(native, arguments, name.span)?)
            }
            ExprKind::List(items) => {
                let items: Vec<Option<Expression>> = items.iter().map(|item| self.expression(item)).collect();
                Some(ExpressionKind::List(items.into_iter().collect::<Option<_>>()?))
            }
            ExprKind::Not(inner) => Some(ExpressionKind::Not(self.expression(inner)?.into())),
            ExprKind::Negate(inner) => Some(ExpressionKind::Negate(self.expression(inner)?.into())),
            ExprKind::Binary(operator, left, right) => {
                let (left, right) = (self.expression(left), self.expression(right));
                Some(ExpressionKind::Binary(*operator, left?.into(), right?.into()))
            }
        };
        Some(Expression { kind: kind?, span: expr.span })
    }

    /// The native function of that name.
    pub(super) fn native(&mut self, name: &Word<'_>) -> Option<&'static Native> {
        let found = natives::find(name.text);
        if found.is_none() {
            let known = natives::NATIVES.iter().map(|native| native.name);
            self.checker.report_unknown(name, format!("there is no guard or helper '{}'", name.text), known);
        }
        found
    }

    /// A call, its arguments checked.
    pub(super) fn call(
        &mut self,
        native: &'static Native,
        arguments: Vec<Expression>,
        span: Span,
    ) -> Option<ExpressionKind> {
        let (wanted, found) = (native.parameters.len(), arguments.len());
        if wanted != found {
            let plural = if wanted == 1 { "" } else { "s" };
            let message = format!("'{}' takes {wanted} argument{plural}, found {found}", native.name);
            self.checker.report(span, message);
            return None;
        }
        for (argument, parameter) in arguments.iter().zip(native.parameters) {
            let kind = match &argument.kind {
                ExpressionKind::Slot(slot) => Some(self.slots[slot.index()].kind),
                _ => None,
            };
            let fits = match (parameter, kind) {
                (Parameter::Value, kind) => matches!(kind, Some(SlotKind::Value)),
                (Parameter::Datum, kind) => !matches!(kind, Some(SlotKind::Rest)),
            };
            if !fits {
                let found = kind.map_or("something computed", describe);
                self.checker.report(argument.span, format!("'{}' takes a value here, not {found}", native.name));
                return None;
            }
        }
        Some(ExpressionKind::Call(native, arguments))
    }
}
