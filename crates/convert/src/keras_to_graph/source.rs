//! What becomes of an op of the keras dialect.

use super::call::{Call, Masks, Row};
use super::missing::MISSING;
use super::{ROWS, custom, operations};
use crate::CustomOperator;
use crate::conversion::datum::data;
use crate::conversion::missing::reason;
use crate::conversion::node::Node;
use crate::conversion::source::{Converted, Source};
use crate::conversion::state::{Conversion, Tracked};
use kiln_ir::{Module, Op, Value};
use rustc_hash::{FxHashMap, FxHashSet};
use std::cell::RefCell;

/// The keras dialect, with the masks of tensors: truth values that say which steps of a sequence count, which layers
/// hand on beside their results.
#[derive(Default)]
pub(crate) struct Keras {
    masks: RefCell<FxHashMap<Value, Tracked>>,
    /// The first weights of stateful layers that were called.
    stateful: RefCell<FxHashSet<Value>>,
    /// Operators that C functions compute.
    pub customs: Vec<CustomOperator>,
}

impl Keras {
    /// The dialect with these operators.
    pub fn new(customs: &[CustomOperator]) -> Keras {
        Keras { customs: customs.to_vec(), ..Keras::default() }
    }

    /// The mask of a value.
    pub fn mask(&self, value: Value) -> Option<Tracked> {
        self.masks.borrow().get(&value).copied()
    }

    /// Gives a value a mask.
    pub fn set_mask(&self, value: Value, mask: Tracked) {
        self.masks.borrow_mut().insert(value, mask);
    }

    /// Remembers the stateful layer that has a weight; whether it was called before.
    pub fn is_called_again(&self, weight: Value) -> bool {
        !self.stateful.borrow_mut().insert(weight)
    }

    /// Takes the mask of a value away.
    pub fn forget_mask(&self, value: Value) {
        self.masks.borrow_mut().remove(&value);
    }
}

/// The row of an op.
pub(crate) fn find_row(module: &Module, op: Op) -> Option<&'static Row> {
    ROWS.iter().chain(operations::ROWS).copied().flatten().find(|row| row.name == layer(module, op))
}

impl Source for Keras {
    fn dialect(&self) -> &'static str {
        "keras"
    }

    fn is_absent(&self, module: &Module, op: Op) -> bool {
        module.is(op, kiln_keras::NONE)
    }

    fn unsupported(&self, module: &Module, op: Op) -> Option<String> {
        let is_structure =
            [kiln_keras::CONSTANT, kiln_keras::NONE, kiln_keras::YIELD].iter().any(|name| module.is(op, name));
        (!is_structure && find_row(module, op).is_none()).then(|| reason(MISSING, layer(module, op)))
    }

    fn convert(&self, conversion: &mut Conversion<'_>, op: Op, has_failed_operand: bool) -> Converted {
        if conversion.module.is(op, kiln_keras::CONSTANT) {
            let value = conversion.module.attribute(op, "value");
            let constant = value.and_then(|value| conversion.track_constant(value));
            return constant.map(|constant| vec![constant.into()]).ok_or_else(|| Some("it has no value".into()));
        }
        let name = layer(conversion.module, op);
        let custom = self.customs.iter().find(|custom| custom.name == name);
        let row = find_row(conversion.module, op);
        if custom.is_none() && row.is_none() {
            return Err(Some(reason(MISSING, name)));
        }
        if has_failed_operand {
            return Err(None);
        }
        let mut call = Call::new(self, Node::new(conversion, op, 0));
        let results = match (custom, row) {
            (Some(custom), _) => custom::convert(&mut call, custom),
            (None, Some(row)) => {
                if row.masks == Masks::Passed
                    && let Some(mask) = call.mask()
                {
                    call.set_masks(mask);
                }
                (row.convert)(&mut call)
            }
            (None, None) => Err(reason(MISSING, name)),
        };
        results.map(data).map_err(Some)
    }
}

/// The class of a layer or operation, without the dialect.
fn layer(module: &Module, op: Op) -> &'static str {
    module.name(op).as_str().strip_prefix("keras.").unwrap_or_default()
}
