//! Products of matrices.

use super::emit::broadcast_shape;
use super::node::Node;
use super::state::Tracked;
use kiln_ir::Dim;

/// The product; a vector is a matrix of one row on the left and of one column on the right, which is then dropped.
pub(crate) fn matmul(node: &mut Node, a: Tracked, b: Tracked) -> Result<Tracked, String> {
    let (a_rank, b_rank) = (node.rank(a), node.rank(b));
    if a_rank == 0 || b_rank == 0 {
        return Err("inputs must have at least one axis".into());
    }
    let one = Dim::Static(1);
    let left = if a_rank == 1 { node.reshape(a, &[one, node.shape(a)[0]])? } else { a };
    let right = if b_rank == 1 { node.reshape(b, &[node.shape(b)[0], one])? } else { b };
    let product = product(node, left, right)?;
    let mut shape = node.shape(product).to_vec();
    if b_rank == 1 {
        shape.pop();
    }
    if a_rank == 1 {
        shape.remove(shape.len() - if b_rank == 1 { 1 } else { 2 });
    }
    node.reshape(product, &shape)
}

/// `graph.matmul`; where the inner extents or the batch axes differ as expressions, they are checked at run time.
pub(crate) fn product(node: &mut Node, a: Tracked, b: Tracked) -> Result<Tracked, String> {
    let (a_shape, b_shape) = (node.shape(a), node.shape(b));
    if a_shape.len().min(b_shape.len()) < 2 {
        return Err("a product of matrices needs operands with two axes at least".into());
    }
    let (a_batch, b_batch) = (&a_shape[..a_shape.len() - 2], &b_shape[..b_shape.len() - 2]);
    let common = broadcast_shape(&[a_batch, b_batch])?;
    let inner = a_shape[a_shape.len() - 1];
    let stretch = |own: &[Dim]| -> Vec<Dim> {
        let offset = common.len() - own.len();
        own.iter().zip(&common[offset..]).map(|(own, common)| if own.is(1) { *own } else { *common }).collect()
    };
    let mut left = stretch(a_batch);
    left.extend(&a_shape[a_shape.len() - 2..]);
    let mut right = stretch(b_batch);
    right.extend([inner, b_shape[b_shape.len() - 1]]);
    if let (Some(inner), Some(other)) = (inner.as_static(), b_shape[b_shape.len() - 2].as_static())
        && inner != other
    {
        return Err(format!("the left matrices have {inner} columns, the right ones {other} rows"));
    }
    let mut checked = b_shape.to_vec();
    checked[b_shape.len() - 2] = inner;
    let b = node.expect_shape(b, &checked, "the right input")?;
    let (a, b) = (node.broadcast(a, &left)?, node.broadcast(b, &right)?);
    node.emit("graph.matmul", &[a, b], &[])
}
