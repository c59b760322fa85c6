//! Operations of `keras.ops` that multiply and sum.

use super::super::call::{Call, Row, plain};
use super::super::normalization::unit;
use super::binary::{operands, promote};
use super::reductions::summable;
use super::shapes::move_axes;
use crate::conversion::einsum::einsum as einsum_of;
use crate::conversion::emit::{attribute, broadcast_shape, dims_attribute};
use crate::conversion::extent::{dim, element_count, expr, multiply, normalize_axis};
use crate::conversion::product::{matmul, product};
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    plain("ops.Matmul", |call| {
        let (a, b) = factors(call)?;
        Ok(vec![matmul(call, a, b)?])
    }),
    plain("ops.Dot", |call| {
        let (a, b) = factors(call)?;
        let (left, right) = (call.rank(a), call.rank(b));
        if left == 0 || right == 0 {
            return Ok(vec![call.binary("graph.multiply", a, b)?]);
        }
        // Over the last axis of the left and the last but one of the right.
        let inner = right.saturating_sub(2);
        Ok(vec![contract(call, a, b, &[left - 1], &[inner])?])
    }),
    plain("ops.Tensordot", |call| {
        let (a, b) = factors(call)?;
        let (left, right) = (call.rank(a), call.rank(b));
        let axes = call.setting_at(2, "axes").unwrap_or(Attribute::i64(2));
        if let Some(count) = axes.as_i64() {
            let count = usize::try_from(count).ok().filter(|&count| count <= left.min(right));
            let count = count.ok_or("there are fewer axes than are summed over")?;
            let (own, other): (Vec<usize>, Vec<usize>) = ((left - count..left).collect(), (0..count).collect());
            return Ok(vec![contract(call, a, b, &own, &other)?]);
        }
        let listed = axes.as_array().filter(|axes| axes.len() == 2).ok_or("axes must be a number or two lists")?;
        let places = |value: Attribute, rank: usize| {
            let axes = value.as_i64s().or(value.as_i64().map(|axis| vec![axis])).ok_or("axes must be constant")?;
            axes.into_iter().map(|axis| normalize_axis(axis, rank)).collect::<Result<Vec<usize>, String>>()
        };
        let (own, other) = (places(listed[0], left)?, places(listed[1], right)?);
        Ok(vec![contract(call, a, b, &own, &other)?])
    }),
    plain("ops.Inner", |call| {
        let (a, b) = factors(call)?;
        let (left, right) = (call.rank(a), call.rank(b));
        if left == 0 || right == 0 {
            return Ok(vec![call.binary("graph.multiply", a, b)?]);
        }
        Ok(vec![contract(call, a, b, &[left - 1], &[right - 1])?])
    }),
    plain("ops.Vdot", |call| {
        let (a, b) = factors(call)?;
        let (a, b) = (line(call, a, false)?, line(call, b, false)?);
        Ok(vec![matmul(call, a, b)?])
    }),
    plain("ops.Outer", |call| {
        let (a, b) = operands(call)?;
        let (a, b) = (line(call, a, true)?, line(call, b, false)?);
        Ok(vec![call.binary("graph.multiply", a, b)?])
    }),
    plain("ops.Kron", kronecker),
    plain("ops.Cross", cross),
    plain("ops.CDist", |call| {
        let (a, b) = operands(call)?;
        let insert = |call: &mut Call, x: Tracked, behind: usize| {
            let mut shape = call.shape(x).to_vec();
            let place = shape.len().checked_sub(behind).ok_or("the inputs must have two axes")?;
            shape.insert(place, Dim::Static(1));
            call.reshape(x, &shape)
        };
        let (a, b) = (insert(call, a, 1)?, insert(call, b, 2)?);
        let difference = call.binary("graph.subtract", a, b)?;
        let squares = call.binary("graph.multiply", difference, difference)?;
        let last = call.rank(squares) - 1;
        let sum = call.reduce("graph.reduce_sum", squares, &[last])?;
        let sum = call.drop_axes(sum, &[last])?;
        Ok(vec![call.unary("graph.sqrt", sum)?])
    }),
    plain("ops.Einsum", |call| {
        let equation =
            call.setting_at(0, "subscripts").and_then(|text| text.as_str()).ok_or("subscripts are missing")?;
        let operands: Vec<Tracked> = (0..call.input_count()).filter_map(|index| call.optional(index)).collect();
        Ok(vec![einsum_of(call, equation, &operands)?])
    }),
    plain("ops.Correlate", correlate),
    plain("ops.Normalize", |call| {
        let x = call.first_float()?;
        let rank = call.rank(x);
        let axes = call.axes_at(1, "axis", rank)?.unwrap_or_else(|| vec![rank.saturating_sub(1)]);
        let order = call.number_at(2, "order").unwrap_or(2.0);
        let epsilon = call.number_at(3, "epsilon").unwrap_or(1e-7);
        if order == 2.0 {
            return Ok(vec![unit(call, x, &axes, epsilon)?]);
        }
        let magnitudes = call.unary("graph.abs", x)?;
        let powers = if order == 1.0 { magnitudes } else { call.binary_scalar("graph.power", magnitudes, order)? };
        let sum = call.reduce("graph.reduce_sum", powers, &axes)?;
        let length = if order == 1.0 { sum } else { call.binary_scalar("graph.power", sum, 1.0 / order)? };
        let length = call.clamp(length, Some(epsilon), None)?;
        Ok(vec![call.binary("graph.divide", x, length)?])
    }),
];

/// Both arguments of a product, in one type that holds sums.
fn factors(call: &mut Call) -> Result<(Tracked, Tracked), String> {
    let (a, b) = operands(call)?;
    let (a, b) = (summable(call, a)?, summable(call, b)?);
    promote(call, a, b)
}

/// All elements as a vector, or as a column.
fn line(call: &mut Call, x: Tracked, is_column: bool) -> Result<Tracked, String> {
    let count = dim(element_count(call.shape(x))?)?;
    let shape = if is_column { vec![count, Dim::Static(1)] } else { vec![count] };
    call.reshape(x, &shape)
}

/// The product summed over some axes of both; the others stay, those of the left first.
fn contract(call: &mut Call, a: Tracked, b: Tracked, left: &[usize], right: &[usize]) -> Result<Tracked, String> {
    let rest = |call: &Call, x: Tracked, axes: &[usize]| -> Vec<usize> {
        (0..call.rank(x)).filter(|axis| !axes.contains(axis)).collect()
    };
    let extents = |call: &Call, x: Tracked, axes: &[usize]| -> Vec<Dim> {
        axes.iter().map(|&axis| call.shape(x)[axis]).collect()
    };
    if left.len() != right.len() {
        return Err("as many axes of both are summed over".into());
    }
    let (of_a, of_b) = (rest(call, a, left), rest(call, b, right));
    let (rows, columns) = (extents(call, a, &of_a), extents(call, b, &of_b));
    let (inner, other) =
        (dim(element_count(&extents(call, a, left))?)?, dim(element_count(&extents(call, b, right))?)?);
    let a = call.transpose(a, &[&of_a[..], left].concat())?;
    let a = call.reshape(a, &[dim(element_count(&rows)?)?, inner])?;
    let b = call.transpose(b, &[right, &of_b[..]].concat())?;
    let b = call.reshape(b, &[other, dim(element_count(&columns)?)?])?;
    let y = product(call, a, b)?;
    call.reshape(y, &[rows, columns].concat())
}

/// Each element of the first times the whole second.
fn kronecker(call: &mut Call) -> Results {
    let (a, b) = operands(call)?;
    let rank = call.rank(a).max(call.rank(b));
    let raise = |call: &Call, x: Tracked| -> Vec<Dim> {
        let own = call.shape(x);
        std::iter::repeat_n(Dim::Static(1), rank - own.len()).chain(own.iter().copied()).collect()
    };
    let (of_a, of_b) = (raise(call, a), raise(call, b));
    let one = Dim::Static(1);
    let a = call.reshape(a, &of_a.iter().flat_map(|&extent| [extent, one]).collect::<Vec<_>>())?;
    let b = call.reshape(b, &of_b.iter().flat_map(|&extent| [one, extent]).collect::<Vec<_>>())?;
    let y = call.binary("graph.multiply", a, b)?;
    let joined = of_a.iter().zip(&of_b).map(|(&a, &b)| dim(multiply(expr(a)?, expr(b)?)?));
    let joined = joined.collect::<Result<Vec<Dim>, String>>()?;
    Ok(vec![call.reshape(y, &joined)?])
}

/// The vector that is perpendicular to two; of vectors in a plane, how far it stands out of that.
fn cross(call: &mut Call) -> Results {
    let (a, b) = operands(call)?;
    let all = call.integer_at(5, "axis");
    let axis = |call: &Call, place: usize, name: &str| all.or(call.integer_at(place, name)).unwrap_or(-1);
    let (of_a, of_b, of_c) = (axis(call, 2, "axisa"), axis(call, 3, "axisb"), axis(call, 4, "axisc"));
    let (a, b) = (move_axes(call, a, &[of_a], &[-1])?, move_axes(call, b, &[of_b], &[-1])?);
    let size = |call: &Call, x: Tracked| call.shape(x).last().and_then(|extent| extent.as_static());
    let sizes = (size(call, a), size(call, b));
    if ![sizes.0, sizes.1].iter().all(|size| matches!(size, Some(2 | 3))) {
        return Err("vectors of a cross product have two or three elements".into());
    }
    let element = call.element(a);
    let part = |call: &mut Call, x: Tracked, index: u64| -> Result<Tracked, String> {
        let last = call.rank(x) - 1;
        match call.shape(x)[last].as_static().is_some_and(|size| index < size) {
            true => crate::conversion::attempt::element(call, x, last, index),
            false => {
                let zero = call.scalar(element, 0.0)?;
                let shape = call.shape(x)[..last].to_vec();
                call.broadcast(zero, &shape)
            }
        }
    };
    let turn = |call: &mut Call, i: u64, j: u64| -> Result<Tracked, String> {
        let (ai, bj, aj, bi) = (part(call, a, i)?, part(call, b, j)?, part(call, a, j)?, part(call, b, i)?);
        let (plus, minus) = (call.binary("graph.multiply", ai, bj)?, call.binary("graph.multiply", aj, bi)?);
        call.binary("graph.subtract", plus, minus)
    };
    if sizes == (Some(2), Some(2)) {
        return Ok(vec![turn(call, 0, 1)?]);
    }
    let parts = [turn(call, 1, 2)?, turn(call, 2, 0)?, turn(call, 0, 1)?];
    let common = broadcast_shape(&parts.map(|part| call.shape(part)))?;
    let last = common.len() as i64;
    let mut equal = Vec::new();
    for part in parts {
        equal.push(call.broadcast(part, &common)?);
    }
    let y = crate::conversion::attempt::stack(call, &equal, last)?;
    Ok(vec![move_axes(call, y, &[-1], &[of_c])?])
}

/// Sums of products of the second vector and as many elements of the first.
fn correlate(call: &mut Call) -> Results {
    let (a, b) = operands(call)?;
    let work = match call.element(a) {
        ElementType::I64 => ElementType::F64,
        element if element.is_float() => element,
        _ => ElementType::F32,
    };
    let (mut a, b) = (call.cast(a, work)?, call.cast(b, work)?);
    let (&[long], &[short]) = (call.shape(a), call.shape(b)) else { return Err("both inputs must be vectors".into()) };
    let mode = call.setting_at(2, "mode").and_then(|mode| mode.as_str()).unwrap_or("valid");
    let extents = (long.as_static(), short.as_static());
    let (Some(n), Some(m)) = extents else { return Err("the vectors must have known lengths".into()) };
    if m == 0 {
        return Err("a vector is empty".into());
    }
    if mode != "valid" {
        let more = dims_attribute(&[Dim::Static(m - 1)]);
        let given = [("low", more), ("high", more), ("mode", attribute("constant"))];
        a = call.emit("graph.pad", &[a], &given)?;
    }
    let extent = call.shape(a)[0];
    let x = call.reshape(a, &[Dim::Static(1), Dim::Static(1), extent])?;
    let filter = call.reshape(b, &[Dim::Static(1), Dim::Static(1), short])?;
    let given = [
        ("strides", attribute(vec![1i64])),
        ("dilations", attribute(vec![1i64])),
        ("pad_low", attribute(vec![0i64])),
        ("pad_high", attribute(vec![0i64])),
        ("layout", attribute("channels_first")),
        ("groups", attribute(1i64)),
    ];
    let y = call.emit("graph.conv", &[x, filter], &given)?;
    let y = call.drop_axes(y, &[0, 1])?;
    match mode {
        "same" => {
            let length = n.max(m);
            Ok(vec![call.slice_axis(y, 0, Dim::Static((n + m - 1 - length) / 2), Dim::Static(length))?])
        }
        "valid" | "full" => Ok(vec![y]),
        other => Err(format!("mode \"{other}\" is not known")),
    }
}
