//! Operators that cannot be converted at all.

use crate::conversion::missing::Missing;
use crate::conversion::source::Source;
use crate::conversion::state::error;
use crate::keras_to_graph::{self, Keras};
use crate::onnx_to_graph::{Customs, Onnx};
use crate::tf_to_graph::{self, Tf};
use crate::tflite_to_graph::{self, Tflite};
use kiln_diag::Sink;
use kiln_ir::Module;

/// Reports every operator of `module` that there is no conversion for, and does nothing else: for a module that is not
/// complete, of which conversion would find fault with what is missing.
pub fn report_unsupported(module: &Module, sink: &Sink) {
    let customs = Customs::default();
    let keras = Keras::default();
    let sources: [&dyn Source; 4] = [&Onnx { customs: &customs }, &keras, &Tf, &Tflite];
    for op in module.walk(module.top()) {
        let dialect = module.name(op).as_str().split('.').next().unwrap_or_default();
        let source = sources.iter().find(|source| source.dialect() == dialect);
        if let Some(reason) = source.and_then(|source| source.unsupported(module, op)) {
            sink.report(error(module, op, &reason));
        }
    }
}

/// The operators of a framework's dialect that there is no conversion for, and why. ONNX has none that are not reported
/// with their version.
pub fn missing(dialect: &str) -> &'static [Missing] {
    match dialect {
        "keras" => keras_to_graph::missing::MISSING,
        "tf" => tf_to_graph::missing::MISSING,
        "tflite" => tflite_to_graph::missing::MISSING,
        _ => &[],
    }
}
