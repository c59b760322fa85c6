//! Operators of the domain `com.microsoft`, which onnxruntime defines and exporters of language models use.
//!
//! Restated from onnxruntime's published list of contributed operators.

use crate::schema::schemas;

schemas! { domain "com.microsoft", space "onnx.com.microsoft.":
    GatherBlockQuantized [1] (3, 4) -> (1, 1) {
        bits: Int, block_size: Int, gather_axis: Int, quantize_axis: Int
    };
    MatMulNBits [1] (3, 6) -> (1, 1) {
        K: required Int, N: required Int, accuracy_level: Int, bits: Int, block_size: required Int
    };
}
