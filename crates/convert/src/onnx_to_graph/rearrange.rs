//! `ReverseSequence`, `TensorScatter`, `MaxUnpool`, `Col2Im`: elements that change places.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, element_count, expr, floor_divide, multiply, normalize_axis, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::{ElementType, scalar};

pub(crate) const ROWS: &[Row] = &[
    row("ReverseSequence", reverse_sequence),
    row("TensorScatter", tensor_scatter),
    row("MaxUnpool", max_unpool),
    row("Col2Im", column_to_image),
];

/// Positions along an axis, in a shape that broadcasts to a tensor of `rank`.
fn positions(node: &mut Node, rank: usize, axis: usize, extent: Dim) -> Result<Tracked, String> {
    let mut shape = vec![Dim::Static(1); rank];
    shape[axis] = extent;
    node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &shape, Type::i64())
}

/// A vector along an axis, in a shape that broadcasts to a tensor of `rank`.
fn along(node: &mut Node, x: Tracked, rank: usize, axis: usize) -> Result<Tracked, String> {
    let &[length] = node.shape(x) else { return Err("lengths and indices must have one axis".into()) };
    let mut shape = vec![Dim::Static(1); rank];
    shape[axis] = length;
    let x = node.cast(x, ElementType::I64)?;
    node.reshape(x, &shape)
}

fn reverse_sequence(node: &mut Node) -> Results {
    let (x, lengths) = (node.input(0)?, node.input(1)?);
    let rank = node.rank(x);
    let time = normalize_axis(node.int_or("time_axis", 0), rank)?;
    let batch = normalize_axis(node.int_or("batch_axis", 1), rank)?;
    let lengths = along(node, lengths, rank, batch)?;
    let places = positions(node, rank, time, node.shape(x)[time])?;
    let last = node.binary_scalar("graph.subtract", lengths, 1.0)?;
    let mirrored = node.binary("graph.subtract", last, places)?;
    let is_inside = node.binary("graph.less", places, lengths)?;
    let places = node.select(is_inside, mirrored, places)?;
    let places = node.broadcast(places, node.shape(x))?;
    Ok(vec![node.emit("graph.gather_elements", &[x, places], &[("axis", attribute(time as i64))])?])
}

fn tensor_scatter(node: &mut Node) -> Results {
    let (cache, update) = (node.input(0)?, node.input(1)?);
    let rank = node.rank(cache);
    let axis = node.axis(-2, rank)?;
    let mut places = positions(node, rank, axis, node.shape(update)[axis])?;
    if let Some(starts) = node.optional(2) {
        let starts = along(node, starts, rank, 0)?;
        places = node.binary("graph.add", places, starts)?;
    }
    match node.string_or("mode", "linear") {
        "linear" => {}
        "circular" => {
            let extent = super::attention::scalar(node, expr(node.shape(cache)[axis])?)?;
            places = node.binary("graph.modulo", places, extent)?;
        }
        other => return Err(format!("mode \"{other}\" is not known")),
    }
    let places = node.broadcast(places, node.shape(update))?;
    let given = [("axis", attribute(axis as i64)), ("reduction", attribute("none"))];
    Ok(vec![node.emit("graph.scatter_elements", &[cache, places, update], &given)?])
}

/// A list of one integer for each of so many axes.
pub(crate) fn list(node: &Node, name: &str, default: i64, count: usize) -> Result<Vec<i64>, String> {
    let values = node.ints(name).filter(|values| !values.is_empty()).unwrap_or_else(|| vec![default; count]);
    match values.len() == count && values.iter().all(|value| (0..1 << 31).contains(value)) {
        true => Ok(values),
        false => Err(format!("{name} {values:?} does not fit")),
    }
}

/// Indices count in the tensor that the attributes give; an output shape that is larger is filled up with zeros.
fn max_unpool(node: &mut Node) -> Results {
    let (x, indices) = (node.input(0)?, node.input(1)?);
    let shape = node.shape(x).to_vec();
    let spatial = shape.len().checked_sub(2).ok_or("the input has no spatial axes")?;
    let kernel = list(node, "kernel_shape", 1, spatial)?;
    let (strides, pads) = (list(node, "strides", 1, spatial)?, list(node, "pads", 0, 2 * spatial)?);
    let mut unpooled = shape[..2].to_vec();
    for axis in 0..spatial {
        let before = subtract(expr(shape[axis + 2])?, constant(1))?;
        let reach = constant(kernel[axis] - pads[axis] - pads[axis + spatial]);
        unpooled.push(dim(crate::conversion::extent::add(multiply(before, constant(strides[axis]))?, reach)?)?);
    }
    let (count, total) = (dim(element_count(&shape)?)?, dim(element_count(&unpooled)?)?);
    let (flat, places) = (node.reshape(x, &[count])?, node.reshape(indices, &[count])?);
    let zero = node.scalar(node.element(x), 0.0)?;
    let zeros = node.broadcast(zero, &[total])?;
    let given = [("axis", attribute(0i64)), ("reduction", attribute("none"))];
    let filled = node.emit("graph.scatter_elements", &[zeros, places, flat], &given)?;
    let filled = node.reshape(filled, &unpooled)?;
    let Some(wanted) = node.optional(2) else { return Ok(vec![filled]) };
    let wanted = node.counts_of(wanted)?;
    if wanted.len() != shape.len() {
        return Err("the output shape has another number of axes than the input".into());
    }
    let mut high = Vec::new();
    for (&own, &wanted) in unpooled.iter().zip(&wanted) {
        high.push(dim(subtract(wanted, expr(own)?)?)?);
    }
    if high.iter().all(|dim| dim.is(0)) {
        return Ok(vec![filled]);
    }
    let low = vec![Dim::Static(0); shape.len()];
    let given = [("low", attribute(low)), ("high", attribute(high)), ("mode", attribute("constant"))];
    Ok(vec![node.emit("graph.pad", &[filled], &given)?])
}

/// Blocks added up where they lie: a transposed convolution by filters of a single 1, one for each element of a block.
fn column_to_image(node: &mut Node) -> Results {
    let x = node.input(0)?;
    let (image, block) = (node.input(1)?, node.input(2)?);
    let is_open = node.shape(x).get(1).is_some_and(|columns| columns.as_static().is_none());
    if is_open || [1, 2].into_iter().any(|list| node.run_time_axes(list).is_some()) {
        return super::column_to_image::at_run_time(node, x, image, block);
    }
    let (image, block) = (node.constant_ints(image, "the image shape")?, node.constant_ints(block, "the block shape")?);
    let axes = block.len();
    let &[batch, columns, _] = node.shape(x) else { return Err("the input must have 3 axes".into()) };
    let (strides, dilations) = (list(node, "strides", 1, axes)?, list(node, "dilations", 1, axes)?);
    let pads = list(node, "pads", 0, 2 * axes)?;
    let size: i64 = block.iter().product();
    if image.len() != axes || size <= 0 || strides.contains(&0) {
        return Err("image, block and strides do not fit".into());
    }
    let channels = floor_divide(expr(columns)?, constant(size))?.as_constant().ok_or("channels must be static")?;
    let mut shape = vec![batch, columns];
    let mut rest = Vec::new();
    for axis in 0..axes {
        let room = image[axis] + pads[axis] + pads[axis + axes] - dilations[axis] * (block[axis] - 1) - 1;
        let room = u64::try_from(room).map_err(|_| "a block is larger than the image")?;
        shape.push(Dim::Static(room / strides[axis] as u64 + 1));
        rest.push((room % strides[axis] as u64) as i64);
    }
    let blocks = node.reshape(x, &shape)?;
    let one_hot = (0..channels * size * size).map(|flat| f64::from(u8::from(flat / size % size == flat % size)));
    let extents = [channels * size, 1].iter().chain(&block).map(|&extent| extent as usize).collect::<Vec<_>>();
    let filter = scalar::from_floats(node.element(x), &extents, one_hot)?;
    let filter = node.tensor(filter)?;
    let given = [
        ("strides", attribute(&strides)),
        ("dilations", attribute(&dilations)),
        ("pad_low", attribute(pads[..axes].to_vec())),
        ("pad_high", attribute(pads[axes..].to_vec())),
        ("output_padding", attribute(&rest)),
        ("groups", attribute(channels)),
        ("layout", attribute("channels_first")),
    ];
    Ok(vec![node.emit("graph.conv_transpose", &[blocks, filter], &given)?])
}
