//! `kiln check MODEL`.

use crate::failure::{Failure, show};
use crate::model_options::ModelOptions;
use crate::options::{PartialShapeArgument, PrecisionArgument, parse_threads};
use crate::output::{shape_text, table};
use crate::progress::Steps;
use crate::{InputOptions, output};
use clap::Args;
use kiln_diag::Sink;
use kiln_driver::OptimizationLevel;
use kiln_driver::{CheckReport, Comparison, Request, check, resolve_target};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Compiles a model, runs it, and compares every layer with the reference interpreter.
///
/// Exit status 1 tells that one differs by more than the tolerance.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  kiln check model.onnx --shape x=1x3x224x224
  kiln check model.onnx --inputs inputs.npz --tolerance 1e-5")]
pub struct CheckCommand {
    /// The model.
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    #[command(flatten)]
    file: ModelOptions,

    /// Where the inputs come from; those that no file gives are random.
    #[command(flatten)]
    inputs: InputOptions,

    /// The seed of random inputs: floats from -1 to 1, integers 0 or 1.
    #[arg(long, value_name = "SEED", default_value_t = 0)]
    seed: u64,

    /// The largest difference allowed, relative to the largest element of a layer's output.
    #[arg(long, value_name = "RATIO", default_value_t = 1e-4)]
    tolerance: f64,

    /// Fixes the shape of an input when compiling; a question mark leaves an extent as it is.
    #[arg(long = "fix-shape", value_name = "NAME=1x3x?x?")]
    fixed_shapes: Vec<PartialShapeArgument>,

    /// The processor, by LLVM's name [default: native].
    #[arg(long, value_name = "CPU")]
    cpu: Option<String>,

    /// How much to optimize: -O0 to -O3.
    #[arg(short = 'O', value_name = "LEVEL", default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=3))]
    level: u8,

    /// What numbers it computes with.
    #[arg(long, value_enum, default_value_t)]
    precision: PrecisionArgument,

    /// Applies the rewrite rules of a file to the graph, before it is optimized.
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,

    /// Threads that compile [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    threads: Option<usize>,

    /// Lists every layer, not only the worst and those that differ too much.
    #[arg(long)]
    all: bool,

    /// Prints the result as JSON.
    #[arg(long)]
    json: bool,
}

impl CheckCommand {
    pub(crate) fn execute(self) -> Result<(), Failure> {
        let scratch = tempfile::tempdir().map_err(|error| Failure::Input(format!("no temporary folder: {error}")))?;
        let request = Request {
            level: match self.level {
                0 => OptimizationLevel::O0,
                1 => OptimizationLevel::O1,
                2 => OptimizationLevel::O2,
                _ => OptimizationLevel::O3,
            },
            precision: self.precision.to_driver(),
            shapes: self.fixed_shapes.iter().map(|shape| (shape.name.clone(), shape.extents.clone())).collect(),
            rules: self.rules.iter().map(|path| path.display().to_string()).collect(),
            threads: self.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from)),
            format: self.file.format,
            import: self.file.to_import()?,
            ..Request::new(self.model.clone(), vec![resolve_target(None, self.cpu.as_deref()).map_err(Failure::Usage)?])
        };
        let (sink, steps) = (Sink::new(), Steps::new());
        let mut failed_inputs = None;
        let load = |wanted: &[kiln_runtime::TensorInfo]| {
            self.inputs.load(wanted, Some(self.seed)).map_err(|failure| failed_inputs = Some(failure)).ok()
        };
        let report = check(&request, scratch.path(), load, &sink, &steps);
        steps.finish();
        let Some(report) = report else {
            return Err(failed_inputs.unwrap_or_else(|| Failure::Diagnosed(sink.take())));
        };
        show(&sink.take());
        output::print(&if self.json { to_json(&report) } else { self.to_text(&report) })?;
        match report.outputs.iter().chain(&report.layers).filter(|each| !self.is_good(each)).count() {
            0 => Ok(()),
            count => Err(Failure::Input(format!("{count} outputs and layers differ by more than {}", self.tolerance))),
        }
    }

    fn is_good(&self, comparison: &Comparison) -> bool {
        comparison.difference <= self.tolerance
    }

    fn to_text(&self, report: &CheckReport) -> String {
        let row = |each: &Comparison| {
            let mark = if self.is_good(each) { "" } else { "differs" };
            let difference = format!("{:.2e}", each.difference);
            vec![each.name.clone(), each.op.clone(), shape_text(&each.shape), difference, mark.to_owned()]
        };
        let worst = report.layers.iter().map(|layer| layer.difference).fold(0.0, f64::max);
        let is_listed = |layer: &&Comparison| self.all || !self.is_good(layer) || layer.difference == worst;
        let outputs: Vec<Vec<String>> = report.outputs.iter().map(row).collect();
        let layers: Vec<Vec<String>> = report.layers.iter().filter(is_listed).map(row).collect();
        let right = [false, false, false, true, false];
        let mut text = table(&["output", "", "shape", "difference", ""], &right, &outputs);
        text += &format!("\nlayers: {}, the largest difference {worst:.2e}\n", report.layers.len());
        if self.all || worst > 0.0 {
            text += &table(&["layer", "op", "shape", "difference", ""], &right, &layers);
        }
        text
    }
}

fn to_json(report: &CheckReport) -> String {
    let entry = |each: &Comparison| {
        json!({
            "name": each.name,
            "op": each.op,
            "element_type": each.element_type.name(),
            "shape": each.shape,
            // JSON has no infinity.
            "difference": Some(each.difference).filter(|difference| difference.is_finite()),
        })
    };
    let list = |all: &[Comparison]| all.iter().map(entry).collect::<Vec<Value>>();
    format!("{:#}\n", json!({ "outputs": list(&report.outputs), "layers": list(&report.layers) }))
}
