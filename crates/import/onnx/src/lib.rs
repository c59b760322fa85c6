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

use kiln_import_core::{Format, ImportOptions, ModelFile, Reporter};
use kiln_ir::{Module, Registry};
use std::sync::Arc;

/// The format.
pub const FORMAT: Format = Format {
    name: "onnx",
    title: "ONNX",
    dialect: "onnx",
    usual_names: &["*.onnx"],
    in_folder: &["model.onnx", "*.onnx"],
    recognize: scan::looks_like_a_model,
    import,
};

/// Imports an ONNX file into a module of `func.func @main` in the onnx dialect.
fn import(
    file: &ModelFile,
    registry: &Arc<Registry>,
    options: &ImportOptions,
    reporter: &Reporter<'_>,
) -> Option<Module> {
    let decoded = model::decode(file, reporter)?;
    Some(importer::Importer::new(file, &decoded, registry.clone(), reporter).import_model(options))
}
