//! Running a pipeline.

use crate::context::{PassContext, Statistics};
use crate::instrumentation::{Instrumentation, PassRun, Timing};
use crate::pass::DynPass;
use crate::pipeline::{PassText, Pipeline, Stage, Step};
use kiln_diag::{Diagnostic, Place, Sink};
use kiln_ir::{Extract, Module, Op, verify};
use kiln_syntax::{PrintOptions, print};
use std::any::Any;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Instant;

/// A pipeline with its instruments.
#[derive(Debug)]
pub struct PassManager {
    /// What runs.
    pub pipeline: Pipeline,
    /// What is watched.
    pub instrumentation: Instrumentation,
}

/// What came of a run.
#[derive(Clone, Debug)]
#[must_use = "the sink holds the reasons when it did not succeed"]
pub struct Outcome {
    /// Whether every pass ran and none reported an error.
    pub succeeded: bool,
    /// How long each step took.
    pub timing: Timing,
    /// What passes counted.
    pub statistics: Statistics,
}

impl PassManager {
    /// A manager of `pipeline` that verifies after each pass.
    pub fn new(pipeline: Pipeline) -> PassManager {
        let instrumentation = Instrumentation { verify_each: true, ..Instrumentation::default() };
        PassManager { pipeline, instrumentation }
    }

    /// Runs the pipeline on `module`, up to the first pass that fails. Errors go to `sink`; what instruments print goes
    /// to `log`.
    pub fn run(&self, module: &mut Module, sink: &Sink, log: &mut dyn Write) -> Outcome {
        let mut timing = Timing::of(&self.pipeline);
        let mut statistics = Statistics::new();
        let top = module.top();
        let anchor = module.name(top);
        let succeeded = if anchor == self.pipeline.anchor.as_str() {
            let mut run = Run {
                instrumentation: &self.instrumentation,
                module,
                sink,
                log,
                statistics: &mut statistics,
                bug: None,
            };
            let path = Path { anchor: &self.pipeline.anchor, outer: None };
            let succeeded = run.pipeline(&self.pipeline, top, &mut timing, &path);
            run.report_bug();
            succeeded
        } else {
            let message = format!("the pipeline is for {}, but the IR is a {anchor}", self.pipeline.anchor);
            sink.report(Diagnostic::error(Place::Nowhere, message));
            false
        };
        Outcome { succeeded, timing, statistics }
    }
}

/// The anchors around a pass, innermost first.
#[derive(Clone, Copy)]
pub(crate) struct Path<'a> {
    anchor: &'a str,
    outer: Option<&'a Path<'a>>,
}

impl Path<'_> {
    /// The pipeline that runs `pass` alone.
    fn pipeline_of(&self, pass: &dyn DynPass) -> String {
        let mut text = PassText(pass).to_string();
        let mut path = Some(self);
        while let Some(Path { anchor, outer }) = path {
            text = format!("{anchor}({text})");
            path = *outer;
        }
        text
    }
}

/// The state of one run.
pub(crate) struct Run<'a> {
    pub(crate) instrumentation: &'a Instrumentation,
    pub(crate) module: &'a mut Module,
    pub(crate) sink: &'a Sink,
    pub(crate) log: &'a mut dyn Write,
    pub(crate) statistics: &'a mut Statistics,
    /// What ended the run, if it was a bug.
    pub(crate) bug: Option<Bug>,
}

/// A pass that panicked or left invalid IR.
pub(crate) struct Bug {
    /// What happened.
    message: String,
    /// The pass alone.
    pipeline: String,
    /// The IR that it ran on, if that is to be written.
    pub(crate) before: Option<Before>,
}

/// The IR before a pass.
pub(crate) enum Before {
    /// All of it.
    Module(Module),
    /// What the pass may edit.
    Root(Extract),
}

impl Before {
    fn of(module: &Module, root: Op) -> Before {
        match module.is_extractable(root) {
            true => Before::Root(module.snapshot(root)),
            false => Before::Module(module.clone()),
        }
    }

    /// The whole module before the pass; `module` is the one that it ran on.
    pub(crate) fn restore(self, module: &Module) -> Module {
        match self {
            Before::Module(before) => before,
            Before::Root(root) => {
                let mut before = module.clone();
                before.graft(root);
                before
            }
        }
    }
}

impl Run<'_> {
    /// Runs `pipeline` on `root`, up to the first pass that fails.
    pub(crate) fn pipeline(&mut self, pipeline: &Pipeline, root: Op, timing: &mut Timing, path: &Path<'_>) -> bool {
        let start = Instant::now();
        let mut steps = pipeline.steps.iter().zip(&mut timing.steps);
        let succeeded = steps.all(|(step, timing)| self.step(step, root, timing, path));
        timing.duration += start.elapsed();
        timing.runs += 1;
        succeeded
    }

    fn step(&mut self, step: &Step, root: Op, timing: &mut Timing, path: &Path<'_>) -> bool {
        match step {
            Step::Pass(pass) => self.pass(pass.as_ref(), root, timing, path),
            Step::Nested(nested) => {
                let path = Path { anchor: &nested.anchor, outer: Some(path) };
                let children = children(self.module, root, &nested.anchor);
                match self.threads_for(nested, &children) {
                    1 => self.each(nested, &children, timing, &path),
                    threads => self.in_parallel(nested, &children, timing, &path, threads),
                }
            }
            Step::Stage(stage) => self.stage(stage, root, timing, path),
        }
    }

    /// Runs the steps of a stage in rounds, up to the first step that finds the IR as it was when that step last changed
    /// nothing: the others would change nothing either.
    fn stage(&mut self, stage: &Stage, root: Op, timing: &mut Timing, path: &Path<'_>) -> bool {
        let start = Instant::now();
        let steps = &stage.pipeline.steps;
        // What the count of edits was before each step's last run.
        let mut seen = vec![None; steps.len()];
        let mut succeeded = true;
        for position in 0..steps.len() * stage.most_rounds {
            let index = position % steps.len();
            if seen[index] == Some(self.module.edits()) {
                break;
            }
            seen[index] = Some(self.module.edits());
            succeeded = self.step(&steps[index], root, &mut timing.steps[index], path);
            if !succeeded {
                break;
            }
        }
        timing.duration += start.elapsed();
        timing.runs += 1;
        succeeded
    }

    /// Runs `pipeline` on each of `roots` in turn.
    pub(crate) fn each(&mut self, pipeline: &Pipeline, roots: &[Op], timing: &mut Timing, path: &Path<'_>) -> bool {
        // An earlier root's passes may have erased a later one.
        roots.iter().all(|&op| self.module.is_erased(op) || self.pipeline(pipeline, op, timing, path))
    }

    fn pass(&mut self, pass: &dyn DynPass, root: Op, timing: &mut Timing, path: &Path<'_>) -> bool {
        let prints_after = self.instrumentation.print_after.accepts(pass.name());
        if self.instrumentation.print_before.accepts(pass.name()) {
            let text = self.text(root);
            self.dump("Before", pass, &text);
        }
        let before = (prints_after && self.instrumentation.only_after_change).then(|| self.text(root));
        let copied = self.instrumentation.reproducer.is_some().then(|| Before::of(self.module, root));
        let errors = self.sink.error_count();
        if let Some(observer) = &self.instrumentation.observer {
            observer.before(pass, self.module, root);
        }
        let mut statistics = Statistics::new();
        let mut context = PassContext {
            module: &mut *self.module,
            root,
            sink: self.sink,
            pass: pass.name(),
            trace_rules: self.instrumentation.trace_rules,
            statistics: &mut statistics,
        };
        let start = Instant::now();
        let panic = catch_unwind(AssertUnwindSafe(|| pass.run(&mut context))).err();
        let duration = start.elapsed();
        timing.duration += duration;
        timing.runs += 1;
        for (counter, count) in &statistics {
            *self.statistics.entry(*counter).or_default() += count;
        }
        if let Some(panic) = panic {
            let message = format!("pass '{}' panicked: {}", pass.name(), panic_message(panic.as_ref()));
            self.bug = Some(Bug { message, pipeline: path.pipeline_of(pass), before: copied });
            return false;
        }
        if let Some(observer) = &self.instrumentation.observer {
            observer.after(pass, self.module, root, &PassRun { duration, statistics });
        }
        if prints_after {
            let text = self.text(root);
            if before.as_ref() != Some(&text) {
                self.dump("After", pass, &text);
            }
        }
        if self.sink.error_count() > errors {
            return false;
        }
        !self.instrumentation.verify_each || self.is_valid_after(pass, root, path, copied)
    }

    fn is_valid_after(&mut self, pass: &dyn DynPass, root: Op, path: &Path<'_>, before: Option<Before>) -> bool {
        let found = verify(self.module, root);
        if found.is_empty() {
            return true;
        }
        for diagnostic in found {
            self.sink.report(diagnostic.with_note(format!("after pass '{}'", pass.name())));
        }
        let message = format!("pass '{}' left invalid IR", pass.name());
        self.bug = Some(Bug { message, pipeline: path.pipeline_of(pass), before });
        false
    }

    /// Reports the bug that ended the run, with the file that shows it again.
    fn report_bug(&mut self) {
        let Some(Bug { message, pipeline, before }) = self.bug.take() else { return };
        let error = Diagnostic::error(Place::Nowhere, message).with_note("this is a bug in Kiln");
        let error = match (&self.instrumentation.reproducer, before) {
            (Some(file), Some(before)) => {
                match std::fs::write(file, reproducer(&pipeline, &before.restore(self.module))) {
                    Ok(()) => error.with_help(format!("replay it: kiln-opt --run-reproducer {}", file.display())),
                    Err(reason) => error.with_note(format!("cannot write {}: {reason}", file.display())),
                }
            }
            _ => error,
        };
        self.sink.report(error);
    }

    fn text(&self, root: Op) -> String {
        let root = if self.instrumentation.module_scope { self.module.top() } else { root };
        print(self.module, root, &PrintOptions { generic: self.instrumentation.generic, ..PrintOptions::default() })
    }

    fn dump(&mut self, when: &str, pass: &dyn DynPass, text: &str) {
        // A log that cannot be written is no reason to stop.
        let _ = writeln!(self.log, "// -----// IR Dump {when} {} //----- //\n{text}", pass.name());
    }
}

/// What a panic says.
fn panic_message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str).or(panic.downcast_ref::<&str>().copied());
    text.unwrap_or("no message")
}

/// The ops called `name` directly inside `root`.
fn children(module: &Module, root: Op, name: &str) -> Vec<Op> {
    let blocks = module.regions(root).iter().flat_map(|&region| module.blocks(region));
    blocks.flat_map(|&block| module.block_ops(block)).filter(|&op| module.is(op, name)).collect()
}

/// The most bytes of one constant that a reproducer holds; beyond, only its key.
const REPRODUCER_BLOB_BYTES: usize = 1 << 20;

/// The first words of a reproducer file.
pub(crate) const REPRODUCER_HEADER: &str = "// configuration: --pass-pipeline=";

/// A file that `kiln-opt --run-reproducer` replays: the pipeline in a comment, then the IR.
fn reproducer(pipeline: &str, module: &Module) -> String {
    let options =
        PrintOptions { generic: true, locations: true, resources: Some(REPRODUCER_BLOB_BYTES), ..Default::default() };
    format!("{REPRODUCER_HEADER}'{pipeline}'\n{}", print(module, module.top(), &options))
}

impl Pipeline {
    /// The text of the pipeline that a reproducer file names in its first line.
    pub fn of_reproducer(file: &str) -> Option<&str> {
        let line = file.lines().next()?;
        line.strip_prefix(REPRODUCER_HEADER)?.trim().strip_prefix('\'')?.strip_suffix('\'')
    }
}
