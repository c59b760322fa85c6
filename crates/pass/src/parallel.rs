//! Nested pipelines on many threads.
//!
//! The ops that a nested pipeline runs on are parted into runs of neighbours. Each part goes to a thread in a module of its
//! own ([`Module::extract`]), with a log, a sink and counters of its own; afterwards all parts are put back and their
//! messages passed on, in order, up to the first that failed. What comes of it, reproducers included, is what one thread
//! would have made of it.

use crate::context::Statistics;
use crate::instrumentation::{Instrumentation, PassFilter, Timing};
use crate::manager::{Before, Bug, Path, Run};
use crate::pipeline::{Pipeline, Step};
use kiln_diag::{Diagnostic, Sink};
use kiln_ir::{Extract, Module, Op};
use rayon::iter::{IndexedParallelIterator, ParallelIterator};
use rayon::slice::ParallelSlice;
use std::num::NonZero;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

/// Parts for each thread: several, since they differ in work; not too many, since each knows the symbols of all.
const PARTS_PER_THREAD: usize = 4;

/// Bytes of stack of a thread: what a process's first one usually has.
const STACK_BYTES: usize = 8 << 20;

/// What all threads see.
struct Work<'a> {
    instrumentation: &'a Instrumentation,
    module: &'a Module,
    pipeline: &'a Pipeline,
    path: &'a Path<'a>,
}

impl Work<'_> {
    /// Runs the pipeline on copies of `roots`, up to the first that fails.
    fn part(&self, roots: &[Op]) -> Part {
        let mut extract = self.module.extract(roots);
        let (sink, mut log, mut statistics) = (Sink::new(), Vec::new(), Statistics::new());
        let mut timing = Timing::of(self.pipeline);
        let mut run = Run {
            instrumentation: self.instrumentation,
            module: &mut extract.module,
            sink: &sink,
            log: &mut log,
            statistics: &mut statistics,
            bug: None,
        };
        let succeeded = run.each(self.pipeline, &extract.roots, &mut timing, self.path);
        let bug = run.bug.take();
        Part { extract, log, diagnostics: sink.take(), statistics, timing, succeeded, bug }
    }
}

/// What came of a part.
struct Part {
    extract: Extract,
    log: Vec<u8>,
    diagnostics: Vec<Diagnostic>,
    statistics: Statistics,
    timing: Timing,
    succeeded: bool,
    bug: Option<Bug>,
}

impl Run<'_> {
    /// On how many threads `pipeline` runs: one where that could be told from more.
    pub(crate) fn threads_for(&self, pipeline: &Pipeline, roots: &[Op]) -> usize {
        let instrumentation = self.instrumentation;
        let is_printed = |filter: &PassFilter| *filter != PassFilter::None;
        let prints = is_printed(&instrumentation.print_before) || is_printed(&instrumentation.print_after);
        let sees_all = instrumentation.observer.is_some() || (instrumentation.module_scope && prints);
        if sees_all || looks_outside(pipeline) || !roots.iter().all(|&root| self.module.is_extractable(root)) {
            return 1;
        }
        let threads = match instrumentation.threads {
            0 => std::thread::available_parallelism().map_or(1, NonZero::get),
            threads => threads,
        };
        threads.min(roots.len()).max(1)
    }

    /// Runs `pipeline` on each of `roots`, on several threads.
    pub(crate) fn in_parallel(
        &mut self,
        pipeline: &Pipeline,
        roots: &[Op],
        timing: &mut Timing,
        path: &Path<'_>,
        threads: usize,
    ) -> bool {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).stack_size(STACK_BYTES).build();
        let Ok(pool) = pool else { return self.each(pipeline, roots, timing, path) };
        let start = Instant::now();
        let work = Work { instrumentation: self.instrumentation, module: self.module, pipeline, path };
        let first_failure = AtomicUsize::new(usize::MAX);
        let run = |(index, roots): (usize, &[Op])| {
            // What comes after a failure is not wanted.
            if index > first_failure.load(Ordering::Relaxed) {
                return None;
            }
            let part = work.part(roots);
            if !part.succeeded {
                first_failure.fetch_min(index, Ordering::Relaxed);
            }
            Some(part)
        };
        let size = roots.len().div_ceil(threads * PARTS_PER_THREAD);
        let parts: Vec<Option<Part>> = pool.install(|| roots.par_chunks(size).enumerate().map(run).collect());
        let succeeded = parts.into_iter().flatten().all(|part| self.put_back(part, timing));
        timing.duration += start.elapsed();
        succeeded
    }

    /// Takes over what came of a part.
    fn put_back(&mut self, part: Part, timing: &mut Timing) -> bool {
        // A log that cannot be written is no reason to stop.
        let _ = self.log.write_all(&part.log);
        part.diagnostics.into_iter().for_each(|diagnostic| self.sink.report(diagnostic));
        for (counter, count) in part.statistics {
            *self.statistics.entry(counter).or_default() += count;
        }
        timing.add(&part.timing);
        self.bug = part.bug;
        if let Some(bug) = &mut self.bug
            && let Some(before) = bug.before.take()
        {
            let mut failed = part.extract.clone();
            failed.module = before.restore(&part.extract.module);
            let mut module = self.module.clone();
            module.graft(failed);
            bug.before = Some(Before::Module(module));
        }
        self.module.graft(part.extract);
        part.succeeded
    }
}

/// Whether a pass of `pipeline` sees more of the outside than its symbols.
fn looks_outside(pipeline: &Pipeline) -> bool {
    pipeline.steps.iter().any(|step| match step {
        Step::Pass(pass) => pass.looks_outside(),
        Step::Nested(nested) => looks_outside(nested),
        Step::Stage(stage) => looks_outside(&stage.pipeline),
    })
}
