//! The conversions as passes.

use crate::onnx_to_graph::{Customs, convert_onnx_to_graph};
use crate::tf_to_graph::convert_tf_to_graph;
use crate::tflite_to_graph::convert_tflite_to_graph;
use kiln_diag::{Diagnostic, Place};
use kiln_pass::{Anchor, Pass, PassContext, PassInfo, Pipeline};
use kiln_rules::load_files;

/// The passes.
pub const PASSES: &[PassInfo] =
    &[PassInfo::of::<ConvertOnnxToGraph>(), PassInfo::of::<ConvertTfToGraph>(), PassInfo::of::<ConvertTfliteToGraph>()];

/// All conversions, with the options of those that have some. A function that is of another dialect is left as it is.
pub fn conversions(onnx: ConvertOnnxToGraph) -> Pipeline {
    Pipeline::on("builtin.module").pass(onnx).pass(ConvertTfToGraph {}).pass(ConvertTfliteToGraph {})
}

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

/// The pass of a conversion without options.
macro_rules! conversion {
    ($pass:ident, $name:literal, $convert:path, $doc:literal) => {
        kiln_pass::options! {
            #[doc = $doc]
            pub struct $pass {}
        }

        impl Pass for $pass {
            const NAME: &'static str = $name;
            const ANCHOR: Anchor = Anchor::Op("builtin.module");

            fn run(&self, context: &mut PassContext<'_>) {
                $convert(context.module, context.sink);
            }
        }
    };
}

conversion!(
    ConvertTfToGraph,
    "convert-tf-to-graph",
    convert_tf_to_graph,
    "Converts functions of the tf dialect to the graph dialect; shape arithmetic is evaluated away."
);

conversion!(
    ConvertTfliteToGraph,
    "convert-tflite-to-graph",
    convert_tflite_to_graph,
    "Converts functions of the tflite dialect to the graph dialect; shape arithmetic is evaluated away."
);
