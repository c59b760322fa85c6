//! The operators of the domain `ai.onnx.preview.training`: name, versions, arities, attributes.
//!
//! Restated from the published operator sets of the ONNX project, opsets 1 to 28.

use crate::schema::{MANY, schemas};

schemas! { domain "ai.onnx.preview.training", space "onnx.ai.onnx.preview.training.":
    Adagrad [1] (3, MANY) -> (1, MANY) {decay_factor: Float, epsilon: Float, norm_coefficient: Float};
    Adam [1] (3, MANY) -> (1, MANY) {
        alpha: Float, beta: Float, epsilon: Float, norm_coefficient: Float, norm_coefficient_post: Float
    };
    Gradient [1] (1, MANY) -> (1, MANY) {xs: required Strings, y: required String, zs: Strings};
    Momentum [1] (3, MANY) -> (1, MANY) {
        alpha: required Float, beta: required Float, mode: required String, norm_coefficient: required Float
    };
}
