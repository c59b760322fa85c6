//! `SVMClassifier`: support vector machines for each pair of classes, which vote.
//!
//! Where there are numbers for it, what the machines say becomes the probability of each class, by the second method of
//! Wu, Lin and Weng ("Probability estimates for multi-class classification by pairwise coupling", 2004).

use super::scores::Transform;
use super::vectors::kernel;
use super::{best_label, class_labels, examples_of, floats};
use crate::conversion::emit::attribute;
use crate::conversion::node::Node;
use crate::conversion::product::product;
use crate::conversion::roll::Rolled;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::{Dim, Type};

pub(crate) const ROWS: &[Row] = &[row("ai.onnx.ml.SVMClassifier", classifier)];

/// The most numbers of the matrix that a model's coefficients become: a column for each pair of classes.
const MOST_NUMBERS: usize = 1 << 24;

/// The most rounds in which probabilities are estimated, unless there are more classes.
const ROUNDS: usize = 100;

/// Estimates stop where no class is further off than this, divided by the number of classes.
const CLOSE: f64 = 0.005;

/// Probabilities of pairs keep this distance from 0 and from 1.
const MARGIN: f64 = 1e-7;

fn classifier(node: &mut Node) -> Results {
    let classes = class_labels(node)?.len();
    let sizes = node.ints("vectors_per_class").unwrap_or_default();
    if sizes.iter().all(|&size| size == 0) {
        return linear(node, classes);
    }
    let machines = Machines::read(node, classes, &sizes)?;
    let x = examples_of(node, machines.features)?;
    let scores = machines.scores(node, x)?;
    let votes = machines.votes(node, scores)?;
    let label = best_label(node, votes)?;
    let (prob_a, prob_b) = (node.floats("prob_a").unwrap_or_default(), node.floats("prob_b").unwrap_or_default());
    let scores = if !prob_a.is_empty() {
        machines.probabilities(node, scores, prob_a, prob_b)?
    } else if classes == 2 {
        let negated = node.unary("graph.negate", scores)?;
        node.concat(&[negated, scores], 1)?
    } else {
        scores
    };
    Ok(vec![label, Transform::of(node)?.apply(node, scores)?])
}

/// Without support vectors there is a row of coefficients for each class.
fn linear(node: &mut Node, classes: usize) -> Results {
    let coefficients = node.floats("coefficients").unwrap_or_default();
    let rho = node.floats("rho").and_then(|rho| rho.first().copied()).ok_or("attribute \"rho\" is missing")?;
    let features = coefficients.len().checked_div(classes).unwrap_or(0);
    if features == 0 || features * classes != coefficients.len() {
        let found = coefficients.len();
        return Err(format!(
            "there must be as many coefficients for each of {classes} classes, not {found} altogether"
        ));
    }
    let x = examples_of(node, features)?;
    let weights = floats(node, x, &[classes, features], coefficients)?;
    let weights = node.transpose(weights, &[1, 0])?;
    let scores = product(node, x, weights)?;
    let scores = node.binary_scalar("graph.add", scores, rho)?;
    let label = best_label(node, scores)?;
    Ok(vec![label, Transform::of(node)?.apply(node, scores)?])
}

/// A machine for each pair of classes.
struct Machines {
    classes: usize,
    features: usize,
    /// The pairs, in the order of their scores.
    pairs: Vec<(usize, usize)>,
    /// A row for each support vector, a column for each pair.
    coefficients: Vec<f64>,
    vectors: Vec<f64>,
    count: usize,
    rho: Vec<f64>,
}

impl Machines {
    fn read(node: &Node, classes: usize, sizes: &[i64]) -> Result<Machines, String> {
        let sizes: Option<Vec<usize>> = sizes.iter().map(|&size| usize::try_from(size).ok()).collect();
        let sizes = sizes.filter(|sizes| sizes.len() == classes && classes > 1);
        let sizes =
            sizes.ok_or_else(|| format!("vectors_per_class must have a number for each of {classes} classes"))?;
        let count = sizes.iter().try_fold(0usize, |sum, &size| sum.checked_add(size));
        let pair_count = classes.checked_mul(classes - 1).map(|count| count / 2);
        let fits = count.zip(pair_count).and_then(|(count, pairs)| count.checked_mul(pairs));
        let (Some(count), Some(_)) = (count, fits.filter(|&numbers| numbers <= MOST_NUMBERS)) else {
            return Err(format!("the support vectors of {classes} classes are too many"));
        };
        let (given, vectors) =
            (node.floats("coefficients").unwrap_or_default(), node.floats("support_vectors").unwrap_or_default());
        let rho = node.floats("rho").unwrap_or_default();
        let features = vectors.len() / count;
        if features == 0 || features * count != vectors.len() {
            return Err(format!("{count} support vectors cannot have {} numbers altogether", vectors.len()));
        }
        if given.len() != (classes - 1) * count {
            return Err(format!("there must be {} coefficients, not {}", (classes - 1) * count, given.len()));
        }
        let pairs: Vec<(usize, usize)> =
            (0..classes).flat_map(|first| (first + 1..classes).map(move |second| (first, second))).collect();
        if rho.len() != pairs.len() {
            return Err(format!("rho must have {} numbers, not {}", pairs.len(), rho.len()));
        }
        // The coefficients of a class leave out the pair of it with itself.
        let owners = sizes.iter().enumerate().flat_map(|(class, &size)| std::iter::repeat_n(class, size));
        let mut coefficients = Vec::with_capacity(count * pairs.len());
        for (vector, owner) in owners.enumerate() {
            coefficients.extend(pairs.iter().map(|&(first, second)| match owner {
                _ if owner == first => given[(second - 1) * count + vector],
                _ if owner == second => given[first * count + vector],
                _ => 0.0,
            }));
        }
        Ok(Machines { classes, features, pairs, coefficients, vectors, count, rho })
    }

    /// What each machine says of each example: more than 0 for the first class of its pair.
    fn scores(&self, node: &mut Node, x: Tracked) -> Result<Tracked, String> {
        let vectors = floats(node, x, &[self.count, self.features], self.vectors.clone())?;
        let values = kernel(node, x, vectors)?;
        let coefficients = floats(node, x, &[self.count, self.pairs.len()], self.coefficients.clone())?;
        let sums = product(node, values, coefficients)?;
        let rho = floats(node, x, &[self.pairs.len()], self.rho.clone())?;
        node.binary("graph.add", sums, rho)
    }

    /// How many machines decide for each class.
    fn votes(&self, node: &mut Node, scores: Tracked) -> Result<Tracked, String> {
        let is_first = node.binary_scalar("graph.greater", scores, 0.0)?;
        let is_first = node.cast(is_first, node.element(scores))?;
        let mut gains = vec![0.0; self.pairs.len() * self.classes];
        let mut seconds = vec![0.0; self.classes];
        for (row, &(first, second)) in self.pairs.iter().enumerate() {
            gains[row * self.classes + first] = 1.0;
            gains[row * self.classes + second] = -1.0;
            seconds[second] += 1.0;
        }
        let gains = floats(node, scores, &[self.pairs.len(), self.classes], gains)?;
        let seconds = floats(node, scores, &[self.classes], seconds)?;
        let gained = product(node, is_first, gains)?;
        node.binary("graph.add", gained, seconds)
    }

    /// The probability of each class.
    fn probabilities(&self, node: &mut Node, scores: Tracked, a: Vec<f64>, b: Vec<f64>) -> Result<Tracked, String> {
        let count = self.pairs.len();
        if a.len() != count || b.len() != count {
            return Err(format!("prob_a and prob_b must have {count} numbers each"));
        }
        let (a, b) = (floats(node, scores, &[count], a)?, floats(node, scores, &[count], b)?);
        let scaled = node.binary("graph.multiply", scores, a)?;
        let moved = node.binary("graph.add", scaled, b)?;
        let negated = node.unary("graph.negate", moved)?;
        let wins = node.unary("graph.sigmoid", negated)?;
        let wins = node.clamp(wins, Some(MARGIN), Some(1.0 - MARGIN))?;
        let one = node.scalar(node.element(scores), 1.0)?;
        let losses = node.binary("graph.subtract", one, wins)?;
        let coupling = self.coupling(node, wins, losses)?;
        self.estimate(node, coupling)
    }

    /// The matrix of the quadratic form that the probabilities minimize, for each example: the sum of the squares of
    /// `r[s, t]` over `s` where `s` is `t`, else `-r[s, t] r[t, s]`, for the probability `r[s, t]` that `s` wins over `t`.
    fn coupling(&self, node: &mut Node, wins: Tracked, losses: Tracked) -> Result<Tracked, String> {
        let (classes, count, examples) = (self.classes, self.pairs.len(), node.shape(wins)[0]);
        let mut places = [vec![0.0; count * classes * classes], vec![0.0; count * classes * classes]];
        let mut crossed = vec![0.0; count * classes * classes];
        for (row, &(first, second)) in self.pairs.iter().enumerate() {
            let place = |at: usize, to: usize| (row * classes + at) * classes + to;
            // The square of what wins over a class adds to that class.
            places[0][place(second, second)] = 1.0;
            places[1][place(first, first)] = 1.0;
            crossed[place(first, second)] = -1.0;
            crossed[place(second, first)] = -1.0;
        }
        let terms = [(wins, wins), (losses, losses), (wins, losses)];
        let [of_wins, of_losses] = places;
        let mut sum: Option<Tracked> = None;
        for ((left, right), places) in terms.into_iter().zip([of_wins, of_losses, crossed]) {
            let products = node.binary("graph.multiply", left, right)?;
            let places = floats(node, wins, &[count, classes * classes], places)?;
            let part = product(node, products, places)?;
            sum = Some(match sum {
                Some(sum) => node.binary("graph.add", sum, part)?,
                None => part,
            });
        }
        let extent = Dim::Static(classes as u64);
        node.reshape(sum.ok_or("there are terms")?, &[examples, extent, extent])
    }

    /// The probabilities that minimize the form, class by class, in rounds; an example that is close stays as it is.
    fn estimate(&self, node: &mut Node, coupling: Tracked) -> Result<Tracked, String> {
        let (element, examples) = (node.element(coupling), node.shape(coupling)[0]);
        let extent = Dim::Static(self.classes as u64);
        let equal = node.scalar(element, 1.0 / self.classes as f64)?;
        let equal = node.broadcast(equal, &[examples, extent])?;
        let rounds = Dim::Static(self.classes.max(ROUNDS) as u64);
        let close = CLOSE / self.classes as f64;
        let estimated = node.roll(counted(node, rounds, vec![equal]), |node, _, carried| {
            let old = *carried.first().ok_or("the estimate is carried")?;
            let column = node.reshape(old, &[examples, extent, Dim::Static(1)])?;
            let slopes = product(node, coupling, column)?;
            let slopes = node.reshape(slopes, &[examples, extent])?;
            let weighted = node.binary("graph.multiply", old, slopes)?;
            let mean = node.reduce("graph.reduce_sum", weighted, &[1])?;
            let error = node.binary("graph.subtract", slopes, mean)?;
            let error = node.unary("graph.abs", error)?;
            let error = node.reduce("graph.reduce_max", error, &[1])?;
            let is_close = node.binary_scalar("graph.less", error, close)?;
            let start = counted(node, extent, vec![old, slopes, mean]);
            let moved = node.roll(start, |node, class, carried| step(node, coupling, class, carried))?;
            Ok(vec![node.select(is_close, old, *moved.first().ok_or("the estimate is carried")?)?])
        })?;
        estimated.first().copied().ok_or_else(|| "the estimate is carried".into())
    }
}

/// Sets the probability of one class right for those of all others, and scales all to a sum of 1. Carried are the
/// probabilities, half the slopes of the form, and their mean.
fn step(node: &mut Node, coupling: Tracked, class: Tracked, carried: &[Tracked]) -> Results {
    let &[old, slopes, mean] = carried else { return Err("three tensors are carried".into()) };
    let &[examples, classes] = node.shape(old) else { return Err("probabilities are a matrix".into()) };
    let along = |node: &mut Node, x: Tracked| {
        let part = node.emit("graph.gather", &[x, class], &[("axis", attribute(1i64))])?;
        let shape: &[Dim] = if node.rank(x) == 3 { &[examples, classes] } else { &[examples, Dim::Static(1)] };
        node.reshape(part, shape)
    };
    let row = along(node, coupling)?;
    let (own, slope) = (along(node, row)?, along(node, slopes)?);
    let off = node.binary("graph.subtract", mean, slope)?;
    let change = node.binary("graph.divide", off, own)?;
    let scale = node.binary_scalar("graph.add", change, 1.0)?;
    let line = [Dim::Static(1), classes];
    let numbers = node.emit_as("graph.iota", &[], &[("axis", attribute(1i64))], &line, Type::i64())?;
    let is_own = node.binary("graph.equal", numbers, class)?;
    let is_own = node.cast(is_own, node.element(old))?;
    let added = node.binary("graph.multiply", is_own, change)?;
    let estimate = node.binary("graph.add", old, added)?;
    let estimate = node.binary("graph.divide", estimate, scale)?;
    let twice = node.binary_scalar("graph.multiply", slope, 2.0)?;
    let grown = node.binary("graph.multiply", change, own)?;
    let grown = node.binary("graph.add", grown, twice)?;
    let grown = node.binary("graph.multiply", change, grown)?;
    let mean = node.binary("graph.add", mean, grown)?;
    let square = node.binary("graph.multiply", scale, scale)?;
    let mean = node.binary("graph.divide", mean, square)?;
    let moved = node.binary("graph.multiply", change, row)?;
    let slopes = node.binary("graph.add", slopes, moved)?;
    Ok(vec![estimate, node.binary("graph.divide", slopes, scale)?, mean])
}

/// A loop of so many rounds.
fn counted(node: &Node, rounds: Dim, initial: Vec<Tracked>) -> Rolled {
    let declared = node.output_count();
    Rolled { rounds: Some(rounds), start: None, initial, is_certain: true, counts: false, growing: 0, declared }
}
