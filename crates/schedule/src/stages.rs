//! Stages of a run: what can be computed before data gives some of the symbols their values, and after each time it does.
//!
//! Stage 0 knows the symbols of inputs. Each `graph.bind_extents` of `@main` begins another stage, in which memory for all
//! that has its symbols in its size can be had. A stage has an arena of its own.

use kiln_graph::BindView;
use kiln_ir::{Block, DimExpr, Module, Name, Op, mentioned_symbols};
use rustc_hash::{FxHashMap, FxHashSet};

/// Which stage each symbol that data gives belongs to.
#[derive(Clone, Debug, Default)]
pub struct Stages {
    of_symbol: FxHashMap<Name, usize>,
    binds: Vec<Op>,
}

impl Stages {
    /// The stages of `main`.
    pub fn of(module: &Module, main: Op) -> Stages {
        let mut stages = Stages::default();
        for (index, bind) in BindView::all(module, main).into_iter().enumerate() {
            stages.of_symbol.extend(bind.symbols.iter().map(|&symbol| (symbol, index + 1)));
            stages.binds.push(bind.op);
        }
        stages
    }

    /// The ops that begin stages 1, 2, and so on.
    pub fn binds(&self) -> &[Op] {
        &self.binds
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.binds.len() + 1
    }

    /// The stage that `op` begins.
    pub fn begun_by(&self, op: Op) -> Option<usize> {
        self.binds.iter().position(|&bind| bind == op).map(|index| index + 1)
    }

    /// The first stage in which `expr` can be computed.
    pub fn stage(&self, expr: DimExpr) -> usize {
        match self.of_symbol.is_empty() {
            true => 0,
            false => expr.symbols().iter().filter_map(|symbol| self.of_symbol.get(symbol)).copied().max().unwrap_or(0),
        }
    }

    /// What has a symbol before data gives it its value: the ops, and what is wrong with each.
    pub fn check(&self, module: &Module, main: Op) -> Vec<(Op, String)> {
        let mut errors = Vec::new();
        if !self.of_symbol.is_empty() {
            self.check_block(module, module.region_block(main, 0), &mut FxHashSet::default(), &mut errors);
        }
        errors
    }

    fn check_block(&self, module: &Module, block: Block, known: &mut FxHashSet<Name>, errors: &mut Vec<(Op, String)>) {
        for op in module.block_ops(block) {
            if let Some(bind) = BindView::of(module, op) {
                known.extend(bind.symbols);
                continue;
            }
            let inner = crate::memory::inner_blocks(module, op);
            if inner.is_empty() {
                let early = mentioned_symbols(module, op).into_iter();
                let early =
                    early.filter(|symbol| self.of_symbol.contains_key(symbol)).find(|name| !known.contains(name));
                errors.extend(early.map(|symbol| (op, format!("it has the symbol {symbol} before that is bound"))));
            }
            for block in inner {
                self.check_block(module, block, known, errors);
            }
        }
    }
}
