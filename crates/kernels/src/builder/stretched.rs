//! Axes of which only a run knows whether they are stretched: `graph.broadcast` of an extent to another expression.

use crate::builder::{Condition, KernelBuilder};
use kiln_arith::IntegerPredicate;
use kiln_ir::Dim;
use kiln_schedule::{KernelSpec, NodeSpec};

/// Where `node` broadcasts: the axes of its operand that a run stretches or not, and their extents.
pub(super) fn open_stretches(spec: &KernelSpec, node: &NodeSpec) -> Vec<(usize, Dim)> {
    let (from, to) = (&spec.tensor(node.operands[0]).shape, &node.results[0].shape);
    let pairs = from.iter().zip(&to[to.len() - from.len()..]);
    let is_open = |(_, (from, to)): &(usize, (&Dim, &Dim))| !from.is(1) && from != to;
    pairs.enumerate().filter(is_open).map(|(axis, (from, _))| (axis, *from)).collect()
}

/// Whether no axis is stretched that this is not already known of.
pub fn is_unstretched(spec: &KernelSpec, b: &mut KernelBuilder) -> Condition {
    let mut all = Condition::Constant(true);
    for node in spec.nodes.iter().filter(|node| node.is("broadcast")) {
        let (from, to) = (&spec.tensor(node.operands[0]).shape, &node.results[0].shape);
        for (axis, extent) in open_stretches(spec, node) {
            let (extent, whole) = (b.dim(extent), b.dim(to[to.len() - from.len() + axis]));
            let is_whole = b.compare(IntegerPredicate::Equal, extent, whole);
            all = b.and(all, is_whole);
        }
    }
    all
}
