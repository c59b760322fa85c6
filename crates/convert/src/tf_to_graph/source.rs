//! What becomes of an op of the tf dialect.

use super::ROWS;
use super::complex::{is_complex_aware, is_complex_type};
use super::missing::MISSING;
use crate::conversion::missing::reason;
use crate::conversion::node::Node;
use crate::conversion::row::{Row, find_row};
use crate::conversion::source::{Converted, Source};
use crate::conversion::state::Conversion;
use kiln_ir::{Module, Op, Type};
use kiln_tensor::ElementType;

/// The tf dialect.
pub(crate) struct Tf;

impl Source for Tf {
    fn dialect(&self) -> &'static str {
        "tf"
    }

    fn unsupported(&self, module: &Module, op: Op) -> Option<String> {
        let is_operator = kiln_tf::find_schema(operator(module, op)).is_some();
        (is_operator && row_of(module, op).is_none()).then(|| reason(MISSING, operator(module, op)))
    }

    fn convert(&self, conversion: &mut Conversion<'_>, op: Op, has_failed_operand: bool) -> Converted {
        let Some(row) = row_of(conversion.module, op) else {
            return Err(Some(reason(MISSING, operator(conversion.module, op))));
        };
        if has_failed_operand {
            return Err(None);
        }
        let module = &*conversion.module;
        let has_complex = |types: Vec<Type>| types.into_iter().any(is_complex_type);
        if (has_complex(module.operand_types(op)) || has_complex(module.result_types(op)))
            && !is_complex_aware(row.name)
        {
            return Err(Some("complex numbers are not supported here".into()));
        }
        let is_returned = |op: &Op| {
            let results = module.results(*op).iter().filter(|&&result| is_complex_type(module.ty(result)));
            results.flat_map(|&result| module.uses(result)).any(|used| module.is(used.op, "func.return"))
        };
        if is_returned(&op) {
            return Err(Some("outputs of complex numbers are not supported: their parts are, by Real and Imag".into()));
        }
        row.convert.run(&mut Node::new(conversion, op, 0)).map_err(Some)
    }
}

/// The operator's name.
fn operator(module: &Module, op: Op) -> &'static str {
    module.name(op).as_str().strip_prefix("tf.").unwrap_or_default()
}

fn row_of(module: &Module, op: Op) -> Option<&'static Row> {
    find_row(ROWS, operator(module, op), 0)
}

impl Node<'_, '_> {
    /// The element type that an attribute names.
    pub fn element_attribute(&self, name: &str, default: ElementType) -> Result<ElementType, String> {
        match self.attribute(name).and_then(|value| value.as_type()) {
            Some(ty) => ty.to_element().ok_or_else(|| format!("values of {ty} are not supported")),
            None => Ok(default),
        }
    }

    /// The one integer that an operand must be.
    pub fn one_int(&self, index: usize, what: &str) -> Result<i64, String> {
        match *self.constant_ints(self.input(index)?, what)? {
            [value] => Ok(value),
            ref values => Err(format!("{what} must be one number, not {}", values.len())),
        }
    }

    /// The one number that an operand must be.
    pub fn one_float(&self, index: usize, what: &str) -> Result<f64, String> {
        match *self.constant_floats(self.input(index)?, what)? {
            [value] => Ok(value),
            ref values => Err(format!("{what} must be one number, not {}", values.len())),
        }
    }
}
