//! From bytes to messages, and the checks of the header.

use crate::proto::ModelProto;
use crate::scan::{Kind, field};
use kiln_diag::Diagnostic;
use kiln_import_core::{ModelFile, Reporter, protobuf};
use kiln_onnx::{NEWEST_OPSET, OLDEST_OPSET, canonical_domain};
use rustc_hash::FxHashMap;

/// The versions of the file format that are read.
const IR_VERSIONS: std::ops::RangeInclusive<i64> = 3..=14;

/// Versions of operator sets by domain.
pub(crate) type Opsets = FxHashMap<String, i64>;

/// Decodes the file; byte fields of the result are slices of the mapping.
pub(crate) fn decode(file: &ModelFile, reporter: &Reporter) -> Option<ModelProto> {
    let model: ModelProto = protobuf::decode(file, "ONNX", Kind::Model, field, reporter)?;
    if model.graph.is_none() {
        let message = "this is not an ONNX model: there is no graph in it";
        reporter.report(Diagnostic::error(reporter.whole(), message));
        return None;
    }
    Some(model)
}

/// Checks the versions of format and operator sets; returns the latter.
pub(crate) fn check_header(model: &ModelProto, reporter: &Reporter) -> Opsets {
    match model.ir_version {
        Some(version) if IR_VERSIONS.contains(&version) => {}
        Some(version) => reporter.error(
            "ir_version",
            format!(
                "version {version} of the format is not known; {} to {} are",
                IR_VERSIONS.start(),
                IR_VERSIONS.end()
            ),
        ),
        None => reporter.error("ir_version", "the version of the format is missing"),
    }
    if !model.training_info.is_empty() {
        reporter.note("training information in the model is ignored");
    }
    let imports = model.opset_import.iter().map(|import| (import.domain.as_str(), import.version));
    let opsets = collect_opsets(imports, "opset_import", reporter);
    if !opsets.contains_key("") && model.graph.as_ref().is_some_and(|graph| !graph.node.is_empty()) {
        let uses_standard = |domain: &str| canonical_domain(domain).is_empty();
        if model.graph.iter().flat_map(|graph| &graph.node).any(|node| uses_standard(&node.domain)) {
            reporter.error("opset_import", "the version of the standard operator set is missing");
        }
    }
    opsets
}

/// Versions by domain, each checked to be known.
pub(crate) fn collect_opsets<'a>(
    imports: impl Iterator<Item = (&'a str, i64)>,
    part: &str,
    reporter: &Reporter,
) -> Opsets {
    let mut opsets = Opsets::default();
    for (domain, version) in imports {
        let domain = canonical_domain(domain);
        if domain.is_empty() && !(OLDEST_OPSET..=NEWEST_OPSET).contains(&version) {
            reporter.error(
                part,
                format!("opset {version} is not supported; {OLDEST_OPSET} to {NEWEST_OPSET} are (onnx.version_converter converts models between opsets)"),
            );
        }
        if let Some(other) = opsets.insert(domain.into(), version)
            && other != version
        {
            reporter.error(part, format!("domain \"{domain}\" is imported in versions {other} and {version}"));
        }
    }
    opsets
}
