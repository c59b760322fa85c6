//! Tuning: of the few plans that each kernel may have, the one that is fastest on this machine, by measuring.
//!
//! The whole model is compiled once for each number of a plan, all kernels that have so many with that one. It is timed
//! against the model with the cost model's plans, in turns, launch by launch: kernels find in their caches what they find in
//! the model, and what disturbs the machine disturbs both. The winners together are timed once more; those that do not win
//! again keep the cost model's plan.

use crate::compile::{about, optimized};
use crate::stages::Stages;
use crate::{Progress, Request, Summary, open_cache, versions};
use kiln_diag::{Diagnostic, Place, Sink};
use kiln_ir::Module;
use kiln_registry::pipeline::Planning;
use kiln_schedule::{Tried, TunedPlan, TunedPlans};
use std::collections::BTreeMap;
use std::path::Path;

/// A plan that takes more than this part of the time of the cost model's is not worth another.
const WORTHWHILE: f64 = 0.97;

/// Seconds that a compiled model takes.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Timing {
    /// A run.
    pub seconds: f64,
    /// Each launch, in the order of the model's metadata.
    pub launches: Vec<f64>,
}

/// Measures compiled models.
pub trait Timer {
    /// The times of models, which take turns.
    ///
    /// # Errors
    /// Why they cannot be measured; one sentence.
    fn time(&self, models: &[&Path]) -> Result<Vec<Timing>, String>;
}

/// What tuning found.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct TuneSummary {
    /// Distinct kernels that were measured.
    pub kernels: usize,
    /// Those that have a faster plan now.
    pub faster: usize,
    /// Seconds of a run with the cost model's plans for what was measured.
    pub default_seconds: f64,
    /// Seconds of a run with the fastest.
    pub seconds: f64,
}

/// Finds the fastest plans of the kernels that the request's tuning file does not know, and adds them to it; it is made if
/// there is none. `None` if there were errors, which are in `sink`.
///
/// # Panics
/// When the request names no tuning file.
pub fn tune(request: &Request, timer: &dyn Timer, sink: &Sink, progress: &dyn Progress) -> Option<TuneSummary> {
    let file: &Path = request.planning.tuning.as_ref().expect("tuning has a file").as_ref();
    let fail = |reason: String| sink.report(Diagnostic::error(Place::Nowhere, reason));
    let known = if file.exists() { TunedPlans::read(file) } else { Ok(TunedPlans::default()) };
    let mut plans = known.map_err(fail).ok()?;
    // Better said now than after minutes of measuring that it cannot be written.
    write(&plans, file).map_err(fail).ok()?;
    about(&request.model, sink, |sink| {
        let folder = tempfile::tempdir();
        let folder = folder.map_err(|error| fail(format!("no folder for what is tried: {error}"))).ok()?;
        let rounds = Rounds { request: &private(request, folder.path(), sink)?, timer, sink, progress };
        let (found, summary) = rounds.run(folder.path())?;
        plans.kernels.extend(found);
        write(&plans, file).map_err(fail).ok()?;
        Some(summary)
    })
}

fn write(plans: &TunedPlans, file: &Path) -> Result<(), String> {
    std::fs::write(file, plans.to_text())
        .map_err(|error| format!("cannot write the tuning file {}: {error}", file.display()))
}

/// The request of what is only tried: no report, nothing kept but kernels, which most rounds have in common.
fn private(request: &Request, folder: &Path, sink: &Sink) -> Option<Request> {
    let cache = match &request.cache {
        Some(cache) => cache.clone(),
        None => {
            let fail = |reason| sink.report(Diagnostic::error(Place::Nowhere, reason));
            open_cache(&folder.join("kernels")).map_err(fail).ok()?
        }
    };
    let emit = crate::Emit::So;
    Some(Request { emit, cache: Some(cache), results: None, report: None, debug_rules: false, ..request.clone() })
}

/// The steps of tuning.
struct Rounds<'a> {
    request: &'a Request,
    timer: &'a dyn Timer,
    sink: &'a Sink,
    progress: &'a dyn Progress,
}

/// The plan of each kernel that was the fastest so far, by kernel, and the part of the cost model's time that it takes.
type Best = BTreeMap<String, (f64, String)>;

impl Rounds<'_> {
    fn run(&self, folder: &Path) -> Option<(BTreeMap<String, TunedPlan>, TuneSummary)> {
        let mut stages = Stages::new(self.request, self.sink, self.progress);
        let module = stages.import()?;
        let module = optimized(&mut stages, self.request, module)?;
        let known = self.request.planning.tuning.clone();
        let first = self.compile(&module, folder, 0, "tuning, the first plans", known.clone())?;
        let (mut best, defaults) = self.measure(&module, folder, &first)?;
        if defaults.is_empty() {
            return Some((BTreeMap::new(), TuneSummary::default()));
        }
        let count = best.len();
        let winners = self.winners(&module, folder, &best)?;
        let [mut before, mut after] = self.time(&first, &winners)?;
        let again = compare([&first, &winners], [&before, &after]);
        best.retain(|key, _| again.get(key.as_str()).is_some_and(|comparison| comparison.part < WORTHWHILE));
        if best.len() < count {
            let winners = self.winners(&module, folder, &best)?;
            [before, after] = self.time(&first, &winners)?;
        }
        if after.seconds >= before.seconds {
            // What makes no run faster was chance.
            best.clear();
            after = before.clone();
        }
        let plans = first.tried.iter().flatten().map(|tried| (tried.key.as_str(), &tried.plan));
        let plans: BTreeMap<&str, &String> = plans.collect();
        let tuned = |(key, &default_seconds): (&String, &f64)| {
            let (part, plan) = best.get(key).cloned().unwrap_or_else(|| (1.0, plans[key.as_str()].clone()));
            (key.clone(), TunedPlan { default_seconds, seconds: default_seconds * part, plan })
        };
        let (default_seconds, seconds) = (before.seconds, after.seconds);
        let summary = TuneSummary { kernels: defaults.len(), faster: best.len(), default_seconds, seconds };
        Some((defaults.iter().map(tuned).collect(), summary))
    }

    /// Times every number of a plan; gives the best plans that are worthwhile, and the seconds of the first plan of every
    /// kernel that has several.
    fn measure(&self, module: &Module, folder: &Path, first: &Summary) -> Option<(Best, BTreeMap<String, f64>)> {
        let known = &self.request.planning.tuning;
        let last = first.tried.iter().flatten().map(|tried| tried.count).max().unwrap_or(1) - 1;
        let (mut best, mut defaults) = (Best::new(), BTreeMap::new());
        for number in 1..=last {
            let about = format!("tuning, plan {number} of {last}");
            let other = self.compile(module, folder, number, &about, known.clone())?;
            let [before, after] = self.time(first, &other)?;
            for (key, Comparison { default, part, tried }) in compare([first, &other], [&before, &after]) {
                if tried.count == 1 {
                    continue;
                }
                defaults.entry(key.to_owned()).or_insert(default);
                let is_better = best.get(key).is_none_or(|(best, _)| part < *best);
                if tried.number == number && part < WORTHWHILE && is_better {
                    best.insert(key.to_owned(), (part, tried.plan.clone()));
                }
            }
        }
        Some((best, defaults))
    }

    /// The model with the best plans.
    fn winners(&self, module: &Module, folder: &Path, best: &Best) -> Option<Summary> {
        let fail = |reason| self.sink.report(Diagnostic::error(Place::Nowhere, reason));
        let known = self.request.planning.tuning.as_ref().map(|file| TunedPlans::read(file.as_ref())).transpose();
        let mut plans = known.map_err(fail).ok()?.unwrap_or_default();
        let tuned = |(key, (part, plan)): (&String, &(f64, String))| {
            (key.clone(), TunedPlan { default_seconds: 1.0, seconds: *part, plan: plan.clone() })
        };
        plans.kernels.extend(best.iter().map(tuned));
        let file = folder.join("winners");
        write(&plans, &file).map_err(fail).ok()?;
        self.compile(module, folder, 0, "tuning, the fastest plans", Some(file.display().to_string()))
    }

    /// Where the system happens to put a file in memory makes some percent of difference where weights fill a cache, so that
    /// the first model is put there anew, as the other one is.
    fn time(&self, first: &Summary, other: &Summary) -> Option<[Timing; 2]> {
        let fail = |reason: String| self.sink.report(Diagnostic::error(Place::Nowhere, reason));
        let copy = other.files[0].with_extension("first.so");
        let copied = std::fs::copy(&first.files[0], &copy);
        copied.map_err(|error| fail(format!("cannot copy what is tried: {error}"))).ok()?;
        let timings = self.timer.time(&[&copy, &other.files[0]]).map_err(fail).ok();
        // Weights are in each of them.
        let _ = std::fs::remove_file(&copy);
        let _ = std::fs::remove_file(&other.files[0]);
        Some(<[Timing; 2]>::try_from(timings?).expect("a timer gives a timing of each model"))
    }

    /// The model with the plans of this number.
    fn compile(
        &self,
        module: &Module,
        folder: &Path,
        number: usize,
        about: &str,
        tuning: Option<String>,
    ) -> Option<Summary> {
        let planning = Planning { explain: false, tuning, alternative: Some(number) };
        let made =
            tempfile::Builder::new().suffix(".so").tempfile_in(folder).and_then(|file| file.keep().map_err(Into::into));
        let fail =
            |error| self.sink.report(Diagnostic::error(Place::Nowhere, format!("no file for what is tried: {error}")));
        let output = Some(made.map_err(fail).ok()?.1);
        let request = Request { output, planning, ..self.request.clone() };
        let progress = Prefixed { about, progress: self.progress };
        let mut stages = Stages::new(&request, self.sink, &progress);
        versions::build(&mut stages, &request, module.clone(), self.sink)
    }
}

/// How a kernel does with another plan.
struct Comparison<'a> {
    /// Seconds of all its launches with the first plan.
    default: f64,
    /// The part of that which they take with the other one.
    part: f64,
    /// The other one.
    tried: &'a Tried,
}

/// Compares the kernels that both models launch equally often, by kernel.
fn compare<'a>([first, other]: [&'a Summary; 2], [before, after]: [&Timing; 2]) -> BTreeMap<&'a str, Comparison<'a>> {
    let before = by_kernel(&first.tried, &before.launches);
    let compare = |(key, (seconds, count, tried)): (&'a str, (f64, usize, &'a Tried))| {
        let &(default, ..) = before.get(key).filter(|(_, launches, _)| *launches == count)?;
        let part = seconds / default.max(f64::MIN_POSITIVE);
        Some((key, Comparison { default, part, tried }))
    };
    by_kernel(&other.tried, &after.launches).into_iter().filter_map(compare).collect()
}

/// The seconds of each kernel's launches together, how many these are, and what is tried there.
fn by_kernel<'a>(tried: &'a [Option<Tried>], launches: &[f64]) -> BTreeMap<&'a str, (f64, usize, &'a Tried)> {
    let mut kernels: BTreeMap<&str, (f64, usize, &Tried)> = BTreeMap::new();
    for (tried, seconds) in tried.iter().zip(launches) {
        let Some(tried) = tried else { continue };
        let (sum, count, _) = kernels.entry(&tried.key).or_insert((0.0, 0, tried));
        *sum += seconds;
        *count += 1;
    }
    kernels
}

/// Says to what the steps belong.
struct Prefixed<'a> {
    about: &'a str,
    progress: &'a dyn Progress,
}

impl Progress for Prefixed<'_> {
    fn begin(&self, step: &str) {
        self.progress.begin(&format!("{}: {step}", self.about));
    }
}
