//! Gathering.

use crate::conversion::emit::attribute;
use crate::conversion::extent::normalize_axis;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("Gather", |node| {
        let (data, indices) = (node.input(0)?, node.input(1)?);
        Ok(vec![gather(node, data, indices, 0, 0)?])
    }),
    row("ResourceGather", |node| {
        let (data, indices) = (node.input(0)?, node.input(1)?);
        let shared = usize::try_from(node.int_or("batch_dims", 0)).map_err(|_| "batch_dims must not be negative")?;
        Ok(vec![gather(node, data, indices, shared, shared)?])
    }),
    row("GatherV2", |node| {
        let (data, indices) = (node.input(0)?, node.input(1)?);
        let axis = normalize_axis(node.one_int(2, "the axis")?, node.rank(data))?;
        let shared = node.int_or("batch_dims", 0);
        let shared = if shared < 0 { shared + node.rank(indices) as i64 } else { shared };
        let shared = usize::try_from(shared).map_err(|_| "batch_dims is out of range")?;
        Ok(vec![gather(node, data, indices, axis, shared)?])
    }),
    row("GatherNd", gather_nd),
    row("ResourceGatherNd", gather_nd),
];

/// Slices of `data` along an axis; the first `shared` axes of both go together.
fn gather(node: &mut Node, data: Tracked, indices: Tracked, axis: usize, shared: usize) -> Result<Tracked, String> {
    if shared == 0 {
        return node.emit("graph.gather", &[data, indices], &[("axis", attribute(axis as i64))]);
    }
    if shared > axis || shared > node.rank(indices) {
        return Err(format!("batch_dims {shared} is more than there are axes"));
    }
    // The axis goes right behind the shared ones, and the axes between back to their place.
    let rank = node.rank(data);
    let mut order: Vec<usize> = (0..rank).filter(|&other| other != axis).collect();
    order.insert(shared, axis);
    let data = node.transpose(data, &order)?;
    let column = [node.shape(indices), &[Dim::Static(1)]].concat();
    let indices = node.cast(indices, ElementType::I64)?;
    let own = node.rank(indices) - shared;
    let tuples = node.reshape(indices, &column)?;
    let found = node.emit("graph.gather_nd", &[data, tuples], &[("batch_dims", attribute(shared as i64))])?;
    let between = axis - shared;
    let total = node.rank(found);
    let moved = (0..shared)
        .chain(shared + own..shared + own + between)
        .chain(shared..shared + own)
        .chain(shared + own + between..total);
    let order: Vec<usize> = moved.collect();
    node.transpose(found, &order)
}

fn gather_nd(node: &mut Node) -> Results {
    let (data, indices) = (node.input(0)?, node.input(1)?);
    // No index at all names the whole.
    if node.shape(indices).last().is_some_and(|count| count.is(0)) {
        let rank = node.rank(indices) - 1;
        let shape = [&node.shape(indices)[..rank], node.shape(data)].concat();
        return Ok(vec![node.broadcast(data, &shape)?]);
    }
    let shared = node.int_or("batch_dims", 0);
    Ok(vec![node.emit("graph.gather_nd", &[data, indices], &[("batch_dims", attribute(shared))])?])
}
