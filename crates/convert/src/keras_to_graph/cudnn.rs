//! Cells with the weights of cuDNN: each gate's kernel is transposed in memory, and each product has a bias of its own.

use super::cells::{Cell, Kind};
use crate::conversion::node::Node;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Dim};

/// The cell that computes the same with weights as Keras has them.
pub(super) fn cell(
    node: &mut Node,
    kind: Kind,
    [kernel, recurrent]: [Tracked; 2],
    bias: Option<Tracked>,
) -> Result<Cell, String> {
    let units = kind.units(node, recurrent)?;
    let bias = bias.ok_or("the bias is missing")?;
    // Both biases, that of the input and that of the state, one after the other.
    let Some(count) = units.as_static().and_then(|units| units.checked_mul(kind.gates())).map(Dim::Static) else {
        return Err("there are too many units".into());
    };
    let bias = node.expect_shape(bias, &[double(count)?], "the bias")?;
    let both = node.reshape(bias, &[Dim::Static(2), count])?;
    let bias = match kind {
        Kind::Gru { .. } => both,
        _ => {
            let sum = node.reduce("graph.reduce_sum", both, &[0])?;
            node.drop_axes(sum, &[0])?
        }
    };
    let kernel = turn_gates(node, &kind, units, kernel)?;
    let recurrent = turn_gates(node, &kind, units, recurrent)?;
    let (activation, recurrent_activation) = (Attribute::string("tanh"), Attribute::string("sigmoid"));
    Ok(Cell { kind, kernel, recurrent, bias: Some(bias), activation, recurrent_activation, units })
}

fn double(count: Dim) -> Result<Dim, String> {
    let twice = count.as_static().and_then(|count| count.checked_mul(2));
    twice.map(Dim::Static).ok_or_else(|| "there are too many units".into())
}

/// The elements of each gate's part, read in their order, are those of its transpose.
fn turn_gates(node: &mut Node, kind: &Kind, units: Dim, kernel: Tracked) -> Result<Tracked, String> {
    let &[inputs, _] = node.shape(kernel) else { return Err("a kernel must have two axes".into()) };
    let own = units.as_static().ok_or("the number of units is not known")?;
    let mut parts = Vec::new();
    for gate in 0..kind.gates() {
        let part = node.slice_axis(kernel, 1, Dim::Static(gate * own), units)?;
        let rows = node.reshape(part, &[units, inputs])?;
        parts.push(node.transpose(rows, &[1, 0])?);
    }
    node.concat(&parts, 1)
}
