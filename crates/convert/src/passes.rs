//! The conversions as passes.

use crate::CustomOperator;
use crate::keras_to_graph::convert_keras_to_graph;
use crate::onnx_to_graph::{Customs, convert_onnx_to_graph};
use crate::tf_to_graph::convert_tf_to_graph;
use crate::tflite_to_graph::convert_tflite_to_graph;
use kiln_diag::{Diagnostic, Place, Sink};
use kiln_ir::Module;
use kiln_pass::{Anchor, Pass, PassContext, PassInfo, Pipeline};
use kiln_rules::load_files;
use std::collections::BTreeSet;

/// The passes.
pub const PASSES: &[PassInfo] = &[
    PassInfo::of::<ConvertOnnxToGraph>(),
    PassInfo::of::<ConvertKerasToGraph>(),
    PassInfo::of::<ConvertTfToGraph>(),
    PassInfo::of::<ConvertTfliteToGraph>(),
];

/// The conversion of a module, by the dialect that it is of. `custom_ops` are operators that C functions compute, `rules`
/// files of rules for operators that are not known.
pub fn conversion(module: &Module, custom_ops: &[String], rules: &[String]) -> Pipeline {
    let names: BTreeSet<&str> = module.walk(module.top()).into_iter().map(|op| module.name(op).as_str()).collect();
    let is_of = |dialect: &str| names.iter().any(|name| name.split('.').next() == Some(dialect));
    let pipeline = Pipeline::on("builtin.module");
    match () {
        () if is_of("keras") => pipeline.pass(ConvertKerasToGraph { custom_ops: custom_ops.to_vec() }),
        () if is_of("tf") => pipeline.pass(ConvertTfToGraph {}),
        () if is_of("tflite") => pipeline.pass(ConvertTfliteToGraph {}),
        () => pipeline.pass(ConvertOnnxToGraph { custom_ops: custom_ops.to_vec(), rules: rules.to_vec() }),
    }
}

/// The operators that C functions compute; what is wrong with the options that name them is reported.
fn parse_operators(texts: &[String], sink: &Sink) -> Option<Vec<CustomOperator>> {
    let mut operators = Vec::new();
    for text in texts {
        match text.parse() {
            Ok(operator) => operators.push(operator),
            Err(reason) => {
                sink.report(Diagnostic::error(Place::Nowhere, format!("custom-ops: '{text}': {reason}")));
            }
        }
    }
    (operators.len() == texts.len()).then_some(operators)
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
        if let Some(operators) = parse_operators(&self.custom_ops, context.sink) {
            convert_onnx_to_graph(context.module, &Customs { operators, rules }, context.sink);
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
        if let Some(operators) = parse_operators(&self.custom_ops, context.sink) {
            convert_keras_to_graph(context.module, &operators, context.sink);
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
