//! `kiln bench MODEL.so`.

use crate::options::{parse_seconds, parse_threads};
use crate::output::{shape_text, table};
use crate::profile::{Collector, ModelProfile, ProfileOrder, to_trace};
use crate::runner::Runner;
use crate::{Failure, InputOptions, output, profile, progress};
use clap::Args;
use kiln_runtime::{Model, Peak, Profile};
use kiln_tensor::Tensor;
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Measures a compiled model: latency of single runs, and GFLOP/s where the model's work is known.
///
/// Inputs that no file gives are random. Several thread counts take turns, so that all see the same machine. Times are
/// those of a run on buffers that stay: nothing is copied or allocated.
///
/// With --profile, more runs follow in which the model times its kernels: where the time goes, at which rate, and how much
/// that is of what this machine does at most, which is measured, too.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kiln bench model.so --shape x=1x3x224x224
  kiln bench model.so --threads 1,2,4 --seconds 10 --json
  kiln bench model.so --profile --threads 1          where the time goes, the slowest kernels first
  kiln bench model.so --profile=run --trace t.json   in the order of a run, and as a trace for chrome://tracing")]
pub struct BenchCommand {
    /// The compiled model.
    #[arg(value_name = "MODEL.so")]
    model: PathBuf,

    #[command(flatten)]
    inputs: InputOptions,

    /// The seed of random inputs: floats from -1 to 1, integers 0 or 1.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,

    /// Threads to use; a list measures each in turn [default: one for each processor].
    #[arg(long, value_name = "N", value_delimiter = ',', value_parser = parse_threads)]
    threads: Vec<usize>,

    /// How long to measure each thread count, after a warm-up.
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0, value_parser = parse_seconds)]
    seconds: f64,

    /// Times each kernel, too, for as long again; lists the slowest first, or all in the order of a run.
    #[arg(long, value_enum, value_name = "ORDER", num_args = 0..=1, require_equals = true, default_missing_value = "time")]
    profile: Option<ProfileOrder>,

    /// Writes the fastest profiled run to a file that chrome://tracing and Perfetto show, with what each thread does.
    #[arg(long, value_name = "FILE", requires = "profile")]
    trace: Option<PathBuf>,

    /// Prints the result as JSON.
    #[arg(long)]
    json: bool,
}

/// Turns that the thread counts take.
const ROUNDS: u32 = 10;
/// The warm-up's part of the time.
const WARM_UP: f64 = 0.1;

impl BenchCommand {
    pub(crate) fn execute(mut self) -> Result<(), Failure> {
        let model = Model::open(&self.model)?;
        let inputs = self.inputs.load(model.inputs(), Some(self.seed))?;
        if self.threads.is_empty() {
            self.threads.push(std::thread::available_parallelism().map_or(1, usize::from));
        }
        if self.profile.is_some() && !model.has_profiles() {
            let path = self.model.display();
            return Err(Failure::Input(format!("{path} was compiled before there were profiles; compile it again")));
        }
        let measurements = self.measure(&model, &inputs)?;
        let profiles = match self.profile {
            Some(_) => self.threads.iter().map(|&threads| self.profile(&model, &inputs, threads)).collect(),
            None => Ok(Vec::new()),
        }?;
        if let Some(path) = &self.trace {
            std::fs::write(path, to_trace(model.name(), &profiles))
                .map_err(|error| Failure::Input(format!("cannot write {}: {error}", path.display())))?;
        }
        let operations = model.description().operations;
        if self.json {
            return output::print(&to_json(&model, &inputs, &measurements, &profiles, operations));
        }
        output::note_version(&model);
        for (info, tensor) in model.inputs().iter().zip(&inputs) {
            eprintln!("note: input '{}' is {} {}", info.name, shape_text(tensor.shape()), tensor.element());
        }
        let mut text = to_table(&measurements, operations);
        for profile in &profiles {
            text += &format!("\n{}", profile::to_table(profile, self.profile.unwrap_or(ProfileOrder::Time)));
        }
        output::print(&text)
    }

    /// Runs for a while in which the model times its kernels.
    fn profile<'m>(&self, model: &'m Model, inputs: &[Tensor], threads: usize) -> Result<ModelProfile<'m>, Failure> {
        let description = model.description();
        let mut runner = Runner::new(model, inputs)?;
        let peak = Peak::measure(threads);
        let mut collector = Collector::new(description.launches.len());
        let mut profile = Profile::default();
        runner.run_profiled(threads, &mut profile)?;
        let end = Instant::now() + Duration::from_secs_f64(self.seconds);
        loop {
            runner.run_profiled(threads, &mut profile)?;
            collector.add(&profile);
            if Instant::now() >= end {
                break;
            }
        }
        let shapes: Vec<&[usize]> = inputs.iter().map(Tensor::shape).collect();
        Ok(collector.finish(threads, peak, &description.launches, &description.symbol_values(&shapes)))
    }

    fn measure(&self, model: &Model, inputs: &[Tensor]) -> Result<Vec<Measurement>, Failure> {
        let mut runner = Runner::new(model, inputs)?;
        let mut measurements: Vec<Measurement> =
            self.threads.iter().map(|&threads| Measurement { threads, seconds: Vec::new() }).collect();
        let turn = Duration::from_secs_f64(self.seconds / f64::from(ROUNDS));
        for &threads in &self.threads {
            runner.run_for(threads, Duration::from_secs_f64(self.seconds * WARM_UP))?;
        }
        let bar = progress::bar(u64::from(ROUNDS) * self.threads.len() as u64, "measuring");
        for _ in 0..ROUNDS {
            for measurement in &mut measurements {
                // The other counts' turns have cooled this one's caches and sent its threads to sleep.
                runner.run_once(measurement.threads)?;
                measurement.seconds.extend(runner.run_for(measurement.threads, turn)?);
                bar.inc(1);
            }
        }
        bar.finish_and_clear();
        for measurement in &mut measurements {
            measurement.seconds.sort_by(f64::total_cmp);
        }
        Ok(measurements)
    }
}

/// The times of one thread count, in ascending order.
struct Measurement {
    threads: usize,
    seconds: Vec<f64>,
}

impl Measurement {
    /// The time that this part of all runs stays below; there is one run at least.
    fn quantile(&self, part: f64) -> f64 {
        let last = self.seconds.len() - 1;
        self.seconds[(part * last as f64).round() as usize]
    }

    /// 10^9 operations a second, by the median.
    fn gflops(&self, operations: Option<u64>) -> Option<f64> {
        operations.map(|operations| operations as f64 / self.quantile(0.5) / 1e9)
    }
}

fn to_table(measurements: &[Measurement], operations: Option<u64>) -> String {
    let milliseconds = |seconds: f64| format!("{:.3}", seconds * 1e3);
    let row = |m: &Measurement| {
        let times = [m.quantile(0.5), m.quantile(0.0), m.quantile(0.9)].map(milliseconds);
        let head = [m.threads.to_string(), m.seconds.len().to_string()];
        head.into_iter().chain(times).chain(m.gflops(operations).map(|gflops| format!("{gflops:.1}"))).collect()
    };
    let rows: Vec<Vec<String>> = measurements.iter().map(row).collect();
    let mut headings = vec!["threads", "runs", "median ms", "min ms", "p90 ms", "GFLOP/s"];
    if operations.is_none() {
        headings.pop();
    }
    table(&headings, &[true; 6], &rows)
}

fn to_json(
    model: &Model,
    inputs: &[Tensor],
    measurements: &[Measurement],
    profiles: &[ModelProfile<'_>],
    operations: Option<u64>,
) -> String {
    let entry = |m: &Measurement| {
        let profile = profiles.iter().find(|profile| profile.threads == m.threads);
        json!({
            "threads": m.threads,
            "runs": m.seconds.len(),
            "median_ms": m.quantile(0.5) * 1e3,
            "min_ms": m.quantile(0.0) * 1e3,
            "p90_ms": m.quantile(0.9) * 1e3,
            "gflops": m.gflops(operations),
            "profile": profile.map(profile::to_json),
        })
    };
    let shapes: Vec<serde_json::Value> = (model.inputs().iter().zip(inputs))
        .map(|(info, tensor)| {
            json!({ "name": info.name, "element_type": tensor.element().name(), "shape": tensor.shape() })
        })
        .collect();
    let entries: Vec<serde_json::Value> = measurements.iter().map(entry).collect();
    let result = json!({
        "model": model.name(),
        "cpu": model.description().cpu,
        "inputs": shapes,
        "operations": operations,
        "measurements": entries,
    });
    format!("{result:#}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_runs() {
        let measurement = Measurement { threads: 1, seconds: (1..=11).map(f64::from).collect() };
        let quantiles = [0.0, 0.5, 0.9, 1.0].map(|part| measurement.quantile(part));
        assert_eq!(quantiles, [1.0, 6.0, 10.0, 11.0]);
        assert_eq!(measurement.gflops(Some(12_000_000_000)), Some(2.0));
    }
}
