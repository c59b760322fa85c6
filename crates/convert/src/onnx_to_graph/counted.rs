//! Loops whose condition counts: how often they run is an extent.
//!
//! ```text
//! i = 0; while i < n { ...; i = i + 1 }      // runs n times
//! ```
//!
//! Exporters of frameworks without counted loops write these. The count is a carried value that starts at a constant and gets
//! a constant added in each round; `n` is a value from outside, or carried as it is.

use crate::conversion::extent::{constant, dim, maximum, subtract};
use crate::conversion::node::Node;
use crate::conversion::state::{Converted, Tracked};
use kiln_ir::{Block, Dim, DimExpr, Op, Value};

/// Where the number of the round and the condition stand before the carried values, in a region's arguments and in the
/// node's inputs.
const FIRST: usize = 2;

/// How often a loop runs that only its condition ends, if the condition counts.
pub(crate) fn rounds(node: &Node) -> Option<Dim> {
    let module = &*node.conversion.module;
    let region = *module.regions(node.op).first()?;
    let body = Body { node, block: module.entry_block(region)? };
    let (left, right) = body.compared(*module.operands(module.last_op(body.block)?).first()?)?;
    let (carried, step) = body.counter(left)?;
    let start = integer(node, node.input(FIRST + carried).ok()?)?.as_constant()?;
    let limit = body.invariant(right)?;
    // The first round asks the same.
    let first = *module.operands(node.op).get(1)?;
    let is_true = node.optional(1).is_none_or(|condition| {
        node.content(condition)
            .is_some_and(|content| content.items.first() == Some(&crate::conversion::content::Item::Bool(true)))
    });
    if !is_true {
        let (left, right) = body.compared(first)?;
        let value = |value| integer(node, node.conversion.tensor(body.plain(value))?);
        if value(left)? != constant(start) || value(right)? != limit {
            return None;
        }
    }
    let count = subtract(limit, constant(start)).ok()?.ceil_div(constant(step))?;
    dim(maximum(count, constant(i64::from(is_true)))).ok()
}

/// The one integer that a tensor is known to hold, also as a float.
fn integer(node: &Node, tensor: Tracked) -> Option<DimExpr> {
    let content = node.content(tensor)?;
    let &[item] = content.items.as_slice() else { return None };
    item.to_whole()
}

/// The body of a loop.
struct Body<'a, 'c, 'm> {
    node: &'a Node<'c, 'm>,
    block: Block,
}

impl Body<'_, '_, '_> {
    fn definition(&self, value: Value, name: &str) -> Option<Op> {
        let module = &*self.node.conversion.module;
        module.defining_op(value).filter(|&op| module.is(op, name))
    }

    /// The value without what does not change a small integer.
    fn plain(&self, mut value: Value) -> Value {
        let module = &*self.node.conversion.module;
        while let Some(op) = ["onnx.Cast", "onnx.Identity", "onnx.Squeeze", "onnx.Unsqueeze"]
            .iter()
            .find_map(|name| self.definition(value, name))
        {
            value = module.operand(op, 0);
        }
        value
    }

    /// What a condition says is less than what.
    fn compared(&self, condition: Value) -> Option<(Value, Value)> {
        let module = &*self.node.conversion.module;
        let condition = self.plain(condition);
        if let Some(op) = self.definition(condition, "onnx.Less") {
            return Some((module.operand(op, 0), module.operand(op, 1)));
        }
        let op = self.definition(condition, "onnx.Greater")?;
        Some((module.operand(op, 1), module.operand(op, 0)))
    }

    /// The carried value of which `value` is the next one, and what a round adds to it.
    fn counter(&self, value: Value) -> Option<(usize, i64)> {
        let module = &*self.node.conversion.module;
        let sum = self.plain(value);
        let op = self.definition(sum, "onnx.Add")?;
        let [left, right] = [0, 1].map(|index| self.plain(module.operand(op, index)));
        let (carried, added) = match (self.carried(left), self.carried(right)) {
            (Some(carried), None) => (carried, right),
            (None, Some(carried)) => (carried, left),
            _ => return None,
        };
        let next = *module.operands(module.last_op(self.block)?).get(1 + carried)?;
        let step = self.constant(added)?;
        (self.plain(next) == sum && step > 0).then_some((carried, step))
    }

    /// Which of the carried values it is.
    fn carried(&self, value: Value) -> Option<usize> {
        let arguments = self.node.conversion.module.arguments(self.block);
        arguments.iter().position(|&argument| argument == value)?.checked_sub(FIRST)
    }

    /// A constant, of the body or from outside.
    fn constant(&self, value: Value) -> Option<i64> {
        let module = &*self.node.conversion.module;
        let tensor = match self.definition(value, "onnx.Constant") {
            Some(op) => module.attribute(op, "value").and_then(|value| module.attribute_tensor(value))?,
            None => self.node.constant(self.node.conversion.tensor(value)?)?,
        };
        match kiln_tensor::scalar::scalars(&tensor)?.as_slice() {
            [only] => Some(only.to_f64()).filter(|value| value.fract() == 0.0).map(|value| value as i64),
            _ => None,
        }
    }

    /// A number that is the same in every round.
    fn invariant(&self, value: Value) -> Option<DimExpr> {
        let module = &*self.node.conversion.module;
        let value = self.plain(value);
        if let Some(constant_value) = self.constant(value) {
            return Some(constant(constant_value));
        }
        let tensor = match self.carried(value) {
            Some(carried) => {
                let next = *module.operands(module.last_op(self.block)?).get(1 + carried)?;
                (self.plain(next) == value).then_some(())?;
                self.node.input(FIRST + carried).ok()?
            }
            // What the body computes was not converted yet.
            None => match self.node.conversion.find(value) {
                Converted::Datum(datum) => datum.tensor().ok()?,
                Converted::Absent | Converted::Failed => return None,
            },
        };
        integer(self.node, tensor)
    }
}
