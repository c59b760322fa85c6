//! `LSTM`, `GRU`, `RNN`.

use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::{Attribute, Dim};

pub(crate) const ROWS: &[Row] = &[
    row("LSTM", |node| recurrent(node, "graph.lstm", 4, 8)),
    row("GRU", |node| recurrent(node, "graph.gru", 3, 6)),
    row("RNN", |node| recurrent(node, "graph.rnn", 1, 6)),
];

/// Operands: x, w, r, bias, sequence lengths, initial h, and of an LSTM initial c and peepholes.
fn recurrent(node: &mut Node, op: &str, gates: u64, most: usize) -> Results {
    let (x, w, r) = (node.input(0)?, node.input(1)?, node.input(2)?);
    let batch_first = node.flag("layout", false);
    let (&[first, second, features], &[directions, _, hidden]) = (node.shape(x), node.shape(r)) else {
        return Err("inputs and weights must have three axes".into());
    };
    let batch = if batch_first { first } else { second };
    let hidden_size = node.int("hidden_size").or(hidden.as_static().map(|size| size as i64));
    let hidden_size = hidden_size.ok_or("hidden_size is missing")?;
    if !(1..1 << 31).contains(&hidden_size) {
        return Err(format!("hidden_size {hidden_size} is no size"));
    }
    let size = |factor: u64| Dim::Static(factor * hidden_size as u64);
    let directions = match directions {
        Dim::Static(directions) => Dim::Static(directions),
        _ if node.string_or("direction", "forward") == "bidirectional" => Dim::Static(2),
        _ => Dim::Static(1),
    };
    let hidden = size(1);
    let w = node.expect_shape(w, &[directions, size(gates), features], "the weights")?;
    let r = node.expect_shape(r, &[directions, size(gates), hidden], "the recurrent weights")?;
    let state = if batch_first { [batch, directions, hidden] } else { [directions, batch, hidden] };
    let expected: [&[Dim]; 5] = [&[directions, size(2 * gates)], &[batch], &state, &state, &[directions, size(3)]];
    let mut operands = vec![x, w, r];
    let mut segments = vec![1i32; 3];
    for index in 3..most {
        let operand = node.optional(index);
        segments.push(operand.is_some().into());
        if let Some(operand) = operand {
            operands.push(node.expect_shape(operand, expected[index - 3], "an optional input")?);
        }
    }
    let mut given = vec![
        ("operandSegmentSizes", Attribute::dense_i32s(&segments)),
        ("hidden_size", attribute(hidden_size)),
        ("direction", attribute(node.string_or("direction", "forward"))),
    ];
    for name in ["activations", "activation_alpha", "activation_beta", "clip"] {
        given.extend(node.attribute(name).map(|value| (name, value)));
    }
    for (name, wanted) in [("linear_before_reset", "graph.gru"), ("input_forget", "graph.lstm")] {
        if op == wanted && node.flag(name, false) {
            given.push((name, attribute(true)));
        }
    }
    if batch_first {
        given.push(("layout", attribute(1i64)));
    }
    node.emit_many(op, &operands, &given)
}
