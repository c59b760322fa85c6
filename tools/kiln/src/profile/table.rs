//! Profiles as tables.

use super::{Group, LaunchProfile, ModelProfile, ProfileOrder, Rates, nodes_text, ratio};
use crate::output::table;

/// The profile as text: what the machine can do, every launch, the families.
pub(crate) fn to_table(profile: &ModelProfile<'_>, order: ProfileOrder) -> String {
    format!("{}\n{}\n{}", summary(profile), launches(profile, order), families(profile))
}

fn summary(profile: &ModelProfile<'_>) -> String {
    let threads = if profile.threads == 1 { "1 thread".into() } else { format!("{} threads", profile.threads) };
    let memory = profile.peak.bytes.map_or(String::new(), |bytes| format!(", reads {:.1} GB/s of memory", bytes / 1e9));
    let peak = profile.peak.operations / 1e9;
    format!("profile of {} runs on {threads}; the machine does {peak:.1} GFLOP/s{memory}\n", profile.runs)
}

fn launches(profile: &ModelProfile<'_>, order: ProfileOrder) -> String {
    let launches = profile.ordered(order);
    let has_loops = launches.iter().any(|launch| launch.calls > 1);
    let mut headings = vec!["#", "kernel"];
    headings.extend(has_loops.then_some("calls"));
    headings.extend(["ms", "share", "GFLOP/s", "of peak", "GB/s", "of memory"]);
    headings.extend((profile.threads > 1).then_some("busy"));
    headings.push("nodes");
    let row = |launch: &&LaunchProfile<'_>| {
        let mut row = vec![launch.number.to_string(), launch.info.kernel.clone()];
        row.extend(has_loops.then(|| launch.calls.to_string()));
        row.extend(time(launch.seconds, profile));
        row.extend(rates(launch.operations, launch.bytes, launch.seconds, profile));
        row.extend((profile.threads > 1).then(|| percent(launch.busy(profile.threads))));
        row.push(nodes_text(&launch.info.nodes));
        row
    };
    let rows: Vec<Vec<String>> = launches.iter().map(row).collect();
    let right: Vec<bool> = headings.iter().map(|heading| !matches!(*heading, "kernel" | "nodes")).collect();
    table(&headings, &right, &rows)
}

/// A line a family, then the sums.
fn families(profile: &ModelProfile<'_>) -> String {
    let row = |group: &Group| {
        let mut row = vec![group.name.clone(), group.launches.to_string()];
        row.extend(time(group.seconds, profile));
        row.extend(rates(group.operations, group.bytes, group.seconds, profile));
        row
    };
    let mut rows: Vec<Vec<String>> = profile.families().iter().map(row).collect();
    let total = profile.total();
    rows.push(row(&total));
    let between = Group::of("between kernels", std::iter::empty());
    rows.push(row(&Group { seconds: profile.seconds_between, ..between }));
    rows.push(row(&Group { name: "run".into(), seconds: profile.seconds(), ..total }));
    let headings = ["family", "launches", "ms", "share", "GFLOP/s", "of peak", "GB/s", "of memory"];
    table(&headings, &[false, true, true, true, true, true, true, true], &rows)
}

fn time(seconds: f64, profile: &ModelProfile<'_>) -> [String; 2] {
    [format!("{:.4}", seconds * 1e3), percent(ratio(seconds, profile.seconds()))]
}

fn rates(operations: Option<f64>, bytes: Option<f64>, seconds: f64, profile: &ModelProfile<'_>) -> [String; 4] {
    let rates = Rates::of(operations, bytes, seconds, &profile.peak);
    let giga = |rate: Option<f64>| rate.map_or("-".into(), |rate| format!("{:.1}", rate / 1e9));
    let share = |share: Option<f64>| share.map_or("-".into(), percent);
    [giga(rates.operations), share(rates.of_peak), giga(rates.bytes), share(rates.of_memory)]
}

fn percent(part: f64) -> String {
    format!("{:.1} %", 100.0 * part)
}
