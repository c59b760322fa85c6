//! `Einsum`: products of matrices, with transposes and reshapes around them.

use super::emit::attribute;
use super::extent::{dim, element_count};
use super::node::Node;
use super::product::product;
use super::state::Tracked;
use kiln_ir::{Dim, Type};

/// The axes of a tensor, by label. Axes under an ellipsis have labels of their own, counted from the last.
type Labels = Vec<char>;

/// A tensor with labelled axes.
#[derive(Clone)]
struct Term {
    tensor: Tracked,
    labels: Labels,
}

/// The sum of products that an equation in Einstein's notation asks for.
pub(crate) fn einsum(node: &mut Node, equation: &str, inputs: &[Tracked]) -> Result<Tracked, String> {
    let equation: String = equation.chars().filter(|c| !c.is_whitespace()).collect();
    let (left, right) = match equation.split_once("->") {
        Some((left, right)) => (left, Some(right)),
        None => (equation.as_str(), None),
    };
    let texts: Vec<&str> = left.split(',').collect();
    if texts.len() != inputs.len() || inputs.is_empty() {
        return Err(format!("equation \"{equation}\" is not for {} inputs", inputs.len()));
    }
    let mut terms = Vec::new();
    for (text, &tensor) in texts.iter().zip(inputs) {
        let labels = parse(text, node.rank(tensor))?;
        terms.push(take_diagonals(node, Term { tensor, labels })?);
    }
    let wanted = match right {
        Some(text) => {
            let hidden = terms.iter().flat_map(|term| &term.labels).filter(|label| is_hidden(**label));
            let count = hidden.map(|&label| label as usize - HIDDEN as usize + 1).max().unwrap_or(0);
            parse(text, text.replace("...", "").len() + if text.contains("...") { count } else { 0 })?
        }
        None => implicit_result(&terms),
    };
    let mut terms = terms.into_iter();
    let mut result = terms.next().ok_or("there are no inputs")?;
    let rest: Vec<Term> = terms.collect();
    for (index, term) in rest.iter().enumerate() {
        let later = rest[index + 1..].iter().flat_map(|term| term.labels.iter().copied());
        let kept: Labels = wanted.iter().copied().chain(later).collect();
        result = contract(node, result, term.clone(), &kept)?;
    }
    let result = sum_out(node, result, &wanted)?;
    if result.labels.len() != wanted.len() {
        return Err(format!("the result of \"{equation}\" names axes that no input has"));
    }
    let permutation = positions(&result.labels, &wanted)?;
    node.transpose(result.tensor, &permutation)
}

/// The first of the labels for axes under an ellipsis.
const HIDDEN: char = '\u{e000}';

fn is_hidden(label: char) -> bool {
    label >= HIDDEN
}

fn parse(text: &str, rank: usize) -> Result<Labels, String> {
    let explicit = text.replace("...", "");
    if !explicit.chars().all(|c| c.is_ascii_alphabetic()) {
        return Err(format!("subscripts \"{text}\" are not letters"));
    }
    let hidden = rank.checked_sub(explicit.len()).filter(|&hidden| hidden == 0 || text.contains("..."));
    let hidden = hidden.ok_or_else(|| format!("subscripts \"{text}\" are not for {rank} axes"))?;
    let (before, after) = text.split_once("...").unwrap_or((text, ""));
    let label = |from_end: usize| char::from_u32(HIDDEN as u32 + from_end as u32).unwrap_or(HIDDEN);
    Ok(before.chars().chain((0..hidden).rev().map(label)).chain(after.chars()).collect())
}

/// Without an arrow: the ellipsis, then the labels that occur once, in alphabetical order.
fn implicit_result(terms: &[Term]) -> Labels {
    let all: Labels = terms.iter().flat_map(|term| term.labels.iter().copied()).collect();
    let mut hidden: Labels = all.iter().copied().filter(|&label| is_hidden(label)).collect();
    hidden.sort_unstable();
    hidden.dedup();
    hidden.reverse();
    let mut once: Labels = all.iter().copied().filter(|label| !is_hidden(*label)).collect();
    once.retain(|label| all.iter().filter(|other| *other == label).count() == 1);
    once.sort_unstable();
    hidden.into_iter().chain(once).collect()
}

/// A label that stands twice keeps the elements whose two indices are the same: all else becomes 0 and is summed out.
fn take_diagonals(node: &mut Node, mut term: Term) -> Result<Term, String> {
    let twice = |labels: &Labels| {
        (0..labels.len()).find_map(|first| {
            let second = (first + 1..labels.len()).find(|&second| labels[second] == labels[first])?;
            Some((first, second))
        })
    };
    while let Some((first, second)) = twice(&term.labels) {
        let line = |node: &mut Node, axis: usize, rank: usize, extent: Dim| {
            let mut shape = vec![Dim::Static(1); rank];
            shape[axis] = extent;
            node.emit_as("graph.iota", &[], &[("axis", attribute(axis as i64))], &shape, Type::i64())
        };
        let shape = node.shape(term.tensor);
        let rows = line(node, first, shape.len(), shape[first])?;
        let columns = line(node, second, shape.len(), shape[second])?;
        let same = node.binary("graph.equal", rows, columns)?;
        let zero = node.scalar(node.element(term.tensor), 0.0)?;
        let kept = node.select(same, term.tensor, zero)?;
        let sum = node.reduce("graph.reduce_sum", kept, &[second])?;
        term.tensor = node.drop_axes(sum, &[second])?;
        term.labels.remove(second);
    }
    Ok(term)
}

/// Sums over the axes that are not in `kept`.
fn sum_out(node: &mut Node, term: Term, kept: &[char]) -> Result<Term, String> {
    let axes: Vec<usize> = (0..term.labels.len()).filter(|&axis| !kept.contains(&term.labels[axis])).collect();
    if axes.is_empty() {
        return Ok(term);
    }
    let sum = node.reduce("graph.reduce_sum", term.tensor, &axes)?;
    let labels = term.labels.into_iter().filter(|label| kept.contains(label)).collect();
    Ok(Term { tensor: node.drop_axes(sum, &axes)?, labels })
}

fn positions(labels: &[char], wanted: &[char]) -> Result<Vec<usize>, String> {
    let find = |label: &char| labels.iter().position(|own| own == label);
    wanted.iter().map(find).collect::<Option<_>>().ok_or_else(|| "a subscript of the result is in no input".into())
}

/// The product of two terms, summed over what both have and `kept` lacks: a batched product of matrices.
fn contract(node: &mut Node, left: Term, right: Term, kept: &[char]) -> Result<Term, String> {
    let with = |other: &Term| -> Labels { kept.iter().chain(&other.labels).copied().collect() };
    let (left, right) = (sum_out(node, left.clone(), &with(&right))?, sum_out(node, right.clone(), &with(&left))?);
    let shared = |label: &char| left.labels.contains(label) && right.labels.contains(label);
    let split = |term: &Term, wanted: &dyn Fn(&char) -> bool| -> Labels {
        term.labels.iter().copied().filter(|label| wanted(label)).collect()
    };
    let batch = split(&left, &|label| shared(label) && kept.contains(label));
    let inner = split(&left, &|label| shared(label) && !kept.contains(label));
    let rows = split(&left, &|label| !shared(label));
    let columns = split(&right, &|label| !shared(label));
    // An axis of extent 1 stretches to the other term's.
    let common = |node: &Node, label: &char| -> Result<Dim, String> {
        let extent =
            |term: &Term| term.labels.iter().position(|own| own == label).map(|axis| node.shape(term.tensor)[axis]);
        match (extent(&left), extent(&right)) {
            (Some(left), Some(right)) if left.is(1) => Ok(right),
            (Some(extent), _) | (None, Some(extent)) => Ok(extent),
            (None, None) => Err("a subscript is in no input".into()),
        }
    };
    let extents =
        |node: &Node, labels: &[char]| labels.iter().map(|label| common(node, label)).collect::<Result<Vec<Dim>, _>>();
    let (batch_dims, inner_dims) = (extents(node, &batch)?, extents(node, &inner)?);
    let (row_dims, column_dims) = (extents(node, &rows)?, extents(node, &columns)?);
    let mut matrix = |term: &Term, order: [&Labels; 3], dims: [&[Dim]; 3]| -> Result<Tracked, String> {
        let permutation =
            positions(&term.labels, &order.iter().flat_map(|labels| labels.iter().copied()).collect::<Labels>())?;
        let moved = node.transpose(term.tensor, &permutation)?;
        let stretched = node.broadcast(moved, &dims.concat())?;
        let flat = dims.iter().map(|dims| dim(element_count(dims)?)).collect::<Result<Vec<Dim>, _>>()?;
        node.reshape(stretched, &flat)
    };
    let a = matrix(&left, [&batch, &rows, &inner], [&batch_dims, &row_dims, &inner_dims])?;
    let b = matrix(&right, [&batch, &inner, &columns], [&batch_dims, &inner_dims, &column_dims])?;
    let result = product(node, a, b)?;
    let tensor = node.reshape(result, &[batch_dims, row_dims, column_dims].concat())?;
    Ok(Term { tensor, labels: [batch, rows, columns].concat() })
}
