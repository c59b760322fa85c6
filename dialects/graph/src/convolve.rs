//! Evaluation of `conv` and `conv_transpose`, as products of matrices over blocks of output (or input) positions.

use crate::conv::ConvView;
use crate::product::{Number, multiply_add};
use kiln_ir::EvaluateRequest;
use kiln_tensor::scalar::Class;
use kiln_tensor::{Tensor, row_major_strides};
use std::num::Wrapping;

/// How many positions are gathered into one matrix: bounds the memory that takes.
const BLOCK: usize = 1024;

/// The result of `graph.conv`.
pub(crate) fn evaluate_conv(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    match request.operands.first().map(|x| Class::of(x.element())) {
        Some(Class::Float) => conv::<f64>(request),
        _ => conv::<Wrapping<i64>>(request),
    }
}

/// The result of `graph.conv_transpose`.
pub(crate) fn evaluate_conv_transpose(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    match request.operands.first().map(|x| Class::of(x.element())) {
        Some(Class::Float) => conv_transpose::<f64>(request),
        _ => conv_transpose::<Wrapping<i64>>(request),
    }
}

/// A tensor in a layout: where its elements stand.
struct Image {
    channels: usize,
    space: Vec<usize>,
    batch_stride: usize,
    channel_stride: usize,
    space_strides: Vec<usize>,
}

impl Image {
    fn new(shape: &[usize], view: &ConvView) -> Image {
        let strides = row_major_strides(shape);
        let (channel, spatial) = (view.layout().channel_axis(shape.len()), view.layout().spatial_axes(shape.len()));
        Image {
            channels: shape[channel],
            space: shape[spatial.clone()].to_vec(),
            batch_stride: strides[0],
            channel_stride: strides[channel],
            space_strides: strides[spatial].to_vec(),
        }
    }

    fn positions(&self) -> usize {
        self.space.iter().product()
    }

    /// The offset of position number `position`, within one channel.
    fn offset(&self, position: usize) -> usize {
        coordinates(position, &self.space).zip(self.space_strides.iter().rev()).map(|(at, stride)| at * stride).sum()
    }
}

/// The coordinates of a flat position, innermost axis first.
fn coordinates(position: usize, space: &[usize]) -> impl Iterator<Item = usize> {
    let mut rest = position;
    space.iter().rev().map(move |&extent| {
        let at = rest % extent;
        rest /= extent;
        at
    })
}

/// Which element of `dense` the filter's element number `tap` meets when it stands at position number `position` of
/// `sparse` (the result of a convolution, the operand of a transposed one): its offset within one channel.
fn meet(
    view: &ConvView,
    dense: &Image,
    sparse: &Image,
    kernel: &[usize],
    position: usize,
    tap: usize,
) -> Option<usize> {
    let mut offset = 0;
    let places = coordinates(position, &sparse.space).zip(coordinates(tap, kernel));
    for (inner, (place, element)) in places.enumerate() {
        let axis = kernel.len() - 1 - inner;
        let window = &view.window;
        let at = place as i64 * window.strides[axis] + element as i64 * window.dilations[axis] - window.pad_low[axis];
        let at = usize::try_from(at).ok().filter(|&at| at < dense.space[axis])?;
        offset += at * dense.space_strides[axis];
    }
    Some(offset)
}

fn conv<T: Number>(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x, filter, bias @ ..], [(element, shape)]) = (request.operands, request.results) else {
        return Err("conv has at least two operands and one result".into());
    };
    let view = ConvView::parse(request.attributes, x.rank())?;
    let (input, output) = (Image::new(x.shape(), &view), Image::new(shape, &view));
    let kernel = &filter.shape()[2..];
    let taps: usize = kernel.iter().product();
    let groups = view.groups as usize;
    let (inputs, outputs) = (input.channels / groups, output.channels / groups);
    let (values, weights) = (T::read(x)?, T::read(filter)?);
    let depth = inputs * taps;
    let padding = T::of_integer(view.pad_value);
    let mut result = spread_bias::<T>(bias, &output, shape)?;
    for start in (0..output.positions()).step_by(BLOCK) {
        let block = start..output.positions().min(start + BLOCK);
        let places: Vec<usize> = block.clone().map(|position| output.offset(position)).collect();
        let meets: Vec<Vec<Option<usize>>> = (0..taps)
            .map(|tap| block.clone().map(|position| meet(&view, &input, &output, kernel, position, tap)).collect())
            .collect();
        for (batch, group) in (0..shape[0]).flat_map(|batch| (0..groups).map(move |group| (batch, group))) {
            let mut columns = Vec::with_capacity(depth * block.len());
            for channel in group * inputs..(group + 1) * inputs {
                let base = batch * input.batch_stride + channel * input.channel_stride;
                let read = |offset: &Option<usize>| offset.map_or(padding, |offset| values[base + offset]);
                columns.extend(meets.iter().flatten().map(read));
            }
            let rows = &weights[group * outputs * depth..][..outputs * depth];
            let mut sums = vec![T::default(); outputs * block.len()];
            multiply_add(rows, &columns, &mut sums, [outputs, depth, block.len()]);
            for (index, line) in sums.chunks_exact(block.len()).enumerate() {
                let channel = group * outputs + index;
                let base = batch * output.batch_stride + channel * output.channel_stride;
                for (place, &sum) in places.iter().zip(line) {
                    result[base + place] += sum;
                }
            }
        }
    }
    Ok(vec![T::write(*element, shape, result)?])
}

fn conv_transpose<T: Number>(request: &EvaluateRequest) -> Result<Vec<Tensor>, String> {
    let ([x, filter, bias @ ..], [(element, shape)]) = (request.operands, request.results) else {
        return Err("conv_transpose has at least two operands and one result".into());
    };
    let view = ConvView::parse(request.attributes, x.rank())?;
    let (input, output) = (Image::new(x.shape(), &view), Image::new(shape, &view));
    let kernel = &filter.shape()[2..];
    let taps: usize = kernel.iter().product();
    let groups = view.groups as usize;
    let (inputs, outputs) = (input.channels / groups, output.channels / groups);
    let (values, weights) = (T::read(x)?, T::read(filter)?);
    let depth = outputs * taps;
    let mut result = spread_bias::<T>(bias, &output, shape)?;
    for start in (0..input.positions()).step_by(BLOCK) {
        let block = start..input.positions().min(start + BLOCK);
        let places: Vec<usize> = block.clone().map(|position| input.offset(position)).collect();
        let meets: Vec<Vec<Option<usize>>> = (0..taps)
            .map(|tap| block.clone().map(|position| meet(&view, &output, &input, kernel, position, tap)).collect())
            .collect();
        for (batch, group) in (0..shape[0]).flat_map(|batch| (0..groups).map(move |group| (batch, group))) {
            let channels = group * inputs..(group + 1) * inputs;
            let rows: Vec<T> = (0..depth)
                .flat_map(|row| channels.clone().map(move |channel| (row, channel)))
                .map(|(row, channel)| weights[channel * depth + row])
                .collect();
            let base = |channel: usize| batch * input.batch_stride + channel * input.channel_stride;
            let columns: Vec<T> = channels
                .clone()
                .flat_map(|channel| places.iter().map(move |place| base(channel) + place))
                .map(|at| values[at])
                .collect();
            let mut sums = vec![T::default(); depth * block.len()];
            multiply_add(&rows, &columns, &mut sums, [depth, inputs, block.len()]);
            for (row, line) in sums.chunks_exact(block.len()).enumerate() {
                let channel = group * outputs + row / taps;
                let base = batch * output.batch_stride + channel * output.channel_stride;
                for (offset, &sum) in meets[row % taps].iter().zip(line) {
                    if let Some(offset) = offset {
                        result[base + offset] += sum;
                    }
                }
            }
        }
    }
    Ok(vec![T::write(*element, shape, result)?])
}

/// The result before any product: the bias of each channel, or zeros.
fn spread_bias<T: Number>(bias: &[Tensor], output: &Image, shape: &[usize]) -> Result<Vec<T>, String> {
    let count = kiln_tensor::element_count(shape).ok_or("the result is too large for memory")?;
    let Some(bias) = bias.first() else { return Ok(vec![T::default(); count]) };
    let values = T::read(bias)?;
    Ok((0..count).map(|place| values[place / output.channel_stride % output.channels]).collect())
}
