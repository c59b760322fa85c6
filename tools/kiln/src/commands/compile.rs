//! `kiln compile MODEL`: its options, and what they ask for.

use crate::failure::{Failure, show};
use crate::model_options::ModelOptions;
use crate::options::{PartialShapeArgument, PrecisionArgument, parse_threads};
use crate::output;
use crate::progress::Steps;
use crate::report::{self, ReportFormat};
use crate::tune::TuneOptions;
use clap::{Args, ValueEnum};
use kiln_diag::Sink;
use kiln_driver::{
    CustomOperator, OptimizationLevel, Planning, Request, ResultCache, compile, open_cache, resolve_targets,
};
use std::path::{Path, PathBuf};

/// Compiles a trained model to native code.
///
/// Writes a shared object that depends on nothing but libc, and beside it the C header that tells how to call it.
#[derive(Args, Clone, Debug)]
#[command(after_help = "\
Examples:
  kiln compile model.onnx                            writes model.so and model.h
  kiln compile model.onnx -o build/net.so --target aarch64 --cpu cortex-a76
  kiln compile model.onnx --cpu x86-64-v2,x86-64-v3,x86-64-v4    one file for old and new machines
  kiln compile model.onnx --shape x=1x3x224x224      fixes the extents of an input
  kiln compile model.onnx --emit graph               prints the optimized graph
  kiln compile model.onnx --cache ~/.cache/kiln      what was compiled before is there at once
  kiln compile model.onnx --rules fuse.rules         rewrites the graph by rules of your own
  kiln compile model.onnx --custom-op com.example.Swish=my_swish --link swish.o    has a C function compute a node
  kiln compile model.onnx --tune model.tuning        measures which plans of its kernels are fastest here
  kiln compile model.onnx --explain                  prints how each kernel could be computed, and why it is as it is
  kiln compile model.onnx --report report.json       tells what each stage and pass did, and of each kernel")]
pub struct CompileCommand {
    /// The model.
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// Where to write [default: the model's name with the ending of what is written, in the current folder; text goes to
    /// standard output].
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// The target: a triple, or x86_64, aarch64 or riscv64 [default: this machine].
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,

    /// The processor, by LLVM's name, or native for this machine's [default: native; for other targets, the least of
    /// their family]. With several, the result holds code for each of them, and runs the best that the machine can.
    #[arg(long, value_name = "CPU", value_delimiter = ',')]
    cpu: Vec<String>,

    /// Says what the shape of an input is: extents are numbers, names that are given a value when the model runs, bounds
    /// of such a value, or question marks for what stays as it is.
    #[arg(long = "shape", value_name = "NAME=1..8x3x?xwidth")]
    shapes: Vec<PartialShapeArgument>,

    /// How much to optimize: -O0 to -O3.
    #[arg(short = 'O', value_name = "LEVEL", default_value_t = 3, value_parser = clap::value_parser!(u8).range(0..=3))]
    level: u8,

    /// What numbers it computes with.
    #[arg(long, value_enum, default_value_t)]
    precision: PrecisionArgument,

    /// Threads that compile [default: one for each processor].
    #[arg(long, value_name = "N", value_parser = parse_threads)]
    threads: Option<usize>,

    /// What to write: the result, or the model on its way there.
    #[arg(long, value_enum, default_value_t = Emit::So)]
    emit: Emit,

    #[command(flatten)]
    file: ModelOptions,

    /// Applies the rewrite rules of a file to the graph, before it is optimized.
    #[arg(long, value_name = "FILE")]
    rules: Vec<PathBuf>,

    /// Has a C function compute an operator: it is given a kiln_custom_call, which kiln.h declares. The types of the outputs
    /// are those that the model says, else that of the first input; or they stand behind the name, after a colon.
    #[arg(long = "custom-op", value_name = "DOMAIN.NAME=FUNCTION")]
    custom_ops: Vec<CustomOperator>,

    /// Links an object, an archive or a shared object with the model.
    #[arg(long = "link", value_name = "FILE")]
    links: Vec<PathBuf>,

    /// Says where each rule applied, and where it nearly did and why not: of --rules, or else of Kiln's own.
    #[arg(long)]
    debug_rules: bool,

    /// Keeps compiled models and kernels in a folder, and takes from it those that are there already.
    #[arg(long, value_name = "FOLDER")]
    cache: Option<PathBuf>,

    /// Writes what each stage and pass did, how long it took, and which kernels there are, to a file; - is standard
    /// output.
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,

    /// Prints, for each kernel, which ways of computing it were considered, what each is estimated to cost, in
    /// multiplications of vectors, and why one was chosen.
    #[arg(long)]
    explain: bool,

    /// Measures the few best plans of each kernel on this machine, and keeps the fastest in a file, which --tuning reads
    /// anywhere. What the file has already is not measured again.
    #[arg(long, value_name = "FILE", conflicts_with = "tuning")]
    tune: Option<PathBuf>,

    /// Takes the fastest plans from a file that --tune made.
    #[arg(long, value_name = "FILE")]
    tuning: Option<PathBuf>,

    #[command(flatten)]
    tune_options: TuneOptions,

    /// How the report is written [default: json if the file's name ends so, otherwise text].
    #[arg(long, value_enum, value_name = "FORMAT", requires = "report")]
    report_format: Option<ReportFormat>,

    /// The shape of an input at which the report counts, where the model leaves it open [default: 1 for each extent].
    #[arg(long = "report-shape", value_name = "NAME=1x3x?x?", requires = "report")]
    report_shapes: Vec<PartialShapeArgument>,
}

/// What a compilation writes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Emit {
    /// The model in its framework's dialect, as imported.
    Import,
    /// The optimized graph.
    Graph,
    /// Loops and vectors.
    Loop,
    /// What is handed to MLIR.
    Mlir,
    /// LLVM IR.
    Llvm,
    /// Assembly.
    Asm,
    /// One relocatable object.
    Obj,
    /// A static library.
    Lib,
    /// A shared object.
    So,
}

impl Emit {
    /// The ending of a file that holds it.
    pub fn extension(self) -> &'static str {
        match self {
            Emit::Import | Emit::Graph | Emit::Loop | Emit::Mlir => "mlir",
            Emit::Llvm => "ll",
            Emit::Asm => "s",
            Emit::Obj => "o",
            Emit::Lib => "a",
            Emit::So => "so",
        }
    }

    fn to_driver(self) -> kiln_driver::Emit {
        match self {
            Emit::Import => kiln_driver::Emit::Import,
            Emit::Graph => kiln_driver::Emit::Graph,
            Emit::Loop => kiln_driver::Emit::Loop,
            Emit::Mlir => kiln_driver::Emit::Mlir,
            Emit::Llvm => kiln_driver::Emit::Llvm,
            Emit::Asm => kiln_driver::Emit::Asm,
            Emit::Obj => kiln_driver::Emit::Obj,
            Emit::Lib => kiln_driver::Emit::Lib,
            Emit::So => kiln_driver::Emit::So,
        }
    }

    /// Whether it is text, which goes to standard output unless a file is named.
    pub fn is_text(self) -> bool {
        matches!(self, Emit::Import | Emit::Graph | Emit::Loop | Emit::Mlir | Emit::Llvm | Emit::Asm)
    }
}

impl CompileCommand {
    pub(crate) fn execute(self) -> Result<(), Failure> {
        let request = self.to_request()?;
        if self.tune.is_some() {
            self.tune_options.tune(&request)?;
        }
        let (sink, steps) = (Sink::new(), Steps::new());
        let summary = compile(&request, &sink, &steps);
        steps.finish();
        let diagnostics = sink.take();
        let Some(summary) = summary else { return Err(Failure::Diagnosed(diagnostics)) };
        show(&diagnostics);
        if let Some(report) = summary.report.as_ref().filter(|_| self.explain) {
            output::print(&report::explain(report))?;
        }
        match (&self.report, &summary.report) {
            (Some(path), Some(report)) => {
                report::write(report, path, self.report_format.unwrap_or_else(|| ReportFormat::of(path)))
            }
            _ => Ok(()),
        }
    }

    /// What these options ask for.
    fn to_request(&self) -> Result<Request, Failure> {
        let output = match &self.output {
            Some(path) if path == Path::new("-") && self.emit.is_text() => None,
            Some(path) => Some(path.clone()),
            None if self.emit.is_text() => None,
            None => Some(default_output(&self.model, self.emit)?),
        };
        if output.as_ref() == Some(&self.model) {
            return Err(Failure::Usage(format!("the output would replace the model {}", self.model.display())));
        }
        // Better said now than after minutes of compiling.
        if let Some(path) = &output {
            check_output(path)?;
        }
        match &self.report {
            Some(path) if path != Path::new("-") => check_output(path)?,
            Some(_) if output.is_none() => {
                return Err(Failure::Usage("the report and the output would both go to standard output".into()));
            }
            _ => {}
        }
        if self.explain && (output.is_none() || self.report.as_deref() == Some(Path::new("-"))) {
            return Err(Failure::Usage("the explanation and something else would both go to standard output".into()));
        }
        let targets = resolve_targets(self.target.as_deref(), &self.cpu).map_err(Failure::Usage)?;
        if targets.len() > 1 && (self.explain || self.report.is_some()) {
            return Err(Failure::Usage(
                "a report and an explanation are about one processor; name one with --cpu".into(),
            ));
        }
        let tuning = self.tune.as_ref().or(self.tuning.as_ref());
        if tuning.is_some_and(|path| path.to_str().is_none_or(|path| path.contains('"'))) {
            return Err(Failure::Usage("the name of the tuning file must be text without quotes".into()));
        }
        if let Some(path) = &self.tune {
            check_output(path)?;
            TuneOptions::check(&targets).map_err(Failure::Usage)?;
        }
        let report_shapes = || self.report_shapes.iter().map(|shape| (shape.name.clone(), shape.numbers())).collect();
        let threads = self.threads.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, usize::from));
        Ok(Request {
            model: self.model.clone(),
            output,
            emit: self.emit.to_driver(),
            targets,
            level: match self.level {
                0 => OptimizationLevel::O0,
                1 => OptimizationLevel::O1,
                2 => OptimizationLevel::O2,
                _ => OptimizationLevel::O3,
            },
            precision: self.precision.to_driver(),
            shapes: self.shapes.iter().map(|shape| (shape.name.clone(), shape.extents.clone())).collect(),
            format: self.file.format,
            import: self.file.to_import()?,
            rules: self.rules.iter().map(|path| path.display().to_string()).collect(),
            custom_ops: self.custom_ops.clone(),
            links: self.links.clone(),
            debug_rules: self.debug_rules,
            threads,
            planning: Planning {
                explain: self.explain,
                tuning: tuning.map(|path| path.display().to_string()),
                alternative: None,
            },
            report: (self.report.is_some() || self.explain).then(report_shapes),
            cache: self.cache.as_deref().map(open_cache).transpose().map_err(Failure::Input)?,
            results: self.cache.as_deref().map(ResultCache::open).transpose().map_err(Failure::Input)?,
        })
    }
}

/// Whether a file can be at `path`, as far as that can be told without writing it.
fn check_output(path: &Path) -> Result<(), Failure> {
    if path.is_dir() {
        return Err(Failure::Input(format!("cannot write {}: it is a folder", path.display())));
    }
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => {
            Err(Failure::Input(format!("cannot write {}: there is no folder {}", path.display(), folder.display())))
        }
        _ => Ok(()),
    }
}

/// The model's name with another ending, in the current folder.
fn default_output(model: &Path, emit: Emit) -> Result<PathBuf, Failure> {
    let stem = model.file_stem().ok_or_else(|| Failure::Usage(format!("{} names no file", model.display())))?;
    Ok(PathBuf::from(stem).with_extension(emit.extension()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Command {
        #[command(flatten)]
        options: CompileCommand,
    }

    fn request(arguments: &[&str]) -> Result<Request, Failure> {
        let command = Command::try_parse_from(["compile"].iter().chain(arguments)).expect("well formed");
        command.options.to_request()
    }

    #[test]
    fn defaults_are_filled_in() {
        let request = request(&["nets/detector.onnx"]).expect("good");
        assert_eq!((request.level, request.emit), (OptimizationLevel::O3, kiln_driver::Emit::So));
        assert_eq!(request.output, Some(PathBuf::from("detector.so")));
        assert_eq!(request.target().architecture.name(), std::env::consts::ARCH);
    }

    #[test]
    fn text_goes_to_standard_output_unless_a_file_is_named() {
        assert_eq!(request(&["m.onnx", "--emit", "graph"]).expect("good").output, None);
        assert_eq!(request(&["m.onnx", "--emit", "llvm", "-o", "-"]).expect("good").output, None);
        let named = request(&["m.onnx", "--emit=asm", "-o", "m.s", "-O1"]).expect("good");
        assert_eq!((named.output, named.level), (Some(PathBuf::from("m.s")), OptimizationLevel::O1));
        assert_eq!(request(&["m.onnx", "--emit", "lib"]).expect("good").output, Some(PathBuf::from("m.a")));
    }

    #[test]
    fn several_processors_are_a_list() {
        let list = ["m.onnx", "--target", "riscv64", "--cpu", "rv64gc,rv64gcv"];
        let request = request(&list).expect("good");
        assert_eq!(request.targets.iter().map(|target| target.cpu_name()).collect::<Vec<_>>(), ["rv64gc", "rv64gcv"]);
    }

    #[test]
    fn wrong_usage_is_refused() {
        assert!(Command::try_parse_from(["compile", "m.onnx", "-O4"]).is_err());
        assert!(Command::try_parse_from(["compile", "m.onnx", "--shape", "x"]).is_err());
        assert!(Command::try_parse_from(["compile"]).is_err());
        for wrong in [
            &["m.onnx", "-o", "m.onnx"][..],
            &["m.onnx", "--target", "vax"],
            &["m.onnx", "--cpu", "z80"],
            &["m.onnx", "--target=x86_64", "--cpu=haswell,skylake"],
            &["m.onnx", "--target=aarch64", "--cpu=cortex-a53,cortex-a76", "--explain"],
        ] {
            assert!(matches!(request(wrong), Err(Failure::Usage(_))), "{wrong:?}");
        }
    }
}
