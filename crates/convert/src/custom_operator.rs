//! What binds an operator to a C function: `com.example.Swish=my_swish`.

use kiln_graph::custom::check_callee;
use kiln_ir::{Type, TypeKind};
use std::fmt::{self, Display, Formatter};
use std::str::FromStr;

/// An operator and the function that computes it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct CustomOperator {
    /// The operator's name with its domain before it.
    pub name: String,
    /// The function.
    pub callee: String,
    /// The types of inputs and outputs, in which symbols stand for extents; if there are none, outputs are what the model
    /// says, or of the first input's type.
    pub types: Option<(Vec<Type>, Vec<Type>)>,
}

impl FromStr for CustomOperator {
    type Err = String;

    fn from_str(text: &str) -> Result<CustomOperator, String> {
        let (name, rest) = text.split_once('=').ok_or("expected DOMAIN.NAME=FUNCTION")?;
        let (callee, types) = match rest.split_once(':') {
            Some((callee, types)) => (callee.trim(), Some(types.trim())),
            None => (rest.trim(), None),
        };
        let is_name = |part: &str| !part.is_empty() && !part.contains(char::is_whitespace);
        if !name.split('.').all(is_name) {
            return Err(format!("\"{name}\" is no name of an operator: expected DOMAIN.NAME"));
        }
        check_callee(callee)?;
        let types = types.map(|types| match kiln_syntax::parse_type(types)?.kind() {
            TypeKind::Function { inputs, results } => Ok((inputs.clone(), results.clone())),
            _ => Err("the type of an operator is (TYPES) -> TYPES".to_owned()),
        });
        Ok(CustomOperator { name: name.to_owned(), callee: callee.to_owned(), types: types.transpose()? })
    }
}

/// As [`CustomOperator::from_str`] reads it.
impl Display for CustomOperator {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "{}={}", self.name, self.callee)?;
        match &self.types {
            Some((inputs, outputs)) => write!(f, ": {}", Type::function(inputs, outputs)),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_are_bound_to_functions() {
        let swish: CustomOperator = "com.example.Swish=my_swish".parse().expect("well formed");
        assert_eq!((swish.name.as_str(), swish.callee.as_str()), ("com.example.Swish", "my_swish"));
        assert_eq!(swish.types, None);
        let pool = "P=pool: (tensor<?x4xf32, #kiln.dims<[N, 4]>>) -> tensor<?xf32, #kiln.dims<[N]>>";
        let pool: CustomOperator = pool.parse().expect("well formed");
        assert_eq!(pool.to_string().parse(), Ok(pool.clone()));
        assert_eq!(pool.types.map(|(inputs, outputs)| (inputs.len(), outputs.len())), Some((1, 1)));
        for wrong in
            ["Swish", "=f", "a..b=f", "a.b=", "a.b=1f", "a.b=kiln_run", "a.b=f:tensor<2xf32>", "a.b=f:(f3) -> f32"]
        {
            assert!(wrong.parse::<CustomOperator>().is_err(), "{wrong}");
        }
    }
}
