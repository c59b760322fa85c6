//! Names of values and blocks: numbers in order of appearance.
//!
//! Numbers restart in ops that are isolated from above and are unique between those, so that a name never hides another. In
//! generic form they restart in ops without operands and results only (functions, modules): `mlir-opt` does not know which
//! of our ops are isolated.

use kiln_ir::{Block, Module, Op, Traits, Value, ValueDefinition};
use rustc_hash::FxHashMap;

/// The name of a value without its percent sign.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Label {
    /// `%arg0`.
    Argument(u32),
    /// `%0`; of an op with several results, only the first has a number.
    Result(u32),
}

#[derive(Default)]
pub(super) struct Names {
    generic: bool,
    values: FxHashMap<Value, Label>,
    blocks: FxHashMap<Block, usize>,
}

#[derive(Clone, Copy, Default)]
struct Counters {
    results: u32,
    arguments: u32,
}

impl Names {
    /// Names of everything that `op` and what is inside it may mention.
    pub(super) fn around(module: &Module, op: Op, generic: bool) -> Names {
        let is_isolated = |op: Op| module.has_traits(op, Traits::ISOLATED_FROM_ABOVE);
        let mut ancestors = std::iter::successors(Some(op), |&op| module.parent_op(op));
        let mut outermost = op;
        let root = ancestors.find(|&ancestor| {
            outermost = ancestor;
            is_isolated(ancestor)
        });
        let mut names = Names { generic, ..Names::default() };
        let mut counters = Counters::default();
        let root = root.unwrap_or(outermost);
        names.number_results(module, root, &mut counters);
        names.number_inside(module, root, &mut counters);
        // The block of `op` itself, for its successors.
        if let Some(region) = module.parent_block(op).and_then(|block| module.parent_region(block)) {
            names.blocks.extend(module.blocks(region).iter().enumerate().map(|(index, &block)| (block, index)));
        }
        names
    }

    fn number_results(&mut self, module: &Module, op: Op, counters: &mut Counters) {
        if let Some(&first) = module.results(op).first() {
            self.values.insert(first, Label::Result(counters.results));
            counters.results += 1;
        }
    }

    fn number_inside(&mut self, module: &Module, op: Op, counters: &mut Counters) {
        let mut fresh = Counters::default();
        let stands_alone = module.operands(op).is_empty() && module.results(op).is_empty();
        let restarts = module.has_traits(op, Traits::ISOLATED_FROM_ABOVE) && (stands_alone || !self.generic);
        let counters = if restarts { &mut fresh } else { counters };
        for &region in module.regions(op) {
            for (index, &block) in module.blocks(region).iter().enumerate() {
                self.blocks.insert(block, index);
                for &argument in module.arguments(block) {
                    self.values.insert(argument, Label::Argument(counters.arguments));
                    counters.arguments += 1;
                }
                for op in module.block_ops(block) {
                    self.number_results(module, op, counters);
                    self.number_inside(module, op, counters);
                }
            }
        }
    }

    /// The name of an argument or of an op's first result.
    pub(super) fn find(&self, value: Value) -> Option<Label> {
        self.values.get(&value).copied()
    }

    /// For a result of an op with several: the first of them, and which of them it is.
    pub(super) fn find_use(&self, module: &Module, value: Value) -> Option<(Value, usize)> {
        match module.value_definition(value) {
            ValueDefinition::Result(op, index) if module.results(op).len() > 1 => Some((module.result(op, 0), index)),
            _ => None,
        }
    }

    /// The number of a block in its region.
    pub(super) fn block(&self, block: Block) -> usize {
        self.blocks.get(&block).copied().unwrap_or_default()
    }
}
