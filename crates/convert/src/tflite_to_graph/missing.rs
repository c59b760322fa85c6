//! Operators that are not converted, and why.

/// Names, and a sentence on why they have no conversion.
const REASONS: &[(&[&str], &str)] = &[
    (
        &["CONCAT_EMBEDDINGS"],
        "the format has a number for this operator, but nothing says what it computes: no interpreter has it",
    ),
    (
        &["HASHTABLE_IMPORT"],
        "a table is filled with constants, by the graph that is called once: what data fills one is not a tensor",
    ),
    (
        &["LSH_PROJECTION"],
        "it hashes the bytes of tensors by a function that operators of the graph do not have: let a C function compute it",
    ),
    (&["SKIP_GRAM"], "it takes a string apart into as many as its words allow: let a C function compute it"),
    (
        &["STABLEHLO_CUSTOM_CALL"],
        "what it calls is known to the program only that made the model: let a C function compute it",
    ),
];

/// Why the operator of that name is not converted.
pub(crate) fn reason(name: &str) -> Option<&'static str> {
    REASONS.iter().find(|(names, _)| names.contains(&name)).map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::REASONS;
    use crate::conversion::row::find_row;

    #[test]
    fn what_has_no_row_has_a_reason() {
        for schema in kiln_tflite::schemas() {
            let is_converted = find_row(super::super::ROWS, schema.name, 0).is_some();
            let has_reason = REASONS.iter().any(|(names, _)| names.contains(&schema.name));
            assert_ne!(is_converted, has_reason, "{}", schema.name);
        }
    }
}
