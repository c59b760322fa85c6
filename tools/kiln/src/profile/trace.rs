//! The fastest run of each profile as events that chrome://tracing and Perfetto show: a process for each number of
//! threads, in it a lane of launches and one for each thread.

use super::{ModelProfile, nodes_text};
use kiln_runtime::Event;
use serde_json::{Value, json};

/// The trace, as text.
pub(crate) fn to_trace(model: &str, profiles: &[ModelProfile<'_>]) -> String {
    let events: Vec<Value> = profiles.iter().flat_map(|profile| process(model, profile)).collect();
    format!("{}\n", json!({ "displayTimeUnit": "ns", "traceEvents": events }))
}

fn process(model: &str, profile: &ModelProfile<'_>) -> Vec<Value> {
    let run = &profile.fastest;
    let name = |kind: &str, lane: usize, name: String| json!({ "ph": "M", "name": kind, "pid": profile.threads, "tid": lane, "args": { "name": name } });
    let lanes = run.events.iter().map(lane).max().unwrap_or(0);
    let mut events = vec![name("process_name", 0, format!("{model}, threads: {}", profile.threads))];
    events.push(name("thread_name", 0, "launches".into()));
    events.extend((1..=lanes).map(|lane| name("thread_name", lane, format!("thread {}", lane - 1))));
    events.extend(run.events.iter().filter_map(|event| to_event(event, profile)));
    events
}

/// Launches are in lane 0, what thread 0 does in lane 1.
fn lane(event: &Event) -> usize {
    event.worker().map_or(0, |worker| worker + 1)
}

fn to_event(event: &Event, profile: &ModelProfile<'_>) -> Option<Value> {
    let launch = profile.launches.get(event.launch())?;
    let microseconds = |nanoseconds: i64| nanoseconds as f64 / 1e3;
    let mut arguments = json!({ "launch": launch.number, "kernel": launch.info.kernel });
    // A part is a part of that.
    if event.worker().is_none() {
        let once = |amount: Option<f64>| amount.map(|amount| amount / launch.calls as f64);
        arguments["nodes"] = json!(launch.info.nodes);
        arguments["flops"] = json!(once(launch.operations));
        arguments["bytes_moved"] = json!(once(launch.bytes));
    }
    Some(json!({
        "ph": "X",
        "name": nodes_text(&launch.info.nodes),
        "cat": launch.info.family,
        "pid": profile.threads,
        "tid": lane(event),
        "ts": microseconds(event.begin - profile.fastest.begin),
        "dur": microseconds(event.end - event.begin),
        "args": arguments,
    }))
}
