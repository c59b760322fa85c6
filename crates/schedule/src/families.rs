//! The families of kernels, in the order in which they are asked: the first that plans a spec gets it.

use crate::plan::Plan;
use crate::spec::KernelSpec;
use crate::{
    attention, call, contract, conv, conv_transpose, custom, depthwise, elimination, expanded, map, matmul,
    non_max_suppression, nonzero, normalize, pool, recurrent, reduce, resize, rotary_embedding, scan, scatter,
    separable, sort, transpose, winograd,
};
use kiln_target::Target;

/// A family of kernels: one planner here, one emitter of the same name in `kiln-kernels`.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// The name, which plans carry.
    pub name: &'static str,
    /// Plans a kernel; `None` if the family does not make such kernels.
    pub plan: fn(&KernelSpec, &Target) -> Option<Plan>,
    /// Whether it makes kernels of which inputs or outputs are parts of larger tensors in memory, unless the planner says
    /// otherwise.
    pub takes_parts: bool,
}

/// Every family: special ones first, general ones last.
pub const FAMILIES: &[Family] = &[
    Family { name: depthwise::FAMILY, plan: depthwise::plan, takes_parts: true },
    Family { name: expanded::FAMILY, plan: expanded::plan, takes_parts: true },
    Family { name: separable::FAMILY, plan: separable::plan, takes_parts: true },
    Family { name: winograd::FAMILY, plan: winograd::plan, takes_parts: true },
    Family { name: conv::FAMILY, plan: conv::plan, takes_parts: true },
    Family { name: conv_transpose::FAMILY, plan: conv_transpose::plan, takes_parts: true },
    Family { name: matmul::FAMILY, plan: matmul::plan, takes_parts: true },
    Family { name: attention::FAMILY, plan: attention::plan, takes_parts: true },
    Family { name: rotary_embedding::FAMILY, plan: rotary_embedding::plan, takes_parts: true },
    Family { name: transpose::FAMILY, plan: transpose::plan, takes_parts: true },
    Family { name: map::FAMILY, plan: map::plan, takes_parts: true },
    Family { name: pool::FAMILY, plan: pool::plan, takes_parts: true },
    Family { name: reduce::FAMILY, plan: reduce::plan, takes_parts: true },
    Family { name: normalize::SOFTMAX, plan: normalize::plan_softmax, takes_parts: true },
    Family { name: normalize::LAYER_NORM, plan: normalize::plan_layer_norm, takes_parts: true },
    Family { name: normalize::LRN, plan: normalize::plan_lrn, takes_parts: true },
    Family { name: contract::FAMILY, plan: contract::plan, takes_parts: true },
    Family { name: resize::FAMILY, plan: resize::plan, takes_parts: true },
    Family { name: recurrent::FAMILY, plan: recurrent::plan, takes_parts: false },
    Family { name: sort::FAMILY, plan: sort::plan, takes_parts: false },
    Family { name: scan::FAMILY, plan: scan::plan, takes_parts: false },
    Family { name: nonzero::FAMILY, plan: nonzero::plan, takes_parts: false },
    Family { name: non_max_suppression::FAMILY, plan: non_max_suppression::plan, takes_parts: false },
    Family { name: elimination::FAMILY, plan: elimination::plan, takes_parts: false },
    Family { name: scatter::FAMILY, plan: scatter::plan, takes_parts: false },
    Family { name: call::FAMILY, plan: call::plan, takes_parts: false },
    Family { name: custom::FAMILY, plan: custom::plan, takes_parts: false },
];

/// The plan of the first family that makes such kernels.
///
/// # Errors
/// When none does.
pub fn plan_kernel(spec: &KernelSpec, target: &Target) -> Result<Plan, String> {
    let has_parts = spec.has_parts();
    let families = FAMILIES.iter().filter(|family| family.takes_parts || !has_parts);
    let mut plans = families.filter_map(|family| (family.plan)(spec, target));
    plans.next().ok_or_else(|| {
        let ops: Vec<&str> = spec.nodes.iter().map(|node| node.name.as_str()).collect();
        format!("no family of kernels computes {}", ops.join(", "))
    })
}
