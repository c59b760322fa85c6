//! Operations of `keras.ops.image`.

use super::super::call::{Call, Row, plain};
use super::super::convolution::convolve_channels;
use super::super::resizing::{Resized, resize_as_set};
use super::super::window::{Geometry, pad};
use crate::conversion::colours::{from_hsv, hsv_channels};
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{constant, dim, expr, subtract};
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{Tensor, scalar};

pub(crate) const ROWS: &[Row] = &[
    plain("ops.RGBToGrayscale", |call| {
        of_last_channels(call, |call, x| {
            let last = call.rank(x) - 1;
            if call.shape(x)[last].is(1) {
                return Ok(x);
            }
            let element = call.element(x);
            let floats = call.as_float(x)?;
            let shares = scalar::from_floats(call.element(floats), &[3], [0.2989, 0.5870, 0.1140])?;
            let shares = call.tensor(shares)?;
            let weighed = call.binary("graph.multiply", floats, shares)?;
            let grey = call.reduce("graph.reduce_sum", weighed, &[last])?;
            call.cast(grey, element)
        })
    }),
    plain("ops.RGBToHSV", |call| {
        of_last_channels(call, |call, x| {
            let (hue, saturation, value) = hsv_channels(call, x)?;
            let last = call.rank(x) - 1;
            call.concat(&[hue, saturation, value], last)
        })
    }),
    plain("ops.HSVToRGB", |call| of_last_channels(call, |call, x| from_hsv(call, x))),
    plain("ops.Resize", |call| {
        let x = call.first()?;
        let size = call.setting_at(1, "size").and_then(|size| size.as_i64s()).unwrap_or_default();
        let &[height, width] = size.as_slice() else { return Err("the size must be two numbers".into()) };
        let extent = |value: i64| u64::try_from(value).map_err(|_| "the size must not be negative".to_owned());
        let how = Resized { size: [extent(height)?, extent(width)?], mode: call.setting("interpolation") };
        Ok(vec![resize_as_set(call, x, &how)?])
    }),
    plain("ops.CropImages", |call| around(call, "cropping")),
    plain("ops.PadImages", |call| around(call, "padding")),
    plain("ops.GaussianBlur", blur),
    plain("ops.SobelEdges", edges),
    plain("ops.SSIM", similarity),
];

/// What `work` makes of an image whose channels are last.
fn of_last_channels(call: &mut Call, work: impl FnOnce(&mut Call, Tracked) -> Result<Tracked, String>) -> Results {
    let x = call.first()?;
    let rank = call.rank(x);
    if !(3..=4).contains(&rank) {
        return Err("an image has three axes, images have four".into());
    }
    if call.is_channels_last() {
        return Ok(vec![work(call, x)?]);
    }
    let outer = rank - 3;
    let order: Vec<usize> = (0..outer).chain([outer + 1, outer + 2, outer]).collect();
    let back: Vec<usize> = (0..outer).chain([outer + 2, outer, outer + 1]).collect();
    let x = call.transpose(x, &order)?;
    let y = work(call, x)?;
    Ok(vec![call.transpose(y, &back)?])
}

/// Rows and columns cut off, or zeros added, on four sides of which extents may say two.
fn around(call: &mut Call, what: &str) -> Results {
    let mut x = call.first()?;
    let rank = call.rank(x);
    let first = if call.is_channels_last() { rank.checked_sub(3) } else { rank.checked_sub(2) };
    let first = first.ok_or("an image has three axes, images have four")?;
    let is_cut = what == "cropping";
    let (mut low, mut high) = (vec![Dim::Static(0); rank], vec![Dim::Static(0); rank]);
    for (axis, [before, after], target) in
        [(first, ["top", "bottom"], "target_height"), (first + 1, ["left", "right"], "target_width")]
    {
        let extent = expr(call.shape(x)[axis])?;
        let known = |side: &str| call.setting(&format!("{side}_{what}")).and_then(|value| value.as_i64()).map(constant);
        let target = call.setting(target).and_then(|value| value.as_i64()).map(constant);
        // What is cut off or added altogether.
        let total = match target {
            Some(target) if is_cut => Some(subtract(extent, target)?),
            Some(target) => Some(subtract(target, extent)?),
            None => None,
        };
        let (start, end) = match (known(before), known(after), total) {
            (Some(start), Some(end), _) => (start, end),
            (Some(start), None, Some(total)) => (start, subtract(total, start)?),
            (None, Some(end), Some(total)) => (subtract(total, end)?, end),
            _ => return Err(format!("two of {before}_{what}, {after}_{what} and the extent must be said")),
        };
        match is_cut {
            true => {
                let length = subtract(subtract(extent, start)?, end)?;
                x = call.slice_axis(x, axis, dim(start)?, dim(length)?)?;
            }
            false => (low[axis], high[axis]) = (dim(start)?, dim(end)?),
        }
    }
    Ok(vec![if is_cut { x } else { pad(call, x, &low, &high, 0.0)? }])
}

/// The convolution of each channel with one kernel, of rows and columns.
fn filter(call: &mut Call, x: Tracked, kernel: Tensor, padding: &'static str) -> Result<Tracked, String> {
    let channels = *call.shape(x).last().ok_or("an image has channels")?;
    let &[height, width] = kernel.shape() else { return Err("a kernel has two axes".into()) };
    let kernel = call.tensor(kernel)?;
    let (one, size) = (Dim::Static(1), [height, width].map(|extent| Dim::Static(extent as u64)));
    let kernel = call.reshape(kernel, &[size[0], size[1], one, one])?;
    let x_element = call.element(x);
    let kernel = call.cast(kernel, x_element)?;
    let kernel = call.broadcast(kernel, &[size[0], size[1], channels, one])?;
    let geometry = Geometry { padding, ..Geometry::keeping(2, true) };
    convolve_channels(call, x, kernel, None, &geometry)
}

/// The shares of neighbours at distances from the middle.
fn bell(size: usize, sigma: f64) -> Vec<f64> {
    let middle = (size as f64 - 1.0) / 2.0;
    let values: Vec<f64> = (0..size).map(|place| (-0.5 * ((place as f64 - middle) / sigma).powi(2)).exp()).collect();
    let sum: f64 = values.iter().sum();
    values.into_iter().map(|value| value / sum).collect()
}

fn outer(rows: &[f64], columns: &[f64]) -> Result<Tensor, String> {
    let values = rows.iter().flat_map(|row| columns.iter().map(move |column| row * column));
    scalar::from_floats(kiln_tensor::ElementType::F64, &[rows.len(), columns.len()], values)
}

fn blur(call: &mut Call) -> Results {
    let size = call.integers("kernel_size", 2, 3)?;
    let sigma = call.setting_at(2, "sigma").and_then(|sigma| sigma.as_array()).unwrap_or_default();
    let sigma: Vec<f64> = sigma.iter().filter_map(|&sigma| super::super::call::number(sigma)).collect();
    let sigma = if sigma.is_empty() { vec![1.0, 1.0] } else { sigma };
    if sigma.len() != 2 || size.iter().any(|size| !(1..=1 << 12).contains(size)) {
        return Err("kernel_size and sigma must be two numbers each".into());
    }
    // The kernel is that of the second deviation down the rows of the first size, as TensorFlow has it.
    let (rows, columns) = (bell(size[1] as usize, sigma[1]), bell(size[0] as usize, sigma[0]));
    let kernel = outer(&rows, &columns)?;
    let kernel = kernel.reshaped(&[size[0] as usize, size[1] as usize]).map_err(|error| error.to_string())?;
    of_last_channels(call, |call, x| {
        let is_single = call.rank(x) == 3;
        let x_shape = call.shape(x);
        let x = if is_single { call.reshape(x, &[&[Dim::Static(1)], x_shape].concat())? } else { x };
        let y = filter(call, x, kernel, "same")?;
        if is_single { call.drop_axes(y, &[0]) } else { Ok(y) }
    })
}

/// How much each channel changes down and across (Sobel and Feldman), the last axis; beyond the border it is mirrored.
fn edges(call: &mut Call) -> Results {
    let x = call.first()?;
    let is_last = call.is_channels_last();
    let x = if is_last { x } else { call.transpose(x, &[0, 2, 3, 1])? };
    let x = call.as_float(x)?;
    let ones = vec![Dim::Static(0), Dim::Static(1), Dim::Static(1), Dim::Static(0)];
    let given = [("low", dims_attribute(&ones)), ("high", dims_attribute(&ones)), ("mode", attribute("reflect"))];
    let padded = call.emit("graph.pad", &[x], &given)?;
    let down = filter(call, padded, outer(&[-1.0, 0.0, 1.0], &[1.0, 2.0, 1.0])?, "valid")?;
    let across = filter(call, padded, outer(&[1.0, 2.0, 1.0], &[-1.0, 0.0, 1.0])?, "valid")?;
    let y = crate::conversion::attempt::stack(call, &[down, across], 4)?;
    Ok(vec![if is_last { y } else { call.transpose(y, &[0, 3, 1, 2, 4])? }])
}

/// How alike neighbourhoods of two images are (Wang et al. 2004).
fn similarity(call: &mut Call) -> Results {
    let (mut a, mut b) = super::binary::pair(call, (0, "image1"), (1, "image2"))?;
    if !call.is_channels_last() {
        (a, b) = (call.transpose(a, &[0, 2, 3, 1])?, call.transpose(b, &[0, 2, 3, 1])?);
    }
    let (a, b) = (call.as_float(a)?, call.as_float(b)?);
    let size = call.integer_at(3, "filter_size").filter(|size| (1..=1 << 10).contains(size)).unwrap_or(11) as usize;
    let shares = bell(size, call.float_or("filter_sigma", 1.5));
    let kernel = outer(&shares, &shares)?;
    let range = call.float_or("max_val", 1.0);
    let (c1, c2) = ((call.float_or("k1", 0.01) * range).powi(2), (call.float_or("k2", 0.03) * range).powi(2));
    let smooth = |call: &mut Call, x: Tracked, y: Tracked| -> Result<Tracked, String> {
        let both = call.binary("graph.multiply", x, y)?;
        filter(call, both, kernel.clone(), "valid")
    };
    let (aa, bb, ab) = (smooth(call, a, a)?, smooth(call, b, b)?, smooth(call, a, b)?);
    let (mean_a, mean_b) = (filter(call, a, kernel.clone(), "valid")?, filter(call, b, kernel.clone(), "valid")?);
    let product = call.binary("graph.multiply", mean_a, mean_b)?;
    let (square_a, square_b) =
        (call.binary("graph.multiply", mean_a, mean_a)?, call.binary("graph.multiply", mean_b, mean_b)?);
    let squares = call.binary("graph.add", square_a, square_b)?;
    let sums = call.binary("graph.add", aa, bb)?;
    let ratio = |call: &mut Call, twice: Tracked, whole: Tracked, bit: f64| -> Result<Tracked, String> {
        let twice = call.binary_scalar("graph.multiply", twice, 2.0)?;
        let (twice, whole) =
            (call.binary_scalar("graph.add", twice, bit)?, call.binary_scalar("graph.add", whole, bit)?);
        call.binary("graph.divide", twice, whole)
    };
    let light = ratio(call, product, squares, c1)?;
    let (covariance, variances) =
        (call.binary("graph.subtract", ab, product)?, call.binary("graph.subtract", sums, squares)?);
    let structure = ratio(call, covariance, variances, c2)?;
    let index = call.binary("graph.multiply", light, structure)?;
    let mean = call.reduce("graph.reduce_mean", index, &[1, 2, 3])?;
    Ok(vec![call.drop_axes(mean, &[1, 2, 3])?])
}
