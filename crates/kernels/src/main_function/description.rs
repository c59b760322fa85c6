//! What a model takes and gives, as data for its metadata.

use super::launches::{LAUNCHES, LaunchDescription};
use kiln_func::STATE;
use kiln_graph::BindView;
use kiln_ir::{Attribute, BoundedSymbol, DimExpr, Module, Op, Type, TypeKind, bounded_symbols, set_bounded_symbols};
use kiln_schedule::{STRING_ARGUMENTS, STRING_RESULTS};
use kiln_tensor::{ElementType, Tensor};

/// Inputs, outputs and symbols of a model.
#[derive(Clone, Debug)]
pub struct ModelDescription {
    /// The symbols in the order of the array given to `kiln_gen_run`: those that inputs bind, then those that data gives.
    pub symbols: Vec<String>,
    /// How many of them inputs bind.
    pub input_symbols: usize,
    /// Those of which a call may only give values within bounds.
    pub bounded: Vec<BoundedSymbol>,
    /// The inputs, in order.
    pub inputs: Vec<TensorDescription>,
    /// The outputs, in order.
    pub outputs: Vec<TensorDescription>,
    /// What tensors begin with which the model remembers from one run to the next: the last inputs, which are the last
    /// outputs of the run before.
    pub states: Vec<Tensor>,
    /// Names of nodes that kernels may report, by number.
    pub nodes: Vec<String>,
    /// The launches of kernels, by number.
    pub launches: Vec<LaunchDescription>,
}

/// One input or output.
#[derive(Clone, Debug)]
pub struct TensorDescription {
    /// Its name in the model.
    pub name: String,
    /// Its element type.
    pub element: ElementType,
    /// Its axes, outermost first.
    pub axes: Vec<AxisDescription>,
}

/// One axis.
#[derive(Clone, Copy, Debug)]
pub struct AxisDescription {
    /// The extent over the model's symbols.
    pub extent: DimExpr,
}

impl ModelDescription {
    /// Reads the signature of `main`, or of a module that `main` was lowered in.
    ///
    /// # Errors
    /// When a type is no tensor of known rank and extents, or an output's extent is bound by no input.
    pub fn of(module: &Module, main: Op) -> Result<ModelDescription, String> {
        let ty = module.attribute(main, "function_type").and_then(Attribute::as_type);
        let Some(TypeKind::Function { inputs, results }) = ty.map(Type::kind) else {
            return Err("main has no function type".into());
        };
        let names = |attribute: &str, prefix: &str, count: usize| {
            let given = module.attribute(main, attribute).and_then(Attribute::as_strs).unwrap_or_default();
            (0..count).map(|i| given.get(i).map_or_else(|| format!("{prefix}{i}"), |name| (*name).into())).collect()
        };
        let input_names: Vec<String> = names("arg_names", "input", inputs.len());
        let output_names: Vec<String> = names("res_names", "output", results.len());
        let strings = |name: &str| module.attributes(main).i64s(name).unwrap_or_default();
        let inputs = describe(input_names, inputs, &strings(STRING_ARGUMENTS))?;
        let outputs = describe(output_names, results, &strings(STRING_RESULTS))?;
        let states = describe_states(module, main, &inputs, &outputs)?;
        let mut symbols: Vec<String> = Vec::new();
        for symbol in inputs.iter().flat_map(|input| &input.axes).filter_map(|axis| axis.extent.as_symbol()) {
            if !symbols.iter().any(|known| symbol == known.as_str()) {
                symbols.push(symbol.as_str().into());
            }
        }
        let input_symbols = symbols.len();
        symbols.extend(data_symbols(module, main));
        for tensor in inputs.iter().chain(&outputs) {
            for symbol in tensor.axes.iter().flat_map(|axis| axis.extent.symbols()) {
                if !symbols.iter().any(|known| symbol == known.as_str()) {
                    return Err(format!("nothing gives the symbol {symbol} its value, which {} needs", tensor.name));
                }
            }
        }
        let nodes = module.attribute(main, "nodes").and_then(Attribute::as_strs).unwrap_or_default();
        let nodes = nodes.into_iter().map(String::from).collect();
        let launches = LaunchDescription::of(module, main);
        let bounded = bounded_symbols(module, main);
        Ok(ModelDescription { symbols, input_symbols, bounded, inputs, outputs, states, nodes, launches })
    }

    /// Whether data gives any of a tensor's extents.
    pub fn depends_on_data(&self, tensor: &TensorDescription) -> bool {
        let data = &self.symbols[self.input_symbols..];
        let mut symbols = tensor.axes.iter().flat_map(|axis| axis.extent.symbols());
        symbols.any(|symbol| data.iter().any(|name| symbol == name.as_str()))
    }

    /// Notes on `main` the symbols that data gives.
    pub(super) fn note_data_symbols(module: &mut Module, main: Op) {
        let symbols: Vec<Attribute> = data_symbols(module, main).iter().map(|name| Attribute::string(name)).collect();
        module.set_attribute(main, DATA_SYMBOLS, symbols);
    }

    /// Notes on `main` the names of the nodes that kernels may report.
    pub(super) fn note_nodes(module: &mut Module, main: Op) {
        let names: Vec<Attribute> = node_names(module, main).iter().map(|name| Attribute::string(name)).collect();
        module.set_attribute(main, "nodes", names);
    }

    /// Copies what describes the model from `main` to the module, where [`ModelDescription::of`] finds it, too.
    pub(super) fn keep(module: &mut Module, main: Op) {
        let signature = ["function_type", "arg_names", "res_names", STRING_ARGUMENTS, STRING_RESULTS];
        for name in signature.into_iter().chain(["nodes", DATA_SYMBOLS, LAUNCHES, STATE]) {
            if let Some(value) = module.attribute(main, name) {
                module.set_attribute(module.top(), name, value);
            }
        }
        let bounded = bounded_symbols(module, main);
        if !bounded.is_empty() {
            set_bounded_symbols(module, module.top(), &bounded);
        }
    }
}

/// The initial values of what the model remembers, which are of the types of the last inputs and of the last outputs.
fn describe_states(
    module: &Module,
    main: Op,
    inputs: &[TensorDescription],
    outputs: &[TensorDescription],
) -> Result<Vec<Tensor>, String> {
    let initial = module.attribute(main, STATE).and_then(Attribute::as_array).unwrap_or_default();
    let (Some(first_input), Some(first_output)) =
        (inputs.len().checked_sub(initial.len()), outputs.len().checked_sub(initial.len()))
    else {
        return Err("main has more state than inputs or outputs".into());
    };
    let mut states = Vec::new();
    for (index, &initial) in initial.iter().enumerate() {
        let name = &inputs[first_input + index].name;
        let tensor = module.attribute_tensor(initial).ok_or_else(|| format!("state {name} has no initial value"))?;
        for described in [&inputs[first_input + index], &outputs[first_output + index]] {
            let shape: Option<Vec<i64>> = described.axes.iter().map(|axis| axis.extent.as_constant()).collect();
            let own: Vec<i64> = tensor.shape().iter().map(|&extent| extent as i64).collect();
            if shape != Some(own) || described.element != tensor.element() {
                return Err(format!("state {name} is not of the type of its initial value, or its shape is not fixed"));
            }
        }
        states.push(tensor);
    }
    Ok(states)
}

/// The attribute that keeps the names of the symbols that data gives.
const DATA_SYMBOLS: &str = "data_symbols";

/// The symbols that data gives: noted, or those of a function that is not lowered.
fn data_symbols(module: &Module, main: Op) -> Vec<String> {
    match module.attribute(main, DATA_SYMBOLS).and_then(Attribute::as_strs) {
        Some(noted) => noted.into_iter().map(String::from).collect(),
        None => {
            let symbols = BindView::all(module, main).into_iter().flat_map(|bind| bind.symbols);
            symbols.map(|symbol| symbol.as_str().into()).collect()
        }
    }
}

/// Those of `types` whose numbers are in `strings` are the addresses of strings.
fn describe(names: Vec<String>, types: &[Type], strings: &[i64]) -> Result<Vec<TensorDescription>, String> {
    let describe = |(index, (name, ty)): (usize, (String, &Type))| {
        let tensor = ty.as_tensor().ok_or_else(|| format!("{name} is {ty}, not a tensor"))?;
        let element = ty.element().ok_or_else(|| format!("{name} has elements of type {}", tensor.element))?;
        let element = if strings.contains(&(index as i64)) { ElementType::String } else { element };
        let extent = |dim: &kiln_ir::Dim| dim.expr().map(|extent| AxisDescription { extent });
        let axes: Option<Vec<AxisDescription>> = tensor.shape.iter().map(extent).collect();
        let axes = axes.ok_or_else(|| format!("{name} has an unknown extent"))?;
        Ok(TensorDescription { name, element, axes })
    };
    names.into_iter().zip(types).enumerate().map(describe).collect()
}

/// The distinct names of the nodes that fusions come from, in order of the fusions: a kernel that fails reports the
/// number of its fusion's name.
fn node_names(module: &Module, main: Op) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for op in reporting_ops(module, main) {
        let name = node_name(module, op);
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The ops that may report a failure: every kernel, and what must be compared before they run.
pub(super) fn reporting_ops(module: &Module, main: Op) -> Vec<Op> {
    let mut ops = module.ops_named(main, "graph.fusion");
    ops.extend(module.ops_named(main, kiln_graph::BIND_EXTENTS));
    ops.extend(super::agreement::agreements(module, main).into_iter().map(|agreement| agreement.op));
    ops
}

/// The name of the node an op comes from.
pub(super) fn node_name(module: &Module, op: Op) -> String {
    let name = module.location(op).find_name();
    name.map_or_else(|| "unnamed node".into(), |name| name.as_str().into())
}
