//! What a pass is.

use crate::context::PassContext;
use crate::options::Options;

/// What a pass runs on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Anchor {
    /// Any op that a pipeline is nested on.
    Any,
    /// Ops of this name alone: `builtin.module`, `func.func`.
    Op(&'static str),
}

/// A transformation or an analysis of everything inside one op.
///
/// Valid in, valid out: a pass may assume verified IR and leaves verified IR. It edits nothing outside of its root, and
/// looks at nothing there but symbols, of which it sees name and attributes: functions are worked on by many threads.
/// A user's mistake is a diagnostic; a pass that reported an error has failed, and the pipeline ends.
pub trait Pass: Options + Send + Sync + 'static {
    /// Its name in pipelines: a verb in kebab-case.
    const NAME: &'static str;

    /// What it runs on.
    const ANCHOR: Anchor = Anchor::Any;

    /// Whether it looks at more of the outside of its root than symbols; one thread then does all.
    const LOOKS_OUTSIDE: bool = false;

    /// Does the work on `context.root`.
    fn run(&self, context: &mut PassContext<'_>);
}

/// A pass of any type, as pipelines hold it.
pub trait DynPass: Send + Sync {
    /// Its name in pipelines.
    fn name(&self) -> &'static str;

    /// What it runs on.
    fn anchor(&self) -> Anchor;

    /// Whether it looks at more of the outside of its root than symbols.
    fn looks_outside(&self) -> bool;

    /// Options that differ from their defaults: name and text.
    fn changed_options(&self) -> Vec<(String, String)>;

    /// Does the work on `context.root`.
    fn run(&self, context: &mut PassContext<'_>);
}

impl<P: Pass> DynPass for P {
    fn name(&self) -> &'static str {
        P::NAME
    }

    fn anchor(&self) -> Anchor {
        P::ANCHOR
    }

    fn looks_outside(&self) -> bool {
        P::LOOKS_OUTSIDE
    }

    fn changed_options(&self) -> Vec<(String, String)> {
        let defaults = P::default().values();
        let changed = self.values().into_iter().zip(defaults).filter(|(value, default)| value != default);
        changed.map(|((name, value), _)| (name, value)).collect()
    }

    fn run(&self, context: &mut PassContext<'_>) {
        Pass::run(self, context);
    }
}
