//! Layers of Keras to the graph dialect.
//!
//! A layer is converted by the row for its class in one of the lists below; operations of `keras.ops` have rows called
//! `ops.` and their class. Layouts stay as they are: convolutions and pools of the graph dialect say where the channels
//! are. Masks, which layers hand on beside their results, are tensors of truth values that `Keras` keeps by the value that
//! has them; where a layer looks at its mask, it is an operand of graph ops. What only training does is left out.
//!
//! ```text
//! %y = keras.Dense %x, %w, %b {activation = "relu", operand_names = ["0", "kernel", "bias"], units = 2}
//!   becomes
//! %0 = graph.matmul %x, %w
//! %1 = graph.add %0, %b
//! %y = graph.relu %1
//! ```

mod activations;
mod attention;
mod call;
mod cells;
mod contrast;
mod convolution;
mod core;
mod cudnn;
mod custom;
mod locally_connected;
mod lookup;
mod merging;
pub(crate) mod missing;
mod normalization;
mod operations;
mod pooling;
mod preprocessing;
mod rearrange;
mod recurrent;
mod reshaping;
mod resizing;
mod sampling;
mod sequences;
mod source;
mod spectrograms;
mod stateful;
mod window;
mod wrappers;

use crate::CustomOperator;
use crate::conversion::convert_functions;
use call::Row;
use kiln_diag::Sink;
use kiln_ir::Module;
pub(crate) use source::Keras;

/// The lists of rows, by what layers do.
const ROWS: &[&[Row]] = &[
    core::ROWS,
    activations::ROWS,
    convolution::ROWS,
    pooling::ROWS,
    normalization::ROWS,
    recurrent::ROWS,
    wrappers::ROWS,
    attention::ROWS,
    merging::ROWS,
    reshaping::ROWS,
    resizing::ROWS,
    preprocessing::ROWS,
    lookup::ROWS,
    spectrograms::ROWS,
    contrast::ROWS,
    locally_connected::ROWS,
];

/// The layers and operations that there is a conversion for, as the dialect calls them.
pub fn converted() -> impl Iterator<Item = &'static str> {
    ROWS.iter().chain(operations::ROWS).copied().flatten().map(|row| row.name)
}

/// Converts every function of `module` in the keras dialect to the graph dialect.
///
/// Returns whether all of it was converted; if not, everything that was not is in `sink`, and the module is of no more
/// use.
pub fn convert_keras_to_graph(module: &mut Module, customs: &[CustomOperator], sink: &Sink) -> bool {
    convert_functions(module, &Keras::new(customs), sink)
}
