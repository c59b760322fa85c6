//! Which anchors compute their first operand's elements as they need them, each once.

use kiln_ir::{Dim, Module, Op};
use kiln_tensor::ElementType;

const REDUCTIONS: &[&str] =
    &["graph.reduce_sum", "graph.reduce_mean", "graph.reduce_max", "graph.reduce_min", "graph.reduce_product"];

/// Whether an anchor's kernel takes in the elementwise ops before it.
pub(super) fn has_prologue(module: &Module, anchor: Op) -> bool {
    REDUCTIONS.contains(&module.name(anchor).as_str()) || copies_pixels(module, anchor)
}

/// Whether it is a convolution of one tap, whose pixels are copied one by one on their way.
fn copies_pixels(module: &Module, op: Op) -> bool {
    let attributes = module.attributes(op);
    if !module.is(op, "graph.conv") || attributes.str("layout") != Some("channels_last") {
        return false;
    }
    let known = |dims: &[Dim]| dims.iter().all(|dim| dim.as_static().is_some_and(|extent| extent > 0));
    let (data, filter) = (super::shape(module, module.operand(op, 0)), super::shape(module, module.operand(op, 1)));
    let unpadded = ["pad_low", "pad_high"]
        .iter()
        .all(|name| attributes.i64s(name).is_some_and(|padding| padding.iter().all(|&count| count == 0)));
    let element = module.ty(module.operand(op, 0)).element();
    data.len() >= 4
        && known(filter)
        && known(&data[data.len() - 1..])
        && filter[2..].iter().all(|dim| dim.is(1))
        && unpadded
        && attributes.i64("groups").unwrap_or(1) == 1
        && matches!(element, Some(ElementType::F32 | ElementType::F64))
}
