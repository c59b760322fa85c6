//! How much memory a graph needs at most: the tensors that are alive together when ops run in program order.
//!
//! A tensor is alive from the op that computes it to the last that reads it or a view of it. Inputs, outputs and constants
//! are in memory of others and do not count. What is inside of a `graph.fusion` is never in memory.

use crate::amount::Amount;
use crate::sizes::Sizes;
use crate::traits;
use kiln_ir::{Block, Module, Op, Traits, Value};
use rustc_hash::{FxHashMap, FxHashSet};

/// The bytes alive where most are, at `sizes`, in function `main`; `None` when they cannot be counted.
pub fn peak_bytes(module: &Module, main: Op, sizes: &Sizes) -> Option<Amount> {
    let body = kiln_func::body(module, main)?;
    let mut lives = Lives { module, ends: Vec::new(), place: FxHashMap::default(), tensors: Vec::new() };
    let mut position = 0;
    lives.visit(body, &mut position);
    let outputs = lives.outputs(body);
    lives.tensors.retain(|tensor| !outputs.contains(&tensor.value));
    let mut changes = vec![0_i64; position + 1];
    for tensor in &lives.tensors {
        let size = Amount::bytes(module.ty(tensor.value))?;
        let bytes = sizes.evaluate(size.to_expr()?)?;
        changes[tensor.first] = changes[tensor.first].checked_add(bytes)?;
        changes[tensor.last + 1] = changes[tensor.last + 1].checked_sub(bytes)?;
    }
    let (mut alive, mut most, mut at) = (0_i64, 0, 0);
    for (position, change) in changes.iter().enumerate() {
        alive = alive.checked_add(*change)?;
        if alive > most {
            (most, at) = (alive, position);
        }
    }
    let then = lives.tensors.iter().filter(|tensor| tensor.first <= at && at <= tensor.last);
    Amount::sum(then.map(|tensor| Amount::bytes(module.ty(tensor.value))))
}

/// A tensor in memory.
struct Tensor {
    value: Value,
    /// Position of the op that writes it.
    first: usize,
    /// Position of the last op that reads it.
    last: usize,
}

/// The lives of all tensors, found by one walk.
struct Lives<'m> {
    module: &'m Module,
    /// Of each op around the current block, outermost first, the tensors of its own block that it reads to its end.
    ends: Vec<Vec<usize>>,
    /// Where in `tensors` a value is, and how many ops are around its block.
    place: FxHashMap<Value, (usize, usize)>,
    tensors: Vec<Tensor>,
}

impl Lives<'_> {
    fn visit(&mut self, block: Block, position: &mut usize) {
        let module = self.module;
        for op in module.block_ops(block) {
            for &operand in module.operands(op) {
                self.read(operand, *position);
            }
            let in_memory = !traits(module, op).intersects(Traits::VIEW | Traits::CONSTANT_LIKE);
            for &value in module.results(op).iter().filter(|_| in_memory) {
                self.place.insert(value, (self.tensors.len(), self.ends.len()));
                self.tensors.push(Tensor { value, first: *position, last: *position });
            }
            *position += 1;
            if !module.is(op, kiln_graph::FUSION) {
                self.visit_regions(op, position);
            }
        }
    }

    /// Visits what is inside of `op`; what is read there from outside lives until all of it has run, and results from the
    /// beginning.
    fn visit_regions(&mut self, op: Op, position: &mut usize) {
        let module = self.module;
        if module.regions(op).is_empty() {
            return;
        }
        self.ends.push(Vec::new());
        for &region in module.regions(op) {
            for &block in module.blocks(region) {
                self.visit(block, position);
            }
        }
        let read = self.ends.pop().expect("pushed above");
        let results = module.results(op).iter().filter_map(|value| Some(self.place.get(value)?.0));
        for index in read.into_iter().chain(results.collect::<Vec<_>>()) {
            self.tensors[index].last = self.tensors[index].last.max(*position);
        }
        *position += 1;
    }

    fn read(&mut self, value: Value, position: usize) {
        let Some(&(index, depth)) = self.place.get(&storage(self.module, value)) else { return };
        // The op of the tensor's own block that holds the reader ends later than the reader.
        match self.ends.get_mut(depth) {
            Some(ends) => ends.push(index),
            None => self.tensors[index].last = self.tensors[index].last.max(position),
        }
    }

    /// The values that are written straight into outputs.
    fn outputs(&self, body: Block) -> FxHashSet<Value> {
        let last = self.module.last_op(body);
        let values = last.map(|last| self.module.operands(last)).unwrap_or_default();
        let storages = values.iter().map(|&value| storage(self.module, value));
        storages.filter(|value| self.place.get(value).is_some_and(|&(_, depth)| depth == 0)).collect()
    }
}

/// The value whose memory `value` is: through views.
fn storage(module: &Module, value: Value) -> Value {
    match module.defining_op(value) {
        Some(op) if module.has_traits(op, Traits::VIEW) => storage(module, module.operand(op, 0)),
        _ => value,
    }
}
