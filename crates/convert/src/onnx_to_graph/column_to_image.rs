//! `Col2Im` where data gives the shapes of image and block: every element is added where its block puts it.

use super::rearrange::list;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{add, constant, dim, element_count, expr, floor_divide, multiply, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr, Type};

/// Elements that a block has outside of the image, in its padding, are added to one more element, which is dropped.
pub(crate) fn at_run_time(node: &mut Node, x: Tracked, image: Tracked, block: Tracked) -> Results {
    let axes = node.static_count(block, "extents of the block")?;
    let &[batch, columns, _] = node.shape(x) else { return Err("the input must have 3 axes".into()) };
    let (strides, dilations) = (list(node, "strides", 1, axes)?, list(node, "dilations", 1, axes)?);
    let pads = list(node, "pads", 0, 2 * axes)?;
    if node.static_count(image, "extents of the image")? != axes || strides.contains(&0) {
        return Err("image, block and strides do not fit".into());
    }
    let channels = channels(node, columns, block)?;
    let dims = |exprs: Vec<DimExpr>| exprs.into_iter().map(dim).collect::<Result<Vec<Dim>, _>>();
    let (image, block) = (dims(node.counts_of(image)?)?, dims(node.counts_of(block)?)?);
    let mut counts = Vec::new();
    for axis in 0..axes {
        let reach = multiply(subtract(expr(block[axis])?, constant(1))?, constant(dilations[axis]))?;
        let padded = add(expr(image[axis])?, constant(pads[axis] + pads[axis + axes] - 1))?;
        let room = floor_divide(subtract(padded, reach)?, constant(strides[axis]))?;
        counts.push(dim(add(room, constant(1))?)?);
    }
    let padding = pads[..axes].iter().map(|&pad| constant(pad)).collect();
    let blocks = Blocks { image, block, counts, strides, dilations, padding };
    Ok(vec![add_up(node, x, [batch, channels], &blocks)?])
}

/// Where the elements of blocks lie in an image, axis by axis.
pub(crate) struct Blocks {
    pub image: Vec<Dim>,
    pub block: Vec<Dim>,
    /// How many blocks there are.
    pub counts: Vec<Dim>,
    pub strides: Vec<i64>,
    pub dilations: Vec<i64>,
    /// How far before the image the first block begins.
    pub padding: Vec<DimExpr>,
}

/// The image of each channel, of the elements of its blocks: `x` has them channel by channel, then by their place in a
/// block, then by block.
pub(crate) fn add_up(
    node: &mut Node,
    x: Tracked,
    [batch, channels]: [Dim; 2],
    blocks: &Blocks,
) -> Result<Tracked, String> {
    let mut places: Option<(Tracked, Tracked)> = None;
    for axis in 0..blocks.block.len() {
        let (within, block_number) = (line(node, blocks, axis)?, line(node, blocks, blocks.block.len() + axis)?);
        let within = node.binary_scalar("graph.multiply", within, blocks.dilations[axis] as f64)?;
        let start = node.binary_scalar("graph.multiply", block_number, blocks.strides[axis] as f64)?;
        let padding = node.extent(blocks.padding[axis]);
        let start = node.binary("graph.subtract", start, padding)?;
        let place = node.binary("graph.add", start, within)?;
        let extent = node.extent(expr(blocks.image[axis])?);
        let is_before = node.binary_scalar("graph.greater_equal", place, 0.0)?;
        let is_after = node.binary("graph.less", place, extent)?;
        let is_inside = node.binary("graph.and", is_before, is_after)?;
        places = Some(match places {
            None => (place, is_inside),
            Some((rows, are_inside)) => {
                let rows = node.binary("graph.multiply", rows, extent)?;
                (node.binary("graph.add", rows, place)?, node.binary("graph.and", are_inside, is_inside)?)
            }
        });
    }
    let (places, are_inside) = places.ok_or("the block has no axes")?;
    let size = element_count(&blocks.image)?;
    let outside = node.extent(size);
    let places = node.select(are_inside, places, outside)?;
    let (parts, all) = (
        dim(element_count(&[&blocks.block[..], &blocks.counts].concat())?)?,
        dim(multiply(expr(batch)?, expr(channels)?)?)?,
    );
    let places = node.reshape(places, &[Dim::Static(1), parts])?;
    let places = node.broadcast(places, &[all, parts])?;
    let x = node.reshape(x, &[all, parts])?;
    let zero = node.scalar(node.element(x), 0.0)?;
    let zeros = node.broadcast(zero, &[all, dim(add(size, constant(1))?)?])?;
    let given = [("axis", attribute(1i64)), ("reduction", attribute("add"))];
    let sums = node.emit("graph.scatter_elements", &[zeros, places, x], &given)?;
    let sums = node.slice_axis(sums, 1, Dim::Static(0), dim(size)?)?;
    node.reshape(sums, &[&[batch, channels], &blocks.image[..]].concat())
}

/// The columns divided by the elements of a block.
fn channels(node: &mut Node, columns: Dim, block: Tracked) -> Result<Dim, String> {
    let block = node.integer_vector(block)?;
    let size = node.reduce("graph.reduce_product", block, &[0])?;
    let columns = node.extent(expr(columns)?);
    let channels = node.binary("graph.divide", columns, size)?;
    node.bind_shape(channels, &[])?.first().copied().ok_or_else(|| "a count is one number".into())
}

/// The numbers along one of the axes of a block and of the number of blocks.
fn line(node: &mut Node, blocks: &Blocks, axis: usize) -> Result<Tracked, String> {
    let mut shape = vec![Dim::Static(1); 2 * blocks.block.len()];
    shape[axis] = blocks.block.iter().chain(&blocks.counts).copied().nth(axis).unwrap_or(Dim::Static(1));
    node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &shape, Type::i64())
}
