//! `Loop`: a `graph.loop` where carried values keep their types, else unrolled.
//!
//! Where data says how often it runs, what it stacks has room for the most rounds there may be; a carried count tells how
//! many there were.

use super::unroll::unrolled_loop;
use crate::conversion::attempt::known;
pub(crate) use crate::conversion::attempt::{attempt, rolled_or};
use crate::conversion::branch::convert_region;
use crate::conversion::content::Item;
use crate::conversion::datum::{Data, Datum, data};
use crate::conversion::extent::{constant, dim, maximum};
use crate::conversion::node::Node;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Row, row_of_data};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] = &[row_of_data("Loop", convert_loop)];

fn convert_loop(node: &mut Node) -> Data {
    // A loop over shapes is evaluated here: what comes of it may be an extent.
    if carries_extents(node)
        && let Ok(results) = attempt(node, unrolled_loop)
    {
        return Ok(results);
    }
    if (2..node.input_count()).any(|index| !matches!(node.optional_datum(index), Some(Datum::Tensor(_)))) {
        return super::sequence_loops::convert(node);
    }
    rolled_or(node, rolled_loop, unrolled_loop)
}

/// Whether everything carried is small and of known integers at first.
fn carries_extents(node: &Node) -> bool {
    let is_known = |index: usize| {
        let content = node.optional(index).and_then(|tensor| node.content(tensor));
        content.is_some_and(|content| content.element.is_integer() && content.integers().is_some())
    };
    node.input_count() > 2 && (2..node.input_count()).all(is_known)
}

/// Where a loop begins.
#[derive(Clone, Copy)]
pub(crate) struct Beginning {
    /// The number of the first round.
    pub first: i64,
    /// How many rounds there are at most.
    pub count: Option<Tracked>,
    /// Whether the first runs; it does if nothing says.
    pub condition: Option<Tracked>,
}

impl Beginning {
    /// As the inputs of a node say.
    pub fn of(node: &Node) -> Beginning {
        Beginning { first: 0, count: node.optional(0), condition: node.optional(1) }
    }

    /// How many rounds there are at most, as a scalar.
    pub fn count_of(&self, node: &mut Node) -> Result<Tracked, String> {
        match self.count {
            Some(count) => node.reshape(count, &[]),
            None => node.tensor(Tensor::scalar(i64::MAX)),
        }
    }

    /// Whether the first round runs, as a scalar.
    pub fn condition_of(&self, node: &mut Node) -> Result<Tracked, String> {
        match self.condition {
            Some(condition) => node.reshape(condition, &[]),
            None => node.tensor(Tensor::from_bools(&[], &[true])),
        }
    }
}

/// A loop that begins so, without what is carried.
pub(crate) fn read_loop(node: &mut Node, beginning: Beginning) -> Result<Rolled, String> {
    let truth = |item: Item| if let Item::Bool(value) = item { Some(value) } else { None };
    let condition = beginning.condition_of(node)?;
    let runs = known(node, condition, truth).ok();
    let rounds = match (beginning.count, runs) {
        (_, Some(false)) => Some(Dim::Static(0)),
        (Some(count), _) => rounds(node, count),
        _ => None,
    };
    let start = [beginning.count_of(node)?, condition];
    let is_certain = runs.is_some();
    Ok(Rolled { rounds, start: Some(start), initial: Vec::new(), is_certain, counts: false, growing: 0, declared: 0 })
}

fn rolled_loop(node: &mut Node) -> Data {
    let beginning = Beginning::of(node);
    let mut rolled = read_loop(node, beginning)?;
    if node.optional(0).is_none()
        && rolled.rounds.is_none()
        && let Some(rounds) = super::counted::rounds(node)
    {
        (rolled.rounds, rolled.start, rolled.is_certain) = (Some(rounds), None, true);
    }
    let yields_condition = rolled.start.is_none();
    rolled.initial = (2..node.input_count()).map(|index| node.input(index)).collect::<Result<Vec<_>, _>>()?;
    let carried = rolled.initial.len();
    rolled.declared = carried;
    // Where all rounds run, what they stack is as long as it can be.
    rolled.counts = node.output_count() > carried && !yields_condition;
    if rolled.counts {
        rolled.initial.push(node.tensor(Tensor::scalar(0i64))?);
    }
    let results = node.roll(rolled, |node, round, carried| {
        // Inside, the condition holds.
        let condition = node.tensor(Tensor::from_bools(&[], &[true]))?;
        let mut yielded = convert_region(node, 0, &[&[round, condition], carried].concat())?;
        if yields_condition && !yielded.is_empty() {
            // It is known to count.
            yielded.remove(0);
        }
        Ok(yielded)
    })?;
    match results.len() < carried {
        true => Err("the body yields too few values".into()),
        false => Ok(data(results)),
    }
}

/// How often a loop runs at most, if `count` is an extent or can be one that data gives.
fn rounds(node: &mut Node, count: Tracked) -> Option<Dim> {
    if let Ok(count) = known(node, count, Item::to_integer) {
        return dim(maximum(count, constant(0))).ok();
    }
    let count = node.clamp(count, Some(0.0), None).ok()?;
    let count = node.counts_of(count).ok()?;
    count.first().map(|&count| Dim::from_expr(count))
}
