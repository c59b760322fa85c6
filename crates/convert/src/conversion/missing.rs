//! Operators that a framework has and its conversion does not.

/// Operators without a conversion.
#[derive(Clone, Copy, Debug)]
pub struct Missing {
    /// The operators, as their dialect calls them, without the dialect.
    pub names: &'static [&'static str],
    /// Why not: the end of a sentence that names one of them.
    pub reason: &'static str,
    /// Whether the importer makes something else of them, so that none is left in a module it could read.
    pub is_structure: bool,
}

impl Missing {
    /// Operators that cannot be converted.
    pub const fn because(reason: &'static str, names: &'static [&'static str]) -> Missing {
        Missing { names, reason, is_structure: false }
    }

    /// Operators that importers make structure of: functions, variables, control flow.
    pub const fn structure(reason: &'static str, names: &'static [&'static str]) -> Missing {
        Missing { names, reason, is_structure: true }
    }
}

/// Why the operator `name` cannot be converted.
pub(crate) fn reason(missing: &[Missing], name: &str) -> String {
    let row = missing.iter().find(|row| row.names.contains(&name));
    row.map_or_else(|| "there is no conversion of this operator".to_owned(), |row| row.reason.to_owned())
}
