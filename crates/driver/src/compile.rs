//! From a model file to what the user asked for.

use crate::launches::{launch_infos, mark_kernels, note_work};
use crate::report::Report;
use crate::stages::{Stages, parse, succeeded};
use crate::text;
use kiln_codegen::metadata::{AxisInfo, Metadata, SymbolInfo, SymbolSource, TensorInfo};
use kiln_codegen::{CodegenError, LinkInput, LinkOptions, LinkOutput, ObjectCache, ObjectFile, Options, Source, Stage};
use kiln_convert::onnx_to_graph::report_unsupported;
use kiln_diag::{Diagnostic, Place, Sink};
use kiln_import_onnx::ImportOptions;
use kiln_ir::{Attribute, DimExpr, Module};
use kiln_kernels::main_function::{ModelDescription, TensorDescription, WORKSPACE_SIZE, Weights};
use kiln_pass::{PassManager, Pipeline};
use kiln_registry::pipeline::{self, OptimizationLevel, Precision};
use kiln_syntax::PrintOptions;
use kiln_target::Target;
use kiln_tensor::Tensor;
use std::io::Write;
use std::path::{Path, PathBuf};

/// What to make of a model.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Emit {
    /// The framework's dialect, as text.
    Import,
    /// The optimized graph, as text.
    Graph,
    /// Outlined and planned kernels, as text.
    Loop,
    /// The exit set: upstream's dialects in generic form.
    Mlir,
    /// LLVM IR, as text.
    Llvm,
    /// Assembly.
    Asm,
    /// One relocatable object.
    Obj,
    /// A static library.
    Lib,
    /// A shared object.
    #[default]
    So,
}

/// A compilation, as the user asked for it.
#[derive(Clone, Debug)]
pub struct Request {
    /// The model file.
    pub model: PathBuf,
    /// Where to write; text goes to standard output if this is none.
    pub output: Option<PathBuf>,
    /// What to write.
    pub emit: Emit,
    /// For which processor.
    pub target: Target,
    /// How hard to try.
    pub level: OptimizationLevel,
    /// What numbers kernels compute with.
    pub precision: Precision,
    /// Extents that inputs get, by input name; `None` keeps an axis as it is.
    pub shapes: Vec<(String, Vec<Option<u64>>)>,
    /// Inputs that become constants.
    pub constants: Vec<(String, Tensor)>,
    /// Files of rewrite rules that are applied to the graph before it is optimized.
    pub rules: Vec<String>,
    /// Whether it is reported where rules applied and nearly did: those of the files, or Kiln's own if there are none.
    pub debug_rules: bool,
    /// Threads the compiler itself uses; the result does not depend on it.
    pub threads: usize,
    /// Where objects made before are kept, if anywhere.
    pub cache: Option<ObjectCache>,
    /// Whether the summary has a report; its counts are looked at where inputs have these shapes, by input name. Symbols
    /// that no shape tells are 1.
    pub report: Option<Vec<(String, Vec<Option<u64>>)>>,
    /// Whether the report's kernels say which other ways of computing them were considered.
    pub explain: bool,
}

/// What a compilation made.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// The files written, the one asked for first.
    pub files: Vec<PathBuf>,
    /// Bytes of the constants.
    pub weight_bytes: u64,
    /// How many distinct kernels there are.
    pub kernels: usize,
    /// What each stage and pass did, if the request asks for it.
    pub report: Option<Report>,
}

/// Told how far a compilation is.
pub trait Progress {
    /// A step begins.
    fn begin(&self, step: &str);
}

/// Tells nobody.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _step: &str) {}
}

/// Compiles; `None` if there were errors, which are in `sink`. No output file is left behind then.
pub fn compile(request: &Request, sink: &Sink, progress: &dyn Progress) -> Option<Summary> {
    // Rules that cannot be read are known before anything long begins.
    kiln_optimize::load_rules(&request.rules, &kiln_registry::dialects(), sink)?;
    about(&request.model, sink, |sink| compile_model(request, sink, progress))
}

/// Does `work` with a sink of its own and passes on what it reports: a place that does not say of which file it is, is of
/// the model's. Passes see no file, only nodes.
pub(crate) fn about<T>(model: &Path, sink: &Sink, work: impl FnOnce(&Sink) -> T) -> T {
    let own = Sink::new();
    let result = work(&own);
    let name = model.display().to_string();
    for mut diagnostic in own.take() {
        let labels = diagnostic.labels.iter_mut().map(|label| &mut label.place);
        for place in labels.chain([&mut diagnostic.place]) {
            match place {
                Place::Model { file, .. } if file.is_empty() => file.clone_from(&name),
                Place::Nowhere => *place = Place::File(name.clone()),
                _ => {}
            }
        }
        sink.report(diagnostic);
    }
    result
}

pub(crate) fn compile_model(request: &Request, sink: &Sink, progress: &dyn Progress) -> Option<Summary> {
    let mut stages = Stages::new(request, sink, progress);
    let summary = run_stages(&mut stages, request, sink)?;
    Some(Summary { report: stages.into_report(), ..summary })
}

fn run_stages(stages: &mut Stages<'_>, request: &Request, sink: &Sink) -> Option<Summary> {
    let mut module = stages.import()?;
    if request.emit == Emit::Import {
        return write_text(request, &print(&module, false), sink);
    }
    stages.run(&mut module, parse(pipeline::conversion()), false)?;
    if !request.rules.is_empty() {
        let rules = kiln_optimize::ApplyRules { files: request.rules.clone(), ..Default::default() };
        let rules = Pipeline::on("builtin.module").pass(rules);
        stages.run(&mut module, rules, request.debug_rules)?;
    }
    // Who brings rules wants to know of those; Kiln's own would drown them.
    let traces_own = request.debug_rules && request.rules.is_empty();
    stages.run(&mut module, parse(&pipeline::optimization(request.level, request.precision)), traces_own)?;
    note_operations(&mut module);
    if request.emit == Emit::Graph {
        return write_text(request, &print(&module, false), sink);
    }
    let planning = match request.explain {
        true => pipeline::explained_planning(&request.target),
        false => pipeline::planning(&request.target),
    };
    stages.run(&mut module, parse(&planning), false)?;
    if request.emit == Emit::Loop {
        return write_text(request, &print(&module, false), sink);
    }
    note_work(&mut module);
    stages.run(&mut module, parse(&pipeline::emission(&request.target)), false)?;
    generate_stages(stages, request, &module, sink)
}

/// Opens the cache of compiled kernels in a folder, which is made if there is none.
///
/// # Errors
/// When it cannot be made.
pub fn open_cache(folder: &Path) -> Result<ObjectCache, String> {
    ObjectCache::open(folder).map_err(|error| error.to_string())
}

/// Reads the model into its framework's dialect, its inputs of the shapes that the request gives them. Text is taken as it
/// is, in whichever dialect.
pub fn import(model: &Path, request: &Request, sink: &Sink) -> Option<Module> {
    if text::is_text(model) {
        let mut module = text::read(model, sink)?;
        return kiln_import_core::specialize(&mut module, &request.shapes, sink).then_some(module);
    }
    let options = ImportOptions { constants: request.constants.clone() };
    let mut imported = kiln_import_onnx::import_partly(model, &kiln_registry::dialects(), &options, sink)?;
    let specialized = kiln_import_core::specialize(&mut imported.module, &request.shapes, sink);
    if specialized && imported.is_complete {
        return Some(imported.module);
    }
    // Who repairs the file wants to know all that is in the way.
    report_unsupported(&imported.module, sink);
    None
}

/// Where a module keeps how many operations a run takes, until its metadata is written.
const OPERATIONS: &str = "operations";

/// Notes on the module how many operations a run takes, where no symbol takes part: lowered, nobody can count them.
fn note_operations(module: &mut Module) {
    let main = kiln_func::find_function(module, "main");
    let operations = main.and_then(|main| kiln_measure::operations(module, main));
    if let Some(operations) = operations.and_then(|operations| operations.as_constant()) {
        let top = module.top();
        module.set_attribute(top, OPERATIONS, Attribute::i64(operations));
    }
}

/// Runs a pipeline given as text; `None` if it fails.
///
/// # Panics
/// When the text is no pipeline: the named ones are.
pub fn run(module: &mut Module, text: &str, sink: &Sink) -> Option<()> {
    succeeded(&PassManager::new(parse(text)), module, sink).map(|_| ())
}

fn print(module: &Module, generic: bool) -> String {
    kiln_syntax::print(module, module.top(), &PrintOptions { generic, ..PrintOptions::default() })
}

/// The exit set as upstream reads it: without what the module says about the model.
fn exit_text(module: &Module) -> String {
    let mut exit = module.clone();
    let names: Vec<_> = module.attributes(module.top()).iter().map(|(name, _)| name).collect();
    for name in names {
        exit.remove_attribute(module.top(), name.as_str());
    }
    print(&exit, true)
}

fn write_text(request: &Request, text: &str, sink: &Sink) -> Option<Summary> {
    let Some(output) = &request.output else {
        // A reader that closes the pipe early has seen what it wanted.
        let _ = std::io::stdout().write_all(text.as_bytes());
        return Some(Summary::default());
    };
    match std::fs::write(output, text) {
        Ok(()) => Some(Summary { files: vec![output.clone()], ..Summary::default() }),
        Err(error) => {
            let place = Place::File(output.display().to_string());
            sink.report(Diagnostic::error(place, format!("cannot write the output: {error}")));
            None
        }
    }
}

/// The name of the stage in which LLVM works.
const GENERATE: &str = "generate code";

/// From the exit set to files: what is left of [`compile`] once the passes have run. The request's model only gives the
/// name.
pub fn generate(request: &Request, module: &Module, sink: &Sink, progress: &dyn Progress) -> Option<Summary> {
    let mut stages = Stages::new(request, sink, progress);
    let summary = generate_stages(&mut stages, request, module, sink)?;
    Some(Summary { report: stages.into_report(), ..summary })
}

fn generate_stages(stages: &mut Stages<'_>, request: &Request, module: &Module, sink: &Sink) -> Option<Summary> {
    let text = exit_text(module);
    if request.emit == Emit::Mlir {
        return write_text(request, &text, sink);
    }
    let name = request.model.file_stem().map_or_else(|| "model".into(), |stem| stem.to_string_lossy().into_owned());
    let source = Source { name: &name, mlir: &text };
    let level = match request.level {
        OptimizationLevel::O0 => kiln_codegen::OptimizationLevel::O0,
        OptimizationLevel::O1 => kiln_codegen::OptimizationLevel::O1,
        OptimizationLevel::O2 => kiln_codegen::OptimizationLevel::O2,
        OptimizationLevel::O3 => kiln_codegen::OptimizationLevel::O3,
    };
    let options = Options { target: &request.target, level, threads: request.threads, cache: request.cache.as_ref() };
    let stage = match request.emit {
        Emit::Llvm => Some(Stage::LlvmIr),
        Emit::Asm => Some(Stage::Assembly),
        _ => None,
    };
    if let Some(stage) = stage {
        let mut text = stages.step(GENERATE, |_, sink| report(kiln_codegen::print(&source, &options, stage), sink))?;
        if stage == Stage::Assembly {
            let description = ModelDescription::of(module, module.top()).expect("lower-main described the model");
            text = mark_kernels(&text, &description, request.target.architecture);
        }
        return write_text(request, &text, sink);
    }
    let objects = stages.step(GENERATE, |_, sink| report(kiln_codegen::compile(&source, &options), sink))?;
    let summary = stages.step("link", |request, sink| link(request, module, &name, objects, sink))?;
    stages.note_output(&summary);
    Some(summary)
}

fn link(request: &Request, module: &Module, name: &str, mut objects: Vec<ObjectFile>, sink: &Sink) -> Option<Summary> {
    let description = ModelDescription::of(module, module.top()).expect("lower-main described the model");
    let weights = Weights::of(module).expect("lower-main laid out the constants");
    let size = |name: &str| module.attribute(module.top(), name).and_then(Attribute::as_i64).map(i64::unsigned_abs);
    let metadata = Metadata {
        arena_bytes: size(WORKSPACE_SIZE),
        operations: size(OPERATIONS).filter(|&operations| operations > 0),
        ..metadata(request, name, &description, &weights)
    };
    objects.push(report(kiln_codegen::write_metadata(&request.target, &metadata), sink)?);
    let architecture = request.target.architecture.name();
    let runtime = kiln_runtime::object_for(architecture).expect("the runtime is built for every architecture");
    objects.push(ObjectFile { name: "runtime.o".into(), bytes: runtime.to_vec() });

    let path = request.output.as_deref().unwrap_or(Path::new("model.so"));
    let directory = path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let scratch = tempfile::Builder::new().prefix(".kiln-").tempdir_in(directory).map_err(|error| {
        let place = Place::File(directory.display().to_string());
        sink.report(Diagnostic::error(place, format!("cannot write to the output's folder: {error}")));
    });
    let scratch = scratch.ok()?;
    let weights_file = scratch.path().join("weights.o");
    let pieces = weights.tensors.iter().map(|(offset, tensor)| (*offset, tensor.bytes()));
    report(kiln_codegen::write_weights(&request.target, weights.size, pieces, &weights_file), sink)?;

    let output = match request.emit {
        Emit::Obj => LinkOutput::Object,
        Emit::Lib => LinkOutput::StaticLibrary,
        _ => LinkOutput::SharedObject,
    };
    let exports = &kiln_runtime::EXPORTED_SYMBOLS;
    let options = LinkOptions { output, exports, externals: Some(&kiln_runtime::EXTERNAL_SYMBOLS) };
    let mut inputs: Vec<LinkInput> = objects.iter().map(LinkInput::Memory).collect();
    inputs.push(LinkInput::File(&weights_file));
    report(kiln_codegen::link(&inputs, &options, path), sink)?;

    let header = path.with_extension("h");
    let description = kiln_runtime::ModelDescription::from_bytes(&metadata.to_bytes());
    let text = kiln_runtime::header(&description.expect("the metadata just written reads back"));
    if let Err(error) = std::fs::write(&header, text) {
        let _ = std::fs::remove_file(path);
        let place = Place::File(header.display().to_string());
        sink.report(Diagnostic::error(place, format!("cannot write the header: {error}")));
        return None;
    }
    let kernels = module.ops_of(module.body()).into_iter().filter(|&op| module.is(op, "func.func")).count();
    let files = vec![path.to_owned(), header];
    Some(Summary { files, weight_bytes: weights.size, kernels, ..Summary::default() })
}

fn metadata(request: &Request, name: &str, description: &ModelDescription, weights: &Weights) -> Metadata {
    let symbol =
        |name: &String| SymbolInfo { name: name.clone(), source: SymbolSource::Input, minimum: 0, maximum: i64::MAX };
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
    };
    let (nodes, launches) = launch_infos(description);
    Metadata {
        model_name: name.to_owned(),
        producer: concat!("kiln ", env!("CARGO_PKG_VERSION")).into(),
        triple: request.target.triple.clone(),
        cpu: request.target.cpu.clone(),
        symbols: description.symbols.iter().map(symbol).collect(),
        inputs: description.inputs.iter().map(tensor).collect(),
        outputs: description.outputs.iter().map(tensor).collect(),
        nodes,
        launches,
        weight_bytes: weights.size,
        arena_bytes: None,
        operations: None,
    }
}

/// The value, or a diagnostic.
fn report<T>(result: Result<T, CodegenError>, sink: &Sink) -> Option<T> {
    result
        .map_err(|error| {
            let mut diagnostic = Diagnostic::error(Place::Nowhere, error.to_string());
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
