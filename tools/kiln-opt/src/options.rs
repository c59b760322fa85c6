//! The command line.

use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory, FromArgMatches, Parser};
use kiln_pass::{Anchor, Instrumentation, PassFilter};
use std::path::PathBuf;

/// Reads IR text, runs passes on it, prints IR text.
#[derive(Parser, Debug)]
#[command(name = "kiln-opt", version, max_term_width = 100)]
struct Arguments {
    /// The file to read; - is standard input.
    #[arg(default_value = "-", hide_default_value = true)]
    file: String,
    /// The file to write; - is standard output.
    #[arg(short, default_value = "-", hide_default_value = true, value_name = "FILE")]
    output: String,
    /// What to run: builtin.module(canonicalize,func.func(cse)).
    #[arg(long, value_name = "PIPELINE")]
    pass_pipeline: Option<String>,
    /// Runs the pipeline that a reproducer file names in its first line.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pass_pipeline", "file"])]
    run_reproducer: Option<String>,

    /// Applies the rewrite rules of a file before anything else.
    #[arg(long, value_name = "FILE")]
    rules: Vec<String>,
    /// Says where each rule applied, and where it nearly did and why not.
    #[arg(long)]
    debug_rules: bool,

    /// Prints MLIR's generic form.
    #[arg(long, visible_alias = "mlir-print-op-generic")]
    generic: bool,
    /// Prints locations.
    #[arg(long, visible_alias = "mlir-print-debuginfo")]
    locations: bool,
    /// Prints names for long types, attributes and locations that occur often.
    #[arg(long)]
    aliases: bool,
    /// Prints the elements of dense resources of at most so many bytes.
    #[arg(long, value_name = "BYTES", num_args = 0..=1, require_equals = true, default_missing_value = "18446744073709551615")]
    resources: Option<usize>,

    /// Splits the input at lines of // ----- and treats each part alone.
    #[arg(long)]
    split_input_file: bool,
    /// Compares diagnostics with comments like // expected-error@+1 {{text}}, and prints no IR.
    #[arg(long)]
    verify_diagnostics: bool,
    /// Verifies the IR after each pass.
    #[arg(long, value_name = "BOOL", default_value_t = true, action = ArgAction::Set, num_args = 0..=1, require_equals = true, default_missing_value = "true")]
    verify_each: bool,
    /// Prints how long each pass took.
    #[arg(long, visible_alias = "mlir-timing")]
    timing: bool,
    /// On how many threads a pipeline nested on functions runs; 0 is as many as the machine runs at once.
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    threads: usize,
    /// Prints what passes counted.
    #[arg(long, visible_alias = "mlir-pass-statistics")]
    statistics: bool,
    /// Prints the IR before these passes.
    #[arg(long, value_name = "PASS,...", value_delimiter = ',')]
    print_ir_before: Vec<String>,
    /// Prints the IR after these passes.
    #[arg(long, value_name = "PASS,...", value_delimiter = ',')]
    print_ir_after: Vec<String>,
    /// Prints the IR before each pass.
    #[arg(long)]
    print_ir_before_all: bool,
    /// Prints the IR after each pass.
    #[arg(long)]
    print_ir_after_all: bool,
    /// Of the IR after passes, prints only what changed.
    #[arg(long)]
    print_ir_after_change: bool,
    /// Prints the whole module even where a pass runs on a function.
    #[arg(long)]
    print_ir_module_scope: bool,
    /// Where pipeline and IR go when a pass panics or leaves invalid IR; nowhere if empty.
    #[arg(long, value_name = "FILE", default_value = "kiln-reproducer.mlir")]
    reproducer: String,

    /// Tests the rules of a file on random graphs, before and after each rule, in the interpreter.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pass_pipeline", "rules"])]
    check_rules: Vec<String>,
    /// Prints, for each rule of a file, a function that it matches: something to write a test from.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["pass_pipeline", "rules", "check_rules"])]
    show_rules: Vec<String>,
    /// Lists the passes with their options, and the named pipelines with what they stand for.
    #[arg(long)]
    list_passes: bool,
    /// Lists the dialects and their ops.
    #[arg(long)]
    list_ops: bool,
}

/// What the command line asks for.
pub(crate) struct Options {
    pub(crate) task: Task,
    pub(crate) input: String,
    pub(crate) output: String,
    pub(crate) pipeline: PipelineSource,
    /// Files of rules.
    pub(crate) rules: Vec<String>,
    pub(crate) print: kiln_syntax::PrintOptions,
    pub(crate) split: bool,
    pub(crate) verify_diagnostics: bool,
    pub(crate) timing: bool,
    pub(crate) statistics: bool,
    pub(crate) instrumentation: Instrumentation,
}

/// What to do.
pub(crate) enum Task {
    /// Print the passes.
    ListPasses,
    /// Print the dialects.
    ListOps,
    /// Test rules.
    CheckRules(Vec<String>),
    /// Print what rules match.
    ShowRules(Vec<String>),
    /// Run a pipeline on the input.
    Process,
}

/// Where the pipeline comes from.
pub(crate) enum PipelineSource {
    /// The command line.
    Text(String),
    /// The first line of the input.
    Reproducer,
}

impl Options {
    /// Reads the arguments of the process.
    ///
    /// # Errors
    /// What clap says about them: also help and version.
    pub(crate) fn from_command_line() -> Result<Options, clap::Error> {
        let mut command = command();
        let matches = command.try_get_matches_from_mut(std::env::args_os())?;
        let arguments = Arguments::from_arg_matches(&matches).map_err(|error| error.format(&mut command))?;
        let flags = pass_flags(&matches);
        if arguments.pass_pipeline.is_some() && !flags.is_empty() {
            let message = "--pass-pipeline and the flags of passes exclude each other";
            return Err(command.error(clap::error::ErrorKind::ArgumentConflict, message));
        }
        Ok(arguments.into_options(&flags))
    }
}

/// A pass or a named pipeline, as a flag asks for it.
#[derive(Clone, Copy)]
struct Flag {
    name: &'static str,
    doc: &'static str,
    anchor: Anchor,
    heading: &'static str,
}

/// What there are flags for.
fn flags() -> impl Iterator<Item = Flag> {
    let registry = kiln_registry::passes();
    let passes = registry.passes().map(|pass| Flag {
        name: pass.name,
        doc: pass.doc,
        anchor: pass.anchor,
        heading: "Passes, run in the order given",
    });
    let pipelines = registry.pipelines().iter().map(|pipeline| Flag {
        name: pipeline.name,
        doc: pipeline.doc,
        anchor: Anchor::Any,
        heading: "Pipelines, run as passes are",
    });
    passes.chain(pipelines)
}

/// The command with a flag for each pass and named pipeline: `--fuse`, `--fuse=max-ops=3`.
fn command() -> Command {
    let flags = flags().map(|flag| {
        Arg::new(flag.name)
            .long(flag.name)
            .help(flag.doc.lines().next().unwrap_or_default().trim().to_owned())
            .value_name("OPTION=VALUE ...")
            .help_heading(flag.heading)
            .action(ArgAction::Append)
            .num_args(0..=1)
            .require_equals(true)
            .default_missing_value("")
    });
    Arguments::command().args(flags)
}

/// The flags given, with their options, in order.
fn pass_flags(matches: &ArgMatches) -> Vec<(Flag, String)> {
    let mut given = Vec::new();
    for flag in flags() {
        let indices = matches.indices_of(flag.name).into_iter().flatten();
        let values = matches.get_many::<String>(flag.name).into_iter().flatten();
        given.extend(indices.zip(values).map(|(index, options)| (index, flag, options.clone())));
    }
    given.sort_by_key(|(index, ..)| *index);
    given.into_iter().map(|(_, flag, options)| (flag, options)).collect()
}

/// The pipeline of flags; each pass nested on its anchor.
fn pipeline_text(flags: &[(Flag, String)]) -> String {
    let step = |(flag, options): &(Flag, String)| {
        let options = if options.is_empty() { String::new() } else { format!("{{{options}}}") };
        match flag.anchor {
            Anchor::Op(anchor) if anchor != "builtin.module" => format!("{anchor}({}{options})", flag.name),
            _ => format!("{}{options}", flag.name),
        }
    };
    format!("builtin.module({})", flags.iter().map(step).collect::<Vec<_>>().join(","))
}

impl Arguments {
    fn into_options(self, flags: &[(Flag, String)]) -> Options {
        let task = match (self.list_passes, self.list_ops) {
            (true, _) => Task::ListPasses,
            (_, true) => Task::ListOps,
            _ if !self.check_rules.is_empty() => Task::CheckRules(self.check_rules),
            _ if !self.show_rules.is_empty() => Task::ShowRules(self.show_rules),
            _ => Task::Process,
        };
        let pipeline = match (&self.run_reproducer, self.pass_pipeline) {
            (Some(_), _) => PipelineSource::Reproducer,
            (None, Some(text)) => PipelineSource::Text(text),
            (None, None) => PipelineSource::Text(pipeline_text(flags)),
        };
        let after_all = self.print_ir_after_all || (self.print_ir_after_change && self.print_ir_after.is_empty());
        let instrumentation = Instrumentation {
            verify_each: self.verify_each,
            print_before: filter(self.print_ir_before_all, self.print_ir_before),
            print_after: filter(after_all, self.print_ir_after),
            only_after_change: self.print_ir_after_change,
            module_scope: self.print_ir_module_scope,
            generic: self.generic,
            trace_rules: self.debug_rules,
            reproducer: (!self.reproducer.is_empty()).then(|| PathBuf::from(self.reproducer)),
            threads: self.threads,
            observer: None,
        };
        let print = kiln_syntax::PrintOptions {
            generic: self.generic,
            locations: self.locations,
            aliases: self.aliases,
            resources: self.resources,
        };
        Options {
            task,
            input: self.run_reproducer.unwrap_or(self.file),
            output: self.output,
            pipeline,
            rules: self.rules,
            print,
            split: self.split_input_file,
            verify_diagnostics: self.verify_diagnostics,
            timing: self.timing,
            statistics: self.statistics,
            instrumentation,
        }
    }
}

fn filter(all: bool, names: Vec<String>) -> PassFilter {
    match (all, names.is_empty()) {
        (true, _) => PassFilter::All,
        (false, true) => PassFilter::None,
        (false, false) => PassFilter::Named(names),
    }
}
