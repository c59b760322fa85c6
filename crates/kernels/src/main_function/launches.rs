//! The launches of a model, as data for its metadata.

use super::description::node_name;
use crate::lower_kernels::Launch;
use kiln_ir::{Attribute, AttributeKind, Attributes, DimExpr, IntoAttribute, Module, Name, Op};
use kiln_schedule::Plan;

/// One place at which a model launches a kernel. Its number is its fusion's place among those of `main`.
#[derive(Clone, Debug)]
pub struct LaunchDescription {
    /// The kernel's function.
    pub kernel: String,
    /// Its family.
    pub family: String,
    /// Names of the nodes that it computes.
    pub nodes: Vec<String>,
    /// What [`OPERATIONS`] said of its fusion.
    pub operations: Option<DimExpr>,
    /// What [`TRAFFIC`] said of its fusion.
    pub traffic: Option<DimExpr>,
}

/// The attribute of a fusion that says how many floating-point operations one launch of it takes, if somebody counted.
pub const OPERATIONS: &str = "operations";
/// The attribute of a fusion that says how many bytes one launch of it reads and writes, if somebody counted.
pub const TRAFFIC: &str = "traffic";

/// The attribute that keeps the descriptions.
pub(super) const LAUNCHES: &str = "launches";

impl LaunchDescription {
    /// The descriptions that [`LaunchDescription::note`] left on `op`.
    pub(super) fn of(module: &Module, op: Op) -> Vec<LaunchDescription> {
        let entries = module.attribute(op, LAUNCHES).and_then(Attribute::as_array).unwrap_or_default();
        entries.iter().filter_map(|&entry| LaunchDescription::from_attribute(entry)).collect()
    }

    /// Notes on `main` the launches of its fusions.
    pub(super) fn note(module: &mut Module, main: Op) -> Result<(), String> {
        let fusions = module.ops_named(main, kiln_graph::FUSION);
        let entries = fusions.into_iter().map(|fusion| describe(module, fusion)).collect::<Result<Vec<_>, _>>()?;
        module.set_attribute(main, LAUNCHES, entries);
        Ok(())
    }

    /// The distinct names of the nodes that the ops of a fusion come from, in order.
    pub fn node_names(module: &Module, fusion: Op) -> Vec<String> {
        let mut names: Vec<Name> = Vec::new();
        for name in module.walk(fusion).into_iter().skip(1).flat_map(|op| module.location(op).names()) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        match names.is_empty() {
            true => vec![node_name(module, fusion)],
            false => names.iter().map(|name| name.as_str().to_owned()).collect(),
        }
    }

    fn from_attribute(attribute: Attribute) -> Option<LaunchDescription> {
        let AttributeKind::Dictionary(entries) = attribute.kind() else { return None };
        let entries: Attributes = entries.iter().copied().collect();
        let count = |name: &str| entries.get(name)?.as_dims()?.first()?.expr();
        Some(LaunchDescription {
            kernel: entries.get("callee")?.as_symbol_ref()?.as_str().into(),
            family: entries.get("family")?.as_str()?.into(),
            nodes: entries.get("nodes")?.as_strs()?.into_iter().map(String::from).collect(),
            operations: count(OPERATIONS),
            traffic: count(TRAFFIC),
        })
    }
}

fn describe(module: &Module, fusion: Op) -> Result<Attribute, String> {
    let launch = Launch::of(module, fusion)?;
    let family = module.attribute(fusion, "plan").and_then(Plan::from_attribute).map(|plan| plan.family);
    let nodes: Vec<Attribute> =
        LaunchDescription::node_names(module, fusion).iter().map(|name| Attribute::string(name)).collect();
    let entry = |name: &str, value: Attribute| (Name::new(name), value);
    let mut entries = vec![
        entry("callee", Attribute::symbol_ref(launch.callee.as_str())),
        entry("family", Attribute::string(family.map_or("", |family| family.as_str()))),
        entry("nodes", nodes.into_attribute()),
    ];
    for name in [OPERATIONS, TRAFFIC] {
        entries.extend(module.attribute(fusion, name).map(|count| entry(name, count)));
    }
    Ok(Attribute::dictionary(entries))
}
