//! `If`: a branch taken when converting if the condition is known, else a `graph.if`.

use crate::conversion::branch::{branches, convert_region_data};
use crate::conversion::content::Item;
use crate::conversion::datum::Data;
use crate::conversion::node::Node;
use crate::conversion::row::{Row, row_of_data};
use kiln_ir::{DimExpr, Value};

pub(crate) const ROWS: &[Row] = &[row_of_data("If", convert_if)];

fn convert_if(node: &mut Node) -> Data {
    let condition = node.input(0)?;
    let known = node.content(condition).and_then(|content| content.items.first().copied());
    if let Some(Item::Bool(condition)) = known {
        return convert_region_data(node, if condition { 0 } else { 1 }, Vec::new());
    }
    if squeezes(node) {
        return convert_region_data(node, 0, Vec::new());
    }
    branches(node, condition, &|node| convert_region_data(node, 0, Vec::new()), &|node| {
        convert_region_data(node, 1, Vec::new())
    })
}

/// Whether the node drops an axis if its extent is 1, and else gives the same tensor with the axis: tensors of one or the
/// other rank. PyTorch's exporter writes this where it does not know the extent. What follows is made for one rank, which is
/// that of the first branch: a run in which the extent is another reports it.
fn squeezes(node: &Node) -> bool {
    let module = &*node.conversion.module;
    let yielded = |index: usize| {
        let block = module.entry_block(*module.regions(node.op).get(index)?)?;
        match module.operands(module.last_op(block)?) {
            &[only] => Some(only),
            _ => None,
        }
    };
    let definition = |value: Value, name: &str| module.defining_op(value).filter(|&op| module.is(op, name));
    let source = |value: Value| definition(value, "onnx.Identity").map_or(value, |op| module.operand(op, 0));
    let compares_with_one = || {
        let equal = definition(*module.operands(node.op).first()?, "onnx.Equal")?;
        let is_one = |&value: &Value| {
            let content = node.conversion.tensor(value).and_then(|tensor| node.content(tensor));
            content.and_then(|content| content.integers()).is_some_and(|values| values == [DimExpr::constant(1)])
        };
        Some(module.operands(equal).iter().any(is_one))
    };
    let squeezed = yielded(0).and_then(|value| definition(value, "onnx.Squeeze")).map(|op| module.operand(op, 0));
    squeezed.is_some() && squeezed.map(source) == yielded(1).map(source) && compares_with_one() == Some(true)
}
