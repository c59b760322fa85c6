//! Matching a pattern at an op.
//!
//! Operands of commutative ops match in either order: where the first order fails further on, the second is tried. Guards
//! are looked at once everything else matches, so that they too send the search on to another order.

use crate::datum::{Datum, find_splat};
use crate::expression::{Expression, Scope, equal};
use crate::foreign::is_foreign;
use crate::rule::{AttributeCheck, NodeId, NodeKind, OpNode, Rest, SlotId, Variant};
use crate::syntax::Span;
use kiln_ir::{Attributes, Module, Op, Presence, Traits, Value};
use kiln_tensor::scalar::Scalar;
use smallvec::SmallVec;

/// What a match bound.
#[derive(Clone, Debug)]
pub struct Bindings {
    /// What each variable stands for.
    pub slots: Vec<Option<Datum>>,
    /// The ops matched, the root first; constants that a number matched included.
    pub matched: SmallVec<[Op; 8]>,
}

/// How far a match came that failed.
#[derive(Clone, Debug)]
pub struct Failure {
    /// How many ops matched.
    pub matched: usize,
    /// What in the rule did not.
    pub span: Span,
    /// Why.
    pub reason: String,
}

/// Nodes yet to be matched, the next one last.
type Pending = SmallVec<[(NodeId, Value); 8]>;

/// A match in progress.
pub(crate) struct Matcher<'a> {
    module: &'a Module,
    variant: &'a Variant,
    /// Whether failures are kept.
    explains: bool,
    /// The failure that came furthest.
    pub(crate) failure: Option<Failure>,
}

impl<'a> Matcher<'a> {
    pub(crate) fn new(module: &'a Module, variant: &'a Variant, explains: bool) -> Matcher<'a> {
        Matcher { module, variant, explains, failure: None }
    }

    /// Matches the pattern's root with `op`.
    pub(crate) fn run(&mut self, op: Op) -> Option<Bindings> {
        let &[result] = self.module.results(op) else { return None };
        let bindings = Bindings { slots: vec![None; self.variant.slots.len()], matched: SmallVec::new() };
        self.solve(SmallVec::from_slice(&[(self.variant.root, result)]), bindings)
    }

    fn solve(&mut self, mut pending: Pending, mut bindings: Bindings) -> Option<Bindings> {
        let variant = self.variant;
        while let Some((id, value)) = pending.pop() {
            let node = &variant.nodes[id];
            if let Some(slot) = node.slot {
                self.bind(slot, Datum::Value(value), node.span, &mut bindings)?;
            }
            match &node.kind {
                NodeKind::Any => {}
                NodeKind::Number { value: number, is_rough } => {
                    if !self.is_number(value, *number, *is_rough) {
                        return self.fail(&bindings, node.span, || format!("the operand is no constant of {number}"));
                    }
                    bindings.matched.extend(self.module.defining_op(value));
                }
                NodeKind::Op(pattern) => {
                    self.match_op(pattern, value, node.span, &mut bindings)?;
                    let op = *bindings.matched.last().expect("the op was just matched");
                    let operands = self.module.operands(op);
                    let commutes = pattern.definition.traits.contains(Traits::COMMUTATIVE) && operands.len() == 2;
                    if commutes && operands[0] != operands[1] {
                        let mut straight = pending.clone();
                        straight.extend([(pattern.operands[1], operands[1]), (pattern.operands[0], operands[0])]);
                        if let Some(found) = self.solve(straight, bindings.clone()) {
                            return Some(found);
                        }
                        pending.extend([(pattern.operands[1], operands[0]), (pattern.operands[0], operands[1])]);
                    } else {
                        pending.extend(pattern.operands.iter().copied().zip(operands.iter().copied()).rev());
                    }
                }
            }
        }
        self.check_guards(&bindings)?;
        Some(bindings)
    }

    /// Keeps the failure if it came further than those before.
    fn fail<T>(&mut self, bindings: &Bindings, span: Span, reason: impl FnOnce() -> String) -> Option<T> {
        let matched = bindings.matched.len();
        if self.explains && self.failure.as_ref().is_none_or(|failure| failure.matched < matched) {
            self.failure = Some(Failure { matched, span, reason: reason() });
        }
        None
    }

    fn bind(&mut self, slot: SlotId, datum: Datum, span: Span, bindings: &mut Bindings) -> Option<()> {
        let same = match &bindings.slots[slot.index()] {
            None => {
                bindings.slots[slot.index()] = Some(datum);
                return Some(());
            }
            Some(bound) => equal(bound, &datum),
        };
        let name = &self.variant.slots[slot.index()].name;
        if same { Some(()) } else { self.fail(bindings, span, || format!("it is not what '${name}' is elsewhere")) }
    }

    /// Whether `value` is a constant whose elements are `number`, rounded to its element type.
    fn is_number(&self, value: Value, number: f64, is_rough: bool) -> bool {
        let Some(found) = find_splat(self.module, value) else { return false };
        let found = match found {
            Scalar::Float(found) => found,
            other => return other.to_f64() == number,
        };
        let element = self.module.ty(value).element();
        let rounded = element.and_then(|element| crate::datum::element_of(element, Scalar::Float(number)));
        let rounded = rounded.and_then(|rounded| Some(kiln_tensor::scalar::scalars(&rounded)?.first()?.to_f64()));
        rounded == Some(found) || (is_rough && (found - number).abs() <= number.abs() * ROUGHNESS)
    }

    fn match_op(&mut self, pattern: &OpNode, value: Value, span: Span, bindings: &mut Bindings) -> Option<()> {
        let module = self.module;
        let name = pattern.name;
        let Some(op) = module.defining_op(value) else {
            return self.fail(bindings, span, || format!("the operand is an argument, not the result of {name}"));
        };
        if module.name(op) != name {
            return self
                .fail(bindings, span, || format!("the operand is the result of {}, not {name}", module.name(op)));
        }
        if module.results(op).len() != 1 {
            return self.fail(bindings, span, || format!("{name} has several results here"));
        }
        let count = module.operands(op).len();
        if count != pattern.operands.len() {
            let wanted = pattern.operands.len();
            return self.fail(bindings, span, || format!("{name} has {count} operands here, not {wanted}"));
        }
        let attributes = module.attributes(op);
        if attributes.get(SEGMENTS).is_some() && !matches!(pattern.rest, Rest::Bound(_)) {
            return self.fail(bindings, span, || format!("optional operands of {name} are given in another way"));
        }
        bindings.matched.push(op);
        for test in &pattern.attributes {
            let found = Datum::from_attribute(attributes.get(test.name));
            match &test.test {
                AttributeCheck::Bind(slot) => self.bind(*slot, found, test.span, bindings)?,
                AttributeCheck::OneOf(wanted) => {
                    if !wanted.iter().any(|wanted| equal(&found, wanted)) {
                        return self.fail(bindings, test.span, || differs(test.name, &found, wanted));
                    }
                }
            }
        }
        self.match_rest(pattern, attributes, span, bindings)
    }

    fn match_rest(
        &mut self,
        pattern: &OpNode,
        attributes: &Attributes,
        span: Span,
        bindings: &mut Bindings,
    ) -> Option<()> {
        let is_mentioned = |name: &str| pattern.attributes.iter().any(|test| test.name == name);
        match pattern.rest {
            Rest::Ignored => Some(()),
            Rest::Bound(slot) => {
                let rest = attributes.iter().filter(|(name, _)| !is_mentioned(name.as_str())).collect();
                self.bind(slot, Datum::Rest(rest), span, bindings)
            }
            Rest::Absent if is_foreign(self.module.registry(), pattern.definition.name) => {
                match attributes.iter().find(|(name, _)| !is_mentioned(name.as_str())) {
                    None => Some(()),
                    Some((name, _)) => self.fail(bindings, span, || unmentioned(name.as_str())),
                }
            }
            Rest::Absent => {
                let optional = pattern.definition.attributes.iter().filter(|row| row.presence == Presence::Optional);
                let set = optional
                    .filter(|row| !is_mentioned(row.name))
                    .find(|row| attributes.get(row.name).is_some_and(|attribute| attribute.as_bool() != Some(false)));
                match set {
                    None => Some(()),
                    Some(row) => self.fail(bindings, span, || unmentioned(row.name)),
                }
            }
        }
    }

    fn evaluate(&mut self, expression: &Expression, span: Span, bindings: &Bindings) -> Option<Datum> {
        let scope = Scope { module: self.module, slots: &bindings.slots, matched: &bindings.matched };
        match expression.evaluate(&scope) {
            Ok(datum) => Some(datum),
            Err(reason) => self.fail(bindings, span, || reason),
        }
    }

    fn check_guards(&mut self, bindings: &Bindings) -> Option<()> {
        let variant = self.variant;
        for guard in &variant.guards {
            let found = self.evaluate(&guard.condition, guard.condition.span, bindings)?;
            if !found.to_bool().unwrap_or(false) {
                return self.fail(bindings, guard.condition.span, || format!("'{}' does not hold", guard.text));
            }
        }
        Some(())
    }
}

/// How far, relatively, a constant may be off where the rule says `~`: exporters print six digits.
const ROUGHNESS: f64 = 1e-5;

/// Where ops say how many values each of their operands has.
const SEGMENTS: &str = "operandSegmentSizes";

fn unmentioned(name: &str) -> String {
    format!("attribute '{name}', not mentioned here, is set")
}

fn differs(name: &str, found: &Datum, wanted: &[Datum]) -> String {
    let wanted: Vec<String> = wanted.iter().map(Datum::describe).collect();
    format!("{name} is {}, not {}", found.describe(), wanted.join(" or "))
}
