//! Sums, products and comparisons of two operands.

use super::elementwise::binary;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};

pub(crate) const ROWS: &[Row] = &[
    row("ADD", |node| arithmetic(node, "graph.add", super::quantized_arithmetic::add)),
    row("SUB", |node| arithmetic(node, "graph.subtract", super::quantized_arithmetic::subtract)),
    row("MUL", |node| arithmetic(node, "graph.multiply", super::quantized_arithmetic::multiply)),
    row("DIV", |node| arithmetic(node, "graph.divide", super::quantized_arithmetic::divide)),
    row("SQUARED_DIFFERENCE", |node| {
        if node.is_quantized() {
            return super::quantized_arithmetic::squared_difference(node);
        }
        let difference = binary(node, "graph.subtract")?[0];
        Ok(vec![node.binary("graph.multiply", difference, difference)?])
    }),
    row("MAXIMUM", |node| binary(node, "graph.maximum")),
    row("MINIMUM", |node| binary(node, "graph.minimum")),
    row("EQUAL", |node| compare(node, "graph.equal")),
    row("NOT_EQUAL", |node| compare(node, "graph.not_equal")),
    row("LESS", |node| compare(node, "graph.less")),
    row("LESS_EQUAL", |node| compare(node, "graph.less_equal")),
    row("GREATER", |node| compare(node, "graph.greater")),
    row("GREATER_EQUAL", |node| compare(node, "graph.greater_equal")),
];

fn arithmetic(node: &mut Node, op: &str, quantized: fn(&mut Node) -> Results) -> Results {
    if node.is_quantized() && node.result_quantization(0).is_some() {
        return quantized(node);
    }
    let result = binary(node, op)?[0];
    Ok(vec![node.fused_activation(result)?])
}

fn compare(node: &mut Node, op: &str) -> Results {
    match node.is_quantized() && node.operand_quantization(1).is_some() {
        true => super::quantized_arithmetic::compare(node, op),
        false => {
            let (left, right) = (node.input(0)?, node.input(1)?);
            if node.element(left) != kiln_tensor::ElementType::String {
                return binary(node, op);
            }
            let is_equal = node.binary("graph.string_equal", left, right)?;
            match op {
                "graph.equal" => Ok(vec![is_equal]),
                "graph.not_equal" => Ok(vec![node.unary("graph.not", is_equal)?]),
                _ => Err("strings have no order".into()),
            }
        }
    }
}
