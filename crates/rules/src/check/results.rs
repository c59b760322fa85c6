//! The right side.

use super::Draft;
use crate::datum::Datum;
use crate::expression::{Expression, ExpressionKind};
use crate::foreign::is_foreign;
use crate::natives::find;
use crate::rule::{Guard, Made, MadeId, MadeKind, NodeId, SlotKind};
use crate::syntax::{AttributeItem, AttributeTest, Class, ClassKind, Literal, Span, Term, TermKind, Word};
use kiln_ir::{AttributeConstraint, OpDefinition, Presence, TypeConstraint};

impl Draft<'_, '_> {
    /// The whole result.
    pub(super) fn result(&mut self, term: &Term<'_>) -> MadeId {
        self.make(term, true, None)
    }

    /// Reports values that the result uses although they were to have one use.
    pub(super) fn check_uses(&mut self, term: &Term<'_>) {
        for slot in self.one_use.clone() {
            let uses = |made: &&Made| matches!(made.kind, MadeKind::Bound(used) if used == slot);
            if let Some(span) = self.made.values().find(uses).map(|made| made.span) {
                let name = &self.slots[slot.index()].name;
                let message = format!("the result of '${name}' is used outside of the pattern");
                let help = "it was to have one use: the op it comes from stays if the right side needs it".to_owned();
                self.checker.report_with_help(
                    if span == Span::default() { term.span } else { span },
                    message,
                    Some(help),
                );
            }
        }
    }

    /// Reports a guard that the root is used by nothing outside of the pattern: then it would be dead.
    pub(super) fn check_root(&mut self, root: NodeId) {
        let Some(slot) = self.nodes[root].slot.filter(|slot| self.one_use.contains(slot)) else { return };
        let asks = |guard: &&Guard| {
            matches!(&guard.condition.kind, ExpressionKind::Call(native, _) if native.name == "one-use")
                && guard.condition.slots() == [slot]
        };
        if let Some(span) = self.guards.iter().find(asks).map(|guard| guard.condition.span) {
            self.checker.report(span, "'one-use' is about ops inside of the pattern: the root is used outside of it");
        }
    }

    fn make(&mut self, term: &Term<'_>, is_root: bool, like: Option<MadeId>) -> MadeId {
        let ty = self.result_type(&term.classes);
        let kind = match &term.kind {
            TermKind::Variable(name) => {
                if let Some(&made) = self.made_names.get(*name) {
                    return made;
                }
                if let Some(slot) = self.bound(name, term.span) {
                    if !matches!(self.slots[slot.index()].kind, SlotKind::Value) {
                        self.checker.report(term.span, format!("'${name}' is an attribute, not a value"));
                    }
                    if !term.classes.is_empty() {
                        self.checker.report(term.span, "a value has its type: only an op can be given one");
                    }
                    MadeKind::Bound(slot)
                } else {
                    self.nothing()
                }
            }
            TermKind::Number { value, is_rough } => {
                if *is_rough {
                    self.checker.report(term.span, "a constant that is made is exact");
                }
                let value = match value {
                    Literal::Integer(value) => Datum::Integer(*value),
                    Literal::Float(value) => Datum::Float(*value),
                };
                MadeKind::Number { value: Expression { kind: ExpressionKind::Literal(value), span: term.span }, like }
            }
            TermKind::Computed(value) => match self.expression(value) {
                Some(value) => MadeKind::Number { value, like },
                None => self.nothing(),
            },
            TermKind::Op { name, operands, attributes } => {
                self.make_op(name, operands, attributes, ty.is_some() || is_root)
            }
            TermKind::Choice(_) => {
                self.checker.report(term.span, "only patterns have alternatives");
                self.nothing()
            }
        };
        let made = self.made.push(Made { kind, ty, span: term.span });
        if let Some(name) = &term.name {
            if self.names.contains_key(name.text) || self.made_names.contains_key(name.text) {
                self.checker.report(name.span, format!("'${}' is bound already", name.text));
            }
            self.made_names.insert(name.text.to_owned(), made);
        }
        made
    }

    /// What stands for a term that is wrong.
    fn nothing(&self) -> MadeKind {
        let zero = ExpressionKind::Literal(Datum::Integer(0));
        MadeKind::Number { value: Expression { kind: zero, span: Span::default() }, like: None }
    }

    fn make_op(
        &mut self,
        name: &Word<'_>,
        operands: &[Term<'_>],
        items: &[AttributeItem<'_>],
        has_type: bool,
    ) -> MadeKind {
        let definition = self.checker.op(name);
        let operands = self.make_operands(definition, operands);
        let Some(definition) = definition else { return self.nothing() };
        if is_foreign(self.checker.registry, definition.name) {
            let message = format!("{} is not known to Kiln: it can be matched, not made", definition.name);
            self.checker.report(name.span, message);
            return self.nothing();
        }
        self.check_count(definition, operands.len(), name.span);
        if definition.infer.is_none() && !has_type {
            let message = format!("the type of {} does not follow from its operands", definition.name);
            let help = "give it: '(...):$x' for the type of '$x', '(...):shaped($x, [2, 3])' for its elements in another shape";
            self.checker.report_with_help(name.span, message, Some(help.into()));
        }
        let mut attributes: Vec<(&str, AttributeConstraint, Expression)> = Vec::new();
        let mut rest = None;
        for item in items {
            match item {
                AttributeItem::Rest(None, span) => {
                    self.checker.report(*span, "attributes that are taken over have a name: '..$rest'");
                }
                AttributeItem::Rest(Some(name), span) => {
                    rest = self.bound(name.text, *span);
                    if rest.is_some_and(|slot| !matches!(self.slots[slot.index()].kind, SlotKind::Rest)) {
                        self.checker.report(*span, format!("'${}' is not the rest of some attributes", name.text));
                    }
                }
                AttributeItem::Test(name, AttributeTest::In(_)) => {
                    self.checker.report(name.span, "an attribute that is made has one value");
                }
                AttributeItem::Test(name, AttributeTest::Is(value)) => {
                    let Some(row) = self.attribute(definition, name) else { continue };
                    if attributes.iter().any(|(known, ..)| *known == row.name) {
                        self.checker.report(name.span, format!("attribute '{}' is mentioned twice", name.text));
                    }
                    let Some(value) = self.expression(value) else { continue };
                    if value.slots().is_empty()
                        && let Some(literal) = self.checker.constant_value(&value)
                        && let Err(reason) = literal.to_attribute(row.value)
                    {
                        self.checker.report(value.span, format!("attribute '{}' {reason}", row.name));
                    }
                    attributes.push((row.name, row.value, value));
                }
            }
        }
        let mentioned =
            |name: &str| items.iter().any(|item| matches!(item, AttributeItem::Test(word, _) if word.text == name));
        let required = definition.attributes.iter().filter(|row| row.presence == Presence::Required);
        for row in required.filter(|row| rest.is_none() && !mentioned(row.name)) {
            self.checker.report(name.span, format!("attribute '{}' of {} is missing", row.name, definition.name));
        }
        MadeKind::Op { definition, operands, attributes, rest }
    }

    /// Operands, numbers after the others: a number gets the element type of the first operand that is none.
    fn make_operands(&mut self, definition: Option<&OpDefinition>, terms: &[Term<'_>]) -> Vec<MadeId> {
        let is_number = |term: &Term<'_>| matches!(term.kind, TermKind::Number { .. } | TermKind::Computed(_));
        let mut operands: Vec<Option<MadeId>> = vec![None; terms.len()];
        for (index, term) in terms.iter().enumerate().filter(|(_, term)| !is_number(term)) {
            operands[index] = Some(self.make(term, false, None));
        }
        // A condition says nothing of the numbers beside it.
        let is_condition = |index: usize| {
            let row = definition.and_then(|definition| definition.operands.get(index));
            row.is_some_and(|row| matches!(row.ty, TypeConstraint::BoolTensor))
        };
        let like = operands.iter().enumerate().find_map(|(index, made)| made.filter(|_| !is_condition(index)));
        for (index, term) in terms.iter().enumerate().filter(|(_, term)| is_number(term)) {
            operands[index] = Some(self.make(term, false, like));
        }
        operands.into_iter().map(|operand| operand.expect("every operand was made")).collect()
    }

    /// The type that classes after a term give it.
    fn result_type(&mut self, classes: &[Class<'_>]) -> Option<Expression> {
        let class = classes.first()?;
        if let Some(second) = classes.get(1) {
            self.checker.report(second.span, "a result has one type");
        }
        let kind = match &class.kind {
            ClassKind::Type(ty) => Some(ExpressionKind::Literal(Datum::Type(*ty))),
            ClassKind::Like(name) => {
                let slot = self.bound(name.text, name.span)?;
                let argument = Expression { kind: ExpressionKind::Slot(slot), span: name.span };
                self.call(find("type").expect("the table has 'type'"), vec![argument], name.span)
            }
            ClassKind::Call(name, arguments) => {
                let arguments: Vec<Option<Expression>> = arguments.iter().map(|one| self.expression(one)).collect();
                let native = self.native(name)?;
                self.call(native, arguments.into_iter().collect::<Option<Vec<_>>>()?, name.span)
            }
        };
        kind.map(|kind| Expression { kind, span: class.span })
    }
}
