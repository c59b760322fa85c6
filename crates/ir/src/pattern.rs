//! Rewrite patterns. The drivers that apply them are in `kiln-rewrite`.

use crate::module::{Module, Op};
use kiln_diag::Place;
use std::sync::Arc;

/// Why a pattern did not apply: shown when rules are debugged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Mismatch(pub std::borrow::Cow<'static, str>);

impl From<&'static str> for Mismatch {
    fn from(reason: &'static str) -> Mismatch {
        Mismatch(reason.into())
    }
}

impl From<String> for Mismatch {
    fn from(reason: String) -> Mismatch {
        Mismatch(reason.into())
    }
}

/// A pattern that matched in part: shown when rules are debugged.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NearMiss {
    /// How many ops matched.
    pub matched: usize,
    /// What did not, in one sentence.
    pub reason: String,
    /// Where the pattern says so.
    pub place: Place,
}

/// What a pattern did: `Ok` if it edited the module, else why it did not. It edits nothing before its last guard.
pub type Rewrite = Result<(), Mismatch>;

/// A rewrite rooted at one op.
///
/// Edits go through the [`Module`] (its journal tells the driver what changed). A pattern never edits before its last
/// guard: an `Err` promises that the module is as it was.
pub trait Pattern: Send + Sync {
    /// A name for reports: kebab-case.
    fn name(&self) -> &str;

    /// The name of the op it is rooted at; `None` tries every op.
    fn root(&self) -> Option<&str>;

    /// How much is won; patterns of higher benefit are tried first.
    fn benefit(&self) -> u32 {
        1
    }

    /// Matches and rewrites.
    ///
    /// # Errors
    /// The reason it does not apply.
    fn rewrite(&self, module: &mut Module, op: Op) -> Rewrite;

    /// Why it does not apply at `op`, if its root and more matched there.
    fn near_miss(&self, _module: &Module, _op: Op) -> Option<NearMiss> {
        None
    }
}

/// A pattern made of a function.
struct FunctionPattern {
    name: &'static str,
    root: &'static str,
    benefit: u32,
    rewrite: fn(&mut Module, Op) -> Rewrite,
}

impl Pattern for FunctionPattern {
    fn name(&self) -> &str {
        self.name
    }

    fn root(&self) -> Option<&str> {
        Some(self.root)
    }

    fn benefit(&self) -> u32 {
        self.benefit
    }

    fn rewrite(&self, module: &mut Module, op: Op) -> Rewrite {
        (self.rewrite)(module, op)
    }
}

/// A list of patterns, in the order in which they were added.
#[derive(Clone, Default)]
pub struct PatternSet(Vec<Arc<dyn Pattern>>);

impl PatternSet {
    /// No patterns.
    pub fn new() -> PatternSet {
        PatternSet::default()
    }

    /// Adds a pattern.
    pub fn add(&mut self, pattern: impl Pattern + 'static) -> &mut PatternSet {
        self.0.push(Arc::new(pattern));
        self
    }

    /// Adds a pattern of benefit 1 that is a function.
    pub fn add_fn(
        &mut self,
        name: &'static str,
        root: &'static str,
        rewrite: fn(&mut Module, Op) -> Rewrite,
    ) -> &mut PatternSet {
        self.add(FunctionPattern { name, root, benefit: 1, rewrite })
    }

    /// The patterns.
    pub fn iter(&self) -> impl Iterator<Item = &Arc<dyn Pattern>> {
        self.0.iter()
    }

    /// The number of patterns.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl std::fmt::Debug for PatternSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|pattern| pattern.name())).finish()
    }
}
