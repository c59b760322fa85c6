//! `sink-transposes`: transposes move to where they move the fewest bytes, and as late as that allows; many meet their
//! inverse, and both vanish.
//!
//! ```mlir
//! %t = graph.transpose %x {permutation = [0, 3, 1, 2]}
//! %r = graph.relu %t
//! // becomes
//! %y = graph.relu %x
//! %r = graph.transpose %y {permutation = [0, 3, 1, 2]}
//! ```
//!
//! Among ops that compute in any order of axes, [`place`] finds the best places of all transposes at once. Patterns move them
//! past reshapes: two transposes around a reshape become one where they can, and one before a flattened product moves into
//! its weights. Reshapes of slices move before the slices, which can be read in place then.

mod min_cut;
mod place;
mod reshape;
mod rows;
mod structured;
mod unit_axes;
mod views;

use crate::matching::{
    axes_attribute, find_producer, invert, is_constant, reshape as make_reshape, shape_of, transpose,
};
use kiln_ir::{Builder, Dim, Module, Op, PatternSet, Type, Value};
pub(crate) use place::place_transposes;

/// The patterns.
pub fn sink_transpose_patterns(patterns: &mut PatternSet) {
    patterns
        .add_fn("sink-transpose-through-reshape", "graph.reshape", reshape::sink_through_reshape)
        .add_fn("squeeze-before-transpose", "graph.reshape", reshape::squeeze_transpose)
        .add_fn("hoist-transpose-through-reshape", "graph.transpose", reshape::hoist_through_reshape)
        .add_fn("sink-transpose-through-broadcast", "graph.broadcast", structured::sink_through_broadcast)
        .add_fn("transpose-into-rows-of-matmul", "graph.matmul", rows::transpose_into_rows)
        .add_fn("reshape-of-slice", "graph.reshape", views::reshape_before_slice)
        .add(unit_axes::SinkReshape);
}

/// A transpose that an operand is the result of.
struct Transposed {
    source: Value,
    permutation: Vec<usize>,
}

/// The transpose that makes `value`.
fn find_transpose(module: &Module, value: Value) -> Option<Transposed> {
    let op = find_producer(module, value, "graph.transpose")?;
    Some(Transposed { source: module.operand(op, 0), permutation: axes_attribute(module, op, "permutation")? })
}

/// How an operand is had in the order from before a transpose.
enum Undone {
    /// It is this value, transposed.
    Source(Value),
    /// Transposing it back is free: a constant to be folded, or a reshape.
    Free,
}

/// How `value` is had in the order of axes from before `permutation`; `None` if that would move elements.
fn undo(module: &Module, value: Value, permutation: &[usize]) -> Option<Undone> {
    if let Some(transposed) = find_transpose(module, value)
        && transposed.permutation == permutation
    {
        return Some(Undone::Source(transposed.source));
    }
    if is_constant(module, value) {
        return Some(Undone::Free);
    }
    let aligned = align(shape_of(module, value), permutation.len());
    let long = invert(permutation).into_iter().filter(|&source| !aligned[source].is(1));
    long.is_sorted().then_some(Undone::Free)
}

/// The shape with leading ones up to `rank`.
fn align(shape: &[Dim], rank: usize) -> Vec<Dim> {
    std::iter::repeat_n(Dim::Static(1), rank - shape.len()).chain(shape.iter().copied()).collect()
}

/// Makes the operand that [`undo`] found.
fn build_undone(builder: &mut Builder, value: Value, undone: Undone, permutation: &[usize]) -> Value {
    match undone {
        Undone::Source(source) => source,
        Undone::Free if shape_of(builder.module, value).is_empty() => value,
        Undone::Free => {
            let aligned = align(shape_of(builder.module, value), permutation.len());
            let value = make_reshape(builder, value, &aligned);
            transpose(builder, value, &invert(permutation))
        }
    }
}

/// Makes a copy of `op` with other operands and result types, its attributes edited by `edit`.
fn rebuild(
    builder: &mut Builder,
    op: Op,
    operands: &[Value],
    results: &[Type],
    edits: &[(&str, kiln_ir::Attribute)],
) -> Op {
    let name = builder.module.name(op);
    let attributes = builder.module.attributes(op).clone();
    let mut made = builder.op(name.as_str()).operands(operands).results(results);
    for (name, value) in attributes.iter() {
        made = made.attribute(name.as_str(), value);
    }
    for (name, value) in edits {
        made = made.attribute(name, *value);
    }
    made.build()
}
