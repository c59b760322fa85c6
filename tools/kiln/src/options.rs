//! Arguments that several commands take.

use clap::ValueEnum;
use kiln_driver::{Extent, Precision};
use std::path::PathBuf;
use std::str::FromStr;

/// The shape of an input: `NAME=1x3x224x224`; `NAME=` is a scalar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShapeArgument {
    /// The input.
    pub name: String,
    /// Extents, outermost first.
    pub shape: Vec<usize>,
}

impl FromStr for ShapeArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<ShapeArgument, String> {
        let (name, shape) = parse_extents(text, |extent| extent.parse().ok())?;
        Ok(ShapeArgument { name, shape })
    }
}

/// The shape of an input, each extent a number, a name, bounds, or as it is: `NAME=1..8x3x?xwidth`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartialShapeArgument {
    /// The input.
    pub name: String,
    /// Extents, outermost first.
    pub extents: Vec<Extent>,
}

impl FromStr for PartialShapeArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<PartialShapeArgument, String> {
        let (name, extents) = parse_extents(text, parse_extent)?;
        Ok(PartialShapeArgument { name, extents })
    }
}

impl PartialShapeArgument {
    /// The extents that are numbers.
    pub fn numbers(&self) -> Vec<Option<u64>> {
        let number = |extent: &Extent| if let Extent::Fixed(extent) = extent { Some(*extent) } else { None };
        self.extents.iter().map(number).collect()
    }
}

fn parse_extent(text: &str) -> Option<Extent> {
    if text == "?" {
        return Some(Extent::Kept);
    }
    if let Some((least, most)) = text.split_once("..") {
        return Some(Extent::Between(least.parse().ok()?, most.parse().ok()?));
    }
    if let Ok(extent) = text.parse() {
        return Some(Extent::Fixed(extent));
    }
    let is_name = text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
        && text.chars().all(|letter| letter.is_ascii_alphanumeric() || letter == '_');
    is_name.then(|| Extent::Named(text.to_owned()))
}

/// Parses `NAME=1x3x224x224`, each extent by itself. Names may hold an equals sign; extents do not. Names of extents that
/// have an x in them need commas between: `NAME=max_length,8`.
fn parse_extents<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Result<(String, Vec<T>), String> {
    let (name, extents) = text.rsplit_once('=').ok_or("expected NAME=1x3x224x224")?;
    let extents = Some(extents).filter(|extents| !extents.is_empty());
    let parse = |extent: &str| {
        parse(extent).ok_or_else(|| format!("'{extent}' is not an extent; names that have an x need commas: a,b"))
    };
    let separator = if text.contains(',') { ',' } else { 'x' };
    let extents = extents.into_iter().flat_map(|extents| extents.split(separator)).map(parse);
    Ok((name.into(), extents.collect::<Result<_, _>>()?))
}

/// The file of an input: `NAME=FILE.npy`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InputFile {
    /// The input.
    pub name: String,
    /// The file.
    pub path: PathBuf,
}

impl FromStr for InputFile {
    type Err = String;

    fn from_str(text: &str) -> Result<InputFile, String> {
        match text.split_once('=') {
            Some((name, path)) if !path.is_empty() => Ok(InputFile { name: name.into(), path: path.into() }),
            _ => Err("expected NAME=FILE.npy".into()),
        }
    }
}

/// What numbers a model computes with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum PrecisionArgument {
    /// The model's, each as the model says: no algebra that rounds differently, no Winograd convolutions.
    Strict,
    /// The model's.
    #[default]
    Default,
    /// The model's; functions such as exponentials may be a few units in the last place off.
    Fast,
    /// As fast, and bf16 where f32 numbers are multiplied in convolutions and matrix products; sums stay f32.
    Bf16,
}

impl PrecisionArgument {
    pub(crate) fn to_driver(self) -> Precision {
        match self {
            PrecisionArgument::Strict => Precision::Strict,
            PrecisionArgument::Default => Precision::Default,
            PrecisionArgument::Fast => Precision::Fast,
            PrecisionArgument::Bf16 => Precision::Bf16,
        }
    }
}

/// Reads a time to measure for.
pub(crate) fn parse_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 86_400.0 => Ok(seconds),
        _ => Err("expected a number of seconds above 0".into()),
    }
}

/// A number of threads: 1 to 256.
pub(crate) fn parse_threads(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(threads @ 1..=256) => Ok(threads),
        _ => Err("expected a number from 1 to 256".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_parse() {
        let shape = |text: &str| text.parse::<ShapeArgument>().map(|argument| (argument.name, argument.shape));
        assert_eq!(shape("x=1x3x224"), Ok(("x".into(), vec![1, 3, 224])));
        assert_eq!(shape("a=b=2,3"), Ok(("a=b".into(), vec![2, 3])));
        assert_eq!(shape("x="), Ok(("x".into(), vec![])));
        assert_eq!(shape("x=1x-3"), Err("'-3' is not an extent; names that have an x need commas: a,b".into()));
        assert!(shape("1x3").is_err());
        let partial = |text: &str| text.parse::<PartialShapeArgument>().map(|argument| argument.extents);
        let named = |name: &str| Extent::Named(name.into());
        assert_eq!(partial("x=1x?"), Ok(vec![Extent::Fixed(1), Extent::Kept]));
        assert_eq!(partial("x=1..8xbatch"), Ok(vec![Extent::Between(1, 8), named("batch")]));
        assert_eq!(partial("x=max_length,3"), Ok(vec![named("max_length"), Extent::Fixed(3)]));
        assert!(partial("x=1..xb").is_err());
        assert!(partial("x=1b").is_err());
    }

    #[test]
    fn files_parse() {
        let file = "x=a=b.npy".parse::<InputFile>().expect("good");
        assert_eq!((file.name.as_str(), file.path), ("x", PathBuf::from("a=b.npy")));
        assert!("x=".parse::<InputFile>().is_err());
    }
}
