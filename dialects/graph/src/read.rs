//! Reading attributes where their absence is an error in one sentence.

use crate::shape;
use kiln_ir::{Attributes, Dim, SymbolValues};

/// Attributes that must be there and have the right kind.
pub(crate) trait Read {
    /// An integer.
    fn integer(&self, name: &str) -> Result<i64, String>;
    /// A float.
    fn float(&self, name: &str) -> Result<f64, String>;
    /// A string.
    fn word(&self, name: &str) -> Result<&'static str, String>;
    /// The place in `words` of a string that is one of them.
    fn choice(&self, name: &str, words: &[&str]) -> Result<usize, String>;
    /// An array of integers.
    fn integers(&self, name: &str) -> Result<Vec<i64>, String>;
    /// An array of floats.
    fn floats(&self, name: &str) -> Result<Vec<f64>, String>;
    /// Extents.
    fn dims(&self, name: &str) -> Result<&'static [Dim], String>;
    /// Whether an optional truth value is there and true.
    fn flag(&self, name: &str) -> bool;
    /// The axis called `name` of a tensor of `rank` axes; it counts from 0.
    fn axis(&self, name: &str, rank: usize) -> Result<usize, String>;
    /// Extents under values of their symbols.
    fn resolved_dims(&self, name: &str, symbols: &SymbolValues) -> Result<Vec<i64>, String>;
}

impl Read for Attributes {
    fn integer(&self, name: &str) -> Result<i64, String> {
        self.i64(name).ok_or_else(|| wrong(self, name, "an integer"))
    }

    fn float(&self, name: &str) -> Result<f64, String> {
        self.f64(name).ok_or_else(|| wrong(self, name, "a float"))
    }

    fn word(&self, name: &str) -> Result<&'static str, String> {
        self.str(name).ok_or_else(|| wrong(self, name, "a string"))
    }

    fn choice(&self, name: &str, words: &[&str]) -> Result<usize, String> {
        let found = self.str(name).and_then(|found| words.iter().position(|word| *word == found));
        found.ok_or_else(|| wrong(self, name, &format!("one of \"{}\"", words.join("\", \""))))
    }

    fn integers(&self, name: &str) -> Result<Vec<i64>, String> {
        self.i64s(name).ok_or_else(|| wrong(self, name, "an array of integers"))
    }

    fn floats(&self, name: &str) -> Result<Vec<f64>, String> {
        self.get(name).and_then(|attribute| attribute.as_f64s()).ok_or_else(|| wrong(self, name, "an array of floats"))
    }

    fn dims(&self, name: &str) -> Result<&'static [Dim], String> {
        self.get(name).and_then(|attribute| attribute.as_dims()).ok_or_else(|| wrong(self, name, "#kiln.dims<[...]>"))
    }

    fn flag(&self, name: &str) -> bool {
        self.bool(name).unwrap_or(false)
    }

    fn axis(&self, name: &str, rank: usize) -> Result<usize, String> {
        let axis = self.integer(name)?;
        if axis < 0 {
            return Err(format!("{name} {axis} is negative: axes count from 0"));
        }
        shape::normalize_axis(axis, rank)
    }

    fn resolved_dims(&self, name: &str, symbols: &SymbolValues) -> Result<Vec<i64>, String> {
        let resolve = |dim: &Dim| {
            let value = dim.expr().and_then(|expr| expr.evaluate(symbols));
            value.ok_or_else(|| format!("the extent {dim} of attribute '{name}' has no value"))
        };
        self.dims(name)?.iter().map(resolve).collect()
    }
}

/// What the verifier says of an attribute whose declaration it violates: builders infer types before it comes to that.
fn wrong(attributes: &Attributes, name: &str, rule: &str) -> String {
    match attributes.get(name) {
        Some(value) => format!("attribute '{name}' must be {rule}, not {value}"),
        None => format!("attribute '{name}' is missing"),
    }
}
