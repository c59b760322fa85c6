//! Tuning with a clock that says what the test wants.

use kiln_diag::Sink;
use kiln_driver::{Planning, Request, Silent, Timer, Timing, TuneSummary, resolve_target, run, tune};
use kiln_ir::{Module, Op};
use kiln_schedule::{KernelSpec, Plan, TunedPlans, plan_text};
use kiln_target::Target;
use libtest_mimic::{Failed, Trial};
use std::cell::Cell;
use std::path::Path;

/// A product, which has several plans.
const MODEL: &str = r#"
func.func {sym_name = "main", arg_names = ["x", "w"], result_names = ["y"],
           function_type = (tensor<60x48xf32>, tensor<48x200xf32>) -> tensor<60x200xf32>} ({
^bb0(%x: tensor<60x48xf32>, %w: tensor<48x200xf32>):
  %0 = graph.matmul %x, %w : (tensor<60x48xf32>, tensor<48x200xf32>) -> tensor<60x200xf32>
  func.return %0 : (tensor<60x200xf32>) -> ()
}) : () -> ()
"#;

/// The trials of this module.
pub fn trials() -> Vec<Trial> {
    vec![
        Trial::test("tuning/the fastest plan is kept", || keeps(&[1.0, 0.9, 0.5, 0.7], 0.6, Some(2))),
        Trial::test("tuning/little is not worth while", || keeps(&[1.0, 0.98, 0.99, 1.2], 1.0, None)),
        Trial::test("tuning/a plan must win twice", || keeps(&[1.0, 0.9, 0.5, 0.7], 1.1, None)),
    ]
}

/// A clock by which the n-th plan takes `parts[n]` of the time of the first, other plans more than that, and the winners
/// together `winners`.
struct Clock<'a> {
    parts: &'a [f64],
    winners: f64,
    calls: Cell<usize>,
    plans: usize,
}

impl Timer for Clock<'_> {
    fn time(&self, models: &[&Path]) -> Result<Vec<Timing>, String> {
        assert!(models.iter().all(|model| model.is_file()));
        self.calls.set(self.calls.get() + 1);
        let part = match self.calls.get() {
            call if call >= self.plans => self.winners,
            call => self.parts.get(call).copied().unwrap_or(2.0),
        };
        let timing = |seconds: f64| Timing { seconds, launches: vec![seconds; LAUNCHES] };
        Ok(vec![timing(1.0), timing(part)])
    }
}

/// More than the model has: those beyond are not looked at.
const LAUNCHES: usize = 16;

fn keeps(parts: &[f64], winners: f64, expected: Option<usize>) -> Result<(), Failed> {
    let (folder, target) = (tempfile::tempdir()?, resolve_target(None, None)?);
    let model = folder.path().join("model.mlir");
    std::fs::write(&model, MODEL)?;
    let file = folder.path().join("tuning");
    let request = Request {
        output: Some(folder.path().join("model.so")),
        planning: Planning { tuning: Some(file.display().to_string()), ..Planning::default() },
        ..Request::new(model, vec![target.clone()])
    };
    let plans = plans(&target)?;
    let clock = Clock { parts, winners, calls: Cell::new(0), plans: plans.len() };
    let summary = measure(&request, &clock)?;
    let faster = usize::from(expected.is_some());
    if (summary.kernels, summary.faster) != (1, faster) {
        return Err(format!("{summary:?}, expected {faster} of 1 kernels").into());
    }
    let tuned = TunedPlans::read(&file)?;
    let kept = tuned.kernels.values().next().ok_or("the file has a kernel")?;
    let expected = &plans[expected.unwrap_or(0)];
    if kept.plan != *expected {
        return Err(format!("kept {}, expected {expected}", kept.plan).into());
    }
    // What is known is not measured again, and is what the model is compiled with.
    let clock = Clock { parts, winners, calls: Cell::new(0), plans: 1 };
    let again = measure(&request, &clock)?;
    if again.kernels != 0 || TunedPlans::read(&file)? != tuned {
        return Err(format!("measured again: {again:?}").into());
    }
    match planned(&target, &file.display().to_string())? {
        plan if plan == *expected => Ok(()),
        plan => Err(format!("compiled as {plan}, expected {expected}").into()),
    }
}

fn measure(request: &Request, clock: &Clock<'_>) -> Result<TuneSummary, Failed> {
    let sink = Sink::new();
    let summary = tune(request, clock, &sink, &Silent);
    summary.ok_or_else(|| format!("{:?}", sink.take()).into())
}

/// The text of each plan that the model's product may have, in their order.
fn plans(target: &Target) -> Result<Vec<String>, Failed> {
    let (module, product) = product("outline")?;
    let (spec, _) = KernelSpec::of(&module, product);
    Ok(kiln_schedule::plans(&spec, target).iter().map(plan_text).collect())
}

/// The plan of the model's product, by a tuning file.
fn planned(target: &Target, file: &str) -> Result<String, Failed> {
    let (module, product) = product(&format!("outline,plan-kernels{{target={target} tuning=\"{file}\"}}"))?;
    let plan = module.attribute(product, "plan").and_then(Plan::from_attribute);
    Ok(plan_text(&plan.ok_or("the kernel is planned")?))
}

/// The model after some passes, and its kernel.
fn product(passes: &str) -> Result<(Module, Op), Failed> {
    let sink = Sink::new();
    let module = kiln_syntax::parse(MODEL, "model", &kiln_registry::dialects(), &sink);
    let mut module = module.ok_or_else(|| format!("{:?}", sink.take()))?;
    run(&mut module, &format!("builtin.module({passes})"), &sink).ok_or_else(|| format!("{:?}", sink.take()))?;
    let product = module.ops_named(module.top(), "graph.fusion").first().copied().ok_or("there is a kernel")?;
    Ok((module, product))
}
