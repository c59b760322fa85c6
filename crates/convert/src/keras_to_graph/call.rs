//! One call of a layer being converted: its arguments, weights, settings and masks by name.

use super::source::Keras;
use crate::conversion::extent::{normalize_axes, normalize_axis};
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::{Attribute, Value};
use kiln_tensor::ElementType;
use std::ops::{Deref, DerefMut};

/// The conversion of a layer or an operation.
#[derive(Clone, Copy)]
pub(crate) struct Row {
    /// The op without the dialect: `Dense`, `ops.Add`.
    pub name: &'static str,
    /// What becomes of the mask of the first argument.
    pub masks: Masks,
    /// Makes the graph ops.
    pub convert: fn(&mut Call) -> Results,
}

/// What becomes of the mask of a layer's first argument.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Masks {
    /// The results have none.
    Dropped,
    /// Each result has it.
    Passed,
    /// The conversion says so.
    Made,
}

/// A row of a layer whose results have no mask.
pub(crate) const fn plain(name: &'static str, convert: fn(&mut Call) -> Results) -> Row {
    Row { name, masks: Masks::Dropped, convert }
}

/// A row of a layer whose results have the mask of its argument.
pub(crate) const fn passing(name: &'static str, convert: fn(&mut Call) -> Results) -> Row {
    Row { name, masks: Masks::Passed, convert }
}

/// A row of a layer that says which masks its results have.
pub(crate) const fn masking(name: &'static str, convert: fn(&mut Call) -> Results) -> Row {
    Row { name, masks: Masks::Made, convert }
}

/// A call being converted.
pub(crate) struct Call<'k, 'c, 'm> {
    node: Node<'c, 'm>,
    keras: &'k Keras,
    /// What the operands are called.
    names: Vec<&'static str>,
}

impl<'c, 'm> Deref for Call<'_, 'c, 'm> {
    type Target = Node<'c, 'm>;

    fn deref(&self) -> &Node<'c, 'm> {
        &self.node
    }
}

impl DerefMut for Call<'_, '_, '_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.node
    }
}

impl<'k, 'c, 'm> Call<'k, 'c, 'm> {
    pub fn new(keras: &'k Keras, node: Node<'c, 'm>) -> Call<'k, 'c, 'm> {
        let names = node.attribute(kiln_keras::OPERAND_NAMES).and_then(|names| names.as_strs()).unwrap_or_default();
        Call { node, keras, names }
    }

    // Arguments.

    fn index(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| *known == name)
    }

    /// The argument or weight called `name`, if it is there and a tensor.
    pub fn find(&self, name: &str) -> Option<Tracked> {
        self.optional(self.index(name)?)
    }

    /// The operand called `name`, as the model has it.
    pub fn operand(&self, name: &str) -> Option<Value> {
        self.conversion.module.operands(self.op).get(self.index(name)?).copied()
    }

    /// The first argument, or the first member of the list that it is.
    pub fn first(&self) -> Result<Tracked, String> {
        self.find("0").or_else(|| self.find("0.0")).ok_or_else(|| "the input is missing".into())
    }

    /// The first argument as floats of the type that the layer computes in.
    pub fn first_as_floats(&mut self) -> Result<Tracked, String> {
        let x = self.first()?;
        self.as_floats(x)
    }

    /// A tensor as floats of the type that the layer computes in.
    pub fn as_floats(&mut self, x: Tracked) -> Result<Tracked, String> {
        let element = self.compute_type();
        self.cast(x, element)
    }

    /// Operands of the argument called `name`: one, or the members of a list.
    pub fn list(&self, name: &str) -> Vec<Tracked> {
        let is_own =
            |known: &str| known.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
        let own = self.names.iter().enumerate().filter(|(_, known)| is_own(known));
        own.filter_map(|(index, _)| self.optional(index)).collect()
    }

    /// An argument that has a place and a name.
    pub fn argument(&self, place: usize, name: &str) -> Option<Tracked> {
        self.find(name).or_else(|| self.find(&place.to_string()))
    }

    /// A weight, in the type that the layer computes in.
    pub fn weight(&mut self, name: &str) -> Result<Tracked, String> {
        let weight = self.find(name).ok_or_else(|| format!("weight \"{name}\" is missing"))?;
        match self.element(weight).is_float() {
            true => self.as_floats(weight),
            false => Err(format!(
                "weight \"{name}\" is of {}, which is not supported: quantized layers are not",
                self.element(weight)
            )),
        }
    }

    /// A weight that may not be there.
    pub fn find_weight(&mut self, name: &str) -> Result<Option<Tracked>, String> {
        match self.find(name) {
            Some(_) => self.weight(name).map(Some),
            None => Ok(None),
        }
    }

    /// The type that the layer computes in.
    pub fn compute_type(&self) -> ElementType {
        match self.string_or("dtype", "float32") {
            "float64" => ElementType::F64,
            "float16" | "mixed_float16" => ElementType::F16,
            "bfloat16" | "mixed_bfloat16" => ElementType::BF16,
            _ => ElementType::F32,
        }
    }

    // Settings.

    /// An entry of the configuration, or an argument that is no tensor.
    pub fn setting(&self, name: &str) -> Option<Attribute> {
        self.attribute(name).or_else(|| self.constant_argument(name))
    }

    /// An entry of the configuration, or an argument by name or place that is no tensor.
    pub fn setting_at(&self, place: usize, name: &str) -> Option<Attribute> {
        self.setting(name).or_else(|| self.constant_argument(&place.to_string()))
    }

    /// An argument that is no tensor.
    fn constant_argument(&self, name: &str) -> Option<Attribute> {
        entry(self.attribute(kiln_keras::ARGUMENTS)?, name)
    }

    /// A truth value of the configuration or of the arguments.
    pub fn is_set(&self, name: &str, otherwise: bool) -> bool {
        self.setting(name).and_then(truth).unwrap_or(otherwise)
    }

    /// A number of the configuration or of the arguments, whole or not.
    pub fn number(&self, name: &str) -> Option<f64> {
        self.setting(name).and_then(number)
    }

    /// A number by name or place.
    pub fn number_at(&self, place: usize, name: &str) -> Option<f64> {
        self.setting_at(place, name).and_then(number)
    }

    /// A number with a default.
    pub fn float_or(&self, name: &str, otherwise: f64) -> f64 {
        self.number(name).unwrap_or(otherwise)
    }

    /// A whole number by name or place.
    pub fn integer_at(&self, place: usize, name: &str) -> Option<i64> {
        self.setting_at(place, name).and_then(|value| value.as_i64())
    }

    /// An axis of a tensor of `rank`, by name or place.
    pub fn axis_at(&self, place: usize, name: &str, otherwise: i64, rank: usize) -> Result<usize, String> {
        normalize_axis(self.integer_at(place, name).unwrap_or(otherwise), rank)
    }

    /// Axes of a tensor of `rank`, one or a list, by name or place; none if they are left out.
    pub fn axes_at(&self, place: usize, name: &str, rank: usize) -> Result<Option<Vec<usize>>, String> {
        let Some(value) = self.setting_at(place, name) else { return Ok(None) };
        let axes = value.as_i64s().or(value.as_i64().map(|axis| vec![axis]));
        normalize_axes(&axes.ok_or_else(|| format!("{name} must be axes, not {value}"))?, rank).map(Some)
    }

    /// The element type that an entry names.
    pub fn element_at(&self, place: usize, name: &str) -> Result<Option<ElementType>, String> {
        self.setting_at(place, name).and_then(|name| name.as_str()).map(element_named).transpose()
    }

    /// Integers of an entry that may be one number for all of `count`.
    pub fn integers(&self, name: &str, count: usize, otherwise: i64) -> Result<Vec<i64>, String> {
        let Some(value) = self.setting(name) else { return Ok(vec![otherwise; count]) };
        let values = match value.as_i64() {
            Some(value) => vec![value; count],
            None => value.as_i64s().unwrap_or_default(),
        };
        match values.len() == count && values.iter().all(|value| (0..1 << 31).contains(value)) {
            true => Ok(values),
            false => Err(format!("{name} must be {count} numbers, not {value}")),
        }
    }

    /// Whether the last axis is that of the channels.
    pub fn is_channels_last(&self) -> bool {
        self.string_or("data_format", "channels_last") != "channels_first"
    }

    /// Whether the model is of Keras 1 or 2.
    pub fn is_before_keras_3(&self) -> bool {
        let module = &self.conversion.module;
        let version = module.attribute(module.top(), "keras.version").and_then(|version| version.as_str());
        version.is_some_and(|version| version.starts_with(['0', '1', '2']))
    }

    // Masks.

    /// The mask that the call is given as `name`, or that the operand called `of` has.
    pub fn mask_named(&self, name: &str, of: &str) -> Option<Tracked> {
        let given = self.list(name);
        given.first().copied().or_else(|| self.mask_of(self.index(of)?))
    }

    /// The mask of the first argument.
    pub fn mask(&self) -> Option<Tracked> {
        self.mask_named("mask", "0").or_else(|| self.mask_named("mask", "0.0"))
    }

    /// The mask that the operand called `name` has.
    pub fn mask_of_argument(&self, name: &str) -> Option<Tracked> {
        self.mask_of(self.index(name)?)
    }

    /// The masks of the members of the first argument.
    pub fn masks_of_list(&self) -> Vec<Option<Tracked>> {
        let own = self.names.iter().enumerate().filter(|(_, name)| **name == "0" || name.starts_with("0."));
        own.map(|(index, _)| self.mask_of(index)).collect()
    }

    fn mask_of(&self, index: usize) -> Option<Tracked> {
        let value = self.conversion.module.operands(self.op).get(index)?;
        self.keras.mask(*value)
    }

    /// Gives result number `index` a mask.
    pub fn set_mask(&self, index: usize, mask: Tracked) {
        if let Some(&result) = self.conversion.module.results(self.op).get(index) {
            self.keras.set_mask(result, mask);
        }
    }

    /// Gives every result a mask.
    pub fn set_masks(&self, mask: Tracked) {
        (0..self.output_count()).for_each(|index| self.set_mask(index, mask));
    }

    /// What a wrapper makes of its layer.
    pub fn keras(&self) -> &'k Keras {
        self.keras
    }
}

/// An entry of a dictionary.
pub(crate) fn entry(dictionary: Attribute, name: &str) -> Option<Attribute> {
    let kiln_ir::AttributeKind::Dictionary(entries) = dictionary.kind() else { return None };
    entries.iter().find(|(known, _)| known.as_str() == name).map(|(_, value)| *value)
}

/// A number, whole or not.
pub(crate) fn number(value: Attribute) -> Option<f64> {
    value.as_f64().or_else(|| value.as_i64().map(|number| number as f64))
}

/// The element type that Keras calls `name`.
pub(crate) fn element_named(name: &str) -> Result<ElementType, String> {
    use ElementType::*;
    Ok(match name {
        "float32" | "float" => F32,
        "float64" => F64,
        "float16" => F16,
        "bfloat16" => BF16,
        "int8" => I8,
        "int16" => I16,
        "int32" | "int" => I32,
        "int64" => I64,
        "uint8" => U8,
        "uint16" => U16,
        "uint32" => U32,
        "uint64" => U64,
        "bool" => I1,
        other => return Err(format!("element type \"{other}\" is not supported")),
    })
}

/// A truth value, or a number as one.
pub(crate) fn truth(value: Attribute) -> Option<bool> {
    value.as_bool().or_else(|| value.as_i64().map(|value| value != 0))
}
