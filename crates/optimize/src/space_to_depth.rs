//! Convolutions of blocks of pixels that were made channels, by slices that are joined or by a transpose. Part of
//! `recompose`.
//!
//! ```mlir
//! %a = graph.slice %x {starts = #kiln.dims<[0, 0, 0, 0]>, steps = [1, 1, 2, 2]}
//! %b = graph.slice %x {starts = #kiln.dims<[0, 0, 1, 0]>, steps = [1, 1, 2, 2]}     // and two more
//! %s = graph.concat %a, %b, %c, %d {axis = 1}
//! %y = graph.conv %s, %w {strides = [1, 1], ...}          // %w : 8x12x3x3
//! // becomes
//! %y = graph.conv %x, %v {strides = [2, 2], ...}          // %v : 8x3x6x6, the same numbers
//! ```

use crate::matching::{axes_attribute, constant, find_producer, shape_of};
use crate::slices::Slice;
use kiln_graph::element_count;
use kiln_ir::{Builder, Dim, Mismatch, Module, Op, PatternSet, Rewrite, Value};
use kiln_tensor::{Tensor, row_major_strides};
use rustc_hash::FxHashMap;

/// The most channels that blocks become for a convolution that reads the image by its stride instead: with more, the
/// convolution of blocks is one of the fast ones.
///
/// Xeon, one thread, 3x3 of 2x2 blocks, of the blocks and by stride: 12 channels of 320x320 7.3 ms, 6.4; 32 channels of
/// 160x160 1.9, 3.4; 48 channels of 112x112 1.3, 2.3.
const MOST_CHANNELS: usize = 12;

/// The patterns.
pub(crate) fn add_patterns(patterns: &mut PatternSet) {
    patterns.add_fn("convolution-of-blocks", "graph.conv", convolve_blocks);
}

/// `conv(space_to_depth(x), w) = conv(x, w')`, whose window moves by blocks
fn convolve_blocks(module: &mut Module, op: Op) -> Rewrite {
    let attributes = module.attributes(op);
    let dense = attributes.i64("groups").unwrap_or(1) == 1
        && attributes.str("layout") == Some("channels_first")
        && attributes.i64s("dilations").is_some_and(|dilations| dilations.iter().all(|&dilation| dilation == 1));
    if !dense {
        return Err("the convolution is grouped, dilated or channels-last".into());
    }
    let operand = module.operand(op, 0);
    if !module.has_one_use(operand) {
        return Err("the blocks have other uses".into());
    }
    let weights = module.constant_tensor(module.operand(op, 1)).ok_or("the weights are not constant")?;
    let blocks = Blocks::of_slices(module, operand).or_else(|| Blocks::of_transpose(module, operand));
    let blocks = blocks.ok_or("the operand is not made of blocks of an image")?;
    let filter = blocks.spread(&weights).map_err(|error| Mismatch::from(error.to_string()))?;
    let lists: Option<Vec<(&str, Vec<i64>)>> = ["strides", "pad_low", "pad_high"]
        .into_iter()
        .map(|name| {
            let list = attributes.i64s(name)?;
            Some((name, list.iter().zip(&blocks.block).map(|(number, &side)| number * side as i64).collect()))
        })
        .collect();
    let lists = lists.ok_or("the convolution has no strides or padding")?;

    let mut operands = module.operands(op).to_vec();
    operands[1] = constant(&mut Builder::before(module, op), filter);
    operands[0] = blocks.source;
    module.set_operands(op, &operands);
    for (name, list) in lists {
        module.set_attribute(op, name, list);
    }
    Ok(())
}

/// An image whose blocks of pixels are channels of another.
struct Blocks {
    source: Value,
    /// The sides of a block.
    block: Vec<usize>,
    /// The channels of the source.
    channels: usize,
    /// The channel that holds a channel of the source at a place in the block, in row-major order.
    places: FxHashMap<(usize, usize), usize>,
}

impl Blocks {
    /// The blocks of which `value` joins slices, one for each place in a block.
    fn of_slices(module: &Module, value: Value) -> Option<Blocks> {
        let concat = find_producer(module, value, "graph.concat")?;
        let parts: Option<Vec<Slice>> = module.operands(concat).iter().map(|&part| Slice::of(module, part)).collect();
        let parts = parts.filter(|_| module.attributes(concat).i64("axis") == Some(1))?;
        let first = parts.first()?;
        let shape = shape_of(module, first.source);
        let block: Option<Vec<usize>> = first.steps.get(2..)?.iter().map(|&step| usize::try_from(step).ok()).collect();
        let block = block?;
        let size = block.iter().try_fold(1usize, |product, &side| product.checked_mul(side))?;
        let channels = few_channels(shape, size)?;
        let is_divided = |axis: usize| {
            let side = Dim::Static(block[axis - 2] as u64);
            element_count(&[first.shape[axis], side]) == element_count(&[shape[axis]])
        };
        if size < 2 || parts.len() != size || !(2..shape.len()).all(is_divided) || first.shape[..2] != shape[..2] {
            return None;
        }
        let strides = row_major_strides(&block);
        let mut places = FxHashMap::default();
        for (index, part) in parts.iter().enumerate() {
            let is_alike = part.source == first.source && part.steps == first.steps && part.shape == first.shape;
            let starts: Option<Vec<usize>> =
                part.starts[2..].iter().map(|start| Some(start.as_static()? as usize)).collect();
            let starts = starts.filter(|starts| starts.iter().zip(&block).all(|(start, side)| start < side))?;
            let place: usize = starts.iter().zip(&strides).map(|(start, stride)| start * stride).sum();
            if !is_alike || part.steps[..2] != [1, 1] {
                return None;
            }
            places.extend((0..channels).map(|channel| ((channel, place), index * channels + channel)));
        }
        (places.len() == size * channels).then_some(Blocks { source: first.source, block, channels, places })
    }

    /// The blocks of which `value` is the transpose, as from SpaceToDepth: each side is an axis of its own for that.
    fn of_transpose(module: &Module, value: Value) -> Option<Blocks> {
        let joined = find_producer(module, value, "graph.reshape")?;
        let transpose = find_producer(module, module.operand(joined, 0), "graph.transpose")?;
        let split = find_producer(module, module.operand(transpose, 0), "graph.reshape")?;
        let source = module.operand(split, 0);
        let (shape, apart) = (shape_of(module, source), shape_of(module, module.result(split, 0)));
        let (&[batch, _, height, width], &[same, depth, rows, high, columns, wide]) = (shape, apart) else {
            return None;
        };
        let block = vec![high.as_static()? as usize, wide.as_static()? as usize];
        let size = block[0].checked_mul(block[1])?;
        let channels = few_channels(shape, size)?;
        let is_split = same == batch
            && depth.is(channels as u64)
            && element_count(&[rows, high]) == element_count(&[height])
            && element_count(&[columns, wide]) == element_count(&[width]);
        let result = shape_of(module, value);
        if !is_split || size < 2 || result != [batch, Dim::Static((channels * size) as u64), rows, columns] {
            return None;
        }
        let (by_channel, by_place) = match axes_attribute(module, transpose, "permutation")?.as_slice() {
            [0, 3, 5, 1, 2, 4] => (1, channels),
            [0, 1, 3, 5, 2, 4] => (size, 1),
            _ => return None,
        };
        let pairs = (0..channels).flat_map(|channel| (0..size).map(move |place| (channel, place)));
        let places =
            pairs.map(|(channel, place)| ((channel, place), channel * by_channel + place * by_place)).collect();
        Some(Blocks { source, block, channels, places })
    }

    /// The filters for the source, of filters for the channels that its blocks are.
    fn spread(&self, weights: &Tensor) -> Result<Tensor, kiln_tensor::TensorError> {
        let [filters, _, ref taps @ ..] = *weights.shape() else {
            panic!("filters have channels: the verifier's rule")
        };
        let sides: Vec<usize> = taps.iter().zip(&self.block).map(|(tap, side)| tap * side).collect();
        let shape = [&[filters, self.channels], sides.as_slice()].concat();
        let (own, inner) = (row_major_strides(weights.shape()), row_major_strides(&self.block));
        let strides = row_major_strides(&shape);
        let pick = |flat: usize| {
            let index: Vec<usize> = shape.iter().zip(&strides).map(|(extent, stride)| flat / stride % extent).collect();
            let (mut place, mut from) = (0, index[0] * own[0]);
            for (axis, (&position, &side)) in index[2..].iter().zip(&self.block).enumerate() {
                place += position % side * inner[axis];
                from += position / side * own[axis + 2];
            }
            (0, from + self.places[&(index[1], place)] * own[1])
        };
        Tensor::pick(std::slice::from_ref(weights), &shape, (0..weights.len()).map(pick))
    }
}

/// The channels of an image, if its blocks of so many pixels are few.
fn few_channels(shape: &[Dim], size: usize) -> Option<usize> {
    let channels = usize::try_from(shape.get(1)?.as_static()?).ok()?;
    channels.checked_mul(size).filter(|&made| made <= MOST_CHANNELS).map(|_| channels)
}
