//! `TfIdfVectorizer`: how often sequences of a list occur among numbers or strings.

use crate::conversion::emit::attribute;
use crate::conversion::extent::{constant, dim, expr, subtract};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use crate::conversion::state::Tracked;
use kiln_ir::Dim;
use kiln_tensor::{ElementType, Tensor};
use rustc_hash::FxHashMap;

pub(crate) const ROWS: &[Row] = &[row("TfIdfVectorizer", tf_idf_vectorizer)];

/// The most columns of the result, and the most elements of sequences.
const MOST: usize = 1 << 20;

/// The longest sequence and the largest distance between its elements.
const MOST_STEPS: i64 = 64;

/// The sequences that are counted.
struct Sequences {
    /// The elements of all sequences, if they are strings; each is then the number of its first place among them.
    words: Option<Vec<Vec<u8>>>,
    /// For each length from 1 on, all sequences one after the other.
    by_length: Vec<Vec<i64>>,
    /// For each sequence, which column counts it.
    columns: Vec<usize>,
    /// The number of columns.
    width: usize,
}

impl Sequences {
    fn read(node: &Node) -> Result<Sequences, String> {
        let words = node.string_list("pool_strings");
        let pool = match (&words, node.ints("pool_int64s")) {
            (Some(words), _) => numbers_of(words),
            (None, Some(numbers)) => numbers,
            (None, None) => return Err("one of pool_strings and pool_int64s must be there".into()),
        };
        let starts = node.ints("ngram_counts").ok_or("attribute \"ngram_counts\" is missing")?;
        let mut by_length = Vec::new();
        let mut total = 0;
        for (index, &start) in starts.iter().enumerate() {
            let end = starts.get(index + 1).copied().unwrap_or(pool.len() as i64);
            let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
            let own = range.and_then(|(start, end)| pool.get(start..end)).unwrap_or(&[]);
            if range.is_none_or(|(start, end)| start > end || end > pool.len()) || !own.len().is_multiple_of(index + 1)
            {
                return Err(format!("ngram_counts {starts:?} do not divide the pool into sequences"));
            }
            total += own.len() / (index + 1);
            by_length.push(own.to_vec());
        }
        let columns = node.ints("ngram_indexes").ok_or("attribute \"ngram_indexes\" is missing")?;
        let columns: Option<Vec<usize>> =
            columns.iter().map(|&column| usize::try_from(column).ok().filter(|&column| column < MOST)).collect();
        let columns = columns.filter(|columns| columns.len() == total);
        let columns = columns.ok_or_else(|| format!("ngram_indexes must be {total} columns of less than {MOST}"))?;
        let width = columns.iter().max().map_or(0, |&last| last + 1);
        let mut sorted = columns.clone();
        sorted.sort_unstable();
        if pool.len() > MOST || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err("no two sequences may have one column, and there may not be too many".into());
        }
        Ok(Sequences { words, by_length, columns, width })
    }
}

/// The number of each word: where it comes first among all of them.
fn numbers_of(words: &[Vec<u8>]) -> Vec<i64> {
    let mut known: FxHashMap<&[u8], i64> = FxHashMap::default();
    let places = words.iter().enumerate();
    places.map(|(place, word)| *known.entry(word).or_insert(place as i64)).collect()
}

fn tf_idf_vectorizer(node: &mut Node) -> Results {
    let sequences = Sequences::read(node)?;
    let lengths = [node.int_or("min_gram_length", 1), node.int_or("max_gram_length", 1)];
    let skips = node.int_or("max_skip_count", 0);
    if lengths[0] < 1 || lengths[1] < lengths[0] || lengths[1] > MOST_STEPS || !(0..MOST_STEPS).contains(&skips) {
        return Err(format!("sequences of {} to {} elements that skip {skips} cannot be", lengths[0], lengths[1]));
    }
    let x = node.input(0)?;
    let (batch, length) = match *node.shape(x) {
        [length] => (Dim::Static(1), length),
        [batch, length] => (batch, length),
        _ => return Err("the input must have 1 or 2 axes".into()),
    };
    let outer = if node.rank(x) == 1 { Vec::new() } else { vec![batch] };
    let rows = node.reshape(x, &[batch, length])?;
    let rows = match &sequences.words {
        Some(words) if node.element(rows) == ElementType::String => {
            let last = node.find_strings(rows, words)?;
            let firsts: Vec<i64> = std::iter::once(-1).chain(numbers_of(words)).collect();
            let firsts = node.tensor(Tensor::from_values(&[firsts.len()], &firsts))?;
            let place = node.binary_scalar("graph.add", last, 1.0)?;
            node.emit("graph.gather", &[firsts, place], &[("axis", attribute(0i64))])?
        }
        None if node.element(rows) != ElementType::String => node.cast(rows, ElementType::I64)?,
        _ => return Err("the sequences must be of the type of the input".into()),
    };
    let mut counts = Vec::new();
    for (index, own) in sequences.by_length.iter().enumerate() {
        let size = index as i64 + 1;
        let number = own.len() / (index + 1);
        if number == 0 {
            continue;
        }
        let zero = node.scalar(ElementType::F32, 0.0)?;
        let mut sum = node.broadcast(zero, &[batch, Dim::Static(number as u64)])?;
        if (lengths[0]..=lengths[1]).contains(&size) {
            // A single element skips nothing.
            let most = if size == 1 { 1 } else { skips + 1 };
            for distance in 1..=most {
                if let Some(found) = count(node, rows, own, size, distance)? {
                    sum = node.binary("graph.add", sum, found)?;
                }
            }
        }
        counts.push(sum);
    }
    let zero = node.scalar(ElementType::F32, 0.0)?;
    let nothing = node.broadcast(zero, &[batch, Dim::Static(1)])?;
    if !counts.is_empty() {
        let joined = node.concat(&counts, 1)?;
        counts = vec![weighted(node, joined, sequences.columns.len())?];
    }
    counts.push(nothing);
    let counts = node.concat(&counts, 1)?;
    // A column that no sequence has is that of nothing.
    let mut order = vec![sequences.columns.len() as i64; sequences.width];
    for (place, &column) in sequences.columns.iter().enumerate() {
        order[column] = place as i64;
    }
    let order = node.tensor(Tensor::from_values(&[order.len()], &order))?;
    let y = node.emit("graph.gather", &[counts, order], &[("axis", attribute(1i64))])?;
    Ok(vec![node.reshape(y, &[outer, vec![Dim::Static(sequences.width as u64)]].concat())?])
}

/// How often each sequence of `size` elements occurs in each row, its elements `distance` apart; `None` if the rows are
/// too short for it.
fn count(node: &mut Node, rows: Tracked, own: &[i64], size: i64, distance: i64) -> Result<Option<Tracked>, String> {
    let &[batch, length] = node.shape(rows) else { return Err("the input must have 2 axes".into()) };
    let places = subtract(expr(length)?, constant(distance * (size - 1)))?;
    if places.as_constant().is_some_and(|places| places <= 0) {
        return Ok(None);
    }
    let places = dim(places)?;
    let one = Dim::Static(1);
    let mut hits: Option<Tracked> = None;
    for step in 0..size {
        let at = Dim::Static((distance * step).unsigned_abs());
        let part = node.slice_axis(rows, 1, at, places)?;
        let part = node.reshape(part, &[batch, places, one])?;
        let wanted: Vec<i64> = own.iter().copied().skip(step as usize).step_by(size as usize).collect();
        let wanted = node.tensor(Tensor::from_values(&[1, 1, wanted.len()], &wanted))?;
        let is_equal = node.binary("graph.equal", part, wanted)?;
        hits = Some(match hits {
            Some(hits) => node.binary("graph.and", hits, is_equal)?,
            None => is_equal,
        });
    }
    let hits = hits.ok_or("a sequence has elements")?;
    let hits = node.cast(hits, ElementType::F32)?;
    let sum = node.reduce("graph.reduce_sum", hits, &[1])?;
    let number = node.shape(sum)[2];
    Ok(Some(node.reshape(sum, &[batch, number])?))
}

/// The counts of so many sequences as the mode wants them.
fn weighted(node: &mut Node, counts: Tracked, number: usize) -> Result<Tracked, String> {
    let mode = node.string_or("mode", "TF");
    let weights = match node.floats("weights").filter(|weights| !weights.is_empty() && mode != "TF") {
        Some(weights) if weights.len() == number => {
            let weights: Vec<f32> = weights.into_iter().map(|weight| weight as f32).collect();
            Some(node.tensor(Tensor::from_values(&[number], &weights))?)
        }
        Some(weights) => return Err(format!("there must be {number} weights, not {}", weights.len())),
        None => None,
    };
    let values = match mode {
        "TF" | "TFIDF" => counts,
        "IDF" => node.clamp(counts, None, Some(1.0))?,
        other => return Err(format!("mode \"{other}\" is not known")),
    };
    match weights {
        Some(weights) => node.binary("graph.multiply", values, weights),
        None => Ok(values),
    }
}
