//! Entries of configurations as attributes.

use kiln_ir::{Attribute, AttributeKind, Name};
use serde_json::Value as Json;

/// Endings of entries that only training reads.
const TRAINING_ENDINGS: [&str; 3] = ["_initializer", "_regularizer", "_constraint"];

/// Entries that only training reads, that are said elsewhere, or that choose how and not what is computed.
const OTHER_ENTRIES: [&str; 22] = [
    "name",
    "trainable",
    "build_config",
    "batch_shape",
    "batch_input_shape",
    "build_input_shape",
    "shared_object_id",
    "seed",
    "dropout",
    "recurrent_dropout",
    "unit_forget_bias",
    "unroll",
    "implementation",
    "init",
    "inner_init",
    "W_learning_rate_multiplier",
    "b_learning_rate_multiplier",
    "quantization_config",
    "lora_rank",
    "lora_alpha",
    "jit_compile",
    "autocast",
];

/// Whether an entry of a layer's configuration is an attribute of its op.
pub(crate) fn is_meaningful(entry: &str) -> bool {
    !OTHER_ENTRIES.contains(&entry) && !TRAINING_ENDINGS.iter().any(|ending| entry.ends_with(ending))
}

/// A value of a configuration; `None` stands for one that is left out.
pub(crate) fn attribute(value: &Json) -> Option<Attribute> {
    Some(match value {
        Json::Null => return None,
        Json::Bool(value) => Attribute::bool(*value),
        Json::Number(number) => match number.as_i64() {
            Some(value) => Attribute::i64(value),
            None => Attribute::f64(number.as_f64()?),
        },
        Json::String(text) => match text.as_str() {
            "NaN" => Attribute::f64(f64::NAN),
            "Infinity" => Attribute::f64(f64::INFINITY),
            "-Infinity" => Attribute::f64(f64::NEG_INFINITY),
            text => Attribute::string(text),
        },
        // In a list, what is left out keeps its place.
        Json::Array(items) => {
            Attribute::array(&items.iter().map(|item| attribute(item).unwrap_or(Attribute::unit())).collect::<Vec<_>>())
        }
        Json::Object(entries) => match (entries.get("class_name").and_then(Json::as_str), entries.get("config")) {
            (Some(class), config) => object(class, config),
            (None, _) => dictionary(entries),
        },
    })
}

/// An object of a class: a function by its name, an array by its values, anything else as a dictionary of its
/// configuration, with `class_name`.
fn object(class: &str, config: Option<&Json>) -> Attribute {
    let entry = |name: &str| config.and_then(|config| config.get(name));
    match (class, config) {
        ("function", Some(Json::String(name))) => Attribute::string(name),
        ("DTypePolicy" | "Policy", Some(_)) => entry("name").and_then(attribute).unwrap_or_else(Attribute::unit),
        ("__numpy__" | "__tensor__" | "__tuple__" | "TensorShape", _) => {
            let value = entry("value").or(entry("items")).or(config.filter(|config| config.is_array()));
            value.and_then(attribute).unwrap_or_else(Attribute::unit)
        }
        ("__ellipsis__", _) => Attribute::string("..."),
        (_, Some(Json::Object(entries))) => {
            let AttributeKind::Dictionary(mut made) = dictionary(entries).kind().clone() else {
                return Attribute::unit();
            };
            made.push((Name::new("class_name"), Attribute::string(class)));
            Attribute::dictionary(made)
        }
        _ => Attribute::dictionary(vec![(Name::new("class_name"), Attribute::string(class))]),
    }
}

fn dictionary(entries: &serde_json::Map<String, Json>) -> Attribute {
    let made = entries.iter().filter(|(name, _)| is_meaningful(name) && *name != "class_name");
    let made = made.filter_map(|(name, value)| Some((Name::new(name), attribute(value)?)));
    Attribute::dictionary(made.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn check(value: Json, expected: &str) {
        assert_eq!(attribute(&value).map(|value| value.to_string()).as_deref(), Some(expected));
    }

    #[test]
    fn values_become_attributes() {
        check(json!([1, null, true]), "[1, unit, true]");
        check(json!({"class_name": "function", "config": "relu"}), "\"relu\"");
        check(
            json!({"class_name": "LeakyReLU", "config": {"name": "a", "negative_slope": 0.5}}),
            "{class_name = \"LeakyReLU\", negative_slope = 5.0e-01}",
        );
        assert_eq!(attribute(&Json::Null), None);
    }
}
