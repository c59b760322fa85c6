//! What integers stand for: `scale * (integer - zero_point)`, for the whole tensor or for each index of an axis.

use crate::conversion::node::Node;
use kiln_ir::{Attribute, AttributeKind};
use kiln_tensor::ElementType;
use kiln_tensor::scalar::scalars;
use kiln_tflite::{INTERMEDIATE_QUANTIZATION, OPERAND_QUANTIZATION, RESULT_QUANTIZATION};

/// What the integers of a tensor stand for.
#[derive(Clone, PartialEq, Debug)]
pub(crate) struct Quantization {
    /// One scale, or one for each index of `axis`.
    pub scales: Vec<f32>,
    /// As many zero points.
    pub zero_points: Vec<i64>,
    pub axis: usize,
    /// How many indices of `axis` share a scale that stands in a tensor of its own.
    pub block_size: Option<i64>,
}

impl Quantization {
    /// The scale of all of the tensor.
    pub fn scale(&self) -> f32 {
        self.scales[0]
    }

    /// The zero point of all of the tensor.
    pub fn zero_point(&self) -> i64 {
        self.zero_points[0]
    }

    /// Whether there is a scale for each index of an axis.
    pub fn is_per_channel(&self) -> bool {
        self.scales.len() > 1
    }

    fn read(entry: &[(kiln_ir::Name, Attribute)], elements: impl Fn(Attribute) -> Option<Vec<f64>>) -> Option<Self> {
        let find = |name: &str| entry.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let scales: Vec<f32> = elements(find("scale")?)?.into_iter().map(|scale| scale as f32).collect();
        let count = scales.len();
        let points = find("zero_point").and_then(&elements).unwrap_or_else(|| vec![0.0]);
        let zero_points: Vec<i64> = points.iter().map(|&point| point as i64).cycle().take(count).collect();
        let axis = find("axis").and_then(|axis| usize::try_from(axis.as_i64()?).ok()).unwrap_or(0);
        let block_size = find("block_size").and_then(|size| size.as_i64());
        (count > 0 && zero_points.len() == count).then_some(Quantization { scales, zero_points, axis, block_size })
    }
}

impl Node<'_, '_> {
    /// What the integers of operand number `index` stand for; `None` if they are what they are.
    pub fn operand_quantization(&self, index: usize) -> Option<Quantization> {
        self.quantization(OPERAND_QUANTIZATION, index)
    }

    /// What those of result number `index` stand for.
    pub fn result_quantization(&self, index: usize) -> Option<Quantization> {
        self.quantization(RESULT_QUANTIZATION, index)
    }

    /// As [`Node::operand_quantization`], of an operand that must have one.
    pub fn quantized_operand(&self, index: usize) -> Result<Quantization, String> {
        self.operand_quantization(index).ok_or_else(|| format!("input {index} has no scale"))
    }

    /// As [`Node::result_quantization`], of a result that must have one.
    pub fn quantized_result(&self, index: usize) -> Result<Quantization, String> {
        self.result_quantization(index).ok_or_else(|| format!("output {index} has no scale"))
    }

    /// What the integers of tensor number `index` between the steps of the operator stand for, which must be known.
    pub fn quantized_intermediate(&self, index: usize) -> Result<Quantization, String> {
        let found = self.quantization(INTERMEDIATE_QUANTIZATION, index);
        found.ok_or_else(|| format!("tensor {index} between its steps has no scale"))
    }

    /// How many tensors there are between the steps of the operator.
    pub fn intermediate_count(&self) -> usize {
        self.attribute(INTERMEDIATE_QUANTIZATION).and_then(|list| list.as_array()).map_or(0, |list| list.len())
    }

    fn quantization(&self, name: &str, index: usize) -> Option<Quantization> {
        let entry = *self.attribute(name)?.as_array()?.get(index)?;
        let AttributeKind::Dictionary(entry) = entry.kind() else { return None };
        let elements = |value: Attribute| match value.as_f64().or_else(|| value.as_i64().map(|value| value as f64)) {
            Some(value) => Some(vec![value]),
            None => {
                let tensor = self.conversion.module.attribute_tensor(value)?;
                Some(scalars(&tensor)?.into_iter().map(|scalar| scalar.to_f64()).collect())
            }
        };
        Quantization::read(entry, elements)
    }
}

/// The least and the largest integer of a type, as `i64`.
pub(crate) fn integer_bounds(element: ElementType) -> (i64, i64) {
    let (low, high) = kiln_tensor::scalar::integer_range(element);
    (i64::try_from(low).unwrap_or(i64::MIN), i64::try_from(high).unwrap_or(i64::MAX))
}

/// The range that an activation leaves of the integers of `element`.
pub(crate) fn activation_bounds(
    word: &str,
    element: ElementType,
    quantization: &Quantization,
) -> Result<(i64, i64), String> {
    let (low, high) = integer_bounds(element);
    let (least, most) = super::activation::activation_range(word)?;
    // In floats of 32 bits, as the reference does.
    let steps = |value: f64| (value as f32 / quantization.scale()).round() as i64;
    let quantize = |value: f64| quantization.zero_point().saturating_add(steps(value));
    let low = least.map_or(low, |least| low.max(quantize(least)));
    let high = most.map_or(high, |most| high.min(quantize(most)));
    Ok((low, high))
}
