//! What a pass sees while it runs.

use kiln_diag::{Diagnostic, Sink};
use kiln_ir::{Module, Op};
use std::collections::BTreeMap;

/// Counters by pass name and counter name.
pub type Statistics = BTreeMap<(&'static str, &'static str), usize>;

/// What a pass sees while it runs.
#[derive(Debug)]
pub struct PassContext<'a> {
    /// The module.
    pub module: &'a mut Module,
    /// The op to work on; the module's outermost op for passes on modules.
    pub root: Op,
    /// Where mistakes of the user go.
    pub sink: &'a Sink,
    /// The running pass's name.
    pub pass: &'static str,
    /// Whether passes report where each rule applied and nearly did; [`run_patterns`](crate::run_patterns) does so.
    pub trace_rules: bool,
    /// Where [`PassContext::count`] adds up.
    pub statistics: &'a mut Statistics,
}

impl PassContext<'_> {
    /// Adds to a counter that `--statistics` shows: `count("fused-ops", 3)`.
    pub fn count(&mut self, counter: &'static str, amount: usize) {
        *self.statistics.entry((self.pass, counter)).or_default() += amount;
    }

    /// Reports an error about `op`; the pass has then failed, but should look for more before it returns.
    pub fn error(&self, op: Op, message: impl std::fmt::Display) {
        self.report(self.module.error(op, message));
    }

    /// Reports a diagnostic.
    pub fn report(&self, diagnostic: Diagnostic) {
        self.sink.report(diagnostic);
    }

    /// The ops called `name` inside the root, the root itself included, each before what is inside it.
    pub fn ops_named(&self, name: &str) -> Vec<Op> {
        self.module.walk(self.root).into_iter().filter(|&op| self.module.is(op, name)).collect()
    }
}
