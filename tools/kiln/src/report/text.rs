//! A report as tables.

use super::digit;
use crate::output::{bytes_text, table};
use kiln_driver::{KernelReport, PassReport, Report, StageReport};
use kiln_ir::DimExpr;
use kiln_measure::{Measure, Sizes};
use std::time::Duration;

/// What stands where nothing is counted.
const NOTHING: &str = "-";

/// The report as text.
pub(super) fn render(report: &Report) -> String {
    let mut text = summary(report);
    text += &format!("\n{}", stages(report));
    let counters = counters(report);
    if !counters.is_empty() {
        text += &format!("\n{}", table(&["pass", "counter", "count"], &[false, false, true], &counters));
    }
    if !report.kernels.is_empty() {
        text += &format!("\n{}", kernels(report));
    }
    text
}

fn summary(report: &Report) -> String {
    let total: Duration = report.stages.iter().map(|stage| stage.duration).sum();
    let mut facts = vec![
        ("model", report.model.clone()),
        ("for", format!("{}, {}, -O{}", report.target.triple, report.target.cpu, digit(report.level))),
        ("time", duration_text(total)),
        ("nodes", report.nodes.to_string()),
    ];
    if !report.kernels.is_empty() {
        facts.push(("kernels", format!("{} launched, {} distinct", report.launches(), report.kernels.len())));
    }
    if let Some(arena) = report.arena {
        facts.push(("arena", count_text(Some(arena), &report.sizes, bytes_text)));
    }
    facts.extend(report.weight_bytes.map(|bytes| ("weights", bytes_text(bytes))));
    facts.extend(report.file_bytes.map(|bytes| ("file", bytes_text(bytes))));
    let symbols: Vec<String> = report.symbols().iter().map(|(name, value)| format!("{name} = {value}")).collect();
    if !symbols.is_empty() {
        facts.push(("counted at", symbols.join(", ")));
    }
    facts.iter().map(|(name, value)| format!("{name:<12} {value}\n")).collect()
}

/// A line a stage, below it one for each of its passes.
fn stages(report: &Report) -> String {
    let headings = ["stage, pass", "time", "ops", "constants", "FLOP", "moved", "peak"];
    let right = [false, true, true, true, true, true, true];
    let mut rows = Vec::new();
    for stage in &report.stages {
        let StageReport { name, duration, before, after, passes } = stage;
        rows.push(row(name.clone(), *duration, *before, *after, &report.sizes));
        // A pass that is a stage of its own has said all.
        for pass in passes.iter().filter(|pass| passes.len() > 1 || pass.name != name) {
            let PassReport { duration, before, after, .. } = pass;
            rows.push(row(format!("  {}", with_options(pass)), *duration, Some(*before), Some(*after), &report.sizes));
        }
    }
    table(&headings, &right, &rows)
}

fn row(name: String, time: Duration, before: Option<Measure>, after: Option<Measure>, sizes: &Sizes) -> Vec<String> {
    let ops = match (before, after) {
        (Some(before), Some(after)) if before.ops != after.ops => format!("{} > {}", before.ops, after.ops),
        (_, Some(after)) => after.ops.to_string(),
        (_, None) => NOTHING.into(),
    };
    let constants = after.map_or(NOTHING.into(), |measure| bytes_text(measure.constant_bytes));
    let count = |field: fn(Measure) -> Option<DimExpr>, unit| count_text(after.and_then(field), sizes, unit);
    let (flops, moved) = (count(|measure| measure.operations, flops), count(|measure| measure.traffic, bytes_text));
    vec![name, duration_text(time), ops, constants, flops, moved, count(|measure| measure.peak, bytes_text)]
}

/// The pass and its options, as pipelines have them; a target is said above already.
fn with_options(pass: &PassReport) -> String {
    let options = pass.options.iter().filter(|(name, _)| name != "target");
    let options: Vec<String> = options.map(|(name, value)| format!("{name}={value}")).collect();
    if options.is_empty() { pass.name.to_owned() } else { format!("{}{{{}}}", pass.name, options.join(" ")) }
}

/// What passes counted, by pass and stage; counters at nothing are left out.
fn counters(report: &Report) -> Vec<Vec<String>> {
    let passes = report.stages.iter().flat_map(|stage| stage.passes.iter().map(move |pass| (stage, pass)));
    let count = |(stage, pass): (&StageReport, &PassReport)| {
        let name = if stage.name == pass.name { pass.name.to_owned() } else { format!("{}/{}", stage.name, pass.name) };
        let counted = pass.counters.iter().filter(|(_, count)| *count > 0);
        counted.map(|(counter, count)| vec![name.clone(), (*counter).to_owned(), count.to_string()]).collect::<Vec<_>>()
    };
    passes.flat_map(count).collect()
}

fn kernels(report: &Report) -> String {
    let headings = ["kernel", "calls", "FLOP", "moved", "computes", "plan"];
    let row = |kernel: &KernelReport| {
        let plan: Vec<String> = kernel.plan.iter().map(|(name, value)| format!("{name}={value}")).collect();
        vec![
            kernel.name.clone(),
            kernel.calls.to_string(),
            count_text(kernel.operations, &report.sizes, flops),
            count_text(kernel.traffic, &report.sizes, bytes_text),
            kernel.ops.join(" "),
            plan.join(" "),
        ]
    };
    let rows: Vec<Vec<String>> = report.kernels.iter().map(row).collect();
    table(&headings, &[false, true, true, true, false, false], &rows)
}

/// A count at the report's sizes.
fn count_text(count: Option<DimExpr>, sizes: &Sizes, unit: fn(u64) -> String) -> String {
    let value = count.and_then(|count| sizes.evaluate(count)).and_then(|count| u64::try_from(count).ok());
    value.map_or(NOTHING.into(), unit)
}

fn flops(count: u64) -> String {
    const UNITS: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    match UNITS.iter().find(|(unit, _)| count as f64 >= *unit) {
        Some((unit, letter)) => format!("{:.1} {letter}", count as f64 / unit),
        None => count.to_string(),
    }
}

fn duration_text(duration: Duration) -> String {
    let seconds = duration.as_secs_f64();
    if seconds >= 10.0 { format!("{seconds:.1} s") } else { format!("{:.1} ms", 1e3 * seconds) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_driver::OptimizationLevel;
    use kiln_target::Target;

    fn measure(ops: usize, count: Option<DimExpr>) -> Measure {
        Measure { ops, constants: 1, constant_bytes: 2048, operations: count, traffic: count, peak: count }
    }

    fn report() -> Report {
        let n = DimExpr::symbol("N").checked_mul(DimExpr::constant(1500));
        let (before, after) = (measure(12, None), measure(7, n));
        let pass = |name, counters| PassReport {
            name,
            options: vec![("relaxed".into(), "true".into()), ("target".into(), "x86_64".into())],
            duration: Duration::from_micros(1234),
            before: after,
            after,
            counters,
        };
        let stage = |name: &str, before, after, passes| StageReport {
            name: name.into(),
            duration: Duration::from_millis(2),
            before,
            after,
            passes,
        };
        let kernel = KernelReport {
            name: "kernel_0_map".into(),
            family: "map".into(),
            ops: vec!["add".into(), "relu".into()],
            plan: vec![("tasks".into(), "d0".into()), ("lanes".into(), "16".into())],
            nodes: vec!["n0".into()],
            considered: Vec::new(),
            calls: 3,
            operations: Some(DimExpr::constant(0)),
            traffic: n,
        };
        Report {
            model: "net".into(),
            target: Target::from_text("x86_64").expect("a target"),
            level: OptimizationLevel::O2,
            nodes: 12,
            sizes: Sizes::default(),
            stages: vec![
                stage("import", None, Some(before), Vec::new()),
                stage("convert", Some(before), Some(after), vec![pass("convert", Vec::new())]),
                stage(
                    "pre",
                    Some(after),
                    Some(after),
                    vec![pass("cse", vec![("merged", 0)]), pass("dce", vec![("erased", 5)])],
                ),
                stage("link", None, None, Vec::new()),
            ],
            kernels: vec![kernel],
            arena: n,
            weight_bytes: Some(2048),
            file_bytes: None,
        }
    }

    #[test]
    fn columns_align() {
        let text = render(&report());
        let expected = "\
model        net
for          x86_64-unknown-linux-gnu, x86-64-v3, -O2
time         8.0 ms
nodes        12
kernels      3 launched, 1 distinct
arena        1.5 KB
weights      2.0 KB
counted at   N = 1

stage, pass            time     ops  constants   FLOP   moved    peak
import               2.0 ms      12     2.0 KB      -       -       -
convert              2.0 ms  12 > 7     2.0 KB  1.5 k  1.5 KB  1.5 KB
pre                  2.0 ms       7     2.0 KB  1.5 k  1.5 KB  1.5 KB
  cse{relaxed=true}  1.2 ms       7     2.0 KB  1.5 k  1.5 KB  1.5 KB
  dce{relaxed=true}  1.2 ms       7     2.0 KB  1.5 k  1.5 KB  1.5 KB
link                 2.0 ms       -          -      -       -       -

pass     counter  count
pre/dce  erased       5

kernel        calls  FLOP   moved  computes  plan
kernel_0_map      3     0  1.5 KB  add relu  tasks=d0 lanes=16
";
        assert_eq!(text, expected);
    }
}
