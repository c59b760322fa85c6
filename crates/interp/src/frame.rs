//! The values of one activation of a block, freed after their last use.

use kiln_ir::{Block, Module, Op, Value};
use kiln_tensor::Tensor;
use rustc_hash::FxHashMap;

/// Tensors by value, of the block being run and of those around it.
#[derive(Debug, Default)]
pub(crate) struct Frame {
    tensors: FxHashMap<Value, Tensor>,
}

impl Frame {
    /// The tensor of a value.
    pub(crate) fn find(&self, value: Value) -> Option<&Tensor> {
        self.tensors.get(&value)
    }

    /// Gives a value its tensor.
    pub(crate) fn set(&mut self, value: Value, tensor: Tensor) {
        self.tensors.insert(value, tensor);
    }

    /// Forgets a value.
    pub(crate) fn free(&mut self, value: Value) {
        self.tensors.remove(&value);
    }
}

/// For each op of a block, the values defined in the block that nothing after it uses.
pub(crate) fn last_uses(module: &Module, block: Block) -> FxHashMap<Op, Vec<Value>> {
    let mut last: FxHashMap<Value, Op> = FxHashMap::default();
    for op in module.block_ops(block) {
        // A value that is not used dies where it is made.
        last.extend(module.results(op).iter().map(|&result| (result, op)));
        for inner in module.walk(op) {
            for &operand in module.operands(inner).iter().filter(|&&value| module.defining_block(value) == Some(block))
            {
                last.insert(operand, op);
            }
        }
    }
    let mut dying: FxHashMap<Op, Vec<Value>> = FxHashMap::default();
    for (value, op) in last {
        dying.entry(op).or_default().push(value);
    }
    dying
}
