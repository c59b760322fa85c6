//! Constants.

use crate::conversion::row::{Row, row};

pub(crate) const ROWS: &[Row] = &[row("constant", |node| {
    let value = node.attribute("value").ok_or("the constant has no value")?;
    let tensor = node.conversion.track_constant(value);
    Ok(vec![tensor.ok_or("the constant's value is no tensor")?])
})];
