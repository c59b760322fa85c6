//! Normalizations of sums, and the first layer of BERT.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use crate::onnx_to_graph::normalization::{centre, inverse_deviation};
use kiln_ir::{Dim, Type};
use kiln_tensor::ElementType;

pub(crate) const ROWS: &[Row] = &[
    row("com.microsoft.SkipLayerNormalization", skip_layer_normalization),
    row("com.microsoft.SkipSimplifiedLayerNormalization", skip_simplified_layer_normalization),
    row("com.microsoft.EmbedLayerNormalization", embed_layer_normalization),
];

/// The epsilon of an operator that names none.
const EPSILON: f64 = 1e-12;

/// `input + skip + bias`.
fn sum(node: &mut Node, bias: usize) -> Result<Tracked, String> {
    let (x, skip) = (node.input(0)?, node.input(1)?);
    let sum = node.binary("graph.add", x, skip)?;
    match node.optional(bias) {
        Some(bias) => node.binary("graph.add", sum, bias),
        None => Ok(sum),
    }
}

fn skip_layer_normalization(node: &mut Node) -> Results {
    let sum = sum(node, 4)?;
    let epsilon = node.float_or("epsilon", EPSILON);
    let (gamma, beta) = (node.input(2)?, node.optional(3));
    let axis = node.rank(sum).checked_sub(1).ok_or("the input has no axes")?;
    let mut results = vec![layer_norm(node, sum, gamma, beta, epsilon)?];
    if node.output_count() > 1 {
        let (centred, mean) = centre(node, sum, &[axis])?;
        results.extend([mean, inverse_deviation(node, centred, &[axis], epsilon)?, sum]);
    }
    Ok(results)
}

fn layer_norm(
    node: &mut Node,
    x: Tracked,
    gamma: Tracked,
    beta: Option<Tracked>,
    epsilon: f64,
) -> Result<Tracked, String> {
    let axis = node.rank(x) - 1;
    let given = [("axis", attribute(axis as i64)), ("epsilon", attribute(epsilon))];
    let mut operands = vec![x];
    for parameter in [gamma].into_iter().chain(beta) {
        operands.push(node.expect_shape(parameter, &node.shape(x)[axis..], "scale and bias")?);
    }
    node.emit("graph.layer_norm", &operands, &given)
}

/// Divided by the root mean square, without a mean.
fn skip_simplified_layer_normalization(node: &mut Node) -> Results {
    let sum = sum(node, 3)?;
    let gamma = node.input(2)?;
    let axis = node.rank(sum).checked_sub(1).ok_or("the input has no axes")?;
    let work = node.cast(sum, ElementType::F32)?;
    let inverse = inverse_deviation(node, work, &[axis], node.float_or("epsilon", EPSILON))?;
    let scaled = node.binary("graph.multiply", work, inverse)?;
    let scaled = node.cast(scaled, node.element(gamma))?;
    let y = node.binary("graph.multiply", scaled, gamma)?;
    // There is no mean, and nobody asks for it.
    Ok(vec![y, inverse, inverse, sum])
}

/// The sum of the embeddings of words, positions and segments, normalized; how many words a row has; the sum.
fn embed_layer_normalization(node: &mut Node) -> Results {
    let ids = node.input(0)?;
    let &[batch, length] = node.shape(ids) else { return Err("the words must be a matrix".into()) };
    let gather = |node: &mut Node, table: Tracked, indices: Tracked| {
        node.emit("graph.gather", &[table, indices], &[("axis", attribute(0i64))])
    };
    let words = node.input(2)?;
    let mut sum = gather(node, words, ids)?;
    let positions = match node.optional(8) {
        Some(positions) => positions,
        None => {
            let given = [("axis", attribute(1i64))];
            node.emit_as("graph.iota", &[], &given, &[Dim::Static(1), length], Type::i64())?
        }
    };
    let table = node.input(3)?;
    let position = gather(node, table, positions)?;
    sum = node.binary("graph.add", sum, position)?;
    if let (Some(segments), Some(table)) = (node.optional(1), node.optional(4)) {
        let segment = gather(node, table, segments)?;
        sum = node.binary("graph.add", sum, segment)?;
    }
    let (gamma, beta) = (node.input(5)?, node.optional(6));
    let y = layer_norm(node, sum, gamma, beta, node.float_or("epsilon", EPSILON))?;
    let count = match node.optional(7) {
        Some(mask) => {
            let mask = node.cast(mask, ElementType::I32)?;
            let count = node.reduce("graph.reduce_sum", mask, &[1])?;
            node.drop_axes(count, &[1])?
        }
        None => {
            let zero = node.scalar(ElementType::I32, 0.0)?;
            node.broadcast(zero, &[batch])?
        }
    };
    Ok(vec![y, count, sum])
}
