//! What a compilation did: a stage at a time, a pass at a time, and the kernels it came to.
//!
//! Rendering is the command's. Counts are over the symbols of the model's inputs; the report's sizes say at which values
//! they are looked at.

use crate::Request;
use crate::stages::StageReport;
use kiln_ir::{Attribute, DimExpr, Module, Name, Op, Traits};
use kiln_kernels::lower_kernels::Launch;
use kiln_kernels::main_function::LaunchDescription;
use kiln_measure::{Amount, Sizes, op_operations, op_traffic, times_run};
use kiln_registry::pipeline::OptimizationLevel;
use kiln_schedule::{Candidate, Plan};
use kiln_target::Target;

/// What a compilation did.
#[derive(Clone, Debug)]
pub struct Report {
    /// The model's name.
    pub model: String,
    /// For which processor.
    pub target: Target,
    /// How hard the compiler tried.
    pub level: OptimizationLevel,
    /// Ops of the model as it was imported, constants apart.
    pub nodes: usize,
    /// At which values symbols are looked at.
    pub sizes: Sizes,
    /// The stages, in order.
    pub stages: Vec<StageReport>,
    /// The kernels; none if the compilation ended before there are any.
    pub kernels: Vec<KernelReport>,
    /// Bytes of the arena, if memory was planned.
    pub arena: Option<DimExpr>,
    /// Bytes of the constants in the output.
    pub weight_bytes: Option<u64>,
    /// Bytes of the file written.
    pub file_bytes: Option<u64>,
}

/// A kernel, and all calls of it in one run.
#[derive(Clone, Debug)]
pub struct KernelReport {
    /// Its function.
    pub name: String,
    /// Its family.
    pub family: String,
    /// The ops it computes, in order.
    pub ops: Vec<String>,
    /// What its plan says: name and value.
    pub plan: Vec<(String, String)>,
    /// The nodes of the model that it computes, in all places together.
    pub nodes: Vec<String>,
    /// The ways of computing it that were considered, if the request asks for them.
    pub considered: Vec<Candidate>,
    /// In how many places it is called.
    pub calls: usize,
    /// Floating-point operations of all calls together.
    pub operations: Option<DimExpr>,
    /// Bytes that all calls together read and write.
    pub traffic: Option<DimExpr>,
}

impl Report {
    /// A report of what has not begun yet.
    pub(crate) fn new(request: &Request) -> Report {
        let stem = request.model.file_stem().unwrap_or_default();
        Report {
            model: stem.to_string_lossy().into_owned(),
            target: request.target().clone(),
            level: request.level,
            nodes: 0,
            sizes: Sizes::default(),
            stages: Vec::new(),
            kernels: Vec::new(),
            arena: None,
            weight_bytes: None,
            file_bytes: None,
        }
    }

    /// Notes kernels and arena of a module whose fusions have just got their kernels; of others nothing.
    pub(crate) fn note_kernels(&mut self, module: &Module) {
        let Some(main) = kiln_func::find_function(module, "main") else { return };
        let kernels = kernels(module, main);
        if !kernels.is_empty() {
            let arena = module.attribute(main, "arena_size").and_then(Attribute::as_dims);
            (self.kernels, self.arena) = (kernels, arena.and_then(|arena| arena.first()?.expr()));
        }
    }

    /// How many kernels one run launches: both branches of a condition count, and all rounds of a
    /// loop; of one whose rounds only a run knows, one round.
    pub fn launches(&self) -> usize {
        self.kernels.iter().map(|kernel| kernel.calls).sum()
    }

    /// Symbols that counts are over, with the values at which they are looked at, by name.
    pub fn symbols(&self) -> Vec<(Name, i64)> {
        let measures = self.stages.iter().filter_map(|stage| stage.after);
        let counts = measures.flat_map(|measure| [measure.operations, measure.traffic, measure.peak]);
        let mut symbols: Vec<Name> = counts.flatten().flat_map(DimExpr::symbols).collect();
        symbols.sort_by_key(|symbol| symbol.as_str());
        symbols.dedup();
        symbols.into_iter().map(|symbol| (symbol, self.sizes.value(symbol))).collect()
    }
}

/// The kernels of fusions that have one, in order of their first calls.
fn kernels(module: &Module, main: Op) -> Vec<KernelReport> {
    let mut calls: Vec<(Name, Vec<Op>)> = Vec::new();
    for fusion in module.ops_named(main, kiln_graph::FUSION) {
        let Ok(launch) = Launch::of(module, fusion) else { continue };
        match calls.iter_mut().find(|(callee, _)| *callee == launch.callee) {
            Some((_, fusions)) => fusions.push(fusion),
            None => calls.push((launch.callee, vec![fusion])),
        }
    }
    calls.iter().map(|(callee, fusions)| kernel(module, *callee, fusions)).collect()
}

fn kernel(module: &Module, callee: Name, fusions: &[Op]) -> KernelReport {
    let inside = |fusion: &Op| module.walk(*fusion).into_iter().skip(1).collect::<Vec<Op>>();
    let is_work =
        |op: &Op| !module.has_traits(*op, Traits::CONSTANT_LIKE) && !module.has_traits(*op, Traits::TERMINATOR);
    let ops = inside(&fusions[0]).into_iter().filter(is_work).map(|op| module.name(op).as_str().replace("graph.", ""));
    let plan = module.attribute(fusions[0], "plan").and_then(Plan::from_attribute);
    let operations = fusions.iter().flat_map(inside).map(|op| op_operations(module, op));
    let traffic = fusions.iter().map(|&fusion| op_traffic(module, fusion));
    KernelReport {
        name: callee.as_str().to_owned(),
        family: plan.as_ref().map_or(String::new(), |plan| plan.family.as_str().to_owned()),
        ops: ops.collect(),
        plan: plan.map_or_else(Vec::new, |plan| decisions(&plan)),
        nodes: fusions.iter().flat_map(|&fusion| LaunchDescription::node_names(module, fusion)).collect(),
        considered: Candidate::of(module, fusions[0]),
        calls: fusions.iter().map(|&fusion| times_run(module, fusion)).sum(),
        operations: Amount::sum(operations).and_then(|amount| amount.to_expr()),
        traffic: Amount::sum(traffic).and_then(|amount| amount.to_expr()),
    }
}

/// What a plan decides, as text.
fn decisions(plan: &Plan) -> Vec<(String, String)> {
    let value = |attribute: Attribute| match attribute.as_dims() {
        Some([dim]) => dim.to_string(),
        _ => attribute.as_str().map_or_else(|| attribute.to_string(), str::to_owned),
    };
    let own = [
        ("tasks", plan.tasks.to_string()),
        ("serial_tasks", plan.serial_tasks.to_string()),
        ("scratch", plan.scratch.to_string()),
    ];
    let own = own.map(|(name, value)| (name.to_owned(), value));
    own.into_iter().chain(plan.options.iter().map(|(name, option)| (name.as_str().to_owned(), value(option)))).collect()
}
