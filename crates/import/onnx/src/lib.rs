//! ONNX files to the onnx dialect, one op per node.
//!
//! The file is mapped, not read: weights stay where they are, in the file or in the files beside it, and the module's
//! blob store borrows them. Everything that is wrong with the file is reported in one run, at the node, tensor or value
//! it is about. Functions of the model are expanded where they are called; nodes in the wrong order are put right;
//! training information is ignored with a note; sparse tensors are recognized and refused.
//!
//! ```text
//! builtin.module attributes {onnx.opset = 13, onnx.producer = "pytorch"} {
//!   func.func @main(%x: tensor<?x3x224x224xf32, #kiln.dims<[batch, 3, 224, 224]>>) attributes {
//!       arg_names = ["x"], res_names = ["y"]} {
//!     %w = onnx.Constant {value = dense_resource<93c1> : tensor<64x3x7x7xf32>}
//!     %y = onnx.Conv %x, %w {strides = [2, 2]}
//!     func.return %y
//!   }
//! }
//! ```
//!
//! What operators mean is not known here; of types, only what the file says.

#![forbid(unsafe_code)]

mod attribute;
mod function;
mod graph;
mod importer;
mod model;
mod node;
mod order;
mod proto;
mod scan;
mod tensor;
mod types;

#[cfg(test)]
mod tests;

use kiln_diag::Sink;
use kiln_import_core::{ModelFile, Reporter};
use kiln_ir::{Module, Registry};
use kiln_tensor::Tensor;
use std::path::Path;
use std::sync::Arc;

/// What the user wants to be otherwise than the file says.
#[derive(Clone, Debug, Default)]
pub struct ImportOptions {
    /// Inputs that become constants: name and value.
    pub constants: Vec<(String, Tensor)>,
    /// Operators, with their domain before the name, that need not be known.
    pub custom_operators: Vec<String>,
}

/// Imports the ONNX file at `path` into a module of `func.func @main` in the onnx dialect.
///
/// `None` if there were errors; they are in `sink`, all of them.
pub fn import(path: &Path, registry: &Arc<Registry>, sink: &Sink) -> Option<Module> {
    import_with(path, registry, &ImportOptions::default(), sink)
}

/// [`import`], with options.
pub fn import_with(path: &Path, registry: &Arc<Registry>, options: &ImportOptions, sink: &Sink) -> Option<Module> {
    let imported = import_partly(path, registry, options, sink)?;
    imported.is_complete.then_some(imported.module)
}

/// What could be imported of a file.
#[derive(Debug)]
pub struct Import {
    /// The module.
    pub module: Module,
    /// Whether there were no errors. If there were, the module is there to be looked at, not to be compiled: what could
    /// not be imported is missing in it.
    pub is_complete: bool,
    /// The files that were read besides the model's own, by their paths in its folder.
    pub neighbours: Vec<String>,
}

/// [`import_with`], for callers who have more to say about a file that is wrong already. `None` if there is no graph to
/// look at.
pub fn import_partly(path: &Path, registry: &Arc<Registry>, options: &ImportOptions, sink: &Sink) -> Option<Import> {
    let file = match ModelFile::open(path) {
        Ok(file) => file,
        Err(diagnostic) => {
            sink.report(*diagnostic);
            return None;
        }
    };
    let reporter = Reporter::new(sink, &path.display().to_string());
    let decoded = model::decode(&file, &reporter)?;
    let module = importer::Importer::new(&file, &decoded, registry.clone(), &reporter).import_model(options);
    Some(Import { module, is_complete: !reporter.has_errors(), neighbours: file.neighbours() })
}
