//! The named pipelines: which passes run, in which order, and why.

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

/// From a framework's dialect to the graph dialect.
pub fn conversion() -> &'static str {
    "builtin.module(convert-onnx-to-graph)"
}

/// Rewrites of the graph that no target and no kernel decides.
pub fn optimization(level: OptimizationLevel) -> String {
    let mut passes: Vec<&str> = Vec::new();
    if level >= OptimizationLevel::O1 {
        // Rounding may change where more is asked for than the least.
        let simplify = if level >= OptimizationLevel::O2 { "simplify{relaxed=true}" } else { "simplify" };
        // Exporters repeat themselves and leave constants to be computed; everything after this sees less.
        passes.extend(["fold-constants", "cse", "simplify", "dce"]);
        // Ops that a kernel exists for, back from the arithmetic that exporters make of them, before that is rearranged.
        passes.extend(["recompose", "dce"]);
        // Batch normalization is a scale and an offset by now: both move into the weights before them, and the products
        // of constants that this leaves are folded.
        passes.extend(["fold-scale", "fold-constants", simplify, "fold-constants", "cse", "dce"]);
    }
    if level >= OptimizationLevel::O2 {
        // Each convolutional op gets transposes around it; sunk, those between two such ops meet and vanish. What
        // sinking leaves of constants is folded.
        passes.extend(["assign-layout", "sink-transposes", "simplify", "fold-constants", "cse", "dce"]);
    }
    format!("builtin.module({})", passes.join(","))
}

/// From an optimized graph to the exit set. Weights are reordered but never grow: a compiled model is about as large as
/// what it was made from.
pub fn lowering(target: &Target) -> String {
    let plan = format!("plan-kernels{{target={target}}}");
    let passes = [
        // What one kernel computes, and how.
        "outline".to_owned(),
        plan.clone(),
        // Weights in the order in which their kernel reads them.
        "pack-weights".to_owned(),
        "dce".to_owned(),
        // What is computed at run time and wanted packed is packed by kernels of their own, which may have constants.
        "outline".to_owned(),
        plan,
        "pack-weights".to_owned(),
        "dce".to_owned(),
        // Where every tensor lives, now that all of them are known.
        "plan-memory".to_owned(),
        format!("lower-kernels{{target={target}}}"),
        "lower-main".to_owned(),
        "lower-launch".to_owned(),
    ];
    format!("builtin.module({})", passes.join(","))
}
