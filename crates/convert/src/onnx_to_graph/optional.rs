//! `Optional`, `OptionalGetElement`, `OptionalHasElement`.
//!
//! A model asks whether a value is there before it takes it; where it does not ask and data says that none is there, it
//! takes what stands in its place.

use super::conversion::Tracked;
use super::datum::{Data, Datum, Optional, Presence};
use super::node::{Node, Row, row_of_data};
use kiln_tensor::Tensor;

pub(crate) const ROWS: &[Row] = &[
    row_of_data("Optional", optional),
    row_of_data("OptionalGetElement", get_element),
    row_of_data("OptionalHasElement", has_element),
];

fn optional(node: &mut Node) -> Data {
    let value = node.optional_datum(0);
    if matches!(value, Some(Datum::Optional(_))) {
        return Err("an optional of an optional is not supported".into());
    }
    let optional = Optional { presence: Presence::Known(value.is_some()), value };
    Ok(vec![Datum::Optional(Box::new(optional))])
}

/// What is no optional is there.
fn get_element(node: &mut Node) -> Data {
    let value = match node.datum(0)? {
        Datum::Optional(optional) => match (optional.presence, optional.value) {
            (Presence::Known(true) | Presence::Data(_), Some(value)) => value,
            _ => return Err("the optional is empty".into()),
        },
        value => value,
    };
    Ok(vec![value])
}

fn has_element(node: &mut Node) -> Data {
    let presence = match node.optional_datum(0) {
        Some(Datum::Optional(optional)) => optional.presence,
        other => Presence::Known(other.is_some()),
    };
    Ok(vec![node.flag_of(presence)?.into()])
}

impl Node<'_, '_> {
    /// Whether a value is there, as a scalar.
    pub fn flag_of(&mut self, presence: Presence) -> Result<Tracked, String> {
        match presence {
            Presence::Known(presence) => self.tensor(Tensor::from_bools(&[], &[presence])),
            Presence::Data(flag) => Ok(flag),
        }
    }
}
