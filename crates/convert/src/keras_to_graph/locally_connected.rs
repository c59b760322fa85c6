//! Layers of Keras 1 and 2 that slide like convolutions, with a kernel of its own at each place.
//!
//! There are three ways in which a file may have the kernels: for each place those of its window; from each element of the
//! input to each of the output, most of which do not count; or of these only those that count, one after the other.

use super::activations::activate_as_set;
use super::call::{Call, Row, plain};
use super::core::last_axis_product;
use crate::conversion::extent::{dim, element_count};
use crate::conversion::product::product;
use crate::conversion::row::Results;
use crate::conversion::segments::scatter;
use crate::conversion::state::Tracked;
use crate::conversion::windows::Sliding;
use kiln_ir::Dim;
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] = &[
    plain("LocallyConnected1D", |call| locally_connected(call, 1)),
    plain("LocallyConnected2D", |call| locally_connected(call, 2)),
];

/// The most pairs of an element of the input and one of the output.
const MOST_PAIRS: usize = 1 << 22;

fn locally_connected(call: &mut Call, rank: usize) -> Results {
    let (x, kernel) = (call.first_as_floats()?, call.weight("kernel")?);
    let is_last = call.is_channels_last();
    if call.rank(x) != rank + 2 {
        return Err(format!("the input must have {} axes, not {}", rank + 2, call.rank(x)));
    }
    let (size, strides) = (call.integers("kernel_size", rank, 1)?, call.integers("strides", rank, 1)?);
    let along: Vec<Sliding> =
        size.into_iter().zip(strides).map(|(size, stride)| Sliding { size, stride, dilation: 1 }).collect();
    if along.iter().any(|own| own.size < 1 || own.stride < 1) {
        return Err("sizes and strides must be at least 1".into());
    }
    let filters = call.int("filters").and_then(|filters| u64::try_from(filters).ok()).ok_or("filters are missing")?;
    let y = match call.rank(kernel) == 3 && call.int_or("implementation", 1) == 1 {
        true => by_windows(call, x, kernel, &along, is_last)?,
        false => by_pairs(call, x, kernel, &along, filters, is_last)?,
    };
    let y = match call.find_weight("bias")? {
        // It has the filters last whatever the layout, and is read as if it had not.
        Some(bias) if !is_last => {
            let shape = call.shape(y)[1..].to_vec();
            let bias = call.reshape(bias, &shape)?;
            call.binary("graph.add", y, bias)?
        }
        Some(bias) => call.binary("graph.add", y, bias)?,
        None => y,
    };
    Ok(vec![activate_as_set(call, y, "activation")?])
}

/// Each window times the kernel at its place.
fn by_windows(
    call: &mut Call,
    x: Tracked,
    kernel: Tracked,
    along: &[Sliding],
    is_last: bool,
) -> Result<Tracked, String> {
    let rank = along.len();
    let &[places, inner, filters] = call.shape(kernel) else { return Err("the kernel must have three axes".into()) };
    let batch = call.shape(x)[0];
    let first = if is_last { 1 } else { 2 };
    let parts = call.windows(x, first, along)?;
    // Places, examples, and what is in a window in the order of the layout.
    let (windows, elements): (Vec<usize>, Vec<usize>) =
        (0..rank).map(|axis| (first + 2 * axis, first + 2 * axis + 1)).unzip();
    let channels = if is_last { first + 2 * rank } else { 1 };
    let own = if is_last { [&elements[..], &[channels]].concat() } else { [&[channels], &elements[..]].concat() };
    let spatial: Vec<Dim> = windows.iter().map(|&axis| call.shape(parts)[axis]).collect();
    let moved = call.transpose(parts, &[&windows[..], &[0], &own].concat())?;
    let rows = call.reshape(moved, &[places, batch, inner])?;
    let y = product(call, rows, kernel)?;
    let y = call.reshape(y, &[&spatial[..], &[batch, filters]].concat())?;
    let outer: Vec<usize> = (0..rank).collect();
    call.transpose(
        y,
        &if is_last { [&[rank], &outer[..], &[rank + 1]].concat() } else { [&[rank, rank + 1], &outer[..]].concat() },
    )
}

/// The whole input times a matrix of which what does not count is 0.
fn by_pairs(
    call: &mut Call,
    x: Tracked,
    kernel: Tracked,
    along: &[Sliding],
    filters: u64,
    is_last: bool,
) -> Result<Tracked, String> {
    let shape =
        call.ty(x).shape[1..].iter().map(|extent| extent.as_static().and_then(|extent| usize::try_from(extent).ok()));
    let shape = shape.collect::<Option<Vec<usize>>>().ok_or("the input must have known extents")?;
    let rank = along.len();
    let (channels, spatial) = match is_last {
        true => (shape[rank], &shape[..rank]),
        false => (shape[0], &shape[1..]),
    };
    let is_same = call.string_or("padding", "valid") == "same";
    let mut reaches = Vec::new();
    for (&extent, own) in spatial.iter().zip(along) {
        reaches.push(reach(extent, own, is_same)?);
    }
    let counts: Vec<usize> = reaches.iter().map(Vec::len).collect();
    let filters = usize::try_from(filters).map_err(|_| "there are too many filters")?;
    let place =
        |extents: &[usize], own: usize| if is_last { [extents, &[own]].concat() } else { [&[own], extents].concat() };
    let (input, output) = (place(spatial, channels), place(&counts, filters));
    let sizes = kiln_tensor::element_count(&input).zip(kiln_tensor::element_count(&output));
    let (inputs, outputs) = sizes.ok_or("the layer is too large")?;
    if inputs.checked_mul(outputs).is_none_or(|pairs| pairs > MOST_PAIRS) {
        return Err("the layer is too large; save it with implementation=1".into());
    }
    let counted = pairs(&input, &output, &reaches, is_last);
    let element = call.element(kernel);
    let matrix = match call.rank(kernel) {
        1 => {
            let places: Vec<i64> =
                counted.iter().enumerate().filter(|(_, counts)| **counts).map(|(place, _)| place as i64).collect();
            let count = Dim::Static(places.len() as u64);
            let kernel = call.expect_shape(kernel, &[count], "the kernel")?;
            let places = call.tensor(Tensor::from_values(&[places.len(), 1], &places))?;
            let zero = call.scalar(element, 0.0)?;
            let zeros = call.broadcast(zero, &[Dim::Static(counted.len() as u64)])?;
            scatter(call, zeros, places, kernel, "none")?
        }
        _ => {
            let mask = call.tensor(Tensor::from_bools(&[counted.len()], &counted))?;
            let kernel_shape = call.shape(kernel);
            let flat = call.reshape(kernel, &[dim(element_count(kernel_shape)?)?])?;
            let flat = call.expect_shape(flat, &[Dim::Static(counted.len() as u64)], "the kernel")?;
            let zero = call.scalar(element, 0.0)?;
            call.select(mask, flat, zero)?
        }
    };
    let matrix = call.reshape(matrix, &[Dim::Static(inputs as u64), Dim::Static(outputs as u64)])?;
    let batch = call.shape(x)[0];
    let flat = call.reshape(x, &[batch, Dim::Static(inputs as u64)])?;
    let y = last_axis_product(call, flat, matrix)?;
    let output: Vec<Dim> = output.iter().map(|&extent| Dim::Static(extent as u64)).collect();
    call.reshape(y, &[&[batch], &output[..]].concat())
}

/// For each place of the output along an axis, the elements that it sees.
fn reach(extent: usize, own: &Sliding, is_same: bool) -> Result<Vec<std::ops::Range<usize>>, String> {
    let (size, stride) = (own.size as usize, own.stride as usize);
    let count = match is_same {
        true => extent.div_ceil(stride),
        false => extent.checked_sub(size).ok_or("the input is smaller than the kernel")? / stride + 1,
    };
    let before = size / 2;
    let range = |index: usize| {
        let centre = index * stride + if is_same { 0 } else { before };
        centre.saturating_sub(before)..(centre + size - before).min(extent)
    };
    Ok((0..count).map(range).collect())
}

/// Whether each pair of an element of the input and one of the output counts, the inputs one after the other.
fn pairs(input: &[usize], output: &[usize], reaches: &[Vec<std::ops::Range<usize>>], is_last: bool) -> Vec<bool> {
    let first = usize::from(!is_last);
    let places = |extents: &[usize], index: usize| -> Vec<usize> {
        let (mut rest, mut places) = (index, vec![0; extents.len()]);
        for (place, extent) in places.iter_mut().zip(extents).rev() {
            (*place, rest) = (rest % extent, rest / extent);
        }
        places[first..first + reaches.len()].to_vec()
    };
    let count = |extents: &[usize]| extents.iter().product::<usize>();
    let outputs: Vec<Vec<usize>> = (0..count(output)).map(|index| places(output, index)).collect();
    let mut counted = Vec::with_capacity(count(input) * outputs.len());
    for index in 0..count(input) {
        let own = places(input, index);
        counted.extend(outputs.iter().map(|output| {
            let axes = reaches.iter().zip(&own).zip(output);
            axes.into_iter().all(|((reach, own), &output)| reach[output].contains(own))
        }));
    }
    counted
}
