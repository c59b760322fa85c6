//! `graph.fusion`: one kernel.

use crate::control::verify_region;
use crate::rows::{operands, optional, results};
use crate::shape::verify_within;
use kiln_ir::{Attribute, AttributeConstraint, AttributeKind, Module, Op, OpDefinition, Traits, TypeConstraint, Value};

/// The row.
pub const FUSION: OpDefinition = OpDefinition {
    name: "graph.fusion",
    doc: "Ops that become one kernel. The region has an argument for each operand, uses nothing from outside and \
          yields the results; constants of few elements may stand inside. An operand that the plan packs lies in \
          another order than its argument's type says; one that is a part of a larger tensor in memory, or a result, \
          lies as `operands_within` or `results_within` says.",
    example: "%y = graph.fusion %a, %b ({\n^bb0(%x: tensor<2x3xf32>, %z: tensor<2x3xf32>):\n  %s = graph.add %x, %z : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>\n  %r = graph.relu %s : (tensor<2x3xf32>) -> tensor<2x3xf32>\n  graph.yield %r : (tensor<2x3xf32>) -> ()\n}) : (tensor<2x3xf32>, tensor<2x3xf32>) -> tensor<2x3xf32>",
    operands: &[operands("inputs", TypeConstraint::Tensor)],
    attributes: &[
        optional(
            "plan",
            AttributeConstraint::Other("a dictionary", |attribute| {
                matches!(attribute.kind(), AttributeKind::Dictionary(_))
            }),
            "How the kernel is made: tiles, packing, threads. The scheduler writes it, the kernels read it.",
        ),
        optional(
            "operands_within",
            LAYOUTS,
            "For each operand, the extents of the row-major tensor in memory that it is a part of; none if it is whole.",
        ),
        optional("results_within", LAYOUTS, "The same for each result."),
    ],
    results: &[results("outputs", TypeConstraint::Tensor)],
    regions: Some(1),
    traits: Traits::PURE.union(Traits::ISOLATED_FROM_ABOVE),
    verify: Some(verify),
    ..OpDefinition::EMPTY
};

/// `#kiln.dims` for each of several tensors.
const LAYOUTS: AttributeConstraint = AttributeConstraint::Other("an array of #kiln.dims", |attribute| {
    attribute.as_array().is_some_and(|layouts| layouts.iter().all(|layout| layout.as_dims().is_some()))
});

fn verify(module: &Module, op: Op) -> Result<(), String> {
    verify_layouts(module, op, "operands_within", module.operands(op))?;
    verify_layouts(module, op, "results_within", module.results(op))?;
    let mut operands = module.operand_types(op);
    let block = module.regions(op).first().and_then(|&region| module.entry_block(region));
    for packed in packed_operands(module, op) {
        let argument = block.and_then(|block| module.arguments(block).get(packed));
        if let (Some(operand), Some(&argument)) = (operands.get_mut(packed), argument) {
            *operand = module.ty(argument);
        }
    }
    verify_region(module, op, 0, &operands, &module.result_types(op))
}

/// Each tensor fits in what it is said to be a part of.
fn verify_layouts(module: &Module, op: Op, name: &str, values: &[Value]) -> Result<(), String> {
    let Some(layouts) = module.attribute(op, name).and_then(Attribute::as_array) else { return Ok(()) };
    if layouts.len() != values.len() {
        return Err(format!("{name} has {} entries, but there are {} tensors", layouts.len(), values.len()));
    }
    for (layout, &value) in layouts.iter().zip(values) {
        let (within, ty) = (layout.as_dims().unwrap_or_default(), module.ty(value));
        if !within.is_empty() {
            verify_within(within, ty).map_err(|reason| format!("{name}: {reason}"))?;
        }
    }
    Ok(())
}

/// The operands that the plan wants packed: they may lie in memory in another order than their arguments' types say.
fn packed_operands(module: &Module, op: Op) -> Vec<usize> {
    let find = |dictionary: Attribute, key: &str| match dictionary.kind() {
        AttributeKind::Dictionary(entries) => entries.iter().find(|(name, _)| *name == key).map(|(_, value)| *value),
        _ => None,
    };
    let pack = module.attribute(op, "plan").and_then(|plan| find(plan, "pack"));
    let packings = pack.map(|pack| pack.as_array().map_or_else(|| vec![pack], <[Attribute]>::to_vec));
    let input = |packing: Attribute| usize::try_from(find(packing, "input")?.as_i64()?).ok();
    packings.unwrap_or_default().into_iter().filter_map(input).collect()
}
