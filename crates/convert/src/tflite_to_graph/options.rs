//! The options of an operator, with the defaults of the file format.

use crate::conversion::node::Node;
use kiln_ir::Attribute;
use kiln_tensor::ElementType;

impl Node<'_, '_> {
    /// An option: the attribute, or the value that it has where it is left out.
    fn option(&self, name: &str) -> Option<Attribute> {
        let schema = || kiln_tflite::find_schema_of_op(self.conversion.module.name(self.op).as_str());
        self.attribute(name).or_else(|| schema()?.default_of(name))
    }

    /// Whether the operator has an option of this name at all.
    pub fn has_option(&self, name: &str) -> bool {
        self.option(name).is_some()
    }

    /// An integer option.
    pub fn option_int(&self, name: &str) -> i64 {
        self.option(name).and_then(|value| value.as_i64()).unwrap_or(0)
    }

    /// An option that is a truth value.
    pub fn option_flag(&self, name: &str) -> bool {
        self.option(name).and_then(|value| value.as_bool()).unwrap_or(false)
    }

    /// An option that is a float.
    pub fn option_float(&self, name: &str) -> f64 {
        self.option(name).and_then(|value| value.as_f64()).unwrap_or(0.0)
    }

    /// An option that is one of some words.
    pub fn option_word(&self, name: &str) -> &'static str {
        self.option(name).and_then(|value| value.as_str()).unwrap_or("")
    }

    /// The element type that the model says result number `index` has.
    pub fn result_element(&self, index: usize) -> Result<ElementType, String> {
        let result = self.conversion.module.results(self.op).get(index);
        let element = result.and_then(|&result| self.conversion.module.ty(result).scalar().to_element());
        element.ok_or_else(|| format!("output {index} has no element type"))
    }
}
