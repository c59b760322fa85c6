//! Profiles as JSON. The book's chapter on profiles describes the fields.

use super::{Group, LaunchProfile, ModelProfile, Rates, ratio};
use serde_json::{Map, Value, json};

/// The profile as an object.
pub(crate) fn to_json(profile: &ModelProfile<'_>) -> Value {
    let total = profile.total();
    json!({
        "runs": profile.runs,
        "peak_gflops": profile.peak.operations / 1e9,
        "memory_gbs": profile.peak.bytes.map(|bytes| bytes / 1e9),
        "run_ms": profile.seconds() * 1e3,
        "kernels_ms": total.seconds * 1e3,
        "between_ms": profile.seconds_between * 1e3,
        "launches": profile.launches.iter().map(|launch| launch_json(launch, profile)).collect::<Vec<_>>(),
        "families": profile.families().iter().map(|group| group_json(group, profile)).collect::<Vec<_>>(),
        "total": group_json(&total, profile),
    })
}

fn launch_json(launch: &LaunchProfile<'_>, profile: &ModelProfile<'_>) -> Value {
    let mut fields = Map::new();
    fields.insert("launch".into(), json!(launch.number));
    fields.insert("kernel".into(), json!(launch.info.kernel));
    fields.insert("family".into(), json!(launch.info.family));
    fields.insert("nodes".into(), json!(launch.info.nodes));
    fields.insert("calls".into(), json!(launch.calls));
    fields.insert("busy".into(), json!(launch.busy(profile.threads)));
    insert_work(&mut fields, launch.seconds, launch.operations, launch.bytes, profile);
    Value::Object(fields)
}

fn group_json(group: &Group, profile: &ModelProfile<'_>) -> Value {
    let mut fields = Map::new();
    fields.insert("name".into(), json!(group.name));
    fields.insert("launches".into(), json!(group.launches));
    insert_work(&mut fields, group.seconds, group.operations, group.bytes, profile);
    Value::Object(fields)
}

fn insert_work(
    fields: &mut Map<String, Value>,
    seconds: f64,
    operations: Option<f64>,
    bytes: Option<f64>,
    profile: &ModelProfile<'_>,
) {
    let rates = Rates::of(operations, bytes, seconds, &profile.peak);
    let values = [
        ("ms", Some(seconds * 1e3)),
        ("share", Some(ratio(seconds, profile.seconds()))),
        ("flops", operations),
        ("bytes_moved", bytes),
        ("gflops", rates.operations.map(|rate| rate / 1e9)),
        ("gbs", rates.bytes.map(|rate| rate / 1e9)),
        ("of_peak", rates.of_peak),
        ("of_memory", rates.of_memory),
    ];
    fields.extend(values.map(|(name, value)| (name.to_owned(), json!(value))));
}
