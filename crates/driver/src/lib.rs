//! From model files to native code: strings the passes together, and code generation after them.
//!
//! Which dialects, passes and pipelines there are is said in `kiln-registry`; this crate reads model files, runs the
//! pipelines and hands their result to `kiln-codegen`.

#![forbid(unsafe_code)]

mod check;
mod compile;
mod inspect;
mod launches;
mod report;
mod results;
mod stages;
mod target;
mod text;
mod tune;
mod versions;

pub use check::{CheckReport, Comparison, check};
pub use compile::{Emit, Progress, Request, Silent, Summary, compile, import, open_cache, run};
pub use inspect::{ModelInventory, inspect};
pub use kiln_convert::CustomOperator;
pub use kiln_formats::find_format;
pub use kiln_import_core::{Extent, Format, ImportOptions};
pub use kiln_registry::pipeline::{OptimizationLevel, Planning, Precision};
pub use kiln_schedule::Candidate;
pub use report::{KernelReport, Report};
pub use results::ResultCache;
pub use stages::{PassReport, StageReport};
pub use target::{resolve_target, resolve_targets};
pub use tune::{Timer, Timing, TuneSummary, tune};
pub use versions::generate;
