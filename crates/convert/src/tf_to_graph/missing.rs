//! The operators that have no row, and why.

use crate::conversion::missing::Missing;

pub(crate) const MISSING: &[Missing] = &[
    Missing::structure(
        "control flow of this kind must have the form that TensorFlow itself writes: nested loops and conditionals",
        &["Enter", "Exit", "LoopCond", "Merge", "NextIteration", "RefEnter", "RefMerge", "RefSwitch", "Switch"],
    ),
    Missing::structure(
        "functions must be in the model, and must not call themselves",
        &["PartitionedCall", "StatefulPartitionedCall"],
    ),
    Missing::structure(
        "it must not be between an input and an output of the model",
        &[
            "Assert",
            "FakeParam",
            "ImmutableConst",
            "NoOp",
            "Placeholder",
            "PlaceholderV2",
            "PlaceholderWithDefault",
            "PrintV2",
            "VarIsInitializedOp",
        ],
    ),
    Missing::structure(
        "variables must have a value in the model; those that are assigned are what it remembers",
        &["ReadVariableOp", "VarHandleOp", "Variable", "VariableV2"],
    ),
    Missing::structure(
        "tables must be filled from constants or from an asset of the model",
        &[
            "HashTable",
            "HashTableV2",
            "InitializeTableFromTextFileV2",
            "InitializeTableV2",
            "LookupTableFind",
            "LookupTableSizeV2",
            "MutableHashTableV2",
        ],
    ),
    Missing::because(
        "strings end at a zero byte, so that they hold no files and no raw data: decode them before, and let the model \
         begin behind it",
        &["DecodeBase64", "DecodeImage", "DecodeJpeg", "DecodePng", "DecodeRaw", "DecodeWav", "EncodeBase64"],
    ),
    Missing::because(
        "nothing counts or cuts the characters of strings",
        &["StringFormat", "StringLength", "StringStrip", "Substr", "UnicodeDecode", "UnicodeDecodeWithOffsets"],
    ),
    Missing::because(
        "nothing replaces what an expression describes in strings",
        &["RegexReplace", "StaticRegexReplace"],
    ),
    Missing::because(
        "nothing hashes strings: let the model begin at the numbers behind it",
        &["StringToHashBucket", "StringToHashBucketFast", "StringToHashBucketStrong"],
    ),
    Missing::because("nothing joins as many strings as data says", &["StringNGrams", "UnsortedSegmentJoin"]),
    Missing::because(
        "it takes as many terms as its operands ask for",
        &["Betainc", "Igamma", "Igammac", "Polygamma", "Zeta"],
    ),
    Missing::because(
        "it takes as many steps as the matrix asks for, and the signs of its vectors are not defined",
        &["Eig", "SelfAdjointEigV2", "Svd"],
    ),
    Missing::because(
        "it takes a decomposition in complex numbers, or as many terms as the matrix asks for",
        &["MatrixExponential", "MatrixLogarithm", "MatrixSquareRoot"],
    ),
    Missing::because(
        "its results are random",
        &[
            "FractionalAvgPool",
            "FractionalMaxPool",
            "Multinomial",
            "ParameterizedTruncatedNormal",
            "RandomShuffle",
            "StatelessMultinomial",
        ],
    ),
    Missing::because("boxes suppress each other by their corners, not by a matrix", &["NonMaxSuppressionWithOverlaps"]),
    Missing::because(
        "what it takes of a picture, data says for each picture",
        &["DrawBoundingBoxesV2", "ExtractGlimpse"],
    ),
    Missing::because(
        "rows of differing length are supported where they become one tensor",
        &["RaggedTensorToSparse", "RaggedTensorToVariant", "SparseFillEmptyRows"],
    ),
    Missing::because("stacks of TensorFlow 1 belong to the gradients of loops", &["Stack"]),
];

#[cfg(test)]
mod tests {
    use super::MISSING;
    use crate::tf_to_graph::is_convertible;

    #[test]
    fn what_is_not_converted_has_a_reason() {
        for schema in kiln_tf::schemas().filter(|schema| schema.name != "Const") {
            let has_reason = MISSING.iter().any(|row| row.names.contains(&schema.name));
            assert_ne!(has_reason, is_convertible(schema.name), "{}", schema.name);
        }
    }
}
