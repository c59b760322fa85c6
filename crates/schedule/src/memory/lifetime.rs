//! When a tensor's memory is in use: positions of ops in the order of execution.

use crate::parts::is_view;
use kiln_ir::{Block, Module, Op, Value};
use rustc_hash::FxHashMap;

/// Positions of ops: where each begins, and where it ends. What stands in a region lies between the two of the op around.
pub(super) struct Positions {
    begin: FxHashMap<Op, usize>,
    end: FxHashMap<Op, usize>,
}

/// From the op that writes a tensor to the last op that reads it, both included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Lifetime {
    pub first: usize,
    pub last: usize,
}

impl Lifetime {
    /// The smallest lifetime around both.
    pub fn join(self, other: Lifetime) -> Lifetime {
        Lifetime { first: self.first.min(other.first), last: self.last.max(other.last) }
    }
}

impl Positions {
    pub fn compute(module: &Module, main: Op) -> Positions {
        let mut positions = Positions { begin: FxHashMap::default(), end: FxHashMap::default() };
        positions.visit(module, module.region_block(main, 0), &mut 0);
        positions
    }

    fn visit(&mut self, module: &Module, block: Block, next: &mut usize) {
        for op in module.block_ops(block) {
            self.begin.insert(op, *next);
            *next += 1;
            for block in super::inner_blocks(module, op) {
                self.visit(module, block, next);
            }
            self.end.insert(op, *next);
            *next += 1;
        }
    }

    /// Where an op begins.
    pub fn begin(&self, op: Op) -> usize {
        self.begin[&op]
    }

    /// Where an op ends.
    pub fn end(&self, op: Op) -> usize {
        self.end[&op]
    }

    /// When result `index` of `op`, or a view of it, is in use.
    pub fn lifetime(&self, module: &Module, op: Op, index: usize) -> Lifetime {
        let last = self.last_use(module, module.result(op, index), module.parent_block(op));
        Lifetime { first: self.begin[&op], last: last.unwrap_or(0).max(self.end[&op]) }
    }

    /// The last position in the block of an argument at which it, or a view of it, is read.
    pub fn last_read(&self, module: &Module, argument: Value) -> Option<usize> {
        self.last_use(module, argument, module.defining_block(argument))
    }

    /// The last position at which `value`, or a view of it, is read: a use inside a nested region lasts until the end
    /// of the op in the value's own block.
    fn last_use(&self, module: &Module, value: Value, home: Option<Block>) -> Option<usize> {
        let mut last = None;
        for user in module.users(value) {
            let mut outer = user;
            while module.parent_block(outer) != home {
                match module.parent_op(outer) {
                    Some(parent) => outer = parent,
                    None => break,
                }
            }
            last = last.max(Some(self.end.get(&outer).copied().unwrap_or(usize::MAX)));
            if is_view(module, user) {
                last = last.max(self.last_use(module, module.result(user, 0), home));
            }
        }
        last
    }
}
