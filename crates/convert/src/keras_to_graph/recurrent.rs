//! Recurrent layers.

use super::call::{Call, Row, masking, plain};
use super::cells::Cells;
use super::sequences::{Ran, Run, flip, run};
use super::stateful;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;

pub(crate) const ROWS: &[Row] = &[
    masking("LSTM", |call| layer(call, "LSTM")),
    masking("GRU", |call| layer(call, "GRU")),
    masking("SimpleRNN", |call| layer(call, "SimpleRNN")),
    masking("RNN", |call| layer(call, "RNN")),
    masking("ConvLSTM1D", |call| layer(call, "ConvLSTM1D")),
    masking("ConvLSTM2D", |call| layer(call, "ConvLSTM2D")),
    masking("ConvLSTM3D", |call| layer(call, "ConvLSTM3D")),
    masking("CuDNNLSTM", |call| layer(call, "CuDNNLSTM")),
    masking("CuDNNGRU", |call| layer(call, "CuDNNGRU")),
    plain("LSTMCell", |call| step(call, "LSTMCell")),
    plain("GRUCell", |call| step(call, "GRUCell")),
    plain("SimpleRNNCell", |call| step(call, "SimpleRNNCell")),
    plain("StackedRNNCells", |call| step(call, "StackedRNNCells")),
];

/// What a recurrent layer is asked for.
#[derive(Clone, Copy)]
pub(crate) struct Wanted {
    pub steps: bool,
    pub states: bool,
    pub is_backward: bool,
}

impl Wanted {
    pub fn read(call: &Call) -> Wanted {
        Wanted {
            steps: call.is_set("return_sequences", false),
            states: call.is_set("return_state", false),
            is_backward: call.is_set("go_backwards", false),
        }
    }
}

fn layer(call: &mut Call, class: &str) -> Results {
    let wanted = Wanted::read(call);
    let mut x = call.find("0").or_else(|| call.find("0.0")).ok_or("the input is missing")?;
    let mut initial = call.list("initial_state");
    // Before Keras 3, states may come behind the input in a list.
    if initial.is_empty() && call.find("0").is_none() {
        initial = call.list("0").split_off(1);
    }
    if initial.is_empty() {
        initial = call.list("1");
    }
    let is_time_first = call.is_set("time_major", false);
    if is_time_first {
        x = swap(call, x)?;
    }
    let mask = call.mask();
    if wanted.steps
        && let Some(mask) = mask
    {
        call.set_mask(0, mask);
    }
    let ran = run_layer(call, class, x, initial, mask, wanted)?;
    let mut results = Vec::new();
    results.push(match ran.steps {
        Some(steps) => {
            let steps = if wanted.is_backward { flip(call, steps, 1)? } else { steps };
            if is_time_first { swap(call, steps)? } else { steps }
        }
        None => ran.last,
    });
    if wanted.states {
        results.extend(ran.states);
    }
    Ok(results)
}

/// One step of cells that stand by themselves: the output and the next states.
fn step(call: &mut Call, class: &str) -> Results {
    let x = call.first_as_floats()?;
    let mut states = Vec::new();
    let given = if call.find("0").is_none() { call.list("0").split_off(1) } else { Vec::new() };
    for state in [given, call.list("1"), call.list("states")].concat() {
        states.push(call.as_floats(state)?);
    }
    let cells = Cells::read(call, class)?;
    let (output, next) = cells.step(call, x, &states)?;
    Ok([&[output], &next[..]].concat())
}

/// Runs the cells of a layer over a sequence.
pub(crate) fn run_layer(
    call: &mut Call,
    class: &str,
    x: Tracked,
    initial: Vec<Tracked>,
    mask: Option<Tracked>,
    wanted: Wanted,
) -> Result<Ran, String> {
    let x = call.as_floats(x)?;
    let mut given = Vec::new();
    for state in initial {
        given.push(call.as_floats(state)?);
    }
    let cells = Cells::read(call, class)?;
    let kept = match call.is_set("stateful", false) {
        true => stateful::variables(call, &cells, x)?,
        false => Vec::new(),
    };
    if given.is_empty() {
        given = kept.iter().map(|&number| call.variable(number)).collect();
    }
    let mask = match mask {
        Some(mask) => Some(mask_of_steps(call, mask)?),
        None => None,
    };
    let zeros_where_masked = call.is_set("zero_output_for_mask", false);
    let asked =
        Run { x, initial: given, mask, is_backward: wanted.is_backward, zeros_where_masked, wants_steps: wanted.steps };
    let ran = run(call, &cells, asked)?;
    for (&number, &state) in kept.iter().zip(&ran.states) {
        call.set_variable(number, state)?;
    }
    Ok(ran)
}

/// A mask as truth values of batch and steps.
fn mask_of_steps(call: &mut Call, mask: Tracked) -> Result<Tracked, String> {
    let mask = match call.element(mask) {
        kiln_tensor::ElementType::I1 => mask,
        _ => call.binary_scalar("graph.not_equal", mask, 0.0)?,
    };
    match call.shape(mask) {
        [_, _] => Ok(mask),
        [_, _, one] if one.is(1) => call.drop_axes(mask, &[2]),
        _ => Err("a mask must have two axes, batch and steps".into()),
    }
}

/// Batch and steps exchanged.
fn swap(call: &mut Call, x: Tracked) -> Result<Tracked, String> {
    let order: Vec<usize> = [1, 0].into_iter().chain(2..call.rank(x)).collect();
    match order.len() == call.rank(x) {
        true => call.transpose(x, &order),
        false => Err("the input must have three axes".into()),
    }
}
