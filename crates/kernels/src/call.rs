//! Emits calls of the runtime: see `kiln_schedule::call`.

use crate::builder::{Buffer, KernelBuilder};
use kiln_schedule::{KernelSpec, Plan, Source};

/// Writes the body of a kernel of family `call`.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let node = &spec.nodes[plan.size("anchor")];
    let operands = node.operands.iter().map(|source| match *source {
        Source::Input(index) => b.inputs[index],
        Source::Node { .. } => unreachable!("a planned call reads memory"),
    });
    let buffers: Vec<Buffer> = operands.chain(b.outputs.iter().copied()).collect();
    let callee = node.attributes.str("callee").unwrap_or_default();
    let numbers = node.attributes.get("numbers").and_then(|numbers| numbers.as_dims()).unwrap_or_default();
    let numbers = b.dims(numbers);
    b.call_runtime(callee, &buffers, &numbers);
}
