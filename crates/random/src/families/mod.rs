//! What a graph can grow by: one function a family of ops, which adds one op, or a few, or nothing if nothing suits.

mod control;
mod domains;
mod elementwise;
mod indices;
mod movement;
mod products;
mod recurrent;
mod reductions;
mod rotary;
mod rounds;
mod selection;
mod windows;

use crate::graph::Growing;

/// Adds ops to a graph; `None` if nothing suited them.
pub(crate) type Family = fn(&mut Growing) -> Option<()>;

/// All families; those that stand twice are chosen twice as often.
pub(crate) const FAMILIES: &[(&str, Family)] = &[
    ("unary", elementwise::unary),
    ("unary", elementwise::unary),
    ("rounding", elementwise::rounding),
    ("positive", elementwise::positive),
    ("binary", elementwise::binary),
    ("binary", elementwise::binary),
    ("scale and offset", elementwise::affine),
    ("division", elementwise::division),
    ("integers", elementwise::integers),
    ("comparison", elementwise::comparison),
    ("logic", elementwise::logic),
    ("select", elementwise::select),
    ("cast", elementwise::cast),
    ("bits", elementwise::bits),
    ("gate", elementwise::gate),
    ("inverse function", domains::inverse),
    ("inverse of cosh", domains::inverse_of_cosh),
    ("power", domains::power),
    ("remainder", domains::remainder),
    ("shift", domains::shift),
    ("class of number", domains::classes),
    ("reshape", movement::reshape),
    ("broadcast", movement::broadcast),
    ("transpose", movement::transpose),
    ("transpose", movement::transpose),
    ("slice", movement::slice),
    ("concat", movement::concat),
    ("pad", movement::pad),
    ("tile", movement::tile),
    ("iota", movement::iota),
    ("extents", movement::extents),
    ("gather", indices::gather),
    ("gather elements", indices::gather_elements),
    ("gather nd", indices::gather_nd),
    ("scatter elements", indices::scatter_elements),
    ("scatter nd", indices::scatter_nd),
    ("top k", indices::top_k),
    ("found", selection::found),
    ("boxes", selection::non_max_suppression),
    ("elimination", selection::elimination),
    ("index of an extreme", indices::arg_extreme),
    ("reduction", reductions::reduce),
    ("reduction", reductions::reduce),
    ("softmax", reductions::softmax),
    ("layer norm", reductions::layer_norm),
    ("rms norm", reductions::rms_norm),
    ("product", reductions::product),
    ("cumulative sum", reductions::cumulative_sum),
    ("lrn", reductions::lrn),
    ("matmul", products::matmul),
    ("attention", products::attention),
    ("rotary embedding", rotary::embedding),
    ("matmul of weights", products::linear),
    ("matmul of codes", products::linear_of_blocks),
    ("sibling products", products::siblings),
    ("convolution", products::conv),
    ("convolution", products::conv),
    ("transposed convolution", products::conv_transpose),
    ("pool", windows::pool),
    ("resize", windows::resize),
    ("recurrent layer", recurrent::layer),
    ("if", control::branch),
    ("if", control::branch),
    ("loop", rounds::rounds),
    ("loop", rounds::rounds),
    ("repetition", control::repetition),
    ("repetition", control::repetition),
    ("constant", control::constant),
];
