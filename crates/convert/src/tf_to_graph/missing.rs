//! Operators that have no conversion, and why.

/// Operators, and what to tell who needs one of them.
const REASONS: &[(&[&str], &str)] = &[
    (
        &["DecodeBase64", "DecodeImage", "DecodeJpeg", "DecodePng", "DecodeRaw", "DecodeWav", "EncodeBase64"],
        "strings of the graph end at a zero byte, so that they cannot hold files or raw data: --graph-input names the \
         tensor behind it",
    ),
    (
        &["UnicodeDecode", "UnicodeDecodeWithOffsets", "StringLength", "Substr", "StringStrip", "StringFormat"],
        "there is no op on strings that counts or cuts characters",
    ),
    (&["RegexReplace", "StaticRegexReplace"], "there is no op on strings that replaces what an expression describes"),
    (
        &["StringToHashBucket", "StringToHashBucketFast", "StringToHashBucketStrong"],
        "there is no op on strings that hashes them: --graph-input names the tensor of numbers behind it",
    ),
    (&["StringNGrams", "UnsortedSegmentJoin"], "there is no op that joins as many strings as data says"),
    (
        &["MutableHashTableV2"],
        "a table that the model fills while it runs is not supported; one that is filled from constants or an asset is",
    ),
    (
        &["Betainc", "Igamma", "Igammac", "Polygamma", "Zeta"],
        "there is no formula for it that holds over all of its range in a number of steps that is known",
    ),
    (
        &["Eig", "SelfAdjointEigV2", "Svd"],
        "it takes as many steps as the matrix asks for, and the signs of its vectors are not defined",
    ),
    (
        &["MatrixExponential", "MatrixLogarithm", "MatrixSquareRoot"],
        "it takes a decomposition in complex numbers, or as many terms as the matrix asks for",
    ),
    (
        &["Multinomial", "ParameterizedTruncatedNormal", "RandomShuffle", "StatelessMultinomial"],
        "it draws random numbers by other rules than the uniform and the normal ones",
    ),
    (&["FractionalAvgPool", "FractionalMaxPool"], "the windows are drawn at random each time"),
    (&["NonMaxSuppressionWithOverlaps"], "suppression is supported by boxes alone, not by a matrix of overlaps"),
    (&["DrawBoundingBoxesV2", "ExtractGlimpse"], "what it takes of a picture depends on data for each picture"),
    (
        &["RaggedTensorToSparse", "RaggedTensorToVariant", "SparseFillEmptyRows"],
        "rows of differing length are supported where they become a tensor only",
    ),
    (&["Stack"], "stacks of TensorFlow 1 belong to the gradients of loops"),
    (&["FakeParam"], "it stands for a value that only the gradient of a branch has"),
    (&["ImmutableConst"], "its value is in a region of memory outside of the file"),
];

/// Why an operator has no conversion, if that is known.
pub(crate) fn reason(name: &str) -> Option<&'static str> {
    REASONS.iter().find(|(names, _)| names.contains(&name)).map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::{REASONS, reason};
    use crate::tf_to_graph::is_convertible;

    #[test]
    fn what_is_missing_has_a_reason() {
        for schema in kiln_tf::schemas() {
            let is_known = is_convertible(schema.name) || kiln_tf::is_of_import(schema.name);
            assert_eq!(reason(schema.name).is_some(), !is_known, "{}", schema.name);
        }
        let names = REASONS.iter().flat_map(|(names, _)| names.iter());
        assert!(names.clone().all(|name| kiln_tf::find_schema(name).is_some()));
    }
}
