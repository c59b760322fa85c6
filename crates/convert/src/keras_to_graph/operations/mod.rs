//! Operations of `keras.ops`, by topic.

mod arrays;
mod binary;
mod images;
mod indexing;
mod losses;
mod matrices;
mod moving;
mod network;
mod nonnumbers;
mod patches;
mod products;
mod reductions;
mod segments;
mod shapes;
pub(super) mod signals;
mod solving;
mod sorting;
mod statistics;
mod unary;

pub(super) use moving::mirror;
pub(super) use segments::hits;

use super::call::{Call, Row};
use super::preprocessing::numbers;
use crate::conversion::state::Tracked;
use kiln_ir::Attribute;
use kiln_tensor::ElementType;

/// The lists of rows.
pub(super) const ROWS: &[&[Row]] = &[
    arrays::ROWS,
    binary::ROWS,
    images::ROWS,
    indexing::ROWS,
    losses::ROWS,
    matrices::ROWS,
    moving::ROWS,
    network::ROWS,
    nonnumbers::ROWS,
    patches::ROWS,
    products::ROWS,
    reductions::ROWS,
    segments::ROWS,
    shapes::ROWS,
    signals::ROWS,
    solving::ROWS,
    sorting::ROWS,
    statistics::ROWS,
    unary::ROWS,
];

impl Call<'_, '_, '_> {
    /// The argument, integers as `f32`.
    fn first_float(&mut self) -> Result<Tracked, String> {
        let x = self.first()?;
        self.as_float(x)
    }

    /// Floats as they are, integers as `f32`.
    fn as_float(&mut self, x: Tracked) -> Result<Tracked, String> {
        if self.element(x).is_float() { Ok(x) } else { self.cast(x, ElementType::F32) }
    }

    /// An argument, which may be numbers: whole ones are `i32`, truth values `i1`, others `f32`.
    fn values(&mut self, place: usize, name: &str) -> Result<Tracked, String> {
        if let Some(tensor) = self.argument(place, name) {
            return Ok(tensor);
        }
        let value = self.setting_at(place, name).ok_or_else(|| format!("argument {name} is missing"))?;
        let element = match kind(value) {
            Kind::Truth => ElementType::I1,
            Kind::Whole => ElementType::I32,
            Kind::Broken => ElementType::F32,
        };
        numbers(self, value, element)
    }
}

/// What numbers are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Truth,
    Whole,
    Broken,
}

/// What numbers are that stand in lists: what holds all of them.
fn kind(value: Attribute) -> Kind {
    match value.as_array() {
        Some(items) => items.iter().map(|&item| kind(item)).max().unwrap_or(Kind::Broken),
        None if value.as_bool().is_some() => Kind::Truth,
        None if value.as_i64().is_some() => Kind::Whole,
        None => Kind::Broken,
    }
}

/// Whether each element is not 0.
fn as_truth(call: &mut Call, x: Tracked) -> Result<Tracked, String> {
    if call.element(x) == ElementType::I1 { Ok(x) } else { call.binary_scalar("graph.not_equal", x, 0.0) }
}

/// A whole number that is an extent.
fn truncated(value: f64) -> Result<u64, String> {
    match (0.0..=1e12).contains(&value) {
        true => Ok(value as u64),
        false => Err("there are too many elements".into()),
    }
}
