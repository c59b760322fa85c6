//! The operators of the domain `ai.onnx.ml`: name, versions, arities, attributes.
//!
//! Restated from the published operator sets of the ONNX project, opsets 1 to 28.

use crate::schema::{MANY, schemas};

schemas! { domain "ai.onnx.ml", space "onnx.ai.onnx.ml.":
    ArrayFeatureExtractor [1] (2, 2) -> (1, 1) {};
    Binarizer [1] (1, 1) -> (1, 1) {threshold: Float};
    CastMap [1] (1, 1) -> (1, 1) {cast_to: String, map_form: String, max_map: Int};
    CategoryMapper [1] (1, 1) -> (1, 1) {
        cats_int64s: Ints, cats_strings: Strings, default_int64: Int, default_string: String
    };
    DictVectorizer [1] (1, 1) -> (1, 1) {int64_vocabulary: Ints, string_vocabulary: Strings};
    FeatureVectorizer [1] (1, MANY) -> (1, 1) {inputdimensions: Ints};
    Imputer [1] (1, 1) -> (1, 1) {
        imputed_value_floats: Floats, imputed_value_int64s: Ints, replaced_value_float: Float, replaced_value_int64:
        Int
    };
    LabelEncoder [1, 2, 4] (1, 1) -> (1, 1) {
        classes_strings: Strings, default_float: Float, default_int64: Int, default_string: String, default_tensor:
        Tensor, keys_floats: Floats, keys_int64s: Ints, keys_strings: Strings, keys_tensor: Tensor, values_floats:
        Floats, values_int64s: Ints, values_strings: Strings, values_tensor: Tensor
    };
    LinearClassifier [1] (1, 1) -> (2, 2) {
        classlabels_ints: Ints, classlabels_strings: Strings, coefficients: required Floats, intercepts: Floats,
        multi_class: Int, post_transform: String
    };
    LinearRegressor [1] (1, 1) -> (1, 1) {
        coefficients: Floats, intercepts: Floats, post_transform: String, targets: Int
    };
    Normalizer [1] (1, 1) -> (1, 1) {norm: String};
    OneHotEncoder [1] (1, 1) -> (1, 1) {cats_int64s: Ints, cats_strings: Strings, zeros: Int};
    SVMClassifier [1] (1, 1) -> (2, 2) {
        classlabels_ints: Ints, classlabels_strings: Strings, coefficients: Floats, kernel_params: Floats,
        kernel_type: String, post_transform: String, prob_a: Floats, prob_b: Floats, rho: Floats, support_vectors:
        Floats, vectors_per_class: Ints
    };
    SVMRegressor [1] (1, 1) -> (1, 1) {
        coefficients: Floats, kernel_params: Floats, kernel_type: String, n_supports: Int, one_class: Int,
        post_transform: String, rho: Floats, support_vectors: Floats
    };
    Scaler [1] (1, 1) -> (1, 1) {offset: Floats, scale: Floats};
    TreeEnsemble [5] (1, 1) -> (1, 1) {
        aggregate_function: Int, leaf_targetids: required Ints, leaf_weights: required Tensor, membership_values:
        Tensor, n_targets: Int, nodes_falseleafs: required Ints, nodes_falsenodeids: required Ints, nodes_featureids:
        required Ints, nodes_hitrates: Tensor, nodes_missing_value_tracks_true: Ints, nodes_modes: required Tensor,
        nodes_splits: required Tensor, nodes_trueleafs: required Ints, nodes_truenodeids: required Ints,
        post_transform: Int, tree_roots: required Ints
    };
    TreeEnsembleClassifier [1, 3] until 5 (1, 1) -> (2, 2) {
        base_values: Floats, base_values_as_tensor: Tensor, class_ids: Ints, class_nodeids: Ints, class_treeids: Ints,
        class_weights: Floats, class_weights_as_tensor: Tensor, classlabels_int64s: Ints, classlabels_strings:
        Strings, nodes_falsenodeids: Ints, nodes_featureids: Ints, nodes_hitrates: Floats, nodes_hitrates_as_tensor:
        Tensor, nodes_missing_value_tracks_true: Ints, nodes_modes: Strings, nodes_nodeids: Ints, nodes_treeids: Ints,
        nodes_truenodeids: Ints, nodes_values: Floats, nodes_values_as_tensor: Tensor, post_transform: String
    };
    TreeEnsembleRegressor [1, 3] until 5 (1, 1) -> (1, 1) {
        aggregate_function: String, base_values: Floats, base_values_as_tensor: Tensor, n_targets: Int,
        nodes_falsenodeids: Ints, nodes_featureids: Ints, nodes_hitrates: Floats, nodes_hitrates_as_tensor: Tensor,
        nodes_missing_value_tracks_true: Ints, nodes_modes: Strings, nodes_nodeids: Ints, nodes_treeids: Ints,
        nodes_truenodeids: Ints, nodes_values: Floats, nodes_values_as_tensor: Tensor, post_transform: String,
        target_ids: Ints, target_nodeids: Ints, target_treeids: Ints, target_weights: Floats,
        target_weights_as_tensor: Tensor
    };
    ZipMap [1] (1, 1) -> (1, 1) {classlabels_int64s: Ints, classlabels_strings: Strings};
}
