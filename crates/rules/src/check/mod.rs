//! From syntax trees to rules: names are resolved, and everything is held against the rows of the ops.

mod expressions;
mod foreign;
mod patterns;
mod results;

use crate::datum::Datum;
use crate::expression::{Expression, Scope};
use crate::foreign::is_foreign;
use crate::parse::problem::Problem;
use crate::rule::{ExampleValue, Guard, Made, MadeId, Node, NodeId, Rule, RuleFile, Slot, SlotId, SlotKind, Variant};
use crate::syntax::{Clause, Example, Expr, Modifier, RuleSyntax, Span, Term, TermKind, Word};
use cranelift_entity::PrimaryMap;
use kiln_ir::{Count, Module, Name, OpDefinition, Registry};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// The dialect of ops whose names have no dot.
const DEFAULT_DIALECT: &str = "graph";

/// The most variants that the alternatives of one rule may make.
const MOST_VARIANTS: usize = 256;

/// Checks rules of one file.
pub(crate) struct Checker<'c> {
    pub(crate) file: &'c Arc<RuleFile>,
    pub(crate) registry: &'c Arc<Registry>,
    /// What is wrong, each said once.
    pub(crate) problems: Vec<Problem>,
    /// Nothing: what literals are evaluated in.
    empty: Module,
}

impl<'c> Checker<'c> {
    pub(crate) fn new(file: &'c Arc<RuleFile>, registry: &'c Arc<Registry>) -> Checker<'c> {
        Checker { file, registry, problems: Vec::new(), empty: Module::new(registry.clone()) }
    }

    /// The rule, if nothing is wrong with it.
    pub(crate) fn rule(&mut self, syntax: &RuleSyntax<'_>) -> Option<Rule> {
        let before = self.problems.len();
        let patterns = expand(&syntax.pattern);
        if patterns.len() > MOST_VARIANTS {
            let message = format!("the alternatives make {} patterns, more than {MOST_VARIANTS}", patterns.len());
            self.report(syntax.pattern.span, message);
            return None;
        }
        let variants: Vec<Variant> = patterns.iter().map(|pattern| self.variant(syntax, pattern)).collect();
        let examples = self.examples(syntax, &variants);
        let benefit = syntax.modifiers.iter().find_map(|modifier| match modifier {
            Modifier::Benefit(benefit) => Some(*benefit),
            Modifier::Relaxed => None,
        });
        (self.problems.len() == before).then(|| Rule {
            name: syntax.name.text.to_owned(),
            is_relaxed: syntax.modifiers.contains(&Modifier::Relaxed),
            benefit: benefit.unwrap_or(1),
            variants,
            examples,
            file: self.file.clone(),
            span: syntax.name.span,
        })
    }

    fn report(&mut self, span: Span, message: impl Into<String>) {
        self.report_with_help(span, message, None);
    }

    fn report_with_help(&mut self, span: Span, message: impl Into<String>, help: Option<String>) {
        let problem = Problem { help, ..Problem::at(span, message) };
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Reports a name that is not known, with the nearest one that is.
    fn report_unknown<'a>(&mut self, word: &Word<'_>, message: String, known: impl IntoIterator<Item = &'a str>) {
        let near = kiln_diag::suggest(word.text, known).map(|near| format!("did you mean '{near}'?"));
        self.report_with_help(word.span, message, near);
    }

    fn variant(&mut self, syntax: &RuleSyntax<'_>, pattern: &Term<'_>) -> Variant {
        let mut draft = Draft::new(self);
        let root = draft.root(pattern);
        for clause in &syntax.clauses {
            if let Clause::Where(conditions) = clause {
                conditions.iter().for_each(|condition| draft.guard(condition));
            }
        }
        let result = draft.result(&syntax.result);
        draft.check_uses(&syntax.result);
        draft.check_root(root);
        let Draft { slots, nodes, guards, made, .. } = draft;
        Variant { slots, nodes, root, guards, made, result }
    }

    fn examples(&mut self, syntax: &RuleSyntax<'_>, variants: &[Variant]) -> Vec<(String, ExampleValue)> {
        let mut examples = Vec::new();
        for item in syntax.clauses.iter().flat_map(|clause| match clause {
            Clause::Example(items) => items.as_slice(),
            Clause::Where(_) => &[],
        }) {
            let (Example::Type(name, _) | Example::Is(name, _)) = item;
            if !variants.iter().any(|variant| variant.slots.iter().any(|slot| slot.name == name.text)) {
                self.report(name.span, format!("'${}' is no variable of the rule", name.text));
            }
            let value = match item {
                Example::Type(_, ty) => ExampleValue::Type(*ty),
                Example::Is(_, value) => ExampleValue::Datum(self.literal(value).unwrap_or(Datum::Absent)),
            };
            examples.push((name.text.to_owned(), value));
        }
        examples
    }

    /// The value of an expression without variables.
    fn literal(&mut self, value: &Expr<'_>) -> Option<Datum> {
        let mut draft = Draft::new(self);
        let expression = draft.expression(value)?;
        self.constant_value(&expression)
    }

    fn constant_value(&mut self, expression: &Expression) -> Option<Datum> {
        let scope = Scope { module: &self.empty, slots: &[], matched: &[] };
        let value = expression.evaluate(&scope);
        value.map_err(|reason| self.report(expression.span, reason)).ok()
    }

    /// The row of an op; a name without a dot is of the graph dialect.
    fn op(&mut self, name: &Word<'_>) -> Option<&'static OpDefinition> {
        let full = match name.text.contains('.') {
            true => name.text.to_owned(),
            false => format!("{DEFAULT_DIALECT}.{}", name.text),
        };
        if is_foreign(self.registry, &full) {
            return Some(foreign::definition(&full));
        }
        let Some(definition) = self.registry.find_op(Name::new(&full)) else {
            let registry = self.registry.clone();
            let rows = registry.dialects().iter().flat_map(|dialect| dialect.ops.iter().copied().flatten());
            let is_short = !name.text.contains('.');
            let prefix = format!("{DEFAULT_DIALECT}.");
            let known = rows.filter_map(|row| if is_short { row.name.strip_prefix(&*prefix) } else { Some(row.name) });
            self.report_unknown(name, format!("there is no op '{full}'"), known);
            return None;
        };
        let has_one_result = definition.results.first().is_some_and(|result| matches!(result.count, Count::One))
            && definition.results[1..].iter().all(|result| matches!(result.count, Count::Optional));
        if !has_one_result || definition.regions != Some(0) {
            let message = format!("{full} cannot be part of a rule: only ops with one result and no region can");
            self.report(name.span, message);
            return None;
        }
        Some(definition)
    }

    /// The text of a span on one line.
    fn text(&self, span: Span) -> String {
        self.file.text[span.start..span.end].split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// A variant being checked.
struct Draft<'a, 'c> {
    checker: &'a mut Checker<'c>,
    slots: Vec<Slot>,
    names: FxHashMap<String, SlotId>,
    nodes: PrimaryMap<NodeId, Node>,
    guards: Vec<Guard>,
    /// Values that nothing outside of the match may use.
    one_use: Vec<SlotId>,
    made: PrimaryMap<MadeId, Made>,
    made_names: FxHashMap<String, MadeId>,
}

impl<'a, 'c> Draft<'a, 'c> {
    fn new(checker: &'a mut Checker<'c>) -> Draft<'a, 'c> {
        Draft {
            checker,
            slots: Vec::new(),
            names: FxHashMap::default(),
            nodes: PrimaryMap::new(),
            guards: Vec::new(),
            one_use: Vec::new(),
            made: PrimaryMap::new(),
            made_names: FxHashMap::default(),
        }
    }

    /// A variable without a name.
    fn unnamed(&mut self, kind: SlotKind) -> SlotId {
        self.slots.push(Slot { name: String::new(), kind });
        SlotId::from_u32(self.slots.len() as u32 - 1)
    }

    /// The variable of that name, which becomes one if it is new.
    fn declare(&mut self, name: &str, kind: SlotKind, span: Span) -> SlotId {
        if let Some(&slot) = self.names.get(name) {
            let known = self.slots[slot.index()].kind;
            if std::mem::discriminant(&known) != std::mem::discriminant(&kind) {
                let (is, was) = (describe(kind), describe(known));
                self.checker.report(span, format!("'${name}' is {is} here, but {was} elsewhere"));
            }
            return slot;
        }
        let slot = self.unnamed(kind);
        self.slots[slot.index()].name = name.to_owned();
        self.names.insert(name.to_owned(), slot);
        slot
    }

    /// The variable of that name; a mistake if the pattern has none.
    fn bound(&mut self, name: &str, span: Span) -> Option<SlotId> {
        let found = self.names.get(name).copied();
        if found.is_none() {
            let near = kiln_diag::suggest(name, self.names.keys().map(String::as_str));
            let help = near.map(|near| format!("did you mean '${near}'?"));
            self.checker.report_with_help(span, format!("'${name}' is not bound by the pattern"), help);
        }
        found
    }
}

fn describe(kind: SlotKind) -> &'static str {
    match kind {
        SlotKind::Value => "a value",
        SlotKind::Attribute(_) => "an attribute",
        SlotKind::Rest => "the rest of some attributes",
    }
}

/// Every way to take one of each of a term's alternatives.
fn expand<'s>(term: &Term<'s>) -> Vec<Term<'s>> {
    match &term.kind {
        TermKind::Choice(choices) => {
            let expanded = choices.iter().flat_map(expand);
            let inherit = |chosen: Term<'s>| Term {
                name: chosen.name.or(term.name),
                classes: [chosen.classes, term.classes.clone()].concat(),
                ..chosen
            };
            expanded.map(inherit).collect()
        }
        TermKind::Op { name, operands, attributes } => {
            let mut ways: Vec<Vec<Term<'s>>> = vec![Vec::new()];
            for operand in operands {
                let choices = expand(operand);
                // Beyond the limit, their number is all that matters.
                let known = ways.into_iter().take(MOST_VARIANTS + 1);
                ways = known
                    .flat_map(|way| choices.iter().map(move |one| [way.clone(), vec![one.clone()]].concat()))
                    .collect();
            }
            let with = |operands| Term {
                kind: TermKind::Op { name: *name, operands, attributes: attributes.clone() },
                ..term.clone()
            };
            ways.into_iter().map(with).collect()
        }
        _ => vec![term.clone()],
    }
}
