//! Running pipelines: order, failure, instruments, reproducers.

use kiln_diag::Sink;
use kiln_ir::{Builder, Module, Op, Registry, Type};
use kiln_pass::{
    DynPass, Instrumentation, Observer, Pass, PassContext, PassFilter, PassInfo, PassManager, PassRegistry, PassRun,
    Pipeline, options,
};
use std::sync::{Arc, Mutex};

options! {
    /// Names the root.
    pub struct Mark {
        /// The name.
        name: String = "marked".into(),
    }
}

impl Pass for Mark {
    const NAME: &'static str = "mark";

    fn run(&self, context: &mut PassContext<'_>) {
        context.module.set_attribute(context.root, &self.name, true);
        context.count("roots", 1);
    }
}

options! {
    /// Panics.
    pub struct Panic {}
}

impl Pass for Panic {
    const NAME: &'static str = "panic";

    fn run(&self, context: &mut PassContext<'_>) {
        context.module.set_attribute(context.root, "half_done", true);
        panic!("an invariant is broken");
    }
}

options! {
    /// Leaves invalid IR.
    pub struct Break {}
}

impl Pass for Break {
    const NAME: &'static str = "break";

    fn run(&self, context: &mut PassContext<'_>) {
        context.module.remove_attribute(context.root, "sym_name");
    }
}

options! {
    /// Reports two errors.
    pub struct Complain {}
}

impl Pass for Complain {
    const NAME: &'static str = "complain";

    fn run(&self, context: &mut PassContext<'_>) {
        context.error(context.root, "first");
        context.error(context.root, "second");
    }
}

const PASSES: PassRegistry = PassRegistry::new(&[&[
    PassInfo::of::<Mark>(),
    PassInfo::of::<Panic>(),
    PassInfo::of::<Break>(),
    PassInfo::of::<Complain>(),
]]);

/// A module with two functions without bodies.
fn module() -> Module {
    let registry: Arc<Registry> = Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT]);
    let mut module = Module::new(registry);
    let body = module.body();
    for name in ["f", "g"] {
        let mut builder = Builder::at_end(&mut module, body);
        let func = builder.op("func.func").attribute("sym_name", name).attribute("sym_visibility", "private");
        func.attribute("function_type", Type::function(&[], &[])).regions(1).build();
    }
    module
}

/// What came of running `pipeline`: success, messages, log, text of the module.
fn run(pipeline: &str, instrumentation: Instrumentation) -> (bool, Vec<String>, String, String) {
    let pipeline = Pipeline::parse(pipeline, &PASSES).expect("valid pipeline");
    let mut module = module();
    let (sink, mut log) = (Sink::new(), Vec::new());
    let outcome = PassManager { pipeline, instrumentation }.run(&mut module, &sink, &mut log);
    let messages = sink.take().into_iter().map(|diagnostic| diagnostic.message).collect();
    let text = kiln_syntax::print(&module, module.top(), &kiln_syntax::PrintOptions::default());
    (outcome.succeeded, messages, String::from_utf8(log).expect("text"), text)
}

fn verifying() -> Instrumentation {
    Instrumentation { verify_each: true, ..Instrumentation::default() }
}

#[test]
fn nested_pipelines_run_on_each_op() {
    let (succeeded, messages, _, text) = run("mark{name=outer},func.func(mark{name=inner})", verifying());
    assert!(succeeded && messages.is_empty());
    assert_eq!((text.matches("outer").count(), text.matches("inner").count()), (1, 2), "{text}");
}

#[test]
fn an_error_ends_the_pipeline() {
    let (succeeded, messages, _, text) = run("complain,mark", verifying());
    assert!(!succeeded);
    assert_eq!(messages, ["builtin.module: first", "builtin.module: second"]);
    assert!(!text.contains("marked"));
}

#[test]
fn only_changes_are_printed() {
    let instrumentation =
        Instrumentation { print_after: PassFilter::All, only_after_change: true, ..Instrumentation::default() };
    let (_, _, log, _) = run("mark,mark,func.func(mark{name=inner})", instrumentation);
    assert_eq!(log.matches("IR Dump After mark").count(), 3, "{log}");
}

#[test]
fn timing_has_the_shape_of_the_pipeline() {
    let pipeline = Pipeline::parse("mark,func.func(mark)", &PASSES).expect("valid pipeline");
    let outcome = PassManager::new(pipeline).run(&mut module(), &Sink::new(), &mut Vec::new());
    let runs: Vec<(&str, usize)> = outcome
        .timing
        .steps
        .iter()
        .map(|step| (step.name.as_str(), step.steps.first().map_or(step.runs, |inner| inner.runs)))
        .collect();
    assert_eq!(runs, [("mark", 1), ("func.func", 2)]);
    assert_eq!(outcome.statistics.get(&("mark", "roots")), Some(&3));
}

/// Notes what it sees: when, the pass, whether the root is marked, what the pass counted.
#[derive(Debug, Default)]
struct Notes(Mutex<Vec<String>>);

impl Notes {
    fn note(&self, when: &str, pass: &dyn DynPass, module: &Module, root: Op, counted: usize) {
        let is_marked = module.attribute(root, "marked").is_some();
        let note = format!("{when} {} on {}: {is_marked} {counted}", pass.name(), module.name(root));
        self.0.lock().expect("no test panics here").push(note);
    }
}

impl Observer for Notes {
    fn before(&self, pass: &dyn DynPass, module: &Module, root: Op) {
        self.note("before", pass, module, root, 0);
    }

    fn after(&self, pass: &dyn DynPass, module: &Module, root: Op, run: &PassRun) {
        self.note("after", pass, module, root, run.statistics.values().sum());
    }
}

#[test]
fn an_observer_sees_the_ir_around_each_run() {
    let notes = Arc::new(Notes::default());
    let (succeeded, ..) = run("func.func(mark),mark", Instrumentation { observer: Some(notes.clone()), ..verifying() });
    assert!(succeeded);
    let each = |op: &str| [format!("before mark on {op}: false 0"), format!("after mark on {op}: true 1")];
    let expected = ["func.func", "func.func", "builtin.module"].map(each).concat();
    assert_eq!(*notes.0.lock().expect("no test panics here"), expected);
}

#[test]
fn an_observer_does_not_see_what_a_panic_leaves() {
    let notes = Arc::new(Notes::default());
    let (succeeded, ..) = run("panic", Instrumentation { observer: Some(notes.clone()), ..verifying() });
    assert!(!succeeded);
    assert_eq!(*notes.0.lock().expect("no test panics here"), ["before panic on builtin.module: false 0"]);
}

/// Runs `pipeline`, which has a bug, and gives its messages and the reproducer it leaves.
fn reproduce(pipeline: &str) -> (Vec<String>, String) {
    let folder = tempfile::tempdir().expect("a folder for the reproducer");
    let file = folder.path().join("reproducer.mlir");
    let (succeeded, messages, ..) = run(pipeline, Instrumentation { reproducer: Some(file.clone()), ..verifying() });
    assert!(!succeeded);
    (messages, std::fs::read_to_string(file).expect("a reproducer is written"))
}

#[test]
fn a_panic_writes_a_reproducer() {
    let (messages, reproducer) = reproduce("mark,func.func(mark{name=x},panic)");
    assert_eq!(messages, ["pass 'panic' panicked: an invariant is broken"]);
    assert_eq!(Pipeline::of_reproducer(&reproducer), Some("builtin.module(func.func(panic))"));
    // The IR is that before the pass.
    assert!(reproducer.contains("marked") && !reproducer.contains("half_done"), "{reproducer}");
    assert_eq!(reproducer.matches("x = true").count(), 1, "{reproducer}");
    let module = kiln_syntax::parse(&reproducer, "reproducer.mlir", module().registry(), &Sink::new());
    assert!(module.is_some(), "{reproducer}");
}

#[test]
fn invalid_ir_writes_a_reproducer() {
    let (messages, reproducer) = reproduce("func.func(break)");
    assert_eq!(messages, ["func.func: attribute 'sym_name' is missing", "pass 'break' left invalid IR"]);
    assert_eq!(Pipeline::of_reproducer(&reproducer), Some("builtin.module(func.func(break))"));
}
