//! Shape arithmetic: operators on small tensors whose elements are expressions of extents.
//!
//! Not constant folding: only what stands between a `Shape` and the op that takes its value as a shape. Large constants
//! and floating-point work are left to the graph dialect's own folding.

mod arithmetic;
mod movement;

use crate::conversion::content::{Content, Item};
use crate::conversion::extent::element_count;
use crate::conversion::node::Node;
use crate::conversion::state::Conversion;
use kiln_ir::{DimExpr, Op};
use kiln_tensor::ElementType;
use std::rc::Rc;

/// The contents of the results of `op`, with unknown elements where they are not known; `None` if nothing can be said.
pub(crate) fn fold(conversion: &mut Conversion, op: Op, opset: i64) -> Option<Vec<Content>> {
    let name = conversion.module.name(op).as_str().strip_prefix("onnx.")?;
    let node = Node::new(conversion, op, opset);
    match name {
        "Shape" => return Some(vec![shape(&node)?]),
        "Size" => {
            let count = element_count(node.shape(node.input(0).ok()?)).ok()?;
            return Some(vec![Content { shape: Vec::new(), ..Content::vector(vec![count]) }]);
        }
        _ => {}
    }
    let inputs = contents(&node)?;
    let refs: Vec<&Content> = inputs.iter().map(Rc::as_ref).collect();
    if let Some(folded) = arithmetic::fold(name, &node, &refs) {
        return Some(vec![folded]);
    }
    if name == "Split" {
        return movement::split(&node, refs.first()?);
    }
    let folded = movement::fold(name, &node, &refs)?;
    (folded.items.len() <= Content::MAX_ITEMS).then(|| vec![folded])
}

/// What is known of each operand: all of them small, and something known of at least one.
fn contents(node: &Node) -> Option<Vec<Rc<Content>>> {
    let mut contents = Vec::new();
    for index in 0..node.input_count() {
        let tensor = node.optional(index)?;
        contents.push(match node.content(tensor) {
            Some(content) => content,
            None => Rc::new(Content::unknown(node.ty(tensor))?),
        });
    }
    (!contents.is_empty() && contents.iter().any(|content| content.is_useful())).then_some(contents)
}

/// `Shape`, whose `start` and `end` clamp.
fn shape(node: &Node) -> Option<Content> {
    let dims = node.shape(node.input(0).ok()?);
    let rank = dims.len() as i64;
    let clamp = |position: i64| (if position < 0 { position + rank } else { position }).clamp(0, rank) as usize;
    let (start, end) = (clamp(node.int_or("start", 0)), clamp(node.int_or("end", rank)));
    let exprs: Option<Vec<DimExpr>> = dims.get(start..end.max(start))?.iter().map(|dim| dim.expr()).collect();
    Some(Content::vector(exprs?))
}

/// The content of `ConstantOfShape`'s value and its like: `count` times the same.
pub(crate) fn repeat(item: Item, element: ElementType, shape: Vec<usize>) -> Option<Content> {
    let count = kiln_tensor::element_count(&shape).filter(|&count| count <= Content::MAX_ITEMS)?;
    Some(Content { element, shape, items: vec![item; count] })
}

/// Constant expressions as extents of a shape.
pub(crate) fn static_shape(exprs: &[DimExpr]) -> Option<Vec<usize>> {
    exprs.iter().map(|expr| usize::try_from(expr.as_constant()?).ok()).collect()
}
