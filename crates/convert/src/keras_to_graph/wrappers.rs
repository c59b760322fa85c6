//! Wrappers: layers around a layer, which stands in a region.

use super::call::{Call, Row, masking};
use super::recurrent::{Wanted, run_layer};
use super::sequences::flip;
use crate::conversion::datum::Datum;
use crate::conversion::extent::{dim, expr, multiply};
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::{REPORTED, Tracked};
use kiln_ir::{Op, Value};

pub(crate) const ROWS: &[Row] = &[
    masking("TimeDistributed", time_distributed),
    masking("Bidirectional", bidirectional),
    // In inference, the kernel is as it was normalized last.
    masking("SpectralNormalization", |call| {
        let x = call.first()?;
        inline(call, 0, x)
    }),
];

/// What the layer in region number `index` makes of `x`.
fn inline(call: &mut Call, index: usize, x: Tracked) -> Results {
    let (ops, argument) = body(call, index)?;
    call.conversion.bind(argument, Datum::Tensor(x));
    call.keras().forget_mask(argument);
    let Some((&terminator, inner)) = ops.split_last() else { return Err("a wrapper holds no layer".into()) };
    for &op in inner {
        call.conversion.convert_op(op);
    }
    let values = call.conversion.module.operands(terminator).to_vec();
    // What is missing was reported where it should have been made.
    values.into_iter().map(|value| call.conversion.tensor(value).ok_or_else(|| REPORTED.to_owned())).collect()
}

/// The ops of a region and its argument.
fn body(call: &Call, index: usize) -> Result<(Vec<Op>, Value), String> {
    let module = &call.conversion.module;
    let region = module.regions(call.op).get(index).ok_or("a wrapper holds no layer")?;
    let block = *module.blocks(*region).first().ok_or("a wrapper holds no layer")?;
    let argument = *module.arguments(block).first().ok_or("a wrapped layer takes no tensor")?;
    Ok((module.ops_of(block), argument))
}

/// The layer on each step by itself: steps are as many more examples.
fn time_distributed(call: &mut Call) -> Results {
    let x = call.first()?;
    let shape = call.shape(x).to_vec();
    let &[batch, steps, ref rest @ ..] = shape.as_slice() else {
        return Err("the input must have at least two axes".into());
    };
    let examples = dim(multiply(expr(batch)?, expr(steps)?)?)?;
    let flat = call.reshape(x, &[&[examples], rest].concat())?;
    let mut results = inline(call, 0, flat)?;
    for result in &mut results {
        let shape = [&[batch, steps], call.shape(*result).get(1..).unwrap_or_default()].concat();
        *result = call.reshape(*result, &shape)?;
    }
    if let Some(mask) = call.mask() {
        call.set_masks(mask);
    }
    Ok(results)
}

/// A layer forwards and another one backwards.
fn bidirectional(call: &mut Call) -> Results {
    let x = call.first()?;
    let mask = call.mask();
    let mut initial = call.list("initial_state");
    if initial.is_empty() && call.find("0").is_none() {
        initial = call.list("0").split_off(1);
    }
    let mut backward_initial = initial.split_off(initial.len() / 2);
    let mode = call.attribute("merge_mode").and_then(|mode| mode.as_str());
    let (mut outputs, mut states) = (Vec::new(), Vec::new());
    let (mut returns_steps, mut returns_states) = (false, false);
    for index in 0..2 {
        let given = if index == 0 { std::mem::take(&mut initial) } else { std::mem::take(&mut backward_initial) };
        let (ops, _) = body(call, index)?;
        let op = *ops.first().ok_or("a wrapper holds no layer")?;
        let class = call.conversion.module.name(op).as_str().strip_prefix("keras.").unwrap_or_default();
        let keras = call.keras();
        let mut inner = Call::new(keras, Node::new(call.conversion, op, 0));
        let wanted = Wanted::read(&inner);
        (returns_steps, returns_states) = (wanted.steps, wanted.states);
        let ran = run_layer(&mut inner, class, x, given, mask, wanted)?;
        // Steps are in the order of time. The wrapper turns what the second layer gives, which runs from the end.
        outputs.push(match (ran.steps, (index == 1) != wanted.is_backward) {
            (Some(steps), true) => flip(call, steps, 1)?,
            (Some(steps), false) => steps,
            (None, _) => ran.last,
        });
        states.extend(ran.states);
    }
    let [forward, backward] = outputs[..] else { return Err("a wrapper holds no layer".into()) };
    let mut results = match mode {
        Some("concat") => {
            let last = call.rank(forward) - 1;
            vec![call.concat(&[forward, backward], last)?]
        }
        Some("sum") => vec![call.binary("graph.add", forward, backward)?],
        Some("mul") => vec![call.binary("graph.multiply", forward, backward)?],
        Some("ave") => {
            let sum = call.binary("graph.add", forward, backward)?;
            vec![call.binary_scalar("graph.multiply", sum, 0.5)?]
        }
        None => vec![forward, backward],
        Some(other) => return Err(format!("merge_mode \"{other}\" is not known")),
    };
    if returns_steps && let Some(mask) = mask {
        (0..results.len()).for_each(|index| call.set_mask(index, mask));
    }
    if returns_states {
        results.extend(states);
    }
    Ok(results)
}
