//! What a framework says about its dialect.

use super::datum::{Composite, Datum};
use super::state::Conversion;
use kiln_ir::{Module, Op, Type};

/// What becomes of an op: its results, or a reason; no reason if the op depends on what was reported already.
pub(crate) type Converted = Result<Vec<Datum>, Option<String>>;

/// A dialect that models are converted from.
pub(crate) trait Source {
    /// The dialect.
    fn dialect(&self) -> &'static str;

    /// Whether an op stands for an input that is left out.
    fn is_absent(&self, _module: &Module, _op: Op) -> bool {
        false
    }

    /// Rewrites a function before its ops are converted.
    fn prepare(&self, _module: &mut Module, _function: Op) {}

    /// Converts one op. `has_failed_operand` tells that an operand has no value since what makes it failed.
    fn convert(&self, conversion: &mut Conversion<'_>, op: Op, has_failed_operand: bool) -> Converted;

    /// Why an op cannot be converted whatever its operands are; `None` if that depends.
    fn unsupported(&self, _module: &Module, _op: Op) -> Option<String> {
        None
    }

    /// Whether shape arithmetic is evaluated where graph ops are made of it. A source that does it for whole operators of its
    /// own says no.
    fn folds_graph_ops(&self) -> bool {
        true
    }

    /// What a type that is no tensor is.
    fn composite(&self, _ty: Type) -> Option<Composite> {
        None
    }
}
