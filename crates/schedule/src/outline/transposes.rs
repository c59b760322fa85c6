//! Transposes that a matrix product, an attention, a convolution or a rotary embedding reads through, or that the first
//! two write through: they are part of its kernel.

use crate::conv::is_to_channels_last;
use crate::tuning::{PLANES, SET_CONFLICT_BYTES};
use kiln_ir::{Dim, Module, Op, Value};
use kiln_tensor::ElementType;
use rustc_hash::FxHashSet;

/// The operands of an attention that are matrices: queries, keys and values, but no mask.
const MATRICES: usize = 3;

/// The transposes that only the anchor `product` reads, which its kernel reads through.
pub(super) fn before(module: &Module, product: Op) -> Vec<Op> {
    let mut found: Vec<Op> = Vec::new();
    for &operand in module.operands(product) {
        if let Some(transpose) = module.defining_op(operand)
            && reader(module, transpose) == Some(product)
            && !found.contains(&transpose)
        {
            found.push(transpose);
        }
    }
    found
}

/// The anchor whose kernel reads through `transpose`, if it is one and there is such an anchor.
pub(super) fn reader(module: &Module, transpose: Op) -> Option<Op> {
    if !module.is(transpose, "graph.transpose") {
        return None;
    }
    let (source, result) = (module.operand(transpose, 0), module.result(transpose, 0));
    let product = module.uses(result).first()?.op;
    let fits =
        module.uses(result).iter().all(|user| user.op == product && (user.index == 0 || is_batched(module, result)));
    if !fits || !is_same_block(module, transpose, product) {
        return None;
    }
    let permutation = permutation(module, transpose);
    let is_read = match module.name(product).as_str() {
        "graph.attention" => module.uses(result).iter().all(|user| user.index < MATRICES) && moves_a_run(&permutation),
        "graph.conv" => reads_planes(module, product, &permutation),
        "graph.rotary_embedding" => module.uses(result).len() == 1 && keeps_rows(&permutation),
        _ => is_tiled_product(module, product) && reads_along_memory(module, source, &permutation),
    };
    is_read.then_some(product)
}

/// The transpose that alone reads what leaves a product's kernel, if the kernel can write through it.
pub(super) fn after(module: &Module, product: Op, last: Op) -> Option<Op> {
    let result = module.result(last, 0);
    let [user] = module.uses(result)[..] else { return None };
    let is_read = (is_tiled_product(module, product) || module.is(product, "graph.attention"))
        && module.is(user.op, "graph.transpose")
        && is_same_block(module, product, user.op)
        && reader(module, user.op).is_none();
    (is_read && keeps_rows(&permutation(module, user.op))).then_some(user.op)
}

/// Whether the last axis stays where it is.
fn keeps_rows(permutation: &[usize]) -> bool {
    permutation.last().is_some_and(|&axis| axis + 1 == permutation.len())
}

/// Whether the family of tiled products makes kernels of it: others read no operand through a transpose.
fn is_tiled_product(module: &Module, op: Op) -> bool {
    let is_widening = module.attributes(op).bool("widening") == Some(true);
    module.is(op, "graph.matmul")
        && (is_widening && reads_from_memory(module, op) || reads_floats_from_memory(module, op))
}

fn reads_floats_from_memory(module: &Module, op: Op) -> bool {
    let element = |value: &Value| module.ty(*value).element();
    let is_float = |value: &Value| matches!(element(value), Some(ElementType::F32 | ElementType::F64));
    module.operands(op).iter().all(is_float) && reads_from_memory(module, op)
}

fn reads_from_memory(module: &Module, op: Op) -> bool {
    let stands_inside =
        |value: &Value| module.defining_op(*value).is_some_and(|producer| super::is_scalar_constant(module, producer));
    !module.operands(op).iter().any(stands_inside)
}

/// Whether a convolution reads its image, of few channels, as planes.
fn reads_planes(module: &Module, conv: Op, permutation: &[usize]) -> bool {
    let attributes = module.attributes(conv);
    let (data, filter) = (super::shape(module, module.operand(conv, 0)), super::shape(module, module.operand(conv, 1)));
    let known = |dims: &[Dim]| dims.iter().all(|dim| dim.as_static().is_some_and(|extent| extent > 0));
    let channels = data.last().and_then(|dim| dim.as_static());
    attributes.str("layout") == Some("channels_last")
        && attributes.i64("groups").unwrap_or(1) == 1
        && channels.is_some_and(|channels| channels > 0 && channels <= PLANES)
        && known(filter)
        && is_to_channels_last(permutation)
        && reads_floats_from_memory(module, conv)
}

/// A right operand that is one matrix is packed, which reads it in any order.
fn is_batched(module: &Module, value: Value) -> bool {
    module.ty(value).as_tensor().is_some_and(|tensor| tensor.rank() > 2)
}

fn is_same_block(module: &Module, left: Op, right: Op) -> bool {
    module.parent_block(left) == module.parent_block(right)
}

fn permutation(module: &Module, transpose: Op) -> Vec<usize> {
    let axes = module.attributes(transpose).i64s("permutation").unwrap_or_default();
    axes.into_iter().map(|axis| axis as usize).collect()
}

/// Whether rows or columns of the transposed matrices are runs in memory, not so far apart that they fall into the same
/// sets of the cache.
fn reads_along_memory(module: &Module, source: Value, permutation: &[usize]) -> bool {
    let (rank, shape) = (permutation.len(), super::shape(module, source));
    let Some([rows, columns]) = permutation.last_chunk() else { return false };
    let (run, other) = if *columns + 1 == rank { (columns, rows) } else { (rows, columns) };
    let size = module.ty(source).element().map_or(1, |element| element.byte_size());
    let apart = shape[other + 1..].iter().try_fold(size, |product, dim| Some(product * dim.as_static()? as usize));
    *run + 1 == rank && apart.is_none_or(|apart| !apart.is_multiple_of(SET_CONFLICT_BYTES))
}

/// Whether rows or columns of the transposed matrices are runs in memory: attention copies them from there.
fn moves_a_run(permutation: &[usize]) -> bool {
    let last = permutation.len().wrapping_sub(1);
    permutation.last_chunk::<2>().is_some_and(|axes| axes.contains(&last))
}

/// Adds the transposes around the product of a group.
pub(super) fn surround(module: &Module, product: Op, taken: &FxHashSet<Op>, group: &mut Vec<Op>) {
    group.extend(before(module, product));
    let last = |op: &Op| !group.iter().any(|other| module.operands(*other).contains(&module.result(*op, 0)));
    let Some(&last) = group.iter().find(|op| last(op)) else { return };
    group.extend(after(module, product, last).filter(|transpose| !taken.contains(transpose)));
}
