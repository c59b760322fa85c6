//! One MLIR context: parses exit text, lowers modules to the llvm dialect, collects diagnostics.

use crate::error::{CodegenError, Message, SourceLocation, Step};
use melior::{
    Context,
    diagnostic::{Diagnostic, DiagnosticSeverity},
    dialect::DialectRegistry,
    ir::{
        Location, Module,
        operation::{OperationLike, OperationMutLike, WalkOrder, WalkResult},
    },
    pass::PassManager,
    utility::{parse_pass_pipeline, register_all_dialects, register_all_llvm_translations, register_all_passes},
};
use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::{self, ThreadId},
};

/// The passes that take the exit set to the llvm dialect; `mlir-opt-22 --pass-pipeline=...` runs the same.
///
/// - `convert-vector-to-scf` unrolls transfers and other vector ops of rank above 1 that `convert-vector-to-llvm` leaves.
/// - `expand-strided-metadata` turns subviews and casts into `memref.reinterpret_cast` and affine arithmetic on offsets
///   and strides, so no descriptor of a view outlives constant folding; `lower-affine` makes that `arith`.
/// - `convert-vector-to-llvm` runs apart from the rest since only it takes options: transposes become shuffles of rows,
///   of 16 x 16 elements the shortest known sequence of them (99 instructions with AVX-512, loads and stores included,
///   instead of 428). Floating-point reductions keep their order unless the op itself says `fastmath<reassoc>`.
/// - `convert-to-llvm` converts every other dialect at once, by each op's own conversion.
pub const LOWERING_PIPELINE: &str = "builtin.module(\
    func.func(convert-vector-to-scf{full-unroll=true target-rank=1}),\
    expand-strided-metadata,\
    lower-affine,\
    convert-scf-to-cf,\
    convert-vector-to-llvm{vector-transpose-lowering=shuffle16x16},\
    convert-to-llvm,\
    reconcile-unrealized-casts)";

/// The dialects of the exit set and those that [`LOWERING_PIPELINE`] passes through.
const DIALECTS: [&str; 12] =
    ["affine", "arith", "builtin", "cf", "func", "index", "llvm", "math", "memref", "scf", "ub", "vector"];

/// An MLIR context with everything the exit needs.
pub(crate) struct Mlir {
    context: Context,
    /// What was reported and on which thread, so that parts lowered at the same time keep their messages apart.
    messages: Arc<Mutex<Vec<(ThreadId, Message)>>>,
    /// Name of the source in messages.
    name: Arc<str>,
}

// SAFETY: MLIR contexts created with threading enabled may be used from many threads at once, and every dialect is loaded
// before the context is shared. One made for a single thread has threading disabled and is used by one at a time.
unsafe impl Sync for Mlir {}

impl Mlir {
    /// A context that up to `threads` threads use at the same time.
    pub fn new(name: &str, threads: usize) -> Mlir {
        let registry = DialectRegistry::new();
        register_all_dialects(&registry);
        register_all_passes();
        let context = Context::new_with_registry(&registry, threads > 1);
        for dialect in DIALECTS {
            context.get_or_load_dialect(dialect);
        }
        register_all_llvm_translations(&context);

        let name: Arc<str> = name.into();
        let messages = Arc::new(Mutex::new(Vec::new()));
        let (sink, file) = (messages.clone(), name.clone());
        context.attach_diagnostic_handler(move |diagnostic| {
            let mut sink = sink.lock().unwrap_or_else(PoisonError::into_inner);
            collect(&diagnostic, "", &file, &mut sink);
            true
        });
        let mlir = Mlir { context, messages, name };
        mlir.load_dependent_dialects();
        mlir
    }

    /// Runs the pipeline over nothing. Passes load the dialects that they may produce when they first run, and that
    /// must not happen later, on one of several threads that use the context.
    fn load_dependent_dialects(&self) {
        let mut empty = Module::new(Location::unknown(&self.context));
        self.lower(&mut empty).expect("there is nothing in an empty module to fail on");
    }

    pub fn context(&self) -> &Context {
        &self.context
    }

    /// Reads and verifies exit text.
    pub fn parse(&self, text: &str) -> Result<Module<'_>, CodegenError> {
        if text.contains('\0') {
            return Err(CodegenError::new(Step::Parse, format!("{}: the text contains a NUL", self.name)));
        }
        Module::parse(&self.context, text)
            .ok_or_else(|| CodegenError::from_messages(Step::Parse, self.take_messages(), "the text is not a module"))
    }

    /// Runs [`LOWERING_PIPELINE`], and keeps the hints on loops that it would lose.
    pub fn lower(&self, module: &mut Module) -> Result<(), CodegenError> {
        let manager = PassManager::new(&self.context);
        manager.enable_verifier(false);
        parse_pass_pipeline(manager.as_operation_pass_manager(), LOWERING_PIPELINE)
            .expect("the pipeline names passes of this MLIR");
        manager
            .run(module)
            .map_err(|_| CodegenError::from_messages(Step::Lower, self.take_messages(), "a pass failed"))?;
        name_loop_hints(module);
        Ok(())
    }

    /// Takes what was reported on this thread.
    pub fn take_messages(&self) -> Vec<Message> {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        let current = thread::current().id();
        messages.extract_if(.., |(id, _)| *id == current).map(|(_, message)| message).collect()
    }
}

/// Branches take a loop's hints from the attribute `loop_annotation`, while the conversion of `scf.for` hands on what
/// the loop carries under its name of a foreign attribute, `llvm.loop_annotation`, which the translation ignores.
fn name_loop_hints(module: &mut Module) {
    module.as_operation_mut().walk_mut(WalkOrder::PreOrder, |mut operation| {
        if let Ok(hints) = operation.discardable_attribute("llvm.loop_annotation") {
            operation.set_attribute("loop_annotation", hints);
        }
        WalkResult::Advance
    });
}

fn collect(diagnostic: &Diagnostic, prefix: &str, file: &str, messages: &mut Vec<(ThreadId, Message)>) {
    if prefix.is_empty() && !matches!(diagnostic.severity(), DiagnosticSeverity::Error) {
        return;
    }
    let location = find_place(diagnostic.location(), file);
    messages.push((thread::current().id(), Message { location, text: format!("{prefix}{diagnostic}") }));
    for index in 0..diagnostic.note_count() {
        if let Ok(note) = diagnostic.note(index) {
            collect(&note, "note: ", file, messages);
        }
    }
}

/// The first place in a text that a location leads to. The parser calls the text `-`; `name` is what the caller does.
fn find_place(location: Location, name: &str) -> Option<SourceLocation> {
    if location.is_file_line_col_range() {
        let file = location.file_line_col_range_filename();
        let file = file.as_string_ref().as_str().unwrap_or("-");
        return Some(SourceLocation {
            file: if file == "-" { name.to_owned() } else { file.to_owned() },
            line: location.file_line_col_range_start_line(),
            column: location.file_line_col_range_start_column(),
        });
    }
    if location.is_name() {
        find_place(location.name_child_location(), name)
    } else if location.is_call_site() {
        find_place(location.call_site_callee(), name)
    } else if location.is_fused() {
        (0..location.fused_num_locations()).find_map(|index| find_place(location.fused_location(index), name))
    } else {
        None
    }
}
