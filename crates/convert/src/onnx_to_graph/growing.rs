//! Loops that append to sequences in each round.
//!
//! Where each round appends tensors of the same shapes, these are stacked. Else the loop is there twice: the first one
//! only counts what is appended, the second one stores it in tensors of the extents that came out.

use super::loops::attempt;
use super::unroll::{MOST_ROUNDS, element};
use crate::conversion::datum::{List, Packed, Sequence};
use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, element_count, expr, multiply};
use crate::conversion::node::Node;
use crate::conversion::packed::common;
use crate::conversion::roll::Rolled;
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, DimExpr, Type};
use kiln_tensor::Tensor;

/// What a round gives.
pub(crate) struct Round {
    /// Whether another one follows, if data says so.
    pub follows: Option<Tracked>,
    /// The carried tensors of the next round.
    pub carried: Vec<Tracked>,
    /// What is stacked.
    pub slices: Vec<Tracked>,
    /// What is appended, to each sequence that grows.
    pub appended: Vec<Sequence>,
}

/// What a loop gives.
pub(crate) struct Grown {
    /// The carried tensors after the last round.
    pub carried: Vec<Tracked>,
    /// What was stacked.
    pub stacked: Vec<Tracked>,
    /// What was appended in all rounds, to each sequence that grows.
    pub sequences: Vec<Sequence>,
}

/// Makes the ops of a round of its number and of the carried tensors.
pub(crate) type MakeRound<'a> = &'a dyn Fn(&mut Node, Tracked, &[Tracked]) -> Result<Round, String>;

/// A loop whose rounds append tensors of shapes that are the same in each.
pub(crate) fn grow_stacked(node: &mut Node, rolled: &Rolled, make: MakeRound) -> Result<Grown, String> {
    let (carried, mut stacked_own) = (rolled.initial.len(), 0);
    let first_inner = node.conversion.symbol_count();
    let mut outlines: Vec<(Type, Vec<Vec<Dim>>)> = Vec::new();
    let mut rolled = rolled.clone();
    rolled.counts = rolled.start.is_some();
    if rolled.counts {
        rolled.initial.push(node.tensor(Tensor::scalar(0i64))?);
    }
    let mut results = node.roll(rolled.clone(), |node, number, tensors| {
        let round = make(node, number, tensors)?;
        stacked_own = round.slices.len();
        let mut yielded: Vec<Tracked> = round.follows.into_iter().chain(round.carried).chain(round.slices).collect();
        for sequence in &round.appended {
            let Sequence::List(list) = sequence else { return Err("a round appends a number that differs".into()) };
            let shapes: Vec<Vec<Dim>> = list.items.iter().map(|&item| node.shape(item).to_vec()).collect();
            if shapes.iter().flatten().any(|&extent| node.conversion.is_symbol_since(extent, first_inner)) {
                return Err("a round appends tensors of an extent that differs".into());
            }
            outlines.push((list.element, shapes));
            yielded.extend(&list.items);
        }
        Ok(yielded)
    })?;
    let mut rest = results.split_off(carried);
    let mut appended = rest.split_off(stacked_own);
    let mut sequences = Vec::new();
    for (element_type, shapes) in outlines {
        let others = appended.split_off(shapes.len());
        sequences.push(join_stacked(node, element_type, &shapes, &appended, rolled.rounds)?);
        appended = others;
    }
    Ok(Grown { carried: results, stacked: rest, sequences })
}

/// The sequence of what was appended: `stacked` has, for each that a round appends, those of all rounds.
fn join_stacked(
    node: &mut Node,
    element_type: Type,
    shapes: &[Vec<Dim>],
    stacked: &[Tracked],
    rounds: Option<Dim>,
) -> Result<Sequence, String> {
    let first = stacked.first().map(|&first| node.shape(first)[0]);
    let count = first.or(rounds).unwrap_or(Dim::Static(0));
    if let Some(count) = count.as_static().filter(|&count| count <= MOST_ROUNDS as u64) {
        let mut items = Vec::new();
        for round in 0..count {
            for &stacked in stacked {
                items.push(element(node, stacked, 0, round)?);
            }
        }
        return Ok(Sequence::List(List { element: element_type, items }));
    }
    let Some(first) = shapes.first() else {
        return Ok(Sequence::List(List { element: element_type, items: Vec::new() }));
    };
    if shapes.iter().any(|shape| shape.len() != first.len()) {
        return Err("a round appends tensors of differing rank".into());
    }
    let mut parts = Vec::new();
    for &stacked in stacked {
        let size = element_count(&node.shape(stacked)[1..])?;
        parts.push(node.reshape(stacked, &[count, dim(size)?])?);
    }
    let elements = node.concat(&parts, 1)?;
    let elements = node.flat(elements)?;
    let (each, rank) = (shapes.len() as u64, first.len() as u64);
    let mut rows = Vec::new();
    for &extent in shapes.iter().flatten() {
        rows.push(expr(extent)?);
    }
    let shapes_of_one = node.matrix(rows, shapes.len(), first.len())?;
    let shapes_of_one = node.reshape(shapes_of_one, &[Dim::Static(1), Dim::Static(each), Dim::Static(rank)])?;
    let all = node.broadcast(shapes_of_one, &[count, Dim::Static(each), Dim::Static(rank)])?;
    let total = multiply(expr(count)?, constant(shapes.len() as i64))?;
    let all = node.reshape(all, &[dim(total)?, Dim::Static(rank)])?;
    let extents = shapes.iter().skip(1).fold(first.clone(), |known, shape| common(&known, shape));
    Ok(Sequence::Packed(Packed { elements, shapes: all, extents: Some(extents), is_mixed: false }))
}

/// How the elements look that are appended to a sequence.
#[derive(Clone)]
struct Outline {
    element: Type,
    extents: Vec<Dim>,
    is_mixed: bool,
}

/// A loop whose rounds append anything.
pub(crate) fn grow_counted(node: &mut Node, rolled: &Rolled, make: MakeRound) -> Result<Grown, String> {
    // What is wrong in a round is not to be said of both loops.
    let (outlines, extents) = match attempt(node, |node| count_appended(node, rolled, make)) {
        Ok(counted) => counted,
        Err((reason, reports)) => {
            node.conversion.report(reports);
            return Err(reason);
        }
    };
    let carried = rolled.initial.len();
    let mut rolled = rolled.clone();
    let zero = node.tensor(Tensor::scalar(0i64))?;
    for (outline, &[count, total]) in outlines.iter().zip(&extents) {
        let elements = node.filled(outline.element, &[dim(total)?])?;
        let rows = multiply(count, constant(outline.extents.len() as i64))?;
        let rows = node.filled(Type::i64(), &[dim(rows)?])?;
        rolled.initial.extend([elements, rows, zero, zero]);
    }
    if rolled.counts {
        rolled.initial.push(zero);
    }
    let inner = outlines.clone();
    let mut results = node.roll(rolled, |node, number, tensors| {
        let (carried, buffers) = tensors.split_at(carried);
        let round = make(node, number, carried)?;
        let mut yielded: Vec<Tracked> = round.follows.into_iter().chain(round.carried).collect();
        for ((sequence, outline), buffers) in round.appended.iter().zip(&inner).zip(buffers.chunks(4)) {
            yielded.extend(store(node, sequence, outline, buffers)?);
        }
        yielded.extend(round.slices);
        Ok(yielded)
    })?;
    let mut buffers = results.split_off(carried);
    let stacked = buffers.split_off(4 * outlines.len());
    let mut sequences = Vec::new();
    for ((outline, &[count, _]), buffers) in outlines.into_iter().zip(&extents).zip(buffers.chunks(4)) {
        let shape = [dim(count)?, Dim::Static(outline.extents.len() as u64)];
        let shapes = node.reshape(buffers[1], &shape)?;
        let (extents, is_mixed) = (Some(outline.extents), outline.is_mixed);
        sequences.push(Sequence::Packed(Packed { elements: buffers[0], shapes, extents, is_mixed }));
    }
    Ok(Grown { carried: results, stacked, sequences })
}

/// The loop without its results, for how many tensors and how many elements it appends in all.
fn count_appended(
    node: &mut Node,
    rolled: &Rolled,
    make: MakeRound,
) -> Result<(Vec<Outline>, Vec<[DimExpr; 2]>), String> {
    let carried = rolled.initial.len();
    let first_inner = node.conversion.symbol_count();
    let mut rolled = Rolled { counts: false, ..rolled.clone() };
    // How many sequences grow is known before what grows in them is.
    let zero = node.tensor(Tensor::scalar(0i64))?;
    rolled.initial.extend(std::iter::repeat_n(zero, 2 * rolled.growing));
    let mut outlines = Vec::new();
    let results = node.roll(rolled, |node, number, tensors| {
        let (carried, totals) = tensors.split_at(carried);
        let round = make(node, number, carried)?;
        let mut yielded: Vec<Tracked> = round.follows.into_iter().chain(round.carried).collect();
        for (sequence, totals) in round.appended.iter().zip(totals.chunks(2)) {
            let packed = node.pack(sequence, 0)?;
            let known = packed.extents.clone().ok_or("the rank of what a round appends is not known")?;
            let outer = |extent: Dim| match node.conversion.is_symbol_since(extent, first_inner) {
                true => Dim::Unknown,
                false => extent,
            };
            let extents = known.into_iter().map(outer).collect();
            outlines.push(Outline { element: node.element_of(sequence), extents, is_mixed: packed.is_mixed });
            let amounts = [node.packed_count(&packed)?, expr(node.shape(packed.elements)[0])?];
            for (&total, amount) in totals.iter().zip(amounts) {
                let amount = node.extent(amount);
                yielded.push(node.binary("graph.add", total, amount)?);
            }
        }
        Ok(yielded)
    })?;
    let mut extents = Vec::new();
    for totals in results[carried..].chunks(2).take(outlines.len()) {
        let totals = node.join(totals)?;
        let bound = node.bind_extents(totals, &[])?;
        extents.push([bound[0], bound[1]]);
    }
    Ok((outlines, extents))
}

/// Elements, shapes and how many of both there are, with what a round appends stored behind.
fn store(node: &mut Node, sequence: &Sequence, outline: &Outline, buffers: &[Tracked]) -> Result<Vec<Tracked>, String> {
    let &[elements, rows, first_row, first] = buffers else { return Err("there are four buffers".into()) };
    let packed = node.pack(sequence, outline.extents.len())?;
    let own = packed.extents.as_ref().map_or(outline.extents.len(), Vec::len);
    let shapes = node.rows_of(&packed, own, outline.extents.len())?;
    let shapes = node.flat(shapes)?;
    let mut stored = Vec::new();
    for (buffer, first, added) in [(elements, first, packed.elements), (rows, first_row, shapes)] {
        if node.shape(added)[0].is(0) {
            stored.push((buffer, first));
            continue;
        }
        let places = node.emit_as("graph.iota", &[], &[("axis", attribute(0i64))], node.shape(added), Type::i64())?;
        let places = node.binary("graph.add", places, first)?;
        let given = [("axis", attribute(0i64)), ("reduction", attribute("none"))];
        let buffer = node.emit("graph.scatter_elements", &[buffer, places, added], &given)?;
        let amount = node.extent(expr(node.shape(added)[0])?);
        stored.push((buffer, node.binary("graph.add", first, amount)?));
    }
    let [(elements, next), (rows, next_row)] = stored[..] else { return Err("there are two buffers".into()) };
    Ok(vec![elements, rows, next_row, next])
}
