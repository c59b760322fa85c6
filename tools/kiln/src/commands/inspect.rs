//! `kiln inspect MODEL.so`.

use crate::output::{bytes_text, table};
use crate::{Failure, output};
use clap::Args;
use kiln_runtime::{Dim, ModelFile, SymbolInfo, TensorInfo};
use serde_json::{Value, json};
use std::path::PathBuf;

/// Tells what a compiled model takes, gives and needs. It is not executed, and may be for any processor.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kiln inspect model.so
  kiln inspect model.so --json")]
pub struct InspectCommand {
    /// The compiled model.
    #[arg(value_name = "MODEL")]
    model: PathBuf,

    /// Prints the result as JSON.
    #[arg(long)]
    json: bool,
}

impl InspectCommand {
    pub(crate) fn execute(self) -> Result<(), Failure> {
        let file = ModelFile::read(&self.model)?;
        output::print(&if self.json { to_json(&file) } else { to_text(&file) })
    }
}

fn to_text(file: &ModelFile) -> String {
    let model = &file.description;
    let mut facts = vec![
        ("model", model.name.clone()),
        ("compiled by", model.producer.clone()),
        ("for", format!("{}, {}", model.target, model.cpu)),
        ("file", bytes_text(file.file_bytes)),
        ("weights", bytes_text(model.weight_bytes)),
        ("workspace", model.workspace_bytes.map_or("depends on the inputs' shapes".into(), bytes_text)),
    ];
    if let Some(operations) = model.operations {
        facts.push(("operations", format!("{:.3} GFLOP a run", operations as f64 / 1e9)));
    }
    let mut text: String = facts.iter().map(|(name, value)| format!("{name:<12} {value}\n")).collect();
    for (title, tensors) in [("input", &model.inputs), ("output", &model.outputs)] {
        let rows: Vec<Vec<String>> = tensors.iter().map(tensor_row).collect();
        text += &format!("\n{}", table(&[title, "type", "shape"], &[false; 3], &rows));
    }
    if !model.symbols.is_empty() {
        let rows: Vec<Vec<String>> = model.symbols.iter().map(symbol_row).collect();
        text += &format!("\n{}", table(&["symbol", "range", "known from"], &[false; 3], &rows));
    }
    text
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
    let model = &file.description;
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
        "weight_bytes": model.weight_bytes,
        "workspace_bytes": model.workspace_bytes,
        "operations": model.operations,
        "inputs": tensors(&model.inputs),
        "outputs": tensors(&model.outputs),
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
