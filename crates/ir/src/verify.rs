//! The verifier: structure, op definitions, dominance.

use crate::definition::{Count, InferRequest, OpDefinition, Presence, Traits};
use crate::dominance::Dominance;
use crate::location::{Location, LocationKind};
use crate::module::{Module, Op, Value, ValueDefinition};
use kiln_diag::{Diagnostic, Place};
use rustc_hash::FxHashMap;

/// Everything that is wrong with `root` and what is inside it.
pub fn verify(module: &Module, root: Op) -> Vec<Diagnostic> {
    let dominance = Dominance::compute(module, root);
    let mut found = Vec::new();
    for op in module.walk(root) {
        let before = found.len();
        verify_visibility(module, op, root, &dominance, &mut found);
        verify_blocks(module, op, &mut found);
        if module.has_traits(op, Traits::SYMBOL_TABLE) {
            verify_symbols(module, op, &mut found);
        }
        if let Some(definition) = module.definition(op) {
            verify_declarations(module, op, definition, &mut found);
            // The op's own checks may rely on the declared ones.
            if found.len() == before {
                verify_semantics(module, op, definition, &mut found);
            }
        }
    }
    found
}

impl Location {
    /// The place this location means, for a diagnostic about an op called `name`.
    pub fn place(self, name: &str) -> Place {
        match self.kind() {
            LocationKind::File { file, line, column } => {
                Place::Text { file: file.as_str().into(), line: *line, column: *column, length: 0 }
            }
            LocationKind::Range { file, start: (line, column), end } => {
                let length = if *line == end.0 { end.1.saturating_sub(*column) } else { 0 };
                Place::Text { file: file.as_str().into(), line: *line, column: *column, length }
            }
            LocationKind::Named { name: node, child } => match child.place(name) {
                text @ Place::Text { .. } => text,
                _ => Place::Model { file: String::new(), part: format!("node \"{node}\" ({name})") },
            },
            LocationKind::CallSite { callee, .. } => callee.place(name),
            LocationKind::Fused { parts, .. } => parts.first().map_or(Place::Nowhere, |part| part.place(name)),
            LocationKind::Unknown => Place::Nowhere,
        }
    }
}

impl Module {
    /// An error about `op`, led by its name.
    pub fn error(&self, op: Op, message: impl std::fmt::Display) -> Diagnostic {
        let name = self.name(op);
        Diagnostic::error(self.location(op).place(name.as_str()), format!("{name}: {message}"))
    }
}

fn verify_visibility(module: &Module, op: Op, root: Op, dominance: &Dominance, found: &mut Vec<Diagnostic>) {
    if op == root {
        return;
    }
    for (index, &operand) in module.operands(op).iter().enumerate() {
        if !dominance.is_visible(module, operand, op) {
            let error = module.error(op, format_args!("operand #{index} does not dominate this use"));
            found.push(error.with_label(place_of(module, operand), "defined here"));
        }
    }
    let Some(isolated) = enclosing_isolated(module, op) else { return };
    for (index, &operand) in module.operands(op).iter().enumerate() {
        let home = module.defining_block(operand).and_then(|block| module.block_parent_op(block));
        if !home.is_some_and(|home| is_inside(module, home, isolated)) {
            let message = format!("operand #{index} comes from outside of {}", module.name(isolated));
            found.push(module.error(op, message).with_label(place_of(module, operand), "defined here"));
        }
    }
}

/// Where a value is defined.
fn place_of(module: &Module, value: Value) -> Place {
    match module.value_definition(value) {
        ValueDefinition::Result(op, _) => module.location(op).place(module.name(op).as_str()),
        ValueDefinition::Argument(block, index) => module.argument_locations(block)[index].place("a block argument"),
    }
}

/// Checks that the names of symbols differ.
fn verify_symbols(module: &Module, op: Op, found: &mut Vec<Diagnostic>) {
    let mut symbols: FxHashMap<&str, Op> = FxHashMap::default();
    let blocks = module.regions(op).iter().flat_map(|&region| module.blocks(region));
    for symbol in blocks.flat_map(|&block| module.block_ops(block)) {
        let Some(name) = module.symbol_name(symbol) else { continue };
        if let Some(&earlier) = symbols.get(name) {
            let place = module.location(earlier).place(module.name(earlier).as_str());
            let error = module.error(symbol, format_args!("the symbol '@{name}' is defined twice"));
            found.push(error.with_label(place, "previously defined here"));
        } else {
            symbols.insert(name, symbol);
        }
    }
}

/// The innermost isolated op around `op`.
fn enclosing_isolated(module: &Module, op: Op) -> Option<Op> {
    std::iter::successors(module.parent_op(op), |&parent| module.parent_op(parent))
        .find(|&parent| module.has_traits(parent, Traits::ISOLATED_FROM_ABOVE))
}

fn is_inside(module: &Module, op: Op, ancestor: Op) -> bool {
    std::iter::successors(Some(op), |&op| module.parent_op(op)).any(|op| op == ancestor)
}

fn verify_blocks(module: &Module, op: Op, found: &mut Vec<Diagnostic>) {
    for block in module.regions(op).iter().flat_map(|&region| module.blocks(region)) {
        for inner in module.block_ops(*block) {
            let is_terminator = module.has_traits(inner, Traits::TERMINATOR);
            if is_terminator && module.next(inner).is_some() {
                found.push(module.error(inner, "a terminator must be the last op of its block"));
            }
        }
        if module.definition(op).is_none() || module.has_traits(op, Traits::NO_TERMINATOR) {
            continue;
        }
        match module.last_op(*block) {
            None => found.push(module.error(op, "a block of its region is empty, it must end in a terminator")),
            Some(last) if module.definition(last).is_some() && !module.has_traits(last, Traits::TERMINATOR) => {
                found.push(module.error(last, "the last op of a block must be a terminator"));
            }
            Some(_) => {}
        }
    }
}

fn verify_declarations(module: &Module, op: Op, definition: &OpDefinition, found: &mut Vec<Diagnostic>) {
    let segments = module.attributes(op).i64s("operandSegmentSizes");
    let operands = module.operand_types(op);
    match definition.operand_ranges(operands.len(), segments.as_deref()) {
        None => {
            let expected = describe_counts(definition.operands.iter().map(|operand| (operand.name, operand.count)));
            found.push(module.error(op, format_args!("expected operands {expected}, found {}", operands.len())));
        }
        Some(ranges) => {
            for (declared, range) in definition.operands.iter().zip(ranges) {
                for ty in operands[range].iter().filter(|ty| !declared.ty.accepts(**ty)) {
                    let rule = declared.ty.describe();
                    found.push(module.error(op, format_args!("operand '{}' must be {rule}, not {ty}", declared.name)));
                }
            }
        }
    }
    let results = module.result_types(op);
    let fixed = definition.results.iter().all(|result| result.count == Count::One);
    if fixed && results.len() != definition.results.len() {
        let expected = describe_counts(definition.results.iter().map(|result| (result.name, result.count)));
        found.push(module.error(op, format_args!("expected results {expected}, found {}", results.len())));
    } else if fixed {
        for (declared, ty) in
            definition.results.iter().zip(&results).filter(|(declared, ty)| !declared.ty.accepts(**ty))
        {
            let rule = declared.ty.describe();
            found.push(module.error(op, format_args!("result '{}' must be {rule}, not {ty}", declared.name)));
        }
    }
    for declared in definition.attributes {
        match module.attribute(op, declared.name) {
            None if declared.presence == Presence::Required => {
                found.push(missing_attribute(module, op, definition, declared.name));
            }
            Some(value) if !declared.value.accepts(value) => {
                let rule = declared.value.describe();
                found.push(module.error(op, format_args!("attribute '{}' must be {rule}, not {value}", declared.name)));
            }
            _ => {}
        }
    }
    if let Some(count) = definition.regions
        && module.regions(op).len() != count
    {
        found.push(module.error(op, format_args!("expected {count} regions, found {}", module.regions(op).len())));
    }
}

/// Says that a required attribute is missing, and which one may be meant for it.
fn missing_attribute(module: &Module, op: Op, definition: &OpDefinition, name: &str) -> Diagnostic {
    let error = module.error(op, format_args!("attribute '{name}' is missing"));
    let names = module.attributes(op).iter().map(|(name, _)| name.as_str());
    let others = names.filter(|name| definition.attributes.iter().all(|declared| declared.name != *name));
    match kiln_diag::suggest(name, others) {
        Some(near) => error.with_help(format!("there is '{near}': did you mean '{name}'?")),
        None => error,
    }
}

fn describe_counts<'a>(names: impl Iterator<Item = (&'a str, Count)>) -> String {
    let describe = |(name, count): (&str, Count)| match count {
        Count::One => name.to_owned(),
        Count::Optional => format!("{name}?"),
        Count::Variadic => format!("{name}..."),
    };
    format!("({})", names.map(describe).collect::<Vec<_>>().join(", "))
}

fn verify_semantics(module: &Module, op: Op, definition: &OpDefinition, found: &mut Vec<Diagnostic>) {
    if let Some(infer) = definition.infer {
        let operands = module.operand_types(op);
        match infer(&InferRequest { operands: &operands, attributes: module.attributes(op) }) {
            Err(reason) => found.push(module.error(op, reason)),
            Ok(expected) if expected != module.result_types(op) => {
                let found_types = crate::types::comma_separated(&module.result_types(op));
                let expected = crate::types::comma_separated(&expected);
                found.push(module.error(op, format_args!("results are ({found_types}), but ({expected}) follows")));
            }
            Ok(_) => {}
        }
    }
    if let Some(check) = definition.verify
        && let Err(reason) = check(module, op)
    {
        found.push(module.error(op, reason));
    }
}
