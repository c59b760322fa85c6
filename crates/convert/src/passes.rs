//! The conversions as passes.

use crate::keras_to_graph::convert_keras_to_graph;
use crate::onnx_to_graph::{Customs, convert_onnx_to_graph};
use kiln_diag::{Diagnostic, Place};
use kiln_pass::{Anchor, Pass, PassContext, PassInfo};
use kiln_rules::load_files;

/// The passes.
pub const PASSES: &[PassInfo] = &[PassInfo::of::<ConvertOnnxToGraph>(), PassInfo::of::<ConvertKerasToGraph>()];

kiln_pass::options! {
    /// Converts functions of the onnx dialect to the graph dialect; shape arithmetic is evaluated away.
    pub struct ConvertOnnxToGraph {
        /// Operators that C functions compute: `com.example.Swish=my_swish`.
        custom_ops: Vec<String> = Vec::new(),
        /// Files of rules for operators that are not known.
        rules: Vec<String> = Vec::new(),
    }
}

impl Pass for ConvertOnnxToGraph {
    const NAME: &'static str = "convert-onnx-to-graph";
    const ANCHOR: Anchor = Anchor::Op("builtin.module");

    fn run(&self, context: &mut PassContext<'_>) {
        let registry = context.module.registry().clone();
        let Some(rules) = load_files(&self.rules, &registry, context.sink) else { return };
        let mut customs = Customs { operators: Vec::new(), rules };
        for text in &self.custom_ops {
            match text.parse() {
                Ok(operator) => customs.operators.push(operator),
                Err(reason) => {
                    context.sink.report(Diagnostic::error(Place::Nowhere, format!("custom-ops: '{text}': {reason}")));
                }
            }
        }
        if customs.operators.len() == self.custom_ops.len() {
            convert_onnx_to_graph(context.module, &customs, context.sink);
        }
    }
}

kiln_pass::options! {
    /// Converts functions of the keras dialect to the graph dialect.
    pub struct ConvertKerasToGraph {
        /// Layers that C functions compute: `MyLayer=my_layer`.
        custom_ops: Vec<String> = Vec::new(),
    }
}

impl Pass for ConvertKerasToGraph {
    const NAME: &'static str = "convert-keras-to-graph";
    const ANCHOR: Anchor = Anchor::Op("builtin.module");

    fn run(&self, context: &mut PassContext<'_>) {
        let mut customs = Vec::new();
        for text in &self.custom_ops {
            match text.parse() {
                Ok(operator) => customs.push(operator),
                Err(reason) => {
                    context.sink.report(Diagnostic::error(Place::Nowhere, format!("custom-ops: '{text}': {reason}")));
                }
            }
        }
        if customs.len() == self.custom_ops.len() {
            convert_keras_to_graph(context.module, &customs, context.sink);
        }
    }
}
