//! `recompose-recurrent`: recurrent layers that exporters unroll, cell by cell, become the layers they were.
//!
//! ```mlir
//! // for each step, however the sums are written:
//! %g = x_t W + h_t-1 R + b              // the four gates, as slices of one sum or each for itself
//! %c = sigmoid(f) * c_t-1 + sigmoid(i) * tanh(z)
//! %h = sigmoid(o) * tanh(c)
//! // becomes
//! %y, %y_h, %y_c = graph.lstm %x, %w, %r, %bias, %h_0, %c_0 {...}
//! ```
//!
//! First a cell becomes a layer of one step ([`cells`] says which forms are known, [`sums`] how gates are read), then
//! layers that go on where others end become one over all their steps ([`steps`]). A step that starts from a state of
//! zeros has lost half of its terms and stays as it is: the layer starts after it.

mod cells;
mod layer;
mod steps;
mod sums;

use kiln_ir::{Module, Op};
use layer::Weights;

/// Rewrites everything inside `root`; returns how many cells became layers, and how many layers became part of others.
pub fn recompose_recurrent(module: &mut Module, root: Op) -> (usize, usize) {
    let mut weights = Weights::default();
    let mut cells = 0;
    for op in module.walk(root) {
        if let Some(cell) = cells::find_cell(module, op) {
            layer::build(module, op, &cell, &mut weights);
            cells += 1;
        }
    }
    (cells, steps::merge_steps(module, root))
}
