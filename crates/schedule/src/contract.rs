//! Plans convolutions, transposed convolutions and products of matrices of any kind, element by element: the path for
//! what no special family makes.

use crate::anchored::{anchor, estimate, is_anchor_space, plan_rows};
use crate::plan::Plan;
use crate::spec::KernelSpec;
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "contract";

/// Plans a contraction; see [`plan_rows`] for the options.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["conv", "conv_transpose", "matmul"])?;
    if !is_anchor_space(spec, anchor) {
        return None;
    }
    let node = &spec.nodes[anchor];
    let sums: &[kiln_ir::Dim] = &spec.operand(anchor, 1).shape;
    let work = match node.op() {
        "matmul" => spec.operand(anchor, 0).shape.iter().rev().take(2).map(|&dim| estimate(dim)).max().unwrap_or(1),
        _ => sums.iter().skip(1).map(|&dim| estimate(dim)).product(),
    };
    // Columns of the right matrix lie side by side unless it is transposed.
    let vectorize = node.is("matmul") && node.attributes.bool("transpose_b") != Some(true);
    Some(plan_rows(FAMILY, spec, anchor, target, work, vectorize))
}
