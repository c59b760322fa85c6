//! Memory of loops: where carried values and what is stacked lie, and what is copied at the end of a round.
//!
//! A carried value lies in the memory of its result all the while: before the first round the first value is copied
//! there, in the region it is the argument. The next value is copied there at the end of a round, unless the kernel that
//! makes it may write it there at once: when nothing of the round reads the argument any more. A slice is copied to its
//! place in the stacked result, unless what makes it writes it there.

use super::lifetime::{Lifetime, Positions};
use super::{byte_count, in_place};
use crate::parts::storage_of;
use kiln_graph::LoopView;
use kiln_ir::{DimExpr, Module, Op, Traits, Value};
use rustc_hash::FxHashMap;

/// Values made in the regions of loops that are written where the round's end would copy them.
#[derive(Default)]
pub(super) struct Homes {
    /// Next values, each with the result in whose memory it lies.
    pub carried: FxHashMap<Value, Value>,
    /// Slices, each with the stacked result in whose memory it lies.
    pub slices: FxHashMap<Value, Value>,
}

/// What is copied at the end of a round.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Moves {
    /// The carried values whose next ones are first copied aside: the order alone saves them not.
    pub aside: Vec<usize>,
    /// The carried values whose next ones are copied to their place, in this order.
    pub order: Vec<usize>,
    /// The stacked results whose slices are copied, before all others.
    pub slices: Vec<usize>,
}

impl Homes {
    /// The homes of what loops inside `owners` yield. `alive` says when the memory of values is in use.
    pub fn find(module: &Module, owners: &[Op], positions: &Positions, alive: &FxHashMap<Value, Lifetime>) -> Homes {
        let mut homes = Homes::default();
        for view in owners.iter().filter_map(|&op| LoopView::of(module, op)) {
            for (index, &next) in view.next.iter().enumerate() {
                let Some(own) = own_memory(module, &view, next, view.last[index]) else { continue };
                let is_free = !homes.carried.contains_key(&own)
                    && may_overwrite(module, view.arguments[index], view.last[index], own, positions, alive);
                if is_free {
                    homes.carried.insert(own, view.last[index]);
                }
            }
            for (&slice, &stacked) in view.slices.iter().zip(&view.stacked) {
                if let Some(own) = own_memory(module, &view, slice, slice).filter(|&own| !homes.contain(own)) {
                    homes.slices.insert(own, stacked);
                }
            }
        }
        homes
    }

    /// Whether a value lies in the memory of a loop's result.
    pub fn contain(&self, value: Value) -> bool {
        self.carried.contains_key(&value) || self.slices.contains_key(&value)
    }

    /// What is left to copy at the end of a round.
    pub fn moves(&self, module: &Module, view: &LoopView) -> Moves {
        let owner = |value: Value| storage_of(module, value).owner;
        let is_moved = |&index: &usize| {
            let from = owner(view.next[index]);
            from != view.last[index] && self.carried.get(&from) != Some(&view.last[index])
        };
        let mut pending: Vec<usize> = (0..view.next.len()).filter(is_moved).collect();
        let mut moves = Moves::default();
        let is_copied = |&index: &usize| self.slices.get(&owner(view.slices[index])) != Some(&view.stacked[index]);
        moves.slices = (0..view.slices.len()).filter(is_copied).collect();
        while !pending.is_empty() {
            let reads = |&other: &usize, place: usize| {
                other != place && !moves.aside.contains(&other) && owner(view.next[other]) == view.last[place]
            };
            let free = pending.iter().position(|&place| !pending.iter().any(|other| reads(other, place)));
            match free {
                Some(position) => moves.order.push(pending.remove(position)),
                None => {
                    let stuck = pending.iter().copied().find(|index| !moves.aside.contains(index));
                    moves.aside.push(stuck.expect("what is copied aside holds nothing up"));
                }
            }
        }
        moves
    }
}

/// What lies in the memory of a loop's results because nothing copies it there, planned loops only: values made in the
/// region, each with the number of the carried value, or of the stacked result, that it becomes.
pub fn loop_homes(module: &Module, op: Op, view: &LoopView) -> (Vec<(usize, Value)>, Vec<(usize, Value)>) {
    let listed = |name: &str| module.attributes(op).i64s(name).unwrap_or_default();
    let left = |values: &[Value], copied: Vec<i64>| -> Vec<(usize, Value)> {
        let owners = values.iter().map(|&value| storage_of(module, value).owner).enumerate();
        owners.filter(|(index, _)| !copied.contains(&(*index as i64))).collect()
    };
    let carried = left(&view.next, listed("moves")).into_iter().filter(|&(index, owner)| owner != view.last[index]);
    (carried.collect(), left(&view.slices, listed("slices")))
}

/// The value made in the region of a loop whose memory is `yielded`'s, if it is as large as `place`.
fn own_memory(module: &Module, view: &LoopView, yielded: Value, place: Value) -> Option<Value> {
    let storage = storage_of(module, yielded);
    let op = module.defining_op(storage.owner)?;
    let is_own = module.parent_block(op) == Some(view.body)
        && !module.has_traits(op, Traits::CONSTANT_LIKE)
        && storage.offset == DimExpr::constant(0)
        && byte_count(module, storage.owner) == byte_count(module, place);
    is_own.then_some(storage.owner)
}

/// Whether nothing reads the carried `argument` any more when `own` is written in the memory of its result.
fn may_overwrite(
    module: &Module,
    argument: Value,
    result: Value,
    own: Value,
    positions: &Positions,
    alive: &FxHashMap<Value, Lifetime>,
) -> bool {
    let (Some(op), Some(lifetime)) = (module.defining_op(own), alive.get(&own)) else { return false };
    let last = positions.last_read(module, argument);
    if last.is_none_or(|last| last < lifetime.first) {
        return true;
    }
    let takes_over = |owner: Value| (owner == result && last == Some(positions.end(op))).then_some(0);
    lifetime.first == positions.begin(op) && in_place::overwritten_operand(module, op, takes_over).is_some()
}
