//! Where an op comes from.

use crate::attribute::{Attribute, write_string};
use crate::intern::{Interned, Name};

/// An interned location.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Location(Interned<LocationKind>);

/// The kinds of locations, as in MLIR's builtin dialect.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub enum LocationKind {
    /// `loc(unknown)`.
    Unknown,
    /// `loc("file":line:column)`.
    File {
        /// The file's name.
        file: Name,
        /// 1-based line.
        line: u32,
        /// 1-based column.
        column: u32,
    },
    /// `loc("file":line:column to line:column)`.
    Range {
        /// The file's name.
        file: Name,
        /// Line and column where it begins.
        start: (u32, u32),
        /// Line and column where it ends.
        end: (u32, u32),
    },
    /// `loc("name")` or `loc("name"(child))`: a node of the model.
    Named {
        /// The name.
        name: Name,
        /// Where that name stands, `Unknown` if nowhere.
        child: Location,
    },
    /// `loc(callsite(callee at caller))`.
    CallSite {
        /// The inner location.
        callee: Location,
        /// The outer location.
        caller: Location,
    },
    /// `loc(fused[...])`: an op that several ops became.
    Fused {
        /// `fused<metadata>[...]`: what fused them.
        metadata: Option<Attribute>,
        /// Their locations.
        parts: Vec<Location>,
    },
}

crate::intern::interned!(LocationKind);

impl Location {
    /// Interns `kind`.
    pub fn new(kind: LocationKind) -> Location {
        Location(Interned::new(kind))
    }

    /// No location.
    pub fn unknown() -> Location {
        Location::new(LocationKind::Unknown)
    }

    /// A named location without a child.
    pub fn named(name: &str) -> Location {
        Location::new(LocationKind::Named { name: Name::new(name), child: Location::unknown() })
    }

    /// A place in a text file; line and column count from 1.
    pub fn file(file: &str, line: u32, column: u32) -> Location {
        Location::new(LocationKind::File { file: Name::new(file), line, column })
    }

    /// The location of an op made from several: flattened, without repeats and unknowns.
    pub fn fused(locations: &[Location]) -> Location {
        let mut flat: Vec<Location> = Vec::new();
        for &location in locations {
            let parts = match location.kind() {
                LocationKind::Unknown => continue,
                LocationKind::Fused { metadata: None, parts } => parts.as_slice(),
                _ => &[location],
            };
            for part in parts {
                if !flat.contains(part) {
                    flat.push(*part);
                }
            }
        }
        match flat.as_slice() {
            [] => Location::unknown(),
            [one] => *one,
            _ => Location::new(LocationKind::Fused { metadata: None, parts: flat }),
        }
    }

    /// The kind.
    pub fn kind(self) -> &'static LocationKind {
        self.0.get()
    }

    /// All names in the location, each once: the model's nodes it comes from.
    pub fn names(self) -> Vec<Name> {
        let mut names = Vec::new();
        self.collect_names(&mut names);
        names
    }

    fn collect_names(self, names: &mut Vec<Name>) {
        match self.kind() {
            LocationKind::Unknown | LocationKind::File { .. } | LocationKind::Range { .. } => {}
            LocationKind::Named { name, .. } => {
                if !names.contains(name) {
                    names.push(*name);
                }
            }
            LocationKind::CallSite { callee, caller } => [callee, caller].iter().for_each(|it| it.collect_names(names)),
            LocationKind::Fused { parts, .. } => parts.iter().for_each(|part| part.collect_names(names)),
        }
    }

    /// The first name in the location: the model's node it comes from.
    pub fn find_name(self) -> Option<Name> {
        match self.kind() {
            LocationKind::Unknown | LocationKind::File { .. } | LocationKind::Range { .. } => None,
            LocationKind::Named { name, .. } => Some(*name),
            LocationKind::CallSite { callee, caller } => callee.find_name().or_else(|| caller.find_name()),
            LocationKind::Fused { parts, .. } => parts.iter().find_map(|part| part.find_name()),
        }
    }
}

impl std::fmt::Debug for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kind().fmt(f)
    }
}

/// MLIR's text: `loc("name")`.
impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("loc(")?;
        self.write_inner(f)?;
        f.write_str(")")
    }
}

impl Location {
    fn write_inner(self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.kind() {
            LocationKind::Unknown => f.write_str("unknown"),
            LocationKind::File { file, line, column } => {
                write_string(f, file.as_str().as_bytes())?;
                write!(f, ":{line}:{column}")
            }
            LocationKind::Range { file, start, end } => {
                write_string(f, file.as_str().as_bytes())?;
                write!(f, ":{}:{} to ", start.0, start.1)?;
                if start.0 != end.0 {
                    write!(f, "{}", end.0)?;
                }
                write!(f, ":{}", end.1)
            }
            LocationKind::Named { name, child } => {
                write_string(f, name.as_str().as_bytes())?;
                if *child.kind() == LocationKind::Unknown {
                    return Ok(());
                }
                f.write_str("(")?;
                child.write_inner(f)?;
                f.write_str(")")
            }
            LocationKind::CallSite { callee, caller } => {
                f.write_str("callsite(")?;
                callee.write_inner(f)?;
                f.write_str(" at ")?;
                caller.write_inner(f)?;
                f.write_str(")")
            }
            LocationKind::Fused { metadata, parts } => {
                f.write_str("fused")?;
                if let Some(metadata) = metadata {
                    write!(f, "<{metadata}>")?;
                }
                f.write_str("[")?;
                for (index, part) in parts.iter().enumerate() {
                    if index > 0 {
                        f.write_str(", ")?;
                    }
                    part.write_inner(f)?;
                }
                f.write_str("]")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fusing_flattens() {
        let (a, b) = (Location::named("a"), Location::named("b"));
        assert_eq!(Location::fused(&[a, Location::unknown(), a]), a);
        assert_eq!(Location::fused(&[Location::fused(&[a, b]), b]), Location::fused(&[a, b]));
    }
}
