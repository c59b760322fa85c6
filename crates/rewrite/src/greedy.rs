//! The greedy driver: patterns apply wherever they match, until none does.

use crate::constants::constant_beside;
use crate::dce::is_trivially_dead;
use kiln_ir::{
    Attribute, Builder, FoldRequest, Folded, Location, Module, Name, NearMiss, Op, Pattern, PatternSet, Traits, Type,
    Value,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// Makes an op that yields a constant of the given type; `None` if the dialect has no such constant.
pub type MaterializeConstant = fn(&mut Builder, Attribute, Type) -> Option<Value>;

/// How the driver works.
#[derive(Clone, Copy, Debug)]
pub struct GreedyOptions {
    /// Whether ops fold by their definitions, too.
    pub fold: bool,
    /// Whether dead ops are erased on the way.
    pub erase_dead: bool,
    /// How constants that ops fold to are made; without it, by the constant op of the folded op's dialect.
    pub materialize: Option<MaterializeConstant>,
    /// The most rewrites for each op there is at the start: a bound on pattern sets that do not end.
    pub rewrites_per_op: usize,
    /// Whether it is kept where each pattern applied, and where it nearly did.
    pub trace: bool,
}

impl Default for GreedyOptions {
    fn default() -> GreedyOptions {
        GreedyOptions { fold: true, erase_dead: true, materialize: None, rewrites_per_op: 64, trace: false }
    }
}

/// What the driver did.
#[derive(Clone, Debug, Default)]
#[must_use = "a pattern set that does not end is a bug to be reported"]
pub struct GreedyResult {
    /// How often each pattern applied, by name, in order of first application.
    pub applied: Vec<(String, usize)>,
    /// How many ops folded.
    pub folded: usize,
    /// How many ops were erased because nobody used them.
    pub erased: usize,
    /// Whether it ended because nothing matched any more.
    pub converged: bool,
    /// Where patterns applied and nearly did, in order, if that was asked for.
    pub trace: Vec<TraceEvent>,
}

/// A place where a pattern applied, or nearly did.
#[derive(Clone, Debug)]
pub struct TraceEvent {
    /// The pattern.
    pub pattern: String,
    /// The op at its root, as it was.
    pub op: Name,
    /// Where that op comes from.
    pub location: Location,
    /// What did not match; `None` where it applied.
    pub miss: Option<NearMiss>,
}

impl GreedyResult {
    /// Whether anything changed.
    pub fn changed(&self) -> bool {
        self.folded > 0 || self.erased > 0 || !self.applied.is_empty()
    }
}

/// Applies `patterns` to everything inside `root` (not to `root` itself) until none matches.
///
/// Ops are visited in program order first; after a rewrite, the ops it made or changed and the users of their results
/// are visited again. At one op, patterns of higher benefit come first, then those added first.
pub fn apply_greedily(module: &mut Module, root: Op, patterns: &PatternSet, options: &GreedyOptions) -> GreedyResult {
    let (index, trace) = (PatternIndex::new(patterns), options.trace.then(Trace::default));
    let mut driver = Driver { index, options, pending: Worklist::default(), trace };
    let mut result = GreedyResult::default();
    let ops = module.walk(root);
    let limit = options.rewrites_per_op.saturating_mul(ops.len().max(64));
    for &op in ops.iter().skip(1).rev() {
        driver.pending.push(op);
    }
    module.start_journal();
    let mut rewrites = 0;
    result.converged = true;
    while let Some(op) = driver.pending.pop() {
        if module.is_erased(op) || module.parent_block(op).is_none() {
            continue;
        }
        if driver.visit(module, op, &mut result) {
            driver.follow(module);
            rewrites += 1;
            if rewrites > limit {
                result.converged = false;
                break;
            }
        }
    }
    module.stop_journal();
    result.trace = driver.trace.map(|trace| trace.finish(module)).unwrap_or_default();
    result
}

struct Driver<'a> {
    index: PatternIndex,
    options: &'a GreedyOptions,
    pending: Worklist,
    trace: Option<Trace>,
}

impl Driver<'_> {
    /// Changes `op` once, if anything matches.
    fn visit(&mut self, module: &mut Module, op: Op, result: &mut GreedyResult) -> bool {
        if self.options.erase_dead && is_trivially_dead(module, op) {
            module.erase(op);
            result.erased += 1;
            return true;
        }
        if self.options.fold && self.fold(module, op) {
            result.folded += 1;
            return true;
        }
        let (name, location) = (module.name(op), module.location(op));
        for pattern in self.index.matching(name) {
            if pattern.rewrite(module, op).is_ok() {
                if let Some(trace) = &mut self.trace {
                    trace.applied(pattern.name(), op, name, location);
                }
                match result.applied.iter_mut().find(|(name, _)| name == pattern.name()) {
                    Some((_, count)) => *count += 1,
                    None => result.applied.push((pattern.name().to_owned(), 1)),
                }
                return true;
            }
            if let Some(trace) = &mut self.trace
                && let Some(miss) = pattern.near_miss(module, op)
            {
                trace.missed(pattern.name(), op, name, location, miss);
            }
        }
        false
    }

    /// Replaces `op` by what its definition folds it to.
    fn fold(&self, module: &mut Module, op: Op) -> bool {
        let Some(fold) = module.definition(op).and_then(|definition| definition.fold) else { return false };
        let Some(folded) = fold(&FoldRequest { module, op }) else { return false };
        let types = module.result_types(op);
        let mut values = Vec::with_capacity(folded.len());
        for (folded, ty) in folded.into_iter().zip(types) {
            let value = match (folded, self.options.materialize) {
                (Folded::Value(value), _) => Some(value),
                (Folded::Constant(constant), Some(materialize)) => {
                    materialize(&mut Builder::before(module, op), constant, ty)
                }
                (Folded::Constant(constant), None) => constant_beside(module, op, constant, ty),
            };
            match value {
                Some(value) if module.ty(value) == ty => values.push(value),
                _ => return false,
            }
        }
        module.replace(op, &values);
        true
    }

    /// Puts what the last rewrite touched back on the list.
    fn follow(&mut self, module: &mut Module) {
        for op in module.take_journal() {
            if module.is_erased(op) {
                continue;
            }
            // A constant is touched when it loses a use, which matters to none of its other users; they may be most of
            // the graph.
            if !module.has_traits(op, Traits::CONSTANT_LIKE) {
                for user in module.results(op).iter().flat_map(|&result| module.uses(result)) {
                    self.pending.push(user.op);
                }
            }
            // What a region yields matters to the op around it.
            if module.has_traits(op, Traits::TERMINATOR) {
                self.pending.extend(module.parent_op(op));
            }
            self.pending.push(op);
        }
    }
}

/// What is kept for [`GreedyResult::trace`]: of the misses of one pattern at one op, the one that came furthest.
#[derive(Default)]
struct Trace {
    events: Vec<(Op, TraceEvent)>,
    /// Where a pattern's miss at an op is among the events.
    misses: FxHashMap<(String, Op), usize>,
}

impl Trace {
    fn applied(&mut self, pattern: &str, op: Op, name: Name, location: Location) {
        self.events.push((op, TraceEvent { pattern: pattern.to_owned(), op: name, location, miss: None }));
    }

    fn missed(&mut self, pattern: &str, op: Op, name: Name, location: Location, miss: NearMiss) {
        let event = TraceEvent { pattern: pattern.to_owned(), op: name, location, miss: Some(miss) };
        let matched = |event: &TraceEvent| event.miss.as_ref().map_or(0, |miss| miss.matched);
        match self.misses.get(&(pattern.to_owned(), op)) {
            Some(&index) if matched(&self.events[index].1) > matched(&event) => {}
            Some(&index) => self.events[index].1 = event,
            None => {
                self.misses.insert((pattern.to_owned(), op), self.events.len());
                self.events.push((op, event));
            }
        }
    }

    /// Everything but misses at ops that are gone: the pattern applied after all, or another one did.
    fn finish(self, module: &Module) -> Vec<TraceEvent> {
        let events = self.events.into_iter();
        events.filter(|(op, event)| event.miss.is_none() || !module.is_erased(*op)).map(|(_, event)| event).collect()
    }
}

/// Patterns by the op they are rooted at, best first.
pub(crate) struct PatternIndex {
    by_root: FxHashMap<Name, Vec<Arc<dyn Pattern>>>,
    rootless: Vec<Arc<dyn Pattern>>,
}

impl PatternIndex {
    pub(crate) fn new(patterns: &PatternSet) -> PatternIndex {
        let mut sorted: Vec<&Arc<dyn Pattern>> = patterns.iter().collect();
        sorted.sort_by_key(|pattern| std::cmp::Reverse(pattern.benefit()));
        let mut index = PatternIndex { by_root: FxHashMap::default(), rootless: Vec::new() };
        for pattern in sorted {
            match pattern.root() {
                Some(root) => index.by_root.entry(Name::new(root)).or_default().push(pattern.clone()),
                None => index.rootless.push(pattern.clone()),
            }
        }
        index
    }

    pub(crate) fn matching(&self, name: Name) -> impl Iterator<Item = &Arc<dyn Pattern>> {
        self.by_root.get(&name).into_iter().flatten().chain(&self.rootless)
    }
}

/// A stack of ops, each on it at most once.
#[derive(Default)]
struct Worklist {
    stack: Vec<Op>,
    listed: FxHashSet<Op>,
}

impl Worklist {
    fn push(&mut self, op: Op) {
        if self.listed.insert(op) {
            self.stack.push(op);
        }
    }

    fn extend(&mut self, ops: impl IntoIterator<Item = Op>) {
        ops.into_iter().for_each(|op| self.push(op));
    }

    fn pop(&mut self) -> Option<Op> {
        let op = self.stack.pop()?;
        self.listed.remove(&op);
        Some(op)
    }
}
