//! Recurrent layers on literal tensors.

mod support;

use kiln_ir::Attribute;
use kiln_tensor::Tensor;
use support::{attribute, check, f, words};

/// One unit, one input: weights of every gate are `weight`, `count` gates.
fn weights(count: usize, weight: f32) -> Tensor {
    f(&[1, count, 1], &vec![weight; count])
}

fn attributes(present: &[i32], more: &[(&'static str, Attribute)]) -> Vec<(&'static str, Attribute)> {
    let mut attributes =
        vec![attribute("operandSegmentSizes", Attribute::dense_i32s(present)), attribute("hidden_size", 1i64)];
    attributes.extend_from_slice(more);
    attributes
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn sequence(values: &[f64]) -> Tensor {
    f(&[values.len(), 1, 1, 1], &values.iter().map(|&value| value as f32).collect::<Vec<_>>())
}

fn state(value: f64) -> Tensor {
    f(&[1, 1, 1], &[value as f32])
}

#[test]
fn rnn_runs_both_ways() {
    let step = |x: f64, h: f64| (0.5 * x + 0.25 * h).tanh();
    let (first, second) = (step(1.0, 0.0), step(2.0, step(1.0, 0.0)));
    let x = f(&[2, 1, 1], &[1.0, 2.0]);
    let operands = [x, weights(1, 0.5), weights(1, 0.25)];
    check("graph.rnn", &attributes(&[1, 1, 1, 0, 0, 0], &[]), &operands, &[sequence(&[first, second]), state(second)]);
    let (last, reversed) = (step(2.0, 0.0), step(1.0, step(2.0, 0.0)));
    let reverse = attributes(&[1, 1, 1, 0, 0, 0], &[attribute("direction", "reverse")]);
    check("graph.rnn", &reverse, &operands, &[sequence(&[reversed, last]), state(reversed)]);
    let [x, w, r] = operands;
    let twice = |tensor: &Tensor| {
        let values = tensor.values::<f32>();
        f(&[2, 1, 1], &[values[0], values[0]])
    };
    let both = attributes(&[1, 1, 1, 0, 0, 0], &[attribute("direction", "bidirectional")]);
    let y = f(&[2, 2, 1, 1], &[first, reversed, second, last].map(|value| value as f32));
    check("graph.rnn", &both, &[x, twice(&w), twice(&r)], &[y, f(&[2, 1, 1], &[second as f32, reversed as f32])]);
}

#[test]
fn sequences_end_where_they_say() {
    let step = |x: f64, h: f64| (x + h).max(0.0);
    let more = [attribute("activations", words(&["Relu"])), attribute("layout", 1i64)];
    let x = f(&[2, 2, 1], &[1.0, 2.0, 3.0, 4.0]);
    let lengths = Tensor::from_values(&[2], &[1i32, 2]);
    let operands = [x, weights(1, 1.0), weights(1, 1.0), lengths, f(&[2, 1, 1], &[10.0, 20.0])];
    let expected = [step(1.0, 10.0), 0.0, step(3.0, 20.0), step(4.0, step(3.0, 20.0))].map(|value| value as f32);
    check(
        "graph.rnn",
        &attributes(&[1, 1, 1, 0, 1, 1], &more),
        &operands,
        &[f(&[2, 2, 1, 1], &expected), f(&[2, 1, 1], &[expected[0], expected[3]])],
    );
}

#[test]
fn gru_resets_before_or_after() {
    let (w, r, wb, rb) = (0.5, 0.3, 0.1, 0.2);
    let run = |linear: bool| {
        let mut h = 0.7f64;
        for x in [1.0, -2.0] {
            let gate = sigmoid(w * x + r * h + wb + rb);
            let recurrent = if linear { gate * (r * h + rb) } else { r * (gate * h) + rb };
            let candidate = (w * x + recurrent + wb).tanh();
            h = (1.0 - gate) * candidate + gate * h;
        }
        h
    };
    let bias = f(&[1, 6], &[0.1, 0.1, 0.1, 0.2, 0.2, 0.2]);
    let operands = [f(&[2, 1, 1], &[1.0, -2.0]), weights(3, 0.5), weights(3, 0.3), bias, state(0.7)];
    for linear in [false, true] {
        let more = [attribute("linear_before_reset", linear)];
        let registry = support::evaluate("graph.gru", &attributes(&[1, 1, 1, 1, 0, 1], &more), &operands, &[]);
        let h = registry.expect("well formed")[1].values::<f32>()[0];
        assert!((f64::from(h) - run(linear)).abs() < 1e-6, "{h} {}", run(linear));
    }
}

#[test]
fn lstm_peeps_into_its_cell() {
    let (w, r, [pi, po, pf]) = (0.5, 0.3, [0.1, 0.2, 0.3]);
    let (mut h, mut c) = (0.0f64, 0.0f64);
    let mut y = Vec::new();
    for x in [1.0, 2.0] {
        let sum = w * x + r * h;
        let (input, forget, cell) = (sigmoid(sum + pi * c), sigmoid(sum + pf * c), sum.tanh());
        c = forget * c + input * cell;
        h = sigmoid(sum + po * c) * c.tanh();
        y.push(h);
    }
    let peephole = f(&[1, 3], &[0.1, 0.2, 0.3]);
    let operands = [f(&[2, 1, 1], &[1.0, 2.0]), weights(4, 0.5), weights(4, 0.3), peephole];
    let attributes = attributes(&[1, 1, 1, 0, 0, 0, 0, 1], &[]);
    check("graph.lstm", &attributes, &operands, &[sequence(&y), state(h), state(c)]);
}
