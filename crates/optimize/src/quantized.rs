//! `recompose-quantized`: products of tensors that were bytes become products of these bytes.
//!
//! ```mlir
//! %x = graph.multiply %centred, %sx       // of bytes: (cast(%q) - zero) * scale
//! %w = graph.multiply %signed, %sw
//! %r = graph.matmul %x, %w
//! // becomes
//! %i = graph.matmul %q, %weights {widening = true}                // : tensor<...xi32>
//! %c = graph.subtract %i, %sums                                   // zero * sum of each column, a constant
//! %r = graph.multiply %cast, %scales                              // %sx * %sw
//! ```
//!
//! What follows a product (bias, activation, the next quantization) stays elementwise and so belongs to its kernel, which
//! writes bytes. The division by the next scale moves into the scale of the product. Ops that only move elements, and the
//! largest of a window, work on bytes.

mod dequantized;
mod movement;
mod products;
mod requantize;

use kiln_ir::PatternSet;

/// The patterns.
pub fn recompose_quantized_patterns(patterns: &mut PatternSet) {
    movement::add_patterns(patterns);
    products::add_patterns(patterns);
    requantize::add_patterns(patterns);
}
