//! Affine maps and integer sets: `affine_map<(d0, d1)[s0] -> (d0 + s0, d1 floordiv 2)>`.

use std::fmt;

/// An affine expression.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum AffineExpr {
    /// `d0`, ...
    Dim(u32),
    /// `s0`, ...
    Symbol(u32),
    /// A constant.
    Constant(i64),
    /// A sum.
    Add(Box<AffineExpr>, Box<AffineExpr>),
    /// A product.
    Mul(Box<AffineExpr>, Box<AffineExpr>),
    /// `mod`.
    Mod(Box<AffineExpr>, Box<AffineExpr>),
    /// `floordiv`.
    FloorDiv(Box<AffineExpr>, Box<AffineExpr>),
    /// `ceildiv`.
    CeilDiv(Box<AffineExpr>, Box<AffineExpr>),
}

/// A map from dimensions and symbols to expressions.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct AffineMap {
    /// Number of dimensions.
    pub dims: u32,
    /// Number of symbols.
    pub symbols: u32,
    /// The results.
    pub results: Vec<AffineExpr>,
}

/// A set of constraints `expression == 0` or `expression >= 0`.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct IntegerSet {
    /// Number of dimensions.
    pub dims: u32,
    /// Number of symbols.
    pub symbols: u32,
    /// Expressions; `true` marks an equality.
    pub constraints: Vec<(AffineExpr, bool)>,
}

impl AffineMap {
    /// `(d0, ..., dn) -> (d0, ..., dn)`.
    pub fn identity(rank: u32) -> AffineMap {
        AffineMap { dims: rank, symbols: 0, results: (0..rank).map(AffineExpr::Dim).collect() }
    }
}

impl fmt::Display for AffineExpr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AffineExpr::Dim(index) => write!(f, "d{index}"),
            AffineExpr::Symbol(index) => write!(f, "s{index}"),
            AffineExpr::Constant(value) => write!(f, "{value}"),
            AffineExpr::Add(left, right) => match right.as_ref() {
                AffineExpr::Constant(value) if *value < 0 => write!(f, "{left} - {}", value.unsigned_abs()),
                AffineExpr::Mul(factor, sign) if **sign == AffineExpr::Constant(-1) => {
                    write!(f, "{left} - {}", Factor(factor))
                }
                _ => write!(f, "{left} + {right}"),
            },
            AffineExpr::Mul(left, right) if **right == AffineExpr::Constant(-1) => write!(f, "-{}", Factor(left)),
            AffineExpr::Mul(left, right) => write!(f, "{} * {}", Factor(left), Factor(right)),
            AffineExpr::Mod(left, right) => write!(f, "{} mod {}", Factor(left), Factor(right)),
            AffineExpr::FloorDiv(left, right) => write!(f, "{} floordiv {}", Factor(left), Factor(right)),
            AffineExpr::CeilDiv(left, right) => write!(f, "{} ceildiv {}", Factor(left), Factor(right)),
        }
    }
}

/// An operand of a multiplicative operation: parenthesized unless it is a leaf.
struct Factor<'a>(&'a AffineExpr);

impl fmt::Display for Factor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            AffineExpr::Dim(_) | AffineExpr::Symbol(_) | AffineExpr::Constant(_) => self.0.fmt(f),
            _ => write!(f, "({})", self.0),
        }
    }
}

fn write_signature(f: &mut fmt::Formatter<'_>, dims: u32, symbols: u32) -> fmt::Result {
    let list = |prefix: &str, count: u32| (0..count).map(|i| format!("{prefix}{i}")).collect::<Vec<_>>().join(", ");
    write!(f, "({})", list("d", dims))?;
    if symbols > 0 { write!(f, "[{}]", list("s", symbols)) } else { Ok(()) }
}

impl fmt::Display for AffineMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_signature(f, self.dims, self.symbols)?;
        write!(f, " -> ({})", crate::types::comma_separated(&self.results))
    }
}

impl fmt::Display for IntegerSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_signature(f, self.dims, self.symbols)?;
        let constraint =
            |(expr, equality): &(AffineExpr, bool)| format!("{expr} {}= 0", if *equality { '=' } else { '>' });
        let constraints: Vec<String> = self.constraints.iter().map(constraint).collect();
        write!(f, " : ({})", constraints.join(", "))
    }
}
