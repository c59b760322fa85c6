//! The code of a model, once for each processor that it is compiled for, and the file that holds it all.
//!
//! What is made of a module for one processor is a version of the model's code: its objects and its metadata. The weights
//! of all versions are in one table, in which equal ones are once. In a model for several processors, the symbols of each
//! version end in the name of its processor; the runtime chooses between them.

use crate::compile::{OPERATIONS, exit_text, print};
use crate::launches::{launch_infos, mark_kernels, note_work, tried};
use crate::stages::{Stages, parse};
use crate::{Emit, OptimizationLevel, Progress, Request, Summary};
use kiln_codegen::metadata::{AxisInfo, Metadata, SymbolInfo, SymbolSource, TensorInfo};
use kiln_codegen::{CodegenError, LinkInput, LinkOptions, LinkOutput, ObjectFile, Options, Source, Stage};
use kiln_diag::{Diagnostic, Place, Sink};
use kiln_ir::{Attribute, DimExpr, Module};
use kiln_kernels::main_function::{ModelDescription, TensorDescription, WORKSPACE_SIZE, Weights};
use kiln_registry::pipeline;
use kiln_schedule::Tried;
use kiln_target::{Architecture, Target};
use kiln_tensor::Tensor;
use std::path::{Path, PathBuf};

/// The name of the stage in which LLVM works.
const GENERATE: &str = "generate code";

/// From an optimized graph to files: text of a stage on the way, or the model.
pub(crate) fn build(stages: &mut Stages<'_>, request: &Request, module: Module, sink: &Sink) -> Option<Summary> {
    let mut versions = Versions::new(stages, request, sink);
    let mut targets = request.targets.clone();
    Target::sort_by_capability(&mut targets);
    let mut module = Some(module);
    for (index, target) in targets.iter().enumerate() {
        let is_last = index + 1 == targets.len();
        let own = if is_last { module.take() } else { module.clone() };
        versions.add(own.expect("the last target takes the module"), target)?;
    }
    versions.finish()
}

/// From the exit set, for the request's only target, to files: what is left of [`crate::compile`] once the passes have
/// run. The request's model only gives the name.
pub fn generate(request: &Request, module: &Module, sink: &Sink, progress: &dyn Progress) -> Option<Summary> {
    let mut stages = Stages::new(request, sink, progress);
    let mut versions = Versions::new(&mut stages, request, sink);
    versions.add_lowered(module, request.target())?;
    let summary = versions.finish()?;
    Some(Summary { report: stages.into_report(), ..summary })
}

/// The code for one processor.
struct Version {
    objects: Vec<ObjectFile>,
    metadata: Metadata,
    /// What its symbols end in.
    suffix: String,
    /// How many distinct kernels there are.
    kernels: usize,
}

/// What was made so far.
struct Versions<'a, 's, 'r> {
    stages: &'s mut Stages<'r>,
    request: &'a Request,
    sink: &'a Sink,
    /// The model's name.
    name: String,
    versions: Vec<Version>,
    /// Those of all versions.
    weights: Option<Weights>,
    /// The plans that the last version's launches have to try.
    tried: Vec<Option<Tried>>,
    /// The text of each version, if that is what the request asks for.
    text: String,
}

impl<'a, 's, 'r> Versions<'a, 's, 'r> {
    fn new(stages: &'s mut Stages<'r>, request: &'a Request, sink: &'a Sink) -> Versions<'a, 's, 'r> {
        let stem = request.model.file_stem();
        let name = stem.map_or_else(|| "model".into(), |stem| stem.to_string_lossy().into_owned());
        Versions {
            stages,
            request,
            sink,
            name,
            versions: Vec::new(),
            weights: None,
            tried: Vec::new(),
            text: String::new(),
        }
    }

    /// Makes a version of an optimized graph.
    fn add(&mut self, mut module: Module, target: &Target) -> Option<()> {
        if let Some(weights) = &self.weights {
            weights.keep(&mut module);
        }
        self.stages.run(&mut module, parse(&pipeline::planning(target, &self.request.planning)), false)?;
        if self.request.emit == Emit::Loop {
            self.add_text(&print(&module, false), target);
            return Some(());
        }
        note_work(&mut module);
        self.tried = tried(&module);
        self.stages.run(&mut module, parse(&pipeline::emission(target, self.request.precision)), false)?;
        self.add_lowered(&module, target)
    }

    /// Makes a version of a module in the exit set.
    fn add_lowered(&mut self, module: &Module, target: &Target) -> Option<()> {
        let mlir = exit_text(module);
        if self.request.emit == Emit::Mlir {
            self.add_text(&mlir, target);
            return Some(());
        }
        let is_text = matches!(self.request.emit, Emit::Llvm | Emit::Asm);
        let suffix = match self.request.targets.len() > 1 && !is_text {
            true => format!(".{}", target.cpu_name()),
            false => String::new(),
        };
        let name = self.name.clone();
        let source = Source { name: &name, mlir: &mlir };
        let options = Options {
            target,
            level: codegen_level(self.request.level),
            suffix: &suffix,
            threads: self.request.threads,
            cache: self.request.cache.as_ref(),
        };
        if is_text {
            return self.add_generated_text(module, &source, &options);
        }
        let objects = self.stages.step(GENERATE, |_, sink| report(kiln_codegen::compile(&source, &options), sink))?;
        let weights = Weights::of(module).expect("lower-main laid out the constants");
        let metadata = metadata(target, &name, module, &weights);
        let kernels = module.ops_of(module.body()).into_iter().filter(|&op| module.is(op, "func.func")).count();
        self.versions.push(Version { objects, metadata, suffix, kernels });
        self.weights = Some(weights);
        Some(())
    }

    /// LLVM IR or assembly.
    fn add_generated_text(&mut self, module: &Module, source: &Source, options: &Options) -> Option<()> {
        let stage = if self.request.emit == Emit::Asm { Stage::Assembly } else { Stage::LlvmIr };
        let mut text =
            self.stages.step(GENERATE, |_, sink| report(kiln_codegen::print(source, options, stage), sink))?;
        if stage == Stage::Assembly {
            let description = ModelDescription::of(module, module.top()).expect("lower-main described the model");
            text = mark_kernels(&text, &description, options.target.architecture);
        }
        self.add_text(&text, options.target);
        Some(())
    }

    /// Adds text; under a heading, if there is that of other versions.
    fn add_text(&mut self, text: &str, target: &Target) {
        if self.request.targets.len() > 1 {
            let comment = match (self.request.emit, target.architecture) {
                (Emit::Llvm, _) => ";",
                (Emit::Asm, Architecture::X86_64 | Architecture::Riscv64) => "#",
                _ => "//",
            };
            // As IR text is split; in what is no IR, a line like any other.
            let border = if self.text.is_empty() { String::new() } else { format!("{comment} -----\n") };
            self.text += &format!("{border}{comment} {target}\n");
        }
        self.text += text;
    }

    /// Writes what was made.
    fn finish(self) -> Option<Summary> {
        let Some(weights) = self.weights else {
            return crate::compile::write_text(self.request, &self.text, self.sink);
        };
        let (versions, request) = (self.versions, self.request);
        let summary = self.stages.step("link", |_, sink| link(request, versions, &weights, sink))?;
        self.stages.note_output(&summary);
        Some(Summary { tried: self.tried, ..summary })
    }
}

fn codegen_level(level: OptimizationLevel) -> kiln_codegen::OptimizationLevel {
    match level {
        OptimizationLevel::O0 => kiln_codegen::OptimizationLevel::O0,
        OptimizationLevel::O1 => kiln_codegen::OptimizationLevel::O1,
        OptimizationLevel::O2 => kiln_codegen::OptimizationLevel::O2,
        OptimizationLevel::O3 => kiln_codegen::OptimizationLevel::O3,
    }
}

fn link(request: &Request, versions: Vec<Version>, weights: &Weights, sink: &Sink) -> Option<Summary> {
    // All are of one architecture, which is all that data and runtime depend on.
    let target = request.target();
    let described: Vec<kiln_codegen::Version> = (versions.iter())
        .map(|version| kiln_codegen::Version { metadata: &version.metadata, suffix: &version.suffix })
        .collect();
    let table = report(kiln_codegen::write_versions(target, &described), sink)?;
    let runtime =
        kiln_runtime::object_for(target.architecture.name()).expect("the runtime is built for every architecture");
    let runtime = ObjectFile { name: "runtime.o".into(), bytes: runtime.to_vec() };

    let path = request.output.as_deref().unwrap_or(Path::new("model.so"));
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = tempfile::Builder::new().prefix(".kiln-").tempdir_in(directory).map_err(|error| {
        let place = Place::File(directory.display().to_string());
        sink.report(Diagnostic::error(place, format!("cannot write to the output's folder: {error}")));
    });
    let scratch = scratch.ok()?;
    let weights_file = scratch.path().join("weights.o");
    let pieces = weights.tensors.iter().map(|(offset, tensor)| (*offset, Written(tensor)));
    report(kiln_codegen::write_weights(target, weights.size, pieces, &weights_file), sink)?;

    let output = match request.emit {
        Emit::Obj => LinkOutput::Object,
        Emit::Lib => LinkOutput::StaticLibrary,
        _ => LinkOutput::SharedObject,
    };
    let exports = &kiln_runtime::EXPORTED_SYMBOLS;
    let externals = Some(&kiln_runtime::EXTERNAL_SYMBOLS[..]);
    let libraries: Vec<&Path> = request.links.iter().map(PathBuf::as_path).collect();
    let options = LinkOptions { output, exports, externals, libraries: &libraries };
    let objects = versions.iter().flat_map(|version| &version.objects).chain([&table, &runtime]);
    let mut inputs: Vec<LinkInput> = objects.map(LinkInput::Memory).collect();
    inputs.push(LinkInput::File(&weights_file));
    // What the linker misses may be the user's to give.
    let linked = kiln_codegen::link(&inputs, &options, path);
    let is_missing = |name: &str| linked.as_ref().is_err_and(|error| error.to_string().contains(name));
    let missing = request.custom_ops.iter().find(|operator| is_missing(&operator.callee));
    let help = missing.map(|operator| format!("--link FILE links the file that has {}", operator.callee));
    report_with(linked, help, sink)?;

    let header = path.with_extension("h");
    let read = |version: &Version| kiln_runtime::ModelDescription::from_bytes(&version.metadata.to_bytes());
    let described = versions.iter().map(read).collect::<Result<Vec<_>, _>>();
    let text = kiln_runtime::header(&described.expect("the metadata just written reads back"));
    if let Err(error) = std::fs::write(&header, text) {
        let _ = std::fs::remove_file(path);
        let place = Place::File(header.display().to_string());
        sink.report(Diagnostic::error(place, format!("cannot write the header: {error}")));
        return None;
    }
    let kernels = versions.iter().map(|version| version.kernels).sum();
    let files = vec![path.to_owned(), header];
    Some(Summary { files, weight_bytes: weights.size, kernels, ..Summary::default() })
}

/// A weight that leaves memory once it is written.
struct Written<'a>(&'a Tensor);

impl AsRef<[u8]> for Written<'_> {
    fn as_ref(&self) -> &[u8] {
        self.0.bytes()
    }
}

impl Drop for Written<'_> {
    fn drop(&mut self) {
        self.0.release();
    }
}

/// What a lowered module says of itself.
fn metadata(target: &Target, name: &str, module: &Module, weights: &Weights) -> Metadata {
    let description = ModelDescription::of(module, module.top()).expect("lower-main described the model");
    let size = |name: &str| module.attribute(module.top(), name).and_then(Attribute::as_i64).map(i64::unsigned_abs);
    let symbol = |(index, name): (usize, &String)| {
        let source = if index < description.input_symbols { SymbolSource::Input } else { SymbolSource::Run };
        let bounds = description.bounded.iter().find(|symbol| symbol.name == name.as_str());
        let limit = |value: u64| i64::try_from(value).unwrap_or(i64::MAX);
        let (minimum, maximum) = bounds.map_or((0, i64::MAX), |bounds| (limit(bounds.least), limit(bounds.most)));
        SymbolInfo { name: name.clone(), source, minimum, maximum }
    };
    let axis = |extent: DimExpr| match (extent.as_constant(), extent.as_symbol()) {
        (Some(value), _) => AxisInfo::Static(value),
        (None, Some(name)) => {
            let index = description.symbols.iter().position(|symbol| name == symbol.as_str());
            AxisInfo::Symbol(index.expect("the symbols of a signature are all described") as u32)
        }
        (None, None) => AxisInfo::Expression(extent.to_string()),
    };
    let tensor = |tensor: &TensorDescription| TensorInfo {
        name: tensor.name.clone(),
        element: tensor.element,
        axes: tensor.axes.iter().map(|described| axis(described.extent)).collect(),
        depends_on_data: description.depends_on_data(tensor),
    };
    let (nodes, launches) = launch_infos(&description);
    Metadata {
        model_name: name.to_owned(),
        producer: concat!("kiln ", env!("CARGO_PKG_VERSION")).into(),
        triple: target.triple.clone(),
        cpu: target.cpu_name().into(),
        requirements: target.requirements().into_iter().map(str::to_owned).collect(),
        symbols: description.symbols.iter().enumerate().map(symbol).collect(),
        inputs: description.inputs.iter().map(tensor).collect(),
        outputs: description.outputs.iter().map(tensor).collect(),
        states: description.states.iter().map(|initial| initial.bytes().to_vec()).collect(),
        nodes,
        launches,
        weight_bytes: weights.read,
        arena_bytes: size(WORKSPACE_SIZE),
        operations: size(OPERATIONS).filter(|&operations| operations > 0),
    }
}

/// The value, or a diagnostic.
fn report<T>(result: Result<T, CodegenError>, sink: &Sink) -> Option<T> {
    report_with(result, None, sink)
}

/// The value, or a diagnostic with some help.
fn report_with<T>(result: Result<T, CodegenError>, help: Option<String>, sink: &Sink) -> Option<T> {
    result
        .map_err(|error| {
            let diagnostic = Diagnostic::error(Place::Nowhere, error.to_string());
            let mut diagnostic = help.into_iter().fold(diagnostic, Diagnostic::with_help);
            if let Some(reproducer) = &error.reproducer {
                let path = std::env::temp_dir().join("kiln-reproducer.mlir");
                if std::fs::write(&path, reproducer).is_ok() {
                    diagnostic = diagnostic.with_note(format!("this is a bug of Kiln; {} replays it", path.display()));
                }
            }
            sink.report(diagnostic);
        })
        .ok()
}
