//! Delta debugging of IR: the smallest module that a judge still finds interesting.
//!
//! A module offers edits of several kinds, each of which makes it smaller: functions, ops, regions, results, parameters,
//! attributes, elements of constants. Edits of one kind are tried many at once, then in halves, down to single ones; what
//! the judge finds interesting is kept, and all starts again until no edit is left that keeps the failure.
//!
//! Candidates are valid IR whenever the module to begin with is. The engine runs nothing but the judge.
//!
//! Zeller and Hildebrandt, "Simplifying and Isolating Failure-Inducing Input", 2002.

#![forbid(unsafe_code)]

mod constants;
mod edit;
mod function;
mod locations;
mod regions;
mod substitute;

pub use edit::{Edit, Kind, edits};

use kiln_ir::{Module, verify};

/// Tells whether a module still shows the failure.
pub trait Judge {
    /// Whether it does.
    fn is_interesting(&mut self, module: &Module) -> bool;

    /// Told of each module that is smaller than the one before and still interesting.
    fn keep(&mut self, module: &Module, edit: Kind) {
        let _ = (module, edit);
    }
}

/// The smallest interesting module that edits of `module` lead to. `module` itself should be interesting.
pub fn reduce(module: &Module, judge: &mut dyn Judge) -> Module {
    let is_valid = verify(module, module.top()).is_empty();
    let mut search = Search { best: module.clone(), is_valid, judge };
    while Kind::ALL.iter().filter(|&&kind| search.shrink(kind)).count() > 0 {}
    search.best
}

struct Search<'j> {
    best: Module,
    /// Whether candidates have to be valid.
    is_valid: bool,
    judge: &'j mut dyn Judge,
}

impl Search<'_> {
    /// Applies as many edits of one kind as it can; whether there were any.
    fn shrink(&mut self, kind: Kind) -> bool {
        let mut any = false;
        let mut size = edits(&self.best, kind).len();
        while size > 0 {
            any |= self.sweep(kind, size);
            size /= 2;
        }
        any
    }

    /// Tries all edits of one kind, `size` at a time; whether some could be applied.
    fn sweep(&mut self, kind: Kind, size: usize) -> bool {
        let mut any = false;
        for chunk in edits(&self.best, kind).chunks(size) {
            any |= self.attempt(kind, chunk);
        }
        any
    }

    fn attempt(&mut self, kind: Kind, chunk: &[Edit]) -> bool {
        let mut candidate = self.best.clone();
        let applied = chunk.iter().filter(|edit| edit.apply(&mut candidate)).count();
        if applied == 0 || self.is_valid && !verify(&candidate, candidate.top()).is_empty() {
            return false;
        }
        let interesting = self.judge.is_interesting(&candidate);
        if interesting {
            self.judge.keep(&candidate, kind);
            self.best = candidate;
        }
        interesting
    }
}

/// How many ops there are inside a module.
pub fn count_ops(module: &Module) -> usize {
    module.walk(module.top()).len() - 1
}
