//! `kiln reduce FILE`: the smallest IR that still shows a failure.

use crate::failure::Failure;
use crate::progress::Steps;
use clap::Args;
use kiln_diag::{Severity, Sink, Sources, render};
use kiln_driver::Progress;
use kiln_ir::Module;
use kiln_pass::{PassManager, Pipeline};
use kiln_reduce::{Judge, Kind, count_ops, reduce};
use kiln_syntax::PrintOptions;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Shrinks IR that shows a failure, as long as it still shows it.
///
/// With --test, a command judges: it gets the path of a candidate as its last argument and exits with status 0 if the
/// candidate is interesting. Without it, a pipeline is run on candidates, and those are interesting on which it fails
/// with the same error: the pipeline of --pass-pipeline, or the one that a reproducer file names in its first line.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  kiln reduce kiln-reproducer.mlir
  kiln reduce big.mlir --pass-pipeline='builtin.module(simplify)' -o small.mlir
  kiln reduce big.mlir --test ./still-wrong.sh")]
pub struct ReduceCommand {
    /// The IR, as text.
    #[arg(value_name = "FILE")]
    file: PathBuf,

    /// Where to write the smallest IR found [default: the file's name with the ending .reduced.mlir].
    #[arg(short, long, value_name = "OUT")]
    output: Option<PathBuf>,

    /// The command that judges; a shell runs it.
    #[arg(long, value_name = "COMMAND", conflicts_with = "pass_pipeline")]
    test: Option<String>,

    /// The pipeline that fails.
    #[arg(long, value_name = "PIPELINE")]
    pass_pipeline: Option<String>,

    /// How long the command may take for one candidate; one that takes longer is not interesting.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    timeout: u64,

    /// Writes the generic form.
    #[arg(long)]
    generic: bool,
}

impl ReduceCommand {
    pub(crate) fn execute(self) -> Result<(), Failure> {
        let text = std::fs::read_to_string(&self.file)
            .map_err(|error| Failure::Input(format!("cannot read {}: {error}", self.file.display())))?;
        let module = parse(&self.file, &text)?;
        let scratch = tempfile::tempdir().map_err(|error| Failure::Input(format!("no temporary folder: {error}")))?;
        let output = self.output.clone().unwrap_or_else(|| self.file.with_extension("reduced.mlir"));
        let writer = Writer { header: header_of(&text), generic: self.generic, output };
        let failure = self.failure(&text, &module, &writer, scratch.path())?;
        let steps = Steps::new();
        let before = count_ops(&module);
        let mut judge = Reducer { failure, writer: &writer, steps: &steps, candidates: 0, error: None };
        let smallest = reduce(&module, &mut judge);
        steps.finish();
        let candidates = judge.candidates;
        judge.error.map_or(Ok(()), Err)?;
        writer.write(&smallest, &writer.output)?;
        let (after, output) = (count_ops(&smallest), writer.output.display());
        println!("{output}: {after} of {before} operations, after {candidates} candidates");
        Ok(())
    }

    /// What shows the failure, which the module to begin with must show.
    fn failure(&self, text: &str, module: &Module, writer: &Writer, scratch: &Path) -> Result<Fault, Failure> {
        if let Some(command) = &self.test {
            let fault = Fault::Command {
                command: command.clone(),
                timeout: Duration::from_secs(self.timeout),
                candidate: scratch.join("candidate.mlir"),
            };
            return match fault.shows(module, writer)? {
                true => Ok(fault),
                false => {
                    Err(Failure::Input(format!("{}: the command does not find it interesting", self.file.display())))
                }
            };
        }
        let pipeline = self.pass_pipeline.as_deref().or_else(|| Pipeline::of_reproducer(text)).ok_or_else(|| {
            Failure::Usage("neither --test nor --pass-pipeline is given, and the file names no pipeline".into())
        })?;
        // Panics are what is looked for: each would print a message of its own.
        std::panic::set_hook(Box::new(|_| {}));
        let error = first_error(pipeline, module)
            .map_err(Failure::Usage)?
            .ok_or_else(|| Failure::Input(format!("{}: the pipeline runs without an error", self.file.display())))?;
        eprintln!("error to keep: {error}");
        Ok(Fault::Pipeline { pipeline: pipeline.to_owned(), error })
    }
}

fn parse(file: &Path, text: &str) -> Result<Module, Failure> {
    let (sink, name) = (Sink::new(), file.display().to_string());
    kiln_syntax::parse(text, &name, &kiln_registry::dialects(), &sink).ok_or_else(|| {
        let mut sources = Sources::new();
        sources.add(&name, text);
        eprint!("{}", render(&sink.take(), &sources, std::io::stderr().is_terminal()));
        Failure::Input(format!("{name} cannot be read"))
    })
}

/// The comments that a file begins with: a reproducer's say how to replay it.
fn header_of(text: &str) -> String {
    text.lines().take_while(|line| line.starts_with("//")).map(|line| format!("{line}\n")).collect()
}

/// The first error of a pipeline.
fn first_error(pipeline: &str, module: &Module) -> Result<Option<String>, String> {
    let parsed = Pipeline::parse(pipeline, kiln_registry::passes()).map_err(|reason| format!("{reason:?}"))?;
    let sink = Sink::new();
    let _ = PassManager::new(parsed).run(&mut module.clone(), &sink, &mut std::io::sink());
    let errors = sink.take().into_iter().filter(|diagnostic| diagnostic.severity == Severity::Error);
    Ok(errors.map(|diagnostic| diagnostic.message).next())
}

/// What shows the failure.
enum Fault {
    Command { command: String, timeout: Duration, candidate: PathBuf },
    Pipeline { pipeline: String, error: String },
}

impl Fault {
    fn shows(&self, module: &Module, writer: &Writer) -> Result<bool, Failure> {
        match self {
            Fault::Pipeline { pipeline, error } => {
                Ok(first_error(pipeline, module).is_ok_and(|found| found.as_ref() == Some(error)))
            }
            Fault::Command { command, timeout, candidate } => {
                writer.write(module, candidate)?;
                judge(command, candidate, *timeout)
            }
        }
    }
}

/// Whether a command exits with status 0, in time.
fn judge(command: &str, candidate: &Path, timeout: Duration) -> Result<bool, Failure> {
    let failed = |error: std::io::Error| Failure::Input(format!("cannot run the command: {error}"));
    let script = format!("{command} \"$1\"");
    let mut process = Command::new("sh");
    process.args(["-c", &script, "sh"]).arg(candidate);
    process.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    let (mut process, start) = (process.spawn().map_err(failed)?, Instant::now());
    loop {
        if let Some(status) = process.try_wait().map_err(failed)? {
            return Ok(status.success());
        }
        if start.elapsed() > timeout {
            let _ = process.kill();
            process.wait().map_err(failed)?;
            return Ok(false);
        }
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Writes modules.
struct Writer {
    header: String,
    generic: bool,
    output: PathBuf,
}

impl Writer {
    fn write(&self, module: &Module, path: &Path) -> Result<(), Failure> {
        let options = PrintOptions { generic: self.generic, resources: Some(usize::MAX), ..PrintOptions::default() };
        let text = self.header.clone() + &kiln_syntax::print(module, module.top(), &options);
        std::fs::write(path, text).map_err(|error| Failure::Input(format!("cannot write {}: {error}", path.display())))
    }
}

/// Judges candidates; the smallest so far is always in the output file, so that a search may be stopped at any time.
struct Reducer<'a> {
    failure: Fault,
    writer: &'a Writer,
    steps: &'a Steps,
    candidates: usize,
    error: Option<Failure>,
}

impl Judge for Reducer<'_> {
    fn is_interesting(&mut self, module: &Module) -> bool {
        if self.error.is_some() {
            return false;
        }
        self.candidates += 1;
        self.failure.shows(module, self.writer).unwrap_or_else(|failure| {
            self.error = Some(failure);
            false
        })
    }

    fn keep(&mut self, module: &Module, edit: Kind) {
        let (ops, candidates) = (count_ops(module), self.candidates);
        self.steps.begin(&format!("{ops} operations left, {candidates} candidates tried, removing {}", edit.name()));
        if let Err(failure) = self.writer.write(module, &self.writer.output) {
            self.error = Some(failure);
        }
    }
}
