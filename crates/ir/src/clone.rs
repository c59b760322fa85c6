//! Copies of ops.

use crate::module::{Block, Module, Op, Value};
use crate::operation::OpState;
use rustc_hash::FxHashMap;

/// What stands for each value in a copy; values it does not name stand for themselves.
pub type ValueMapping = FxHashMap<Value, Value>;

impl Module {
    /// A detached copy of `op` and all inside it, with operands mapped; `mapping` learns the copy's results.
    pub fn clone_op(&mut self, op: Op, mapping: &mut ValueMapping) -> Op {
        self.clone_with_blocks(op, mapping, &mut FxHashMap::default())
    }

    fn clone_with_blocks(&mut self, op: Op, mapping: &mut ValueMapping, blocks: &mut FxHashMap<Block, Block>) -> Op {
        let mapped = |value: &Value| mapping.get(value).copied().unwrap_or(*value);
        let successor = |block: &Block| blocks.get(block).copied().unwrap_or(*block);
        let state = OpState {
            name: self.name(op),
            operands: self.operands(op).iter().map(mapped).collect(),
            result_types: self.result_types(op).into(),
            attributes: self.attributes(op).clone(),
            properties: self.properties(op),
            region_count: self.regions(op).len(),
            successors: self.successors(op).iter().map(successor).collect(),
            location: self.location(op),
        };
        let copy = self.create(state);
        for (index, &result) in self.results(op).to_vec().iter().enumerate() {
            mapping.insert(result, self.result(copy, index));
        }
        for (index, region) in self.regions(op).to_vec().into_iter().enumerate() {
            let target = self.regions(copy)[index];
            let sources = self.blocks(region).to_vec();
            for &block in &sources {
                let types: Vec<_> = self.arguments(block).iter().map(|&argument| self.ty(argument)).collect();
                let new = self.create_block(target, &types);
                blocks.insert(block, new);
                for (position, location) in self.argument_locations(block).to_vec().into_iter().enumerate() {
                    self.set_argument_location(new, position, location);
                }
                for (position, &argument) in self.arguments(block).to_vec().iter().enumerate() {
                    mapping.insert(argument, self.arguments(new)[position]);
                }
            }
            for block in sources {
                let new = blocks[&block];
                for inner in self.ops_of(block) {
                    let inner = self.clone_with_blocks(inner, mapping, blocks);
                    self.append(new, inner);
                }
            }
        }
        copy
    }
}
