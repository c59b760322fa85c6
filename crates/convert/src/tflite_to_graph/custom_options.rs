//! Options of custom operators: entries of a FlexBuffer, or numbers as they stand in memory.

use crate::conversion::node::Node;
use kiln_ir::{Attribute, AttributeKind};

impl Node<'_, '_> {
    /// An option of a custom operator.
    pub fn custom_option(&self, name: &str) -> Option<Attribute> {
        let AttributeKind::Dictionary(entries) = self.attribute(kiln_tflite::CUSTOM_OPTIONS)?.kind() else {
            return None;
        };
        entries.iter().find(|(known, _)| *known == name).map(|(_, value)| *value)
    }

    /// An option that is a number, or one that is left out and has `absent`.
    pub fn custom_number_or(&self, name: &str, absent: f64) -> f64 {
        let value = self.custom_option(name);
        value.and_then(|value| value.as_f64().or_else(|| Some(value.as_i64()? as f64))).unwrap_or(absent)
    }

    /// An option that must be a number.
    pub fn custom_number(&self, name: &str) -> Result<f64, String> {
        match self.custom_number_or(name, f64::NAN) {
            value if value.is_nan() => Err(format!("option {name} is missing")),
            value => Ok(value),
        }
    }

    /// An option that must be an integer in a range.
    pub fn custom_integer(&self, name: &str, range: std::ops::Range<i64>) -> Result<i64, String> {
        let value = self.custom_option(name).and_then(|value| value.as_i64());
        let value = value.ok_or_else(|| format!("option {name} is missing or no integer"))?;
        match range.contains(&value) {
            true => Ok(value),
            false => Err(format!("option {name} must be from {} to {}, not {value}", range.start, range.end - 1)),
        }
    }

    /// An option that must be a list of integers.
    pub fn custom_integers(&self, name: &str) -> Result<Vec<i64>, String> {
        let list = self.custom_option(name).and_then(|value| value.as_i64s());
        list.ok_or_else(|| format!("option {name} is missing or no list of integers"))
    }

    /// Options that are integers of 32 bits one after the other, of which there must be at least `count`.
    pub fn custom_words(&self, count: usize) -> Result<Vec<i64>, String> {
        let bytes = self.attribute(kiln_tflite::CUSTOM_BYTES);
        let bytes =
            bytes.and_then(|value| value.as_tensor().or_else(|| self.conversion.module.attribute_tensor(value)));
        let bytes = bytes.ok_or("it has no options")?;
        let (words, _) = bytes.bytes().as_chunks::<4>();
        let words: Vec<i64> = words.iter().map(|&word| i32::from_le_bytes(word).into()).collect();
        if words.len() < count { Err("its options are too short".into()) } else { Ok(words) }
    }
}
