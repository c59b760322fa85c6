//! `graph.fusion`: one kernel.

use crate::control::verify_region;
use crate::rows::{operands, optional, results};
use kiln_ir::{AttributeConstraint, AttributeKind, Module, Op, OpDefinition, Traits, TypeConstraint};

/// The row.
pub const FUSION: OpDefinition = OpDefinition {
    name: "graph.fusion",
    doc: "Ops that become one kernel. The region has an argument for each operand, uses nothing from outside and \
          yields the results; constants of few elements may stand inside.",
    example: "%y = graph.fusion %a, %b ({\n^bb0(%x: tensor<2x3xf32>, %z: tensor<2x3xf32>):\n  %s = graph.add %x, %z : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>\n  %r = graph.relu %s : (tensor<2x3xf32>) -> tensor<2x3xf32>\n  graph.yield %r : (tensor<2x3xf32>) -> ()\n}) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>",
    operands: &[operands("inputs", TypeConstraint::Tensor)],
    attributes: &[optional(
        "plan",
        AttributeConstraint::Other("a dictionary", |attribute| {
            matches!(attribute.kind(), AttributeKind::Dictionary(_))
        }),
        "How the kernel is made: tiles, packing, threads. The scheduler writes it, the kernels read it.",
    )],
    results: &[results("outputs", TypeConstraint::Tensor)],
    regions: Some(1),
    traits: Traits::PURE.union(Traits::ISOLATED_FROM_ABOVE),
    verify: Some(verify),
    ..OpDefinition::EMPTY
};

fn verify(module: &Module, op: Op) -> Result<(), String> {
    verify_region(module, op, 0, &module.operand_types(op), &module.result_types(op))
}
