//! `Optional`, `OptionalGetElement`, `OptionalHasElement`.
//!
//! A model asks whether a value is there before it takes it. Where it takes one outside of any branch, so that it cannot
//! have asked, and data says that none is there, the run ends with an error at the node.

use crate::conversion::datum::{Data, Datum, Optional, Presence};
use crate::conversion::node::Node;
use crate::conversion::row::{Row, row_of_data};
use crate::conversion::state::Tracked;
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
    let Datum::Optional(optional) = node.datum(0)? else { return Ok(vec![node.datum(0)?]) };
    let value = match (optional.presence, optional.value) {
        (Presence::Known(true), Some(value)) => value,
        (Presence::Data(flag), Some(value)) if node.conversion.is_at_top() => required(node, flag, value)?,
        (Presence::Data(_), Some(value)) => value,
        _ => return Err("the optional is empty".into()),
    };
    Ok(vec![value])
}

/// A value whose tensors are there only if a flag holds.
fn required(node: &mut Node, flag: Tracked, value: Datum) -> Result<Datum, String> {
    let form = node.form_of(&value)?;
    let mut tensors = node.flatten(&value, &form)?;
    if let Some(first) = tensors.first_mut() {
        let flag = node.reshape(flag, &[])?;
        *first = node.require(flag, *first)?;
    }
    Ok(form.build(&tensors))
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
