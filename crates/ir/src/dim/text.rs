//! The text of extents and expressions.

use super::{Atom, Dim, DimExpr, DimOp};
use crate::intern::Name;
use std::fmt;

/// Parseable text: `2 * H + 1`, `(W - 1) floordiv 2 + 1`, `min(A, B)`.
impl fmt::Display for DimExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut first = true;
        for (product, coefficient) in &self.0.terms {
            let sign = match (first, *coefficient < 0) {
                (true, true) => "-",
                (true, false) => "",
                (false, true) => " - ",
                (false, false) => " + ",
            };
            f.write_str(sign)?;
            first = false;
            let magnitude = coefficient.unsigned_abs();
            if magnitude != 1 {
                write!(f, "{magnitude} * ")?;
            }
            // After a leading minus, `-(a floordiv b)` must not read as `(-a) floordiv b`.
            let alone = product.len() == 1 && magnitude == 1 && sign != "-";
            for (index, atom) in product.iter().enumerate() {
                if index > 0 {
                    f.write_str(" * ")?;
                }
                atom.write(f, alone)?;
            }
        }
        match self.0.constant {
            value if first => write!(f, "{value}"),
            0 => Ok(()),
            value if value < 0 => write!(f, " - {}", value.unsigned_abs()),
            value => write!(f, " + {value}"),
        }
    }
}

impl Atom {
    fn write(&self, f: &mut fmt::Formatter<'_>, alone: bool) -> fmt::Result {
        match self {
            Atom::Symbol(name) => write_symbol(f, *name),
            Atom::Operation(DimOp::Min, left, right) => write!(f, "min({left}, {right})"),
            Atom::Operation(DimOp::Max, left, right) => write!(f, "max({left}, {right})"),
            Atom::Operation(op, left, right) => {
                let word = if *op == DimOp::Mod { "mod" } else { "floordiv" };
                if !alone {
                    f.write_str("(")?;
                }
                write_operand(f, *left)?;
                write!(f, " {word} ")?;
                write_operand(f, *right)?;
                if !alone { f.write_str(")") } else { Ok(()) }
            }
        }
    }
}

fn write_operand(f: &mut fmt::Formatter<'_>, expr: DimExpr) -> fmt::Result {
    let simple = expr.as_symbol().is_some() || expr.as_constant().is_some_and(|value| value >= 0);
    if simple { write!(f, "{expr}") } else { write!(f, "({expr})") }
}

/// A symbol that is not an identifier (or is a word of the notation) stands in quotes.
fn write_symbol(f: &mut fmt::Formatter<'_>, name: Name) -> fmt::Result {
    let text = name.as_str();
    let plain = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '.')
        && !matches!(text, "floordiv" | "mod" | "min" | "max");
    if plain { f.write_str(text) } else { crate::attribute::write_string(f, text.as_bytes()) }
}

impl fmt::Debug for DimExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for Dim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Dim::Static(value) => write!(f, "{value}"),
            Dim::Symbolic(expr) => write!(f, "{expr}"),
            Dim::Unknown => f.write_str("?"),
        }
    }
}
