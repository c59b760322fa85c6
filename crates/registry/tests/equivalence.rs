//! What the passes' own tests show computes the same before and after: every function in `test/passes` that the
//! interpreter runs, as it is written and as the whole optimization leaves it.

use kiln_diag::Sink;
use kiln_interp::Interpreter;
use kiln_ir::{Module, Op};
use kiln_pass::{PassManager, Pipeline};
use kiln_random::Random;
use kiln_registry::pipeline::{OptimizationLevel, Precision, optimization};
use kiln_registry::{dialects, passes};
use kiln_tensor::scalar::{from_floats, from_integers, scalars};
use kiln_tensor::{ElementType, Tensor};
use std::fs;
use std::path::Path;

/// What rounding may change of numbers around one.
fn tolerance(element: ElementType) -> f64 {
    match element {
        ElementType::F16 | ElementType::BF16 => 1e-2,
        _ => 1e-4,
    }
}

/// Fewer functions than this would mean that the test no longer finds them.
const LEAST_FUNCTIONS: usize = 40;

fn optimize(module: &mut Module) -> Result<(), String> {
    let sink = Sink::new();
    let pipeline = Pipeline::parse(&optimization(OptimizationLevel::O3, Precision::Default), passes())
        .map_err(|error| error.message)?;
    let outcome = PassManager::new(pipeline).run(module, &sink, &mut std::io::sink());
    let messages = || sink.take().into_iter().map(|diagnostic| diagnostic.message).collect::<Vec<_>>().join("; ");
    if outcome.succeeded { Ok(()) } else { Err(messages()) }
}

/// The functions of a file, each in a module of its own, in which it is `@main`.
fn functions(path: &Path) -> Vec<(String, Module)> {
    let text = fs::read_to_string(path).expect("a test file is readable");
    let parts = text
        .split("// -----")
        .filter_map(|part| kiln_syntax::parse(part, &path.display().to_string(), &dialects(), &Sink::new()));
    parts.flat_map(|module| modules(&module)).collect()
}

fn modules(module: &Module) -> Vec<(String, Module)> {
    let names = |module: &Module| -> Vec<(Op, String)> {
        let functions = module.ops_of(module.body()).into_iter().filter(|&op| module.is(op, "func.func"));
        functions.filter_map(|op| Some((op, module.attributes(op).str("sym_name")?.to_owned()))).collect()
    };
    let alone = |(op, name): (Op, String)| {
        let mut module = module.clone();
        for (other, taken) in names(&module) {
            if taken == "main" && other != op {
                module.set_attribute(other, "sym_name", "another");
            }
        }
        module.set_attribute(op, "sym_name", "main");
        (name, module)
    };
    // A function that others call keeps its name.
    let has_calls = !module.ops_named(module.top(), kiln_func::CALL).is_empty();
    names(module).into_iter().filter(|(_, name)| !has_calls || name == "main").map(alone).collect()
}

/// Values for the parameters of `@main`; `None` if one has no static shape or is no tensor of numbers.
fn inputs(module: &Module) -> Option<Vec<Tensor>> {
    let main = kiln_func::find_function(module, "main")?;
    let mut random = Random::new(1);
    let tensor = |&argument: &kiln_ir::Value| {
        let ty = module.ty(argument);
        let (element, shape) = (ty.element()?, ty.as_tensor()?.static_shape()?);
        let count = shape.iter().product();
        if element.is_float() {
            let values: Vec<f64> = (0..count).map(|_| random.between(-2.0, 2.0)).collect();
            return from_floats(element, &shape, values).ok();
        }
        let values: Vec<i128> = (0..count).map(|_| random.below(2) as i128).collect();
        match element {
            ElementType::String => None,
            _ => from_integers(element, &shape, values).ok(),
        }
    };
    let body = module.entry_block(*module.regions(main).first()?)?;
    module.arguments(body).iter().map(tensor).collect()
}

/// What differs; `None` if the function cannot be run as it is.
fn compare(module: &Module) -> Option<Result<(), String>> {
    let inputs = inputs(module)?;
    let before = Interpreter::new(module).ok()?.run(&inputs).ok()?;
    Some(compare_optimized(module, &inputs, &before))
}

fn compare_optimized(module: &Module, inputs: &[Tensor], before: &[Tensor]) -> Result<(), String> {
    let mut optimized = module.clone();
    optimize(&mut optimized)?;
    let interpreter = Interpreter::new(&optimized).map_err(|error| error.to_string())?;
    let after = interpreter.run(inputs).map_err(|error| error.to_string())?;
    for (index, (before, after)) in before.iter().zip(&after).enumerate() {
        if (before.element(), before.shape()) != (after.element(), after.shape()) {
            return Err(format!("result {index} has become a tensor of shape {:?}", after.shape()));
        }
        let tolerance = tolerance(before.element());
        let (before, after) = (scalars(before).unwrap_or_default(), scalars(after).unwrap_or_default());
        for (place, (before, after)) in before.iter().zip(&after).enumerate() {
            let (before, after) = (before.to_f64(), after.to_f64());
            let same =
                before == after || before.is_nan() || (before - after).abs() <= tolerance * before.abs().max(1.0);
            if !same {
                return Err(format!("result {index}, element {place}: {before} becomes {after}"));
            }
        }
    }
    Ok(())
}

#[test]
fn what_passes_are_shown_on_computes_the_same_afterwards() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/passes");
    let mut paths: Vec<_> =
        fs::read_dir(folder).expect("the tests are there").flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut compared = 0;
    let mut problems = Vec::new();
    for path in paths {
        for (name, module) in functions(&path) {
            let Some(outcome) = compare(&module) else { continue };
            compared += 1;
            problems.extend(outcome.err().map(|reason| format!("{}: @{name}: {reason}", path.display())));
        }
    }
    assert!(problems.is_empty(), "{} of {compared}\n{}", problems.len(), problems.join("\n"));
    assert!(compared >= LEAST_FUNCTIONS, "only {compared} functions were found");
}
