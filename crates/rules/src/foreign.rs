//! Ops of a registered dialect that it has no row for: operators of a framework's models that Kiln does not know, called
//! `onnx.com.example.Swish`. Patterns may name them; what puts something in their place is [`replace_foreign`].

use crate::matching::Matcher;
use crate::replacing::{build, plan};
use crate::rule::{Rule, Variant};
use kiln_ir::{Module, Name, Op, Registry, Value};
use std::sync::Arc;

/// Whether an op of that name is one: the dialect is known, the op is not, and a domain stands between.
pub fn is_foreign(registry: &Registry, name: &str) -> bool {
    let is_in_domain = name.split('.').count() > 2 && name.split('.').all(|part| !part.is_empty());
    let dialect = name.split('.').next().unwrap_or_default();
    is_in_domain && registry.find_dialect(dialect).is_some() && registry.find_op(Name::new(name)).is_none()
}

/// The names of the foreign ops that rules begin with.
pub fn foreign_roots(rules: &[Arc<Rule>], registry: &Registry) -> Vec<&'static str> {
    let variants = rules.iter().flat_map(|rule| &rule.variants);
    let roots = variants.map(|variant| variant.root_op().definition.name);
    roots.filter(|name| is_foreign(registry, name)).collect()
}

/// Makes, before `op`, what the first rule that applies puts in the place of its result. Where the result's type is not
/// known, it becomes that of what is made.
///
/// # Errors
/// Of each rule for such an op, why it does not apply.
pub fn replace_foreign(module: &mut Module, rules: &[Arc<Rule>], op: Op) -> Result<Value, Vec<String>> {
    let name = module.name(op).as_str();
    let variants = |rule: &Arc<Rule>| (0..rule.variants.len()).map(|index| (rule.clone(), index)).collect::<Vec<_>>();
    let mut candidates: Vec<(Arc<Rule>, usize)> = rules.iter().flat_map(variants).collect();
    candidates.retain(|(rule, index)| rule.variants[*index].root_op().definition.name == name);
    candidates.sort_by_key(|(rule, _)| std::cmp::Reverse(rule.benefit));
    let mut reasons = Vec::new();
    for (rule, index) in candidates {
        match replace(module, &rule.variants[index], op) {
            Ok(value) => return Ok(value),
            Err(reason) => reasons.push(format!("rule '{}': {reason}", rule.name)),
        }
    }
    Err(reasons)
}

fn replace(module: &mut Module, variant: &Variant, op: Op) -> Result<Value, String> {
    let mut matcher = Matcher::new(module, variant, true);
    let Some(bindings) = matcher.run(op) else {
        return Err(matcher.failure.map_or_else(|| "the pattern does not match".into(), |failure| failure.reason));
    };
    let plan = plan(module, variant, &bindings, op)?;
    Ok(build(module, variant, &bindings, &plan, op))
}
