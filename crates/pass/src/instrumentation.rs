//! What is watched while passes run.

use crate::context::Statistics;
use crate::pass::DynPass;
use crate::pipeline::{Pipeline, Step};
use kiln_ir::{Module, Op};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// Which passes an instrument is about.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum PassFilter {
    /// None.
    #[default]
    None,
    /// Those named.
    Named(Vec<String>),
    /// All.
    All,
}

impl PassFilter {
    /// Whether the pass called `name` is meant.
    pub fn accepts(&self, name: &str) -> bool {
        match self {
            PassFilter::None => false,
            PassFilter::Named(names) => names.iter().any(|candidate| candidate == name),
            PassFilter::All => true,
        }
    }
}

/// What is watched while passes run.
#[derive(Clone, Debug, Default)]
pub struct Instrumentation {
    /// Verifies after each pass.
    pub verify_each: bool,
    /// Prints the IR before these passes.
    pub print_before: PassFilter,
    /// Prints the IR after these passes.
    pub print_after: PassFilter,
    /// Of `print_after`, only passes that changed something.
    pub only_after_change: bool,
    /// Prints the whole module even if the pass ran on a part of it.
    pub module_scope: bool,
    /// Prints generic form.
    pub generic: bool,
    /// Reports where each rule applied, and where it nearly did and why not.
    pub trace_rules: bool,
    /// Where to write pipeline and IR when a pass panics or leaves invalid IR.
    pub reproducer: Option<PathBuf>,
    /// How many threads a pipeline nested on functions, or other ops that stand alone, runs on; 0 is as many as the machine
    /// runs at once. Nothing depends on it but time: an observer, dumps of the whole module and passes that look outside
    /// take one thread.
    pub threads: usize,
    /// Who sees the IR before and after each pass.
    pub observer: Option<Arc<dyn Observer>>,
}

/// Sees the IR before and after each run of a pass; what that takes is not counted as the pass's time.
pub trait Observer: fmt::Debug + Send + Sync {
    /// The pass is about to run on `root`.
    fn before(&self, pass: &dyn DynPass, module: &Module, root: Op);

    /// The pass ran on `root` and did not panic; whether what it left is valid is not known yet.
    fn after(&self, pass: &dyn DynPass, module: &Module, root: Op, run: &PassRun);
}

/// What one run of a pass took and counted.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PassRun {
    /// Time spent.
    pub duration: Duration,
    /// What it counted.
    pub statistics: Statistics,
}

/// How long a pipeline's steps took.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Timing {
    /// The pass, the anchor of a nested pipeline, or the text of a named one.
    pub name: String,
    /// Time spent, all runs together: what several threads spent at once adds up in passes, not in the pipeline around.
    pub duration: Duration,
    /// How many ops it ran on.
    pub runs: usize,
    /// The steps inside.
    pub steps: Vec<Timing>,
}

impl Timing {
    /// A tree of zeros in the shape of `pipeline`.
    pub(crate) fn of(pipeline: &Pipeline) -> Timing {
        let step = |step: &Step| match step {
            Step::Pass(pass) => Timing::leaf(pass.name()),
            Step::Nested(nested) => Timing::of(nested),
            Step::Stage(stage) => Timing { name: stage.text.clone(), ..Timing::of(&stage.pipeline) },
        };
        Timing { steps: pipeline.steps.iter().map(step).collect(), ..Timing::leaf(&pipeline.anchor) }
    }

    /// Adds what other runs of the same steps took, but for the duration of the whole.
    pub(crate) fn add(&mut self, other: &Timing) {
        self.runs += other.runs;
        for (step, other) in self.steps.iter_mut().zip(&other.steps) {
            step.duration += other.duration;
            step.add(other);
        }
    }

    fn leaf(name: &str) -> Timing {
        Timing { name: name.to_owned(), duration: Duration::ZERO, runs: 0, steps: Vec::new() }
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, depth: usize, total: f64) -> fmt::Result {
        let seconds = self.duration.as_secs_f64();
        let share = if total > 0.0 { 100.0 * seconds / total } else { 100.0 };
        writeln!(
            f,
            "{seconds:>10.4}s ({share:>5.1}%) {:>6}  {:indent$}{}",
            self.runs,
            "",
            self.name,
            indent = 2 * depth
        )?;
        self.steps.iter().try_for_each(|step| step.write(f, depth + 1, total))
    }
}

/// A table: wall time, share of the whole, number of runs, step.
impl fmt::Display for Timing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  wall time (share)    runs  step")?;
        self.write(f, 0, self.duration.as_secs_f64())
    }
}
