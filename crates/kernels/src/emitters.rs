//! The emitters of kernels, one for each family that `kiln-schedule` plans.

use crate::builder::{EmitOptions, KernelBuilder};
use crate::{
    attention, call, contract, conv, custom, depthwise, elimination, layer_norm, lrn, map, matmul, non_max_suppression,
    nonzero, pool, recurrent, reduce, resize, rotary_embedding, scan, scatter, softmax, sort, transpose, winograd,
};
use kiln_ir::Module;
use kiln_schedule::{KernelSpec, Plan};

/// Emits the kernels of one family.
#[derive(Clone, Copy, Debug)]
pub struct Emitter {
    /// The family's name, as in `kiln_schedule::FAMILIES`.
    pub family: &'static str,
    /// Writes the body: the tasks from [`KernelBuilder::begin`] up to [`KernelBuilder::end`].
    pub emit: fn(&KernelSpec, &Plan, &mut KernelBuilder),
}

/// Every emitter.
pub const EMITTERS: &[Emitter] = &[
    Emitter { family: "depthwise", emit: depthwise::emit },
    Emitter { family: "expanded", emit: conv::emit_expanded },
    Emitter { family: "separable", emit: conv::emit_separable },
    Emitter { family: "winograd", emit: winograd::emit },
    Emitter { family: "conv", emit: conv::emit },
    Emitter { family: "conv_transpose", emit: conv::emit_transposed },
    Emitter { family: "matmul", emit: matmul::emit },
    Emitter { family: "attention", emit: attention::emit },
    Emitter { family: "rotary_embedding", emit: rotary_embedding::emit },
    Emitter { family: "transpose", emit: transpose::emit },
    Emitter { family: "map", emit: map::emit },
    Emitter { family: "pool", emit: pool::emit },
    Emitter { family: "reduce", emit: reduce::emit },
    Emitter { family: "softmax", emit: softmax::emit },
    Emitter { family: "layer_norm", emit: layer_norm::emit },
    Emitter { family: "lrn", emit: lrn::emit },
    Emitter { family: "contract", emit: contract::emit },
    Emitter { family: "resize", emit: resize::emit },
    Emitter { family: "recurrent", emit: recurrent::emit },
    Emitter { family: "sort", emit: sort::emit },
    Emitter { family: "scan", emit: scan::emit },
    Emitter { family: "nonzero", emit: nonzero::emit },
    Emitter { family: "non_max_suppression", emit: non_max_suppression::emit },
    Emitter { family: "elimination", emit: elimination::emit },
    Emitter { family: "scatter", emit: scatter::emit },
    Emitter { family: "call", emit: call::emit },
    Emitter { family: "custom", emit: custom::emit },
];

/// Adds the function `@name` to the module: the kernel of `spec`, as `plan` says.
///
/// # Errors
/// When no emitter knows the plan's family.
pub fn emit_kernel(
    module: &mut Module,
    name: &str,
    spec: &KernelSpec,
    plan: &Plan,
    options: &EmitOptions,
) -> Result<(), String> {
    let emitter = EMITTERS.iter().find(|emitter| plan.family == *emitter.family);
    let emitter = emitter.ok_or_else(|| format!("no emitter for kernels of family {}", plan.family))?;
    let mut builder = KernelBuilder::function(module, name, spec, options);
    (emitter.emit)(spec, plan, &mut builder);
    builder.finish();
    Ok(())
}
