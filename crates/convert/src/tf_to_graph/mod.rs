//! TensorFlow operators to the graph dialect: layouts and padding made explicit, types, symbolic extents, and shape
//! arithmetic evaluated away.
//!
//! Ops are converted in order, each by the row for its name in one of the lists below. Complex numbers are pairs of floats in
//! a last axis of their own. Lists and arrays of tensors are one tensor with an axis more once it is known what is in them.
//!
//! ```text
//! %y = tf.Conv2D %x, %w {data_format = "NHWC", padding = "SAME", strides = [1, 2, 2, 1]}
//!   becomes
//! %f = graph.transpose %w {permutation = [3, 2, 0, 1]}
//! %y = graph.conv %x, %f {layout = "channels_last", pad_low = [0, 0], pad_high = [1, 1], strides = [2, 2], ...}
//! ```
//!
//! What cannot be converted is reported node by node, all of it in one run.

mod arrays;
mod audio;
mod batches;
mod cells;
mod complex;
mod control;
mod conv;
mod decomposition;
mod elementwise;
mod gather;
mod growing;
mod image;
mod lists;
mod losses;
mod matmul;
pub(crate) mod missing;
mod movement;
mod normalization;
mod pad;
mod pool;
mod quantize;
mod quantized;
mod ragged;
mod random;
mod ranges;
mod reduction;
mod resize;
mod sampling;
mod scatter;
mod search;
mod segments;
mod shape;
mod source;
mod sparse;
mod special;
mod special_tables;
mod strided_slice;
mod suppression;
mod text;
mod triangle;
mod values;
mod window;

use crate::conversion::convert_functions;
use crate::conversion::row::Row;
use kiln_diag::Sink;
use kiln_ir::Module;
pub(crate) use source::Tf;

/// The lists of rows, by what the ops do.
const ROWS: &[&[Row]] = &[
    // Elementwise.
    elementwise::ROWS,
    special::ROWS,
    quantize::ROWS,
    quantized::ROWS,
    // Convolution and what goes with it.
    conv::ROWS,
    pool::ROWS,
    normalization::ROWS,
    image::ROWS,
    resize::ROWS,
    sampling::ROWS,
    suppression::ROWS,
    batches::ROWS,
    // Products.
    matmul::ROWS,
    decomposition::ROWS,
    complex::ROWS,
    audio::ROWS,
    cells::ROWS,
    // Reductions.
    reduction::ROWS,
    segments::ROWS,
    sparse::ROWS,
    ragged::ROWS,
    losses::ROWS,
    search::ROWS,
    // Data movement.
    shape::ROWS,
    movement::ROWS,
    pad::ROWS,
    strided_slice::ROWS,
    gather::ROWS,
    scatter::ROWS,
    triangle::ROWS,
    // Values from shapes and constants.
    values::ROWS,
    ranges::ROWS,
    random::ROWS,
    // Text.
    text::ROWS,
    // Lists and control flow.
    lists::ROWS,
    arrays::ROWS,
    control::ROWS,
];

/// Converts every function of `module` with ops of the tf dialect to the graph dialect.
///
/// Returns whether all of it was converted; if not, everything that was not is in `sink`, and the module is of no more
/// use.
pub fn convert_tf_to_graph(module: &mut Module, sink: &Sink) -> bool {
    convert_functions(module, &Tf, sink)
}

/// Whether there is a conversion for an operator.
pub fn is_convertible(name: &str) -> bool {
    crate::conversion::row::find_row(ROWS, name, 0).is_some()
}
