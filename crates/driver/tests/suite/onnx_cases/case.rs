//! One case: read from the index, run through the interpreter and through the compiler.

use super::values::Value;
use crate::machines::Machine;
use crate::support;
use kiln_codegen::ObjectCache;
use kiln_diag::Sink;
use kiln_driver::{ImportOptions, OptimizationLevel, Request, Silent, compile, import, run};
use kiln_interp::Interpreter;
use kiln_ir::Module;
use kiln_registry::pipeline;
use kiln_runtime::{Model, RunOptions};
use kiln_tensor::{ElementType, Tensor};
use serde_json::{Value as Json, json};
use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

/// The largest input that may become a constant when a case needs it: a shape, axes, scales.
const MAX_CONSTANT: usize = 32;

/// A case of the index.
pub struct Case {
    /// Kind and name: `node/test_add`; a form of a case is of a kind of its own: `dynamic/node/test_add`.
    pub name: String,
    folder: PathBuf,
    entry: Json,
}

/// What became of a case.
#[derive(Clone, Default, PartialEq, Debug)]
pub struct Outcome {
    /// Why the interpreter did not compute what it should, if so.
    pub interpreted: Option<String>,
    /// The same of the compiled model, with all optimization and with none.
    pub compiled: Option<String>,
    /// The inputs that had to be constants.
    pub constants: Vec<String>,
}

type Named = Vec<(String, Value)>;

type Tensors = Vec<(String, Tensor)>;

/// What a case was tried with: a module to interpret, and a request that compiles the same.
struct Attempt {
    module: Module,
    request: Request,
}

impl Case {
    /// The cases of all indices, in their order.
    ///
    /// # Errors
    /// When they have not been fetched.
    pub fn read_all() -> Result<Vec<Case>, String> {
        let indices = ["onnx-cases", "contributed-cases", "onnx-forms"].map(Case::read_index);
        indices.into_iter().try_fold(Vec::new(), |mut all, cases| {
            all.extend(cases?);
            Ok(all)
        })
    }

    fn read_index(folder: &str) -> Result<Vec<Case>, String> {
        let folder = support::cache().join(folder);
        let path = folder.join("index.json");
        if !path.exists() {
            return Err(format!("{} is not there: {}", path.display(), support::FETCH_HINT));
        }
        let index = support::read_json(&path);
        let entries = index["cases"].as_array().expect("a list").iter();
        let case = |entry: &Json| {
            let part = |key: &str| entry[key].as_str().expect("a string").to_owned();
            Case { name: format!("{}/{}", part("kind"), part("name")), folder: folder.clone(), entry: entry.clone() }
        };
        Ok(entries.map(case).collect())
    }

    /// The kind: `node`, and of forms `dynamic` and `inputs`.
    pub fn kind(&self) -> &str {
        self.name.split('/').next().unwrap_or_default()
    }

    /// Whether it is another case with its extents or its initializers open.
    pub fn is_form(&self) -> bool {
        self.name.split('/').count() > 2
    }

    /// Whether it is a whole network: the interpreter would take minutes, and is not asked.
    pub fn is_network(&self) -> bool {
        self.entry["kind"].as_str().is_some_and(|kind| kind.split('/').next_back() == Some("light"))
    }

    /// Runs all data sets, until one fails.
    pub fn run(&self, scratch: &Path) -> Outcome {
        let mut outcome = Outcome::default();
        let sets = self.entry["data_sets"].as_array().map(Vec::as_slice).unwrap_or_default();
        if sets.is_empty() {
            return Outcome::failure("there is no data".into());
        }
        for set in sets {
            let read = || Ok((self.read_values(&set["inputs"])?, self.read_values(&set["outputs"])?));
            let (inputs, outputs) = match read() {
                Ok(values) => values,
                Err(reason) => return Outcome::failure(reason),
            };
            outcome = self.run_set(&inputs, &outputs, scratch);
            if outcome.interpreted.is_some() || outcome.compiled.is_some() {
                break;
            }
        }
        outcome
    }

    /// Compiles the model for another machine and runs it there, on the first data set.
    pub fn run_on(&self, machine: &Machine, scratch: &Path) -> Result<(), String> {
        let set = self.entry["data_sets"].get(0).ok_or("there is no data")?;
        let (inputs, outputs) = (self.read_values(&set["inputs"])?, self.read_values(&set["outputs"])?);
        let (attempt, _) = self.attempt(&inputs)?;
        let (sink, path) = (Sink::new(), scratch.join("foreign.so"));
        let request =
            Request { output: Some(path.clone()), targets: vec![machine.target()?], ..attempt.request.clone() };
        compile(&request, &sink, &Silent).ok_or_else(|| first(&sink))?;
        let arguments = arguments(names(&attempt.module, "arg_names").into_iter(), &inputs)?;
        let results = machine.run(&path, &[(2, &arguments)], scratch)?.pop().ok_or("there is no result")?;
        let names = names(&attempt.module, "res_names").into_iter().map(str::to_owned);
        self.compare(&outputs, &names.zip(results).collect())
    }

    /// Whether any input or output is a tensor of strings.
    pub fn has_strings(&self) -> bool {
        let sets = self.entry["data_sets"].as_array().into_iter().flatten();
        let values = sets.flat_map(|set| [&set["inputs"], &set["outputs"]]).filter_map(|values| values.as_array());
        values.flatten().any(|value| value["element"] == "string")
    }

    /// The operators of the model.
    pub fn operators(&self) -> impl Iterator<Item = &str> {
        self.entry["operators"].as_object().into_iter().flat_map(|operators| operators.keys().map(String::as_str))
    }

    fn read_values(&self, entries: &Json) -> Result<Named, String> {
        let read = |entry: &Json| {
            let name = entry["name"].as_str().unwrap_or_default().to_owned();
            Ok((name, Value::read(&self.folder, entry)?))
        };
        entries.as_array().into_iter().flatten().map(read).collect()
    }

    fn run_set(&self, inputs: &Named, outputs: &Named, scratch: &Path) -> Outcome {
        let (attempt, constants) = match self.attempt(inputs) {
            Ok(found) => found,
            Err(reason) => return Outcome::failure(reason),
        };
        let check = |results: Result<Tensors, String>| self.compare(outputs, &results?);
        let interpreted = match self.is_network() {
            true => Ok(()),
            false => catch(|| check(interpret(&attempt.module, inputs))),
        };
        let compiled = |level| catch(|| check(execute(&attempt.request, level, inputs, scratch)));
        let unoptimized = || compiled(OptimizationLevel::O0).map_err(|reason| format!("at -O0: {reason}"));
        let optimized = compiled(OptimizationLevel::O3);
        // A network takes a minute without optimization; `make test-optimizer` has that time.
        let once = self.is_form() || self.is_network();
        let compiled = if once { optimized } else { optimized.and_then(|()| unoptimized()) };
        let constants = constants.into_iter().map(|(name, _)| name).collect();
        Outcome { interpreted: interpreted.err(), compiled: compiled.err(), constants }
    }

    /// Converts the model with as few inputs as constants as it takes: none, integers of rank below 2, or all small ones.
    fn attempt(&self, inputs: &Named) -> Result<(Attempt, Tensors), String> {
        let is_small = |tensor: &Tensor| tensor.rank() < 2 && tensor.len() <= MAX_CONSTANT;
        let tensors = || inputs.iter().filter_map(|(name, value)| Some((name.clone(), value.as_tensor()?.clone())));
        let small = || tensors().filter(|(_, tensor)| is_small(tensor));
        let integers: Tensors = small().filter(|(_, tensor)| tensor.element().is_integer()).collect();
        let mut reason = String::new();
        for constants in [Vec::new(), integers, small().collect()] {
            match catch(|| self.convert(&constants)) {
                Ok(attempt) => return Ok((attempt, constants)),
                // What is wrong once shapes are known says more.
                Err(error) => reason = error,
            }
        }
        Err(reason)
    }

    fn convert(&self, constants: &Tensors) -> Result<Attempt, String> {
        let sink = Sink::new();
        let request = Request {
            import: ImportOptions { constants: constants.clone(), ..ImportOptions::default() },
            cache: Some(object_cache()?),
            ..Request::new(
                self.folder.join(self.entry["model"].as_str().expect("a case has a model")),
                vec![kiln_driver::resolve_target(None, None)?],
            )
        };
        let mut module = import(&request.model, &request, &sink).ok_or_else(|| first(&sink))?;
        run(&mut module, pipeline::conversion(), &sink).ok_or_else(|| first(&sink))?;
        Ok(Attempt { module, request })
    }

    fn compare(&self, expected: &Named, found: &Tensors) -> Result<(), String> {
        let tolerance = |key: &str, default: f64| self.entry[key].as_f64().unwrap_or(default);
        let (rtol, atol) = (tolerance("rtol", 1e-3), tolerance("atol", 1e-7));
        let are_tensors = expected.iter().all(|(_, value)| value.as_tensor().is_some());
        if are_tensors && expected.len() != found.len() {
            return Err(format!("WRONG: {} outputs, expected {}", found.len(), expected.len()));
        }
        for (index, (name, expected)) in expected.iter().enumerate() {
            let found = if are_tensors { vec![(name.clone(), found[index].1.clone())] } else { found.clone() };
            if let Some(difference) = expected.difference(name, &found, rtol.max(step_of(expected)), atol) {
                return Err(format!("WRONG output {name} {difference}"));
            }
        }
        Ok(())
    }
}

/// How far numbers of half precision may be apart, relatively: one step of their type. The standard says for no operator in
/// which order or precision it sums, and the cases' own tolerance is less than a step.
fn step_of(value: &Value) -> f64 {
    match value.as_tensor().map(Tensor::element) {
        Some(ElementType::F16) => 1.0 / 1024.0,
        Some(ElementType::BF16) => 1.0 / 128.0,
        _ => 0.0,
    }
}

/// The cache of objects: what was compiled in a run before is not compiled again.
fn object_cache() -> Result<ObjectCache, String> {
    kiln_driver::open_cache(&support::cache().join("objects"))
}

fn interpret(module: &Module, inputs: &Named) -> Result<Tensors, String> {
    let arguments = arguments(names(module, "arg_names").into_iter(), inputs)?;
    let interpreter = Interpreter::new(module).map_err(|error| error.to_string())?;
    let results = interpreter.run(&arguments).map_err(|error| error.to_string())?;
    Ok(names(module, "res_names").into_iter().map(str::to_owned).zip(results).collect())
}

/// The names of inputs or of outputs.
fn names<'m>(module: &'m Module, attribute: &str) -> Vec<&'m str> {
    let main = module.find_symbol(module.top(), "main").expect("imports define main");
    module.attribute(main, attribute).and_then(|names| names.as_strs()).unwrap_or_default()
}

fn execute(request: &Request, level: OptimizationLevel, inputs: &Named, scratch: &Path) -> Result<Tensors, String> {
    let (sink, path) = (Sink::new(), scratch.join(format!("case-{level:?}.so")));
    let request = Request { output: Some(path.clone()), level, ..request.clone() };
    compile(&request, &sink, &Silent).ok_or_else(|| first(&sink))?;
    let model = Model::open(&path).map_err(|error| error.to_string())?;
    let arguments = arguments(model.inputs().iter().map(|input| input.name.as_str()), inputs)?;
    let results = model.run(&arguments, &RunOptions { threads: 2 }).map_err(|error| error.to_string())?;
    Ok(model.outputs().iter().map(|output| output.name.clone()).zip(results).collect())
}

fn arguments<'a>(names: impl Iterator<Item = &'a str>, inputs: &Named) -> Result<Vec<Tensor>, String> {
    let value = |part: &str| inputs.iter().find_map(|(name, value)| value.argument(name, part));
    names.map(|name| value(name).ok_or_else(|| format!("input {name} has no value"))).collect()
}

/// The first diagnostic's message, in one line.
fn first(sink: &Sink) -> String {
    sink.take().first().map_or_else(String::new, |diagnostic| diagnostic.message.replace('\n', " "))
}

fn catch<T>(work: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    let caught = catch_unwind(AssertUnwindSafe(work));
    caught.unwrap_or_else(|payload| {
        let message = payload.downcast_ref::<String>().cloned();
        let message = message.or_else(|| payload.downcast_ref::<&str>().map(|&text| text.to_owned()));
        Err(format!("PANIC: {}", message.unwrap_or_default().lines().next().unwrap_or_default()))
    })
}

impl Outcome {
    /// A failure of both ways.
    pub fn failure(reason: String) -> Outcome {
        Outcome { interpreted: Some(reason.clone()), compiled: Some(reason), constants: Vec::new() }
    }

    /// The outcome as a line of JSON.
    pub fn to_json(&self) -> String {
        json!({"interpreted": self.interpreted, "compiled": self.compiled, "constants": self.constants}).to_string()
    }

    /// What [`Outcome::to_json`] wrote.
    pub fn from_json(text: &str) -> Option<Outcome> {
        let json: Json = serde_json::from_str(text).ok()?;
        let reason = |key: &str| json[key].as_str().map(str::to_owned);
        let constants = json["constants"].as_array()?.iter().filter_map(|name| Some(name.as_str()?.to_owned()));
        Some(Outcome {
            interpreted: reason("interpreted"),
            compiled: reason("compiled"),
            constants: constants.collect(),
        })
    }
}

/// What the list says: nothing of a case that passes as it is.
impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (&self.interpreted, &self.compiled) {
            (None, None) if self.constants.is_empty() => Ok(()),
            (None, None) => write!(f, "passes with constant {}", self.constants.join(", ")),
            (Some(reason), Some(other)) if reason == other => f.write_str(reason),
            (Some(reason), Some(other)) => write!(f, "interpreted: {reason}; compiled: {other}"),
            (Some(reason), None) => write!(f, "interpreted: {reason}"),
            (None, Some(reason)) => write!(f, "compiled: {reason}"),
        }
    }
}
