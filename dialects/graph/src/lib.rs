//! The graph dialect: framework-neutral tensor ops, one meaning each.
//!
//! Every op has a row with its doc, its inference and its reference evaluation. Families of trivial ops are tables:
//! [`elementwise`] and [`reduction`]. Extents are static or symbolic, never unknown; no op takes a shape as an operand:
//! extents live in types and in `#kiln.dims` attributes. Tensors are row-major in the order of their type's axes.
//!
//! Consumers read attributes through the views ([`ConvView`], [`PoolView`], [`MatmulView`], [`AttentionView`],
//! [`RotaryView`], [`ResizeView`], [`RecurrentView`], [`BlocksView`]), so that nobody parses them twice. The crate knows no framework, no loop and no target.
//!
//! ```text
//! %y = graph.conv %x, %w, %b {strides = [2, 2], dilations = [1, 1], pad_low = [1, 1], pad_high = [1, 1], groups = 1,
//!     layout = "channels_first"} : (tensor<?x3x224x224xf32, #kiln.dims<[N, 3, 224, 224]>>, tensor<64x3x3x3xf32>,
//!     tensor<64xf32>) -> tensor<?x64x112x112xf32, #kiln.dims<[N, 64, 112, 112]>>
//! %z = graph.relu %y : ...
//! ```

#![forbid(unsafe_code)]

mod arg_extreme;
mod attention;
mod average_pool;
mod bind_extents;
mod broadcast;
mod concat;
mod constant;
mod control;
mod conv;
mod conv_transpose;
mod convolve;
mod cumulative_sum;
pub mod custom;
mod dequantize_blocks;
mod dims;
pub mod elementwise;
mod elimination;
mod fusion;
mod gather;
mod gather_elements;
mod gather_nd;
pub mod images;
mod index;
mod iota;
mod layer_norm;
mod layout;
mod loop_op;
mod lrn;
mod matmul;
mod max_pool;
mod non_max_suppression;
mod nonzero;
mod pad;
mod pool;
mod product;
mod read;
mod recurrent;
pub mod reduction;
mod resample;
mod reshape;
mod resize;
mod rotary_embedding;
mod rows;
mod scatter;
mod scatter_elements;
mod scatter_nd;
mod shape;
mod slice;
mod softmax;
mod strided;
pub mod strings;
mod tile;
mod top_k;
mod transpose;
mod window;

pub use attention::AttentionView;
pub use average_pool::ceil_extra;
pub use bind_extents::{BindView, DATA_SYMBOL, data_bounds, remove_unused_symbols};
pub use conv::ConvView;
pub use dequantize_blocks::BlocksView;
pub use layout::Layout;
pub use loop_op::LoopView;
pub use matmul::MatmulView;
pub use pool::PoolView;
pub use recurrent::{Activation, Direction, RecurrentView};
pub use resample::Taps;
pub use resize::{Coordinates, NearestMode, ResizeMode, ResizeView};
pub use rotary_embedding::RotaryView;
pub use shape::{broadcast_shapes, element_count, normalize_axis};
pub use transpose::permutation;
pub use window::Window;

use kiln_ir::{Dialect, OpDefinition};

/// The name of the op that computes one of its two regions.
pub const IF: &str = control::IF.name;

/// The name of the op that runs its region round after round.
pub const LOOP: &str = loop_op::LOOP.name;

/// The name of the op that gives symbols values that are data.
pub const BIND_EXTENTS: &str = bind_extents::BIND_EXTENTS.name;

/// The name of the op that is one kernel.
pub const FUSION: &str = fusion::FUSION.name;

/// The dialect.
pub const DIALECT: Dialect = Dialect {
    name: "graph",
    doc: "Framework-neutral tensor ops: one op, one meaning, every difference between frameworks an attribute.",
    ops: &[
        elementwise::OPS[0],
        elementwise::OPS[1],
        elementwise::OPS[2],
        &[elementwise::SELECT, elementwise::CAST, elementwise::BITCAST],
        STRUCTURE,
        INDEXED,
        reduction::OPS,
        &[softmax::SOFTMAX, softmax::LOG_SOFTMAX, layer_norm::LAYER_NORM, layer_norm::RMS_NORM, lrn::LRN],
        CONVOLUTION,
        &[
            matmul::MATMUL,
            elimination::DETERMINANT,
            elimination::INVERSE,
            dequantize_blocks::DEQUANTIZE_BLOCKS,
            attention::ATTENTION,
            rotary_embedding::ROTARY_EMBEDDING,
        ],
        strings::OPS,
        &[custom::CUSTOM],
        images::OPS,
        &[recurrent::LSTM, recurrent::GRU, recurrent::RNN],
        &[control::IF, loop_op::LOOP, control::YIELD, fusion::FUSION],
    ],
};

/// Rewrite rules on the ops of the dialect: theme and text of each file under `rules`. See the README there.
pub const RULES: &[(&str, &str)] = &[
    ("arithmetic", include_str!("../rules/arithmetic.rules")),
    ("functions", include_str!("../rules/functions.rules")),
    ("logic", include_str!("../rules/logic.rules")),
    ("movement", include_str!("../rules/movement.rules")),
    ("absorption", include_str!("../rules/absorption.rules")),
    ("activation", include_str!("../rules/activation.rules")),
    ("normalization", include_str!("../rules/normalization.rules")),
];

/// Ops that make and move elements.
const STRUCTURE: &[OpDefinition] = &[
    constant::CONSTANT,
    dims::DIMS,
    bind_extents::BIND_EXTENTS,
    iota::IOTA,
    reshape::RESHAPE,
    broadcast::BROADCAST,
    transpose::TRANSPOSE,
    slice::SLICE,
    concat::CONCAT,
    pad::PAD,
    tile::TILE,
];

/// Ops whose elements go where data says, and ops along one axis.
const INDEXED: &[OpDefinition] = &[
    gather::GATHER,
    gather_elements::GATHER_ELEMENTS,
    gather_nd::GATHER_ND,
    nonzero::NONZERO,
    non_max_suppression::NON_MAX_SUPPRESSION,
    scatter_elements::SCATTER_ELEMENTS,
    scatter_nd::SCATTER_ND,
    cumulative_sum::CUMULATIVE_SUM,
    cumulative_sum::CUMULATIVE_PRODUCT,
    arg_extreme::ARG_MAX,
    arg_extreme::ARG_MIN,
    top_k::TOP_K,
];

/// Ops with windows over spatial axes.
const CONVOLUTION: &[OpDefinition] =
    &[conv::CONV, conv_transpose::CONV_TRANSPOSE, max_pool::MAX_POOL, average_pool::AVERAGE_POOL, resize::RESIZE];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_complete() {
        let registry = kiln_ir::Registry::new(&[&DIALECT]);
        for op in DIALECT.ops.iter().copied().flatten() {
            assert!(registry.find_op(op.name.into()).is_some());
            assert!(!op.doc.is_empty() && op.example.contains(op.name), "{} has doc and example", op.name);
            let has_results = !op.results.is_empty() && op.regions == Some(0);
            assert!(!has_results || op.evaluate.is_some(), "{} can be evaluated", op.name);
            assert!(!has_results || op.infer.is_some() || op.verify.is_some(), "{} is checked", op.name);
        }
    }
}
