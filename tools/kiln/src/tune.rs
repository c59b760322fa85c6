//! `kiln compile --tune`: its options, and the runs that measure.

use crate::options::{parse_seconds, parse_threads};
use crate::profile::median;
use crate::progress::Steps;
use crate::runner::Runner;
use crate::{Failure, InputOptions, ShapeArgument};
use clap::Args;
use kiln_diag::Sink;
use kiln_driver::{Request, Timer, Timing, tune};
use kiln_runtime::{Model, Profile};
use kiln_target::Target;
use std::path::Path;
use std::time::{Duration, Instant};

/// How `--tune` measures.
#[derive(Args, Clone, Debug)]
pub struct TuneOptions {
    /// Threads that a run uses while it is measured [default: one for each processor].
    #[arg(long = "tune-threads", value_name = "N", value_parser = parse_threads, requires = "tune")]
    tune_threads: Option<usize>,

    /// The shape of an input while it is measured, where the model leaves it open.
    #[arg(long = "tune-shape", value_name = "NAME=1x3x224x224", requires = "tune")]
    tune_shapes: Vec<ShapeArgument>,

    /// How long each set of plans is measured.
    #[arg(long = "tune-seconds", value_name = "SECONDS", default_value_t = 2.0, value_parser = parse_seconds)]
    tune_seconds: f64,
}

impl TuneOptions {
    /// Whether this machine can measure what is compiled for these processors.
    ///
    /// # Errors
    /// Why it cannot.
    pub(crate) fn check(targets: &[Target]) -> Result<(), String> {
        let [target] = targets else {
            return Err("--tune measures one processor; name one with --cpu".into());
        };
        match target.architecture.name() == std::env::consts::ARCH {
            true => Ok(()),
            false => Err(format!(
                "--tune measures on this machine, which does not run {target}; tune there, or leave it out"
            )),
        }
    }

    /// Adds the fastest plans to the request's tuning file, and says what that brings.
    pub(crate) fn tune(&self, request: &Request) -> Result<(), Failure> {
        let (sink, steps) = (Sink::new(), Steps::new());
        let summary = tune(request, self, &sink, &steps);
        steps.finish();
        let Some(summary) = summary else { return Err(Failure::Diagnosed(sink.take())) };
        let [before, after] =
            [summary.default_seconds, summary.seconds].map(|seconds| format!("{:.3} ms", seconds * 1e3));
        match (summary.kernels, summary.faster) {
            (0, _) => eprintln!("note: the tuning file knows all kernels that have several plans"),
            (kernels, 0) => eprintln!("note: none of {kernels} kernels has a faster plan; a run takes {before}"),
            (kernels, faster) => {
                eprintln!(
                    "note: {faster} of {kernels} kernels have a faster plan; a run took {before} and takes {after}"
                );
            }
        }
        Ok(())
    }

    fn measure(&self, paths: &[&Path]) -> Result<Vec<Timing>, Failure> {
        let models = paths.iter().map(Model::open).collect::<Result<Vec<_>, _>>()?;
        let Some(first) = models.first() else { return Ok(Vec::new()) };
        let inputs = InputOptions { shapes: self.tune_shapes.clone(), ..InputOptions::default() };
        let tensors = inputs.load(first.inputs(), Some(0)).map_err(with_own_flag)?;
        let threads = self.tune_threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        let mut sides = models.iter().map(|model| Side::new(model, &tensors)).collect::<Result<Vec<_>, _>>()?;
        let end = Instant::now() + Duration::from_secs_f64(self.tune_seconds);
        while Instant::now() < end || sides.iter().any(|side| side.runs.len() < FEWEST_RUNS) {
            for side in &mut sides {
                side.turn(threads)?;
            }
        }
        Ok(sides.into_iter().map(Side::timing).collect())
    }
}

impl Timer for TuneOptions {
    fn time(&self, models: &[&Path]) -> Result<Vec<Timing>, String> {
        self.measure(models).map_err(|failure| match failure {
            Failure::Input(message) | Failure::Usage(message) => message,
            Failure::Diagnosed(diagnostics) => diagnostics.first().map_or(String::new(), |first| first.message.clone()),
        })
    }
}

/// Shapes are asked for by another flag than where inputs are given.
fn with_own_flag(failure: Failure) -> Failure {
    match failure {
        Failure::Usage(message) => Failure::Usage(message.replace("--shape", "--tune-shape")),
        other => other,
    }
}

/// Runs that are measured of each model at least.
const FEWEST_RUNS: usize = 5;

/// Runs of a turn: the first of them brings the model's weights back into the caches and does not count.
const TURN: usize = 3;

/// A model, and the times of its runs.
struct Side<'a> {
    runner: Runner<'a>,
    profile: Profile,
    runs: Vec<f64>,
    /// The times of each launch.
    launches: Vec<Vec<f64>>,
}

impl<'a> Side<'a> {
    fn new(model: &'a Model, tensors: &'a [kiln_tensor::Tensor]) -> Result<Side<'a>, Failure> {
        let launches = vec![Vec::new(); model.description().launches.len()];
        Ok(Side { runner: Runner::new(model, tensors)?, profile: Profile::default(), runs: Vec::new(), launches })
    }

    fn turn(&mut self, threads: usize) -> Result<(), Failure> {
        for run in 0..TURN {
            self.runner.run_profiled(threads, &mut self.profile)?;
            if run == 0 {
                continue;
            }
            self.runs.push(self.profile.seconds());
            let mut seconds = vec![0.0; self.launches.len()];
            for event in self.profile.launches() {
                seconds[event.launch()] += event.seconds();
            }
            self.launches.iter_mut().zip(seconds).for_each(|(launch, seconds)| launch.push(seconds));
        }
        Ok(())
    }

    fn timing(self) -> Timing {
        Timing { seconds: median(self.runs), launches: self.launches.into_iter().map(median).collect() }
    }
}
