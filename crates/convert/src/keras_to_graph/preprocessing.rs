//! Layers that prepare inputs, as far as they are work on tensors, and those that change images only in training.

use super::call::{Call, Row, passing, plain};
use super::normalization::axes_of;
use crate::conversion::emit::attribute;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim, Type};
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[
    passing("Rescaling", rescaling),
    passing("Normalization", normalization),
    plain("Discretization", discretization),
    plain("CategoryEncoding", |call| {
        let x = call.first()?;
        let count =
            call.int("num_tokens").and_then(|count| u64::try_from(count).ok()).ok_or("num_tokens is missing")?;
        let mode = call.string_or("output_mode", "multi_hot");
        Ok(vec![encode(call, x, count, mode)?])
    }),
    plain("AugMix", unchanged),
    plain("CutMix", unchanged),
    plain("MixUp", unchanged),
    plain("RandAugment", unchanged),
    plain("RandomBrightness", unchanged),
    plain("RandomColorDegeneration", unchanged),
    plain("RandomColorJitter", unchanged),
    plain("RandomContrast", unchanged),
    plain("RandomElasticTransform", unchanged),
    plain("RandomErasing", unchanged),
    plain("RandomFlip", unchanged),
    plain("RandomGaussianBlur", unchanged),
    plain("RandomGrayscale", unchanged),
    plain("RandomHeight", unchanged),
    plain("RandomHue", unchanged),
    plain("RandomInvert", unchanged),
    plain("RandomPerspective", unchanged),
    plain("RandomPosterization", unchanged),
    plain("RandomRotation", unchanged),
    plain("RandomSaturation", unchanged),
    plain("RandomSharpness", unchanged),
    plain("RandomShear", unchanged),
    plain("RandomTranslation", unchanged),
    plain("RandomWidth", unchanged),
    plain("RandomZoom", unchanged),
];

/// What is random does nothing but in training.
pub(super) fn unchanged(call: &mut Call) -> Results {
    Ok(vec![call.first_as_floats()?])
}

/// A number, or numbers along the last axes, as a constant.
pub(crate) fn numbers(call: &mut Call, value: Attribute, element: ElementType) -> Result<Tracked, String> {
    let (mut shape, mut items) = (Vec::new(), Vec::new());
    collect(value, 0, &mut shape, &mut items)?;
    if kiln_tensor::element_count(&shape) != Some(items.len()) {
        return Err(format!("{value} is no array of numbers"));
    }
    match shape.is_empty() {
        true => call.scalar(element, items[0]),
        false => {
            let wide = call.tensor(Tensor::from_values(&shape, &items))?;
            let constant = call.cast(wide, element)?;
            Ok(constant)
        }
    }
}

/// The elements of lists in lists.
fn collect(value: Attribute, depth: usize, shape: &mut Vec<usize>, items: &mut Vec<f64>) -> Result<(), String> {
    if let Some(number) = super::call::number(value) {
        items.push(number);
        return Ok(());
    }
    if let Some(truth) = value.as_bool() {
        items.push(f64::from(u8::from(truth)));
        return Ok(());
    }
    let list = value.as_array().filter(|_| depth < 8).ok_or_else(|| format!("{value} is no array of numbers"))?;
    if shape.len() == depth {
        shape.push(list.len());
    }
    if shape[depth] != list.len() {
        return Err(format!("{value} is no array of numbers"));
    }
    list.iter().try_for_each(|&item| collect(item, depth + 1, shape, items))
}

fn rescaling(call: &mut Call) -> Results {
    let x = call.first_as_floats()?;
    let element = call.element(x);
    let scale = numbers(call, call.attribute("scale").unwrap_or(Attribute::f64(1.0)), element)?;
    let offset = numbers(call, call.attribute("offset").unwrap_or(Attribute::f64(0.0)), element)?;
    let scaled = call.binary("graph.multiply", x, scale)?;
    Ok(vec![call.binary("graph.add", scaled, offset)?])
}

/// `(x - mean) / deviation`, or the inverse.
fn normalization(call: &mut Call) -> Results {
    let x = call.first_as_floats()?;
    let element = call.element(x);
    let axes = match call.attribute("axis") {
        Some(_) => axes_of(call, "axis", -1, call.rank(x))?,
        None => Vec::new(),
    };
    let mut statistics = Vec::new();
    for name in ["mean", "variance"] {
        let known = match call.find_weight(name)? {
            Some(weight) => weight,
            None => {
                let value = call.attribute(name).ok_or_else(|| format!("the {name} is missing"))?;
                numbers(call, value, element)?
            }
        };
        // Along the axes that have statistics of their own.
        let mut shape = vec![Dim::Static(1); call.rank(x)];
        axes.iter().for_each(|&axis| shape[axis] = call.shape(x)[axis]);
        let is_one = call.shape(known).iter().all(|extent| extent.is(1));
        statistics.push(if is_one { call.reshape(known, &[])? } else { call.reshape(known, &shape)? });
    }
    let deviation = call.unary("graph.sqrt", statistics[1])?;
    let deviation = call.clamp(deviation, Some(1e-7), None)?;
    if call.is_set("invert", false) {
        let scaled = call.binary("graph.multiply", x, deviation)?;
        return Ok(vec![call.binary("graph.add", scaled, statistics[0])?]);
    }
    let centred = call.binary("graph.subtract", x, statistics[0])?;
    Ok(vec![call.binary("graph.divide", centred, deviation)?])
}

/// `x` with an axis of extent 1 at the end.
pub(super) fn with_last_axis(call: &mut Call, x: Tracked) -> Result<Tracked, String> {
    let shape = [call.shape(x), &[Dim::Static(1)]].concat();
    call.reshape(x, &shape)
}

/// Which of the sorted boundaries are not above.
fn discretization(call: &mut Call) -> Results {
    let x = call.first()?;
    let x = call.cast(x, ElementType::F32)?;
    let bounds = call.attribute("bin_boundaries").and_then(|bounds| bounds.as_array()).unwrap_or_default();
    let bounds: Vec<f64> = bounds.iter().filter_map(|&bound| super::call::number(bound)).collect();
    if bounds.is_empty() {
        return Err("there are no bin_boundaries".into());
    }
    let narrow: Vec<f32> = bounds.iter().map(|&bound| bound as f32).collect();
    let constant = call.tensor(Tensor::from_values(&[narrow.len()], &narrow))?;
    let column = with_last_axis(call, x)?;
    let reached = call.binary("graph.greater_equal", column, constant)?;
    let ones = call.cast(reached, ElementType::I64)?;
    let axis = call.rank(ones) - 1;
    let count = call.reduce("graph.reduce_sum", ones, &[axis])?;
    let bins = call.drop_axes(count, &[axis])?;
    match call.string_or("output_mode", "int") {
        "int" => Ok(vec![call.cast(bins, ElementType::I32)?]),
        mode => Ok(vec![encode(call, bins, bounds.len() as u64 + 1, mode)?]),
    }
}

/// Numbers as ones at their places: for each, for any of a row, or how many.
pub(super) fn encode(call: &mut Call, x: Tracked, count: u64, mode: &str) -> Result<Tracked, String> {
    let indices = call.cast(x, ElementType::I64)?;
    let element = match call.conversion.module.name(call.op).as_str() {
        // Keras 3 leaves what it looked up integers.
        "keras.IntegerLookup" | "keras.StringLookup" if !call.is_before_keras_3() => ElementType::I64,
        _ => call.compute_type(),
    };
    let is_single = call.shape(indices).last().is_none_or(|extent| extent.is(1));
    let column = match mode == "one_hot" && is_single && call.rank(indices) > 1 {
        true => indices,
        false => with_last_axis(call, indices)?,
    };
    let rank = call.rank(column);
    let mut line = vec![Dim::Static(1); rank];
    line[rank - 1] = Dim::Static(count);
    let places = call.emit_as("graph.iota", &[], &[("axis", attribute(rank as i64 - 1))], &line, Type::i64())?;
    let hits = call.binary("graph.equal", column, places)?;
    let hits = call.cast(hits, element)?;
    let reduction = match mode {
        "one_hot" => return Ok(hits),
        "multi_hot" => "graph.reduce_max",
        "count" if call.argument(1, "count_weights").is_none() => "graph.reduce_sum",
        "count" => {
            let weights = call.argument(1, "count_weights").ok_or("count_weights are missing")?;
            let weights = call.cast(weights, element)?;
            let weights = with_last_axis(call, weights)?;
            let weighted = call.binary("graph.multiply", hits, weights)?;
            let sums = call.reduce("graph.reduce_sum", weighted, &[rank - 2])?;
            return call.drop_axes(sums, &[rank - 2]);
        }
        other => return Err(format!("output_mode \"{other}\" is not supported")),
    };
    if rank < 3 {
        return Ok(hits);
    }
    let reduced = call.reduce(reduction, hits, &[rank - 2])?;
    call.drop_axes(reduced, &[rank - 2])
}
