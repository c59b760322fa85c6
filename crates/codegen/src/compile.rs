//! Exit text to objects, or to the text of a stage in between.

use crate::{
    ObjectCache,
    emit::Emitter,
    error::{CodegenError, Step},
    mlir::{LOWERING_PIPELINE, Mlir},
    split::{self, Part},
};
use inkwell::context::Context;
use kiln_target::Target;
use melior::ir::operation::{OperationLike, OperationPrintingFlags};
use std::{
    sync::{Mutex, PoisonError},
    thread,
};

/// Exit text: one MLIR module of the func, arith, math, scf, cf, memref, vector and llvm dialects.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// Name in messages, for instance the model's.
    pub name: &'a str,
    /// The text, in generic or custom form.
    pub mlir: &'a str,
}

/// How hard LLVM tries.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum OptimizationLevel {
    /// Not at all; compiles fastest.
    O0,
    /// A little.
    O1,
    /// Like most compilers by default.
    O2,
    /// As far as it can.
    #[default]
    O3,
}

/// How to compile.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// The processor.
    pub target: &'a Target,
    /// LLVM's effort.
    pub level: OptimizationLevel,
    /// What the names of public functions get at their end, so that a model can hold several versions of them.
    pub suffix: &'a str,
    /// How many threads to use, at least 1. The result does not depend on it.
    pub threads: usize,
    /// Where to look for objects made before.
    pub cache: Option<&'a ObjectCache>,
}

/// An ELF object in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectFile {
    /// File name, for messages and archives.
    pub name: String,
    /// Contents.
    pub bytes: Vec<u8>,
}

/// A stage whose text can be looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The llvm dialect, as `mlir-translate-22 --mlir-to-llvmir` takes it.
    LlvmDialect,
    /// Optimized LLVM IR, as `llc-22` takes it.
    LlvmIr,
    /// Assembly.
    Assembly,
}

/// Stack of the threads that run LLVM, which recurses deeply on long chains of values.
const STACK_BYTES: usize = 64 << 20;

/// Compiles a module to objects. The same source and options, threads and cache aside, give the same bytes.
pub fn compile(source: &Source, options: &Options) -> Result<Vec<ObjectFile>, CodegenError> {
    let mlir = Mlir::new(source.name, options.threads);
    let objects = compile_parts(&mlir, source, options).map_err(|error| with_reproducer(error, source, options));
    let objects = objects?.into_iter().enumerate();
    Ok(objects.map(|(index, bytes)| ObjectFile { name: format!("kernels.{index}.o"), bytes }).collect())
}

/// The text of a stage. The module is kept in one piece; it compiles to the same code as its parts.
pub fn print(source: &Source, options: &Options, stage: Stage) -> Result<String, CodegenError> {
    let mlir = Mlir::new(source.name, options.threads);
    print_stage(&mlir, source, options, stage).map_err(|error| with_reproducer(error, source, options))
}

fn compile_parts(mlir: &Mlir, source: &Source, options: &Options) -> Result<Vec<Vec<u8>>, CodegenError> {
    let parts = split::split(mlir.context(), mlir.parse(source.mlir)?)?;
    // Longest first, so that no thread is left with a long part at the end.
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|index| std::cmp::Reverse(parts[*index].weight));
    let mut results: Vec<_> = parts.iter().map(|_| None).collect();
    let mut parts: Vec<_> = parts.into_iter().map(Some).collect();
    let queue = Mutex::new(order.into_iter().filter_map(|index| Some((index, parts[index].take()?))));
    let finished = Mutex::new(&mut results);
    let work = || {
        loop {
            let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
            let Some((index, part)) = next else { break };
            let object = compile_part(mlir, part, options);
            finished.lock().unwrap_or_else(PoisonError::into_inner)[index] = Some(object);
        }
    };
    thread::scope(|scope| {
        for _ in 0..options.threads.max(1) {
            let worker = thread::Builder::new().stack_size(STACK_BYTES).spawn_scoped(scope, work);
            worker.map_err(|error| CodegenError::new(Step::Lower, format!("cannot start a thread: {error}")))?;
        }
        Ok(())
    })?;
    results.into_iter().flatten().collect()
}

fn compile_part(mlir: &Mlir, mut part: Part, options: &Options) -> Result<Vec<u8>, CodegenError> {
    let Some(cache) = options.cache else { return compile_lowered(mlir, &mut part, options) };
    let key = ObjectCache::key(&text_of(&part)?, options);
    if let Some(object) = cache.find(&key) {
        return Ok(object);
    }
    let object = compile_lowered(mlir, &mut part, options)?;
    cache.insert(&key, &object);
    Ok(object)
}

fn compile_lowered(mlir: &Mlir, part: &mut Part, options: &Options) -> Result<Vec<u8>, CodegenError> {
    mlir.lower(&mut part.module)?;
    let emitter = Emitter::new(options)?;
    let context = Context::create();
    let module = emitter.translate(mlir, part, &context)?;
    emitter.optimize(&module)?;
    emitter.object(&module)
}

fn print_stage(mlir: &Mlir, source: &Source, options: &Options, stage: Stage) -> Result<String, CodegenError> {
    let mut part = split::whole(mlir.parse(source.mlir)?)?;
    mlir.lower(&mut part.module)?;
    if stage == Stage::LlvmDialect {
        return text_of(&part);
    }
    let emitter = Emitter::new(options)?;
    let context = Context::create();
    let module = emitter.translate(mlir, &part, &context)?;
    emitter.optimize(&module)?;
    match stage {
        Stage::Assembly => emitter.assembly(&module),
        Stage::LlvmDialect | Stage::LlvmIr => Ok(module.print_to_string().to_string()),
    }
}

fn text_of(part: &Part) -> Result<String, CodegenError> {
    let text = part.module.as_operation().to_string_with_flags(OperationPrintingFlags::new());
    text.map_err(|error| CodegenError::new(Step::Lower, error.to_string()))
}

/// Adds the text and the command that fails on it. The command comes last, so that locations stay right.
fn with_reproducer(mut error: CodegenError, source: &Source, options: &Options) -> CodegenError {
    let command = match error.step {
        Step::Parse | Step::Split => "mlir-opt-22 FILE".to_owned(),
        Step::Lower => format!("mlir-opt-22 FILE --pass-pipeline='{LOWERING_PIPELINE}'"),
        Step::Translate => {
            format!("mlir-opt-22 FILE --pass-pipeline='{LOWERING_PIPELINE}' | mlir-translate-22 --mlir-to-llvmir")
        }
        Step::Optimize | Step::Emit => format!(
            "mlir-opt-22 FILE --pass-pipeline='{LOWERING_PIPELINE}' | mlir-translate-22 --mlir-to-llvmir \
             | opt-22 -{:?} -mtriple={triple} -mcpu={cpu} -mattr={features} \
             | llc-22 -{:?} -mtriple={triple} -mcpu={cpu} -mattr={features} -relocation-model=pic",
            options.level,
            options.level,
            triple = options.target.triple,
            cpu = options.target.cpu,
            features = options.target.features,
        ),
        Step::File | Step::Link => return error,
    };
    error.reproducer = Some(format!("{}\n// {command}\n", source.mlir.trim_end()));
    error
}
