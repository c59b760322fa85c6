//! Shapes that are inputs of a model: what `Reshape` and `Expand` make of them, in ops on vectors.

use crate::conversion::content::Item;
use crate::conversion::extent::{element_count, is_less};
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr};
use kiln_tensor::{ElementType, Tensor};

/// The shape that data asks for: 0 takes the operand's extent, -1 what is left.
pub(crate) fn reshape_shape(node: &mut Node, from: &[Dim], target: Tracked) -> Result<Vec<Dim>, String> {
    let rank = node.static_count(target, "extents")?;
    let known = known_extents(node, target);
    let mut extents = node.integer_vector(target)?;
    if !node.flag("allowzero", false) {
        // Where the operand has no axis, there is no extent to take.
        let mut copied: Vec<Dim> = from.iter().take(rank).copied().collect();
        let missing = vec![DimExpr::constant(-2); rank - copied.len()];
        copied.truncate(rank);
        let copied = node.shape_vector(&copied)?;
        let missing = node.vector(missing);
        let copied = node.concat(&[copied, missing], 0)?;
        let is_zero = node.binary_scalar("graph.equal", extents, 0.0)?;
        extents = node.select(is_zero, copied, extents)?;
    }
    let is_rest = node.binary_scalar("graph.equal", extents, -1.0)?;
    let one = node.tensor(Tensor::scalar(1i64))?;
    let others = node.select(is_rest, one, extents)?;
    let others = node.reduce("graph.reduce_product", others, &[0])?;
    let whole = node.extent(element_count(from)?);
    let rest = node.binary("graph.divide", whole, others)?;
    let extents = node.select(is_rest, rest, extents)?;
    let rests = node.cast(is_rest, ElementType::I64)?;
    let rests = node.reduce("graph.reduce_sum", rests, &[0])?;
    let are_valid = node.binary_scalar("graph.less", rests, 2.0)?;
    let shape = node.bind_valid(are_valid, extents, &[])?;
    Ok(refined(shape, known))
}

/// The shape that a tensor of shape `from` is stretched to: where the target is 1, the operand's extent stays.
pub(crate) fn expand_shape(node: &mut Node, from: &[Dim], target: Tracked) -> Result<Vec<Dim>, String> {
    let count = node.static_count(target, "extents")?;
    let rank = count.max(from.len());
    let missing = node.vector(vec![DimExpr::constant(1); rank - count]);
    let wanted = target;
    let target = node.integer_vector(target)?;
    let target = if count == rank { target } else { node.concat(&[missing, target], 0)? };
    let own = [vec![Dim::Static(1); rank - from.len()], from.to_vec()].concat();
    let mut known = vec![None; rank - count];
    known.extend(known_stretches(node, wanted, &own[rank - count..]));
    let own_extents = node.shape_vector(&own)?;
    let is_one = node.binary_scalar("graph.equal", target, 1.0)?;
    let extents = node.select(is_one, own_extents, target)?;
    let shape = node.bind_shape(extents, &[])?;
    Ok(refined(shape, known))
}

/// Elements of a shape that are known though others are not, and are extents that are not 0.
fn known_extents(node: &Node, target: Tracked) -> Vec<Option<DimExpr>> {
    let Some(content) = node.content(target) else { return Vec::new() };
    let is_extent = |&extent: &DimExpr| is_less(extent, DimExpr::constant(1)) == Some(false);
    content.items.iter().map(|item: &Item| item.to_integer().filter(is_extent)).collect()
}

/// What extents `own` are stretched to, where that is known: a 1 on either side leaves the other.
fn known_stretches(node: &Node, target: Tracked, own: &[Dim]) -> Vec<Option<DimExpr>> {
    let stretch = |(wanted, own): (Option<DimExpr>, &Dim)| match (wanted?, own.expr()?) {
        (wanted, own) if wanted == own || wanted == DimExpr::constant(1) => Some(own),
        (wanted, own) if own == DimExpr::constant(1) => Some(wanted),
        (wanted, _) => (is_less(DimExpr::constant(1), wanted) == Some(true)).then_some(wanted),
    };
    known_extents(node, target).into_iter().zip(own).map(stretch).collect()
}

/// Known extents in place of symbols.
fn refined(shape: Vec<Dim>, known: Vec<Option<DimExpr>>) -> Vec<Dim> {
    let known = known.into_iter().chain(std::iter::repeat(None));
    shape.into_iter().zip(known).map(|(dim, known)| known.map_or(dim, Dim::from_expr)).collect()
}
