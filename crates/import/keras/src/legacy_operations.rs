//! Functions of TensorFlow that stand as layers in models of Keras 2: the operations of Keras 3 that are the same.

use crate::arguments::Call;
use crate::layer::Layer;
use serde_json::Value as Json;

/// A function, the operation of Keras 3 that it is, and the names of its arguments by place, which calls may use.
const FUNCTIONS: &[(&str, &str, &[&str])] = &[
    ("__operators__.add", "Add", &["x", "y"]),
    ("math.add", "Add", &["x", "y"]),
    ("math.subtract", "Subtract", &["x", "y"]),
    ("math.multiply", "Multiply", &["x", "y"]),
    ("math.divide", "Divide", &["x", "y"]),
    ("math.truediv", "Divide", &["x", "y"]),
    ("math.pow", "Power", &["x", "y"]),
    ("math.maximum", "Maximum", &["x", "y"]),
    ("math.minimum", "Minimum", &["x", "y"]),
    ("math.equal", "Equal", &["x", "y"]),
    ("math.not_equal", "NotEqual", &["x", "y"]),
    ("math.greater", "Greater", &["x", "y"]),
    ("math.greater_equal", "GreaterEqual", &["x", "y"]),
    ("math.less", "Less", &["x", "y"]),
    ("math.less_equal", "LessEqual", &["x", "y"]),
    ("math.logical_and", "LogicalAnd", &["x", "y"]),
    ("math.logical_or", "LogicalOr", &["x", "y"]),
    ("math.logical_not", "LogicalNot", &["x"]),
    ("math.abs", "Abs", &["x"]),
    ("math.negative", "Negative", &["x"]),
    ("math.exp", "Exp", &["x"]),
    ("math.log", "Log", &["x"]),
    ("math.sqrt", "Sqrt", &["x"]),
    ("math.rsqrt", "Rsqrt", &["x"]),
    ("math.square", "Square", &["x"]),
    ("math.sin", "Sin", &["x"]),
    ("math.cos", "Cos", &["x"]),
    ("math.tanh", "Tanh", &["x"]),
    ("math.sigmoid", "Sigmoid", &["x"]),
    ("math.softplus", "Softplus", &["x"]),
    ("math.erf", "Erf", &["x"]),
    ("math.reduce_mean", "Mean", &["x", "axis"]),
    ("math.reduce_sum", "Sum", &["x", "axis"]),
    ("math.reduce_max", "Max", &["x", "axis"]),
    ("math.reduce_min", "Min", &["x", "axis"]),
    ("math.reduce_prod", "Prod", &["x", "axis"]),
    ("math.argmax", "Argmax", &["x", "axis"]),
    ("nn.relu", "Relu", &["x"]),
    ("nn.relu6", "Relu6", &["x"]),
    ("nn.gelu", "Gelu", &["x", "approximate"]),
    ("nn.silu", "Silu", &["x"]),
    ("nn.softmax", "Softmax", &["x", "axis"]),
    ("cast", "Cast", &["x", "dtype"]),
    ("concat", "Concatenate", &["xs", "axis"]),
    ("stack", "Stack", &["x", "axis"]),
    ("reshape", "Reshape", &["x", "newshape"]),
    ("transpose", "Transpose", &["x", "axes"]),
    ("expand_dims", "ExpandDims", &["x", "axis"]),
    ("squeeze", "Squeeze", &["x", "axis"]),
    ("tile", "Tile", &["x", "repeats"]),
    ("linalg.matmul", "Matmul", &["x1", "x2"]),
    ("clip_by_value", "Clip", &["x", "x_min", "x_max"]),
    ("where", "Where", &["condition", "x1", "x2"]),
    ("ones_like", "OnesLike", &["x"]),
    ("zeros_like", "ZerosLike", &["x"]),
];

/// Names of arguments that are tensors: calls have them by their places.
const TENSORS: [&str; 6] = ["x", "y", "x1", "x2", "xs", "condition"];

/// Makes a layer around a function of TensorFlow the operation that it is, and its calls calls of that.
pub(crate) fn normalize(layer: &mut Layer, calls: &mut [Call]) {
    let names = match layer.class.as_str() {
        "SlicingOpLambda" => Some(("GetItem", &["tensor", "slice_spec"][..])),
        "TFOpLambda" => {
            let function = layer.config.get("function").and_then(Json::as_str).unwrap_or_default();
            FUNCTIONS.iter().find(|(name, _, _)| *name == function).map(|(_, class, names)| (*class, *names))
        }
        _ => None,
    };
    let Some((class, names)) = names else { return };
    layer.class = class.to_owned();
    layer.is_operation = true;
    layer.config.clear();
    for (name, _) in calls.iter_mut().flat_map(|call| &mut call.arguments) {
        let own = name.split('.').next().unwrap_or_default();
        let place = names.iter().position(|known| *known == own && (TENSORS.contains(known) || class == "GetItem"));
        if let Some(place) = place {
            *name = format!("{place}{}", &name[own.len()..]);
        }
    }
}
