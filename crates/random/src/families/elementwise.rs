//! Ops on each element alone.

use crate::graph::{Growing, Item};
use kiln_ir::{Type, Value};
use kiln_tensor::{ElementType, Tensor};

/// Functions of every number, with what they make of a bound.
const UNARY: &[(&str, fn(f64) -> f64)] = &[
    ("graph.abs", |bound| bound),
    ("graph.negate", |bound| bound),
    ("graph.relu", |bound| bound),
    ("graph.tanh", |_| 1.0),
    ("graph.sigmoid", |_| 1.0),
    ("graph.erf", |_| 1.0),
    ("graph.atan", |_| 1.6),
    ("graph.asinh", |bound| bound),
    ("graph.sin", |_| 1.0),
    ("graph.cos", |_| 1.0),
    ("graph.gelu", |bound| bound),
    ("graph.gelu_tanh", |bound| bound),
    ("graph.silu", |bound| bound),
    ("graph.mish", |bound| bound),
    ("graph.hard_swish", |bound| bound),
    ("graph.softplus", |bound| bound + 1.0),
    ("graph.softsign", |_| 1.0),
];

/// Functions that grow fast: of small numbers only.
const GROWING: &[&str] = &["graph.exp", "graph.sinh", "graph.cosh"];

pub(crate) fn unary(growing: &mut Growing) -> Option<()> {
    let item = growing.float()?;
    if item.bound <= 6.0 && growing.random.once_in(4) {
        let name = growing.random.pick(GROWING);
        let low = if name == "graph.exp" { (-item.bound).exp() } else { -item.bound.exp() };
        let value = apply(growing, name, &[item.value])?;
        return growing.add(value, item.bound.exp(), low, false);
    }
    let (name, bound) = growing.random.pick(UNARY);
    let value = apply(growing, name, &[item.value])?;
    let is_exact = matches!(name, "graph.abs" | "graph.negate" | "graph.relu");
    let low = match name {
        "graph.abs" | "graph.relu" => 0.0,
        "graph.sigmoid" => 1.0 / (1.0 + item.bound.exp()),
        _ => -bound(item.bound),
    };
    growing.add(value, bound(item.bound), low, is_exact && item.exact)
}

/// What jumps from one number to the next: of numbers that are always the same only.
pub(crate) fn rounding(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| item.exact && growing.element(item.value).is_float())?;
    let name = growing.random.pick(&["graph.floor", "graph.ceil", "graph.round", "graph.sign"]);
    let value = apply(growing, name, &[item.value])?;
    growing.add(value, item.bound + 1.0, item.low - 1.0, true)
}

/// A value of numbers well above zero: one there is, or a magnitude and a half.
pub(super) fn positive_item(growing: &mut Growing) -> Option<Item> {
    let found = growing.item(|growing, item| item.low > 0.1 && growing.element(item.value).is_float());
    if let Some(item) = found.filter(|_| growing.random.once_in(2)) {
        return Some(item);
    }
    let item = growing.float()?;
    let half = kiln_tensor::scalar::from_floats(growing.element(item.value), &[], vec![0.5]).ok()?;
    let half = growing.constant_of(half);
    let magnitude = apply(growing, "graph.abs", &[item.value])?;
    let value = apply(growing, "graph.add", &[magnitude, half])?;
    Some(Item { value, bound: item.bound + 0.5, low: 0.5, exact: false })
}

/// Functions of positive numbers.
pub(crate) fn positive(growing: &mut Growing) -> Option<()> {
    let item = positive_item(growing)?;
    let name = growing.random.pick(&["graph.log", "graph.sqrt", "graph.rsqrt", "graph.reciprocal"]);
    let value = apply(growing, name, &[item.value])?;
    let (bound, low) = match name {
        "graph.log" => (item.bound.ln().abs().max(item.low.ln().abs()), item.low.ln()),
        "graph.sqrt" => (item.bound.sqrt(), item.low.sqrt()),
        "graph.rsqrt" => (1.0 / item.low.sqrt(), 1.0 / item.bound.sqrt()),
        _ => (1.0 / item.low, 1.0 / item.bound),
    };
    growing.add(value, bound, low, false)
}

pub(crate) fn binary(growing: &mut Growing) -> Option<()> {
    let left = growing.float()?;
    let right = partner(growing, &left)?;
    let name =
        growing.random.pick(&["graph.add", "graph.subtract", "graph.multiply", "graph.minimum", "graph.maximum"]);
    let operands = if growing.random.once_in(2) { [left.value, right.value] } else { [right.value, left.value] };
    let value = apply(growing, name, &operands)?;
    let bound = match name {
        "graph.multiply" => left.bound * right.bound,
        "graph.minimum" | "graph.maximum" => left.bound.max(right.bound),
        _ => left.bound + right.bound,
    };
    // Sums of exact numbers round the same way everywhere, but a rewrite may add in another order.
    let is_exact = matches!(name, "graph.minimum" | "graph.maximum") && left.exact && right.exact;
    growing.add(value, bound, -bound, is_exact)
}

/// A scale and an offset for each channel, as batch normalization has.
pub(crate) fn affine(growing: &mut Growing) -> Option<()> {
    let item = growing.float_of_rank(2)?;
    let channels = growing.shape(item.value)[1].as_static()? as usize;
    let mut shape = vec![1; growing.rank(item.value)];
    shape[1] = channels;
    let element = growing.element(item.value);
    let (scale, offset) = (growing.constant(element, &shape), growing.constant(element, &shape));
    let scaled = apply(growing, "graph.multiply", &[item.value, scale])?;
    let value = apply(growing, "graph.add", &[scaled, offset])?;
    growing.add(value, 2.0 * item.bound + 2.0, -2.0 * item.bound - 2.0, false)
}

pub(crate) fn division(growing: &mut Growing) -> Option<()> {
    let right = positive_item(growing)?;
    let (ty, value) = (growing.ty(right.value), right.value);
    let left = growing.item(|growing, item| growing.ty(item.value) == ty).unwrap_or(right);
    let value = apply(growing, "graph.divide", &[left.value, value])?;
    let bound = left.bound / right.low;
    growing.add(value, bound, -bound, false)
}

pub(crate) fn integers(growing: &mut Growing) -> Option<()> {
    let left = growing.item(|growing, item| growing.element(item.value) == ElementType::I64)?;
    let right = partner(growing, &left)?;
    let name =
        growing.random.pick(&["graph.add", "graph.subtract", "graph.multiply", "graph.minimum", "graph.maximum"]);
    let value = apply(growing, name, &[left.value, right.value])?;
    let bound = if name == "graph.multiply" { left.bound * right.bound } else { left.bound + right.bound };
    growing.add(value, bound, -bound, true)
}

pub(crate) fn comparison(growing: &mut Growing) -> Option<()> {
    let left = growing.item(|growing, item| item.exact && growing.element(item.value) != ElementType::I1)?;
    let ty = growing.ty(left.value);
    let right = growing.item(|growing, item| item.exact && growing.ty(item.value) == ty)?;
    let names =
        ["graph.equal", "graph.not_equal", "graph.less", "graph.less_equal", "graph.greater", "graph.greater_equal"];
    let name = growing.random.pick(&names);
    let value = apply(growing, name, &[left.value, right.value])?;
    growing.add(value, 1.0, 0.0, true)
}

pub(crate) fn logic(growing: &mut Growing) -> Option<()> {
    let left = growing.item(|growing, item| growing.element(item.value) == ElementType::I1)?;
    if growing.random.once_in(3) {
        let value = apply(growing, "graph.not", &[left.value])?;
        return growing.add(value, 1.0, 0.0, true);
    }
    let ty = growing.ty(left.value);
    let right = growing.item(|growing, item| growing.ty(item.value) == ty)?;
    let name = growing.random.pick(&["graph.and", "graph.or", "graph.xor"]);
    let value = apply(growing, name, &[left.value, right.value])?;
    growing.add(value, 1.0, 0.0, true)
}

pub(crate) fn select(growing: &mut Growing) -> Option<()> {
    let condition = growing.item(|growing, item| growing.element(item.value) == ElementType::I1)?;
    let shape = growing.shape(condition.value);
    let is_like = |growing: &Growing, item: &Item| {
        growing.shape(item.value) == shape && growing.element(item.value) != ElementType::I1
    };
    let on_true = growing.item(is_like)?;
    let ty = growing.ty(on_true.value);
    let on_false = growing.item(|growing, item| growing.ty(item.value) == ty)?;
    let value = apply(growing, "graph.select", &[condition.value, on_true.value, on_false.value])?;
    let exact = on_true.exact && on_false.exact;
    growing.add(value, on_true.bound.max(on_false.bound), on_true.low.min(on_false.low), exact)
}

pub(crate) fn cast(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|_, item| item.exact)?;
    let element = growing.random.pick(&[ElementType::F32, ElementType::F64, ElementType::I64, ElementType::I32]);
    if growing.element(item.value) == element {
        return None;
    }
    let ty = Type::tensor(&growing.shape(item.value), Type::from_element(element));
    let value = growing.builder().op("graph.cast").operand(item.value).result(ty).try_value().ok()?;
    growing.add(value, item.bound, item.low.min(0.0), true)
}

/// The bits of a number as one of another type, and back.
pub(crate) fn bits(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|_, _| true)?;
    let element = growing.element(item.value);
    let other = match element {
        ElementType::F32 => ElementType::I32,
        ElementType::I32 => ElementType::F32,
        ElementType::F64 => ElementType::I64,
        ElementType::I64 => ElementType::F64,
        _ => return None,
    };
    let shape = growing.shape(item.value);
    let mut value = item.value;
    for element in [other, element] {
        let ty = Type::tensor(&shape, Type::from_element(element));
        value = growing.builder().op("graph.bitcast").operand(value).result(ty).try_value().ok()?;
    }
    growing.add(value, item.bound, item.low, item.exact)
}

/// The activations that exporters write as several ops: swish, hard swish, gelu, softplus.
pub(crate) fn gate(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| item.bound <= 20.0 && growing.element(item.value).is_float())?;
    let element = growing.element(item.value);
    let number = |growing: &mut Growing, number: f64| {
        let tensor = kiln_tensor::scalar::from_floats(element, &[], vec![number]);
        growing.constant_of(tensor.unwrap_or_else(|_| Tensor::scalar(0f32)))
    };
    let x = item.value;
    let factor = match growing.random.below(4) {
        0 => apply(growing, "graph.sigmoid", &[x])?,
        1 => {
            let (three, sixth) = (number(growing, 3.0), number(growing, 1.0 / 6.0));
            let (zero, six) = (number(growing, 0.0), number(growing, 6.0));
            let shifted = apply(growing, "graph.add", &[x, three])?;
            let low = apply(growing, "graph.maximum", &[shifted, zero])?;
            let clamped = apply(growing, "graph.minimum", &[low, six])?;
            apply(growing, "graph.multiply", &[clamped, sixth])?
        }
        2 => {
            let (root, one, half) = (number(growing, 2f64.sqrt()), number(growing, 1.0), number(growing, 0.5));
            let scaled = apply(growing, "graph.divide", &[x, root])?;
            let erf = apply(growing, "graph.erf", &[scaled])?;
            let sum = apply(growing, "graph.add", &[erf, one])?;
            apply(growing, "graph.multiply", &[sum, half])?
        }
        _ => {
            let one = number(growing, 1.0);
            let exp = apply(growing, "graph.exp", &[x])?;
            let sum = apply(growing, "graph.add", &[exp, one])?;
            let softplus = apply(growing, "graph.log", &[sum])?;
            apply(growing, "graph.tanh", &[softplus])?
        }
    };
    let value = apply(growing, "graph.multiply", &[x, factor])?;
    growing.add(value, item.bound, -item.bound, false)
}

/// A value that broadcasts with `item`: one of the same type, itself, or a constant of its last axes.
fn partner(growing: &mut Growing, item: &Item) -> Option<Item> {
    let ty = growing.ty(item.value);
    if growing.random.once_in(2) {
        return growing.item(|growing, other| growing.ty(other.value) == ty);
    }
    let shape = growing.shape(item.value);
    let start = growing.random.below(shape.len() + 1);
    let extent = |growing: &mut Growing, dim: &kiln_ir::Dim| match dim.as_static() {
        Some(extent) if !growing.random.once_in(4) => extent as usize,
        _ => 1,
    };
    let shape: Vec<usize> = shape[start..].iter().map(|dim| extent(growing, dim)).collect();
    let element = growing.element(item.value);
    let value = growing.constant(element, &shape);
    let bound = crate::inputs::FLOAT_BOUND.max(crate::inputs::INTEGER_BOUND as f64);
    Some(Item { value, bound, low: -bound, exact: true })
}

/// The result of an elementwise op.
pub(super) fn apply(growing: &mut Growing, name: &str, operands: &[Value]) -> Option<Value> {
    growing.builder().op(name).operands(operands).try_value().ok()
}
