//! Pipelines and their text: `builtin.module(canonicalize,cse,func.func(fuse{max-ops=32 fast=true}))`.
//!
//! ```text
//! pipeline ::= op-name `(` (step (`,` step)*)? `)`
//! step     ::= pipeline | (pass-name | pipeline-name) (`{` (option `=` value)* `}`)?
//! ```
//! A [named pipeline](crate::NamedPipeline) stands for its passes, repeated until they change nothing where it says so.
//!
//! Options are separated by blanks. A value is all up to the next blank or closing brace; brackets and braces inside it
//! nest, and quotes keep blanks.

use crate::pass::{Anchor, DynPass, Pass};
use crate::registry::{PassRegistry, PipelineInfo};
use kiln_diag::{Diagnostic, Place};
use std::fmt;

/// Passes to run on each op of one name, in order.
pub struct Pipeline {
    /// The op: `builtin.module`, `func.func`.
    pub anchor: String,
    /// The steps.
    pub steps: Vec<Step>,
}

/// A step of a pipeline.
pub enum Step {
    /// Runs a pass on the pipeline's op.
    Pass(Box<dyn DynPass>),
    /// Runs a pipeline on each op of its anchor's name directly inside the pipeline's op.
    Nested(Pipeline),
    /// Runs the steps of a named pipeline on the pipeline's op.
    Stage(Stage),
}

/// A named pipeline as a step of another.
pub struct Stage {
    /// Its name, and its options as they were given.
    pub text: String,
    /// What it stands for, on the anchor of the pipeline around it.
    pub pipeline: Pipeline,
    /// How often that runs at most: again and again until no step edits the IR.
    pub most_rounds: usize,
}

impl Pipeline {
    /// A pipeline without steps on ops called `anchor`.
    pub fn on(anchor: &str) -> Pipeline {
        Pipeline { anchor: anchor.to_owned(), steps: Vec::new() }
    }

    /// Adds a pass, nested on `func.func` or whatever op it is anchored to.
    pub fn pass(mut self, pass: impl Pass) -> Pipeline {
        self.push(Box::new(pass));
        self
    }

    /// Adds a pipeline nested on ops called `anchor`.
    pub fn nested(mut self, anchor: &str, build: impl FnOnce(Pipeline) -> Pipeline) -> Pipeline {
        self.steps.push(Step::Nested(build(Pipeline::on(anchor))));
        self
    }

    /// Adds a pass as [`Pipeline::pass`] does; consecutive passes on one anchor share a nested pipeline.
    pub fn push(&mut self, pass: Box<dyn DynPass>) {
        match pass.anchor() {
            Anchor::Op(anchor) if anchor != self.anchor => match self.steps.last_mut() {
                Some(Step::Nested(nested)) if nested.anchor == anchor => nested.steps.push(Step::Pass(pass)),
                _ => {
                    let steps = vec![Step::Pass(pass)];
                    self.steps.push(Step::Nested(Pipeline { anchor: anchor.to_owned(), steps }));
                }
            },
            _ => self.steps.push(Step::Pass(pass)),
        }
    }

    /// Reads a pipeline; `name(...)` around the whole is its anchor, and without it that is `builtin.module`.
    ///
    /// # Errors
    /// What is wrong, at its place in the text.
    pub fn parse(text: &str, registry: &PassRegistry) -> Result<Pipeline, Box<Diagnostic>> {
        let mut parser = Parser { text, position: 0, registry };
        let mut pipeline = Pipeline::on("builtin.module");
        parser.steps(&mut pipeline)?;
        if parser.position < text.len() {
            return Err(parser.error(parser.position, "expected ',' or the end of the pipeline"));
        }
        match pipeline.steps.pop() {
            Some(Step::Nested(only)) if pipeline.steps.is_empty() && only.anchor == "builtin.module" => Ok(only),
            last => {
                pipeline.steps.extend(last);
                Ok(pipeline)
            }
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    position: usize,
    registry: &'a PassRegistry,
}

impl<'a> Parser<'a> {
    fn error(&self, position: usize, message: impl Into<String>) -> Box<Diagnostic> {
        let column = self.text[..position].chars().count() as u32 + 1;
        let place = Place::Text { file: "<pipeline>".into(), line: 1, column, length: 1 };
        Box::new(Diagnostic::error(place, message).with_note(format!("in the pipeline '{}'", self.text)))
    }

    fn blanks(&mut self) {
        self.position += self.text[self.position..].len() - self.text[self.position..].trim_start().len();
    }

    fn eat(&mut self, expected: char) -> bool {
        self.blanks();
        let found = self.text[self.position..].starts_with(expected);
        self.position += if found { expected.len_utf8() } else { 0 };
        found
    }

    fn name(&mut self) -> &'a str {
        self.blanks();
        let rest = &self.text[self.position..];
        let end = rest.find(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '_' | '.')).unwrap_or(rest.len());
        self.position += end;
        &rest[..end]
    }

    fn steps(&mut self, pipeline: &mut Pipeline) -> Result<(), Box<Diagnostic>> {
        loop {
            self.blanks();
            let start = self.position;
            let name = self.name();
            if name.is_empty() {
                let is_end = pipeline.steps.is_empty() && matches!(self.text[start..].chars().next(), None | Some(')'));
                return if is_end { Ok(()) } else { Err(self.error(start, "expected the name of a pass or of an op")) };
            }
            if self.eat('(') {
                let mut nested = Pipeline::on(name);
                self.steps(&mut nested)?;
                if !self.eat(')') {
                    return Err(self.error(self.position, "expected ',' or ')'"));
                }
                pipeline.steps.push(Step::Nested(nested));
            } else {
                pipeline.steps.push(self.pass_or_stage(start, name, &pipeline.anchor)?);
            }
            if !self.eat(',') {
                return Ok(());
            }
        }
    }

    fn pass_or_stage(&mut self, start: usize, name: &str, anchor: &str) -> Result<Step, Box<Diagnostic>> {
        let options = if self.eat('{') { self.options()? } else { Vec::new() };
        if let Some(info) = self.registry.find_pipeline(name) {
            let text = self.text[start..self.position].trim_end().to_owned();
            let pipeline = self.stage(start, info, &options, anchor)?;
            return Ok(Step::Stage(Stage { text, pipeline, most_rounds: info.most_rounds }));
        }
        let Some(info) = self.registry.find(name) else { return Err(self.unknown(start, name)) };
        if let Anchor::Op(expected) = info.anchor
            && expected != anchor
        {
            let error = self.error(start, format!("pass '{name}' runs on {expected}, not on {anchor}"));
            return Err(Box::new(error.with_help(format!("write {expected}({name})"))));
        }
        let pass = info.make(&options).map_err(|reason| self.error(start, format!("pass '{name}': {reason}")))?;
        Ok(Step::Pass(pass))
    }

    /// What a named pipeline stands for.
    fn stage(
        &self,
        start: usize,
        info: &PipelineInfo,
        options: &[(&str, &str)],
        anchor: &str,
    ) -> Result<Pipeline, Box<Diagnostic>> {
        let wrong = |reason: &str| self.error(start, format!("pipeline '{}': {reason}", info.name));
        let text = info.expand(options).map_err(|reason| wrong(&reason))?;
        let mut parser = Parser { text: &text, position: 0, registry: self.registry };
        let mut pipeline = Pipeline::on(anchor);
        parser.steps(&mut pipeline).map_err(|error| wrong(&error.message))?;
        match parser.position == text.len() {
            true => Ok(pipeline),
            // Pipelines are lists of steps, up to what the values of options make of them.
            false => Err(wrong("an option has a brace that ends what it is an option of")),
        }
    }

    fn unknown(&self, start: usize, name: &str) -> Box<Diagnostic> {
        let error = self.error(start, format!("there is no pass '{name}'"));
        let passes = self.registry.passes().map(|pass| pass.name);
        let names = passes.chain(self.registry.pipelines().iter().map(|pipeline| pipeline.name));
        Box::new(match kiln_diag::suggest(name, names) {
            Some(near) => error.with_help(format!("did you mean '{near}'?")),
            None => error.with_help("`kiln-opt --list-passes` lists them"),
        })
    }

    fn options(&mut self) -> Result<Vec<(&'a str, &'a str)>, Box<Diagnostic>> {
        let mut options = Vec::new();
        while !self.eat('}') {
            let start = self.position;
            let name = self.name();
            if name.is_empty() || !self.eat('=') {
                return Err(self.error(start, "expected 'option=value' or '}'"));
            }
            options.push((name, self.value()?));
        }
        Ok(options)
    }

    fn value(&mut self) -> Result<&'a str, Box<Diagnostic>> {
        let rest = &self.text[self.position..];
        let (mut depth, mut quoted) = (0usize, false);
        for (index, c) in rest.char_indices() {
            match c {
                '"' => quoted = !quoted,
                _ if quoted => {}
                '{' | '[' | '(' => depth += 1,
                '}' | ']' | ')' if depth > 0 => depth -= 1,
                '}' | ' ' | '\t' | '\n' if depth == 0 => {
                    self.position += index;
                    return Ok(unquote(&rest[..index]));
                }
                _ => {}
            }
        }
        Err(self.error(self.text.len(), "expected '}' after the options of a pass"))
    }
}

/// A value in quotes or braces stands for what is inside.
fn unquote(text: &str) -> &str {
    let strip = |open: char, close: char| text.strip_prefix(open).and_then(|text| text.strip_suffix(close));
    strip('"', '"').or_else(|| strip('{', '}')).unwrap_or(text)
}

impl fmt::Display for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}(", self.anchor)?;
        for (index, step) in self.steps.iter().enumerate() {
            let separator = if index == 0 { "" } else { "," };
            match step {
                Step::Nested(nested) => write!(f, "{separator}{nested}")?,
                Step::Stage(stage) => write!(f, "{separator}{}", stage.text)?,
                Step::Pass(pass) => write!(f, "{separator}{}", PassText(pass.as_ref()))?,
            }
        }
        f.write_str(")")
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A pass with the options that differ from their defaults.
pub(crate) struct PassText<'a>(pub &'a dyn DynPass);

impl fmt::Display for PassText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.name())?;
        let options = self.0.changed_options();
        if options.is_empty() {
            return Ok(());
        }
        let option = |(name, value): &(String, String)| match value.contains(char::is_whitespace) || value.is_empty() {
            true => format!("{name}=\"{value}\""),
            false => format!("{name}={value}"),
        };
        write!(f, "{{{}}}", options.iter().map(option).collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::PassContext;
    use crate::registry::{NamedPipeline, PassInfo};

    crate::options! {
        /// Does nothing.
        pub struct Rest {
            /// How long.
            hours: Vec<u32> = vec![8],
            /// Where.
            place: String = "bed".into(),
        }
    }

    impl Pass for Rest {
        const NAME: &'static str = "rest";
        const ANCHOR: Anchor = Anchor::Op("func.func");
        fn run(&self, _: &mut PassContext<'_>) {}
    }

    crate::options! {
        /// Does nothing, anywhere.
        pub struct Wait {}
    }

    impl Pass for Wait {
        const NAME: &'static str = "wait";
        fn run(&self, _: &mut PassContext<'_>) {}
    }

    crate::options! {
        /// A night.
        pub struct Night {
            /// How long.
            hours: u32 = 8,
        }
    }

    impl NamedPipeline for Night {
        const NAME: &'static str = "night";
        fn steps(&self) -> String {
            format!("wait,func.func(rest{{hours={}}})", self.hours)
        }
    }

    const REGISTRY: PassRegistry = PassRegistry::new(&[&[PassInfo::of::<Rest>(), PassInfo::of::<Wait>()]])
        .with_pipelines(&[PipelineInfo::of::<Night>()]);

    #[test]
    fn pipelines_print_as_they_are_read() {
        let check = |text: &str| assert_eq!(Pipeline::parse(text, &REGISTRY).expect("valid").to_string(), text);
        check("builtin.module()");
        check("builtin.module(wait,func.func(wait,rest{hours=1,2 place=\"a b\"}),wait)");
        check("builtin.module(night,night{hours=9},wait)");
        let bare = Pipeline::parse(" wait , func.func( rest{ place={x y} } )", &REGISTRY).expect("valid");
        assert_eq!(bare.to_string(), "builtin.module(wait,func.func(rest{place=\"x y\"}))");
    }

    #[test]
    fn named_pipelines_stand_for_their_passes() {
        let pipeline = Pipeline::parse("builtin.module(night{hours=9})", &REGISTRY).expect("valid");
        let [Step::Stage(stage)] = pipeline.steps.as_slice() else { panic!("one stage: {pipeline}") };
        assert_eq!(stage.pipeline.to_string(), "builtin.module(wait,func.func(rest{hours=9}))");
    }

    #[test]
    fn passes_nest_on_their_anchor() {
        let pipeline = Pipeline::on("builtin.module").pass(Wait {}).pass(Rest::default()).pass(Rest::default());
        assert_eq!(pipeline.to_string(), "builtin.module(wait,func.func(rest,rest))");
    }

    #[test]
    fn mistakes_are_located() {
        let check = |text: &str, column: u32, message: &str| {
            let error = Pipeline::parse(text, &REGISTRY).expect_err("invalid");
            assert_eq!(error.message, message);
            assert!(matches!(error.place, Place::Text { column: found, .. } if found == column), "{:?}", error.place);
        };
        check("builtin.module(wait,wiat)", 21, "there is no pass 'wiat'");
        check("builtin.module(rest)", 16, "pass 'rest' runs on func.func, not on builtin.module");
        check("wait{hours=1}", 1, "pass 'wait': there is no option 'hours', the pass has none");
        check("func.func(rest{hours=x})", 11, "pass 'rest': expected a non-negative integer, found 'x'");
        check("func.func(rest", 15, "expected ',' or ')'");
        check("night{days=1}", 1, "pipeline 'night': there is no option 'days', only hours");
        check("nihgt", 1, "there is no pass 'nihgt'");
        check("wait,", 6, "expected the name of a pass or of an op");
    }
}
