//! Evaluation of recurrent layers, step by step, in `f64`.

use super::{Activation, Cell, RecurrentView, operand_ranges};
use crate::index::indices;
use crate::product::multiply_add;
use kiln_ir::EvaluateRequest;
use kiln_tensor::{Tensor, scalar};

/// Sizes of a layer.
#[derive(Clone, Copy)]
struct Sizes {
    sequence: usize,
    batch: usize,
    input: usize,
    hidden: usize,
    gates: usize,
}

/// One direction's weights: `w`, if there is one, and `r` transposed, the two halves of the bias, peepholes.
struct Weights {
    w: Option<Vec<f64>>,
    r: Vec<f64>,
    w_bias: Vec<f64>,
    r_bias: Vec<f64>,
    peephole: Vec<f64>,
}

/// The operands, each with the directions (of states) or the sequence (of `x`) first.
struct Operands {
    x: Vec<f64>,
    lengths: Vec<usize>,
    initial_h: Vec<f64>,
    initial_c: Vec<f64>,
    weights: Vec<Weights>,
}

/// The results of `lstm`, `gru` or `rnn`.
pub(super) fn evaluate(request: &EvaluateRequest, cell: &Cell) -> Result<Vec<Tensor>, String> {
    let view = RecurrentView::parse(request.attributes, cell)?;
    let (Some(x), Some((element, y_shape))) = (request.operands.first(), request.results.first()) else {
        return Err("a recurrent layer has an operand and a result".into());
    };
    let &[first, second, input] = x.shape() else { return Err("x must have three axes".into()) };
    let (sequence, batch) = if view.batch_first { (second, first) } else { (first, second) };
    let sizes = Sizes { sequence, batch, input, hidden: view.hidden_size, gates: cell.gates };
    let operands = read(request, cell, &view, sizes)?;
    let directions = view.direction.count();
    let mut y = vec![0.0; sequence * directions * batch * sizes.hidden];
    let (mut last_h, mut last_c) = (Vec::new(), Vec::new());
    for direction in 0..directions {
        let (h, c) = run(&view, cell, sizes, &operands, direction, &mut y);
        last_h.extend(h);
        last_c.extend(c);
    }
    if view.batch_first {
        y = swap(&y, [sequence * directions, batch, sizes.hidden]);
        last_h = swap(&last_h, [directions, batch, sizes.hidden]);
        last_c = swap(&last_c, [directions, batch, sizes.hidden]);
    }
    let mut results = vec![scalar::from_floats(*element, y_shape, y)?];
    for ((_, shape), values) in request.results.iter().skip(1).zip([last_h, last_c]) {
        results.push(scalar::from_floats(*element, shape, values)?);
    }
    Ok(results)
}

fn read(request: &EvaluateRequest, cell: &Cell, view: &RecurrentView, sizes: Sizes) -> Result<Operands, String> {
    let ranges = operand_ranges(cell, request.operands.len(), request.attributes)?;
    let find = |name: &str| {
        let index = cell.definition.operands.iter().position(|operand| operand.name == name)?;
        request.operands.get(ranges[index].clone())?.first()
    };
    let Sizes { sequence, batch, input, hidden, gates } = sizes;
    let directions = view.direction.count();
    let floats = |name: &str, count: usize| match find(name) {
        Some(tensor) => scalar::floats(tensor),
        None => Ok(vec![0.0; count]),
    };
    let state = |name: &str| {
        let values = floats(name, directions * batch * hidden)?;
        Ok::<_, String>(if view.batch_first { swap(&values, [batch, directions, hidden]) } else { values })
    };
    let x = floats("x", 0)?;
    let lengths = match find("sequence_lengths") {
        None => vec![sequence; batch],
        Some(lengths) => {
            let wrong = |length: i64| format!("a sequence has length {length}, but there are {sequence} steps");
            let length = |length: i64| usize::try_from(length).ok().filter(|&length| length <= sequence);
            let lengths = indices(lengths)?.into_iter();
            lengths.map(|value| length(value).ok_or_else(|| wrong(value))).collect::<Result<_, _>>()?
        }
    };
    let (rows, bias) = (gates * hidden, floats("bias", directions * 2 * gates * hidden)?);
    let (w, r) = (find("w").map(scalar::floats).transpose()?, floats("r", 0)?);
    let peephole = floats("peephole", directions * 3 * hidden)?;
    let weights = (0..directions).map(|direction| Weights {
        w: w.as_ref().map(|w| swap(&w[direction * rows * input..][..rows * input], [rows, input, 1])),
        r: swap(&r[direction * rows * hidden..][..rows * hidden], [rows, hidden, 1]),
        w_bias: bias[direction * 2 * rows..][..rows].to_vec(),
        r_bias: bias[(direction * 2 + 1) * rows..][..rows].to_vec(),
        peephole: peephole[direction * 3 * hidden..][..3 * hidden].to_vec(),
    });
    Ok(Operands {
        x: if view.batch_first { swap(&x, [batch, sequence, input]) } else { x },
        lengths,
        initial_h: state("initial_h")?,
        initial_c: state("initial_c")?,
        weights: weights.collect(),
    })
}

/// The first two of three axes exchanged.
fn swap(values: &[f64], [first, second, third]: [usize; 3]) -> Vec<f64> {
    let line = |outer: usize, inner: usize| &values[(inner * second + outer) * third..][..third];
    (0..second).flat_map(|outer| (0..first).flat_map(move |inner| line(outer, inner))).copied().collect()
}

/// Runs one direction: writes its part of `y`, returns the last states.
fn run(
    view: &RecurrentView,
    cell: &Cell,
    sizes: Sizes,
    operands: &Operands,
    direction: usize,
    y: &mut [f64],
) -> (Vec<f64>, Vec<f64>) {
    let Sizes { sequence, batch, input, hidden, gates } = sizes;
    let (rows, states) = (gates * hidden, batch * hidden);
    let weights = &operands.weights[direction];
    let mut h = operands.initial_h[direction * states..][..states].to_vec();
    let mut c = operands.initial_c[direction * states..][..states].to_vec();
    let functions = &view.activations[direction * cell.activations.len()..][..cell.activations.len()];
    let step = Step { view, hidden, functions, weights };
    let mut from_x = vec![0.0; sequence * batch * rows];
    match &weights.w {
        Some(w) => multiply_add(&operands.x, w, &mut from_x, [sequence * batch, input, rows]),
        None => {
            for (to, from) in from_x.chunks_exact_mut(rows).zip(operands.x.chunks_exact(input)) {
                to.copy_from_slice(&from[direction * rows..][..rows]);
            }
        }
    }
    for time in 0..sequence {
        let mut from_h = vec![0.0; batch * rows];
        multiply_add(&h, &weights.r, &mut from_h, [batch, hidden, rows]);
        for item in 0..batch {
            if time >= operands.lengths[item] {
                continue;
            }
            // A reversed sequence runs backwards from its own last step.
            let place = if view.direction.is_reverse(direction) { operands.lengths[item] - 1 - time } else { time };
            let x = &from_x[(place * batch + item) * rows..][..rows];
            let r = &from_h[item * rows..][..rows];
            let (h, c) = (&mut h[item * hidden..][..hidden], &mut c[item * hidden..][..hidden]);
            match gates {
                4 => step.lstm(x, r, h, c),
                3 => step.gru(x, r, h),
                _ => step.rnn(x, r, h),
            }
            let directions = view.direction.count();
            y[((place * directions + direction) * batch + item) * hidden..][..hidden].copy_from_slice(h);
        }
    }
    (h, c)
}

/// One step of one sequence: sums from the input and from the state come in, the state is updated.
struct Step<'a> {
    view: &'a RecurrentView,
    hidden: usize,
    functions: &'a [Activation],
    weights: &'a Weights,
}

impl Step<'_> {
    fn clip(&self, sum: f64) -> f64 {
        self.view.clip.map_or(sum, |clip| sum.clamp(-clip, clip))
    }

    fn apply(&self, function: usize, sum: f64) -> f64 {
        self.functions[function].apply(self.clip(sum))
    }

    /// The sum of both sides and their biases.
    fn sum(&self, x: &[f64], r: &[f64], place: usize) -> f64 {
        x[place] + r[place] + self.weights.w_bias[place] + self.weights.r_bias[place]
    }

    fn rnn(&self, x: &[f64], r: &[f64], h: &mut [f64]) {
        for (unit, h) in h.iter_mut().enumerate() {
            *h = self.apply(0, self.sum(x, r, unit));
        }
    }

    fn lstm(&self, x: &[f64], r: &[f64], h: &mut [f64], c: &mut [f64]) {
        let hidden = self.hidden;
        let peephole = |gate: usize, unit: usize| self.weights.peephole[gate * hidden + unit];
        for unit in 0..hidden {
            let sum = |gate: usize| self.sum(x, r, gate * hidden + unit);
            let input = self.apply(0, sum(0) + peephole(0, unit) * c[unit]);
            let forget = match self.view.input_forget {
                true => 1.0 - input,
                false => self.apply(0, sum(2) + peephole(2, unit) * c[unit]),
            };
            c[unit] = forget * c[unit] + input * self.apply(1, sum(3));
            let output = self.apply(0, sum(1) + peephole(1, unit) * c[unit]);
            h[unit] = output * self.functions[2].apply(c[unit]);
        }
    }

    fn gru(&self, x: &[f64], r: &[f64], h: &mut [f64]) {
        let hidden = self.hidden;
        let update: Vec<f64> = (0..hidden).map(|unit| self.apply(0, self.sum(x, r, unit))).collect();
        let reset: Vec<f64> = (0..hidden).map(|unit| self.apply(0, self.sum(x, r, hidden + unit))).collect();
        let rows = 3 * hidden;
        let candidate = |unit: usize| {
            let place = 2 * hidden + unit;
            let recurrent = match self.view.linear_before_reset {
                true => reset[unit] * (r[place] + self.weights.r_bias[place]),
                false => {
                    let weight = |source: usize| self.weights.r[source * rows + place];
                    let product: f64 = (0..hidden).map(|source| reset[source] * h[source] * weight(source)).sum();
                    product + self.weights.r_bias[place]
                }
            };
            self.apply(1, x[place] + recurrent + self.weights.w_bias[place])
        };
        let candidates: Vec<f64> = (0..hidden).map(candidate).collect();
        for (unit, h) in h.iter_mut().enumerate() {
            *h = (1.0 - update[unit]) * candidates[unit] + update[unit] * *h;
        }
    }
}
