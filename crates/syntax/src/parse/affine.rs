//! Affine maps and sets: names become positions.

use crate::parse::literal::integer;
use kiln_ir::{AffineExpr, AffineMap, IntegerSet};

/// An expression over names.
#[derive(Clone, Debug)]
pub(crate) enum Expr<'s> {
    Constant(&'s str),
    Name(&'s str),
    Negate(Box<Expr<'s>>),
    Binary(Op, Box<Expr<'s>>, Box<Expr<'s>>),
}

/// A binary operation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Op {
    Add,
    Subtract,
    Multiply,
    Mod,
    FloorDiv,
    CeilDiv,
}

/// `(d0, d1)[s0] -> (d0 + s0)`.
pub(crate) fn map(dims: &[&str], symbols: &[&str], results: &[Expr<'_>]) -> Result<AffineMap, String> {
    let results = results.iter().map(|expr| resolve(expr, dims, symbols)).collect::<Result<_, _>>()?;
    Ok(AffineMap { dims: dims.len() as u32, symbols: symbols.len() as u32, results })
}

/// `(d0)[s0] : (d0 - s0 >= 0, d0 == 0)`; what stands on the right of a constraint moves to the left.
pub(crate) fn set(
    dims: &[&str],
    symbols: &[&str],
    constraints: &[(Expr<'_>, Expr<'_>, bool)],
) -> Result<IntegerSet, String> {
    let constraint = |(left, right, equality): &(Expr<'_>, Expr<'_>, bool)| {
        let left = resolve(left, dims, symbols)?;
        let right = resolve(right, dims, symbols)?;
        Ok((if right == AffineExpr::Constant(0) { left } else { subtract(left, right)? }, *equality))
    };
    let constraints = constraints.iter().map(constraint).collect::<Result<_, String>>()?;
    Ok(IntegerSet { dims: dims.len() as u32, symbols: symbols.len() as u32, constraints })
}

fn resolve(expr: &Expr<'_>, dims: &[&str], symbols: &[&str]) -> Result<AffineExpr, String> {
    let resolve = |expr: &Expr<'_>| resolve(expr, dims, symbols);
    match expr {
        Expr::Constant(text) => integer(false, text).map(AffineExpr::Constant),
        Expr::Name(name) => {
            let position = |names: &[&str]| names.iter().position(|candidate| candidate == name);
            match (position(dims), position(symbols)) {
                (Some(position), _) => Ok(AffineExpr::Dim(position as u32)),
                (None, Some(position)) => Ok(AffineExpr::Symbol(position as u32)),
                (None, None) => Err(format!("'{name}' is neither a dimension nor a symbol of the map")),
            }
        }
        Expr::Negate(inner) => negate(resolve(inner)?),
        Expr::Binary(op, left, right) => {
            let (left, right) = (resolve(left)?, resolve(right)?);
            if *op == Op::Subtract {
                return subtract(left, right);
            }
            let (left, right) = (Box::new(left), Box::new(right));
            Ok(match op {
                Op::Add | Op::Subtract => AffineExpr::Add(left, right),
                Op::Multiply => AffineExpr::Mul(left, right),
                Op::Mod => AffineExpr::Mod(left, right),
                Op::FloorDiv => AffineExpr::FloorDiv(left, right),
                Op::CeilDiv => AffineExpr::CeilDiv(left, right),
            })
        }
    }
}

fn subtract(left: AffineExpr, right: AffineExpr) -> Result<AffineExpr, String> {
    Ok(AffineExpr::Add(left.into(), negate(right)?.into()))
}

fn negate(expr: AffineExpr) -> Result<AffineExpr, String> {
    match expr {
        AffineExpr::Constant(value) => {
            value.checked_neg().map(AffineExpr::Constant).ok_or_else(|| "a constant is too large".into())
        }
        other => Ok(AffineExpr::Mul(other.into(), AffineExpr::Constant(-1).into())),
    }
}
