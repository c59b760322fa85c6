//! Nested pipelines on several threads: what comes of them is what one thread makes of them.

use kiln_diag::{Diagnostic, Sink};
use kiln_ir::{Builder, Module, Op, Registry, Type};
use kiln_pass::{
    Instrumentation, Pass, PassContext, PassFilter, PassInfo, PassManager, PassRegistry, Pipeline, Statistics, Timing,
    options,
};
use std::fmt::Write;

/// Whether the root of a pass is the symbol called `name`.
fn is_at(context: &PassContext<'_>, name: &str) -> bool {
    context.module.symbol_name(context.root) == Some(name)
}

options! {
    /// Doubles the ops of a function and erases the first.
    pub struct Grow {}
}

impl Pass for Grow {
    const NAME: &'static str = "grow";

    fn run(&self, context: &mut PassContext<'_>) {
        let block = context.module.region_block(context.root, 0);
        let ops = context.module.ops_of(block);
        for &op in &ops[1..ops.len() - 1] {
            let mut builder = Builder::before(context.module, op);
            builder.op("test.new").attribute("count", ops.len() as i64).result(Type::f32()).build();
        }
        context.module.erase(ops[0]);
        context.count("grown", ops.len());
    }
}

options! {
    /// Warns of a function, in two places.
    pub struct Warn {}
}

impl Pass for Warn {
    const NAME: &'static str = "warn";

    fn run(&self, context: &mut PassContext<'_>) {
        let place = context.module.location(context.root).place("func.func");
        let name = context.module.symbol_name(context.root).unwrap_or_default();
        context.report(Diagnostic::warning(place.clone(), format!("first of {name}")));
        context.report(Diagnostic::warning(place, format!("second of {name}")));
    }
}

options! {
    /// Reports an error in one function.
    pub struct Complain {
        /// Which.
        at: String = String::new(),
    }
}

impl Pass for Complain {
    const NAME: &'static str = "complain";

    fn run(&self, context: &mut PassContext<'_>) {
        if is_at(context, &self.at) {
            context.error(context.root, "it is odd");
        }
    }
}

options! {
    /// Panics in one function.
    pub struct Panic {
        /// Which.
        at: String = String::new(),
    }
}

impl Pass for Panic {
    const NAME: &'static str = "panic";

    fn run(&self, context: &mut PassContext<'_>) {
        if is_at(context, &self.at) {
            context.module.set_attribute(context.root, "half_done", true);
            panic!("an invariant is broken");
        }
    }
}

options! {
    /// Leaves one function invalid.
    pub struct Spoil {
        /// Which.
        at: String = String::new(),
    }
}

impl Pass for Spoil {
    const NAME: &'static str = "spoil";

    fn run(&self, context: &mut PassContext<'_>) {
        if is_at(context, &self.at) {
            context.module.remove_attribute(context.root, "function_type");
        }
    }
}

options! {
    /// Erases one function.
    pub struct Vanish {
        /// Which.
        at: String = String::new(),
    }
}

impl Pass for Vanish {
    const NAME: &'static str = "vanish";

    fn run(&self, context: &mut PassContext<'_>) {
        if is_at(context, &self.at) {
            context.module.erase(context.root);
        }
    }
}

options! {
    /// Counts the ops of all functions.
    pub struct LookAround {}
}

impl Pass for LookAround {
    const NAME: &'static str = "look-around";
    const LOOKS_OUTSIDE: bool = true;

    fn run(&self, context: &mut PassContext<'_>) {
        let count = context.module.walk(context.module.top()).len();
        context.module.set_attribute(context.root, "ops", count as i64);
    }
}

const PASSES: PassRegistry = PassRegistry::new(&[&[
    PassInfo::of::<Grow>(),
    PassInfo::of::<Warn>(),
    PassInfo::of::<Complain>(),
    PassInfo::of::<Panic>(),
    PassInfo::of::<Spoil>(),
    PassInfo::of::<Vanish>(),
    PassInfo::of::<LookAround>(),
]]);

/// Functions `f0` to `f40` of different lengths; each calls the next, and other symbols stand between.
fn module() -> Module {
    let mut text = String::new();
    for index in 0..=40 {
        let _ = writeln!(text, "func.func {{function_type = () -> (), sym_name = \"f{index}\"}} ({{");
        (0..3 + index % 5).for_each(|op| _ = writeln!(text, "  \"test.op\"() {{op = {op}}} : () -> ()"));
        let _ =
            writeln!(text, "  func.call {{callee = @f{}}} : () -> ()\n  func.return : () -> ()\n}})", (index + 1) % 41);
        let _ = writeln!(text, "\"test.symbol\"() {{sym_name = \"s{index}\"}} : () -> ()");
    }
    let (registry, sink) = (Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT]), Sink::new());
    let module = kiln_syntax::parse(&text, "many.mlir", &registry, &sink);
    module.unwrap_or_else(|| panic!("{:?}", sink.take()))
}

/// Everything that can be told of a run, times aside.
#[derive(PartialEq, Debug)]
struct Told {
    succeeded: bool,
    diagnostics: Vec<Diagnostic>,
    log: String,
    text: String,
    /// All ids, erased ops included.
    arenas: String,
    statistics: Statistics,
    timing: Vec<(String, usize)>,
    reproducer: Option<String>,
}

fn run(pipeline: &str, instrumentation: &Instrumentation, threads: usize) -> Told {
    let folder = tempfile::tempdir().expect("a folder for the reproducer");
    let file = folder.path().join("reproducer.mlir");
    let pipeline = Pipeline::parse(pipeline, &PASSES).expect("valid pipeline");
    let reproducer = instrumentation.reproducer.is_some().then(|| file.clone());
    let instrumentation = Instrumentation { threads, reproducer, ..instrumentation.clone() };
    let (mut module, sink, mut log) = (module(), Sink::new(), Vec::new());
    let outcome = PassManager { pipeline, instrumentation }.run(&mut module, &sink, &mut log);
    let mut timing = Vec::new();
    flatten(&outcome.timing, &mut timing);
    let mut diagnostics = sink.take();
    // The folder has another name each time.
    let name = folder.path().display().to_string();
    diagnostics.iter_mut().flat_map(|found| &mut found.help).for_each(|help| *help = help.replace(&name, ""));
    Told {
        succeeded: outcome.succeeded,
        diagnostics,
        log: String::from_utf8(log).expect("text"),
        text: kiln_syntax::print(&module, module.top(), &kiln_syntax::PrintOptions::default()),
        arenas: arenas(&module),
        statistics: outcome.statistics,
        timing,
        reproducer: std::fs::read_to_string(file).ok(),
    }
}

/// Every op ever made, with its neighbours and values.
fn arenas(module: &Module) -> String {
    let mut text = String::new();
    for index in 0..module.op_capacity() {
        let op = Op::from_u32(index as u32);
        let around = (module.parent_op(op), module.previous(op), module.next(op), module.results(op));
        let _ = writeln!(text, "{op} {} {:?} {}", module.name(op), around, module.is_erased(op));
    }
    text
}

fn flatten(timing: &Timing, into: &mut Vec<(String, usize)>) {
    into.push((timing.name.clone(), timing.runs));
    timing.steps.iter().for_each(|step| flatten(step, into));
}

/// What one thread makes of `pipeline`; several make the same of it.
fn check(pipeline: &str, instrumentation: Instrumentation) -> Told {
    let expected = run(pipeline, &instrumentation, 1);
    for threads in [2, 8] {
        assert_eq!(run(pipeline, &instrumentation, threads), expected, "{pipeline} on {threads} threads");
    }
    expected
}

fn verifying() -> Instrumentation {
    Instrumentation { verify_each: true, reproducer: Some("x".into()), ..Instrumentation::default() }
}

#[test]
fn edits_counts_and_messages_are_the_same() {
    let told = check("func.func(grow,warn,grow),func.func(warn)", verifying());
    assert!(told.succeeded && told.reproducer.is_none());
    assert_eq!(told.diagnostics.len(), 4 * 41);
    assert_eq!(told.diagnostics[4].message, "first of f2");
    assert_eq!(told.timing[..3], [("builtin.module".into(), 1), ("func.func".into(), 41), ("grow".into(), 41)]);
    assert!(told.statistics[&("grow", "grown")] > 400, "{:?}", told.statistics);
}

#[test]
fn dumps_are_the_same() {
    let printing = || Instrumentation { print_before: PassFilter::All, print_after: PassFilter::All, ..verifying() };
    let told = check("func.func(grow,warn)", printing());
    assert_eq!(told.log.matches("IR Dump").count(), 4 * 41);
    let told = check("func.func(grow,warn)", Instrumentation { only_after_change: true, ..printing() });
    assert_eq!(told.log.matches("IR Dump After warn").count(), 0);
    let told = check("func.func(grow)", Instrumentation { module_scope: true, ..printing() });
    assert_eq!(told.log.matches("@f0").count(), 2 * 41);
}

#[test]
fn an_error_leaves_the_rest_alone() {
    let told = check("func.func(grow,complain{at=f20},warn),func.func(grow)", verifying());
    assert!(!told.succeeded);
    assert_eq!(told.diagnostics.len(), 2 * 20 + 1);
    assert_eq!(
        told.timing[1..],
        [
            ("func.func".into(), 21),
            ("grow".into(), 21),
            ("complain".into(), 21),
            ("warn".into(), 20),
            ("func.func".into(), 0),
            ("grow".into(), 0),
        ]
    );
}

#[test]
fn a_panic_writes_the_same_reproducer() {
    let told = check("func.func(grow,panic{at=f30})", verifying());
    let reproducer = told.reproducer.expect("a reproducer is written");
    assert_eq!(Pipeline::of_reproducer(&reproducer), Some("builtin.module(func.func(panic{at=f30}))"));
    // Functions up to the 30th have grown, none is half done.
    assert!(!reproducer.contains("half_done"));
    assert_eq!(reproducer.matches("op = 0 ").count() + reproducer.matches("op = 0}").count(), 10, "{reproducer}");
    assert_eq!(
        told.diagnostics.last().map(|error| error.message.as_str()),
        Some("pass 'panic' panicked: an invariant is broken")
    );
}

#[test]
fn invalid_ir_writes_the_same_reproducer() {
    let told = check("func.func(grow,spoil{at=f7})", verifying());
    assert_eq!(told.diagnostics.len(), 2);
    assert!(told.reproducer.is_some_and(|text| text.contains("sym_name = \"f7\"")));
}

#[test]
fn a_function_may_vanish() {
    let told = check("func.func(vanish{at=f9})", Instrumentation { verify_each: false, ..verifying() });
    assert!(told.succeeded && !told.text.contains("\"f9\""));
}

#[test]
fn passes_that_look_outside_see_all() {
    let told = check("func.func(grow,look-around)", verifying());
    assert!(told.succeeded);
    assert!(told.text.contains("ops = "), "{}", told.text);
}
