//! One op being converted: its operands, attributes and version.

use super::content::Content;
use super::datum::Datum;
use super::extent::{normalize_axes, normalize_axis};
use super::state::{Conversion, Tracked};
use kiln_ir::{Attribute, Dim, DimExpr, Op, TensorType, Type};
use kiln_tensor::{ElementType, Tensor};
use std::rc::Rc;

/// An op being converted.
pub(crate) struct Node<'c, 'm> {
    pub conversion: &'c mut Conversion<'m>,
    pub op: Op,
    /// The version of the operator, or of the set of operators it is of.
    pub version: i64,
}

impl<'c, 'm> Node<'c, 'm> {
    pub fn new(conversion: &'c mut Conversion<'m>, op: Op, version: i64) -> Node<'c, 'm> {
        Node { conversion, op, version }
    }

    // Operands.

    /// The number of operands, those left out in between included.
    pub fn input_count(&self) -> usize {
        self.conversion.module.operands(self.op).len()
    }

    /// The number of results asked for.
    pub fn output_count(&self) -> usize {
        self.conversion.module.results(self.op).len()
    }

    /// Whether result number `index` is used.
    pub fn is_output_used(&self, index: usize) -> bool {
        let results = self.conversion.module.results(self.op);
        results.get(index).is_some_and(|&result| self.conversion.module.has_uses(result))
    }

    /// Operand number `index`, if it is there and a tensor.
    pub fn optional(&self, index: usize) -> Option<Tracked> {
        let value = self.conversion.module.operands(self.op).get(index)?;
        self.conversion.tensor(*value)
    }

    /// Operand number `index`.
    pub fn input(&self, index: usize) -> Result<Tracked, String> {
        match self.optional_datum(index) {
            Some(Datum::Tensor(tensor)) => Ok(tensor),
            Some(other) => Err(format!("input {index} must be a tensor, not {}", other.describe())),
            None => Err(format!("input {index} is missing")),
        }
    }

    /// All operands, none left out.
    pub fn inputs(&self) -> Result<Vec<Tracked>, String> {
        (0..self.input_count()).map(|index| self.input(index)).collect()
    }

    // Attributes.

    /// An attribute.
    pub fn attribute(&self, name: &str) -> Option<Attribute> {
        self.conversion.module.attribute(self.op, name)
    }

    /// An integer attribute.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.attribute(name)?.as_i64()
    }

    /// An integer attribute with a default.
    pub fn int_or(&self, name: &str, default: i64) -> i64 {
        self.int(name).unwrap_or(default)
    }

    /// An integer attribute that is a flag.
    pub fn flag(&self, name: &str, default: bool) -> bool {
        self.int(name).map_or(default, |value| value != 0)
    }

    /// A float attribute with a default.
    pub fn float_or(&self, name: &str, default: f64) -> f64 {
        self.attribute(name).and_then(|value| value.as_f64()).unwrap_or(default)
    }

    /// A string attribute with a default.
    pub fn string_or(&self, name: &str, default: &'static str) -> &'static str {
        self.attribute(name).and_then(|value| value.as_str()).unwrap_or(default)
    }

    /// An attribute that is a list of integers.
    pub fn ints(&self, name: &str) -> Option<Vec<i64>> {
        self.attribute(name)?.as_i64s()
    }

    /// An attribute that is a list of floats.
    pub fn floats(&self, name: &str) -> Option<Vec<f64>> {
        self.attribute(name)?.as_f64s()
    }

    /// An attribute that is an axis of a tensor of `rank`.
    pub fn axis(&self, default: i64, rank: usize) -> Result<usize, String> {
        normalize_axis(self.int_or("axis", default), rank)
    }

    /// Axes from operand number `input` or from attribute `axes`, counted from 0 and sorted; `None` if neither is there.
    pub fn axes(&self, input: usize, rank: usize) -> Result<Option<Vec<usize>>, String> {
        let axes = match self.optional(input) {
            Some(tensor) => Some(self.constant_ints(tensor, "axes")?),
            None => self.ints("axes"),
        };
        axes.map(|axes| normalize_axes(&axes, rank)).transpose()
    }

    // What is known of tensors.

    /// The type.
    pub fn ty(&self, tensor: Tracked) -> &'static TensorType {
        self.conversion.tensors[tensor].ty
    }

    /// The extents.
    pub fn shape(&self, tensor: Tracked) -> &'static [Dim] {
        &self.ty(tensor).shape
    }

    /// The number of axes.
    pub fn rank(&self, tensor: Tracked) -> usize {
        self.ty(tensor).rank()
    }

    /// The element type.
    pub fn element(&self, tensor: Tracked) -> ElementType {
        self.ty(tensor).element.to_element().expect("element types of tracked tensors are known")
    }

    /// The element type as a type.
    pub fn element_type(&self, tensor: Tracked) -> Type {
        self.ty(tensor).element
    }

    /// What is known of the elements; if there are none, that is all.
    pub fn content(&self, tensor: Tracked) -> Option<Rc<Content>> {
        let data = &self.conversion.tensors[tensor];
        let empty = || Content::unknown(data.ty).filter(|content| content.items.is_empty()).map(Rc::new);
        data.content.clone().or_else(empty)
    }

    /// The elements, if they are constant.
    pub fn constant(&self, tensor: Tracked) -> Option<Tensor> {
        self.conversion.tensors[tensor].constant.and_then(|value| self.conversion.module.attribute_tensor(value))
    }

    /// The elements of a shape-like operand, as expressions of extents.
    pub fn extents(&self, tensor: Tracked, what: &str) -> Result<Vec<DimExpr>, String> {
        let known = self.content(tensor).and_then(|content| content.integers());
        known.ok_or_else(|| {
            format!("{what} depends on data: it is not a constant and no function of the inputs' shapes")
        })
    }

    /// The elements of an operand that must be constant integers.
    pub fn constant_ints(&self, tensor: Tracked, what: &str) -> Result<Vec<i64>, String> {
        let known = self.content(tensor).and_then(|content| content.integers());
        let constants =
            known.and_then(|values| values.into_iter().map(DimExpr::as_constant).collect::<Option<Vec<_>>>());
        constants.ok_or_else(|| format!("{what} must be constant"))
    }

    /// The elements of an operand that must be constant numbers.
    pub fn constant_floats(&self, tensor: Tracked, what: &str) -> Result<Vec<f64>, String> {
        let known = self.content(tensor).map(|content| content.items.iter().map(|item| item.to_f64()).collect());
        known.and_then(|values: Option<Vec<f64>>| values).ok_or_else(|| format!("{what} must be constant"))
    }
}
