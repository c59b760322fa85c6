//! The operators of the standard domain: name, versions, arities, attributes.
//!
//! Restated from the published operator sets of the ONNX project, opsets 1 to 28.

use crate::schema::{MANY, schemas};

schemas! { domain "", space "onnx.":
    Abs [1, 6, 13] (1, 1) -> (1, 1) {};
    Acos [7, 22] (1, 1) -> (1, 1) {};
    Acosh [9, 22] (1, 1) -> (1, 1) {};
    Add [1, 6, 7, 13, 14] (2, 2) -> (1, 1) {axis: Int, broadcast: Int};
    AffineGrid [20] (2, 2) -> (1, 1) {align_corners: Int};
    And [1, 7] (2, 2) -> (1, 1) {axis: Int, broadcast: Int};
    ArgMax [1, 11, 12, 13] (1, 1) -> (1, 1) {axis: Int, keepdims: Int, select_last_index: Int};
    ArgMin [1, 11, 12, 13] (1, 1) -> (1, 1) {axis: Int, keepdims: Int, select_last_index: Int};
    Asin [7, 22] (1, 1) -> (1, 1) {};
    Asinh [9, 22] (1, 1) -> (1, 1) {};
    Atan [7, 22] (1, 1) -> (1, 1) {};
    Atanh [9, 22] (1, 1) -> (1, 1) {};
    Attention [23, 24, 25] (3, 7) -> (1, 4) {
        is_causal: Int, kv_num_heads: Int, left_window_size: Int, q_num_heads: Int, qk_matmul_output_mode: Int,
        right_window_size: Int, scale: Float, softcap: Float, softmax_precision: Int
    };
    AveragePool [1, 7, 10, 11, 19, 22] (1, 1) -> (1, 1) {
        auto_pad: String, ceil_mode: Int, count_include_pad: Int, dilations: Ints, kernel_shape: required Ints,
        pads: Ints, strides: Ints
    };
    BatchNormalization [1, 6, 7, 9, 14, 15] (5, 5) -> (1, 5) {
        epsilon: Float, is_test: Int, momentum: Float, spatial: Int, training_mode: Int
    };
    Bernoulli [15, 22] (1, 1) -> (1, 1) {dtype: Int, seed: Float};
    BitCast [26] (1, 1) -> (1, 1) {to: required Int};
    BitShift [11, 28] (2, 2) -> (1, 1) {direction: required String};
    BitwiseAnd [18] (2, 2) -> (1, 1) {};
    BitwiseNot [18] (1, 1) -> (1, 1) {};
    BitwiseOr [18] (2, 2) -> (1, 1) {};
    BitwiseXor [18] (2, 2) -> (1, 1) {};
    BlackmanWindow [17] (1, 1) -> (1, 1) {output_datatype: Int, periodic: Int};
    Cast [1, 6, 9, 13, 19, 21, 23, 24, 25, 28] (1, 1) -> (1, 1) {
        round_mode: String, saturate: Int, to: required Any
    };
    CastLike [15, 19, 21, 23, 24, 25] (2, 2) -> (1, 1) {round_mode: String, saturate: Int};
    CausalConvWithState [27] (2, 4) -> (2, 2) {activation: String};
    Ceil [1, 6, 13] (1, 1) -> (1, 1) {};
    Celu [12, 28] (1, 1) -> (1, 1) {alpha: Float};
    CenterCropPad [18] (2, 2) -> (1, 1) {axes: Ints};
    Clip [1, 6, 11, 12, 13] (1, 3) -> (1, 1) {max: Float, min: Float};
    Col2Im [18] (3, 3) -> (1, 1) {dilations: Ints, pads: Ints, strides: Ints};
    Compress [9, 11, 28] (2, 2) -> (1, 1) {axis: Int};
    Concat [1, 4, 11, 13] (1, MANY) -> (1, 1) {axis: required Int};
    ConcatFromSequence [11] (1, 1) -> (1, 1) {axis: required Int, new_axis: Int};
    Constant [1, 9, 11, 12, 13, 19, 21, 23, 24, 25] (0, 0) -> (1, 1) {
        sparse_value: SparseTensor, value: Tensor, value_float: Float, value_floats: Floats, value_int: Int,
        value_ints: Ints, value_string: String, value_strings: Strings
    };
    ConstantOfShape [9, 20, 21, 23, 24, 25] (1, 1) -> (1, 1) {value: Tensor};
    Conv [1, 11, 22] (2, 3) -> (1, 1) {
        auto_pad: String, dilations: Ints, group: Int, kernel_shape: Ints, pads: Ints, strides: Ints
    };
    ConvInteger [10] (2, 4) -> (1, 1) {
        auto_pad: String, dilations: Ints, group: Int, kernel_shape: Ints, pads: Ints, strides: Ints
    };
    ConvTranspose [1, 11, 22] (2, 3) -> (1, 1) {
        auto_pad: String, dilations: Ints, group: Int, kernel_shape: Ints, output_padding: Ints, output_shape: Ints,
        pads: Ints, strides: Ints
    };
    Cos [7, 22] (1, 1) -> (1, 1) {};
    Cosh [9, 22] (1, 1) -> (1, 1) {};
    CumProd [26] (2, 2) -> (1, 1) {exclusive: Int, reverse: Int};
    CumSum [11, 14] (2, 2) -> (1, 1) {exclusive: Int, reverse: Int};
    DFT [17, 20] (1, 3) -> (1, 1) {axis: Int, inverse: Int, onesided: Int};
    DeformConv [19, 22] (3, 5) -> (1, 1) {
        dilations: Ints, group: Int, kernel_shape: Ints, offset_group: Int, pads: Ints, strides: Ints
    };
    DepthToSpace [1, 11, 13, 28] (1, 1) -> (1, 1) {blocksize: required Int, mode: String};
    DequantizeLinear [10, 13, 19, 21, 23, 24, 25, 28] (2, 3) -> (1, 1) {
        axis: Int, block_size: Int, output_dtype: Int
    };
    Det [11, 22] (1, 1) -> (1, 1) {};
    Div [1, 6, 7, 13, 14] (2, 2) -> (1, 1) {axis: Int, broadcast: Int};
    Dropout [1, 6, 7, 10, 12, 13, 22] (1, 3) -> (1, 2) {is_test: Int, ratio: Float, seed: Int};
    DynamicQuantizeLinear [11] (1, 1) -> (3, 3) {};
    Einsum [12, 28] (1, MANY) -> (1, 1) {equation: required String};
    Elu [1, 6, 22] (1, 1) -> (1, 1) {alpha: Float};
    Equal [1, 7, 11, 13, 19] (2, 2) -> (1, 1) {axis: Int, broadcast: Int};
    Erf [9, 13] (1, 1) -> (1, 1) {};
    Exp [1, 6, 13] (1, 1) -> (1, 1) {};
    Expand [8, 13] (2, 2) -> (1, 1) {};
    EyeLike [9, 22] (1, 1) -> (1, 1) {dtype: Int, k: Int};
    Flatten [1, 9, 11, 13, 21, 23, 24, 25] (1, 1) -> (1, 1) {axis: Int};
    Floor [1, 6, 13] (1, 1) -> (1, 1) {};
    GRU [1, 3, 7, 14, 22] (3, 6) -> (0, 2) {
        activation_alpha: Floats, activation_beta: Floats, activations: Strings, clip: Float, direction: String,
        hidden_size: Int, layout: Int, linear_before_reset: Int, output_sequence: Int
    };
    Gather [1, 11, 13] (2, 2) -> (1, 1) {axis: Int};
    GatherElements [11, 13] (2, 2) -> (1, 1) {axis: Int};
    GatherND [11, 12, 13] (2, 2) -> (1, 1) {batch_dims: Int};
    Gelu [20] (1, 1) -> (1, 1) {approximate: String};
    Gemm [1, 6, 7, 9, 11, 13] (2, 3) -> (1, 1) {alpha: Float, beta: Float, broadcast: Int, transA: Int, transB: Int};
    GlobalAveragePool [1, 22] (1, 1) -> (1, 1) {};
    GlobalLpPool [1, 2, 22] (1, 1) -> (1, 1) {p: Any};
    GlobalMaxPool [1, 22] (1, 1) -> (1, 1) {};
    Greater [1, 7, 9, 13] (2, 2) -> (1, 1) {axis: Int, broadcast: Int};
    GreaterOrEqual [12, 16] (2, 2) -> (1, 1) {};
    GridSample [16, 20, 22] (2, 2) -> (1, 1) {align_corners: Int, mode: String, padding_mode: String};
    GroupNormalization [18, 21] (3, 3) -> (1, 1) {epsilon: Float, num_groups: required Int, stash_type: Int};
    HammingWindow [17] (1, 1) -> (1, 1) {output_datatype: Int, periodic: Int};
    HannWindow [17] (1, 1) -> (1, 1) {output_datatype: Int, periodic: Int};
    HardSigmoid [1, 6, 22] (1, 1) -> (1, 1) {alpha: Float, beta: Float};
    HardSwish [14, 22] (1, 1) -> (1, 1) {};
    Hardmax [1, 11, 13] (1, 1) -> (1, 1) {axis: Int};
    Identity [1, 13, 14, 16, 19, 21, 23, 24, 25] (1, 1) -> (1, 1) {};
    If [1, 11, 13, 16, 19, 21, 23, 24, 25] (1, 1) -> (1, MANY) regions [then_branch, else_branch] {};
    ImageDecoder [20] (1, 1) -> (1, 1) {pixel_format: String};
    InstanceNormalization [1, 6, 22] (3, 3) -> (1, 1) {epsilon: Float};
    IsInf [10, 20] (1, 1) -> (1, 1) {detect_negative: Int, detect_positive: Int};
    IsNaN [9, 13, 20] (1, 1) -> (1, 1) {};
    LRN [1, 13] (1, 1) -> (1, 1) {alpha: Float, beta: Float, bias: Float, size: required Int};
    LSTM [1, 7, 14, 22] (3, 8) -> (0, 3) {
        activation_alpha: Floats, activation_beta: Floats, activations: Strings, clip: Float, direction: String,
        hidden_size: Int, input_forget: Int, layout: Int, output_sequence: Int
    };
    LayerNormalization [17] (2, 3) -> (1, 3) {axis: Int, epsilon: Float, stash_type: Int};
    LeakyRelu [1, 6, 16] (1, 1) -> (1, 1) {alpha: Float};
    Less [1, 7, 9, 13] (2, 2) -> (1, 1) {axis: Int, broadcast: Int};
    LessOrEqual [12, 16] (2, 2) -> (1, 1) {};
    LinearAttention [27] (3, 6) -> (2, 2) {
        chunk_size: Int, kv_num_heads: required Int, q_num_heads: required Int, scale: Float, update_rule: String
    };
    Log [1, 6, 13] (1, 1) -> (1, 1) {};
    LogSoftmax [1, 11, 13] (1, 1) -> (1, 1) {axis: Int};
    Loop [1, 11, 13, 16, 19, 21, 23, 24, 25] (2, MANY) -> (1, MANY) regions [body] {};
    LpNormalization [1, 22] (1, 1) -> (1, 1) {axis: Int, p: Int};
    LpPool [1, 2, 11, 18, 22] (1, 1) -> (1, 1) {
        auto_pad: String, ceil_mode: Int, dilations: Ints, kernel_shape: Ints, p: Any, pads: Ints, strides: Ints
    };
    MatMul [1, 9, 13] (2, 2) -> (1, 1) {};
    MatMulInteger [10] (2, 4) -> (1, 1) {};
    Max [1, 6, 8, 12, 13] (1, MANY) -> (1, 1) {};
    MaxPool [1, 8, 10, 11, 12, 22] (1, 1) -> (1, 2) {
        auto_pad: String, ceil_mode: Int, dilations: Ints, kernel_shape: required Ints, pads: Ints, storage_order: Int,
        strides: Ints
    };
    MaxRoiPool [1, 22] (2, 2) -> (1, 1) {pooled_shape: required Ints, spatial_scale: Float};
    MaxUnpool [9, 11, 22] (2, 3) -> (1, 1) {kernel_shape: required Ints, pads: Ints, strides: Ints};
    Mean [1, 6, 8, 13] (1, MANY) -> (1, 1) {};
    MeanVarianceNormalization [9, 13] (1, 1) -> (1, 1) {axes: Ints};
    MelWeightMatrix [17] (5, 5) -> (1, 1) {output_datatype: Int};
    Min [1, 6, 8, 12, 13] (1, MANY) -> (1, 1) {};
    Mish [18, 22] (1, 1) -> (1, 1) {};
    Mod [10, 13, 28] (2, 2) -> (1, 1) {fmod: Int};
    Mul [1, 6, 7, 13, 14] (2, 2) -> (1, 1) {axis: Int, broadcast: Int};
    Multinomial [7, 22] (1, 1) -> (1, 1) {dtype: Int, sample_size: Int, seed: Float};
    Neg [1, 6, 13] (1, 1) -> (1, 1) {};
    NegativeLogLikelihoodLoss [12, 13, 22] (2, 3) -> (1, 1) {ignore_index: Int, reduction: String};
    NonMaxSuppression [10, 11] (2, 5) -> (1, 1) {center_point_box: Int};
    NonZero [9, 13] (1, 1) -> (1, 1) {};
    Not [1] (1, 1) -> (1, 1) {};
    OneHot [9, 11, 28] (3, 3) -> (1, 1) {axis: Int};
    Optional [15, 28] (0, 1) -> (1, 1) {type: Type};
    OptionalGetElement [15, 18, 28] (1, 1) -> (1, 1) {};
    OptionalHasElement [15, 18, 28] (0, 1) -> (1, 1) {};
    Or [1, 7] (2, 2) -> (1, 1) {axis: Int, broadcast: Int};
    PRelu [1, 6, 7, 9, 16] (2, 2) -> (1, 1) {};
    Pad [1, 2, 11, 13, 18, 19, 21, 23, 24, 25] (1, 4) -> (1, 1) {
        mode: String, paddings: Ints, pads: Ints, value: Float
    };
    Pow [1, 7, 12, 13, 15] (2, 2) -> (1, 1) {axis: Int, broadcast: Int};
    QLinearConv [10] (8, 9) -> (1, 1) {
        auto_pad: String, dilations: Ints, group: Int, kernel_shape: Ints, pads: Ints, strides: Ints
    };
    QLinearMatMul [10, 21] (8, 8) -> (1, 1) {};
    QuantizeLinear [10, 13, 19, 21, 23, 24, 25, 28] (2, 3) -> (1, 1) {
        axis: Int, block_size: Int, output_dtype: Int, precision: Int, saturate: Int
    };
    RMSNormalization [23] (2, 2) -> (1, 1) {axis: Int, epsilon: Float, stash_type: Int};
    RNN [1, 7, 14, 22] (3, 6) -> (0, 2) {
        activation_alpha: Floats, activation_beta: Floats, activations: Strings, clip: Float, direction: String,
        hidden_size: Int, layout: Int, output_sequence: Int
    };
    RandomNormal [1, 22] (0, 0) -> (1, 1) {dtype: Int, mean: Float, scale: Float, seed: Float, shape: required Ints};
    RandomNormalLike [1, 22] (1, 1) -> (1, 1) {dtype: Int, mean: Float, scale: Float, seed: Float};
    RandomUniform [1, 22] (0, 0) -> (1, 1) {dtype: Int, high: Float, low: Float, seed: Float, shape: required Ints};
    RandomUniformLike [1, 22] (1, 1) -> (1, 1) {dtype: Int, high: Float, low: Float, seed: Float};
    Range [11, 27] (3, 3) -> (1, 1) {stash_type: Int};
    Reciprocal [1, 6, 13] (1, 1) -> (1, 1) {};
    ReduceL1 [1, 11, 13, 18] (1, 2) -> (1, 1) {axes: Ints, keepdims: Int, noop_with_empty_axes: Int};
    ReduceL2 [1, 11, 13, 18] (1, 2) -> (1, 1) {axes: Ints, keepdims: Int, noop_with_empty_axes: Int};
    ReduceLogSum [1, 11, 13, 18, 28] (1, 2) -> (1, 1) {axes: Ints, keepdims: Int, noop_with_empty_axes: Int};
    ReduceLogSumExp [1, 11, 13, 18, 28] (1, 2) -> (1, 1) {axes: Ints, keepdims: Int, noop_with_empty_axes: Int};
    ReduceMax [1, 11, 12, 13, 18, 20] (1, 2) -> (1, 1) {axes: Ints, keepdims: Int, noop_with_empty_axes: Int};
    ReduceMean [1, 11, 13, 18] (1, 2) -> (1, 1) {axes: Ints, keepdims: Int, noop_with_empty_axes: Int};
    ReduceMin [1, 11, 12, 13, 18, 20] (1, 2) -> (1, 1) {axes: Ints, keepdims: Int, noop_with_empty_axes: Int};
    ReduceProd [1, 11, 13, 18] (1, 2) -> (1, 1) {axes: Ints, keepdims: Int, noop_with_empty_axes: Int};
    ReduceSum [1, 11, 13] (1, 2) -> (1, 1) {axes: Ints, keepdims: Int, noop_with_empty_axes: Int};
    ReduceSumSquare [1, 11, 13, 18] (1, 2) -> (1, 1) {axes: Ints, keepdims: Int, noop_with_empty_axes: Int};
    RegexFullMatch [20] (1, 1) -> (1, 1) {pattern: String};
    Relu [1, 6, 13, 14] (1, 1) -> (1, 1) {};
    Reshape [1, 5, 13, 14, 19, 21, 23, 24, 25] (1, 2) -> (1, 1) {allowzero: Int, shape: Ints};
    Resize [10, 11, 13, 18, 19] (1, 4) -> (1, 1) {
        antialias: Int, axes: Ints, coordinate_transformation_mode: String, cubic_coeff_a: Float, exclude_outside:
        Int, extrapolation_value: Float, keep_aspect_ratio_policy: String, mode: String, nearest_mode: String
    };
    ReverseSequence [10, 28] (2, 2) -> (1, 1) {batch_axis: Int, time_axis: Int};
    RoiAlign [10, 16, 22] (3, 3) -> (1, 1) {
        coordinate_transformation_mode: String, mode: String, output_height: Int, output_width: Int, sampling_ratio:
        Int, spatial_scale: Float
    };
    RotaryEmbedding [23] (3, 4) -> (1, 1) {interleaved: Int, num_heads: Int, rotary_embedding_dim: Int};
    Round [11, 22] (1, 1) -> (1, 1) {};
    STFT [17] (2, 4) -> (1, 1) {onesided: Int};
    Scan [8, 9, 11, 16, 19, 21, 23, 24, 25] (1, MANY) -> (1, MANY) regions [body] {
        directions: Ints, num_scan_inputs: required Int, scan_input_axes: Ints, scan_input_directions: Ints,
        scan_output_axes: Ints, scan_output_directions: Ints
    };
    Scatter [9] until 11 (3, 3) -> (1, 1) {axis: Int};
    ScatterElements [11, 13, 16, 18] (3, 3) -> (1, 1) {axis: Int, reduction: String};
    ScatterND [11, 13, 16, 18] (3, 3) -> (1, 1) {reduction: String};
    Selu [1, 6, 22] (1, 1) -> (1, 1) {alpha: Float, gamma: Float};
    SequenceAt [11] (2, 2) -> (1, 1) {};
    SequenceConstruct [11] (1, MANY) -> (1, 1) {};
    SequenceEmpty [11] (0, 0) -> (1, 1) {dtype: Int};
    SequenceErase [11] (1, 2) -> (1, 1) {};
    SequenceInsert [11] (2, 3) -> (1, 1) {};
    SequenceLength [11] (1, 1) -> (1, 1) {};
    SequenceMap [17] (1, MANY) -> (1, MANY) regions [body] {};
    Shape [1, 13, 15, 19, 21, 23, 24, 25] (1, 1) -> (1, 1) {end: Int, start: Int};
    Shrink [9] (1, 1) -> (1, 1) {bias: Float, lambd: Float};
    Sigmoid [1, 6, 13] (1, 1) -> (1, 1) {};
    Sign [9, 13] (1, 1) -> (1, 1) {};
    SimplifiedLayerNormalization [1] (2, 2) -> (1, 2) {axis: Int, epsilon: Float, stash_type: Int};
    Sin [7, 22] (1, 1) -> (1, 1) {};
    Sinh [9, 22] (1, 1) -> (1, 1) {};
    Size [1, 13, 19, 21, 23, 24, 25] (1, 1) -> (1, 1) {};
    Slice [1, 10, 11, 13] (1, 5) -> (1, 1) {axes: Ints, ends: Ints, starts: Ints};
    Softmax [1, 11, 13] (1, 1) -> (1, 1) {axis: Int};
    SoftmaxCrossEntropyLoss [12, 13] (2, 3) -> (1, 2) {ignore_index: Int, reduction: String};
    Softplus [1, 22] (1, 1) -> (1, 1) {};
    Softsign [1, 22] (1, 1) -> (1, 1) {};
    SpaceToDepth [1, 13, 28] (1, 1) -> (1, 1) {blocksize: required Int, mode: String};
    Split [1, 2, 11, 13, 18] (1, 2) -> (1, MANY) {axis: Int, num_outputs: Int, split: Ints};
    SplitToSequence [11, 24] (1, 2) -> (1, 1) {axis: Int, keepdims: Int};
    Sqrt [1, 6, 13] (1, 1) -> (1, 1) {};
    Squeeze [1, 11, 13, 21, 23, 24, 25] (1, 2) -> (1, 1) {axes: Ints};
    StringConcat [20] (2, 2) -> (1, 1) {};
    StringNormalizer [10] (1, 1) -> (1, 1) {
        case_change_action: String, is_case_sensitive: Int, locale: String, stopwords: Strings
    };
    StringSplit [20] (1, 1) -> (2, 2) {delimiter: String, maxsplit: Int};
    Sub [1, 6, 7, 13, 14] (2, 2) -> (1, 1) {axis: Int, broadcast: Int};
    Sum [1, 6, 8, 13] (1, MANY) -> (1, 1) {};
    SwiGLU [28] (2, 2) -> (1, 1) {alpha: Float};
    Swish [24] (1, 1) -> (1, 1) {alpha: Float};
    Tan [7, 22] (1, 1) -> (1, 1) {};
    Tanh [1, 6, 13] (1, 1) -> (1, 1) {};
    TensorScatter [24] (2, 3) -> (1, 1) {axis: Int, mode: String};
    TfIdfVectorizer [9] (1, 1) -> (1, 1) {
        max_gram_length: required Int, max_skip_count: required Int, min_gram_length: required Int, mode: required
        String, ngram_counts: required Ints, ngram_indexes: required Ints, pool_int64s: Ints, pool_strings: Strings,
        weights: Floats
    };
    ThresholdedRelu [10, 22] (1, 1) -> (1, 1) {alpha: Float};
    Tile [1, 6, 13] (2, 3) -> (1, 1) {};
    TopK [1, 10, 11, 24] (1, 2) -> (2, 2) {axis: Int, k: Int, largest: Int, sorted: Int};
    Transpose [1, 13, 21, 23, 24, 25] (1, 1) -> (1, 1) {perm: Ints};
    Trilu [14] (1, 2) -> (1, 1) {upper: Int};
    Unique [11, 28] (1, 1) -> (1, 4) {axis: Int, sorted: Int};
    Unsqueeze [1, 11, 13, 21, 23, 24, 25] (1, 2) -> (1, 1) {axes: Ints};
    Upsample [1, 7, 9] until 10 (1, 2) -> (1, 1) {
        height_scale: Float, mode: String, scales: Floats, width_scale: Float
    };
    Where [9, 16] (3, 3) -> (1, 1) {};
    Xor [1, 7] (2, 2) -> (1, 1) {axis: Int, broadcast: Int};
}
