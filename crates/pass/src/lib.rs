//! The pass manager: passes, their options, textual pipelines, instrumentation, reproducers.
//!
//! A pass is a struct whose fields are its options, and a `run`:
//!
//! ```
//! kiln_pass::options! {
//!     /// Removes what nobody uses.
//!     pub struct Sweep {
//!         /// The most ops to remove.
//!         max_ops: usize = 100,
//!     }
//! }
//!
//! impl kiln_pass::Pass for Sweep {
//!     const NAME: &'static str = "sweep";
//!
//!     fn run(&self, context: &mut kiln_pass::PassContext<'_>) {
//!         context.count("swept-ops", self.max_ops);
//!     }
//! }
//!
//! const PASSES: kiln_pass::PassRegistry = kiln_pass::PassRegistry::new(&[&[kiln_pass::PassInfo::of::<Sweep>()]]);
//!
//! let pipeline = kiln_pass::Pipeline::parse("builtin.module(func.func(sweep{max-ops=3}))", &PASSES).unwrap();
//! assert_eq!(pipeline.to_string(), "builtin.module(func.func(sweep{max-ops=3}))");
//! ```
//!
//! Everything a pass may depend on besides the IR is one of its options: a target is `target=x86-64-v4`, a text the pass
//! parses with its own [`OptionValue`]. So a pipeline's text says all, and a reproducer replays from it. Which passes
//! exist is an explicit [`PassRegistry`] made by the caller; this crate only brings the generic ones.

#![forbid(unsafe_code)]

mod context;
mod instrumentation;
mod manager;
mod options;
mod parallel;
mod pass;
mod passes;
mod pipeline;
mod registry;

pub use context::{PassContext, Statistics};
pub use instrumentation::{Instrumentation, Observer, PassFilter, PassRun, Timing};
pub use manager::{Outcome, PassManager};
pub use options::{OptionInfo, OptionValue, Options, unknown_option};
pub use pass::{Anchor, DynPass, Pass};
pub use passes::{
    Canonicalize, Cse, Dce, LoopInvariantCodeMotion, PASSES, SymbolDce, run_patterns, run_patterns_with_constants,
};
pub use pipeline::{Pipeline, Stage, Step};
pub use registry::{NamedPipeline, PassInfo, PassRegistry, PipelineInfo};
