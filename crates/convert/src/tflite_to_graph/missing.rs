//! Operators without a row, and why.

use crate::conversion::missing::Missing;

pub(crate) const MISSING: &[Missing] = &[
    Missing::because(
        "the format has a number for this operator, but nothing says what it computes: no interpreter has it",
        &["CONCAT_EMBEDDINGS"],
    ),
    Missing::because(
        "a table is filled with constants, by the graph that is called once: what data fills one is not a tensor",
        &["HASHTABLE_IMPORT"],
    ),
    Missing::because(
        "it hashes the bytes of tensors by a function that operators of the graph do not have",
        &["LSH_PROJECTION"],
    ),
    Missing::because("it takes a string apart into as many as its words allow", &["SKIP_GRAM"]),
    Missing::because("what it calls is known to the program only that made the model", &["STABLEHLO_CUSTOM_CALL"]),
];
