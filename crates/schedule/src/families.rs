//! The families of kernels, in the order in which they are asked: the first that plans a spec gets it.

use crate::plan::Plan;
use crate::spec::KernelSpec;
use crate::{
    contract, conv, conv_transpose, depthwise, map, matmul, normalize, pool, recurrent, reduce, resize, scan, scatter,
    transpose, winograd,
};
use kiln_target::Target;

/// A family of kernels: one planner here, one emitter of the same name in `kiln-kernels`.
#[derive(Clone, Copy, Debug)]
pub struct Family {
    /// The name, which plans carry.
    pub name: &'static str,
    /// Plans a kernel; `None` if the family does not make such kernels.
    pub plan: fn(&KernelSpec, &Target) -> Option<Plan>,
}

/// Every family: special ones first, general ones last.
pub const FAMILIES: &[Family] = &[
    Family { name: depthwise::FAMILY, plan: depthwise::plan },
    Family { name: winograd::FAMILY, plan: winograd::plan },
    Family { name: conv::FAMILY, plan: conv::plan },
    Family { name: conv_transpose::FAMILY, plan: conv_transpose::plan },
    Family { name: matmul::FAMILY, plan: matmul::plan },
    Family { name: transpose::FAMILY, plan: transpose::plan },
    Family { name: map::FAMILY, plan: map::plan },
    Family { name: pool::FAMILY, plan: pool::plan },
    Family { name: reduce::FAMILY, plan: reduce::plan },
    Family { name: normalize::SOFTMAX, plan: normalize::plan_softmax },
    Family { name: normalize::LAYER_NORM, plan: normalize::plan_layer_norm },
    Family { name: normalize::LRN, plan: normalize::plan_lrn },
    Family { name: contract::FAMILY, plan: contract::plan },
    Family { name: resize::FAMILY, plan: resize::plan },
    Family { name: recurrent::FAMILY, plan: recurrent::plan },
    Family { name: scan::FAMILY, plan: scan::plan },
    Family { name: scatter::FAMILY, plan: scatter::plan },
];

/// The plan of the first family that makes such kernels.
///
/// # Errors
/// When none does.
pub fn plan_kernel(spec: &KernelSpec, target: &Target) -> Result<Plan, String> {
    let mut plans = FAMILIES.iter().filter_map(|family| (family.plan)(spec, target));
    plans.next().ok_or_else(|| {
        let ops: Vec<&str> = spec.nodes.iter().map(|node| node.name.as_str()).collect();
        format!("no family of kernels computes {}", ops.join(", "))
    })
}
