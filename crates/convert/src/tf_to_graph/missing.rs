//! Operators without a row, and why.

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
        &["Assert", "NoOp", "Placeholder", "PlaceholderV2", "PlaceholderWithDefault", "PrintV2", "VarIsInitializedOp"],
    ),
    Missing::structure(
        "variables must have a value in the model",
        &["ReadVariableOp", "VarHandleOp", "Variable", "VariableV2"],
    ),
    Missing::structure(
        "tables must be filled from constants or from a file of the model",
        &[
            "HashTable",
            "HashTableV2",
            "InitializeTableFromTextFileV2",
            "InitializeTableV2",
            "LookupTableFind",
            "LookupTableSizeV2",
        ],
    ),
    Missing::because(
        "strings of the graph end at a zero byte, so that they cannot hold files or raw data: --graph-input names the \
         tensor behind it",
        &["DecodeBase64", "DecodeImage", "DecodeJpeg", "DecodePng", "DecodeRaw", "DecodeWav", "EncodeBase64"],
    ),
    Missing::because(
        "there is no op on strings that counts or cuts characters",
        &["UnicodeDecode", "UnicodeDecodeWithOffsets", "StringLength", "Substr", "StringStrip", "StringFormat"],
    ),
    Missing::because(
        "there is no op on strings that replaces what an expression describes",
        &["RegexReplace", "StaticRegexReplace"],
    ),
    Missing::because(
        "there is no op on strings that hashes them: --graph-input names the tensor of numbers behind it",
        &["StringToHashBucket", "StringToHashBucketFast", "StringToHashBucketStrong"],
    ),
    Missing::because(
        "there is no op that joins as many strings as data says",
        &["StringNGrams", "UnsortedSegmentJoin"],
    ),
    Missing::because(
        "a table that the model fills while it runs is not supported; one that is filled from constants or an asset is",
        &["MutableHashTableV2"],
    ),
    Missing::because(
        "there is no formula for it that holds over all of its range in a number of steps that is known",
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
        "it draws random numbers by other rules than the uniform and the normal ones",
        &["Multinomial", "ParameterizedTruncatedNormal", "RandomShuffle", "StatelessMultinomial"],
    ),
    Missing::because("the windows are drawn at random each time", &["FractionalAvgPool", "FractionalMaxPool"]),
    Missing::because(
        "suppression is supported by boxes alone, not by a matrix of overlaps",
        &["NonMaxSuppressionWithOverlaps"],
    ),
    Missing::because(
        "what it takes of a picture depends on data for each picture",
        &["DrawBoundingBoxesV2", "ExtractGlimpse"],
    ),
    Missing::because(
        "rows of differing length are supported where they become a tensor only",
        &["RaggedTensorToSparse", "RaggedTensorToVariant", "SparseFillEmptyRows"],
    ),
    Missing::because("stacks of TensorFlow 1 belong to the gradients of loops", &["Stack"]),
    Missing::because("it stands for a value that only the gradient of a branch has", &["FakeParam"]),
    Missing::because("its value is in a region of memory outside of the file", &["ImmutableConst"]),
];
