//! `pack-weights`: filters and right-hand matrices in the order in which micro-kernels read them.
//!
//! A plan names inputs and a [`PackForm`] of each. An operand of the fusion is replaced by a packed one; the argument inside
//! the fusion keeps its type, which says what is computed, while the plan says how it lies in memory. Constants are
//! packed here; what is computed at run time is packed by ops of the graph, which become kernels of their own.
//!
//! ```text
//! conv filter    O x I/groups x taps  ->  groups x panels x taps x I/groups x columns
//! matrix         K x N (or N x K)     ->  panels x K x columns
//! recurrent      D x G * U x S         ->  D x G x panels x S x columns
//! depthwise      C x 1 x taps         ->  taps x C
//! Winograd       O x I x taps         ->  panels x I x taps x columns
//! steps of terms  ... x K x columns     ->  ... x K/terms x columns x terms
//! ```
//!
//! A panel holds `columns` filters; the last is filled up with zeros.

mod form;
mod gather;

pub use form::{PackForm, Packing};

use crate::plan::Plan;
use kiln_ir::{Builder, Module, Op, Value};
use kiln_tensor::Tensor;
use rayon::iter::{IntoParallelIterator, ParallelIterator};
use rustc_hash::{FxHashMap, FxHashSet};

/// How many bytes of constants are packed before they go to the module's store.
const MOST_AT_ONCE: usize = 64 << 20;

/// Packs the operands of every planned fusion inside `root` that are not yet packed; returns how many were packed.
///
/// A constant that several fusions want in one form is packed once.
pub fn pack_weights(module: &mut Module, root: Op) -> usize {
    let fusions: Vec<Op> = module.walk(root).into_iter().filter(|&op| module.is(op, "graph.fusion")).collect();
    let mut packed = pack_constants(module, &fusions);
    let mut count = 0;
    for fusion in fusions {
        let plan = module.attribute(fusion, "plan").and_then(Plan::from_attribute);
        let Some(plan) = plan else { continue };
        let packings = Packing::all(&plan);
        if packings.is_empty() {
            continue;
        }
        count += packings.len();
        for Packing { input, form } in packings {
            let operand = module.operand(fusion, input);
            let value = *packed.entry((operand, form)).or_insert_with(|| pack(module, fusion, operand, form));
            module.set_operand(fusion, input, value);
        }
        module.set_attribute(fusion, "plan", Packing::mark_done(&plan).to_attribute());
    }
    count
}

/// The packed forms of all constants that fusions want packed, made on all threads: they are most of a model.
fn pack_constants(module: &mut Module, fusions: &[Op]) -> FxHashMap<(Value, PackForm), Value> {
    let mut wanted = Vec::new();
    let mut known = FxHashSet::default();
    for &fusion in fusions {
        let plan = module.attribute(fusion, "plan").and_then(Plan::from_attribute);
        for Packing { input, form } in plan.iter().flat_map(Packing::all) {
            let operand = module.operand(fusion, input);
            let constant = module.constant_tensor(operand).filter(|_| known.insert((operand, form)));
            wanted.extend(constant.map(|tensor| (operand, form, tensor)));
        }
    }
    let pack = |(operand, form, tensor): (Value, PackForm, Tensor)| {
        let layout = form.layout(tensor.shape());
        let tensor = gather::pack_tensor(&tensor, &layout);
        ((operand, form), layout, tensor)
    };
    let mut place = |((operand, form), layout, tensor): ((Value, PackForm), form::PackedLayout, Tensor)| {
        let constant = module.defining_op(operand).expect("a constant is an op's result");
        let value = module.tensor_attribute(tensor);
        let mut builder = Builder::before(module, constant);
        let ty = layout.packed_type(builder.module.ty(operand).scalar());
        ((operand, form), builder.op("graph.constant").attribute("value", value).result(ty).value())
    };
    // A part of them at a time: together they are as large as the model.
    let mut packed = FxHashMap::default();
    while !wanted.is_empty() {
        let mut bytes = 0;
        let fits = wanted.iter().take_while(|(_, _, tensor)| {
            let is_first = bytes == 0;
            bytes += tensor.bytes().len();
            is_first || bytes <= MOST_AT_ONCE
        });
        let rest = wanted.split_off(fits.count());
        let made: Vec<_> = std::mem::replace(&mut wanted, rest).into_par_iter().map(pack).collect();
        packed.extend(made.into_iter().map(&mut place));
    }
    packed
}

/// Whether operands of the planned kernel are packed by now.
pub(crate) fn is_packed(plan: &Plan) -> bool {
    plan.options.get("pack").is_some() && Packing::all(plan).is_empty()
}

/// The packed form of `operand`, which is computed at run time and which `fusion` reads.
fn pack(module: &mut Module, fusion: Op, operand: Value, form: PackForm) -> Value {
    let shape = module.ty(operand).as_tensor().and_then(|tensor| tensor.static_shape());
    let shape = shape.expect("planners pack operands of known extents only");
    let layout = form.layout(&shape);
    // In the operand's own block, so that kernels of other blocks may read it, too.
    let home = module.defining_block(operand);
    let mut place = fusion;
    while module.parent_block(place) != home {
        place = module.parent_op(place).expect("a value's block is around each of its users");
    }
    let mut builder = Builder::before(module, place);
    layout.emit(&mut builder, operand)
}
