//! What a function keeps from one call to the next: an argument and a result for each, behind the others, and an attribute
//! that says what they begin as.
//!
//! ```text
//! func.func @main(%x: tensor<2xf32>, %h: tensor<2xf32>) attributes {state = [dense<0.0> : tensor<2xf32>]} {
//!   %0 = graph.add %h, %x
//!   func.return %0, %0
//! }
//! ```

use super::node::Node;
use super::state::{Conversion, Tracked};
use kiln_ir::{Attribute, Op, Type, Value};
use kiln_tensor::Tensor;

/// Something that a function keeps.
pub(crate) struct Variable {
    name: String,
    initial: Attribute,
    current: Tracked,
}

impl Node<'_, '_> {
    /// The number of a new variable that begins as `initial`.
    ///
    /// # Errors
    /// Inside of a loop or a branch, which may run any number of times; one sentence.
    pub fn add_variable(&mut self, name: &str, initial: Tensor) -> Result<usize, String> {
        let conversion = &mut *self.conversion;
        let block = conversion
            .top_block()
            .ok_or("what is kept from one call to the next cannot change inside of a loop or a branch")?;
        let ty = Type::static_tensor(initial.shape(), Type::from_element(initial.element()));
        let argument = conversion.module.add_argument(block, ty);
        let (initial, current) = (conversion.module.tensor_attribute(initial), conversion.track_value(argument));
        conversion.variables.push(Variable { name: name.to_owned(), initial, current });
        Ok(conversion.variables.len() - 1)
    }

    /// What a variable is where conversion stands.
    pub fn variable(&self, number: usize) -> Tracked {
        self.conversion.variables[number].current
    }

    /// Gives a variable a value of its type.
    pub fn set_variable(&mut self, number: usize, value: Tracked) -> Result<(), String> {
        if self.full_type(value) != self.full_type(self.variable(number)) {
            return Err("what is kept from one call to the next changes its type".into());
        }
        if !self.conversion.is_at_top() {
            return Err("what is kept from one call to the next cannot change inside of a loop or a branch".into());
        }
        self.conversion.variables[number].current = value;
        Ok(())
    }
}

impl Conversion<'_> {
    /// Adds what the variables are at the end to the results of `function`.
    pub fn finish_variables(&mut self, function: Op, results: &mut Vec<Value>) {
        if self.variables.is_empty() {
            return;
        }
        let variables = std::mem::take(&mut self.variables);
        for list in ["arg_names", "res_names"] {
            let names = self.module.attribute(function, list).and_then(|names| names.as_array()).unwrap_or_default();
            let own = variables.iter().map(|one| Attribute::string(&format!("state.{}", one.name)));
            let names: Vec<Attribute> = names.iter().copied().chain(own).collect();
            self.module.set_attribute(function, list, names);
        }
        results.extend(variables.iter().map(|one| self.value(one.current)));
        let initial: Vec<Attribute> = variables.iter().map(|one| one.initial).collect();
        self.module.set_attribute(function, kiln_func::STATE, initial);
    }
}
