//! `Gradient`: what a tensor's elements, added up, change by with those of others.
//!
//! Reverse-mode differentiation of the graph ops that lead from the tensors of `xs` to that of `y`: from the last to the
//! first, each passes the gradient of its result on to its operands, as its row in `rules` says. Where the inputs are
//! other tensors than `xs` and `zs` name, these ops are there once more, for them.
//!
//! ```text
//! %c = onnx.Mul %a, %b
//! %da = onnx.ai.onnx.preview.training.Gradient %a, %a, %c {xs = ["a"], y = "c"}
//!   becomes
//! %c = graph.multiply %a, %b
//! %da = graph.multiply %one, %b
//! ```

mod rules;
mod slopes;

use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, InsertionPoint, Op, Value, ValueMapping};
use rules::{Step, find_rule};
use rustc_hash::{FxHashMap, FxHashSet};

pub(crate) const ROWS: &[Row] = &[row("ai.onnx.preview.training.Gradient", gradient)];

/// Operands: what `xs` and `zs` stand for, then the tensors that `xs`, `zs` and `y` name.
fn gradient(node: &mut Node) -> Results {
    let count = |name: &str| node.attribute(name).and_then(|names| names.as_strs()).unwrap_or_default().len();
    let (wanted, given) = (count("xs"), count("xs") + count("zs"));
    let operands = node.inputs()?;
    if operands.len() != 2 * given + 1 {
        return Err(format!("xs and zs name {given} tensors, so there must be as many inputs"));
    }
    let mut values = Vec::with_capacity(operands.len());
    for &operand in &operands {
        values.push(node.conversion.value(operand));
    }
    let (inputs, named, y) = (&values[..given], &values[given..2 * given], values[2 * given]);
    if !node.element(operands[2 * given]).is_float() {
        return Err("y must be a tensor of floats".into());
    }
    let path = Path::between(node, named, y);
    let (path, y) = match inputs == named {
        true => (path, y),
        false => path.moved(node, inputs, named, y)?,
    };
    let gradients = walk_back(node, &path, inputs, y)?;
    let mut results = Vec::with_capacity(wanted);
    for (&input, &operand) in inputs[..wanted].iter().zip(&operands) {
        results.push(match gradients.get(&input) {
            Some(&gradient) => gradient,
            None => {
                let zero = node.scalar(node.element(operand), 0.0)?;
                node.broadcast(zero, node.shape(operand))?
            }
        });
    }
    Ok(results)
}

/// The ops that lead from some values to another, in order.
struct Path {
    ops: Vec<Op>,
    /// The values, and what the ops make of them.
    dependent: FxHashSet<Value>,
}

impl Path {
    fn between(node: &Node, from: &[Value], to: Value) -> Path {
        let module = &*node.conversion.module;
        let mut dependent: FxHashSet<Value> = from.iter().copied().collect();
        let block = module.defining_op(to).and_then(|op| module.parent_block(op));
        let mut ops: Vec<Op> = Vec::new();
        for op in block.map(|block| module.ops_of(block)).unwrap_or_default() {
            let uses = module.walk(op).into_iter().any(|inner| {
                let mut operands = module.operands(inner).iter();
                operands.any(|operand| dependent.contains(operand))
            });
            // What is named is no function of anything else that is.
            if uses && !module.results(op).iter().any(|result| from.contains(result)) {
                dependent.extend(module.results(op));
                ops.push(op);
            }
        }
        let mut needed: FxHashSet<Value> = [to].into_iter().collect();
        ops.reverse();
        ops.retain(|&op| {
            let is_needed = module.results(op).iter().any(|result| needed.contains(result));
            if is_needed {
                needed.extend(module.walk(op).into_iter().flat_map(|inner| module.operands(inner).to_vec()));
            }
            is_needed
        });
        ops.reverse();
        Path { ops, dependent }
    }

    /// Copies of the ops that lead from other values to what is `to` for these.
    fn moved(self, node: &mut Node, inputs: &[Value], named: &[Value], to: Value) -> Result<(Path, Value), String> {
        let module = &mut *node.conversion.module;
        for (index, (&input, &own)) in inputs.iter().zip(named).enumerate() {
            if module.ty(input) != module.ty(own) {
                let (input, own) = (module.ty(input), module.ty(own));
                return Err(format!("input {index} must be a {own}, as the tensor it stands for, not a {input}"));
            }
        }
        let mut mapping: ValueMapping = named.iter().copied().zip(inputs.iter().copied()).collect();
        let mut copies = Vec::with_capacity(self.ops.len());
        for op in self.ops {
            let copy = module.clone_op(op, &mut mapping);
            match node.conversion.point {
                InsertionPoint::Before(anchor) => module.insert_before(anchor, copy),
                InsertionPoint::AtEnd(block) => module.append(block, copy),
            }
            copies.push(copy);
        }
        let to = mapping.get(&to).copied().unwrap_or(to);
        let mut dependent: FxHashSet<Value> = inputs.iter().copied().collect();
        dependent.extend(copies.iter().flat_map(|&copy| module.results(copy).to_vec()));
        Ok((Path { ops: copies, dependent }, to))
    }
}

/// The gradients of all values on the way back from `y`.
fn walk_back(node: &mut Node, path: &Path, from: &[Value], y: Value) -> Result<FxHashMap<Value, Tracked>, String> {
    let whole = node.conversion.track_value(y);
    let one = node.scalar(node.element(whole), 1.0)?;
    let seed = node.broadcast(one, node.shape(whole))?;
    let mut gradients: FxHashMap<Value, Tracked> = [(y, seed)].into_iter().collect();
    for &op in path.ops.iter().rev() {
        let results = node.conversion.module.results(op).to_vec();
        let Some(place) = results.iter().position(|result| gradients.contains_key(result)) else { continue };
        let name = node.conversion.module.name(op).as_str();
        let rule = find_rule(name).filter(|_| place == 0 && results.len() == 1);
        let rule = rule.ok_or_else(|| format!("{}: no rule says what its derivative is", describe(node, op)))?;
        let operands = node.conversion.module.operands(op).to_vec();
        let step = Step {
            op,
            wanted: operands.iter().map(|operand| path.dependent.contains(operand)).collect(),
            operands: operands.iter().map(|&operand| node.conversion.track_value(operand)).collect(),
            result: node.conversion.track_value(results[place]),
            gradient: gradients[&results[place]],
        };
        let passed = rule(node, &step).map_err(|reason| format!("{}: {reason}", describe(node, op)))?;
        for (index, gradient) in passed.into_iter().enumerate().filter(|(index, _)| step.wanted[*index]) {
            let Some(gradient) = gradient else { continue };
            let own = fitted(node, gradient, node.shape(step.operands[index]))?;
            let sum = match gradients.get(&operands[index]) {
                Some(&other) => node.binary("graph.add", other, own)?,
                None => own,
            };
            gradients.insert(operands[index], sum);
        }
    }
    gradients.retain(|value, _| from.contains(value));
    Ok(gradients)
}

/// The op, and the node that it was made for.
fn describe(node: &Node, op: Op) -> String {
    let module = &*node.conversion.module;
    let name = module.name(op).as_str();
    match module.location(op).find_name() {
        Some(own) => format!("{name} of node \"{}\"", own.as_str()),
        None => name.to_owned(),
    }
}

/// The gradient of an operand that was stretched to the shape of `gradient`: summed where it was.
fn fitted(node: &mut Node, gradient: Tracked, shape: &[Dim]) -> Result<Tracked, String> {
    let whole = node.shape(gradient);
    let added = whole.len().checked_sub(shape.len()).ok_or("the gradient has too few axes")?;
    let is_stretched = |axis: usize| axis < added || shape[axis - added].is(1) && !whole[axis].is(1);
    let axes: Vec<usize> = (0..whole.len()).filter(|&axis| is_stretched(axis)).collect();
    let summed = if axes.is_empty() { gradient } else { node.reduce("graph.reduce_sum", gradient, &axes)? };
    node.reshape(summed, shape)
}
