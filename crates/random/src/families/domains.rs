//! Functions of some numbers only: powers, inverses of functions, remainders, shifts.

use super::elementwise::{apply, positive_item};
use crate::graph::{Growing, Item};
use kiln_tensor::ElementType;
use kiln_tensor::scalar;

/// Functions that are smooth where their argument is at most so large.
const SMALL: &[(&str, f64)] = &[("graph.asin", 0.9), ("graph.acos", 0.9), ("graph.atanh", 0.9), ("graph.tan", 1.2)];

/// A function of numbers around zero, of a value that is made small enough.
pub(crate) fn inverse(growing: &mut Growing) -> Option<()> {
    let item = growing.float()?;
    let (name, largest) = growing.random.pick(SMALL);
    let factor = number(growing, &item, largest / item.bound.max(largest))?;
    let small = apply(growing, "graph.multiply", &[item.value, factor])?;
    let value = apply(growing, name, &[small])?;
    growing.add(value, 4.0, -4.0, false)
}

/// The inverse of cosh, of a value that is made larger than one.
pub(crate) fn inverse_of_cosh(growing: &mut Growing) -> Option<()> {
    let item = growing.float()?;
    let offset = number(growing, &item, 1.5)?;
    let magnitude = apply(growing, "graph.abs", &[item.value])?;
    let large = apply(growing, "graph.add", &[magnitude, offset])?;
    let value = apply(growing, "graph.acosh", &[large])?;
    growing.add(value, item.bound + 2.0, 0.0, false)
}

/// A power: of a positive number, or with an exponent that is a small natural number.
pub(crate) fn power(growing: &mut Growing) -> Option<()> {
    let item = match growing.random.once_in(2) {
        true => positive_item(growing)?,
        false => growing.float()?,
    };
    if item.bound > 20.0 {
        return None;
    }
    let is_positive = item.low > 0.01;
    let any: &[f64] = &[-2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 1.5, 2.0, 3.0];
    let exponent = growing.random.pick(if is_positive { any } else { &[1.0, 2.0, 3.0] });
    let operand = number(growing, &item, exponent)?;
    let value = apply(growing, "graph.power", &[item.value, operand])?;
    let ends = [item.bound.powf(exponent), item.low.abs().powf(exponent), 1.0];
    let bound = ends.into_iter().fold(0.0, f64::max);
    growing.add(value, bound, if is_positive { ends[0].min(ends[1]) } else { -bound }, false)
}

/// What division leaves, of numbers that are always the same.
pub(crate) fn remainder(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| item.exact && growing.element(item.value) != ElementType::I1)?;
    let divisor = growing.random.pick(&[-3.0, 1.0, 2.0, 5.0]);
    let operand = number(growing, &item, divisor)?;
    let name = growing.random.pick(&["graph.remainder", "graph.modulo"]);
    let value = apply(growing, name, &[item.value, operand])?;
    growing.add(value, divisor.abs(), -divisor.abs(), true)
}

/// Bits moved up or down.
pub(crate) fn shift(growing: &mut Growing) -> Option<()> {
    let item = growing.item(|growing, item| item.low >= 0.0 && growing.element(item.value) == ElementType::I64)?;
    let count = growing.random.pick(&[0.0, 1.0, 3.0]);
    let operand = number(growing, &item, count)?;
    let name = growing.random.pick(&["graph.shift_left", "graph.shift_right"]);
    let value = apply(growing, name, &[item.value, operand])?;
    growing.add(value, item.bound * count.exp2(), 0.0, true)
}

/// Whether numbers are such.
pub(crate) fn classes(growing: &mut Growing) -> Option<()> {
    let item = growing.float()?;
    let name = growing.random.pick(&["graph.is_nan", "graph.is_inf"]);
    let value = apply(growing, name, &[item.value])?;
    growing.add(value, 1.0, 0.0, true)
}

/// A constant of one element, of the item's element type.
fn number(growing: &mut Growing, item: &Item, number: f64) -> Option<kiln_ir::Value> {
    let element = growing.element(item.value);
    let tensor = if element.is_float() {
        scalar::from_floats(element, &[], vec![number]).ok()?
    } else {
        scalar::from_integers(element, &[], vec![number as i128]).ok()?
    };
    Some(growing.constant_of(tensor))
}
