//! Operations of `keras.ops` that reduce axes, or accumulate along one.

use super::super::call::{Call, Row, plain};
use super::as_truth;
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, normalize_axis};
use crate::conversion::reshape::reshape_shape;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Sum", |call| reduce(call, "graph.reduce_sum", Kept::Sum)),
    plain("ops.Prod", |call| reduce(call, "graph.reduce_product", Kept::Sum)),
    plain("ops.Max", |call| reduce(call, "graph.reduce_max", Kept::Type)),
    plain("ops.Amax", |call| reduce(call, "graph.reduce_max", Kept::Type)),
    plain("ops.Min", |call| reduce(call, "graph.reduce_min", Kept::Type)),
    plain("ops.Amin", |call| reduce(call, "graph.reduce_min", Kept::Type)),
    plain("ops.Mean", |call| reduce(call, "graph.reduce_mean", Kept::Float)),
    plain("ops.Any", |call| reduce(call, "graph.reduce_max", Kept::Truth)),
    plain("ops.All", |call| reduce(call, "graph.reduce_min", Kept::Truth)),
    plain("ops.CountNonzero", |call| {
        let x = call.first()?;
        let truth = as_truth(call, x)?;
        let ones = call.cast(truth, ElementType::I32)?;
        let axes = reduced_axes(call, x)?;
        let count = call.reduce("graph.reduce_sum", ones, &axes)?;
        Ok(vec![call.drop_axes(count, &axes)?])
    }),
    plain("ops.Ptp", |call| {
        let x = call.first()?;
        let axes = reduced_axes(call, x)?;
        let (most, least) = (call.reduce("graph.reduce_max", x, &axes)?, call.reduce("graph.reduce_min", x, &axes)?);
        let range = call.binary("graph.subtract", most, least)?;
        Ok(vec![kept(call, range, &axes)?])
    }),
    plain("ops.Var", |call| {
        let x = call.first_float()?;
        let axes = reduced_axes(call, x)?;
        let [_, variance] = moments(call, x, &axes)?;
        Ok(vec![kept(call, variance, &axes)?])
    }),
    plain("ops.Std", |call| {
        let x = call.first_float()?;
        let axes = reduced_axes(call, x)?;
        let [_, variance] = moments(call, x, &axes)?;
        let variance = kept(call, variance, &axes)?;
        Ok(vec![call.unary("graph.sqrt", variance)?])
    }),
    plain("ops.Moments", |call| {
        let x = call.first()?;
        let axes = match call.axes_at(1, "axes", call.rank(x))? {
            Some(axes) => axes,
            None => (0..call.rank(x)).collect(),
        };
        let [mean, variance] = moments(call, x, &axes)?;
        Ok(vec![kept(call, mean, &axes)?, kept(call, variance, &axes)?])
    }),
    plain("ops.Logsumexp", |call| {
        let x = call.first_float()?;
        let axes = reduced_axes(call, x)?;
        let most = call.reduce("graph.reduce_max", x, &axes)?;
        let shifted = call.binary("graph.subtract", x, most)?;
        let powers = call.unary("graph.exp", shifted)?;
        let sum = call.reduce("graph.reduce_sum", powers, &axes)?;
        let log = call.unary("graph.log", sum)?;
        let result = call.binary("graph.add", log, most)?;
        Ok(vec![kept(call, result, &axes)?])
    }),
    plain("ops.Average", average),
    plain("ops.Norm", norm),
    plain("ops.Cumsum", |call| accumulate(call, "graph.cumulative_sum")),
    plain("ops.Cumprod", |call| accumulate(call, "graph.cumulative_product")),
    plain("ops.Argmax", |call| extreme_place(call, "graph.arg_max")),
    plain("ops.Argmin", |call| extreme_place(call, "graph.arg_min")),
    plain("ops.Trapezoid", trapezoid),
];

/// The element type of a reduction's result.
#[derive(Clone, Copy, PartialEq)]
enum Kept {
    /// That of the operand.
    Type,
    /// One that sums fit in: of integers 32 bits at least.
    Sum,
    Float,
    Truth,
}

/// The axes that an operation reduces: all, if it does not say.
pub(super) fn reduced_axes(call: &Call, x: Tracked) -> Result<Vec<usize>, String> {
    Ok(call.axes_at(1, "axis", call.rank(x))?.unwrap_or_else(|| (0..call.rank(x)).collect()))
}

/// A reduced tensor without the axes, unless they are kept.
pub(super) fn kept(call: &mut Call, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    if call.is_set("keepdims", false) { Ok(x) } else { call.drop_axes(x, axes) }
}

/// A tensor in the type that its sum has.
pub(super) fn summable(call: &mut Call, x: Tracked) -> Result<Tracked, String> {
    use ElementType::*;
    match call.element(x) {
        I1 | I8 | I16 => call.cast(x, I32),
        U8 | U16 => call.cast(x, U32),
        _ => Ok(x),
    }
}

fn reduce(call: &mut Call, op: &str, result: Kept) -> Results {
    let mut x = if result == Kept::Float { call.first_float()? } else { call.first()? };
    let is_truth = call.element(x) == ElementType::I1;
    if result == Kept::Truth {
        let truth = as_truth(call, x)?;
        x = call.cast(truth, ElementType::U8)?;
    } else if result == Kept::Sum {
        x = summable(call, x)?;
    } else if is_truth {
        x = call.cast(x, ElementType::U8)?;
    }
    let axes = reduced_axes(call, x)?;
    let mut reduced = call.reduce(op, x, &axes)?;
    if result == Kept::Type
        && let Some(initial) = call.number_at(3, "initial")
    {
        let op = if op == "graph.reduce_max" { "graph.maximum" } else { "graph.minimum" };
        reduced = call.binary_scalar(op, reduced, initial)?;
    }
    let reduced = kept(call, reduced, &axes)?;
    if let Some(element) = call.element_at(2, "dtype")?.filter(|_| result == Kept::Sum) {
        return Ok(vec![call.cast(reduced, element)?]);
    }
    let is_truth = result == Kept::Truth || is_truth && result == Kept::Type;
    Ok(vec![if is_truth { call.cast(reduced, ElementType::I1)? } else { reduced }])
}

/// Mean and variance, with the axes kept.
pub(super) fn moments(call: &mut Call, x: Tracked, axes: &[usize]) -> Result<[Tracked; 2], String> {
    let mean = call.reduce("graph.reduce_mean", x, axes)?;
    let centred = call.binary("graph.subtract", x, mean)?;
    let squares = call.binary("graph.multiply", centred, centred)?;
    Ok([mean, call.reduce("graph.reduce_mean", squares, axes)?])
}

/// A mean in which elements weigh differently.
fn average(call: &mut Call) -> Results {
    let x = call.first_float()?;
    let axes = reduced_axes(call, x)?;
    let has_weights = call.argument(1, "weights").is_some() || call.setting_at(1, "weights").is_some();
    if !has_weights || call.attribute("axis").is_none() && call.argument(1, "weights").is_none() {
        let mean = call.reduce("graph.reduce_mean", x, &axes)?;
        return Ok(vec![call.drop_axes(mean, &axes)?]);
    }
    let weights = call.values(1, "weights")?;
    let x_element = call.element(x);
    let mut weights = call.cast(weights, x_element)?;
    // Weights of one axis go along the one that is averaged.
    if let (&[extent], &[axis]) = (call.shape(weights), axes.as_slice())
        && call.rank(x) > 1
    {
        let mut shape = vec![kiln_ir::Dim::Static(1); call.rank(x)];
        shape[axis] = extent;
        weights = call.reshape(weights, &shape)?;
    }
    let extents = call.shape(x).to_vec();
    let weights = call.broadcast(weights, &extents)?;
    let weighted = call.binary("graph.multiply", x, weights)?;
    let (sum, total) =
        (call.reduce("graph.reduce_sum", weighted, &axes)?, call.reduce("graph.reduce_sum", weights, &axes)?);
    let x_element = call.element(x);
    let zero = call.scalar(x_element, 0.0)?;
    let quotient = call.binary("graph.divide", sum, total)?;
    let is_zero = call.binary_scalar("graph.equal", total, 0.0)?;
    let mean = call.select(is_zero, zero, quotient)?;
    Ok(vec![call.drop_axes(mean, &axes)?])
}

/// Lengths of vectors, and norms of matrices that need no singular values.
fn norm(call: &mut Call) -> Results {
    let mut x = call.first_float()?;
    let order = call.setting_at(1, "ord");
    let mut axes = call.axes_at(2, "axis", call.rank(x))?;
    if axes.is_none() && order.is_none() {
        let count = reshape_shape(call.shape(x), &[constant(-1)], true)?;
        let rank = call.rank(x);
        if !call.is_set("keepdims", false) {
            x = call.reshape(x, &count)?;
            axes = Some(vec![0]);
        } else {
            axes = Some((0..rank).collect());
        }
    }
    let axes = axes.unwrap_or_else(|| (0..call.rank(x)).collect());
    let name = order.and_then(|order| order.as_str());
    let number = order.and_then(super::super::call::number);
    let result = match (axes.len(), name, number) {
        (_, None, None) | (2, Some("fro"), _) | (1, None, Some(2.0)) => euclidean(call, x, &axes)?,
        (1, None, Some(order)) => vector_norm(call, x, axes[0], order)?,
        (2, None, Some(order)) if [1.0, -1.0, f64::INFINITY, f64::NEG_INFINITY].contains(&order) => {
            let listed = call.setting_at(2, "axis").and_then(|axes| axes.as_i64s());
            let rank = call.rank(x);
            let first = listed.and_then(|listed| listed.first().copied()).map(|axis| normalize_axis(axis, rank));
            let is_turned = first.transpose()? == Some(axes[1]);
            let (rows, columns) = if is_turned { (axes[1], axes[0]) } else { (axes[0], axes[1]) };
            let summed = if order.is_finite() { rows } else { columns };
            let other = if order.is_finite() { columns } else { rows };
            let magnitudes = call.unary("graph.abs", x)?;
            let sums = call.reduce("graph.reduce_sum", magnitudes, &[summed])?;
            call.reduce(if order > 0.0 { "graph.reduce_max" } else { "graph.reduce_min" }, sums, &[other])?
        }
        _ => return Err("this order of a norm needs singular values, which are not computed".into()),
    };
    Ok(vec![kept(call, result, &axes)?])
}

fn euclidean(call: &mut Call, x: Tracked, axes: &[usize]) -> Result<Tracked, String> {
    let squares = call.binary("graph.multiply", x, x)?;
    let sum = call.reduce("graph.reduce_sum", squares, axes)?;
    call.unary("graph.sqrt", sum)
}

fn vector_norm(call: &mut Call, x: Tracked, axis: usize, order: f64) -> Result<Tracked, String> {
    let magnitudes = call.unary("graph.abs", x)?;
    if order == f64::INFINITY {
        return call.reduce("graph.reduce_max", magnitudes, &[axis]);
    }
    if order == f64::NEG_INFINITY {
        return call.reduce("graph.reduce_min", magnitudes, &[axis]);
    }
    if order == 0.0 {
        let truth = as_truth(call, x)?;
        let x_element = call.element(x);
        let ones = call.cast(truth, x_element)?;
        return call.reduce("graph.reduce_sum", ones, &[axis]);
    }
    if order == 1.0 {
        return call.reduce("graph.reduce_sum", magnitudes, &[axis]);
    }
    let powers = call.binary_scalar("graph.power", magnitudes, order)?;
    let sum = call.reduce("graph.reduce_sum", powers, &[axis])?;
    call.binary_scalar("graph.power", sum, 1.0 / order)
}

/// A tensor whose elements are one after the other, and the axis, where none is said.
pub(super) fn along(call: &mut Call, x: Tracked, place: usize) -> Result<(Tracked, usize), String> {
    match call.integer_at(place, "axis") {
        Some(_) => Ok((x, call.axis_at(place, "axis", 0, call.rank(x))?)),
        None => {
            let shape = reshape_shape(call.shape(x), &[constant(-1)], true)?;
            Ok((call.reshape(x, &shape)?, 0))
        }
    }
}

fn accumulate(call: &mut Call, op: &str) -> Results {
    let x = call.first()?;
    let x = if call.element(x) == ElementType::I1 { call.cast(x, ElementType::I32)? } else { x };
    let x = match call.element_at(2, "dtype")? {
        Some(element) => call.cast(x, element)?,
        None => x,
    };
    let (x, axis) = along(call, x, 1)?;
    Ok(vec![accumulated(call, op, x, axis)?])
}

/// `graph.cumulative_sum` or `graph.cumulative_product`, each element with all before it.
pub(super) fn accumulated(call: &mut Call, op: &str, x: Tracked, axis: usize) -> Result<Tracked, String> {
    let given = [("axis", attribute(axis as i64)), ("exclusive", attribute(false)), ("reverse", attribute(false))];
    call.emit(op, &[x], &given)
}

fn extreme_place(call: &mut Call, op: &str) -> Results {
    let x = call.first()?;
    let x = if call.element(x) == ElementType::I1 { call.cast(x, ElementType::U8)? } else { x };
    let rank = call.rank(x);
    let (x, axis) = along(call, x, 1)?;
    let place = call.emit(op, &[x], &[("axis", attribute(axis as i64)), ("select_last", attribute(false))])?;
    let place = call.cast(place, ElementType::I32)?;
    match (call.is_set("keepdims", false), call.integer_at(1, "axis")) {
        (true, Some(_)) => Ok(vec![place]),
        (true, None) => Ok(vec![call.reshape(place, &vec![kiln_ir::Dim::Static(1); rank])?]),
        (false, _) => Ok(vec![call.drop_axes(place, &[axis])?]),
    }
}

/// The area under lines between neighbours, which are `dx` apart, or as far as their places say.
fn trapezoid(call: &mut Call) -> Results {
    use crate::conversion::extent::{dim, expr, subtract};
    use kiln_ir::Dim;
    let y = call.first_float()?;
    let axis = call.axis_at(3, "axis", -1, call.rank(y))?;
    let neighbours = |call: &mut Call, x: Tracked, axis: usize| -> Result<[Tracked; 2], String> {
        let count = dim(subtract(expr(call.shape(x)[axis])?, constant(1))?)?;
        Ok([call.slice_axis(x, axis, Dim::Static(0), count)?, call.slice_axis(x, axis, Dim::Static(1), count)?])
    };
    let [left, right] = neighbours(call, y, axis)?;
    let sums = call.binary("graph.add", left, right)?;
    let mut areas = call.binary_scalar("graph.multiply", sums, 0.5)?;
    match call.argument(1, "x").is_some() || call.setting_at(1, "x").is_some() {
        true => {
            let places = call.values(1, "x")?;
            let y_element = call.element(y);
            let places = call.cast(places, y_element)?;
            let (places, own) = match call.shape(places) {
                &[extent] => {
                    let mut shape = vec![Dim::Static(1); call.rank(y)];
                    shape[axis] = extent;
                    (call.reshape(places, &shape)?, axis)
                }
                _ => (places, axis),
            };
            let [left, right] = neighbours(call, places, own)?;
            let widths = call.binary("graph.subtract", right, left)?;
            areas = call.binary("graph.multiply", areas, widths)?;
        }
        false => {
            let width = call.number_at(2, "dx").unwrap_or(1.0);
            areas = call.binary_scalar("graph.multiply", areas, width)?;
        }
    }
    let area = call.reduce("graph.reduce_sum", areas, &[axis])?;
    Ok(vec![call.drop_axes(area, &[axis])?])
}
