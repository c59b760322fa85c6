//! The operators of the domain `ai.onnx.preview`: name, versions, arities, attributes.
//!
//! Restated from the published operator sets of the ONNX project, opsets 1 to 28.

use crate::schema::schemas;

schemas! { domain "ai.onnx.preview", space "onnx.ai.onnx.preview.":
    FlexAttention [1] (3, 3) -> (1, 1) optional_regions [prob_mod, score_mod] {scale: Float, softmax_precision: Int};
}
