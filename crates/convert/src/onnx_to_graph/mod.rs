//! ONNX operators to the graph dialect: types, symbolic extents, and shape arithmetic evaluated away.
//!
//! Ops are converted in order, each by the row for its name and version in one of the lists below. A value of the model
//! becomes a `Tracked` tensor: its type, what is known of its elements, and the graph value that
//! holds it once something asks for it. `Shape`, `Gather`, `Concat` and their like on small integer tensors are evaluated
//! on expressions of extents; what comes of them are types and attributes of graph ops. Where such a tensor is used as
//! data it becomes a `graph.dims`.
//!
//! ```text
//! %0 = onnx.Shape %x : (tensor<?x8xf32, #kiln.dims<[N, 8]>>) -> tensor<2xi64>     // gone
//! %1 = onnx.Gather %0, %zero                                                      // gone
//! %2 = onnx.Concat %1, %minus_one {axis = 0}                                      // gone
//! %3 = onnx.Reshape %y, %2
//!   becomes
//! %3 = graph.reshape %y : (tensor<?x2x4xf32, ...>) -> tensor<?x8xf32, #kiln.dims<[N, 8]>>
//! ```
//!
//! What cannot be converted is reported node by node, all of it in one run: operators without a row, and reasons that
//! lie in types and attributes. Extents that depend on data are symbols that a `graph.bind_extents` binds: see `data.rs`.

mod activations;
mod arg_extreme;
mod attend;
mod attention;
mod axes;
mod batch_normalization;
mod cast;
mod column_to_image;
mod concat;
mod constant;
mod control;
mod conv;
mod conv_run_time;
mod conv_transpose;
mod counted;
mod cumulative_sum;
mod custom;
mod data;
mod deform_conv;
mod depth_to_space;
mod dropout;
pub(crate) mod einsum;
mod elementwise;
mod elimination;
mod expand_maps;
mod flex_attention;
mod fold;
mod fourier;
mod gather;
mod gemm;
mod gradient;
mod grid_sample;
mod growing;
mod identity;
mod image_decoder;
mod linear_attention;
mod loops;
mod loss;
mod lrn;
pub(crate) mod matmul;
mod max_roi_pool;
mod mel_weight_matrix;
mod microsoft;
mod ml;
mod non_max_suppression;
mod normalization;
mod one_hot;
mod optional;
mod pad;
mod peel;
mod pool;
mod quantize;
mod random;
mod range;
mod rearrange;
mod recurrent;
mod reduction;
pub(crate) mod reshape;
mod resize;
mod resize_run_time;
mod roi_align;
mod rotary_embedding;
mod run_time_axes;
mod run_time_shapes;
mod run_time_slices;
mod sampling;
mod scan;
mod scatter;
mod sequence;
mod sequence_loops;
mod sequence_map;
mod sequence_parts;
mod slice;
mod softmax;
mod source;
mod split;
mod strings;
mod tf_idf_vectorizer;
mod tile;
mod top_k;
mod training;
mod transpose;
mod trilu;
mod unique;
mod unroll;
mod versions;
mod window;
mod window_function;

use crate::conversion::convert_functions;
use crate::conversion::row::Row;
pub use custom::Customs;
use kiln_diag::Sink;
use kiln_ir::Module;
pub(crate) use source::Onnx;

/// The lists of rows, by what the ops do.
const ROWS: &[&[Row]] = &[
    // Elementwise.
    elementwise::ROWS,
    activations::ROWS,
    cast::ROWS,
    // Convolution and what goes with it.
    conv::ROWS,
    conv_transpose::ROWS,
    pool::ROWS,
    batch_normalization::ROWS,
    lrn::ROWS,
    resize::ROWS,
    grid_sample::ROWS,
    roi_align::ROWS,
    max_roi_pool::ROWS,
    non_max_suppression::ROWS,
    deform_conv::ROWS,
    // Products.
    matmul::ROWS,
    gemm::ROWS,
    elimination::ROWS,
    microsoft::gather_blocks::ROWS,
    microsoft::matmul_nbits::ROWS,
    einsum::ROWS,
    quantize::ROWS,
    attention::ROWS,
    rotary_embedding::ROWS,
    flex_attention::ROWS,
    fourier::ROWS,
    // Reductions.
    reduction::ROWS,
    arg_extreme::ROWS,
    softmax::ROWS,
    normalization::ROWS,
    top_k::ROWS,
    cumulative_sum::ROWS,
    data::ROWS,
    unique::ROWS,
    loss::ROWS,
    tf_idf_vectorizer::ROWS,
    strings::ROWS,
    image_decoder::ROWS,
    // Data movement.
    reshape::ROWS,
    axes::ROWS,
    transpose::ROWS,
    concat::ROWS,
    split::ROWS,
    slice::ROWS,
    pad::ROWS,
    tile::ROWS,
    gather::ROWS,
    scatter::ROWS,
    depth_to_space::ROWS,
    rearrange::ROWS,
    trilu::ROWS,
    dropout::ROWS,
    identity::ROWS,
    // Values from shapes and constants.
    constant::ROWS,
    range::ROWS,
    one_hot::ROWS,
    window_function::ROWS,
    mel_weight_matrix::ROWS,
    random::ROWS,
    // Sequences and optionals.
    sequence::ROWS,
    sequence_parts::ROWS,
    sequence_map::ROWS,
    optional::ROWS,
    // Recurrence and control flow.
    recurrent::ROWS,
    control::ROWS,
    loops::ROWS,
    scan::ROWS,
    linear_attention::ROWS,
    // Gradients and steps of optimizers.
    gradient::ROWS,
    training::ROWS,
    // Of onnxruntime.
    microsoft::attention::ROWS,
    microsoft::forwarded::ROWS,
    microsoft::fourier::ROWS,
    microsoft::lstm::ROWS,
    microsoft::fused::ROWS,
    microsoft::grouped::ROWS,
    microsoft::layers::ROWS,
    microsoft::pools::ROWS,
    microsoft::quantized::ROWS,
    // Classical machine learning.
    ml::features::ROWS,
    ml::labels::ROWS,
    ml::maps::ROWS,
    ml::linear::ROWS,
    ml::vectors::ROWS,
    ml::votes::ROWS,
    ml::trees::ROWS,
];

/// Converts every function of `module` with ops of the onnx dialect to the graph dialect.
///
/// Returns whether all of it was converted; if not, everything that was not is in `sink`, and the module is of no more
/// use.
pub fn convert_onnx_to_graph(module: &mut Module, customs: &Customs, sink: &Sink) -> bool {
    convert_functions(module, &Onnx { customs }, sink)
}

/// Whether there is a conversion for operator `name` of `domain` in the version that opset `opset` has.
pub fn is_convertible(domain: &str, name: &str, opset: i64) -> bool {
    versions::find_row(domain, name, opset).is_some()
}
