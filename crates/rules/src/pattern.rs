//! Rules as patterns of the greedy driver.

use crate::expression::Scope;
use crate::matching::{Bindings, Matcher};
use crate::replacing::{build, plan};
use crate::rule::{Rule, Variant};
use kiln_ir::{Mismatch, Module, NearMiss, Op, Pattern, PatternSet, Rewrite};
use std::sync::Arc;

/// One variant of a rule as a pattern: a rule with alternatives is several, of one name.
struct RulePattern {
    rule: Arc<Rule>,
    variant: usize,
}

impl RulePattern {
    fn variant(&self) -> &Variant {
        &self.rule.variants[self.variant]
    }
}

impl Pattern for RulePattern {
    fn name(&self) -> &str {
        &self.rule.name
    }

    fn root(&self) -> Option<&str> {
        Some(self.variant().root_op().definition.name)
    }

    fn benefit(&self) -> u32 {
        self.rule.benefit
    }

    fn rewrite(&self, module: &mut Module, op: Op) -> Rewrite {
        let variant = self.variant();
        let bindings = Matcher::new(module, variant, false).run(op).ok_or("the pattern does not match")?;
        let plan = plan(module, variant, &bindings, op).map_err(Mismatch::from)?;
        let value = build(module, variant, &bindings, &plan, op);
        module.replace(op, &[value]);
        Ok(())
    }

    fn near_miss(&self, module: &Module, op: Op) -> Option<NearMiss> {
        let variant = self.variant();
        let mut matcher = Matcher::new(module, variant, true);
        let (matched, span, reason) = match matcher.run(op) {
            Some(bindings) => {
                let reason = plan(module, variant, &bindings, op).err()?;
                (bindings.matched.len(), variant.made[variant.result].span, reason)
            }
            None => matcher.failure.map(|failure| (failure.matched, failure.span, failure.reason))?,
        };
        (matched > 1).then(|| NearMiss { matched, reason, place: self.rule.file.place(span) })
    }
}

/// Adds the rules to a pattern set; relaxed ones only if `relaxed`.
pub fn add_rules(rules: &[Arc<Rule>], relaxed: bool, patterns: &mut PatternSet) {
    for rule in rules.iter().filter(|rule| relaxed || !rule.is_relaxed) {
        for variant in 0..rule.variants.len() {
            patterns.add(RulePattern { rule: rule.clone(), variant });
        }
    }
}

/// What a rule's variant binds at `op`, for those that look at matches themselves.
pub fn find_match(module: &Module, variant: &Variant, op: Op) -> Option<Bindings> {
    Matcher::new(module, variant, false).run(op)
}

impl Bindings {
    /// What expressions see.
    pub fn scope<'a>(&'a self, module: &'a Module) -> Scope<'a> {
        Scope { module, slots: &self.slots, matched: &self.matched }
    }
}
