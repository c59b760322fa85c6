//! Which anchors compute their first operand's elements as they need them, each once; and what products make their weights
//! of, each time they read them.

use crate::matmul::reads_words;
use kiln_graph::BlocksView;
use kiln_ir::{Dim, Module, Op, Traits, Type, ValueMapping};
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

/// The op that makes the weights of a matrix product, if the product's kernel can do that: of codes, or of a constant of
/// shorter floats.
pub(super) fn made_weights(module: &Module, product: Op) -> Option<Op> {
    if !module.is(product, "graph.matmul") || module.attributes(product).bool("widening") == Some(true) {
        return None;
    }
    let made = module.defining_op(module.operand(product, 1))?;
    let is_f32 = |ty: Type| ty.element() == Some(ElementType::F32);
    let is_matrix = module.ty(module.result(made, 0)).as_tensor().is_some_and(|tensor| tensor.rank() == 2);
    if !module.operand_types(product).into_iter().all(is_f32) || !is_matrix {
        return None;
    }
    let is_read = match module.name(made).as_str() {
        "graph.dequantize_blocks" => {
            let is_turned = module.attributes(product).bool("transpose_b") == Some(true);
            let is_static = module.operand_types(made).into_iter().all(is_static);
            is_turned && is_static && BlocksView::of(module, made).is_ok_and(|view| reads_words(&view))
        }
        "graph.cast" => is_shorter_constant(module, made),
        _ => false,
    };
    is_read.then_some(made)
}

/// The product whose kernel makes the weights that `op` makes: the only one that reads them, in the same block.
pub(super) fn reader_of_weights(module: &Module, op: Op) -> Option<Op> {
    let [result] = *module.results(op) else { return None };
    let [user] = module.uses(result)[..] else { return None };
    (made_weights(module, user.op) == Some(op)).then_some(user.op)
}

/// Gives each product an op of its own that makes its weights, in its block, where its kernel can do what that op does.
pub(super) fn give_products_their_weights(module: &mut Module, root: Op) {
    for product in module.walk(root) {
        let is_inside = module.parent_op(product).is_some_and(|parent| module.is(parent, "graph.fusion"));
        let Some(made) = made_weights(module, product).filter(|_| !is_inside) else { continue };
        let is_own = module.parent_block(made) == module.parent_block(product);
        if is_own && module.uses(module.result(made, 0)).len() == 1 {
            continue;
        }
        let copy = module.clone_op(made, &mut ValueMapping::default());
        module.insert_before(product, copy);
        let weights = module.result(copy, 0);
        module.set_operand(product, 1, weights);
        if !module.has_uses(module.result(made, 0)) {
            module.erase(made);
        }
    }
}

fn is_static(ty: Type) -> bool {
    ty.as_tensor().is_some_and(|tensor| tensor.static_shape().is_some())
}

/// Whether an op widens a constant, of more than one element, of 16-bit floats.
fn is_shorter_constant(module: &Module, cast: Op) -> bool {
    let source = module.operand(cast, 0);
    let is_constant = module.defining_op(source).is_some_and(|op| module.has_traits(op, Traits::CONSTANT_LIKE));
    let is_short = matches!(module.ty(source).element(), Some(ElementType::F16 | ElementType::BF16));
    is_constant && is_short && module.constant_tensor(source).is_some_and(|tensor| tensor.len() > 1)
}
