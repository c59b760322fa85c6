//! What tokens of numbers and strings mean.

use crate::syntax::Literal;

pub(crate) fn integer(is_negative: bool, text: &str) -> Result<Literal, String> {
    let value: i64 = text.parse().map_err(|_| "the number does not fit 64 bits".to_owned())?;
    Ok(Literal::Integer(if is_negative { -value } else { value }.into()))
}

pub(crate) fn float(is_negative: bool, text: &str) -> Result<Literal, String> {
    let value: f64 = text.parse().map_err(|_| "this is no number".to_owned())?;
    Ok(Literal::Float(if is_negative { -value } else { value }))
}

/// The text between quotes; a backslash takes the next character as it is.
pub(crate) fn string(text: &str) -> String {
    let mut inner = text[1..text.len() - 1].chars();
    let mut result = String::new();
    while let Some(c) = inner.next() {
        result.extend(if c == '\\' { inner.next() } else { Some(c) });
    }
    result
}
