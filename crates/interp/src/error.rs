//! Why a model cannot be run.

use kiln_ir::{Location, LocationKind, Module, Op};
use std::fmt;

/// An error while running a model.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct InterpError {
    /// The node of the model that the op comes from, if its location names one.
    pub node: Option<String>,
    /// The op's name; empty if the error is about the model's arguments.
    pub op: String,
    /// The reason, in one sentence without a full stop.
    pub reason: String,
}

impl InterpError {
    /// An error about an op.
    pub(crate) fn at(module: &Module, op: Op, reason: impl Into<String>) -> InterpError {
        let node = node_name(module.location(op)).map(str::to_owned);
        InterpError { node, op: module.name(op).as_str().to_owned(), reason: reason.into() }
    }

    /// An error about no op in particular.
    pub(crate) fn general(reason: impl Into<String>) -> InterpError {
        InterpError { node: None, op: String::new(), reason: reason.into() }
    }
}

/// The innermost name in a location.
fn node_name(location: Location) -> Option<&'static str> {
    match location.kind() {
        LocationKind::Named { name, .. } => Some(name.as_str()),
        LocationKind::CallSite { callee, .. } => node_name(*callee),
        LocationKind::Fused { parts, .. } => parts.iter().find_map(|part| node_name(*part)),
        LocationKind::File { .. } | LocationKind::Range { .. } | LocationKind::Unknown => None,
    }
}

impl fmt::Display for InterpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(node) = &self.node {
            write!(f, "node \"{node}\": ")?;
        }
        if !self.op.is_empty() {
            write!(f, "{}: ", self.op)?;
        }
        f.write_str(&self.reason)
    }
}

impl std::error::Error for InterpError {}
