//! One call of a layer being converted: its arguments, weights, settings and masks by name.

use super::source::Keras;
use crate::conversion::node::Node;
use crate::conversion::row::Results;
use crate::conversion::state::Tracked;
use kiln_ir::Attribute;
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

/// A truth value, or a number as one.
pub(crate) fn truth(value: Attribute) -> Option<bool> {
    value.as_bool().or_else(|| value.as_i64().map(|value| value != 0))
}
