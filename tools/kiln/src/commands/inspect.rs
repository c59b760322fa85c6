//! `kiln inspect MODEL`: a compiled model, or a model file.

use crate::failure::{Failure, show};
use crate::model_options::ModelOptions;
use crate::options::PartialShapeArgument;
use crate::output;
use crate::output::{bytes_text, table};
use clap::Args;
use kiln_diag::Sink;
use kiln_driver::{ModelInventory, Request, inspect, resolve_target};
use kiln_runtime::{Dim, ModelDescription, ModelFile, SymbolInfo, TensorInfo};
use serde_json::{Value, json};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Tells what a model takes, gives and needs: a compiled one, for whichever processor, or the file it is made of.
///
/// A compiled model is not executed. Of a model file, the operators are counted too.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kiln inspect model.so
  kiln inspect model.onnx --shape x=1x3x224x224
  kiln inspect model.so --json")]
pub struct InspectCommand {
    /// The model.
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// The shape of an input of a model file: numbers, names, bounds, or question marks for what stays as it is.
    #[arg(long = "shape", value_name = "NAME=1..8x3x?xwidth")]
    shapes: Vec<PartialShapeArgument>,

    #[command(flatten)]
    file: ModelOptions,

    /// Prints the result as JSON.
    #[arg(long)]
    json: bool,
}

impl InspectCommand {
    pub(crate) fn execute(self) -> Result<(), Failure> {
        if is_compiled(&self.model) || !self.model.is_file() && !self.model.is_dir() {
            let file = ModelFile::read(&self.model)?;
            return output::print(&if self.json { to_json(&file) } else { to_text(&file) });
        }
        let request = Request {
            shapes: self.shapes.iter().map(|shape| (shape.name.clone(), shape.extents.clone())).collect(),
            format: self.file.format,
            import: self.file.to_import()?,
            ..Request::new(self.model.clone(), vec![resolve_target(None, None).map_err(Failure::Usage)?])
        };
        let sink = Sink::new();
        let inventory = inspect(&request, &sink);
        let diagnostics = sink.take();
        let Some(inventory) = inventory else { return Err(Failure::Diagnosed(diagnostics)) };
        show(&diagnostics);
        output::print(&if self.json { inventory_json(&inventory) } else { inventory_text(&inventory) })
    }
}

/// Whether the file is an ELF object, which no format of models is.
fn is_compiled(path: &Path) -> bool {
    let mut start = [0; 4];
    File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok() && start == *b"\x7fELF"
}

fn inventory_text(model: &ModelInventory) -> String {
    let parameters = format!("{}, {}", model.parameters, bytes_text(model.parameter_bytes));
    let operations = model.operations.map_or("unknown".into(), |expr| match expr.as_constant() {
        Some(operations) => format!("{:.3} GFLOP a run", operations as f64 / 1e9),
        None => format!("{expr} a run"),
    });
    let workspace = model.workspace.map_or("unknown".into(), |expr| match expr.as_constant() {
        Some(bytes) => bytes_text(bytes.unsigned_abs()),
        None => "depends on the inputs' shapes".into(),
    });
    let facts = [
        ("format", model.format.clone()),
        ("parameters", parameters),
        ("operations", operations),
        ("workspace", workspace),
    ];
    let mut text: String = facts.iter().map(|(name, value)| format!("{name:<12} {value}\n")).collect();
    text += &tensor_tables(&[("input", &model.inputs), ("output", &model.outputs), ("state", &model.state)]);
    let mut operators: Vec<(&String, &usize)> = model.operators.iter().collect();
    // The most frequent first; names decide between equals.
    operators.sort_by_key(|&(name, count)| (std::cmp::Reverse(count), name));
    let rows: Vec<Vec<String>> =
        operators.iter().map(|(name, count)| vec![(*name).clone(), count.to_string()]).collect();
    text + &format!("\n{}", table(&["operator", "count"], &[false, true], &rows))
}

fn inventory_json(model: &ModelInventory) -> String {
    let tensors = |tensors: &[TensorInfo]| tensors.iter().map(tensor_json).collect::<Vec<_>>();
    let number = |expr: Option<kiln_ir::DimExpr>| expr.and_then(|expr| expr.as_constant());
    let result = json!({
        "format": model.format,
        "inputs": tensors(&model.inputs),
        "outputs": tensors(&model.outputs),
        "state": tensors(&model.state),
        "operators": model.operators,
        "parameters": model.parameters,
        "parameter_bytes": model.parameter_bytes,
        "operations": number(model.operations),
        "workspace_bytes": number(model.workspace),
    });
    format!("{result:#}\n")
}

fn to_text(file: &ModelFile) -> String {
    let model = file.description();
    let mut facts = vec![
        ("model", model.name.clone()),
        ("compiled by", model.producer.clone()),
        ("for", format!("{}, {}", model.target, file.cpus().join(" or "))),
        ("file", bytes_text(file.file_bytes)),
        ("weights", bytes_text(file.weight_bytes)),
    ];
    if file.versions.len() == 1 {
        facts.push(("workspace", workspace_text(model)));
        facts.push(("needs", needs_text(model)));
    }
    if let Some(operations) = model.operations {
        facts.push(("operations", format!("{:.3} GFLOP a run", operations as f64 / 1e9)));
    }
    let mut text: String = facts.iter().map(|(name, value)| format!("{name:<12} {value}\n")).collect();
    if file.versions.len() > 1 {
        let row = |(index, version): (usize, &ModelDescription)| {
            let needs = needs_besides(version, file.versions.get(index + 1));
            vec![version.cpu.clone(), bytes_text(version.weight_bytes), workspace_text(version), needs]
        };
        let rows: Vec<Vec<String>> = file.versions.iter().enumerate().map(row).collect();
        text += &format!("\n{}", table(&["code for", "weights", "workspace", "needs"], &[false; 4], &rows));
    }
    text += &tensor_tables(&[("input", &model.inputs), ("output", &model.outputs), ("state", &model.state)]);
    if !model.symbols.is_empty() {
        let rows: Vec<Vec<String>> = model.symbols.iter().map(symbol_row).collect();
        text += &format!("\n{}", table(&["symbol", "range", "known from"], &[false; 3], &rows));
    }
    text
}

fn workspace_text(model: &ModelDescription) -> String {
    model.workspace_bytes.map_or("depends on the inputs' shapes".into(), bytes_text)
}

/// What a machine must have.
fn needs_text(model: &ModelDescription) -> String {
    match model.requirements.is_empty() {
        true => "any processor of the target".into(),
        false => model.requirements.join(", "),
    }
}

/// What a machine must have, put shortly where that is all that another version needs, and more.
fn needs_besides(version: &ModelDescription, other: Option<&ModelDescription>) -> String {
    let includes =
        |other: &&ModelDescription| other.requirements.iter().all(|name| version.requirements.contains(name));
    let Some(other) = other.filter(|other| !other.requirements.is_empty()).filter(includes) else {
        return needs_text(version);
    };
    let more = version.requirements.iter().filter(|name| !other.requirements.contains(name));
    [&other.cpu].into_iter().chain(more).map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// A table of each kind of tensors; few models have a state.
fn tensor_tables(kinds: &[(&str, &[TensorInfo])]) -> String {
    let table = |&(title, tensors): &(&str, &[TensorInfo])| {
        let rows: Vec<Vec<String>> = tensors.iter().map(tensor_row).collect();
        format!("\n{}", table(&[title, "type", "shape"], &[false; 3], &rows))
    };
    let is_shown = |(title, tensors): &&(&str, &[TensorInfo])| *title != "state" || !tensors.is_empty();
    kinds.iter().filter(is_shown).map(table).collect()
}

fn tensor_row(tensor: &TensorInfo) -> Vec<String> {
    let dims: Vec<String> = tensor.dims.iter().map(Dim::to_string).collect();
    vec![tensor.name.clone(), tensor.element_type.to_string(), format!("[{}]", dims.join(", "))]
}

fn symbol_row(symbol: &SymbolInfo) -> Vec<String> {
    let range = match symbol.maximum {
        i64::MAX => format!("{} or more", symbol.minimum),
        maximum => format!("{} to {maximum}", symbol.minimum),
    };
    let source = if symbol.bound_by_input { "an input's shape" } else { "the run" };
    vec![symbol.name.clone(), range, source.into()]
}

fn to_json(file: &ModelFile) -> String {
    let model = file.description();
    let version = |version: &ModelDescription| {
        json!({
            "cpu": version.cpu,
            "requirements": version.requirements,
            "weight_bytes": version.weight_bytes,
            "workspace_bytes": version.workspace_bytes,
        })
    };
    let symbol = |symbol: &SymbolInfo| {
        json!({
            "name": symbol.name,
            "minimum": symbol.minimum,
            "maximum": Some(symbol.maximum).filter(|&maximum| maximum != i64::MAX),
            "known_from": if symbol.bound_by_input { "input" } else { "run" },
        })
    };
    let tensors = |tensors: &[TensorInfo]| tensors.iter().map(tensor_json).collect::<Vec<_>>();
    let result = json!({
        "model": model.name,
        "producer": model.producer,
        "target": model.target,
        "cpu": model.cpu,
        "architecture": file.architecture,
        "file_bytes": file.file_bytes,
        "weight_bytes": file.weight_bytes,
        "versions": file.versions.iter().map(version).collect::<Vec<_>>(),
        "workspace_bytes": model.workspace_bytes,
        "operations": model.operations,
        "inputs": tensors(&model.inputs),
        "outputs": tensors(&model.outputs),
        "state": tensors(&model.state),
        "symbols": model.symbols.iter().map(symbol).collect::<Vec<_>>(),
    });
    format!("{result:#}\n")
}

/// Fixed extents are numbers, others text.
fn tensor_json(tensor: &TensorInfo) -> Value {
    let dim = |dim: &Dim| match dim {
        Dim::Static(extent) => json!(extent),
        Dim::Symbol(text) | Dim::Expression(text) => json!(text),
    };
    let shape: Vec<Value> = tensor.dims.iter().map(dim).collect();
    json!({ "name": tensor.name, "element_type": tensor.element_type.name(), "shape": shape })
}
