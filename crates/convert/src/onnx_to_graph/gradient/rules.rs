//! What each graph op passes on of the gradient of its result: products of it with the op's derivatives.

use super::slopes::find_slope;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{add, dim, element_count, expr, subtract};
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim, Op};

/// An op on the way back.
pub(super) struct Step {
    pub op: Op,
    pub operands: Vec<Tracked>,
    /// For each operand whether anything asks for its gradient.
    pub wanted: Vec<bool>,
    pub result: Tracked,
    /// The gradient of the result.
    pub gradient: Tracked,
}

/// For each operand its gradient; one that was stretched may come as large as the result. `None` where nothing changes
/// with the operand, or by steps only.
pub(super) type Rule = fn(&mut Node, &Step) -> Result<Vec<Option<Tracked>>, String>;

/// The rule of the op of that name.
pub(super) fn find_rule(name: &str) -> Option<Rule> {
    let own = RULES.iter().find(|(op, _)| *op == name).map(|(_, rule)| *rule);
    own.or_else(|| find_slope(name).map(|_| by_slope as Rule))
}

const RULES: &[(&str, Rule)] = &[
    ("graph.add", |_, step| Ok(vec![Some(step.gradient); 2])),
    ("graph.subtract", |node, step| Ok(vec![Some(step.gradient), Some(node.unary("graph.negate", step.gradient)?)])),
    ("graph.multiply", multiply),
    ("graph.divide", divide),
    ("graph.power", power),
    ("graph.minimum", |node, step| choose(node, step, "graph.less_equal")),
    ("graph.maximum", |node, step| choose(node, step, "graph.greater_equal")),
    ("graph.select", |node, step| {
        let [left, right] = parted(node, step.operands[0], step.gradient)?;
        Ok(vec![None, Some(left), Some(right)])
    }),
    ("graph.floor", by_steps),
    ("graph.ceil", by_steps),
    ("graph.round", by_steps),
    ("graph.sign", by_steps),
    ("graph.cast", |node, step| {
        let element = node.element(step.operands[0]);
        Ok(vec![if element.is_float() { Some(node.cast(step.gradient, element)?) } else { None }])
    }),
    ("graph.broadcast", |_, step| Ok(vec![Some(step.gradient)])),
    ("graph.reshape", |node, step| {
        let shape = node.shape(step.operands[0]).to_vec();
        Ok(vec![Some(node.reshape(step.gradient, &shape)?)])
    }),
    ("graph.transpose", transpose),
    ("graph.slice", slice),
    ("graph.concat", concat),
    ("graph.pad", pad),
    ("graph.gather", gather),
    ("graph.matmul", matmul),
    ("graph.reduce_sum", |node, step| {
        let shape = node.shape(step.operands[0]).to_vec();
        Ok(vec![Some(node.broadcast(step.gradient, &shape)?)])
    }),
    ("graph.reduce_mean", mean),
    ("graph.reduce_max", extreme),
    ("graph.reduce_min", extreme),
    ("graph.softmax", softmax),
];

fn by_slope(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let slope = find_slope(node.conversion.module.name(step.op).as_str()).ok_or("there is no derivative")?;
    let slope = slope(node, step.operands[0], step.result)?;
    Ok(vec![Some(node.binary("graph.multiply", step.gradient, slope)?)])
}

fn by_steps(_: &mut Node, _: &Step) -> Result<Vec<Option<Tracked>>, String> {
    Ok(vec![None])
}

fn multiply(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let (a, b) = (step.operands[0], step.operands[1]);
    let of_a = if step.wanted[0] { Some(node.binary("graph.multiply", step.gradient, b)?) } else { None };
    let of_b = if step.wanted[1] { Some(node.binary("graph.multiply", step.gradient, a)?) } else { None };
    Ok(vec![of_a, of_b])
}

/// `g / b` and `- g y / b`.
fn divide(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let of_a = node.binary("graph.divide", step.gradient, step.operands[1])?;
    let product = node.binary("graph.multiply", of_a, step.result)?;
    Ok(vec![Some(of_a), Some(node.unary("graph.negate", product)?)])
}

/// `g b a^(b-1)` and `g y log a`, which is 0 where `a` is not positive.
fn power(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let (a, b) = (step.operands[0], step.operands[1]);
    let of_a = match step.wanted[0] {
        true => {
            let less = node.binary_scalar("graph.subtract", b, 1.0)?;
            let power = node.binary("graph.power", a, less)?;
            let slope = node.binary("graph.multiply", b, power)?;
            Some(node.binary("graph.multiply", step.gradient, slope)?)
        }
        false => None,
    };
    let of_b = match step.wanted[1] {
        true => {
            let is_positive = node.binary_scalar("graph.greater", a, 0.0)?;
            let (log, zero) = (node.unary("graph.log", a)?, node.scalar(node.element(a), 0.0)?);
            let log = node.select(is_positive, log, zero)?;
            let slope = node.binary("graph.multiply", step.result, log)?;
            Some(node.binary("graph.multiply", step.gradient, slope)?)
        }
        false => None,
    };
    Ok(vec![of_a, of_b])
}

/// All to the operand that is chosen; to the first of equal ones.
fn choose(node: &mut Node, step: &Step, is_first: &str) -> Result<Vec<Option<Tracked>>, String> {
    let is_first = node.binary(is_first, step.operands[0], step.operands[1])?;
    Ok(parted(node, is_first, step.gradient)?.map(Some).to_vec())
}

/// What holds a gradient where a condition holds, and what does where it does not.
fn parted(node: &mut Node, condition: Tracked, gradient: Tracked) -> Result<[Tracked; 2], String> {
    let zero = node.scalar(node.element(gradient), 0.0)?;
    Ok([node.select(condition, gradient, zero)?, node.select(condition, zero, gradient)?])
}

fn integers(node: &Node, op: Op, name: &str) -> Result<Vec<i64>, String> {
    let list = node.conversion.module.attribute(op, name).and_then(Attribute::as_i64s);
    list.ok_or_else(|| format!("attribute \"{name}\" is missing"))
}

fn dims(node: &Node, op: Op, name: &str) -> Result<&'static [Dim], String> {
    let list = node.conversion.module.attribute(op, name).and_then(Attribute::as_dims);
    list.ok_or_else(|| format!("attribute \"{name}\" is missing"))
}

fn axis(node: &Node, op: Op) -> Result<usize, String> {
    let axis = node.conversion.module.attribute(op, "axis").and_then(Attribute::as_i64);
    axis.and_then(|axis| usize::try_from(axis).ok()).ok_or_else(|| "attribute \"axis\" is missing".into())
}

fn transpose(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let permutation = integers(node, step.op, "permutation")?;
    let mut back = vec![0; permutation.len()];
    for (place, &from) in permutation.iter().enumerate() {
        back[from as usize] = place;
    }
    Ok(vec![Some(node.transpose(step.gradient, &back)?)])
}

/// Zeros around the gradient.
fn slice(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let starts = dims(node, step.op, "starts")?;
    if integers(node, step.op, "steps")?.iter().any(|&step| step != 1) {
        return Err("there is a rule for steps of 1 only".into());
    }
    let mut high = Vec::with_capacity(starts.len());
    let (whole, part) = (node.shape(step.operands[0]), node.shape(step.gradient));
    for (axis, &start) in starts.iter().enumerate() {
        let end = add(expr(start)?, expr(part[axis])?)?;
        high.push(dim(subtract(expr(whole[axis])?, end)?)?);
    }
    let given = [("low", dims_attribute(starts)), ("high", dims_attribute(&high)), ("mode", attribute("constant"))];
    Ok(vec![Some(node.emit("graph.pad", &[step.gradient], &given)?)])
}

/// To each operand its part.
fn concat(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let axis = axis(node, step.op)?;
    let mut start = Dim::Static(0);
    let mut parts = Vec::with_capacity(step.operands.len());
    for &operand in &step.operands {
        let extent = node.shape(operand)[axis];
        parts.push(Some(node.slice_axis(step.gradient, axis, start, extent)?));
        start = dim(add(expr(start)?, expr(extent)?)?)?;
    }
    Ok(parts)
}

/// What is within the padding; the value of that gets the rest.
fn pad(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let mode = node.conversion.module.attribute(step.op, "mode").and_then(Attribute::as_str);
    if mode != Some("constant") {
        return Err("there is a rule for padding with a constant only".into());
    }
    let low = dims(node, step.op, "low")?;
    let mut inner = step.gradient;
    for (axis, &start) in low.iter().enumerate() {
        let extent = node.shape(step.operands[0])[axis];
        inner = node.slice_axis(inner, axis, start, extent)?;
    }
    let mut passed = vec![Some(inner)];
    if step.operands.len() > 1 {
        let sum = |node: &mut Node, x: Tracked| {
            let axes: Vec<usize> = (0..node.rank(x)).collect();
            let sum = node.reduce("graph.reduce_sum", x, &axes)?;
            node.reshape(sum, &[])
        };
        let (whole, inner) = (sum(node, step.gradient)?, sum(node, inner)?);
        passed.push(Some(node.binary("graph.subtract", whole, inner)?));
    }
    Ok(passed)
}

/// Rows of the gradient, added up where the rows were read.
fn gather(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let (data, indices) = (step.operands[0], step.operands[1]);
    let axis = axis(node, step.op)?;
    let (shape, chosen) = (node.shape(data).to_vec(), node.rank(indices));
    // The axes of the indices become one, and the first.
    let rank = node.rank(step.gradient);
    let order: Vec<usize> = (axis..axis + chosen).chain(0..axis).chain(axis + chosen..rank).collect();
    let moved = node.transpose(step.gradient, &order)?;
    let rest: Vec<Dim> = shape.iter().enumerate().filter(|(other, _)| *other != axis).map(|(_, &dim)| dim).collect();
    let (count, width) = (dim(element_count(node.shape(indices))?)?, dim(element_count(&rest)?)?);
    let updates = node.reshape(moved, &[count, width])?;
    let places = node.reshape(indices, &[count, Dim::Static(1)])?;
    let places = node.broadcast(places, &[count, width])?;
    let zero = node.scalar(node.element(updates), 0.0)?;
    let zeros = node.broadcast(zero, &[shape[axis], width])?;
    let given = [("axis", attribute(0i64)), ("reduction", attribute("add"))];
    let sums = node.emit("graph.scatter_elements", &[zeros, places, updates], &given)?;
    let sums = node.reshape(sums, &[&[shape[axis]], rest.as_slice()].concat())?;
    let back: Vec<usize> = (1..=axis).chain([0]).chain(axis + 1..shape.len()).collect();
    Ok(vec![Some(node.transpose(sums, &back)?), None])
}

/// `g B'` and `A' g`, turned over where the op turns the operand over.
fn matmul(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let flag = |name: &str| {
        let value = node.conversion.module.attribute(step.op, name);
        value.and_then(Attribute::as_bool).unwrap_or(false)
    };
    let (turns_a, turns_b, widens) = (flag("transpose_a"), flag("transpose_b"), flag("widening"));
    if widens {
        return Err("there is no rule for products that widen".into());
    }
    let (a, b) = (step.operands[0], step.operands[1]);
    let product = |node: &mut Node, left: Tracked, right: Tracked, turned: (&str, bool), back: bool| {
        let given = [(turned.0, attribute(true))];
        let product = node.emit("graph.matmul", &[left, right], if turned.1 { &given } else { &[] })?;
        let rank = node.rank(product);
        let order: Vec<usize> = (0..rank - 2).chain([rank - 1, rank - 2]).collect();
        if back { node.transpose(product, &order) } else { Ok(product) }
    };
    let of_a = match step.wanted[0] {
        true => Some(product(node, step.gradient, b, ("transpose_b", !turns_b), turns_a)?),
        false => None,
    };
    let of_b = match step.wanted[1] {
        true => Some(product(node, a, step.gradient, ("transpose_a", !turns_a), turns_b)?),
        false => None,
    };
    Ok(vec![of_a, of_b])
}

fn mean(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let shape = node.shape(step.operands[0]).to_vec();
    let axes = integers(node, step.op, "axes")?;
    let reduced: Vec<Dim> = axes.iter().filter_map(|&axis| shape.get(axis as usize).copied()).collect();
    let count = node.extent(element_count(&reduced)?);
    let count = node.cast(count, node.element(step.gradient))?;
    let share = node.binary("graph.divide", step.gradient, count)?;
    Ok(vec![Some(node.broadcast(share, &shape)?)])
}

/// All to the elements that are the result, in equal shares.
fn extreme(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let x = step.operands[0];
    let axes: Vec<usize> = integers(node, step.op, "axes")?.into_iter().map(|axis| axis as usize).collect();
    let is_result = node.binary("graph.equal", x, step.result)?;
    let is_result = node.cast(is_result, node.element(x))?;
    let count = node.reduce("graph.reduce_sum", is_result, &axes)?;
    let share = node.binary("graph.divide", step.gradient, count)?;
    Ok(vec![Some(node.binary("graph.multiply", is_result, share)?)])
}

/// `y (g - sum(g y))`.
fn softmax(node: &mut Node, step: &Step) -> Result<Vec<Option<Tracked>>, String> {
    let axis = axis(node, step.op)?;
    let product = node.binary("graph.multiply", step.gradient, step.result)?;
    let sum = node.reduce("graph.reduce_sum", product, &[axis])?;
    let rest = node.binary("graph.subtract", step.gradient, sum)?;
    Ok(vec![Some(node.binary("graph.multiply", step.result, rest)?)])
}
