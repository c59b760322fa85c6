//! Configurations of all versions with the names of Keras 3: one table of classes, one of entries, and what is no mere name.

use crate::layer::Layer;
use crate::model::Reading;
use serde_json::{Value as Json, json};

/// Classes that have other names in Keras 3.
const CLASSES: &[(&str, &str)] = &[
    ("AtrousConvolution1D", "Conv1D"),
    ("AtrousConvolution2D", "Conv2D"),
    ("AtrousConv1D", "Conv1D"),
    ("AtrousConv2D", "Conv2D"),
    ("BatchNormalizationV1", "BatchNormalization"),
    ("BatchNormalizationV2", "BatchNormalization"),
    ("SyncBatchNormalization", "BatchNormalization"),
    ("Convolution1D", "Conv1D"),
    ("Convolution2D", "Conv2D"),
    ("Convolution2DTranspose", "Conv2DTranspose"),
    ("Convolution3D", "Conv3D"),
    ("Convolution3DTranspose", "Conv3DTranspose"),
    ("Deconvolution2D", "Conv2DTranspose"),
    ("Deconvolution3D", "Conv3DTranspose"),
    ("DropoutV1", "Dropout"),
    ("GRUV1", "GRU"),
    ("GRUV2", "GRU"),
    ("LSTMV1", "LSTM"),
    ("LSTMV2", "LSTM"),
    ("GRUCellV2", "GRUCell"),
    ("LSTMCellV2", "LSTMCell"),
    ("LayerNormalizationV1", "LayerNormalization"),
    ("SeparableConvolution1D", "SeparableConv1D"),
    ("SeparableConvolution2D", "SeparableConv2D"),
    ("TimeDistributedDense", "Dense"),
    ("GlobalAvgPool1D", "GlobalAveragePooling1D"),
    ("GlobalAvgPool2D", "GlobalAveragePooling2D"),
    ("GlobalMaxPool1D", "GlobalMaxPooling1D"),
    ("GlobalMaxPool2D", "GlobalMaxPooling2D"),
    ("SpatialDropout1D", "Dropout"),
    ("SpatialDropout2D", "Dropout"),
    ("SpatialDropout3D", "Dropout"),
    ("NormalizationV2", "Normalization"),
];

/// Entries that have other names in Keras 3: classes by the beginning of their names, empty for all; the old name; the
/// new one.
const ENTRIES: &[(&str, &str, &str)] = &[
    ("", "batch_input_shape", "batch_shape"),
    ("", "bias", "use_bias"),
    ("", "border_mode", "padding"),
    ("", "inner_activation", "recurrent_activation"),
    ("", "dim_ordering", "data_format"),
    ("", "nb_filter", "filters"),
    ("", "subsample", "strides"),
    ("", "subsample_length", "strides"),
    ("", "atrous_rate", "dilation_rate"),
    ("", "filter_length", "kernel_size"),
    ("", "pool_length", "pool_size"),
    ("Dense", "output_dim", "units"),
    ("LSTM", "output_dim", "units"),
    ("GRU", "output_dim", "units"),
    ("SimpleRNN", "output_dim", "units"),
    ("MaxPooling1D", "stride", "strides"),
    ("AveragePooling1D", "stride", "strides"),
    ("UpSampling1D", "length", "size"),
    ("LeakyReLU", "alpha", "negative_slope"),
    ("Dropout", "p", "rate"),
    ("GaussianNoise", "sigma", "stddev"),
    ("Dot", "dot_axes", "axes"),
];

/// Values that have other names in Keras 3.
const VALUES: &[(&str, &str, &str)] =
    &[("data_format", "th", "channels_first"), ("data_format", "tf", "channels_last")];

/// Activations of Keras 1 and 2 that Keras 3 computes otherwise under the same name.
const ACTIVATIONS: &[(&str, &str)] =
    &[("hard_sigmoid", "hard_sigmoid_fifth"), ("softmax_v2", "softmax"), ("swish", "silu")];

/// Modes of the layer `Merge` of Keras 1, and the layers of today.
const MERGES: &[(&str, &str)] = &[
    ("sum", "Add"),
    ("mul", "Multiply"),
    ("concat", "Concatenate"),
    ("ave", "Average"),
    ("max", "Maximum"),
    ("dot", "Dot"),
    ("cos", "Dot"),
];

/// Gives a layer the class and the configuration that Keras 3 would.
pub(crate) fn normalize(layer: &mut Layer, reading: &mut Reading<'_>) {
    unwrap_arrays(layer);
    if layer.class == "GroupedQueryAttention" {
        layer.class = "GroupQueryAttention".into();
    }
    if reading.version.major >= 3 {
        return;
    }
    if let Some((_, class)) = CLASSES.iter().find(|(old, _)| *old == layer.class) {
        layer.class = (*class).to_owned();
    }
    for (class, old, new) in ENTRIES {
        if layer.class.starts_with(class)
            && !layer.config.contains_key(*new)
            && let Some(value) = layer.config.remove(*old)
        {
            layer.config.insert((*new).to_owned(), value);
        }
    }
    for (entry, old, new) in VALUES {
        if let Some(value) = layer.config.get_mut(*entry)
            && value == old
        {
            *value = json!(new);
        }
    }
    for entry in ["activation", "recurrent_activation"] {
        if let Some(value) = layer.config.get_mut(entry) {
            rename_activation(value);
        }
    }
    join_kernel_sizes(layer);
    normalize_by_class(layer, reading);
}

/// Numbers that were saved as arrays are numbers.
fn unwrap_arrays(layer: &mut Layer) {
    for value in layer.config.values_mut() {
        if value.get("type").and_then(Json::as_str) == Some("ndarray")
            && let Some(inner) = value.get_mut("value")
        {
            *value = inner.take();
        }
    }
}

fn rename_activation(value: &mut Json) {
    if let Some((_, name)) = ACTIVATIONS.iter().find(|(old, _)| value == old) {
        *value = json!(name);
    }
}

/// Extents of kernels that Keras 1 has one by one.
fn join_kernel_sizes(layer: &mut Layer) {
    for names in [&["nb_row", "nb_col"][..], &["kernel_dim1", "kernel_dim2", "kernel_dim3"]] {
        let extents: Option<Vec<Json>> = names.iter().map(|name| layer.config.get(*name).cloned()).collect();
        if let Some(extents) = extents {
            layer.config.insert("kernel_size".into(), Json::Array(extents));
        }
        names.iter().for_each(|name| _ = layer.config.remove(*name));
    }
}

fn normalize_by_class(layer: &mut Layer, reading: &mut Reading<'_>) {
    match layer.class.as_str() {
        "Merge" => normalize_merge(layer, reading),
        "GRU" | "GRUCell" => _ = layer.config.entry("reset_after").or_insert(json!(false)),
        "BatchNormalization" => {
            if layer.config.remove("mode").is_some_and(|mode| mode == 1) {
                reading.wrong(
                    &layer.name,
                    "a BatchNormalization of mode 1, which normalizes each example by itself, is not supported",
                );
            }
            // A list of one axis is that axis.
            if let Some(axis) = layer.config.get("axis").and_then(Json::as_array).filter(|axes| axes.len() == 1) {
                let axis = axis[0].clone();
                layer.config.insert("axis".into(), axis);
            }
        }
        "Bidirectional" => add_backward_layer(layer),
        "DepthwiseConv2D" | "DepthwiseConv1D" => _ = layer.config.entry("depth_multiplier").or_insert(json!(1)),
        "Dropout" => layer.config.retain(|entry, _| entry == "rate"),
        // Of earlier versions only the nearest neighbour.
        "UpSampling2D" => _ = layer.config.entry("interpolation").or_insert(json!("nearest")),
        _ => {}
    }
}

/// The layer of today that does what a `Merge` does.
fn normalize_merge(layer: &mut Layer, reading: &mut Reading<'_>) {
    let mode = layer.config.get("mode").and_then(Json::as_str).unwrap_or_default().to_owned();
    let Some((_, class)) = MERGES.iter().find(|(known, _)| *known == mode) else {
        let message =
            format!("a Merge of mode \"{mode}\" is not supported; sum, mul, concat, ave, max, dot and cos are");
        return reading.wrong(&layer.name, message);
    };
    layer.class = (*class).to_owned();
    let mut take = |entry: &str| layer.config.remove(entry);
    let (concat_axis, dot_axes) = (take("concat_axis"), take("dot_axes"));
    layer.config.clear();
    match mode.as_str() {
        "concat" => _ = layer.config.insert("axis".into(), concat_axis.unwrap_or(json!(-1))),
        "dot" | "cos" => {
            layer.config.insert("axes".into(), dot_axes.unwrap_or(json!(-1)));
            layer.config.insert("normalize".into(), json!(mode == "cos"));
        }
        _ => {}
    }
}

/// The layer that runs from the end, which Keras made of the other one.
fn add_backward_layer(layer: &mut Layer) {
    if layer.config.get("backward_layer").is_some_and(|known| !known.is_null()) {
        return;
    }
    let Some(mut backward) = layer.config.get("layer").cloned() else { return };
    if let Some(config) = backward.get_mut("config").and_then(Json::as_object_mut) {
        let is_backward = config.get("go_backwards").and_then(Json::as_bool).unwrap_or(false);
        config.insert("go_backwards".into(), json!(!is_backward));
    }
    layer.config.insert("backward_layer".into(), backward);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::file::Version;

    fn check(class: &str, config: Json, major: u32, expected_class: &str, expected: Json) {
        let version = Version { text: String::new(), major, backend: String::new() };
        let mut reading = Reading { version: &version, problems: Vec::new() };
        let mut layer = Layer::new(class, "x", false);
        layer.config = config.as_object().cloned().expect("an object");
        normalize(&mut layer, &mut reading);
        assert_eq!((layer.class.as_str(), Json::Object(layer.config)), (expected_class, expected));
        assert_eq!(reading.problems, []);
    }

    #[test]
    fn names_of_the_first_version() {
        check(
            "Convolution2D",
            json!({"nb_filter": 8, "nb_row": 3, "nb_col": 5, "border_mode": "same", "dim_ordering": "th", "bias": true}),
            1,
            "Conv2D",
            json!({"filters": 8, "kernel_size": [3, 5], "padding": "same", "data_format": "channels_first", "use_bias": true}),
        );
        check("Merge", json!({"mode": "concat", "concat_axis": 1}), 1, "Concatenate", json!({"axis": 1}));
        check(
            "LSTM",
            json!({"output_dim": 4, "inner_activation": "hard_sigmoid"}),
            1,
            "LSTM",
            json!({"units": 4, "recurrent_activation": "hard_sigmoid_fifth"}),
        );
    }

    #[test]
    fn names_of_the_second_version() {
        check(
            "LeakyReLU",
            json!({"alpha": {"type": "ndarray", "value": 0.5}}),
            2,
            "LeakyReLU",
            json!({"negative_slope": 0.5}),
        );
        check("Dense", json!({"activation": "hard_sigmoid"}), 3, "Dense", json!({"activation": "hard_sigmoid"}));
    }
}
