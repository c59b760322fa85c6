//! TensorFlow Lite files to the tflite dialect, one op per operator.
//!
//! The file is mapped, not read: weights stay where they are, and the module's blob store borrows them. Everything that is
//! wrong with the file is reported in one run, at the operator or tensor it is about. Of several subgraphs, that of the
//! signature that is asked for, or the first one, is `@main`; those that operators refer to are regions of them. Sparse
//! weights become dense, packed integers a byte each.
//!
//! ```text
//! func.func @main(%image: tensor<1x8x8x3xf32>) attributes {arg_names = ["image"], res_names = ["scores"]} {
//!   %w = tflite.constant {value = dense_resource<93c1> : tensor<4x3x3x3xf32>}
//!   %y = tflite.CONV_2D %image, %w, %b {stride_h = 1, stride_w = 1, fused_activation_function = "RELU6"}
//!   func.return %y
//! }
//! ```
//!
//! What operators mean is not known here; of types, only what the file says.

#![forbid(unsafe_code)]

mod fields;
mod flex;
mod importer;
mod operator;
mod options;
mod quantization;
mod signature;
mod sparse;
mod subgraph;
mod table;
mod tensor;
mod types;

#[cfg(test)]
mod tests;

use kiln_import_core::{Format, ImportOptions, ModelFile, Reporter};
use kiln_ir::{Module, Registry};
use std::sync::Arc;

/// The format.
pub const FORMAT: Format = Format {
    name: "tflite",
    title: "TensorFlow Lite",
    dialect: "tflite",
    usual_names: &["*.tflite"],
    in_folder: &["model.tflite", "*.tflite"],
    recognize,
    import,
};

/// The format's name stands behind the place of the first table.
fn recognize(file: &ModelFile) -> bool {
    file.bytes().get(4..8) == Some(b"TFL3")
}

/// Imports a file into a module of `func.func @main` in the tflite dialect.
fn import(
    file: &ModelFile,
    registry: &Arc<Registry>,
    options: &ImportOptions,
    reporter: &Reporter<'_>,
) -> Option<Module> {
    if !recognize(file) {
        reporter.error("identifier", "the file does not say TFL3 from byte 4 on, as models of TensorFlow Lite do");
        return None;
    }
    Some(importer::Importer::new(file, registry.clone(), reporter)?.import_model(options))
}
