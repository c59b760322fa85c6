//! Emits calls of the user's functions: see `kiln_schedule::custom`.

use crate::builder::{Buffer, Index, KernelBuilder, Lanes};
use kiln_graph::custom::{Word, describe_call};
use kiln_ir::{Dim, Type};
use kiln_schedule::{KernelSpec, Plan, Source, TensorSpec};
use kiln_tensor::ElementType;

/// Writes the body of a kernel of family `custom`: what the call is about, as words that the runtime reads.
pub fn emit(spec: &KernelSpec, plan: &Plan, b: &mut KernelBuilder) {
    let node = &spec.nodes[plan.size("anchor")];
    let inputs = node.operands.iter().map(|source| match *source {
        Source::Input(index) => index,
        Source::Node { .. } => unreachable!("a planned call reads memory"),
    });
    let inputs: Vec<usize> = inputs.collect();
    let tensors: Vec<&TensorSpec> = inputs.iter().map(|&index| &spec.inputs[index]).chain(&node.results).collect();
    let buffers: Vec<Buffer> = inputs.iter().map(|&index| b.inputs[index]).chain(b.outputs.clone()).collect();
    let described: Vec<(ElementType, usize)> = tensors.iter().map(|tensor| (tensor.element, tensor.rank())).collect();
    let words = describe_call(&node.attributes, &described, inputs.len()).expect("the op was verified");
    let description = b.local(ElementType::I64, words.len());
    for (position, &word) in words.iter().enumerate() {
        let value = match word {
            Word::Number(number) => b.i64_constant(number),
            Word::Address(tensor) => {
                let address = b.op("memref.extract_aligned_pointer_as_index", &[buffers[tensor].memref], Type::index());
                b.op("arith.index_cast", &[address], Type::i64())
            }
            Word::Extent(tensor, axis) => {
                let extent: Dim = tensors[tensor].shape[axis];
                let extent = b.dim(extent);
                let extent = b.index(extent);
                b.op("arith.index_cast", &[extent], Type::i64())
            }
        };
        b.store(value, description, Index::Constant(position as i64), Lanes::SCALAR);
    }
    b.call_custom(node.attributes.str("callee").unwrap_or_default(), description);
}
