//! Kernels against the interpreter: every module of test/kernels goes through the whole pipeline to a shared object,
//! which runs on random inputs, for each assignment of symbols that the module lists.
//!
//! A file holds modules separated by `// -----`. Lines of a module that begin with `//` and a word give its parameters:
//! - `// symbols: N=0, H=3; N=7, H=5` the assignments, one run for each; none is one run;
//! - `// range: x=0..5` the values of an input, `-2..2` if not given;
//! - `// plans: all` the module is compiled with each plan that its kernels may have, as tuning does;
//! - `// tolerance: 1e-4` the largest difference relative to the largest element, 1e-5 if not given.
//!
//! Each module runs on this machine as `kernels/conv/3`, and on others, see `machines`, as `kernels/conv/3@aarch64`.
//! `KILN_TEST_MACHINES=all` runs every case on every machine; otherwise the emulated ones get a part of them.

use crate::machines::{Machine, NATIVE, OTHERS};
use kiln_diag::Sink;
use kiln_driver::{Planning, Precision, Request, Silent, generate, run};
use kiln_interp::Interpreter;
use kiln_ir::{Module, Name, SymbolValues, Value};
use kiln_registry::{dialects, pipeline};
use kiln_schedule::Tried;
use kiln_tensor::{ElementType, Tensor, scalar};
use libtest_mimic::{Failed, Trial};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// Without `KILN_TEST_MACHINES=all`, emulated machines run one of so many cases.
const SPREAD: usize = 4;

/// How many threads every case runs on.
const THREADS: [usize; 2] = [1, 3];

/// One trial for each module and machine.
pub fn trials() -> Vec<Trial> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../test/kernels");
    let mut files: Vec<PathBuf> =
        folder.read_dir().expect("the folder is there").map(|entry| entry.expect("readable").path()).collect();
    files.sort();
    let machines: Vec<Machine> = OTHERS.into_iter().filter(Machine::is_available).collect();
    let all = std::env::var("KILN_TEST_MACHINES").is_ok_and(|wanted| wanted == "all");
    let mut trials = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).expect("readable");
        let stem = file.file_stem().expect("a file has a name").to_string_lossy().into_owned();
        for (index, text) in text.split("// -----").enumerate() {
            let (name, expected) = (format!("kernels/{stem}/{index}"), Arc::default());
            trials.push(trial(name.clone(), &name, text, NATIVE, &expected));
            // Each plan is compiled by itself, which takes long.
            let all_plans = text.contains("// plans: all");
            let wanted = |machine: &&Machine| all || !all_plans && (!machine.is_foreign() || index % SPREAD == 0);
            for &machine in machines.iter().filter(wanted) {
                trials.push(trial(format!("{name}@{}", machine.name), &name, text, machine, &expected));
            }
        }
    }
    trials
}

fn trial(title: String, name: &str, text: &str, machine: Machine, expected: &Arc<Expected>) -> Trial {
    let (name, text, expected) = (name.to_owned(), text.to_owned(), Arc::clone(expected));
    Trial::test(title, move || Case::read(&name, &text)?.check(&machine, &expected))
}

/// Inputs and outputs of a case for each assignment, interpreted when its first machine asks for them.
type Expected = OnceLock<Result<Vec<(Vec<Tensor>, Vec<Tensor>)>, String>>;

/// A module and what its inputs are.
pub struct Case {
    name: String,
    module: Module,
    assignments: Vec<SymbolValues>,
    ranges: HashMap<String, (f64, f64)>,
    tolerance: f64,
    all_plans: bool,
}

impl Case {
    /// Reads a module and its parameters.
    pub fn read(name: &str, text: &str) -> Result<Case, Failed> {
        let sink = Sink::new();
        let module = kiln_syntax::parse(text, name, &dialects(), &sink).ok_or_else(|| failure(&sink))?;
        let errors = kiln_ir::verify(&module, module.top());
        if let Some(error) = errors.first() {
            return Err(format!("{error:?}").into());
        }
        let parameter = |word: &str| {
            let prefix = format!("// {word}:");
            text.lines().filter_map(|line| line.trim().strip_prefix(&prefix).map(str::trim)).collect::<Vec<_>>()
        };
        let pair =
            |text: &str| text.split_once('=').map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()));
        let assignment = |text: &str| {
            let pairs = text.split(',').filter_map(pair);
            pairs.map(|(name, value)| (Name::new(&name), value.parse().expect("an extent"))).collect()
        };
        let mut assignments: Vec<SymbolValues> =
            parameter("symbols").iter().flat_map(|line| line.split(';')).map(assignment).collect();
        if assignments.is_empty() {
            assignments.push(SymbolValues::default());
        }
        let range = |(name, value): (String, String)| {
            let (low, high) = value.split_once("..").expect("a range");
            (name, (low.parse().expect("a number"), high.parse().expect("a number")))
        };
        let ranges = parameter("range").iter().filter_map(|line| pair(line)).map(range).collect();
        let tolerance = parameter("tolerance").first().map_or(1e-5, |text| text.parse().expect("a number"));
        let all_plans = parameter("plans") == ["all"];
        Ok(Case { name: name.to_owned(), module, assignments, ranges, tolerance, all_plans })
    }

    fn check(self, machine: &Machine, expected: &Expected) -> Result<(), Failed> {
        let folder = tempfile::tempdir()?;
        if !self.all_plans {
            return self.check_model(&self.compile(machine, folder.path())?, machine, expected);
        }
        for number in 0..self.count_plans(machine)? {
            let planning = Planning { alternative: Some(number), ..Planning::default() };
            let model = self.compile_with(machine, Precision::Default, &planning, folder.path())?;
            self.check_model(&model, machine, expected)
                .map_err(|failed| format!("plan {number}: {}", failed.message().unwrap_or_default()))?;
        }
        Ok(())
    }

    /// The most plans that one of the kernels may have; an error if that is one.
    fn count_plans(&self, machine: &Machine) -> Result<usize, Failed> {
        let (sink, mut module) = (Sink::new(), self.module.clone());
        let planning = Planning { alternative: Some(0), ..Planning::default() };
        run(&mut module, &pipeline::planning(&machine.target()?, &planning), &sink).ok_or_else(|| failure(&sink))?;
        let fusions = module.ops_named(module.top(), "graph.fusion");
        let most = fusions.into_iter().filter_map(|fusion| Tried::of(&module, fusion)).map(|tried| tried.count).max();
        most.filter(|&most| most > 1).ok_or_else(|| "no kernel has several plans".into())
    }

    fn check_model(&self, model: &Path, machine: &Machine, expected: &Expected) -> Result<(), Failed> {
        let folder = tempfile::tempdir()?;
        let expected = expected.get_or_init(|| self.expect()).as_ref()?;
        let runs: Vec<_> =
            expected.iter().flat_map(|(inputs, _)| THREADS.map(|threads| (threads, inputs.as_slice()))).collect();
        let found = machine.run(model, &runs, folder.path())?;
        for ((symbols, (_, expected)), found) in self.assignments.iter().zip(expected).zip(found.chunks(THREADS.len()))
        {
            for (threads, found) in THREADS.iter().zip(found) {
                for (output, (expected, found)) in expected.iter().zip(found).enumerate() {
                    compare(expected, found, self.tolerance)
                        .map_err(|reason| format!("{symbols:?}, {threads} threads, output {output}: {reason}"))?;
                }
            }
        }
        Ok(())
    }

    fn expect(&self) -> Result<Vec<(Vec<Tensor>, Vec<Tensor>)>, String> {
        let expect = |(number, symbols)| {
            let inputs = self.inputs(symbols, number as u64)?;
            let outputs = self.interpret(&inputs)?;
            Ok((inputs, outputs))
        };
        self.assignments.iter().enumerate().map(expect).collect()
    }

    /// Compiles the module to a file in `folder`.
    pub fn compile(&self, machine: &Machine, folder: &Path) -> Result<PathBuf, Failed> {
        self.compile_with(machine, Precision::Default, &Planning::default(), folder)
    }

    /// As [`Case::compile`], with numbers of `precision`, and planned as `planning` says.
    pub fn compile_with(
        &self,
        machine: &Machine,
        precision: Precision,
        planning: &Planning,
        folder: &Path,
    ) -> Result<PathBuf, Failed> {
        let (sink, target) = (Sink::new(), machine.target()?);
        let mut module = self.module.clone();
        run(&mut module, &pipeline::lowering(&target, precision, planning), &sink).ok_or_else(|| failure(&sink))?;
        let path = folder.join("model.so");
        let request =
            Request { output: Some(path.clone()), precision, ..Request::new(PathBuf::from(&self.name), vec![target]) };
        generate(&request, &module, &sink, &Silent).ok_or_else(|| failure(&sink))?;
        Ok(path)
    }

    fn main_arguments(&self) -> Vec<Value> {
        let main = self.module.find_symbol(self.module.top(), "main").expect("a case has @main");
        self.module.arguments(self.module.region_block(main, 0)).to_vec()
    }

    fn inputs(&self, symbols: &SymbolValues, seed: u64) -> Result<Vec<Tensor>, String> {
        let main = self.module.find_symbol(self.module.top(), "main").ok_or("a case has @main")?;
        let names = self.module.attribute(main, "arg_names").and_then(|names| names.as_strs()).unwrap_or_default();
        let mut random = Random(seed * 7919 + 1);
        let mut inputs = Vec::new();
        for (index, argument) in self.main_arguments().into_iter().enumerate() {
            let (element, shape) = type_of(&self.module, argument, symbols)?;
            let name = names.get(index).copied().unwrap_or("");
            let (low, high) = self.ranges.get(name).copied().unwrap_or((-2.0, 2.0));
            inputs.push(random.tensor(element, &shape, low, high)?);
        }
        Ok(inputs)
    }

    /// What the interpreter makes of inputs.
    pub fn interpret(&self, inputs: &[Tensor]) -> Result<Vec<Tensor>, String> {
        let outputs = Interpreter::new(&self.module).and_then(|interpreter| interpreter.run(inputs));
        outputs.map_err(|error| error.to_string())
    }
}

fn type_of(module: &Module, value: Value, symbols: &SymbolValues) -> Result<(ElementType, Vec<usize>), String> {
    let ty = module.ty(value);
    let tensor = ty.as_tensor().ok_or("values are tensors")?;
    let extent = |dim: &kiln_ir::Dim| {
        let extent = dim.expr().and_then(|expr| expr.evaluate(symbols));
        extent.and_then(|extent| usize::try_from(extent).ok()).ok_or_else(|| format!("no extent for {dim}"))
    };
    Ok((ty.element().ok_or("an element type")?, tensor.shape.iter().map(extent).collect::<Result<_, _>>()?))
}

fn failure(sink: &Sink) -> Failed {
    let messages: Vec<String> = sink
        .take()
        .into_iter()
        .map(|diagnostic| format!("{:?}: {} {:?}", diagnostic.place, diagnostic.message, diagnostic.notes))
        .collect();
    messages.join("\n").into()
}

/// A small generator of random numbers: xorshift.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as f64 / (1u64 << 53) as f64
    }

    fn tensor(&mut self, element: ElementType, shape: &[usize], low: f64, high: f64) -> Result<Tensor, String> {
        let count: usize = shape.iter().product();
        let values: Vec<f64> = (0..count).map(|_| low + self.next() * (high - low)).collect();
        if element.is_float() {
            return scalar::from_floats(element, shape, values);
        }
        if element == ElementType::I1 {
            let values: Vec<bool> = values.iter().map(|&value| value > (low + high) / 2.0).collect();
            return Ok(Tensor::from_bools(shape, &values));
        }
        let values: Vec<i128> = values.iter().map(|&value| value.floor() as i128).collect();
        scalar::from_integers(element, shape, values)
    }
}

/// Largest difference relative to the largest finite element; NaN and infinities must agree.
fn compare(expected: &Tensor, found: &Tensor, tolerance: f64) -> Result<(), String> {
    if expected.shape() != found.shape() || expected.element() != found.element() {
        return Err(format!("expected shape {:?}, found {:?}", expected.shape(), found.shape()));
    }
    let numbers = |tensor: &Tensor| -> Vec<f64> {
        scalar::scalars(tensor).unwrap_or_default().into_iter().map(|scalar| scalar.to_f64()).collect()
    };
    let (expected, found) = (numbers(expected), numbers(found));
    let largest = expected.iter().copied().filter(|value| value.is_finite()).fold(1e-30, |a: f64, b| a.max(b.abs()));
    for (index, (&expected, &found)) in expected.iter().zip(&found).enumerate() {
        let same =
            expected == found || expected.is_nan() && found.is_nan() || (expected - found).abs() <= tolerance * largest;
        if !same {
            return Err(format!("element {index}: expected {expected}, found {found}"));
        }
    }
    Ok(())
}
