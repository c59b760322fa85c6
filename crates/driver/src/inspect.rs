//! What a model file holds, without compiling it.

use crate::Request;
use crate::compile::{about, import_files, run};
use kiln_diag::Sink;
use kiln_ir::{Attribute, DimExpr, Module, Op, Traits};
use kiln_kernels::main_function::{ModelDescription, TensorDescription};
use kiln_registry::pipeline;
use kiln_runtime::{Dim, TensorInfo};
use std::collections::BTreeMap;

/// What a model file holds.
#[derive(Clone, Debug)]
pub struct ModelInventory {
    /// Its format, with the files that were read besides its own.
    pub format: String,
    /// Inputs, in order.
    pub inputs: Vec<TensorInfo>,
    /// Outputs, in order.
    pub outputs: Vec<TensorInfo>,
    /// What it remembers from one run to the next.
    pub state: Vec<TensorInfo>,
    /// How often each operator of the model's framework is used, by name.
    pub operators: BTreeMap<String, usize>,
    /// Elements of its constants.
    pub parameters: u64,
    /// Bytes of its constants.
    pub parameter_bytes: u64,
    /// Floating-point operations of a run, over its symbols: see [`kiln_measure::operations`].
    pub operations: Option<DimExpr>,
    /// Bytes that hold all that a run computes, over its symbols, when it is compiled for the request's target; `None`
    /// when it cannot be.
    pub workspace: Option<DimExpr>,
}

/// Reads the model; `None` if there were errors, which are in `sink`.
pub fn inspect(request: &Request, sink: &Sink) -> Option<ModelInventory> {
    about(&request.model, sink, |sink| inspect_model(request, sink))
}

fn inspect_model(request: &Request, sink: &Sink) -> Option<ModelInventory> {
    let (mut module, origin) = import_files(&request.model, request, sink)?;
    let format = origin.describe();
    let operators = count_operators(&module);
    run(&mut module, pipeline::conversion(), sink)?;
    let description = find_main(&module).and_then(|main| ModelDescription::of(&module, main).ok());
    let (mut inputs, mut outputs, mut state) = (Vec::new(), Vec::new(), Vec::new());
    if let Some(description) = description {
        inputs = tensor_infos(&description, &description.inputs);
        outputs = tensor_infos(&description, &description.outputs);
        state = inputs.split_off(inputs.len() - description.states.len());
        outputs.truncate(outputs.len() - description.states.len());
    }
    run(&mut module, &pipeline::optimization(request.level, request.precision), sink)?;
    let (parameters, parameter_bytes) = count_parameters(&module);
    let operations = find_main(&module).and_then(|main| kiln_measure::operations(&module, main));
    // What lowering does not know yet is no fault of the file's: there is just no number then.
    let workspace = plan_memory(&mut module, request, &Sink::new());
    Some(ModelInventory {
        format,
        inputs,
        outputs,
        state,
        operators,
        parameters,
        parameter_bytes,
        operations,
        workspace,
    })
}

fn find_main(module: &Module) -> Option<Op> {
    kiln_func::find_function(module, "main")
}

fn count_operators(module: &Module) -> BTreeMap<String, usize> {
    let mut operators = BTreeMap::new();
    for op in module.walk(module.top()) {
        let name = module.name(op);
        // Functions, returns and constants are not what users look for.
        let Some((dialect, operator)) = name.as_str().split_once('.') else { continue };
        if kiln_formats::FORMATS.iter().any(|format| format.dialect == dialect)
            && !module.has_traits(op, Traits::CONSTANT_LIKE)
            && !module.has_traits(op, Traits::TERMINATOR)
            && operator != "none"
        {
            *operators.entry(operator.to_owned()).or_default() += 1;
        }
    }
    operators
}

/// Elements and bytes of all constants.
fn count_parameters(module: &Module) -> (u64, u64) {
    let results = module.walk(module.top()).into_iter().flat_map(|op| module.results(op).to_vec());
    let constants = results.filter_map(|result| module.constant_tensor(result));
    constants
        .fold((0, 0), |(elements, bytes), tensor| (elements + tensor.len() as u64, bytes + tensor.bytes().len() as u64))
}

fn plan_memory(module: &mut Module, request: &Request, sink: &Sink) -> Option<DimExpr> {
    run(module, &pipeline::planning(request.target(), &request.planning), sink)?;
    module.attribute(find_main(module)?, "arena_size").and_then(Attribute::as_dims)?.first()?.expr()
}

fn tensor_infos(description: &ModelDescription, tensors: &[TensorDescription]) -> Vec<TensorInfo> {
    let dim = |extent: DimExpr| match (extent.as_constant(), extent.as_symbol()) {
        (Some(extent), _) => Dim::Static(extent.unsigned_abs()),
        (None, Some(name)) => Dim::Symbol(name.as_str().into()),
        (None, None) => Dim::Expression(extent.to_string()),
    };
    let info = |tensor: &TensorDescription| TensorInfo {
        name: tensor.name.clone(),
        element_type: tensor.element,
        dims: tensor.axes.iter().map(|axis| dim(axis.extent)).collect(),
        depends_on_data: description.depends_on_data(tensor),
    };
    tensors.iter().map(info).collect()
}
