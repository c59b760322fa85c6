//! The decisions as passes.

use crate::{
    Candidate, KernelSpec, Plan, Tried, TunedPlans, assign_layout, candidates, fuse_separable, kernel_key,
    lower_images, lower_strings, match_signs, order_kernels, outline, pack_weights, place_parts, plan_kernel,
    plan_memory, plan_text, plans, project_recurrent,
};
use kiln_pass::{Pass, PassContext, PassInfo, options};
use kiln_target::Target;

/// The passes.
pub const PASSES: &[PassInfo] = &[
    PassInfo::of::<AssignLayout>(),
    PassInfo::of::<ProjectRecurrent>(),
    PassInfo::of::<MatchSigns>(),
    PassInfo::of::<LowerImages>(),
    PassInfo::of::<LowerStrings>(),
    PassInfo::of::<Outline>(),
    PassInfo::of::<PlanKernels>(),
    PassInfo::of::<FuseSeparable>(),
    PassInfo::of::<PlaceParts>(),
    PassInfo::of::<OrderKernels>(),
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
    /// Takes the products of recurrent layers' inputs out of them, as one matrix product over all steps.
    pub struct ProjectRecurrent {}
}

impl Pass for ProjectRecurrent {
    const NAME: &'static str = "project-recurrent";

    fn run(&self, context: &mut PassContext<'_>) {
        let layers = project_recurrent(context.module, context.root);
        context.count("layers-projected", layers);
    }
}

options! {
    /// Makes ops on encoded images calls of the runtime.
    pub struct LowerImages {}
}

impl Pass for LowerImages {
    const NAME: &'static str = "lower-images";

    fn run(&self, context: &mut PassContext<'_>) {
        let calls = lower_images(context.module, context.root);
        context.count("calls", calls);
    }
}

options! {
    /// Makes strings the addresses of their bytes, and ops on them calls of the runtime.
    pub struct LowerStrings {}
}

impl Pass for LowerStrings {
    const NAME: &'static str = "lower-strings";

    fn run(&self, context: &mut PassContext<'_>) {
        match lower_strings(context.module, context.root) {
            Ok(calls) => context.count("calls", calls),
            Err(errors) => errors.into_iter().for_each(|(op, reason)| context.error(op, reason)),
        }
    }
}

options! {
    /// Gives products of bytes left operands of the sign that the processor's instruction for them wants.
    pub struct MatchSigns {
        /// The processor: `triple` or `triple:cpu`.
        target: String = String::from("x86_64"),
    }
}

impl Pass for MatchSigns {
    const NAME: &'static str = "match-signs";

    fn run(&self, context: &mut PassContext<'_>) {
        let target = match Target::from_text(&self.target) {
            Ok(target) => target,
            Err(error) => return context.error(context.root, error),
        };
        let changed = match_signs(context.module, context.root, &target);
        context.count("products-changed", changed);
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
        /// Whether kernels keep, in the attribute `considered`, which other ways of computing them there are.
        explain: bool = false,
        /// A file of the fastest plans, as measured, which are taken for the kernels that it knows.
        tuning: Option<String> = None,
        /// The number of the plan to try for each kernel that the file does not know; those that have fewer get their first.
        /// Kernels keep which that is, in the attribute `tried`.
        alternative: Option<usize> = None,
    }
}

impl Pass for PlanKernels {
    const NAME: &'static str = "plan-kernels";

    fn run(&self, context: &mut PassContext<'_>) {
        let target = match Target::from_text(&self.target) {
            Ok(target) => target,
            Err(error) => return context.error(context.root, error),
        };
        let tuned = match self.tuning.as_ref().map(|path| TunedPlans::read(path.as_ref())) {
            Some(Err(reason)) => return context.error(context.root, reason),
            Some(Ok(tuned)) => tuned,
            None => TunedPlans::default(),
        };
        for fusion in context.ops_named("graph.fusion") {
            if context.module.attribute(fusion, "plan").is_some() {
                continue;
            }
            let (spec, _) = KernelSpec::of(context.module, fusion);
            if self.explain {
                Candidate::keep(&candidates(&spec, &target), context.module, fusion);
            }
            let measured = self.measured_plan(&spec, &target, &tuned, |tried| tried.note(context.module, fusion));
            match measured.map_or_else(|| plan_kernel(&spec, &target), Ok) {
                Ok(plan) => _ = context.module.set_attribute(fusion, "plan", plan.to_attribute()),
                Err(reason) => context.error(fusion, reason),
            }
        }
        context.count("kernels", context.ops_named("graph.fusion").len());
    }
}

impl PlanKernels {
    /// The plan that was the fastest, or that is to be measured and noted, if this is asked for and there is one.
    fn measured_plan(
        &self,
        spec: &KernelSpec,
        target: &Target,
        tuned: &TunedPlans,
        note: impl FnOnce(&Tried),
    ) -> Option<Plan> {
        if self.tuning.is_none() && self.alternative.is_none() {
            return None;
        }
        let (mut plans, key) = (plans(spec, target), kernel_key(spec, target));
        let known = tuned.choose(&key, &plans);
        let count = if known.is_some() { 1 } else { plans.len() };
        let number = known.or(self.alternative.filter(|number| *number < count)).unwrap_or(0);
        let plan = (number < plans.len()).then(|| plans.swap_remove(number))?;
        if self.alternative.is_some() && (count > 1 || known.is_some()) {
            note(&Tried { key, number, count, plan: plan_text(&plan) });
        }
        Some(plan)
    }
}

options! {
    /// Makes one kernel of a depthwise convolution and the pointwise one that alone reads it, where that is faster.
    /// `plan-kernels` comes first.
    pub struct FuseSeparable {
        /// The processor: `triple` or `triple:cpu`.
        target: String = String::from("x86_64"),
        /// Whether kernels keep, in the attribute `considered`, why they are one or two.
        explain: bool = false,
    }
}

impl Pass for FuseSeparable {
    const NAME: &'static str = "fuse-separable";

    fn run(&self, context: &mut PassContext<'_>) {
        match Target::from_text(&self.target) {
            Ok(target) => {
                let fused = fuse_separable(context.module, context.root, &target, self.explain);
                context.count("pairs-fused", fused);
            }
            Err(error) => context.error(context.root, error),
        }
    }
}

options! {
    /// Turns kernels that join or cut tensors into names of memory, where the kernels around them can write and read in
    /// place. `plan-kernels` comes first; weights are packed later.
    pub struct PlaceParts {
        /// The processor: `triple` or `triple:cpu`.
        target: String = String::from("x86_64"),
    }
}

impl Pass for PlaceParts {
    const NAME: &'static str = "place-parts";

    fn run(&self, context: &mut PassContext<'_>) {
        match Target::from_text(&self.target) {
            Ok(target) => {
                let saved = place_parts(context.module, context.root, &target);
                context.count("kernels-saved", saved);
            }
            Err(error) => context.error(context.root, error),
        }
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
    /// Orders kernels so that the least memory is needed at once.
    pub struct OrderKernels {}
}

impl Pass for OrderKernels {
    const NAME: &'static str = "order-kernels";

    fn run(&self, context: &mut PassContext<'_>) {
        let saved = order_kernels(context.module, context.root);
        context.count("bytes-saved", usize::try_from(saved).unwrap_or(usize::MAX));
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
            let mut errors = crate::parts::check_layouts(context.module, main);
            let stages = crate::stages::Stages::of(context.module, main);
            errors.extend(stages.check(context.module, main));
            if errors.is_empty() {
                let overwriting = plan_memory(context.module, main);
                context.count("operands-overwritten", overwriting);
            }
            for (op, reason) in errors {
                context.error(op, reason);
            }
        }
    }
}
