//! Softmax of 8-bit integers: exponentials from a table of floats.

use super::normalization::last_axis;
use super::quantization::integer_bounds;
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use kiln_tensor::{ElementType, Tensor};

pub(crate) fn softmax(node: &mut Node) -> Results {
    let x = node.input(0)?;
    if node.element(x) == ElementType::I16 {
        return super::fixed_point::softmax(node);
    }
    let (input, output) = (node.quantized_operand(0)?, node.quantized_result(0)?);
    let element = node.result_element(0)?;
    let axis = last_axis(node, x)?;
    let scale = -input.scale() * node.option_float("beta") as f32;
    let table: Vec<f32> = (0..256).map(|below| libm::expf(scale * below as f32)).collect();
    let table = node.tensor(Tensor::from_values(&[256], &table))?;
    let wide = node.cast(x, ElementType::I32)?;
    let most = node.reduce("graph.reduce_max", wide, &[axis])?;
    let below = node.binary("graph.subtract", most, wide)?;
    let exps = node.emit("graph.gather", &[table, below], &[("axis", attribute(0i64))])?;
    let sum = node.reduce("graph.reduce_sum", exps, &[axis])?;
    let scaled = node.binary_scalar("graph.multiply", sum, f64::from(output.scale()))?;
    let inverse = node.unary("graph.reciprocal", scaled)?;
    let shares = node.binary("graph.multiply", exps, inverse)?;
    let whole = super::quantize::rounded(node, shares)?;
    let whole = node.cast(whole, ElementType::I32)?;
    Ok(vec![node.requantized(whole, output.zero_point(), integer_bounds(element), element)?])
}

pub(crate) fn log_softmax(_: &mut Node) -> Results {
    Err("the logarithm of the softmax of quantized integers is not supported".into())
}
