//! A compiled model against the reference interpreter, layer by layer.
//!
//! Two compilations are compared. One is the model as users get it: its outputs against the interpreter's, run on the
//! graph as converted, before any optimization. The other has every layer of the optimized graph as an output, so that a
//! difference shows where it arises; layers that are outputs are fused less, so this one alone would prove too little.

use crate::compile::{about, compile_model, conversion, import, run};
use crate::stages::succeeded;
use crate::{Progress, Request, generate};
use kiln_diag::{Diagnostic, Place, Sink};
use kiln_interp::Interpreter;
use kiln_ir::{Attribute, Module, Op, Type, TypeKind, Value};
use kiln_pass::PassManager;
use kiln_registry::pipeline;
use kiln_runtime::{Model, RunOptions, TensorInfo};
use kiln_tensor::scalar::scalars;
use kiln_tensor::{ElementType, Tensor};
use std::path::Path;

/// What was compared.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// The outputs of the model as users get it.
    pub outputs: Vec<Comparison>,
    /// The layers of the optimized graph, in order.
    pub layers: Vec<Comparison>,
}

/// One tensor, compiled and interpreted.
#[derive(Clone, Debug, PartialEq)]
pub struct Comparison {
    /// The output's name, or that of the node that the layer comes from.
    pub name: String,
    /// The op that computes a layer; empty for outputs.
    pub op: String,
    /// Type of the elements.
    pub element_type: ElementType,
    /// Extents.
    pub shape: Vec<usize>,
    /// The largest difference of two elements, relative to the largest element of the interpreter's; infinite where only
    /// one of the two is a number, or the shapes differ.
    pub difference: f64,
}

/// Compiles the model twice into `directory`, runs it on what `inputs` makes for its signature, and compares. `None` if
/// there were errors, which are in `sink`.
pub fn check(
    request: &Request,
    directory: &Path,
    inputs: impl FnOnce(&[TensorInfo]) -> Option<Vec<Tensor>>,
    sink: &Sink,
    progress: &dyn Progress,
) -> Option<CheckReport> {
    about(&request.model, sink, |sink| check_model(request, directory, inputs, sink, progress))
}

fn check_model(
    request: &Request,
    directory: &Path,
    inputs: impl FnOnce(&[TensorInfo]) -> Option<Vec<Tensor>>,
    sink: &Sink,
    progress: &dyn Progress,
) -> Option<CheckReport> {
    let whole = Request { output: Some(directory.join("whole.so")), ..request.clone() };
    compile_model(&whole, sink, progress)?;
    let model = open(&whole, sink)?;
    let inputs = inputs(model.inputs())?;
    let found = execute(&model, &inputs, request, sink)?;

    let mut module = import(&request.model, request, sink)?;
    let _ = succeeded(&PassManager::new(conversion(request, &module)), &mut module, sink)?;
    progress.begin("interpret");
    // From here on what the model remembers is passed in, and comes out.
    let state = kiln_func::find_function(&module, "main").map(|main| kiln_func::initial_state(&module, main));
    let all = [inputs.as_slice(), &state.unwrap_or_default()].concat();
    let expected = interpret(&module, &all, sink)?;
    let names = model.outputs().iter().map(|info| (info.name.clone(), String::new()));
    let outputs = compare(names, &found, &expected);
    drop(model);

    run(&mut module, &pipeline::optimization(request.level, request.precision), sink)?;
    if let Some(main) = kiln_func::find_function(&module, "main") {
        module.remove_attribute(main, kiln_func::STATE);
    }
    let layers = expose_layers(&mut module);
    progress.begin("interpret layers");
    let expected = interpret(&module, &all, sink)?;
    let each = Request { output: Some(directory.join("layers.so")), ..request.clone() };
    progress.begin("compile layers");
    run(&mut module, &pipeline::lowering(request.target(), request.precision, &request.planning), sink)?;
    generate(&each, &module, sink, progress)?;
    let found = execute(&open(&each, sink)?, &all, request, sink)?;
    Some(CheckReport { outputs, layers: compare(layers, &found, &expected) })
}

fn open(request: &Request, sink: &Sink) -> Option<Model> {
    let opened = Model::open(request.output.as_deref().unwrap_or(Path::new("model.so")));
    opened.map_err(|error| report(sink, request, error.to_string())).ok()
}

fn execute(model: &Model, inputs: &[Tensor], request: &Request, sink: &Sink) -> Option<Vec<Tensor>> {
    model.run(inputs, &RunOptions::default()).map_err(|error| report(sink, request, error.to_string())).ok()
}

fn interpret(module: &Module, inputs: &[Tensor], sink: &Sink) -> Option<Vec<Tensor>> {
    let outputs = Interpreter::new(module).and_then(|interpreter| interpreter.run(inputs));
    let failed = |error: kiln_interp::InterpError| {
        sink.report(Diagnostic::error(Place::Nowhere, format!("the interpreter stopped: {error}")));
    };
    outputs.map_err(failed).ok()
}

fn report(sink: &Sink, request: &Request, message: String) {
    sink.report(Diagnostic::error(Place::File(request.model.display().to_string()), message));
}

/// Makes every layer of `@main` an output; names and ops of all outputs then. What `@main` returned before comes first.
fn expose_layers(module: &mut Module) -> Vec<(String, String)> {
    let Some(main) = kiln_func::find_function(module, "main") else { return Vec::new() };
    let block = module.region_block(main, 0);
    let Some(terminator) = module.last_op(block) else { return Vec::new() };
    let mut values = module.operands(terminator).to_vec();
    let symbols = input_symbols(module, block);
    for op in module.ops_of(block) {
        // A constant is no layer, and an extent that only data knows cannot be an output's.
        let is_layer = op != terminator && !module.operands(op).is_empty();
        for result in module.results(op).to_vec() {
            if is_layer && !values.contains(&result) && is_describable(module.ty(result), &symbols) {
                values.push(result);
            }
        }
    }
    module.set_operands(terminator, &values);
    let describe = |(index, &value): (usize, &Value)| layer_name(module, index, value);
    let names: Vec<(String, String)> = values.iter().enumerate().map(describe).collect();
    set_outputs(module, main, &values);
    names
}

/// Symbols that the shapes of inputs bind.
fn input_symbols(module: &Module, block: kiln_ir::Block) -> Vec<kiln_ir::Name> {
    let types = module.arguments(block).iter().map(|&argument| module.ty(argument));
    types
        .filter_map(|ty| ty.as_tensor())
        .flat_map(|tensor| &tensor.shape)
        .filter_map(|dim| dim.expr()?.as_symbol())
        .collect()
}

fn is_describable(ty: Type, symbols: &[kiln_ir::Name]) -> bool {
    let has_elements = ty.element().is_some_and(|element| element != ElementType::String);
    let is_known = |dim: &kiln_ir::Dim| {
        dim.expr().is_some_and(|expr| expr.symbols().iter().all(|symbol| symbols.contains(symbol)))
    };
    has_elements && ty.as_tensor().is_some_and(|tensor| tensor.shape.iter().all(is_known))
}

/// The name of the node that a value comes from, and the op that computes it.
fn layer_name(module: &Module, index: usize, value: Value) -> (String, String) {
    let Some(op) = module.defining_op(value) else { return (format!("argument {index}"), String::new()) };
    let name = module.location(op).find_name();
    (
        name.map_or_else(|| format!("layer {index}"), |name| name.as_str().to_owned()),
        module.name(op).as_str().to_owned(),
    )
}

/// Sets the signature of `main` to its arguments and `values`.
fn set_outputs(module: &mut Module, main: Op, values: &[Value]) {
    let inputs = match module.attribute(main, "function_type").and_then(Attribute::as_type).map(Type::kind) {
        Some(TypeKind::Function { inputs, .. }) => inputs.clone(),
        _ => Default::default(),
    };
    let results: Vec<Type> = values.iter().map(|&value| module.ty(value)).collect();
    module.set_attribute(main, "function_type", Type::function(&inputs, &results));
    let names: Vec<Attribute> = (0..values.len()).map(|index| Attribute::string(&format!("layer{index}"))).collect();
    module.set_attribute(main, "res_names", names);
}

fn compare(
    names: impl IntoIterator<Item = (String, String)>,
    found: &[Tensor],
    expected: &[Tensor],
) -> Vec<Comparison> {
    let tensors = found.iter().zip(expected);
    let compare = |((name, op), (found, expected)): ((String, String), (&Tensor, &Tensor))| Comparison {
        name,
        op,
        element_type: expected.element(),
        shape: expected.shape().to_vec(),
        difference: difference(found, expected),
    };
    names.into_iter().zip(tensors).map(compare).collect()
}

/// See [`Comparison::difference`].
fn difference(found: &Tensor, expected: &Tensor) -> f64 {
    if found == expected {
        return 0.0;
    }
    if found.shape() != expected.shape() || found.element() != expected.element() {
        return f64::INFINITY;
    }
    let (Some(found), Some(expected)) = (scalars(found), scalars(expected)) else { return f64::INFINITY };
    let (mut largest, mut scale) = (0f64, 0f64);
    for (found, expected) in found.iter().zip(&expected) {
        let (found, expected) = (found.to_f64(), expected.to_f64());
        if found == expected || (found.is_nan() && expected.is_nan()) {
            scale = if expected.is_finite() { scale.max(expected.abs()) } else { scale };
        } else if found.is_finite() && expected.is_finite() {
            scale = scale.max(expected.abs());
            largest = largest.max((found - expected).abs());
        } else {
            return f64::INFINITY;
        }
    }
    if largest == 0.0 { 0.0 } else { largest / scale.max(f64::MIN_POSITIVE) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn differences_are_relative_to_the_largest_element() {
        let tensor = |values: &[f32]| Tensor::from_values(&[values.len()], values);
        assert_eq!(difference(&tensor(&[1.0, 4.0]), &tensor(&[1.0, 4.0])), 0.0);
        assert_eq!(difference(&tensor(&[1.0, 4.0]), &tensor(&[2.0, 4.0])), 0.25);
        assert_eq!(difference(&tensor(&[f32::NAN, 4.0]), &tensor(&[f32::NAN, 2.0])), 1.0);
        assert_eq!(difference(&tensor(&[f32::INFINITY]), &tensor(&[f32::INFINITY])), 0.0);
        assert_eq!(difference(&tensor(&[f32::NAN]), &tensor(&[1.0])), f64::INFINITY);
        assert_eq!(difference(&tensor(&[1.0]), &tensor(&[1.0, 2.0])), f64::INFINITY);
    }
}
