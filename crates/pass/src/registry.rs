//! Which passes are known: explicit lists.

use crate::options::OptionInfo;
use crate::pass::{Anchor, DynPass, Pass};

/// A pass that pipelines may name.
#[derive(Clone, Copy, Debug)]
pub struct PassInfo {
    /// Its name.
    pub name: &'static str,
    /// What it does, as Markdown; the first line is a sentence.
    pub doc: &'static str,
    /// What it runs on.
    pub anchor: Anchor,
    /// Its options.
    pub options: &'static [OptionInfo],
    /// Makes it with options from text.
    make: MakePass,
}

/// Makes a pass with options given as name and text.
type MakePass = fn(&[(&str, &str)]) -> Result<Box<dyn DynPass>, String>;

impl PassInfo {
    /// The entry for the pass `P`.
    pub const fn of<P: Pass>() -> PassInfo {
        PassInfo { name: P::NAME, doc: P::DOC, anchor: P::ANCHOR, options: P::OPTIONS, make: make::<P> }
    }

    /// Makes the pass with options given as name and text.
    ///
    /// # Errors
    /// What is wrong with an option.
    pub fn make(&self, options: &[(&str, &str)]) -> Result<Box<dyn DynPass>, String> {
        (self.make)(options)
    }
}

fn make<P: Pass>(options: &[(&str, &str)]) -> Result<Box<dyn DynPass>, String> {
    let mut pass = P::default();
    for (name, text) in options {
        pass.set(name, text)?;
    }
    Ok(Box::new(pass))
}

/// The passes at hand: lists that each crate exports, put side by side by the caller.
#[derive(Clone, Copy, Debug)]
pub struct PassRegistry(&'static [&'static [PassInfo]]);

impl PassRegistry {
    /// The passes of all `lists`.
    pub const fn new(lists: &'static [&'static [PassInfo]]) -> PassRegistry {
        PassRegistry(lists)
    }

    /// Every pass, in order of registration.
    pub fn passes(&self) -> impl Iterator<Item = &'static PassInfo> + use<> {
        self.0.iter().copied().flatten()
    }

    /// The pass called `name`.
    pub fn find(&self, name: &str) -> Option<&'static PassInfo> {
        self.passes().find(|pass| pass.name == name)
    }
}
