//! Operations of `keras.ops` that make arrays, or others of them of another type.

use super::super::call::{Call, Row, element_named, passing, plain};
use super::super::core::identity;
use super::binary::{common, promote};
use super::segments::static_shape;
use super::sorting::counted;
use super::{as_truth, truncated};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, element_count, expr, subtract};
use crate::conversion::functions::constant_of;
use crate::conversion::reach::{highest, lowest};
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Cast", |call| {
        let (x, element) = (call.values(0, "x")?, call.element_at(1, "dtype")?.ok_or("the type is missing")?);
        Ok(vec![cast(call, x, element)?])
    }),
    plain("ops.SaturateCast", |call| {
        let (mut x, element) = (call.values(0, "x")?, call.element_at(1, "dtype")?.ok_or("the type is missing")?);
        let own = call.element(x);
        let is_inside = lowest(element) <= lowest(own) && highest(own) <= highest(element);
        if !is_inside && element != ElementType::I1 && own != ElementType::I1 {
            x = clamp_to(call, x, element)?;
        }
        Ok(vec![cast(call, x, element)?])
    }),
    plain("ops.ConvertToTensor", converted),
    plain("ops.Array", converted),
    passing("ops.Copy", identity),
    passing("ops.StopGradient", identity),
    plain("ops.View", view),
    plain("ops.OnesLike", |call| filled(call, 1.0)),
    plain("ops.ZerosLike", |call| filled(call, 0.0)),
    // What stands in memory that is not written is zeros here.
    plain("ops.EmptyLike", |call| filled(call, 0.0)),
    plain("ops.FullLike", |call| {
        if let Some(value) = call.argument(1, "fill_value") {
            let x = call.first()?;
            let element = call.element_at(2, "dtype")?.unwrap_or(call.element(x));
            let value = call.cast(value, element)?;
            let extents = call.shape(x).to_vec();
            return Ok(vec![call.broadcast(value, &extents)?]);
        }
        let value = call.number_at(1, "fill_value").ok_or("fill_value must be a number")?;
        filled(call, value)
    }),
    plain("ops.Full", |call| {
        let shape = call.setting_at(1, "shape").ok_or("the shape is missing")?;
        let shape =
            shape.as_i64s().or(shape.as_i64().map(|extent| vec![extent])).ok_or("the shape must be constant")?;
        let value = call.values(0, "fill_value")?;
        let element = call.element_at(2, "dtype")?.unwrap_or(ElementType::F32);
        let value = cast(call, value, element)?;
        Ok(vec![call.broadcast(value, &static_shape(&shape)?)?])
    }),
    plain("ops.Arange", arange),
    plain("ops.Linspace", |call| Ok(vec![linspace(call, None)?])),
    plain("ops.Logspace", |call| {
        let base = call.number_at(4, "base").unwrap_or(10.0);
        let exponents = linspace(call, None)?;
        Ok(vec![powers(call, base, exponents)?])
    }),
    plain("ops.Geomspace", geomspace),
    plain("ops.Meshgrid", meshgrid),
    plain("ops.Ndim", |call| {
        let x = call.first()?;
        let rank = call.rank(x) as f64;
        Ok(vec![call.scalar(ElementType::I32, rank)?])
    }),
    plain("ops.Size", |call| {
        let x = call.first()?;
        let count = element_count(call.shape(x))?;
        let count = call.extent(count);
        Ok(vec![call.cast(count, ElementType::I32)?])
    }),
    plain("ops.Vander", vander),
    plain("ops.UnravelIndex", |call| {
        let x = call.first()?;
        let shape =
            call.setting_at(1, "shape").and_then(|shape| shape.as_i64s()).ok_or("the shape must be constant")?;
        let mut rest = x;
        let mut places = Vec::new();
        for &extent in shape.iter().rev() {
            if extent < 1 {
                return Err("extents must be at least 1".into());
            }
            places.push(call.binary_scalar("graph.modulo", rest, extent as f64)?);
            let own = *places.last().ok_or("there are no axes")?;
            let exact = call.binary("graph.subtract", rest, own)?;
            rest = call.binary_scalar("graph.divide", exact, extent as f64)?;
        }
        places.reverse();
        Ok(places)
    }),
];

/// A tensor of another type; every number but 0 is true.
pub(super) fn cast(call: &mut Call, x: Tracked, element: ElementType) -> Result<Tracked, String> {
    if element == ElementType::I1 { as_truth(call, x) } else { call.cast(x, element) }
}

/// Numbers no farther out than those of another type.
fn clamp_to(call: &mut Call, x: Tracked, element: ElementType) -> Result<Tracked, String> {
    let own = call.element(x);
    let (low, high) = (lowest(element).max(lowest(own)), highest(element).min(highest(own)));
    // Next to the largest integers of 32 bits and more, not all whole numbers are floats.
    let (low, high) = match (own, element.is_integer()) {
        (ElementType::F32, true) => ((low as f32) as f64, below(high as f32, high)),
        _ => (low, high),
    };
    call.clamp(x, Some(low), Some(high))
}

/// The largest `f32` that is not above.
fn below(near: f32, high: f64) -> f64 {
    if f64::from(near) > high { f64::from(near.next_down()) } else { f64::from(near) }
}

fn converted(call: &mut Call) -> Results {
    let x = call.values(0, "x")?;
    match call.element_at(1, "dtype")? {
        Some(element) => Ok(vec![cast(call, x, element)?]),
        None => Ok(vec![x]),
    }
}

/// The same bytes as elements of another type.
fn view(call: &mut Call) -> Results {
    let x = call.first()?;
    let own = call.element(x);
    let element = call.element_at(1, "dtype")?.unwrap_or(own);
    match own.bit_width() == element.bit_width() && own != ElementType::I1 && element != ElementType::I1 {
        _ if own == element => Ok(vec![x]),
        true => {
            let (shape, ty) = (call.shape(x).to_vec(), Type::from_element(element));
            Ok(vec![call.emit_as("graph.bitcast", &[x], &[], &shape, ty)?])
        }
        false => Err("a view of elements of another width is not supported".into()),
    }
}

fn filled(call: &mut Call, value: f64) -> Results {
    let x = call.first()?;
    let element = match call.setting("dtype").and_then(|name| name.as_str()) {
        Some(name) => element_named(name)?,
        None => call.element(x),
    };
    let value = constant_of(call, element, value)?;
    let extents = call.shape(x);
    Ok(vec![call.broadcast(value, extents)?])
}

/// Numbers from a start on that are a step apart, up to but not including the stop.
fn arange(call: &mut Call) -> Results {
    let (mut start, mut stop) = (call.values(0, "start")?, call.values(1, "stop").ok());
    if stop.is_none() {
        let start_element = call.element(start);
        let zero = call.scalar(start_element, 0.0)?;
        (start, stop) = (zero, Some(start));
    }
    let stop = stop.ok_or("the stop is missing")?;
    let step = match call.values(2, "step") {
        Ok(step) => step,
        Err(_) => call.scalar(ElementType::I32, 1.0)?,
    };
    let element = common(common(call.element(start), call.element(stop)), call.element(step));
    let result = call.element_at(3, "dtype")?.unwrap_or(element);
    let work = if element.is_float() { ElementType::F64 } else { ElementType::I64 };
    let (start, stop, step) = (call.cast(start, work)?, call.cast(stop, work)?, call.cast(step, work)?);
    let range = call.binary("graph.subtract", stop, start)?;
    let (range, wide_step) = (call.cast(range, ElementType::F64)?, call.cast(step, ElementType::F64)?);
    let count = call.binary("graph.divide", range, wide_step)?;
    let count = call.unary("graph.ceil", count)?;
    let count = call.clamp(count, Some(0.0), None)?;
    let count = match call.constant_floats(count, "the range") {
        Ok(known) => Dim::Static(truncated(known.first().copied().unwrap_or(0.0))?),
        Err(_) => {
            let count = call.cast(count, ElementType::I64)?;
            dim(*call.counts_of(count)?.first().ok_or("the range is empty")?)?
        }
    };
    let line = call.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], &[count], Type::i64())?;
    let line = call.cast(line, work)?;
    let scaled = call.binary("graph.multiply", line, step)?;
    let numbers = call.binary("graph.add", scaled, start)?;
    Ok(vec![call.cast(numbers, result)?])
}

/// So many numbers from a start to a stop along a new axis; ends that are given stand for those of the call.
fn linspace(call: &mut Call, ends: Option<[Tracked; 2]>) -> Result<Tracked, String> {
    let [start, stop] = match ends {
        Some(ends) => ends,
        None => [call.values(0, "start")?, call.values(1, "stop")?],
    };
    if call.is_set("retstep", false) {
        return Err("the step of a linspace is not given back; subtract two of its numbers".into());
    }
    let count = call.integer_at(2, "num").unwrap_or(50);
    let count = u64::try_from(count).ok().filter(|&count| count <= 1 << 24).ok_or("num must be a number")?;
    let (start, stop) = promote(call, start, stop)?;
    let (start, stop) = (call.as_float(start)?, call.as_float(stop)?);
    let element = call.element_at(5, "dtype")?;
    let shape = crate::conversion::emit::broadcast_shape(&[call.shape(start), call.shape(stop)])?;
    let axis = call.axis_at(6, "axis", 0, shape.len() + 1)?;
    let steps = if call.is_set("endpoint", true) { count.saturating_sub(1) } else { count };
    let start_element = call.element(start);
    let line = counted(call, count, start_element)?;
    let shares = call.binary_scalar("graph.divide", line, steps.max(1) as f64)?;
    let mut extents = vec![Dim::Static(1); shape.len() + 1];
    extents[axis] = Dim::Static(count);
    let shares = call.reshape(shares, &extents)?;
    let raise = |call: &mut Call, end: Tracked| -> Result<Tracked, String> {
        let end = call.broadcast(end, &shape)?;
        let mut raised = shape.clone();
        raised.insert(axis, Dim::Static(1));
        call.reshape(end, &raised)
    };
    let (start, stop) = (raise(call, start)?, raise(call, stop)?);
    let range = call.binary("graph.subtract", stop, start)?;
    let moved = call.binary("graph.multiply", range, shares)?;
    let mut numbers = call.binary("graph.add", start, moved)?;
    match element {
        Some(element) if element.is_integer() => {
            numbers = call.unary("graph.floor", numbers)?;
            call.cast(numbers, element)
        }
        Some(element) => call.cast(numbers, element),
        None => Ok(numbers),
    }
}

fn powers(call: &mut Call, base: f64, exponents: Tracked) -> Result<Tracked, String> {
    let exponents_element = call.element(exponents);
    let base = call.scalar(exponents_element, base)?;
    call.binary("graph.power", base, exponents)
}

/// Numbers that are as many times the one before.
fn geomspace(call: &mut Call) -> Results {
    let (start, stop) = (call.values(0, "start")?, call.values(1, "stop")?);
    let mut ends = [call.as_float(start)?, call.as_float(stop)?];
    let sign = call.unary("graph.sign", ends[0])?;
    for end in &mut ends {
        let magnitude = call.unary("graph.abs", *end)?;
        let log = call.unary("graph.log", magnitude)?;
        *end = call.binary_scalar("graph.divide", log, std::f64::consts::LN_10)?;
    }
    let exponents = linspace(call, Some(ends))?;
    let numbers = powers(call, 10.0, exponents)?;
    let numbers_element = call.element(numbers);
    let sign = call.cast(sign, numbers_element)?;
    Ok(vec![call.binary("graph.multiply", numbers, sign)?])
}

/// Each vector along an axis of its own, in the extents of all.
fn meshgrid(call: &mut Call) -> Results {
    let mut lines = Vec::new();
    for index in 0..call.input_count() {
        let line = call.input(index)?;
        let count = dim(element_count(call.shape(line))?)?;
        lines.push(call.reshape(line, &[count])?);
    }
    let is_turned = call.setting("indexing").and_then(|indexing| indexing.as_str()).unwrap_or("xy") == "xy";
    let places: Vec<usize> = match lines.len() >= 2 && is_turned {
        true => [1, 0].into_iter().chain(2..lines.len()).collect(),
        false => (0..lines.len()).collect(),
    };
    let mut shape = vec![Dim::Static(1); lines.len()];
    for (&line, &place) in lines.iter().zip(&places) {
        shape[place] = call.shape(line)[0];
    }
    let mut results = Vec::new();
    for (line, place) in lines.into_iter().zip(places) {
        let mut own = vec![Dim::Static(1); shape.len()];
        own[place] = shape[place];
        let line = call.reshape(line, &own)?;
        results.push(call.broadcast(line, &shape)?);
    }
    Ok(results)
}

/// Powers of the elements of a vector, a column each.
fn vander(call: &mut Call) -> Results {
    let x = call.first()?;
    let &[rows] = call.shape(x) else { return Err("the input must have one axis".into()) };
    let columns = match call.integer_at(1, "N") {
        Some(count) => Dim::Static(u64::try_from(count).map_err(|_| "N must not be negative")?),
        None => rows,
    };
    let element = call.element(x);
    let work = call.as_float(x)?;
    let column = call.reshape(work, &[rows, Dim::Static(1)])?;
    let line = call.line(1, columns)?;
    let exponents = match call.is_set("increasing", false) {
        true => line,
        false => {
            let last = call.extent(subtract(expr(columns)?, constant(1))?);
            call.binary("graph.subtract", last, line)?
        }
    };
    let column_element = call.element(column);
    let exponents = call.cast(exponents, column_element)?;
    let powers = call.binary("graph.power", column, exponents)?;
    Ok(vec![call.cast(powers, element)?])
}
