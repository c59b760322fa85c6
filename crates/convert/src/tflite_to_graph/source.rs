//! What becomes of an op of the tflite dialect.

use super::ROWS;
use super::missing::MISSING;
use crate::conversion::missing::reason;
use crate::conversion::node::Node;
use crate::conversion::row::find_row;
use crate::conversion::source::{Converted, Source};
use crate::conversion::state::Conversion;
use kiln_ir::{Module, Op};

/// The tflite dialect.
pub(crate) struct Tflite;

impl Source for Tflite {
    fn dialect(&self) -> &'static str {
        "tflite"
    }

    fn is_absent(&self, module: &Module, op: Op) -> bool {
        module.is(op, kiln_tflite::NONE)
    }

    fn prepare(&self, module: &mut Module, function: Op) {
        super::state::lift_state(module, function);
    }

    fn unsupported(&self, module: &Module, op: Op) -> Option<String> {
        let name = operator(module, op);
        // What is no operator was reported when it was imported.
        kiln_tflite::find_schema_of_op(module.name(op).as_str())?;
        find_row(ROWS, name, 0).is_none().then(|| reason(MISSING, name))
    }

    fn convert(&self, conversion: &mut Conversion<'_>, op: Op, has_failed_operand: bool) -> Converted {
        let name = operator(conversion.module, op);
        let Some(row) = find_row(ROWS, name, 0) else { return Err(Some(reason(MISSING, name))) };
        if has_failed_operand {
            return Err(None);
        }
        if has_complex_operand(conversion.module, op) && !super::complex::KNOWN.contains(&row.name) {
            return Err(Some("complex numbers are not supported by this operator".into()));
        }
        row.convert.run(&mut Node::new(conversion, op, 0)).map_err(Some)
    }
}

/// The operator's name, without the dialect.
fn operator(module: &Module, op: Op) -> &'static str {
    let name = module.name(op).as_str();
    name.strip_prefix("tflite.").unwrap_or(name)
}

/// Whether an operand is of complex numbers.
fn has_complex_operand(module: &Module, op: Op) -> bool {
    let element = |value| module.ty(value).scalar().to_element();
    module.operands(op).iter().any(|&operand| element(operand).is_some_and(|element| element.is_complex()))
}
