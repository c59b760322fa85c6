//! Plans max_pool and average_pool.

use crate::anchored::{anchor, is_alone, is_anchor_space, plan_rows};
use crate::plan::Plan;
use crate::spec::KernelSpec;
use kiln_target::Target;

/// The family's name.
pub const FAMILY: &str = "pool";

/// Plans a pool: rows of channels (channels-last) with lanes, else element by element.
pub fn plan(spec: &KernelSpec, target: &Target) -> Option<Plan> {
    let anchor = anchor(spec, &["max_pool", "average_pool"])?;
    let node = &spec.nodes[anchor];
    let with_indices = spec.outputs.len() > 1;
    if !(is_anchor_space(spec, anchor) && (!with_indices || is_alone(spec, anchor))) {
        return None;
    }
    let work: i64 = node.integers("window", 0, 1).iter().product();
    Some(plan_rows(FAMILY, spec, anchor, target, work, node.is_channels_last() && !with_indices))
}
