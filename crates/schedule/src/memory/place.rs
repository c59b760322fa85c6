//! Offsets in the arena.

use super::lifetime::Lifetime;
use kiln_ir::DimExpr;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Memory for one tensor, or for several that take over from each other.
#[derive(Clone, Debug)]
pub(super) struct Request {
    /// Bytes, a multiple of the alignment.
    pub size: DimExpr,
    pub lifetime: Lifetime,
}

/// Offsets of all requests, and the size of the arena.
pub(super) fn place(requests: &[Request]) -> (Vec<DimExpr>, DimExpr) {
    let (fixed, size) = place_static(requests);
    let mut size = DimExpr::constant(size);
    let mut offsets: Vec<Option<DimExpr>> = fixed.into_iter().map(|offset| offset.map(DimExpr::constant)).collect();
    let (slot_of, slots) = place_symbolic(requests);
    let mut slot_offsets = Vec::with_capacity(slots.len());
    for slot in slots {
        slot_offsets.push(size);
        size = size.checked_add(slot).expect("the sum of slots does not overflow");
    }
    for (offset, slot) in offsets.iter_mut().zip(slot_of) {
        *offset = offset.or(slot.map(|slot| slot_offsets[slot]));
    }
    let offsets =
        offsets.into_iter().map(|offset| offset.expect("a tensor is of static or of symbolic size")).collect();
    (offsets, size)
}

/// Which of the gaps that a tensor fits into it gets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Fit {
    /// The one at the lowest offset.
    Lowest,
    /// The smallest.
    Tightest,
}

/// Tensors one by one, each into a gap between those that are alive at the same time. No order of tensors is best for
/// all models, so a few are tried and the smallest arena is taken: by size, as of Pisarchyk and Lee, "Efficient Memory
/// Management for Deep Neural Net Inference"; by size times lifetime; by birth.
fn place_static(requests: &[Request]) -> (Vec<Option<i64>>, i64) {
    let sizes: Vec<(usize, i64)> =
        requests.iter().enumerate().filter_map(|(index, request)| Some((index, request.size.as_constant()?))).collect();
    let needed = most_alive(requests, &sizes);
    let span = |index: usize| (requests[index].lifetime.last - requests[index].lifetime.first + 1) as i128;
    let mut orders = [sizes.clone(), sizes.clone(), sizes];
    orders[0].sort_by_key(|&(index, size)| (Reverse(size), index));
    orders[1].sort_by_key(|&(index, size)| (Reverse(i128::from(size) * span(index)), index));
    orders[2].sort_by_key(|&(index, size)| (requests[index].lifetime.first, Reverse(size), index));
    let mut best: Option<(Vec<Option<i64>>, i64)> = None;
    for order in &orders {
        for fit in [Fit::Lowest, Fit::Tightest] {
            if best.as_ref().is_some_and(|(_, total)| *total == needed) {
                break;
            }
            let found = place_in_order(requests, order, fit);
            if best.as_ref().is_none_or(|(_, total)| found.1 < *total) {
                best = Some(found);
            }
        }
    }
    best.expect("several orders were tried")
}

/// The most bytes alive at any time: no arena is smaller.
fn most_alive(requests: &[Request], sizes: &[(usize, i64)]) -> i64 {
    let mut changes: BTreeMap<usize, i64> = BTreeMap::new();
    for &(index, size) in sizes {
        let lifetime = requests[index].lifetime;
        *changes.entry(lifetime.first).or_default() += size;
        *changes.entry(lifetime.last.saturating_add(1)).or_default() -= size;
    }
    let mut alive = 0;
    let totals = changes.values().map(|change| {
        alive += change;
        alive
    });
    totals.max().unwrap_or(0)
}

fn place_in_order(requests: &[Request], order: &[(usize, i64)], fit: Fit) -> (Vec<Option<i64>>, i64) {
    let mut offsets: Vec<Option<i64>> = vec![None; requests.len()];
    let mut placed = Placed::new(requests);
    let mut total = 0;
    for &(index, size) in order {
        let mut taken: Vec<(i64, i64)> = Vec::new();
        placed.for_each_alive(requests[index].lifetime, |other, other_size| {
            let start = offsets[other].expect("what was placed has an offset");
            taken.push((start, start + other_size));
        });
        taken.sort_unstable();
        let offset = find_gap(&taken, size, fit);
        offsets[index] = Some(offset);
        total = total.max(offset + size);
        placed.insert(index, size, requests[index].lifetime);
    }
    (offsets, total)
}

/// Where `size` bytes fit between taken ranges, which are sorted and may overlap: the space after all of them is the
/// last gap to be considered.
fn find_gap(taken: &[(i64, i64)], size: i64, fit: Fit) -> i64 {
    let mut end = 0;
    let mut tightest: Option<(i64, i64)> = None;
    for &(start, stop) in taken {
        let gap = start - end;
        if gap >= size && tightest.is_none_or(|(room, _)| gap < room) {
            tightest = Some((gap, end));
            if fit == Fit::Lowest {
                break;
            }
        }
        end = end.max(stop);
    }
    tightest.map_or(end, |(_, offset)| offset)
}

/// Tensors with their lifetimes, found by overlap: those alive at a position from a tree over positions, those born
/// after it by birth. Lifetimes are given in ranks of births, of which there are no more than tensors.
struct Placed {
    /// Births, sorted.
    births: Vec<usize>,
    /// Nodes of a binary tree over ranks; a tensor is in the few nodes that make up its lifetime.
    nodes: Vec<Vec<(usize, i64)>>,
    /// By rank of birth.
    born: Vec<Vec<(usize, i64)>>,
}

impl Placed {
    fn new(requests: &[Request]) -> Placed {
        let mut births: Vec<usize> = requests.iter().map(|request| request.lifetime.first).collect();
        births.sort_unstable();
        births.dedup();
        let count = births.len();
        Placed { births, nodes: vec![Vec::new(); 2 * count.max(1)], born: vec![Vec::new(); count] }
    }

    /// The ranks from the first birth to the last one that a lifetime includes; two overlap exactly if these do.
    fn ranks(&self, lifetime: Lifetime) -> (usize, usize) {
        let first = self.births.partition_point(|&birth| birth < lifetime.first);
        let end = self.births.partition_point(|&birth| birth <= lifetime.last);
        (first, end)
    }

    fn insert(&mut self, index: usize, size: i64, lifetime: Lifetime) {
        let (first, end) = self.ranks(lifetime);
        self.born[first].push((index, size));
        let count = self.births.len();
        let (mut low, mut high) = (first + count, end + count);
        while low < high {
            if low % 2 == 1 {
                self.nodes[low].push((index, size));
                low += 1;
            }
            if high % 2 == 1 {
                high -= 1;
                self.nodes[high].push((index, size));
            }
            (low, high) = (low / 2, high / 2);
        }
    }

    fn for_each_alive(&self, lifetime: Lifetime, mut visit: impl FnMut(usize, i64)) {
        let (first, end) = self.ranks(lifetime);
        let mut node = first + self.births.len();
        while node > 0 {
            self.nodes[node].iter().for_each(|&(index, size)| visit(index, size));
            node /= 2;
        }
        self.born[first + 1..end].iter().flatten().for_each(|&(index, size)| visit(index, size));
    }
}

/// First fit: tensors in order of birth take a slot that is free by then, equal in size if there is one; a slot is as
/// large as the largest of its tensors.
fn place_symbolic(requests: &[Request]) -> (Vec<Option<usize>>, Vec<DimExpr>) {
    let mut order: Vec<usize> =
        (0..requests.len()).filter(|&index| requests[index].size.as_constant().is_none()).collect();
    order.sort_by_key(|&index| (requests[index].lifetime.first, index));
    let mut slots: Vec<(DimExpr, usize)> = Vec::new();
    let mut slot_of = vec![None; requests.len()];
    for index in order {
        let Request { size, lifetime } = requests[index];
        let equal = slots.iter().position(|slot| slot.1 < lifetime.first && slot.0 == size);
        let slot = equal.or_else(|| slots.iter().position(|slot| slot.1 < lifetime.first));
        match slot {
            Some(slot) => {
                slots[slot] = (slots[slot].0.max(size), lifetime.last);
                slot_of[index] = Some(slot);
            }
            None => {
                slot_of[index] = Some(slots.len());
                slots.push((size, lifetime.last));
            }
        }
    }
    (slot_of, slots.into_iter().map(|(size, _)| size).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(size: DimExpr, first: usize, last: usize) -> Request {
        Request { size, lifetime: Lifetime { first, last } }
    }

    fn fixed(size: i64, first: usize, last: usize) -> Request {
        request(DimExpr::constant(size), first, last)
    }

    #[test]
    fn lifetimes_decide_overlap() {
        let requests = [fixed(128, 0, 2), fixed(64, 1, 3), fixed(128, 3, 5)];
        let (offsets, size) = place(&requests);
        let offsets: Vec<_> = offsets.into_iter().map(|offset| offset.as_constant()).collect();
        assert_eq!(offsets, [Some(0), Some(128), Some(0)]);
        assert_eq!(size.as_constant(), Some(192));
    }

    #[test]
    fn gaps_are_filled() {
        let requests = [fixed(256, 0, 1), fixed(64, 0, 3), fixed(64, 2, 3), fixed(64, 2, 3)];
        let (_, size) = place(&requests);
        assert_eq!(size.as_constant(), Some(320));
    }

    /// Many random lifetimes: no two that are alive together overlap, and the arena is no larger than without reuse.
    #[test]
    fn nothing_alive_overlaps() {
        let mut state = 1u64;
        let mut random = move |bound: u64| {
            state = state.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
            (state >> 33) % bound
        };
        for _ in 0..50 {
            let requests: Vec<Request> = (0..60)
                .map(|_| {
                    let first = random(100) as usize;
                    fixed(64 * (1 + random(9) as i64), first, first + random(20) as usize)
                })
                .collect();
            let size = |index: usize| requests[index].size.as_constant().expect("static");
            let (offsets, total) = place_static(&requests);
            let offsets: Vec<i64> = offsets.into_iter().map(|offset| offset.expect("static")).collect();
            let meet = |left: Lifetime, right: Lifetime| left.first <= right.last && right.first <= left.last;
            for left in 0..requests.len() {
                assert!(offsets[left] + size(left) <= total);
                for right in (0..left).filter(|&right| meet(requests[left].lifetime, requests[right].lifetime)) {
                    let apart = offsets[left] + size(left) <= offsets[right];
                    assert!(apart || offsets[right] + size(right) <= offsets[left]);
                }
            }
        }
    }

    #[test]
    fn symbolic_slots_are_reused() {
        let n = DimExpr::symbol("N").checked_mul(DimExpr::constant(64)).expect("small");
        let m = DimExpr::symbol("M").checked_mul(DimExpr::constant(64)).expect("small");
        let requests = [request(n, 0, 1), request(m, 0, 3), request(m, 2, 4)];
        let (offsets, size) = place(&requests);
        assert_eq!(offsets[0], offsets[2]);
        assert_eq!(size.to_string(), "64 * M + max(64 * M, 64 * N)");
    }
}
