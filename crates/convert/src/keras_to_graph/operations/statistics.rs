//! Operations of `keras.ops` on how elements are distributed.

use super::super::call::{Call, Row, plain};
use super::sorting::{counted, sorted};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, element_count, expr, subtract};
use crate::conversion::product::product;
use crate::conversion::row::Results;
use crate::conversion::segments::join;
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Median", |call| median(call, false)),
    plain("ops.Nanmedian", |call| median(call, true)),
    // Keras interpolates whatever the method.
    plain("ops.Quantile", |call| listed_quantiles(call, 1.0, false)),
    plain("ops.Nanquantile", |call| listed_quantiles(call, 1.0, true)),
    plain("ops.Percentile", |call| listed_quantiles(call, 100.0, false)),
    plain("ops.Nanpercentile", |call| listed_quantiles(call, 100.0, true)),
    plain("ops.Histogram", histogram),
    plain("ops.Bincount", bincount),
    plain("ops.Corrcoef", correlation),
];

fn median(call: &mut Call, skips_nan: bool) -> Results {
    let half = call.scalar(ElementType::F64, 0.5)?;
    Ok(vec![quantiles(call, half, "linear", skips_nan)?])
}

fn listed_quantiles(call: &mut Call, whole: f64, skips_nan: bool) -> Results {
    let shares = call.values(1, "q")?;
    let shares = call.cast(shares, ElementType::F64)?;
    let shares = if whole == 1.0 { shares } else { call.binary_scalar("graph.divide", shares, whole)? };
    let is_linear = call.conversion.module.name(call.op).as_str() == "keras.ops.Quantile";
    let method = call.setting("method").and_then(|method| method.as_str()).filter(|_| !is_linear).unwrap_or("linear");
    Ok(vec![quantiles(call, shares, method, skips_nan)?])
}

/// What so large a share of the elements is below, along axes; several shares are the first axis of the result.
fn quantiles(call: &mut Call, shares: Tracked, method: &str, skips_nan: bool) -> Result<Tracked, String> {
    let x = call.first_float()?;
    let (rank, element) = (call.rank(x), call.element(x));
    let axes = call.axes_at(if call.setting("q").is_some() || call.find("1").is_some() { 2 } else { 1 }, "axis", rank);
    let axes = axes?.unwrap_or_else(|| (0..rank).collect());
    let others: Vec<usize> = (0..rank).filter(|axis| !axes.contains(axis)).collect();
    let moved = call.transpose(x, &[&others[..], &axes].concat())?;
    let outer: Vec<Dim> = others.iter().map(|&axis| call.shape(x)[axis]).collect();
    let inner = dim(element_count(&axes.iter().map(|&axis| call.shape(x)[axis]).collect::<Vec<_>>())?)?;
    let rows = call.reshape(moved, &[&outer[..], &[inner]].concat())?;
    let last = outer.len();
    let ordered = sorted(call, rows, last, false)?[0];
    // How many numbers there are, in each row or in all.
    let is_nan = call.unary("graph.is_nan", rows)?;
    let nans = call.cast(is_nan, ElementType::I64)?;
    let nans = call.reduce("graph.reduce_sum", nans, &[last])?;
    let all = call.extent(expr(inner)?);
    let nans_shape = call.shape(nans);
    let all = call.broadcast(all, nans_shape)?;
    let count = if skips_nan { call.binary("graph.subtract", all, nans)? } else { all };
    let count = call.cast(count, ElementType::F64)?;
    let most = call.binary_scalar("graph.subtract", count, 1.0)?;
    let most = call.clamp(most, Some(0.0), None)?;
    let wanted = call.rank(shares);
    let shares_shape = call.shape(shares);
    let line = call.reshape(shares, &[dim(element_count(shares_shape)?)?])?;
    let places = call.binary("graph.multiply", most, line)?;
    let at = |call: &mut Call, place: Tracked| -> Result<Tracked, String> {
        let place = call.cast(place, ElementType::I64)?;
        call.emit("graph.gather_elements", &[ordered, place], &[("axis", attribute(last as i64))])
    };
    let (below, above) = (call.unary("graph.floor", places)?, call.unary("graph.ceil", places)?);
    let chosen = match method {
        "lower" => at(call, below)?,
        "higher" => at(call, above)?,
        "nearest" => {
            let nearest = call.unary("graph.round", places)?;
            at(call, nearest)?
        }
        "midpoint" => {
            let (low, high) = (at(call, below)?, at(call, above)?);
            let sum = call.binary("graph.add", low, high)?;
            call.binary_scalar("graph.multiply", sum, 0.5)?
        }
        "linear" => {
            let (low, high) = (at(call, below)?, at(call, above)?);
            let share = call.binary("graph.subtract", places, below)?;
            let share = call.cast(share, element)?;
            let one = call.scalar(element, 1.0)?;
            let rest = call.binary("graph.subtract", one, share)?;
            let (low, high) = (call.binary("graph.multiply", low, rest)?, call.binary("graph.multiply", high, share)?);
            call.binary("graph.add", low, high)?
        }
        other => return Err(format!("method \"{other}\" of a quantile is not known")),
    };
    // A row without a number has no quantile, nor has one with something that is none, unless that is left out.
    let spoilt = match skips_nan {
        true => call.binary("graph.equal", nans, all)?,
        false => call.binary_scalar("graph.greater", nans, 0.0)?,
    };
    let nothing = call.scalar(element, f64::NAN)?;
    let chosen = call.select(spoilt, nothing, chosen)?;
    let order: Vec<usize> = [last].into_iter().chain(0..last).collect();
    let chosen = call.transpose(chosen, &order)?;
    let mut shape: Vec<Dim> = outer;
    if call.is_set("keepdims", false) {
        axes.iter().for_each(|&axis| shape.insert(axis, Dim::Static(1)));
    }
    let listed = if wanted == 0 { Vec::new() } else { vec![call.shape(chosen)[0]] };
    call.reshape(chosen, &[listed, shape].concat())
}

/// How many elements fall between neighbours of edges that are as far from each other, and the edges.
fn histogram(call: &mut Call) -> Results {
    let x = call.first()?;
    let element = call.element(x);
    let bins = call.integer_at(1, "bins").filter(|bins| (1..=1 << 20).contains(bins)).ok_or("bins must be a number")?;
    let axes: Vec<usize> = (0..call.rank(x)).collect();
    let ends = call.setting_at(2, "range").and_then(|range| range.as_array());
    let (low, high) = match ends {
        Some([low, high]) => {
            let number = |end| super::super::call::number(end).ok_or("the range must be numbers");
            (call.scalar(element, number(*low)?)?, call.scalar(element, number(*high)?)?)
        }
        _ => {
            let (low, high) = (call.reduce("graph.reduce_min", x, &axes)?, call.reduce("graph.reduce_max", x, &axes)?);
            (call.drop_axes(low, &axes)?, call.drop_axes(high, &axes)?)
        }
    };
    let work = if element.is_float() { element } else { ElementType::F64 };
    let (low, high) = (call.cast(low, work)?, call.cast(high, work)?);
    let steps = counted(call, bins as u64 + 1, work)?;
    let shares = call.binary_scalar("graph.divide", steps, bins as f64)?;
    let range = call.binary("graph.subtract", high, low)?;
    let edges = call.binary("graph.multiply", shares, range)?;
    let edges = call.binary("graph.add", edges, low)?;
    let edges = call.cast(edges, element)?;
    let x_shape = call.shape(x);
    let flat = call.reshape(x, &[dim(element_count(x_shape)?)?, Dim::Static(1)])?;
    let inner = call.slice_axis(edges, 0, Dim::Static(1), Dim::Static(bins as u64 - 1))?;
    let reached = call.binary("graph.greater_equal", flat, inner)?;
    let ones = call.cast(reached, ElementType::I64)?;
    let place = call.reduce("graph.reduce_sum", ones, &[1])?;
    let wide = call.cast(flat, work)?;
    let (from, to) = (call.binary("graph.greater_equal", wide, low)?, call.binary("graph.less_equal", wide, high)?);
    let inside = call.binary("graph.and", from, to)?;
    let numbers = counted(call, bins as u64, ElementType::I64)?;
    let hits = call.binary("graph.equal", place, numbers)?;
    let hits = call.binary("graph.and", hits, inside)?;
    let hits = call.cast(hits, if element.is_float() { element } else { ElementType::I64 })?;
    let counts = call.reduce("graph.reduce_sum", hits, &[0])?;
    let counts = call.drop_axes(counts, &[0])?;
    Ok(vec![call.cast(counts, element)?, edges])
}

/// How often each number is there, or the sum of the weights of where it is; as many as the largest number asks for.
fn bincount(call: &mut Call) -> Results {
    if call.is_set("sparse", false) {
        return Err("sparse results are not supported".into());
    }
    let x = call.first()?;
    let numbers = call.cast(x, ElementType::I64)?;
    let weights = match call.argument(1, "weights").is_some() || call.setting_at(1, "weights").is_some() {
        true => Some(call.values(1, "weights")?),
        false => None,
    };
    let axes: Vec<usize> = (0..call.rank(numbers)).collect();
    let largest = call.reduce("graph.reduce_max", numbers, &axes)?;
    let count = call.binary_scalar("graph.add", largest, 1.0)?;
    let amount = call.number_at(2, "minlength").unwrap_or(0.0);
    let count = call.clamp(count, Some(amount), None)?;
    let count = dim(call.bind_extents(count, &[])?[0])?;
    let weights = match weights {
        Some(weights) => weights,
        None => {
            let one = call.scalar(ElementType::I32, 1.0)?;
            let numbers_shape = call.shape(numbers);
            call.broadcast(one, numbers_shape)?
        }
    };
    match *call.shape(numbers) {
        [_] => Ok(vec![join(call, weights, numbers, count, "add")?]),
        [batch, length] => {
            // One column of ones for each number of a row.
            let line = call.emit_as(
                "graph.iota",
                &[],
                &[("axis", attribute(1i64))],
                &[Dim::Static(1), count],
                kiln_ir::Type::i64(),
            )?;
            let line = call.reshape(line, &[Dim::Static(1), Dim::Static(1), count])?;
            let column = call.reshape(numbers, &[batch, length, Dim::Static(1)])?;
            let hits = call.binary("graph.equal", column, line)?;
            let weights_element = call.element(weights);
            let hits = call.cast(hits, weights_element)?;
            let weights = call.reshape(weights, &[batch, length, Dim::Static(1)])?;
            let weighted = call.binary("graph.multiply", hits, weights)?;
            let sums = call.reduce("graph.reduce_sum", weighted, &[1])?;
            Ok(vec![call.drop_axes(sums, &[1])?])
        }
        _ => Err("numbers that are counted must have one axis or two".into()),
    }
}

/// How rows go with each other, from -1 to 1.
fn correlation(call: &mut Call) -> Results {
    let x = call.first_float()?;
    let &[rows, samples] = call.shape(x) else { return Err("the input must have two axes".into()) };
    let mean = call.reduce("graph.reduce_mean", x, &[1])?;
    let centred = call.binary("graph.subtract", x, mean)?;
    let turned = call.transpose(centred, &[1, 0])?;
    let sums = product(call, centred, turned)?;
    let free = call.extent(subtract(expr(samples)?, constant(1))?);
    let x_element = call.element(x);
    let free = call.cast(free, x_element)?;
    let covariance = call.binary("graph.divide", sums, free)?;
    let squares = call.binary("graph.multiply", centred, centred)?;
    let variance = call.reduce("graph.reduce_sum", squares, &[1])?;
    let variance = call.binary("graph.divide", variance, free)?;
    let deviation = call.unary("graph.sqrt", variance)?;
    let other = call.reshape(deviation, &[Dim::Static(1), rows])?;
    let scale = call.binary("graph.multiply", deviation, other)?;
    let correlation = call.binary("graph.divide", covariance, scale)?;
    Ok(vec![call.clamp(correlation, Some(-1.0), Some(1.0))?])
}
