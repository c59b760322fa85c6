//! The decisions as passes.

use crate::{assign_layout, outline, plan_memory};
use kiln_pass::{Pass, PassContext, PassInfo, options};

/// The passes.
pub const PASSES: &[PassInfo] = &[PassInfo::of::<AssignLayout>(), PassInfo::of::<Outline>(), PassInfo::of::<PlanMemory>()];

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
