//! Operators of the domain `com.microsoft`, which onnxruntime defines and exporters of language models use.
//!
//! Restated from onnxruntime's published list of contributed operators.

use crate::schema::{MANY, schemas};

schemas! { domain "com.microsoft", space "onnx.com.microsoft.":
    Attention [1] (2, 7) -> (1, 2) {
        do_rotary: Int, mask_filter_value: Float, num_heads: required Int, past_present_share_buffer: Int,
        qkv_hidden_sizes: Ints, rotary_embedding_dim: Int, scale: Float, unidirectional: Int
    };
    BiasGelu [1] (2, 2) -> (1, 1) {};
    BiasSoftmax [1] (2, 2) -> (1, 1) {axis: Int, is_inner_broadcast: required Int};
    DequantizeLinear [1] (2, 3) -> (1, 1) {axis: Int, block_size: Int};
    DynamicQuantizeLSTM [1] (12, 12) -> (0, 3) {
        activation_alpha: Floats, activation_beta: Floats, activations: Strings, clip: Float, direction: String,
        hidden_size: Int, input_forget: Int
    };
    DynamicQuantizeMatMul [1] (3, 5) -> (1, 1) {};
    EmbedLayerNormalization [1] (7, 9) -> (2, 3) {epsilon: Float, mask_index_type: Int};
    FastGelu [1] (1, 2) -> (1, 1) {};
    FusedConv [1] (2, 4) -> (1, 1) {
        activation: String, activation_params: Floats, auto_pad: String, dilations: Ints, group: Int, kernel_shape:
        Ints, pads: Ints, strides: Ints
    };
    FusedMatMul [1] (2, 2) -> (1, 1) {alpha: Float, transA: Int, transB: Int, transBatchA: Int, transBatchB: Int};
    GatherBlockQuantized [1] (3, 4) -> (1, 1) {
        bits: Int, block_size: Int, gather_axis: Int, quantize_axis: Int
    };
    GatherND [1] (2, 2) -> (1, 1) {};
    Gelu [1] (1, 1) -> (1, 1) {};
    GroupQueryAttention [1] (7, 14) -> (1, 4) {
        do_rotary: Int, k_quant_type: String, kv_cache_bit_width: Int, kv_num_heads: required Int, local_window_size: Int,
        num_heads: required Int, qk_output: Int, rotary_interleaved: Int, scale: Float, smooth_softmax: Int, softcap: Float,
        v_quant_type: String
    };
    Inverse [1] (1, 1) -> (1, 1) {};
    Irfft [1] (1, 1) -> (1, 1) {normalized: required Int, onesided: required Int, signal_ndim: required Int};
    MatMulIntegerToFloat [1] (4, 7) -> (1, 1) {};
    MatMulNBits [1] (3, 6) -> (1, 1) {
        K: required Int, N: required Int, accuracy_level: Int, bits: Int, block_size: required Int
    };
    MultiHeadAttention [1] (1, 10) -> (1, 4) {
        mask_filter_value: Float, num_heads: required Int, scale: Float, unidirectional: Int
    };
    NhwcMaxPool [1] (1, 1) -> (1, 1) {
        auto_pad: String, ceil_mode: Int, dilations: Ints, kernel_shape: required Ints, pads: Ints, strides: Ints
    };
    Pad [1] (2, 3) -> (1, 1) {mode: String};
    QAttention [1] (5, 9) -> (1, 2) {
        do_rotary: Int, mask_filter_value: Float, num_heads: required Int, past_present_share_buffer: Int,
        scale: Float, unidirectional: Int
    };
    QGemm [1] (6, 9) -> (1, 1) {alpha: Float, transA: Int, transB: Int};
    QLinearAdd [1] (7, 8) -> (1, 1) {};
    QLinearAveragePool [1] (4, 5) -> (1, 1) {
        auto_pad: String, ceil_mode: Int, channels_last: Int, count_include_pad: Int, kernel_shape: required Ints, pads: Ints,
        strides: Ints
    };
    QLinearConcat [1] (3, MANY) -> (1, 1) {axis: required Int};
    QLinearGlobalAveragePool [1] (5, 5) -> (1, 1) {channels_last: Int};
    QLinearLeakyRelu [1] (4, 5) -> (1, 1) {alpha: Float};
    QLinearMul [1] (7, 8) -> (1, 1) {};
    QLinearSigmoid [1] (4, 5) -> (1, 1) {};
    QLinearSoftmax [1] (5, 5) -> (1, 1) {axis: Int, opset: required Int};
    QuantizeLinear [1] (2, 3) -> (1, 1) {axis: Int, block_size: Int};
    QuickGelu [1] (1, 1) -> (1, 1) {alpha: Float};
    Range [1] (2, 3) -> (1, 1) {};
    Rfft [1] (1, 1) -> (1, 1) {normalized: required Int, onesided: required Int, signal_ndim: required Int};
    RotaryEmbedding [1] (4, 4) -> (1, 1) {
        interleaved: Int, is_packed_batching: Int, num_heads: Int, rotary_embedding_dim: Int, scale: Float
    };
    SkipLayerNormalization [1] (3, 5) -> (1, 4) {epsilon: Float};
    SkipSimplifiedLayerNormalization [1] (3, 4) -> (1, 4) {epsilon: Float};
    Trilu [1] (1, 2) -> (1, 1) {upper: Int};
}
