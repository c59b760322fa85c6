//! Operators of TensorFlow Lite to the graph dialect.
//!
//! Ops are converted in order, each by the row for its name in one of the lists below. Tensors stay in the layout of the
//! file: batch, space, channels. Padding and fused activations become explicit. Integers that stand for other numbers are
//! computed with as the reference kernels do, bit for bit: sums of 32 bits, scaled by a multiplier and a shift
//! (`rescale.rs`), or tables that are made when a model is converted (`table.rs`).
//!
//! ```text
//! %y = tflite.CONV_2D %x, %w, %b {padding = "SAME", stride_h = 1, stride_w = 1, fused_activation_function = "RELU6"}
//!   becomes
//! %0 = graph.transpose %w {permutation = [0, 3, 1, 2]}
//! %1 = graph.conv %x, %0, %b {pad_low = [1, 1], pad_high = [1, 1], layout = "channels_last", ...}
//! %y = graph.minimum (graph.maximum %1, 0.0), 6.0
//! ```

mod activation;
mod arithmetic;
mod complex;
mod constant;
mod control;
mod conv;
mod custom_options;
mod detection;
mod elementwise;
mod fixed_numbers;
mod fixed_point;
mod generated;
mod hybrid;
mod inverse_root;
mod landmarks;
mod lookup;
mod lstm;
mod lstm_basic;
mod lstm_integer;
mod lstm_narrow;
pub(crate) mod missing;
mod movement;
mod normalization;
mod options;
mod pool;
mod product;
mod quantization;
mod quantize;
mod quantized_activation;
mod quantized_arithmetic;
mod quantized_reduction;
mod quantized_softmax;
mod random;
mod recurrence;
mod recurrent;
mod reduce_window;
mod reduction;
mod rescale;
mod resize;
mod scattering;
mod selection;
mod shape;
mod sixteen_bits;
mod slice;
mod source;
mod space;
mod stablehlo;
mod stablehlo_data;
mod stablehlo_product;
mod state;
mod svdf;
mod table;
mod transpose_conv;
mod unpool;
mod warp;
mod window;

use crate::conversion::convert_functions;
use crate::conversion::row::Row;
use kiln_diag::Sink;
use kiln_ir::Module;
pub(crate) use source::Tflite;

/// The lists of rows, by what the ops do.
const ROWS: &[&[Row]] = &[
    // Elementwise.
    elementwise::ROWS,
    arithmetic::ROWS,
    activation::ROWS,
    quantize::ROWS,
    // Convolutions and products.
    conv::ROWS,
    transpose_conv::ROWS,
    pool::ROWS,
    unpool::ROWS,
    product::ROWS,
    // Reductions.
    reduction::ROWS,
    normalization::ROWS,
    // Data movement.
    shape::ROWS,
    movement::ROWS,
    slice::ROWS,
    space::ROWS,
    resize::ROWS,
    selection::ROWS,
    detection::ROWS,
    landmarks::ROWS,
    warp::ROWS,
    stablehlo::ROWS,
    stablehlo_data::ROWS,
    stablehlo_product::ROWS,
    reduce_window::ROWS,
    lookup::ROWS,
    random::ROWS,
    constant::ROWS,
    generated::ROWS,
    complex::ROWS,
    // Recurrence.
    lstm::ROWS,
    recurrent::ROWS,
    svdf::ROWS,
    // Control flow and state.
    control::ROWS,
    state::ROWS,
];

/// Converts every function of `module` with ops of the tflite dialect to the graph dialect.
///
/// Returns whether all of it was converted; if not, everything that was not is in `sink`, and the module is of no more
/// use.
pub fn convert_tflite_to_graph(module: &mut Module, sink: &Sink) -> bool {
    convert_functions(module, &Tflite, sink)
}
