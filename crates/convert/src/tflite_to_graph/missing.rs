//! The operators that have no row, and why.

use crate::conversion::missing::Missing;

pub(crate) const MISSING: &[Missing] = &[
    Missing::because("its results are random", &["MULTINOMIAL", "RANDOM_STANDARD_NORMAL", "RANDOM_UNIFORM"]),
    Missing::because(
        "it works on strings or on tables of them, which models of TensorFlow Lite have no other use for",
        &["HASHTABLE_IMPORT", "HASHTABLE_LOOKUP", "SKIP_GRAM"],
    ),
    Missing::because(
        "it is an operator of the schema that TensorFlow Lite has no kernel of",
        &["CONCAT_EMBEDDINGS", "STABLEHLO_CUSTOM_CALL"],
    ),
    Missing::because(
        "there is no conversion of this operator yet",
        &[
            "EMBEDDING_LOOKUP_SPARSE",
            "LSH_PROJECTION",
            "LSTM",
            "Landmarks2TransformMatrix",
            "MaxPoolingWithArgmax2D",
            "MaxUnpooling2D",
            "REDUCE_WINDOW",
            "STABLEHLO_CASE",
            "STABLEHLO_CBRT",
            "STABLEHLO_CONVOLUTION",
            "STABLEHLO_DOT_GENERAL",
            "STABLEHLO_DYNAMIC_SLICE",
            "STABLEHLO_DYNAMIC_UPDATE_SLICE",
            "STABLEHLO_GATHER",
            "STABLEHLO_PAD",
            "STABLEHLO_REDUCE",
            "STABLEHLO_REDUCE_WINDOW",
            "STABLEHLO_RNG_BIT_GENERATOR",
            "STABLEHLO_SCATTER",
            "STABLEHLO_SORT",
            "TransformLandmarks",
            "TransformTensorBilinear",
            "UNIQUE",
        ],
    ),
];
