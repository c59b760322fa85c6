//! `RotaryEmbedding`: one op, its angles picked by position.

use super::conversion::Tracked;
use super::emit::attribute;
use super::extent::{constant, dim, expr, floor_divide};
use super::node::{Node, Results, Row, row};
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[row("RotaryEmbedding", rotary_embedding)];

fn rotary_embedding(node: &mut Node) -> Results {
    let (x, cosine, sine, positions) = (node.input(0)?, node.input(1)?, node.input(2)?, node.optional(3));
    let heads = node.int("num_heads");
    Ok(vec![turned(node, x, [cosine, sine], positions, heads)?])
}

/// Pairs of elements turned by the angle of their position.
pub(crate) fn turned(
    node: &mut Node,
    x: Tracked,
    [cosine, sine]: [Tracked; 2],
    positions: Option<Tracked>,
    heads: Option<i64>,
) -> Result<Tracked, String> {
    let shape = node.shape(x);
    // Batch, heads, length, size; or batch, length, and heads of some size each.
    let (heads_apart, axis_of_heads) = match shape {
        [batch, length, hidden] => {
            let heads = heads.filter(|&heads| heads > 0).ok_or("num_heads is missing")?;
            let size = dim(floor_divide(expr(*hidden)?, constant(heads))?)?;
            (node.reshape(x, &[*batch, *length, Dim::Static(heads as u64), size])?, 2)
        }
        [_, _, _, _] => (x, 1),
        _ => return Err("the input must have 3 or 4 axes".into()),
    };
    let cosine = angles(node, cosine, positions, axis_of_heads)?;
    let sine = angles(node, sine, positions, axis_of_heads)?;
    let mut given = Vec::new();
    if node.flag("interleaved", false) || node.flag("rotary_interleaved", false) {
        given.push(("interleaved", attribute(true)));
    }
    // Where the cache says how much of a head is turned, it has an angle for each pair of these.
    let by_cache = || {
        let pairs = node.shape(cosine).last().and_then(|pairs| i64::try_from(pairs.as_static()?).ok())?;
        pairs.checked_mul(2).filter(|_| node.flag("do_rotary", false))
    };
    if let Some(turned) = node.int("rotary_embedding_dim").filter(|&turned| turned > 0).or_else(by_cache) {
        given.push(("rotary_dim", attribute(turned)));
    }
    let turned = node.emit("graph.rotary_embedding", &[heads_apart, cosine, sine], &given)?;
    node.reshape(turned, shape)
}

/// Cosines or sines for each position, with an axis for heads.
fn angles(
    node: &mut Node,
    mut cache: Tracked,
    positions: Option<Tracked>,
    axis_of_heads: usize,
) -> Result<Tracked, String> {
    if let Some(positions) = positions {
        cache = node.emit("graph.gather", &[cache, positions], &[("axis", attribute(0i64))])?;
    }
    let &[batch, length, angles] = node.shape(cache) else {
        return Err("angles must be one row for each position of each of the batch".into());
    };
    let mut shape = vec![batch, length, angles];
    shape.insert(axis_of_heads, Dim::Static(1));
    node.reshape(cache, &shape)
}
