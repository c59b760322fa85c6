//! Random graphs, compiled with and without optimization, against the interpreter.
//!
//! `KILN_RANDOM_SEEDS=0..20000` names the seeds, each of which is a graph; a few if not given. A failure tells its seed;
//! its graph goes into the folder `KILN_RANDOM_FOLDER`, where `kiln check` and `kiln reduce` can take it on.

use kiln_diag::Sink;
use kiln_driver::{OptimizationLevel, Planning, Precision, Request, Silent, generate, resolve_target, run};
use kiln_interp::Interpreter;
use kiln_ir::{Module, SymbolValues};
use kiln_random::{Random, RandomGraph};
use kiln_registry::{dialects, pipeline};
use kiln_runtime::{Model, RunOptions};
use kiln_tensor::{Tensor, scalar};
use libtest_mimic::{Failed, Trial};
use std::ops::Range;
use std::panic::catch_unwind;
use std::path::Path;

const LEVELS: [OptimizationLevel; 2] = [OptimizationLevel::O0, OptimizationLevel::O3];

/// How many seeds a trial runs.
const BATCH: u64 = 25;

/// One trial for each batch of seeds: `random/0..25`.
pub fn trials() -> Vec<Trial> {
    let seeds = std::env::var("KILN_RANDOM_SEEDS").unwrap_or("0..100".into());
    let (first, end) = seeds.split_once("..").expect("KILN_RANDOM_SEEDS is a range");
    let (first, end) = (first.parse::<u64>().expect("a seed"), end.parse::<u64>().expect("a seed"));
    let batches = (first..end).step_by(BATCH as usize).map(|first| first..end.min(first + BATCH));
    batches.map(|seeds| Trial::test(format!("random/{seeds:?}"), move || check_all(seeds))).collect()
}

fn check_all(seeds: Range<u64>) -> Result<(), Failed> {
    let mut failures = Vec::new();
    for seed in seeds {
        if let Err(reason) = catch_unwind(|| check(seed)).unwrap_or_else(|_| Err("panic".into())) {
            failures.push(format!("seed {seed}: {reason}"));
            keep(seed);
        }
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n").into()) }
}

/// Writes the graph of a seed into the folder for graphs that failed, if there is one.
fn keep(seed: u64) {
    if let Ok(folder) = std::env::var("KILN_RANDOM_FOLDER") {
        let module = kiln_random::generate(seed, &dialects()).module;
        let options = kiln_syntax::PrintOptions { resources: Some(usize::MAX), ..Default::default() };
        let text = kiln_syntax::print(&module, module.top(), &options);
        std::fs::write(Path::new(&folder).join(format!("{seed}.mlir")), text).expect("writable");
    }
}

fn check(seed: u64) -> Result<(), String> {
    let graph = kiln_random::generate(seed, &dialects());
    if let Some(error) = kiln_ir::verify(&graph.module, graph.module.top()).first() {
        return Err(format!("the graph is not valid: {}", error.message));
    }
    let folder = tempfile::tempdir().map_err(|error| error.to_string())?;
    for level in LEVELS {
        let model = compile(&graph.module, level, folder.path()).map_err(|reason| format!("{level:?}: {reason}"))?;
        for symbols in &graph.assignments {
            compare_run(&graph, symbols, &model, seed).map_err(|reason| format!("{level:?} {symbols:?}: {reason}"))?;
        }
    }
    Ok(())
}

fn compile(module: &Module, level: OptimizationLevel, folder: &Path) -> Result<Model, String> {
    let sink = Sink::new();
    let failure = |sink: &Sink| sink.take().first().map_or(String::new(), |diagnostic| diagnostic.message.clone());
    let target = resolve_target(None, None)?;
    let mut module = module.clone();
    run(&mut module, &pipeline::optimization(level, Precision::Default), &sink).ok_or_else(|| failure(&sink))?;
    run(&mut module, &pipeline::lowering(&target, Precision::Default, &Planning::default()), &sink)
        .ok_or_else(|| failure(&sink))?;
    let path = folder.join(format!("{level:?}.so"));
    let request = Request { output: Some(path.clone()), level, ..Request::new("random".into(), vec![target]) };
    generate(&request, &module, &sink, &Silent).ok_or_else(|| failure(&sink))?;
    Model::open(&path).map_err(|error| error.to_string())
}

fn compare_run(graph: &RandomGraph, symbols: &SymbolValues, model: &Model, seed: u64) -> Result<(), String> {
    let inputs = graph.inputs(symbols, &mut Random::new(seed));
    let interpreter = Interpreter::new(&graph.module).map_err(|error| error.to_string())?;
    let expected = interpreter.run(&inputs).map_err(|error| format!("interpreter: {error}"))?;
    let disturbed = with_perturbed_constants(&graph.module);
    let neighbor = Interpreter::new(&disturbed).map_err(|error| error.to_string())?;
    let nearby = neighbor.run(&perturbed(&inputs)).map_err(|error| format!("interpreter: {error}"))?;
    let found = model.run(&inputs, &RunOptions { threads: 2 }).map_err(|error| error.to_string())?;
    for (index, (expected, (nearby, found))) in expected.iter().zip(nearby.iter().zip(&found)).enumerate() {
        compare(expected, nearby, found).map_err(|reason| format!("output {index}: {reason}"))?;
    }
    Ok(())
}

/// The floats a little larger or smaller: how much results change tells how much rounding may change them.
fn perturbed(inputs: &[Tensor]) -> Vec<Tensor> {
    inputs.iter().map(|input| nearby(input).unwrap_or_else(|| input.clone())).collect()
}

/// The graph with its constants perturbed, too: what they meet may not depend on the inputs' last digits.
fn with_perturbed_constants(module: &Module) -> Module {
    let mut module = module.clone();
    for op in module.ops_named(module.top(), "graph.constant") {
        let tensor = module.constant_tensor(module.result(op, 0));
        // One number alone is mostly a parameter of a formula.
        let Some(tensor) = tensor.filter(|tensor| tensor.len() > 1).and_then(|tensor| nearby(&tensor)) else {
            continue;
        };
        let value = module.tensor_attribute(tensor);
        module.set_attribute(op, "value", value);
    }
    module
}

/// Each element for itself, for many functions do not see what all of them share; `None` where there are no floats.
fn nearby(tensor: &Tensor) -> Option<Tensor> {
    if !tensor.element().is_float() {
        return None;
    }
    let mut random = Random::new(tensor.len() as u64);
    let mut nearby = |value: f64| value * (1.0 + random.pick(&[-1e-6, 1e-6]));
    let values: Vec<f64> = numbers(tensor).into_iter().map(&mut nearby).collect();
    Some(scalar::from_floats(tensor.element(), tensor.shape(), values).expect("the element type is real"))
}

fn compare(expected: &Tensor, nearby: &Tensor, found: &Tensor) -> Result<(), String> {
    if expected.shape() != found.shape() || expected.element() != found.element() {
        return Err(format!("expected shape {:?}, found {:?}", expected.shape(), found.shape()));
    }
    let is_float = expected.element().is_float();
    let (expected, nearby, found) = (numbers(expected), numbers(nearby), numbers(found));
    // Inputs are of magnitude one, so that a result of small numbers is a difference of larger ones.
    let largest = expected.iter().copied().filter(|value| value.is_finite()).fold(1.0, |a: f64, b| a.max(b.abs()));
    let spread = expected.iter().zip(&nearby).map(|(a, b)| (a - b).abs()).filter(|d| d.is_finite()).fold(0.0, f64::max);
    let tolerance = if is_float { 1e-5 * largest + 10.0 * spread } else { 0.0 };
    for (index, (&expected, &found)) in expected.iter().zip(&found).enumerate() {
        let same = expected == found || expected.is_nan() && found.is_nan() || (expected - found).abs() <= tolerance;
        if !same {
            return Err(format!("element {index}: expected {expected}, found {found} (tolerance {tolerance:.1e})"));
        }
    }
    Ok(())
}

fn numbers(tensor: &Tensor) -> Vec<f64> {
    scalar::scalars(tensor).unwrap_or_default().into_iter().map(|scalar| scalar.to_f64()).collect()
}
