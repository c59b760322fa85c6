//! The operators: number, name, options.
//!
//! Restated from the published schema of the file format, version 3. Number 32 is not an operator but says that one is
//! custom; 51 and 127 never stand in files.

use crate::schema::{Options, Schema, definition, find_options};
use kiln_ir::OpDefinition;

macro_rules! operators {
    (@options) => {
        None
    };
    (@options $options:ident) => {
        Some(find_options(stringify!($options)))
    };
    ($($code:literal $name:ident $($options:ident)?;)*) => {
        /// The rows of the dialect.
        pub(crate) static DEFINITIONS: &[OpDefinition] = &[$(definition(
            concat!("tflite.", stringify!($name)),
            concat!("The operator `", stringify!($name), "` of TensorFlow Lite."),
            operators!(@options $($options)?),
        )),*];

        const ROWS: &[(i32, &str, Option<&Options>)] =
            &[$(($code, stringify!($name), operators!(@options $($options)?))),*];

        /// The operators, sorted by number.
        pub(crate) static SCHEMAS: [Schema; ROWS.len()] = {
            let mut schemas =
                [Schema { code: None, name: "", options: None, definition: &OpDefinition::EMPTY }; ROWS.len()];
            let mut index = 0;
            while index < ROWS.len() {
                let (code, name, options) = ROWS[index];
                schemas[index] = Schema { code: Some(code), name, options, definition: &DEFINITIONS[index] };
                index += 1;
            }
            schemas
        };
    };
}

operators! {
    0 ADD AddOptions;
    1 AVERAGE_POOL_2D Pool2DOptions;
    2 CONCATENATION ConcatenationOptions;
    3 CONV_2D Conv2DOptions;
    4 DEPTHWISE_CONV_2D DepthwiseConv2DOptions;
    5 DEPTH_TO_SPACE DepthToSpaceOptions;
    6 DEQUANTIZE;
    7 EMBEDDING_LOOKUP;
    8 FLOOR;
    9 FULLY_CONNECTED FullyConnectedOptions;
    10 HASHTABLE_LOOKUP;
    11 L2_NORMALIZATION L2NormOptions;
    12 L2_POOL_2D Pool2DOptions;
    13 LOCAL_RESPONSE_NORMALIZATION LocalResponseNormalizationOptions;
    14 LOGISTIC;
    15 LSH_PROJECTION LSHProjectionOptions;
    16 LSTM LSTMOptions;
    17 MAX_POOL_2D Pool2DOptions;
    18 MUL MulOptions;
    19 RELU;
    20 RELU_N1_TO_1;
    21 RELU6;
    22 RESHAPE ReshapeOptions;
    23 RESIZE_BILINEAR ResizeBilinearOptions;
    24 RNN RNNOptions;
    25 SOFTMAX SoftmaxOptions;
    26 SPACE_TO_DEPTH SpaceToDepthOptions;
    27 SVDF SVDFOptions;
    28 TANH;
    29 CONCAT_EMBEDDINGS ConcatEmbeddingsOptions;
    30 SKIP_GRAM SkipGramOptions;
    31 CALL CallOptions;
    33 EMBEDDING_LOOKUP_SPARSE EmbeddingLookupSparseOptions;
    34 PAD;
    35 UNIDIRECTIONAL_SEQUENCE_RNN SequenceRNNOptions;
    36 GATHER GatherOptions;
    37 BATCH_TO_SPACE_ND;
    38 SPACE_TO_BATCH_ND;
    39 TRANSPOSE;
    40 MEAN ReducerOptions;
    41 SUB SubOptions;
    42 DIV DivOptions;
    43 SQUEEZE SqueezeOptions;
    44 UNIDIRECTIONAL_SEQUENCE_LSTM UnidirectionalSequenceLSTMOptions;
    45 STRIDED_SLICE StridedSliceOptions;
    46 BIDIRECTIONAL_SEQUENCE_RNN BidirectionalSequenceRNNOptions;
    47 EXP;
    48 TOPK_V2;
    49 SPLIT SplitOptions;
    50 LOG_SOFTMAX;
    52 BIDIRECTIONAL_SEQUENCE_LSTM BidirectionalSequenceLSTMOptions;
    53 CAST CastOptions;
    54 PRELU;
    55 MAXIMUM;
    56 ARG_MAX ArgMaxOptions;
    57 MINIMUM;
    58 LESS;
    59 NEG;
    60 PADV2;
    61 GREATER;
    62 GREATER_EQUAL;
    63 LESS_EQUAL;
    64 SELECT;
    65 SLICE;
    66 SIN;
    67 TRANSPOSE_CONV TransposeConvOptions;
    68 SPARSE_TO_DENSE SparseToDenseOptions;
    69 TILE;
    70 EXPAND_DIMS;
    71 EQUAL;
    72 NOT_EQUAL;
    73 LOG;
    74 SUM ReducerOptions;
    75 SQRT;
    76 RSQRT;
    77 SHAPE ShapeOptions;
    78 POW;
    79 ARG_MIN ArgMinOptions;
    80 FAKE_QUANT FakeQuantOptions;
    81 REDUCE_PROD ReducerOptions;
    82 REDUCE_MAX ReducerOptions;
    83 PACK PackOptions;
    84 LOGICAL_OR;
    85 ONE_HOT OneHotOptions;
    86 LOGICAL_AND;
    87 LOGICAL_NOT;
    88 UNPACK UnpackOptions;
    89 REDUCE_MIN ReducerOptions;
    90 FLOOR_DIV;
    91 REDUCE_ANY ReducerOptions;
    92 SQUARE;
    93 ZEROS_LIKE;
    94 FILL;
    95 FLOOR_MOD;
    96 RANGE;
    97 RESIZE_NEAREST_NEIGHBOR ResizeNearestNeighborOptions;
    98 LEAKY_RELU LeakyReluOptions;
    99 SQUARED_DIFFERENCE;
    100 MIRROR_PAD MirrorPadOptions;
    101 ABS;
    102 SPLIT_V SplitVOptions;
    103 UNIQUE UniqueOptions;
    104 CEIL;
    105 REVERSE_V2;
    106 ADD_N;
    107 GATHER_ND;
    108 COS;
    109 WHERE;
    110 RANK;
    111 ELU;
    112 REVERSE_SEQUENCE ReverseSequenceOptions;
    113 MATRIX_DIAG;
    114 QUANTIZE;
    115 MATRIX_SET_DIAG;
    116 ROUND;
    117 HARD_SWISH;
    118 IF IfOptions;
    119 WHILE WhileOptions;
    120 NON_MAX_SUPPRESSION_V4;
    121 NON_MAX_SUPPRESSION_V5;
    122 SCATTER_ND;
    123 SELECT_V2;
    124 DENSIFY;
    125 SEGMENT_SUM;
    126 BATCH_MATMUL BatchMatMulOptions;
    128 CUMSUM CumsumOptions;
    129 CALL_ONCE CallOnceOptions;
    130 BROADCAST_TO;
    131 RFFT2D;
    132 CONV_3D Conv3DOptions;
    133 IMAG;
    134 REAL;
    135 COMPLEX_ABS;
    136 HASHTABLE HashtableOptions;
    137 HASHTABLE_FIND;
    138 HASHTABLE_IMPORT;
    139 HASHTABLE_SIZE;
    140 REDUCE_ALL ReducerOptions;
    141 CONV_3D_TRANSPOSE Conv3DOptions;
    142 VAR_HANDLE VarHandleOptions;
    143 READ_VARIABLE;
    144 ASSIGN_VARIABLE;
    145 BROADCAST_ARGS;
    146 RANDOM_STANDARD_NORMAL RandomOptions;
    147 BUCKETIZE BucketizeOptions;
    148 RANDOM_UNIFORM RandomOptions;
    149 MULTINOMIAL RandomOptions;
    150 GELU GeluOptions;
    151 DYNAMIC_UPDATE_SLICE;
    152 RELU_0_TO_1;
    153 UNSORTED_SEGMENT_PROD;
    154 UNSORTED_SEGMENT_MAX;
    155 UNSORTED_SEGMENT_SUM;
    156 ATAN2;
    157 UNSORTED_SEGMENT_MIN;
    158 SIGN;
    159 BITCAST;
    160 BITWISE_XOR;
    161 RIGHT_SHIFT;
    162 STABLEHLO_LOGISTIC;
    163 STABLEHLO_ADD;
    164 STABLEHLO_DIVIDE;
    165 STABLEHLO_MULTIPLY;
    166 STABLEHLO_MAXIMUM;
    167 STABLEHLO_RESHAPE;
    168 STABLEHLO_CLAMP;
    169 STABLEHLO_CONCATENATE StablehloConcatenateOptions;
    170 STABLEHLO_BROADCAST_IN_DIM StablehloBroadcastInDimOptions;
    171 STABLEHLO_CONVOLUTION StablehloConvolutionOptions;
    172 STABLEHLO_SLICE StablehloSliceOptions;
    173 STABLEHLO_CUSTOM_CALL StablehloCustomCallOptions;
    174 STABLEHLO_REDUCE StablehloReduceOptions;
    175 STABLEHLO_ABS;
    176 STABLEHLO_AND;
    177 STABLEHLO_COSINE;
    178 STABLEHLO_EXPONENTIAL;
    179 STABLEHLO_FLOOR;
    180 STABLEHLO_LOG;
    181 STABLEHLO_MINIMUM;
    182 STABLEHLO_NEGATE;
    183 STABLEHLO_OR;
    184 STABLEHLO_POWER;
    185 STABLEHLO_REMAINDER;
    186 STABLEHLO_RSQRT;
    187 STABLEHLO_SELECT;
    188 STABLEHLO_SUBTRACT;
    189 STABLEHLO_TANH;
    190 STABLEHLO_SCATTER StablehloScatterOptions;
    191 STABLEHLO_COMPARE StablehloCompareOptions;
    192 STABLEHLO_CONVERT;
    193 STABLEHLO_DYNAMIC_SLICE StablehloDynamicSliceOptions;
    194 STABLEHLO_DYNAMIC_UPDATE_SLICE;
    195 STABLEHLO_PAD StablehloPadOptions;
    196 STABLEHLO_IOTA StablehloIotaOptions;
    197 STABLEHLO_DOT_GENERAL StablehloDotGeneralOptions;
    198 STABLEHLO_REDUCE_WINDOW StablehloReduceWindowOptions;
    199 STABLEHLO_SORT StablehloSortOptions;
    200 STABLEHLO_WHILE StablehloWhileOptions;
    201 STABLEHLO_GATHER StablehloGatherOptions;
    202 STABLEHLO_TRANSPOSE StablehloTransposeOptions;
    203 DILATE;
    204 STABLEHLO_RNG_BIT_GENERATOR StablehloRngBitGeneratorOptions;
    205 REDUCE_WINDOW ReduceWindowOptions;
    206 STABLEHLO_COMPOSITE StableHLOCompositeOptions;
    207 STABLEHLO_SHIFT_LEFT;
    208 STABLEHLO_CBRT;
    209 STABLEHLO_CASE StablehloCaseOptions;
}
