//! The decisions as passes.

use crate::{KernelSpec, assign_layout, outline, pack_weights, plan_kernel, plan_memory};
use kiln_pass::{Pass, PassContext, PassInfo, options};
use kiln_target::Target;

/// The passes.
pub const PASSES: &[PassInfo] = &[
    PassInfo::of::<AssignLayout>(),
    PassInfo::of::<Outline>(),
    PassInfo::of::<PlanKernels>(),
    PassInfo::of::<PackWeights>(),
    PassInfo::of::<PlanMemory>(),
];

options! {
    /// Gives convolutional ops channels-last data, with transposes around them.
    pub struct AssignLayout {}
}

impl Pass for AssignLayout {
    const NAME: &'static str = "assign-layout";

    fn run(&self, context: &mut PassContext<'_>) {
        let changed = assign_layout(context.module, context.root);
        context.count("ops-changed", changed);
    }
}

options! {
    /// Groups ops into kernels, each a `graph.fusion`.
    pub struct Outline {}
}

impl Pass for Outline {
    const NAME: &'static str = "outline";

    fn run(&self, context: &mut PassContext<'_>) {
        let kernels = outline(context.module, context.root);
        context.count("kernels", kernels);
    }
}

options! {
    /// Decides how each `graph.fusion` computes: its attribute `plan`. Those that have one keep it.
    pub struct PlanKernels {
        /// The processor: `triple` or `triple:cpu`.
        target: String = String::from("x86_64"),
    }
}

impl Pass for PlanKernels {
    const NAME: &'static str = "plan-kernels";

    fn run(&self, context: &mut PassContext<'_>) {
        let target = match Target::from_text(&self.target) {
            Ok(target) => target,
            Err(error) => return context.error(context.root, error),
        };
        for fusion in context.ops_named("graph.fusion") {
            if context.module.attribute(fusion, "plan").is_some() {
                continue;
            }
            let (spec, _) = KernelSpec::of(context.module, fusion);
            match plan_kernel(&spec, &target) {
                Ok(plan) => _ = context.module.set_attribute(fusion, "plan", plan.to_attribute()),
                Err(reason) => context.error(fusion, reason),
            }
        }
        context.count("kernels", context.ops_named("graph.fusion").len());
    }
}

options! {
    /// Packs filters and matrices into the order in which planned kernels read them. What is computed at run time is
    /// packed by new ops: `outline`, `plan-kernels` and this follow once more.
    pub struct PackWeights {}
}

impl Pass for PackWeights {
    const NAME: &'static str = "pack-weights";

    fn run(&self, context: &mut PassContext<'_>) {
        let packed = pack_weights(context.module, context.root);
        context.count("operands-packed", packed);
    }
}

options! {
    /// Decides where every tensor of `@main` lives.
    pub struct PlanMemory {}
}

impl Pass for PlanMemory {
    const NAME: &'static str = "plan-memory";

    fn run(&self, context: &mut PassContext<'_>) {
        for main in context.ops_named("func.func") {
            plan_memory(context.module, main);
        }
    }
}
