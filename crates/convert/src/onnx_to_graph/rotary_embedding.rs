//! `RotaryEmbedding`: one op, its angles picked by position.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, floor_divide, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[row("RotaryEmbedding", rotary_embedding)];

fn rotary_embedding(node: &mut Node) -> Results {
    let (x, cosine, sine, positions) = (node.input(0)?, node.input(1)?, node.input(2)?, node.optional(3));
    let heads = node.int("num_heads").and_then(|heads| u64::try_from(heads).ok()).map(Dim::Static);
    Ok(vec![turned(node, x, [cosine, sine], positions, heads)?])
}

/// Pairs of elements turned by the angle of their position.
pub(crate) fn turned(
    node: &mut Node,
    x: Tracked,
    [cosine, sine]: [Tracked; 2],
    positions: Option<Tracked>,
    heads: Option<Dim>,
) -> Result<Tracked, String> {
    let shape = node.shape(x);
    // Batch, heads, length, size; or batch, length, and heads of some size each.
    let (heads_apart, axis_of_heads) = match shape {
        [batch, length, hidden] => {
            let heads = heads.filter(|heads| !heads.is(0)).ok_or("num_heads is missing")?;
            let size = dim(floor_divide(expr(*hidden)?, expr(heads)?)?)?;
            (node.reshape(x, &[*batch, *length, heads, size])?, 2)
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
    let is_known = [heads_apart, cosine].iter().all(|&tensor| node.shape(tensor)[3].as_static().is_some());
    let turned = match is_known {
        true => node.emit("graph.rotary_embedding", &[heads_apart, cosine, sine], &given)?,
        false => by_halves(node, heads_apart, [cosine, sine])?,
    };
    node.reshape(turned, shape)
}

/// The same where only a run tells the size of a head or how much of it is turned: there is an angle for each pair.
fn by_halves(node: &mut Node, x: Tracked, angles: [Tracked; 2]) -> Result<Tracked, String> {
    let shape = node.shape(x).to_vec();
    let pairs = node.shape(angles[0])[3];
    let turned = dim(multiply(expr(pairs)?, constant(2))?)?;
    let wide = if node.element(x).is_narrow_float() { ElementType::F32 } else { node.element(x) };
    let part = node.slice_axis(x, 3, Dim::Static(0), turned)?;
    let part = node.cast(part, wide)?;
    let [cosine, sine] = angles;
    let (cosine, sine) = (node.cast(cosine, wide)?, node.cast(sine, wide)?);
    let is_interleaved = node.flag("interleaved", false) || node.flag("rotary_interleaved", false);
    let (axis, extents) = if is_interleaved { (4, [pairs, Dim::Static(2)]) } else { (3, [Dim::Static(2), pairs]) };
    let apart = node.reshape(part, &[&shape[..3], &extents].concat())?;
    let mut halves = [apart; 2];
    for (index, half) in halves.iter_mut().enumerate() {
        let own = node.slice_axis(apart, axis, Dim::Static(index as u64), Dim::Static(1))?;
        *half = node.reshape(own, &[&shape[..3], &[pairs]].concat())?;
    }
    let mut times = |half: Tracked, factor: Tracked| node.binary("graph.multiply", half, factor);
    let [first, second] = halves;
    let along = [times(first, cosine)?, times(second, cosine)?];
    let across = [times(second, sine)?, times(first, sine)?];
    let mut results = Vec::new();
    for (op, (along, across)) in ["graph.subtract", "graph.add"].into_iter().zip(along.into_iter().zip(across)) {
        let result = node.binary(op, along, across)?;
        let mut own = shape[..3].to_vec();
        own.extend(extents.map(|extent| if extent == pairs { pairs } else { Dim::Static(1) }));
        results.push(node.reshape(result, &own)?);
    }
    let joined = node.concat(&results, axis)?;
    let joined = node.reshape(joined, &[&shape[..3], &[turned]].concat())?;
    let joined = node.cast(joined, node.element(x))?;
    let rest = dim(subtract(expr(shape[3])?, expr(turned)?)?)?;
    if rest.is(0) {
        return Ok(joined);
    }
    let rest = node.slice_axis(x, 3, turned, rest)?;
    let whole = node.concat(&[joined, rest], 3)?;
    node.reshape(whole, &shape)
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
