//! Which passes are known: explicit lists.

use crate::options::{OptionInfo, Options};
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
    defaults: Defaults,
}

/// Name and text of every option, at its default.
type Defaults = fn() -> Vec<(String, String)>;

/// Makes a pass with options given as name and text.
type MakePass = fn(&[(&str, &str)]) -> Result<Box<dyn DynPass>, String>;

impl PassInfo {
    /// The entry for the pass `P`.
    pub const fn of<P: Pass>() -> PassInfo {
        let defaults = || P::default().values();
        PassInfo { name: P::NAME, doc: P::DOC, anchor: P::ANCHOR, options: P::OPTIONS, make: make::<P>, defaults }
    }

    /// Name and text of every option, at its default.
    pub fn defaults(&self) -> Vec<(String, String)> {
        (self.defaults)()
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
    with_options::<P>(options).map(|pass| Box::new(pass) as Box<dyn DynPass>)
}

fn with_options<O: Options>(options: &[(&str, &str)]) -> Result<O, String> {
    let mut made = O::default();
    for (name, text) in options {
        made.set(name, text)?;
    }
    Ok(made)
}

/// Passes that stand in pipelines under one name, with options of their own.
pub trait NamedPipeline: Options {
    /// The name, in kebab-case.
    const NAME: &'static str;

    /// How often the steps run at most: again and again until none of them edits the IR.
    const MOST_ROUNDS: usize = 1;

    /// The steps as text, commas between them.
    fn steps(&self) -> String;
}

/// A named pipeline that others may name.
#[derive(Clone, Copy, Debug)]
pub struct PipelineInfo {
    /// Its name.
    pub name: &'static str,
    /// What it is for, as Markdown; the first line is a sentence.
    pub doc: &'static str,
    /// Its options.
    pub options: &'static [OptionInfo],
    /// How often its steps run at most.
    pub most_rounds: usize,
    /// Gives its steps with options from text.
    expand: fn(&[(&str, &str)]) -> Result<String, String>,
    defaults: Defaults,
}

impl PipelineInfo {
    /// The entry for the pipeline `P`.
    pub const fn of<P: NamedPipeline>() -> PipelineInfo {
        let expand = |options: &[(&str, &str)]| with_options::<P>(options).map(|pipeline| pipeline.steps());
        let defaults = || P::default().values();
        PipelineInfo { name: P::NAME, doc: P::DOC, options: P::OPTIONS, most_rounds: P::MOST_ROUNDS, expand, defaults }
    }

    /// Name and text of every option, at its default.
    pub fn defaults(&self) -> Vec<(String, String)> {
        (self.defaults)()
    }

    /// The steps as text, with options given as name and text.
    ///
    /// # Errors
    /// What is wrong with an option.
    pub fn expand(&self, options: &[(&str, &str)]) -> Result<String, String> {
        (self.expand)(options)
    }
}

/// The passes at hand: lists that each crate exports, put side by side by the caller; and what pipelines of them are
/// called.
#[derive(Clone, Copy, Debug)]
pub struct PassRegistry {
    lists: &'static [&'static [PassInfo]],
    pipelines: &'static [PipelineInfo],
}

impl PassRegistry {
    /// The passes of all `lists`.
    pub const fn new(lists: &'static [&'static [PassInfo]]) -> PassRegistry {
        PassRegistry { lists, pipelines: &[] }
    }

    /// The same passes, and pipelines of them.
    pub const fn with_pipelines(self, pipelines: &'static [PipelineInfo]) -> PassRegistry {
        PassRegistry { pipelines, ..self }
    }

    /// Every pass, in order of registration.
    pub fn passes(&self) -> impl Iterator<Item = &'static PassInfo> + use<> {
        self.lists.iter().copied().flatten()
    }

    /// The pass called `name`.
    pub fn find(&self, name: &str) -> Option<&'static PassInfo> {
        self.passes().find(|pass| pass.name == name)
    }

    /// Every named pipeline, in order of registration.
    pub fn pipelines(&self) -> &'static [PipelineInfo] {
        self.pipelines
    }

    /// The pipeline called `name`.
    pub fn find_pipeline(&self, name: &str) -> Option<&'static PipelineInfo> {
        self.pipelines.iter().find(|pipeline| pipeline.name == name)
    }
}
