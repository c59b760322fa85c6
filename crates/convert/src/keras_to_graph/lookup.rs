//! Layers that look words or numbers up in a list: which one each is, or what is at each place.
//!
//! The list begins with what stands for nothing (the mask token, where numbers are the result), then come places for what is
//! not in it, then what is in it.

use super::call::{Call, Row, plain};
use super::preprocessing::{encode, with_last_axis};
use crate::conversion::emit::{attribute, broadcast_shape};
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Attribute;
use kiln_tensor::{ElementType, Tensor};

pub(crate) const ROWS: &[Row] = &[plain("IntegerLookup", look_up), plain("StringLookup", look_up)];

/// A list and what stands before it.
struct Vocabulary {
    /// What is in it.
    words: Vec<Attribute>,
    mask: Option<Attribute>,
    /// How many places there are for what is not in it.
    outside: i64,
    /// What stands for that in the other direction.
    other: Attribute,
    is_text: bool,
}

impl Vocabulary {
    fn read(call: &Call) -> Result<Vocabulary, String> {
        let is_text = call.conversion.module.name(call.op).as_str() == "keras.StringLookup";
        let usual = if is_text { Attribute::string("[UNK]") } else { Attribute::i64(-1) };
        let (mask, other) = (call.attribute("mask_token"), call.attribute("oov_token").unwrap_or(usual));
        let outside = call.int_or("num_oov_indices", 1);
        let listed =
            call.attribute("vocabulary").and_then(|words| words.as_array()).ok_or("the vocabulary is missing")?;
        // A vocabulary in a file of its own has what stands before it, too.
        let special: Vec<Attribute> = mask.into_iter().chain((0..outside.clamp(0, 1 << 16)).map(|_| other)).collect();
        let skipped = if listed.starts_with(&special) { special.len() } else { 0 };
        let words = listed[skipped..].to_vec();
        match words.is_empty() {
            true => Err("the vocabulary is empty".into()),
            false => Ok(Vocabulary { words, mask, outside, other, is_text }),
        }
    }

    /// Words as a vector.
    fn tensor(&self, call: &mut Call, words: &[Attribute]) -> Result<Tracked, String> {
        let tensor = match self.is_text {
            true => {
                let texts = words.iter().map(|word| word.as_str().map(|text| text.as_bytes().to_vec()));
                let texts = texts.collect::<Option<Vec<_>>>().ok_or("the vocabulary must be words")?;
                Tensor::from_strings(&[texts.len()], texts).map_err(|error| error.to_string())?
            }
            false => {
                let numbers = words.iter().map(|word| word.as_i64()).collect::<Option<Vec<i64>>>();
                let numbers = numbers.ok_or("the vocabulary must be whole numbers")?;
                Tensor::from_values(&[numbers.len()], &numbers)
            }
        };
        call.tensor(tensor)
    }

    /// Whether elements are words, each with each.
    fn equal(&self, call: &mut Call, x: Tracked, words: &[Attribute]) -> Result<Tracked, String> {
        let (column, table) = (with_last_axis(call, x)?, self.tensor(call, words)?);
        if !self.is_text {
            return call.binary("graph.equal", column, table);
        }
        let shape = broadcast_shape(&[call.shape(column), call.shape(table)])?;
        let (column, table) = (call.broadcast(column, &shape)?, call.broadcast(table, &shape)?);
        call.emit("graph.string_equal", &[column, table], &[])
    }
}

fn look_up(call: &mut Call) -> Results {
    let vocabulary = Vocabulary::read(call)?;
    let x = call.first()?;
    if call.is_set("invert", false) {
        return Ok(vec![word_at(call, &vocabulary, x)?]);
    }
    let x = if vocabulary.is_text { x } else { call.cast(x, ElementType::I64)? };
    if (call.element(x) == ElementType::String) != vocabulary.is_text {
        return Err(format!("{} is not looked up in words", call.element(x)));
    }
    let mode = call.string_or("output_mode", "int");
    // Only numbers have a place for the mask.
    let first = i64::from(vocabulary.mask.is_some() && mode == "int");
    let hits = vocabulary.equal(call, x, &vocabulary.words)?;
    let hits = call.cast(hits, ElementType::U8)?;
    let last = call.rank(hits) - 1;
    let place = call.emit("graph.arg_max", &[hits], &[("axis", attribute(last as i64))])?;
    let place = call.drop_axes(place, &[last])?;
    let place = call.cast(place, ElementType::I64)?;
    let place = call.binary_scalar("graph.add", place, (first + vocabulary.outside) as f64)?;
    let any = call.reduce("graph.reduce_max", hits, &[last])?;
    let any = call.drop_axes(any, &[last])?;
    let is_found = call.cast(any, ElementType::I1)?;
    let otherwise = match vocabulary.outside {
        0 => call.scalar(ElementType::I64, -1.0)?,
        1 => call.scalar(ElementType::I64, first as f64)?,
        count if !vocabulary.is_text => {
            let rest = call.binary_scalar("graph.modulo", x, count as f64)?;
            call.binary_scalar("graph.add", rest, first as f64)?
        }
        _ => return Err("words outside of the vocabulary must have one index or none, not one by their hash".into()),
    };
    let mut result = call.select(is_found, place, otherwise)?;
    if let Some(mask) = vocabulary.mask {
        let is_mask = vocabulary.equal(call, x, &[mask])?;
        let is_mask = call.drop_axes(is_mask, &[last])?;
        // Where places are told by ones, what is masked has none.
        let nothing = call.scalar(ElementType::I64, if mode == "int" { 0.0 } else { -1.0 })?;
        result = call.select(is_mask, nothing, result)?;
    }
    let count = vocabulary.words.len() as i64 + vocabulary.outside + first;
    match mode {
        "int" => Ok(vec![result]),
        mode => Ok(vec![encode(call, result, count.unsigned_abs(), mode)?]),
    }
}

/// The word at each place; for places outside, what stands for words that are not in the vocabulary.
fn word_at(call: &mut Call, vocabulary: &Vocabulary, x: Tracked) -> Result<Tracked, String> {
    let before = vocabulary.mask.into_iter().chain((0..vocabulary.outside.clamp(0, 1 << 16)).map(|_| vocabulary.other));
    // One more at the end, for what is outside.
    let all: Vec<Attribute> = before.chain(vocabulary.words.iter().copied()).chain([vocabulary.other]).collect();
    let table = vocabulary.tensor(call, &all)?;
    let x = call.cast(x, ElementType::I64)?;
    let end = call.scalar(ElementType::I64, (all.len() - 1) as f64)?;
    let is_negative = call.binary_scalar("graph.less", x, 0.0)?;
    let place = call.binary("graph.minimum", x, end)?;
    let place = call.select(is_negative, end, place)?;
    call.emit("graph.gather", &[table, place], &[("axis", attribute(0i64))])
}
