//! A report as JSON. The book's chapter on reports describes the fields; a change of what one means, or of where it is,
//! raises the version.

use super::digit;
use kiln_driver::{KernelReport, PassReport, Report, StageReport};
use kiln_ir::DimExpr;
use kiln_measure::{Measure, Sizes};
use serde_json::{Map, Value, json};
use std::time::Duration;

/// The version of the fields.
const VERSION: u32 = 1;

/// The report as text.
pub(super) fn render(report: &Report) -> String {
    format!("{:#}\n", to_json(report))
}

fn to_json(report: &Report) -> Value {
    let sizes = &report.sizes;
    let symbols: Map<String, Value> =
        report.symbols().into_iter().map(|(name, value)| (name.as_str().to_owned(), json!(value))).collect();
    json!({
        "format": "kiln-report",
        "version": VERSION,
        "model": { "name": report.model, "nodes": report.nodes, "symbols": symbols },
        "target": { "triple": report.target.triple, "cpu": report.target.cpu, "level": digit(report.level) },
        "stages": report.stages.iter().map(|stage| stage_json(stage, sizes)).collect::<Vec<_>>(),
        "kernels": report.kernels.iter().map(|kernel| kernel_json(kernel, sizes)).collect::<Vec<_>>(),
        "totals": totals(report),
    })
}

fn totals(report: &Report) -> Value {
    let sizes = &report.sizes;
    let last = report.stages.iter().filter_map(|stage| stage.after).rfind(|measure| measure.traffic.is_some());
    let has_kernels = !report.kernels.is_empty();
    let mut totals = Map::new();
    totals.insert("nodes".into(), json!(report.nodes));
    totals.insert("kernels_launched".into(), json!(has_kernels.then(|| report.launches())));
    totals.insert("kernels_distinct".into(), json!(has_kernels.then_some(report.kernels.len())));
    insert(&mut totals, "flops", last.and_then(|measure| measure.operations), sizes);
    insert(&mut totals, "bytes_moved", last.and_then(|measure| measure.traffic), sizes);
    insert(&mut totals, "arena_bytes", report.arena, sizes);
    totals.insert("weight_bytes".into(), json!(report.weight_bytes));
    totals.insert("file_bytes".into(), json!(report.file_bytes));
    totals.insert("seconds".into(), seconds(report.stages.iter().map(|stage| stage.duration).sum()));
    Value::Object(totals)
}

fn stage_json(stage: &StageReport, sizes: &Sizes) -> Value {
    json!({
        "name": stage.name,
        "seconds": seconds(stage.duration),
        "before": stage.before.map(|measure| measure_json(&measure, sizes)),
        "after": stage.after.map(|measure| measure_json(&measure, sizes)),
        "passes": stage.passes.iter().map(|pass| pass_json(pass, sizes)).collect::<Vec<_>>(),
    })
}

fn pass_json(pass: &PassReport, sizes: &Sizes) -> Value {
    let options: Map<String, Value> = pass.options.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let counters: Map<String, Value> =
        pass.counters.iter().map(|&(name, count)| (name.to_owned(), json!(count))).collect();
    json!({
        "name": pass.name,
        "options": options,
        "seconds": seconds(pass.duration),
        "before": measure_json(&pass.before, sizes),
        "after": measure_json(&pass.after, sizes),
        "counters": counters,
    })
}

fn measure_json(measure: &Measure, sizes: &Sizes) -> Value {
    let mut fields = Map::new();
    fields.insert("ops".into(), json!(measure.ops));
    fields.insert("constants".into(), json!(measure.constants));
    fields.insert("constant_bytes".into(), json!(measure.constant_bytes));
    insert(&mut fields, "flops", measure.operations, sizes);
    insert(&mut fields, "bytes_moved", measure.traffic, sizes);
    insert(&mut fields, "peak_bytes", measure.peak, sizes);
    Value::Object(fields)
}

fn kernel_json(kernel: &KernelReport, sizes: &Sizes) -> Value {
    let plan: Map<String, Value> = kernel.plan.iter().map(|(name, value)| (name.clone(), json!(value))).collect();
    let mut fields = Map::new();
    fields.insert("name".into(), json!(kernel.name));
    fields.insert("family".into(), json!(kernel.family));
    fields.insert("ops".into(), json!(kernel.ops));
    fields.insert("plan".into(), Value::Object(plan));
    fields.insert("calls".into(), json!(kernel.calls));
    insert(&mut fields, "flops", kernel.operations, sizes);
    insert(&mut fields, "bytes_moved", kernel.traffic, sizes);
    Value::Object(fields)
}

/// A count at the report's sizes, null where there is none; where symbols take part, its expression beside it.
fn insert(fields: &mut Map<String, Value>, name: &str, count: Option<DimExpr>, sizes: &Sizes) {
    fields.insert(name.into(), json!(count.and_then(|count| sizes.evaluate(count))));
    if let Some(count) = count.filter(|count| count.as_constant().is_none()) {
        fields.insert(format!("{name}_expression"), json!(count.to_string()));
    }
}

/// In whole microseconds: finer is noise.
fn seconds(duration: Duration) -> Value {
    json!(duration.as_micros() as f64 / 1e6)
}
