//! Inputs of a random graph.

use crate::{Random, RandomGraph};
use kiln_ir::SymbolValues;
use kiln_tensor::{ElementType, Tensor, scalar};

/// Floats of inputs lie from minus to plus this.
pub(crate) const FLOAT_BOUND: f64 = 2.0;

/// Integers of inputs lie from 0 to below this.
pub(crate) const INTEGER_BOUND: usize = 4;

/// No element of an input of this type is larger than the first in magnitude, nor smaller than the second.
pub(crate) fn bounds(element: ElementType) -> (f64, f64) {
    match element {
        ElementType::I1 => (1.0, 0.0),
        element if element.is_integer() => (INTEGER_BOUND as f64, 0.0),
        _ => (FLOAT_BOUND, -FLOAT_BOUND),
    }
}

impl RandomGraph {
    /// Inputs for `@main`, where the symbols have these values.
    ///
    /// # Panics
    /// When a symbol has no value.
    pub fn inputs(&self, symbols: &SymbolValues, random: &mut Random) -> Vec<Tensor> {
        let main = kiln_func::find_function(&self.module, "main").expect("a random graph has @main");
        let block = kiln_func::body(&self.module, main).expect("@main has a body");
        let types = self.module.arguments(block).iter().map(|&argument| self.module.ty(argument));
        let mut inputs = Vec::new();
        for ty in types {
            let tensor = ty.as_tensor().expect("inputs are tensors");
            let extent =
                |dim: &kiln_ir::Dim| dim.expr()?.evaluate(symbols).and_then(|extent| usize::try_from(extent).ok());
            let shape: Vec<usize> =
                tensor.shape.iter().map(|dim| extent(dim).expect("every symbol has a value")).collect();
            inputs.push(tensor_of(ty.element().expect("of known elements"), &shape, random));
        }
        inputs
    }
}

/// A tensor of random elements.
pub(crate) fn tensor_of(element: ElementType, shape: &[usize], random: &mut Random) -> Tensor {
    let count: usize = shape.iter().product();
    if element == ElementType::I1 {
        let values: Vec<bool> = (0..count).map(|_| random.once_in(2)).collect();
        return Tensor::from_bools(shape, &values);
    }
    if element.is_float() {
        let values: Vec<f64> = (0..count).map(|_| random.between(-FLOAT_BOUND, FLOAT_BOUND)).collect();
        return scalar::from_floats(element, shape, values).expect("the element type is real");
    }
    let values: Vec<i128> = (0..count).map(|_| random.below(INTEGER_BOUND) as i128).collect();
    scalar::from_integers(element, shape, values).expect("the element type is an integer")
}
