//! What becomes of an op of the onnx dialect.

use super::custom::{self, Customs};
use super::expand_maps::expand_maps;
use super::fold::fold;
use super::versions::{describe_unsupported, find_row_of, opset_of, version_of};
use crate::conversion::content::Content;
use crate::conversion::datum::{Composite, Datum, data};
use crate::conversion::node::Node;
use crate::conversion::source::{Converted, Source};
use crate::conversion::state::Conversion;
use kiln_ir::{Module, Op, Type};

/// The onnx dialect, with what the user brings.
pub(crate) struct Onnx<'c> {
    pub customs: &'c Customs,
}

impl Source for Onnx<'_> {
    fn dialect(&self) -> &'static str {
        "onnx"
    }

    fn is_absent(&self, module: &Module, op: Op) -> bool {
        module.is(op, kiln_onnx::NONE)
    }

    fn prepare(&self, module: &mut Module, function: Op) {
        expand_maps(module, function);
    }

    fn folds_graph_ops(&self) -> bool {
        false
    }

    fn composite(&self, ty: Type) -> Option<Composite> {
        Some(match kiln_onnx::Composite::of(ty)? {
            kiln_onnx::Composite::Sequence(element) => Composite::Sequence(element),
            kiln_onnx::Composite::Optional(value) => Composite::Optional(value),
        })
    }

    fn unsupported(&self, module: &Module, op: Op) -> Option<String> {
        // What is no operator in this opset was reported when it was imported.
        let version = version_of(module, op)?;
        find_row_of(module, op).is_none().then(|| describe_unsupported(version, opset_of(module, op)))
    }

    fn convert(&self, conversion: &mut Conversion<'_>, op: Op, has_failed_operand: bool) -> Converted {
        let opset = opset_of(conversion.module, op);
        let is_custom = self.customs.knows(conversion.module.name(op).as_str());
        if !is_custom && find_row_of(conversion.module, op).is_none() {
            return Err(Some(match version_of(conversion.module, op) {
                Some(version) => describe_unsupported(version, opset),
                None => format!("this operator is not known in opset {opset}"),
            }));
        }
        if has_failed_operand {
            return Err(None);
        }
        match find_row_of(conversion.module, op).filter(|_| !is_custom) {
            None => self.convert_custom(conversion, op, opset).map_err(Some),
            Some(row) => match fold(conversion, op, opset) {
                Some(folded) if folded.iter().all(Content::is_known) => {
                    Ok(folded.into_iter().map(|content| conversion.track_content(content).into()).collect())
                }
                partly => {
                    let mut node = Node::new(conversion, op, opset);
                    let results = row.convert.run(&mut node);
                    results.inspect(|results| conversion.note_contents(results, partly)).map_err(Some)
                }
            },
        }
    }
}

impl Onnx<'_> {
    /// Converts an op that the user has something for.
    fn convert_custom(&self, conversion: &mut Conversion<'_>, op: Op, opset: i64) -> Result<Vec<Datum>, String> {
        let name = conversion.module.name(op).as_str();
        let mut node = Node::new(conversion, op, opset);
        match self.customs.operator(name) {
            Some(operator) => custom::convert_call(&mut node, operator).map(data),
            None => custom::convert_by_rules(&mut node, &self.customs.rules),
        }
    }
}
