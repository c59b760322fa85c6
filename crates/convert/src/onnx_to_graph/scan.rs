//! `Scan`: a `graph.loop` over elements of axes, or unrolled where states change their shapes.

use super::loops::rolled_or;
use super::unroll::{check_rounds, element, stack, unrolled_scan};
use crate::conversion::branch::convert_region;
use crate::conversion::emit::{attribute, dims_attribute};
use crate::conversion::extent::{add, constant, dim, expr, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Results, Row, row_in};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;

pub(crate) const ROWS: &[Row] = &[row_in("Scan", 8..=8, batched_scan), row_in("Scan", 9..=i64::MAX, scan)];

/// How a scan walks.
pub(crate) struct Walk {
    /// What is carried, at first.
    pub states: Vec<Tracked>,
    /// What is scanned, of which each round gets an element of an axis.
    pub inputs: Vec<Tracked>,
    /// The axis of each input.
    pub axes: Vec<usize>,
    /// Whether each input is scanned from its end.
    pub backwards: Vec<bool>,
    /// For each output that is stacked, along which axis and whether from its end.
    pub outputs: Vec<(i64, bool)>,
}

impl Walk {
    fn read(node: &mut Node, inputs: &[Tracked]) -> Result<Walk, String> {
        let scanned = usize::try_from(node.int_or("num_scan_inputs", 0)).unwrap_or(0);
        let count = inputs.len().checked_sub(scanned).ok_or("there are fewer inputs than are scanned")?;
        let (states, inputs) = inputs.split_at(count);
        let list = |axes: &str, directions: &str, count: usize| -> Vec<(i64, bool)> {
            let (axes, directions) = (node.ints(axes).unwrap_or_default(), node.ints(directions).unwrap_or_default());
            let at = |index: usize| {
                (axes.get(index).copied().unwrap_or(0), directions.get(index).is_some_and(|&value| value != 0))
            };
            (0..count).map(at).collect()
        };
        let directions = if node.version == 8 { "directions" } else { "scan_input_directions" };
        let ways = list("scan_input_axes", directions, scanned);
        let outputs = list("scan_output_axes", "scan_output_directions", node.output_count().saturating_sub(count));
        let mut axes = Vec::with_capacity(scanned);
        for (&input, &(axis, _)) in inputs.iter().zip(&ways) {
            axes.push(normalize_axis(axis, node.rank(input))?);
        }
        let backwards = ways.into_iter().map(|(_, backwards)| backwards).collect();
        let mut walk = Walk { states: states.to_vec(), inputs: inputs.to_vec(), axes, backwards, outputs };
        let length = walk.length(node)?;
        for (input, &axis) in walk.inputs.iter_mut().zip(&walk.axes) {
            let mut shape = node.shape(*input).to_vec();
            shape[axis] = length;
            *input = node.expect_shape(*input, &shape, "what is scanned")?;
        }
        Ok(walk)
    }

    /// How many rounds there are.
    pub fn length(&self, node: &Node) -> Result<Dim, String> {
        let (&first, &axis) = self.inputs.first().zip(self.axes.first()).ok_or("nothing is scanned")?;
        Ok(node.shape(first)[axis])
    }
}

fn scan(node: &mut Node) -> Results {
    let inputs = node.inputs()?;
    walk(node, &inputs)
}

fn walk(node: &mut Node, inputs: &[Tracked]) -> Results {
    let walk = Walk::read(node, inputs)?;
    rolled_or(node, |node| rolled_scan(node, &walk), |node| unrolled_scan(node, &walk))
}

/// The first version: every input has the batch as its first axis.
fn batched_scan(node: &mut Node) -> Results {
    if node.optional(0).is_some() {
        return Err("sequences of differing lengths are not supported".into());
    }
    let inputs = (1..node.input_count()).map(|index| node.input(index)).collect::<Result<Vec<_>, _>>()?;
    let batch = inputs.first().and_then(|&input| node.shape(input).first().copied()).ok_or("there is no batch")?;
    match batch {
        Dim::Static(batch) => unrolled_batch(node, &inputs, batch),
        _ => rolled_batch(node, &inputs, batch),
    }
}

/// One example after the other.
fn unrolled_batch(node: &mut Node, inputs: &[Tracked], batch: u64) -> Results {
    check_rounds(batch as usize)?;
    let mut results = vec![Vec::new(); node.output_count()];
    for position in 0..batch {
        let mut parts = Vec::new();
        for &input in inputs {
            parts.push(element(node, input, 0, position)?);
        }
        for (parts, part) in results.iter_mut().zip(walk(node, &parts)?) {
            parts.push(part);
        }
    }
    results.iter().map(|parts| stack(node, parts, 0)).collect()
}

/// A loop over examples, which stacks what each comes to.
fn rolled_batch(node: &mut Node, inputs: &[Tracked], batch: Dim) -> Results {
    let mut agreed = Vec::with_capacity(inputs.len());
    for &input in inputs {
        let shape = node.shape(input).get(1..).ok_or("every input has the batch as its first axis")?;
        agreed.push(node.expect_shape(input, &[&[batch], shape].concat(), "each input")?);
    }
    let rolled = Rolled {
        rounds: Some(batch),
        start: None,
        initial: Vec::new(),
        is_certain: true,
        counts: false,
        growing: 0,
        declared: 0,
    };
    node.roll(rolled, |node, example, _| {
        let mut parts = Vec::with_capacity(agreed.len());
        for &input in &agreed {
            parts.push(node.emit("graph.gather", &[input, example], &[("axis", attribute(0i64))])?);
        }
        walk(node, &parts)
    })
}

fn rolled_scan(node: &mut Node, walk: &Walk) -> Results {
    let length = walk.length(node)?;
    let last = add(expr(length)?, constant(-1))?;
    let rolled = Rolled {
        rounds: Some(length),
        start: None,
        initial: walk.states.clone(),
        is_certain: true,
        counts: false,
        growing: 0,
        declared: walk.states.len(),
    };
    let mut results = node.roll(rolled, |node, round, carried| {
        let mut arguments = carried.to_vec();
        for ((&input, &axis), &backwards) in walk.inputs.iter().zip(&walk.axes).zip(&walk.backwards) {
            let index = match backwards {
                true => {
                    let last = node.extent(last);
                    node.emit("graph.subtract", &[last, round], &[])?
                }
                false => round,
            };
            arguments.push(node.emit("graph.gather", &[input, index], &[("axis", attribute(axis as i64))])?);
        }
        convert_region(node, 0, &arguments)
    })?;
    let stacked = results.get_mut(walk.states.len()..).ok_or("the body yields too few values")?;
    for (result, &(axis, backwards)) in stacked.iter_mut().zip(&walk.outputs) {
        if backwards {
            *result = reverse(node, *result)?;
        }
        let rank = node.rank(*result);
        let axis = normalize_axis(axis, rank)?;
        let permutation: Vec<usize> = (1..=axis).chain([0]).chain(axis + 1..rank).collect();
        *result = node.transpose(*result, &permutation)?;
    }
    Ok(results)
}

/// The first axis from its end.
fn reverse(node: &mut Node, x: Tracked) -> Result<Tracked, String> {
    let shape = node.shape(x);
    let mut starts = vec![Dim::Static(0); shape.len()];
    // Of nothing, nothing is taken.
    starts[0] = if shape[0].is(0) { shape[0] } else { dim(add(expr(shape[0])?, constant(-1))?)? };
    let mut steps = vec![1i64; shape.len()];
    steps[0] = -1;
    let given = [("starts", dims_attribute(&starts)), ("steps", attribute(steps))];
    node.emit_as("graph.slice", &[x], &given, shape, node.element_type(x))
}
