//! Runs the stages of a compilation, and notes what each of them did if somebody wants to know.

use crate::compile::import_files;
use crate::report::Report;
use crate::{Progress, Request, Summary};
use kiln_diag::{Diagnostic, Place, Sink};
use kiln_ir::{Module, Op};
use kiln_measure::{Measure, Sizes};
use kiln_pass::{DynPass, Observer, Outcome, PassManager, PassRun, Pipeline, Step};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a stage did.
#[derive(Clone, Debug)]
pub struct StageReport {
    /// Its name.
    pub name: String,
    /// Time it took, with the verification of what passes leave.
    pub duration: Duration,
    /// The module before; `None` where there is none.
    pub before: Option<Measure>,
    /// The module after; `None` where there is none.
    pub after: Option<Measure>,
    /// Its passes, in the order in which they ran.
    pub passes: Vec<PassReport>,
}

/// What one run of a pass did.
#[derive(Clone, Debug)]
pub struct PassReport {
    /// The pass.
    pub name: &'static str,
    /// Its options that differ from their defaults: name and value.
    pub options: Vec<(String, String)>,
    /// Time it took.
    pub duration: Duration,
    /// The module before.
    pub before: Measure,
    /// The module after.
    pub after: Measure,
    /// What it counted, by name of the counter.
    pub counters: Vec<(&'static str, usize)>,
}

/// The stages of one compilation.
pub(crate) struct Stages<'a> {
    request: &'a Request,
    sink: &'a Sink,
    progress: &'a dyn Progress,
    /// What they did so far, if somebody wants to know.
    report: Option<Report>,
    /// The files that the import read besides the model's own.
    pub(crate) neighbours: Vec<String>,
}

impl<'a> Stages<'a> {
    pub(crate) fn new(request: &'a Request, sink: &'a Sink, progress: &'a dyn Progress) -> Stages<'a> {
        let report = request.report.as_ref().map(|_| Report::new(request));
        Stages { request, sink, progress, report, neighbours: Vec::new() }
    }

    /// Reads the model.
    pub(crate) fn import(&mut self) -> Option<Module> {
        let import = |request: &Request, sink: &Sink| import_files(&request.model, request, sink);
        let (module, origin) = self.step("import", import)?;
        self.neighbours = origin.neighbours;
        let Some((report, shapes)) = self.report.as_mut().zip(self.request.report.as_ref()) else {
            return Some(module);
        };
        if let Some(main) = kiln_func::find_function(&module, "main") {
            let fail =
                |reason| self.sink.report(Diagnostic::error(Place::Nowhere, format!("the report's shapes: {reason}")));
            report.sizes = Sizes::of(&module, main, shapes).map_err(fail).ok()?;
        }
        let measure = Measure::of(&module, &report.sizes);
        report.nodes = measure.ops;
        report.stages.iter_mut().for_each(|stage| stage.after = Some(measure));
        Some(module)
    }

    /// Does work without passes.
    pub(crate) fn step<T>(&mut self, name: &str, work: impl FnOnce(&Request, &Sink) -> Option<T>) -> Option<T> {
        self.progress.begin(name);
        let start = Instant::now();
        let result = work(self.request, self.sink)?;
        let duration = start.elapsed();
        if let Some(report) = &mut self.report {
            let name = name.to_owned();
            report.stages.push(StageReport { name, duration, before: None, after: None, passes: Vec::new() });
        }
        Some(result)
    }

    /// Runs a pipeline; `trace_rules` asks for notes where rules applied and nearly did.
    pub(crate) fn run(&mut self, module: &mut Module, pipeline: Pipeline, trace_rules: bool) -> Option<()> {
        let anchor = pipeline.anchor;
        pipeline.steps.into_iter().try_for_each(|step| {
            let (name, stage) = match step {
                // A named pipeline is a stage of that name, whatever its options are.
                Step::Stage(stage) => (stage.text.split('{').next().unwrap_or_default().to_owned(), stage.pipeline),
                Step::Pass(pass) => (pass.name().to_owned(), alone(&anchor, Step::Pass(pass))),
                Step::Nested(nested) => (nested.anchor.clone(), alone(&anchor, Step::Nested(nested))),
            };
            self.stage(&name, module, stage, trace_rules)?;
            module.forget_unused_blobs();
            Some(())
        })
    }

    fn stage(&mut self, name: &str, module: &mut Module, pipeline: Pipeline, trace_rules: bool) -> Option<()> {
        self.progress.begin(name);
        let mut manager = PassManager::new(pipeline);
        manager.instrumentation.trace_rules = trace_rules;
        let Some(report) = &mut self.report else { return succeeded(&manager, module, self.sink).map(|_| ()) };
        let start = report.stages.last().and_then(|stage| stage.after);
        let before = start.unwrap_or_else(|| Measure::of(module, &report.sizes));
        let recorder = Arc::new(Recorder::new(report.sizes.clone(), before));
        manager.instrumentation.observer = Some(recorder.clone());
        let outcome = succeeded(&manager, module, self.sink)?;
        let record = recorder.take();
        report.stages.push(StageReport {
            name: name.to_owned(),
            duration: outcome.timing.duration.saturating_sub(record.measuring),
            before: Some(before),
            after: Some(record.last.unwrap_or(before)),
            passes: record.passes,
        });
        report.note_kernels(module);
        Some(())
    }

    /// Notes what was written.
    pub(crate) fn note_output(&mut self, summary: &Summary) {
        if let Some(report) = &mut self.report {
            report.weight_bytes = Some(summary.weight_bytes);
            let output = summary.files.first().and_then(|path| std::fs::metadata(path).ok());
            report.file_bytes = output.map(|output| output.len());
        }
    }

    /// What they did.
    pub(crate) fn into_report(self) -> Option<Report> {
        self.report
    }
}

/// A pipeline of one step.
fn alone(anchor: &str, step: Step) -> Pipeline {
    let mut pipeline = Pipeline::on(anchor);
    pipeline.steps.push(step);
    pipeline
}

/// A named pipeline's text as a pipeline.
///
/// # Panics
/// When it is none: the named ones are.
pub(crate) fn parse(text: &str) -> Pipeline {
    match Pipeline::parse(text, kiln_registry::passes()) {
        Ok(pipeline) => pipeline,
        Err(reason) => panic!("the pipeline '{text}' is valid: {reason:?}"),
    }
}

/// Runs the manager; `None` if it fails.
pub(crate) fn succeeded(manager: &PassManager, module: &mut Module, sink: &Sink) -> Option<Outcome> {
    Some(manager.run(module, sink, &mut std::io::sink())).filter(|outcome| outcome.succeeded)
}

/// Measures the module after each pass.
#[derive(Debug)]
struct Recorder {
    sizes: Sizes,
    record: Mutex<Record>,
}

/// What a recorder saw.
#[derive(Debug, Default)]
struct Record {
    /// The module as it was left last.
    last: Option<Measure>,
    passes: Vec<PassReport>,
    /// Time that measuring took.
    measuring: Duration,
}

impl Recorder {
    fn new(sizes: Sizes, before: Measure) -> Recorder {
        Recorder { sizes, record: Mutex::new(Record { last: Some(before), ..Record::default() }) }
    }

    fn take(&self) -> Record {
        std::mem::take(&mut self.record.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Observer for Recorder {
    fn before(&self, _: &dyn DynPass, _: &Module, _: Op) {}

    fn after(&self, pass: &dyn DynPass, module: &Module, _: Op, run: &PassRun) {
        let start = Instant::now();
        let after = Measure::of(module, &self.sizes);
        let mut record = self.record.lock().unwrap_or_else(PoisonError::into_inner);
        let before = record.last.replace(after).unwrap_or(after);
        record.passes.push(PassReport {
            name: pass.name(),
            options: pass.changed_options(),
            duration: run.duration,
            before,
            after,
            counters: run.statistics.iter().map(|((_, counter), count)| (*counter, *count)).collect(),
        });
        record.measuring += start.elapsed();
    }
}
