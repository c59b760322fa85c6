//! The named pipelines: which passes run, in which order, and why.

use kiln_pass::{NamedPipeline, PipelineInfo, options};
use kiln_target::Target;

/// How hard the compiler tries.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum OptimizationLevel {
    /// Only what lowering needs.
    O0,
    /// Folding and simplification.
    O1,
    /// Layout, too: all that Kiln itself does.
    O2,
    /// As much as LLVM does, too.
    #[default]
    O3,
}

/// What numbers kernels compute with.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum Precision {
    /// Those of the model, in the order in which it computes: nothing is rearranged that changes rounding.
    Strict,
    /// Those of the model; sums may be rearranged, and small convolutions computed by fewer multiplications.
    #[default]
    Default,
    /// As the default; functions of `f32`, as exponentials, may be a few units in the last place off.
    Fast,
    /// As `Fast`; convolutions and matrix products of `f32` multiply numbers rounded to `bf16`, which half the memory holds and
    /// processors have faster instructions for.
    Bf16,
}

/// From a framework's dialect to the graph dialect.
pub fn conversion() -> &'static str {
    "builtin.module(convert-onnx-to-graph,convert-keras-to-graph,convert-tf-to-graph,convert-tflite-to-graph)"
}

/// Rewrites of the graph that no target and no kernel decides: the stages that a level asks for.
pub fn optimization(level: OptimizationLevel, precision: Precision) -> String {
    // Rounding may change where more is asked for than the least.
    let mut stages = match level {
        OptimizationLevel::O0 => vec![],
        OptimizationLevel::O1 => vec!["pre", "core"],
        OptimizationLevel::O2 | OptimizationLevel::O3 if precision == Precision::Strict => vec!["pre", "core", "post"],
        OptimizationLevel::O2 | OptimizationLevel::O3 => vec!["pre", "core{relaxed=true}", "post"],
    };
    match precision {
        Precision::Strict => stages.push("require-exact"),
        Precision::Bf16 => stages.push("narrow"),
        Precision::Default | Precision::Fast => {}
    }
    format!("builtin.module({})", stages.join(","))
}

/// How often the passes of a stage run at most, each for what the others leave to it. A round that changes nothing is the
/// last one; models need two or three.
const MOST_ROUNDS: usize = 8;

/// The pipelines that others may name.
pub const PIPELINES: &[PipelineInfo] = &[
    PipelineInfo::of::<Pre>(),
    PipelineInfo::of::<Core>(),
    PipelineInfo::of::<Post>(),
    PipelineInfo::of::<Narrow>(),
    PipelineInfo::of::<Schedule>(),
    PipelineInfo::of::<Memory>(),
    PipelineInfo::of::<Kernels>(),
    PipelineInfo::of::<Calls>(),
];

options! {
    /// The first stage of optimization: what a graph says needlessly goes.
    pub struct Pre {}
}

impl NamedPipeline for Pre {
    const NAME: &'static str = "pre";
    const MOST_ROUNDS: usize = MOST_ROUNDS;

    fn steps(&self) -> String {
        // Exporters repeat themselves, in loops too, and leave constants to be computed; everything after this sees less.
        // What functions pass to each other goes last, when nobody asks for it any more.
        // Products of bytes are found before their weights are folded into floats.
        let quantized = "fold-constants{keep-bytes=true},recompose-quantized";
        format!("{quantized},fold-constants,cse,simplify,loop-invariant-code-motion,dce,remove-dead-values,symbol-dce")
    }
}

options! {
    /// The second stage of optimization: ops that kernels exist for, of what exporters scatter over many; fusion.
    pub struct Core {
        /// Whether rules apply that change rounding, or where NaN and infinity come out.
        relaxed: bool = false,
    }
}

impl NamedPipeline for Core {
    const NAME: &'static str = "core";
    const MOST_ROUNDS: usize = MOST_ROUNDS;

    fn steps(&self) -> String {
        let simplify = if self.relaxed { "simplify{relaxed=true}" } else { "simplify" };
        let passes = [
            // Ops that a kernel exists for, back from the arithmetic that exporters make of them, before that is
            // rearranged.
            "recompose",
            "recompose-recurrent",
            "dce",
            // Batch normalization is a scale and an offset by now: both move into the weights before them, and the
            // products of constants that this leaves are folded.
            "fold-scale",
            "fold-constants",
            simplify,
            // Products and convolutions of one tensor, when all that follows them has found its form.
            "merge-siblings",
            "fold-constants",
            "loop-invariant-code-motion",
            "cse",
            "dce",
        ];
        passes.join(",")
    }
}

options! {
    /// The third stage of optimization: the order of axes in memory.
    pub struct Post {}
}

impl NamedPipeline for Post {
    const NAME: &'static str = "post";
    const MOST_ROUNDS: usize = MOST_ROUNDS;

    fn steps(&self) -> String {
        // Each convolutional op gets transposes around it; sunk, those between two such ops meet and vanish. What
        // sinking leaves of constants is folded.
        "assign-layout,sink-transposes,simplify,fold-constants,cse,dce".into()
    }
}

options! {
    /// What follows optimization where `bf16` is precise enough: weights are converted once and for all, tensors between
    /// kernels where they are made.
    pub struct Narrow {}
}

impl NamedPipeline for Narrow {
    const NAME: &'static str = "narrow";

    fn steps(&self) -> String {
        "narrow-products,fold-constants,cse,simplify,dce".into()
    }
}

/// How kernels are planned.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Planning {
    /// Whether they keep how else they could have been computed.
    pub explain: bool,
    /// A file of the fastest plans.
    pub tuning: Option<String>,
    /// The plan to try for each kernel that the file does not know.
    pub alternative: Option<usize>,
}

/// From an optimized graph to kernels that are planned, in memory that is.
pub fn planning(target: &Target, planning: &Planning) -> String {
    format!("builtin.module({},memory)", schedule(target, planning))
}

fn schedule(target: &Target, planning: &Planning) -> String {
    let Planning { explain, tuning, alternative } = planning.clone();
    let schedule = Schedule { target: target.to_string(), explain, tuning, alternative };
    format!("schedule{{{}}}", schedule.options())
}

/// From what [`planning`] leaves to the exit set.
pub fn emission(target: &Target, precision: Precision) -> String {
    format!("builtin.module({},calls)", kernels(target, precision))
}

/// From an optimized graph to the exit set.
pub fn lowering(target: &Target, precision: Precision, planning: &Planning) -> String {
    format!("builtin.module({},memory,{},calls)", schedule(target, planning), kernels(target, precision))
}

fn kernels(target: &Target, precision: Precision) -> String {
    // What is rounded to half its digits need not be right to the last.
    let fast = if matches!(precision, Precision::Fast | Precision::Bf16) { " fast=true" } else { "" };
    format!("kernels{{target={target}{fast}}}")
}

options! {
    /// The first stage of lowering: which kernels there are, how each computes, and its weights in the order in which it
    /// reads them. They are reordered but never grow: a compiled model is about as large as what it was made from.
    pub struct Schedule {
        /// The processor: `triple` or `triple:cpu`.
        target: String = String::from("x86_64"),
        /// Whether kernels keep which other ways of computing them there are.
        explain: bool = false,
        /// A file of the fastest plans, as measured, which are taken for the kernels that it knows.
        tuning: Option<String> = None,
        /// The number of the plan to try for each kernel that the file does not know.
        alternative: Option<usize> = None,
    }
}

impl Schedule {
    /// The options as `plan-kernels` has them, too.
    fn options(&self) -> String {
        let mut options = format!("target={}", self.target);
        if self.explain {
            options += " explain=true";
        }
        if let Some(file) = &self.tuning {
            options += &format!(" tuning=\"{file}\"");
        }
        if let Some(number) = self.alternative {
            options += &format!(" alternative={number}");
        }
        options
    }
}

impl NamedPipeline for Schedule {
    const NAME: &'static str = "schedule";

    fn steps(&self) -> String {
        let explain = if self.explain { " explain=true" } else { "" };
        let plan = format!("plan-kernels{{{}}}", self.options());
        let pair = format!("fuse-separable{{target={}{explain}}}", self.target);
        let place = format!("place-parts{{target={}}}", self.target);
        let signs = format!("match-signs{{target={}}}", self.target);
        let passes = [
            // What nobody uses needs no kernel, nor a place in what others make.
            "dce",
            // Kernels move strings as the addresses of their bytes, and the runtime does the rest.
            "lower-strings",
            // So are encoded images the runtime's.
            "lower-images",
            // Of a recurrent layer, only what depends on its state stays in it.
            "project-recurrent",
            // Bytes as the instructions for them want them, shifted by the kernels that make them.
            &signs,
            // What one kernel computes, and how.
            "outline",
            &plan,
            // Depthwise and pointwise convolutions whose tensor between them need not be in memory.
            &pair,
            // Kernels that only join or cut tensors, where others can write and read in place.
            &place,
            // Weights in the order in which their kernel reads them.
            "pack-weights",
            // What a loop only reads is packed before it.
            "loop-invariant-code-motion",
            "dce",
            // What is computed at run time and wanted packed is packed by kernels of their own, which may have constants.
            "outline",
            &plan,
            "pack-weights",
            "dce",
        ];
        passes.join(",")
    }
}

options! {
    /// The second stage of lowering: where every tensor lives, now that all of them are known.
    pub struct Memory {}
}

impl NamedPipeline for Memory {
    const NAME: &'static str = "memory";

    fn steps(&self) -> String {
        // What is never there together shares a place, the more of it the better the order.
        "order-kernels,plan-memory".into()
    }
}

options! {
    /// The third stage of lowering: kernels as loops and vectors.
    pub struct Kernels {
        /// The processor: `triple` or `triple:cpu`.
        target: String = String::from("x86_64"),
        /// Whether functions of `f32`, as exponentials, may be a few units in the last place off.
        fast: bool = false,
    }
}

impl NamedPipeline for Kernels {
    const NAME: &'static str = "kernels";

    fn steps(&self) -> String {
        let fast = if self.fast { " fast=true" } else { "" };
        format!("lower-kernels{{target={}{fast}}}", self.target)
    }
}

options! {
    /// The last stage of lowering: the functions that call kernels. From there on, all is in the exit set.
    pub struct Calls {}
}

impl NamedPipeline for Calls {
    const NAME: &'static str = "calls";

    fn steps(&self) -> String {
        "lower-main,lower-launch".into()
    }
}
