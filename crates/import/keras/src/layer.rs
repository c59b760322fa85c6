//! A layer: its class, configuration, the layers inside it, and its weights.

use crate::model::{Model, Reading, read_layer};
use kiln_ir::Value;
use kiln_keras::Weight;
use serde_json::{Map, Value as Json};

/// A layer or an operation of a model.
pub(crate) struct Layer {
    /// The class, as Keras 3 calls it.
    pub class: String,
    /// The name in the model.
    pub name: String,
    /// The class with the package it was registered in, if it is none of Keras.
    pub registered_name: String,
    /// Whether it is an operation of `keras.ops`.
    pub is_operation: bool,
    /// Whether its weights were trained.
    pub is_trainable: bool,
    /// The configuration, with the names of Keras 3.
    pub config: Map<String, Json>,
    /// The model that it is, if it is one.
    pub model: Option<Box<Model>>,
    /// The layers inside it, by the attributes that hold them: of wrappers and of what runs cells.
    pub parts: Vec<(String, Layer)>,
    /// Its own weights and their values, once they are there.
    pub weights: Vec<(Weight, Option<Value>)>,
}

/// Entries of a configuration that are layers.
const PARTS: [(&str, &str); 3] = [("layer", "layer"), ("backward_layer", "backward_layer"), ("cell", "cell")];

impl Layer {
    /// A layer of which nothing more is known.
    pub fn new(class: &str, name: &str, is_operation: bool) -> Layer {
        Layer {
            class: class.to_owned(),
            name: name.to_owned(),
            registered_name: String::new(),
            is_operation,
            is_trainable: true,
            config: Map::new(),
            model: None,
            parts: Vec::new(),
            weights: Vec::new(),
        }
    }

    /// Whether an entry of the configuration is there and true; `otherwise` if it is not there.
    pub fn flag(&self, entry: &str, otherwise: bool) -> bool {
        self.config.get(entry).and_then(Json::as_bool).unwrap_or(otherwise)
    }

    /// Reads the layers inside it out of the configuration, and which weights it has.
    pub fn read_parts(&mut self, depth: usize, reading: &mut Reading<'_>) {
        for (entry, place) in PARTS {
            let is_layer = self.config.get(entry).is_some_and(|object| object.get("class_name").is_some());
            if is_layer && let Some(object) = self.config.remove(entry) {
                let place = match (self.class.as_str(), place) {
                    ("Bidirectional", "layer") => "forward_layer",
                    _ => place,
                };
                self.add_part(place.to_owned(), &object, depth, reading);
            }
        }
        if let Some(Json::Array(cells)) = self.config.remove("cells") {
            let mut names = Names::default();
            for object in &cells {
                let class = object.get("class_name").and_then(Json::as_str).unwrap_or_default();
                let place = format!("cells/{}", names.take(class));
                self.add_part(place, object, depth, reading);
            }
        }
        let known = if self.is_operation { None } else { kiln_keras::find_layer(&self.class) };
        let known = known.unwrap_or_default().into_iter().filter(|weight| self.has_weight(weight));
        self.weights = known.map(|weight| (weight, None)).collect();
    }

    /// Gives a layer of a class that only the user knows so many weights, `weight0` and so on.
    pub fn add_custom_weights(&mut self, count: usize) {
        let weight = |index| Weight { name: format!("weight{index}"), place: "", condition: None, is_trainable: true };
        self.weights = (0..count).map(|index| (weight(index), None)).collect();
    }

    fn add_part(&mut self, place: String, object: &Json, depth: usize, reading: &mut Reading<'_>) {
        if depth > 32 {
            reading.wrong(&self.name, "layers are nested more than 32 deep");
        } else if let Some(layer) = read_layer(object, depth + 1, reading) {
            self.parts.push((place, layer));
        }
    }

    /// Whether the configuration says that there is such a weight.
    fn has_weight(&self, weight: &Weight) -> bool {
        match weight.condition {
            None => true,
            Some("bias_axes") => self.config.get("bias_axes").is_some_and(|axes| !axes.is_null()),
            Some("adapted") => self.config.get("mean").is_none_or(Json::is_null),
            Some("untied") => !self.flag("tie_weights", true),
            Some("real_part") => self.config.get("mode").and_then(Json::as_str) != Some("imag"),
            Some("imaginary_part") => self.config.get("mode").and_then(Json::as_str) != Some("real"),
            Some("use_gate") => self.flag("use_gate", false),
            Some("use_scale") => self.flag("use_scale", self.class == "AdditiveAttention"),
            Some(entry) => self.flag(entry, true),
        }
    }
}

/// Names that Keras gives to the members of a list, by their classes.
#[derive(Default)]
pub(crate) struct Names(std::collections::BTreeMap<String, usize>);

impl Names {
    /// The name of the next member, of class `class`: `dense`, `dense_1`.
    pub fn take(&mut self, class: &str) -> String {
        // This class goes by two names.
        let name = snake_case(if class == "GroupQueryAttention" { "GroupedQueryAttention" } else { class });
        let count = self.0.entry(name.clone()).or_default();
        *count += 1;
        match *count {
            1 => name,
            count => format!("{name}_{}", count - 1),
        }
    }
}

/// A class in small letters with `_` where a word begins, by the rules of Keras.
fn snake_case(class: &str) -> String {
    let letters: Vec<char> = class.chars().filter(|letter| letter.is_alphanumeric() || *letter == '_').collect();
    // Before a capital letter that small ones follow.
    let (mut parted, mut at) = (Vec::new(), 0);
    let is_small = |index: usize, letters: &[char]| letters.get(index).is_some_and(char::is_ascii_lowercase);
    while at < letters.len() {
        parted.push(letters[at]);
        at += 1;
        if letters.get(at).is_some_and(char::is_ascii_uppercase) && is_small(at + 1, &letters) {
            parted.push('_');
            parted.push(letters[at]);
            at += 1;
            while is_small(at, &letters) {
                parted.push(letters[at]);
                at += 1;
            }
        }
    }
    // Between a small letter and a capital one.
    let mut name = String::new();
    for (index, letter) in parted.iter().enumerate() {
        if index > 0 && letter.is_ascii_uppercase() && is_small(index - 1, &parted) {
            name.push('_');
        }
        name.push(letter.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_keras() {
        let expected = [
            ("Conv2D", "conv2d"),
            ("LSTM", "lstm"),
            ("BatchNormalization", "batch_normalization"),
            ("GRUCell", "gru_cell"),
            ("Conv2DTranspose", "conv2d_transpose"),
            ("MaxPooling2D", "max_pooling2d"),
            ("PReLU", "p_re_lu"),
            ("ReLU", "re_lu"),
            ("ELU", "elu"),
            ("RMSNormalization", "rms_normalization"),
            ("SimpleRNN", "simple_rnn"),
        ];
        for (class, name) in expected {
            assert_eq!(snake_case(class), name);
        }
        let mut names = Names::default();
        assert_eq!([names.take("Dense"), names.take("Dense"), names.take("LSTM")], ["dense", "dense_1", "lstm"]);
    }
}
