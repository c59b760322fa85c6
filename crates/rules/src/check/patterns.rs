//! The left side.

use super::{Draft, foreign};
use crate::expression::{Expression, ExpressionKind, Operator};
use crate::foreign::is_foreign;
use crate::natives::{Role, find};
use crate::rule::{AttributeCheck, AttributePattern, Node, NodeId, NodeKind, OpNode, Rest, SlotId, SlotKind};
use crate::syntax::{
    AttributeItem, AttributeTest, Class, ClassKind, Expr, ExprKind, Literal, Span, Term, TermKind, Word,
};
use kiln_ir::{AttributeDefinition, Name, OpDefinition, Presence};

/// What can only be resolved once the whole pattern is known.
#[derive(Default)]
struct Later<'t, 's> {
    classes: Vec<(SlotId, &'t Class<'s>)>,
    /// Attributes that must equal, or be in, what is computed from variables.
    attributes: Vec<(SlotId, Operator, &'t Expr<'s>)>,
}

impl Draft<'_, '_> {
    /// The whole pattern.
    pub(super) fn root(&mut self, term: &Term<'_>) -> NodeId {
        if !matches!(term.kind, TermKind::Op { .. }) {
            self.checker.report(term.span, "a pattern begins with an op: (graph.relu ...)");
        }
        let mut later = Later::default();
        let root = self.node(term, &mut later);
        let registry = self.checker.registry.clone();
        let inner = self.nodes.iter().filter(|(id, _)| *id != root).filter_map(|(_, node)| match &node.kind {
            NodeKind::Op(op) if is_foreign(&registry, op.definition.name) => Some((op.definition.name, node.span)),
            _ => None,
        });
        for (name, span) in inner.collect::<Vec<_>>() {
            self.checker.report(span, format!("{name} is not known to Kiln: it can only be the root of a pattern"));
        }
        for (slot, class) in later.classes {
            self.class(slot, class);
        }
        for (slot, operator, wanted) in later.attributes {
            let Some(wanted) = self.expression(wanted) else { continue };
            let span = wanted.span;
            let found = Expression { kind: ExpressionKind::Slot(slot), span };
            let kind = ExpressionKind::Binary(operator, found.into(), wanted.into());
            self.push_guard(Expression { kind, span });
        }
        root
    }

    fn node<'t, 's>(&mut self, term: &'t Term<'s>, later: &mut Later<'t, 's>) -> NodeId {
        let kind = match &term.kind {
            TermKind::Variable(_) => NodeKind::Any,
            TermKind::Number { value, is_rough } => NodeKind::Number { value: to_f64(*value), is_rough: *is_rough },
            TermKind::Computed(value) => NodeKind::Number { value: self.number(value), is_rough: false },
            TermKind::Op { name, operands, attributes } => {
                let operands: Vec<NodeId> = operands.iter().map(|operand| self.node(operand, later)).collect();
                match self.checker.op(name) {
                    Some(definition) => self.op_node(definition, name.span, operands, attributes, later),
                    None => NodeKind::Any,
                }
            }
            TermKind::Choice(_) => panic!("alternatives are expanded before"),
        };
        let slot = match (&term.kind, &term.name) {
            (TermKind::Variable(name), _) => Some(self.declare(name, SlotKind::Value, term.span)),
            (_, Some(name)) => {
                if self.nodes.values().any(|node| {
                    matches!(node.kind, NodeKind::Op(_))
                        && node.slot.is_some_and(|slot| self.slots[slot.index()].name == name.text)
                }) {
                    self.checker.report(name.span, format!("'${}' names another op already", name.text));
                }
                Some(self.declare(name.text, SlotKind::Value, name.span))
            }
            (_, None) if !term.classes.is_empty() => Some(self.unnamed(SlotKind::Value)),
            (_, None) => None,
        };
        later.classes.extend(slot.into_iter().flat_map(|slot| term.classes.iter().map(move |class| (slot, class))));
        self.nodes.push(Node { kind, slot, span: term.span })
    }

    fn op_node<'t, 's>(
        &mut self,
        definition: &'static OpDefinition,
        span: Span,
        operands: Vec<NodeId>,
        items: &'t [AttributeItem<'s>],
        later: &mut Later<'t, 's>,
    ) -> NodeKind {
        self.check_count(definition, operands.len(), span);
        let mut attributes: Vec<AttributePattern> = Vec::new();
        let mut rest = Rest::Absent;
        for item in items {
            match item {
                AttributeItem::Rest(None, _) => rest = Rest::Ignored,
                AttributeItem::Rest(Some(name), span) => {
                    rest = Rest::Bound(self.declare(name.text, SlotKind::Rest, *span));
                }
                AttributeItem::Test(name, test) => {
                    let Some(row) = self.attribute(definition, name) else { continue };
                    if attributes.iter().any(|known| known.name == row.name) {
                        self.checker.report(name.span, format!("attribute '{}' is mentioned twice", name.text));
                    }
                    if let Some(test) = self.attribute_test(row, test, later) {
                        attributes.push(AttributePattern { name: row.name, test, span: name.span });
                    }
                }
            }
        }
        let mentioned = |row: &AttributeDefinition| {
            items.iter().any(|item| matches!(item, AttributeItem::Test(name, _) if name.text == row.name))
        };
        let required = definition.attributes.iter().filter(|row| row.presence == Presence::Required);
        for row in required.filter(|row| rest == Rest::Absent && !mentioned(row)) {
            let message = format!("attribute '{}' of {} is not mentioned", row.name, definition.name);
            let help = format!("bind it, '{{{} = $a}}', or write '{{..}}' if it does not matter", row.name);
            self.checker.report_with_help(span, message, Some(help));
        }
        NodeKind::Op(OpNode { definition, name: Name::new(definition.name), operands, attributes, rest })
    }

    fn attribute_test<'t, 's>(
        &mut self,
        row: &'static AttributeDefinition,
        test: &'t AttributeTest<'s>,
        later: &mut Later<'t, 's>,
    ) -> Option<AttributeCheck> {
        let (expr, operator) = match test {
            AttributeTest::Is(expr) => (expr, Operator::Equal),
            AttributeTest::In(expr) => (expr, Operator::In),
        };
        if let (ExprKind::Variable(name), Operator::Equal) = (&expr.kind, operator)
            && !self.names.get(*name).is_some_and(|slot| matches!(self.slots[slot.index()].kind, SlotKind::Value))
        {
            return Some(AttributeCheck::Bind(self.declare(name, SlotKind::Attribute(row.value), expr.span)));
        }
        if has_variables(expr) {
            let slot = self.unnamed(SlotKind::Attribute(row.value));
            later.attributes.push((slot, operator, expr));
            return Some(AttributeCheck::Bind(slot));
        }
        let value = self.checker.literal(expr)?;
        let values = match operator {
            Operator::In => value.to_list().map(<[_]>::to_vec),
            _ => Ok(vec![value]),
        };
        let values = values.map_err(|reason| self.checker.report(expr.span, reason)).ok()?;
        for value in &values {
            match value.to_attribute(row.value) {
                Ok(None) if row.presence == Presence::Required => {
                    self.checker.report(expr.span, format!("attribute '{}' is never absent", row.name));
                }
                Err(reason) => self.checker.report(expr.span, format!("attribute '{}' {reason}", row.name)),
                Ok(_) => {}
            }
        }
        Some(AttributeCheck::OneOf(values))
    }

    /// The row of an attribute.
    pub(super) fn attribute(
        &mut self,
        definition: &'static OpDefinition,
        name: &Word<'_>,
    ) -> Option<&'static AttributeDefinition> {
        if is_foreign(self.checker.registry, definition.name) {
            return Some(foreign::attribute(name.text));
        }
        let found = definition.attributes.iter().find(|row| row.name == name.text);
        if found.is_none() {
            let message = format!("{} has no attribute '{}'", definition.name, name.text);
            self.checker.report_unknown(name, message, definition.attributes.iter().map(|row| row.name));
        }
        found
    }

    /// Reports an op with too few or too many operands.
    pub(super) fn check_count(&mut self, definition: &OpDefinition, count: usize, span: Span) {
        if definition.operand_ranges(count, None).is_none() {
            let names: Vec<&str> = definition.operands.iter().map(|operand| operand.name).collect();
            let message = format!("{} takes operands ({}), found {count}", definition.name, names.join(", "));
            self.checker.report(span, message);
        }
    }

    fn number(&mut self, value: &Expr<'_>) -> f64 {
        let found = self.checker.literal(value);
        match found.as_ref().map(crate::expression::to_f64) {
            Some(Some(number)) => number,
            Some(None) => {
                self.checker.report(value.span, "a constant in a pattern is a number");
                0.0
            }
            None => 0.0,
        }
    }

    fn class(&mut self, slot: SlotId, class: &Class<'_>) {
        let itself = Expression { kind: ExpressionKind::Slot(slot), span: class.span };
        let kind = match &class.kind {
            ClassKind::Like(other) => {
                let Some(other) = self.bound(other.text, other.span) else { return };
                let other = Expression { kind: ExpressionKind::Slot(other), span: class.span };
                let same_type = find("same-type").expect("the table has 'same-type'");
                self.call(same_type, vec![itself, other], class.span)
            }
            ClassKind::Type(ty) => {
                let type_of = find("type").expect("the table has 'type'");
                let left = Expression { kind: ExpressionKind::Call(type_of, vec![itself]), span: class.span };
                let literal = ExpressionKind::Literal(crate::datum::Datum::Type(*ty));
                let right = Expression { kind: literal, span: class.span };
                Some(ExpressionKind::Binary(Operator::Equal, left.into(), right.into()))
            }
            ClassKind::Call(name, arguments) => {
                let arguments: Vec<Option<Expression>> = arguments.iter().map(|one| self.expression(one)).collect();
                let Some(native) = self.native(name) else { return };
                if native.role != Role::Guard {
                    self.checker.report(name.span, format!("'{}' is no guard: it computes something", name.text));
                }
                let Some(arguments) = arguments.into_iter().collect::<Option<Vec<_>>>() else { return };
                self.call(native, [vec![itself], arguments].concat(), name.span)
            }
        };
        if let Some(kind) = kind {
            self.push_guard(Expression { kind, span: class.span });
        }
    }
}

pub(super) fn to_f64(literal: Literal) -> f64 {
    match literal {
        Literal::Integer(value) => value as f64,
        Literal::Float(value) => value,
    }
}

fn has_variables(expr: &Expr<'_>) -> bool {
    match &expr.kind {
        ExprKind::Variable(_) => true,
        ExprKind::Call(_, items) | ExprKind::List(items) => items.iter().any(has_variables),
        ExprKind::Not(inner) | ExprKind::Negate(inner) => has_variables(inner),
        ExprKind::Binary(_, left, right) => has_variables(left) || has_variables(right),
        _ => false,
    }
}
