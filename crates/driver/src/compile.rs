//! From a model file to what the user asked for.

use crate::report::Report;
use crate::results::ResultCache;
use crate::stages::{Stages, parse, succeeded};
use crate::{text, versions};
use kiln_codegen::ObjectCache;
use kiln_convert::{CustomOperator, report_unsupported};
use kiln_diag::{Diagnostic, Place, Sink};
use kiln_import_core::{Extent, Format, ImportOptions};
use kiln_ir::{Attribute, Module};
use kiln_pass::{PassManager, Pipeline};
use kiln_registry::pipeline::{self, OptimizationLevel, Planning, Precision};
use kiln_schedule::Tried;
use kiln_syntax::PrintOptions;
use kiln_target::Target;
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
    /// For which processors, of one architecture: at least one, and no two that need the same of a machine.
    pub targets: Vec<Target>,
    /// How hard to try.
    pub level: OptimizationLevel,
    /// What numbers kernels compute with.
    pub precision: Precision,
    /// Extents that inputs get, by input name.
    pub shapes: Vec<(String, Vec<Extent>)>,
    /// The format of the model file; its content says it if this is none.
    pub format: Option<&'static Format>,
    /// What is to be otherwise than the file says.
    pub import: ImportOptions,
    /// Files of rewrite rules that are applied to the graph before it is optimized.
    pub rules: Vec<String>,
    /// Operators that C functions compute.
    pub custom_ops: Vec<CustomOperator>,
    /// Objects, archives and shared objects that are linked with the model.
    pub links: Vec<PathBuf>,
    /// Whether it is reported where rules applied and nearly did: those of the files, or Kiln's own if there are none.
    pub debug_rules: bool,
    /// Threads the compiler itself uses; the result does not depend on it.
    pub threads: usize,
    /// Where objects made before are kept, if anywhere.
    pub cache: Option<ObjectCache>,
    /// Where models compiled before are kept, if anywhere.
    pub results: Option<ResultCache>,
    /// Whether the summary has a report; its counts are looked at where inputs have these shapes, by input name. Symbols
    /// that no shape tells are 1.
    pub report: Option<Vec<(String, Vec<Option<u64>>)>>,
    /// How kernels are planned: whether the report's say which other ways of computing them were considered, and where the
    /// fastest plans are kept, if anywhere.
    pub planning: Planning,
}

impl Request {
    /// A shared object as fast as Kiln makes it, on one thread and with nothing kept; `targets` are one at least.
    pub fn new(model: PathBuf, targets: Vec<Target>) -> Request {
        Request {
            model,
            output: None,
            emit: Emit::So,
            targets,
            level: OptimizationLevel::default(),
            precision: Precision::Default,
            shapes: Vec::new(),
            format: None,
            import: ImportOptions::default(),
            rules: Vec::new(),
            custom_ops: Vec::new(),
            links: Vec::new(),
            debug_rules: false,
            threads: 1,
            cache: None,
            results: None,
            report: None,
            planning: Planning::default(),
        }
    }

    /// The first processor, where only one can be looked at.
    ///
    /// # Panics
    /// When there is none.
    pub fn target(&self) -> &Target {
        self.targets.first().expect("a request has a target")
    }
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
    /// For each launch, in the order of the model's metadata, the plan that is tried there, if the request asks for that.
    pub(crate) tried: Vec<Option<Tried>>,
    /// What each stage and pass did, if the request asks for it.
    pub report: Option<Report>,
    /// The files that were read besides the model's own, by their paths in its folder.
    pub neighbours: Vec<String>,
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
    kiln_rules::load_files(&request.rules, &kiln_registry::dialects(), sink)?;
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
    let known = request.results.as_ref().and_then(|results| results.known(request));
    if let Some(summary) = known.as_ref().and_then(|known| known.find(request)) {
        return Some(summary);
    }
    let mut stages = Stages::new(request, sink, progress);
    let mut summary = run_stages(&mut stages, request, sink)?;
    summary.neighbours = std::mem::take(&mut stages.neighbours);
    // What was said while it was compiled would not be said again.
    if let Some(known) = known.filter(|_| sink.is_empty()) {
        known.insert(&summary);
    }
    Some(Summary { report: stages.into_report(), ..summary })
}

fn run_stages(stages: &mut Stages<'_>, request: &Request, sink: &Sink) -> Option<Summary> {
    let module = stages.import()?;
    if request.emit == Emit::Import {
        return write_text(request, &print(&module, false), sink);
    }
    let module = optimized(stages, request, module)?;
    if request.emit == Emit::Graph {
        return write_text(request, &print(&module, false), sink);
    }
    versions::build(stages, request, module, sink)
}

/// From the framework's dialect to the graph dialect.
pub(crate) fn conversion(request: &Request, module: &Module) -> Pipeline {
    let custom_ops: Vec<String> = request.custom_ops.iter().map(ToString::to_string).collect();
    kiln_convert::conversion(module, &custom_ops, &request.rules)
}

/// From the framework's dialect to a graph that only needs kernels.
pub(crate) fn optimized(stages: &mut Stages<'_>, request: &Request, mut module: Module) -> Option<Module> {
    let conversion = conversion(request, &module);
    stages.run(&mut module, conversion, false)?;
    if !request.rules.is_empty() {
        let rules = kiln_optimize::ApplyRules { files: request.rules.clone(), ..Default::default() };
        let rules = Pipeline::on("builtin.module").pass(rules);
        stages.run(&mut module, rules, request.debug_rules)?;
    }
    // Who brings rules wants to know of those; Kiln's own would drown them.
    let traces_own = request.debug_rules && request.rules.is_empty();
    stages.run(&mut module, parse(&pipeline::optimization(request.level, request.precision)), traces_own)?;
    note_operations(&mut module);
    Some(module)
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
    import_files(model, request, sink).map(|(module, _)| module)
}

/// Where a module comes from.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// What the format is called; `None` of text.
    pub format: Option<&'static str>,
    /// The files that were read besides the model's own, by their paths in its folder.
    pub neighbours: Vec<String>,
}

impl Origin {
    /// In words.
    pub fn describe(&self) -> String {
        let format = self.format.unwrap_or("IR text");
        match self.neighbours.as_slice() {
            [] => format.to_owned(),
            files => format!("{format}, with {}", files.join(", ")),
        }
    }
}

/// [`import`], with where it comes from.
pub(crate) fn import_files(model: &Path, request: &Request, sink: &Sink) -> Option<(Module, Origin)> {
    if text::is_text(model) {
        let mut module = text::read(model, sink)?;
        let origin = Origin { format: None, neighbours: Vec::new() };
        return kiln_import_core::specialize(&mut module, &request.shapes, sink).then_some((module, origin));
    }
    let found = kiln_formats::open(model, request.format).map_err(|diagnostic| sink.report(*diagnostic)).ok()?;
    let registry = kiln_registry::dialects();
    let rules = kiln_rules::load_files(&request.rules, &registry, sink)?;
    let prefix = format!("{}.", found.format.dialect);
    let roots = kiln_rules::foreign_roots(&rules, &registry).into_iter().filter_map(|op| op.strip_prefix(&prefix));
    let bound = request.custom_ops.iter().map(|operator| operator.name.as_str()).chain(roots).map(str::to_owned);
    let mut options = request.import.clone();
    options.custom_operators.extend(bound);
    let mut imported = found.format.import_partly(&found.file, &registry, &options, sink)?;
    let specialized = kiln_import_core::specialize(&mut imported.module, &request.shapes, sink);
    if specialized && imported.is_complete {
        let origin = Origin { format: Some(found.format.title), neighbours: imported.neighbours };
        return Some((imported.module, origin));
    }
    // Who repairs the file wants to know all that is in the way.
    report_unsupported(&imported.module, sink);
    None
}

/// Where a module keeps how many operations a run takes, until its metadata is written.
pub(crate) const OPERATIONS: &str = "operations";

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

pub(crate) fn print(module: &Module, generic: bool) -> String {
    kiln_syntax::print(module, module.top(), &PrintOptions { generic, ..PrintOptions::default() })
}

/// The exit set as upstream reads it: without what the module says about the model.
pub(crate) fn exit_text(module: &Module) -> String {
    let mut exit = module.clone();
    let names: Vec<_> = module.attributes(module.top()).iter().map(|(name, _)| name).collect();
    for name in names {
        exit.remove_attribute(module.top(), name.as_str());
    }
    print(&exit, true)
}

pub(crate) fn write_text(request: &Request, text: &str, sink: &Sink) -> Option<Summary> {
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
