//! The conversions as passes.

use crate::onnx_to_graph::convert_onnx_to_graph;
use kiln_pass::{Anchor, Pass, PassContext, PassInfo};

/// The passes.
pub const PASSES: &[PassInfo] = &[PassInfo::of::<ConvertOnnxToGraph>()];

kiln_pass::options! {
    /// Converts functions of the onnx dialect to the graph dialect; shape arithmetic is evaluated away.
    pub struct ConvertOnnxToGraph {}
}

impl Pass for ConvertOnnxToGraph {
    const NAME: &'static str = "convert-onnx-to-graph";
    const ANCHOR: Anchor = Anchor::Op("builtin.module");

    fn run(&self, context: &mut PassContext<'_>) {
        convert_onnx_to_graph(context.module, context.sink);
    }
}
