//! What `kiln bench --profile` says: where the time of a run goes, kernel by kernel.
//!
//! Times are medians over runs, each launch by itself. Rates come from what the model's metadata says of a launch, at the
//! shapes of the run, and are compared with what the machine was measured to do at most with as many threads.

mod json;
mod table;
mod trace;

pub(crate) use json::to_json;
pub(crate) use table::to_table;
pub(crate) use trace::to_trace;

use clap::ValueEnum;
use kiln_runtime::{Amount, LaunchInfo, Peak, Profile};

/// In which order the launches are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileOrder {
    /// The slowest first.
    Time,
    /// As they run.
    Run,
}

/// Profiles of many runs of a model on the same inputs.
pub(crate) struct Collector {
    /// The time of each run, from the first kernel to the last.
    runs: Vec<f64>,
    /// The time of all kernels of each run.
    kernels: Vec<f64>,
    launches: Vec<Samples>,
    fastest: Profile,
}

/// What runs said of one launch.
#[derive(Clone, Default)]
struct Samples {
    /// How often it ran in the last run.
    calls: usize,
    /// The time of each run.
    seconds: Vec<f64>,
    /// The time that the threads were at work, in each run.
    work: Vec<f64>,
}

impl Collector {
    pub(crate) fn new(launches: usize) -> Collector {
        let launches = vec![Samples::default(); launches];
        Collector { runs: Vec::new(), kernels: Vec::new(), launches, fastest: Profile::default() }
    }

    /// Takes the profile of one more run.
    pub(crate) fn add(&mut self, profile: &Profile) {
        for samples in &mut self.launches {
            samples.calls = 0;
            samples.seconds.push(0.0);
            samples.work.push(0.0);
        }
        for event in &profile.events {
            let Some(samples) = self.launches.get_mut(event.launch()) else { continue };
            let times = if event.worker().is_none() { &mut samples.seconds } else { &mut samples.work };
            *times.last_mut().expect("there is a sample for this run") += event.seconds();
            samples.calls += usize::from(event.worker().is_none());
        }
        self.kernels.push(profile.launches().map(|event| event.seconds()).sum());
        if self.runs.is_empty() || profile.seconds() < self.fastest.seconds() {
            self.fastest = profile.clone();
        }
        self.runs.push(profile.seconds());
    }

    /// What the runs have in common, on a machine of this peak and for these values of the model's symbols.
    pub(crate) fn finish<'m>(
        self,
        threads: usize,
        peak: Peak,
        launches: &'m [LaunchInfo],
        symbols: &[Option<i64>],
    ) -> ModelProfile<'m> {
        let describe = |(number, (info, samples)): (usize, (&'m LaunchInfo, Samples))| LaunchProfile {
            number,
            info,
            calls: samples.calls,
            seconds: median(samples.seconds),
            work: median(samples.work),
            operations: in_all_calls(&info.operations, samples.calls, symbols),
            bytes: in_all_calls(&info.bytes, samples.calls, symbols),
        };
        ModelProfile {
            threads,
            peak,
            runs: self.runs.len(),
            seconds: median(self.runs),
            kernel_seconds: median(self.kernels),
            launches: launches.iter().zip(self.launches).enumerate().map(describe).collect(),
            fastest: self.fastest,
        }
    }
}

fn in_all_calls(amount: &Option<Amount>, calls: usize, symbols: &[Option<i64>]) -> Option<f64> {
    amount.as_ref()?.evaluate(symbols).map(|once| once as f64 * calls as f64)
}

/// The value in the middle; 0 if there is none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Where the time of a model's runs goes.
pub(crate) struct ModelProfile<'m> {
    pub(crate) threads: usize,
    peak: Peak,
    runs: usize,
    /// Seconds of a run, from the first kernel to the last.
    seconds: f64,
    /// Seconds of all kernels of a run.
    kernel_seconds: f64,
    /// In the order of a run.
    launches: Vec<LaunchProfile<'m>>,
    fastest: Profile,
}

/// Where the time of one launch goes: of all its calls together, where it is in a loop of the model.
struct LaunchProfile<'m> {
    number: usize,
    info: &'m LaunchInfo,
    calls: usize,
    seconds: f64,
    /// Seconds that threads were at work, all together.
    work: f64,
    operations: Option<f64>,
    bytes: Option<f64>,
}

impl LaunchProfile<'_> {
    /// The part of its time that each thread was at work, on average.
    fn busy(&self, threads: usize) -> f64 {
        ratio(self.work, self.seconds * threads as f64)
    }
}

/// Some launches together.
struct Group {
    name: String,
    launches: usize,
    seconds: f64,
    operations: Option<f64>,
    bytes: Option<f64>,
}

impl Group {
    fn of<'l>(name: &str, launches: impl Iterator<Item = &'l LaunchProfile<'l>>) -> Group {
        let none = Group { name: name.into(), launches: 0, seconds: 0.0, operations: Some(0.0), bytes: Some(0.0) };
        launches.fold(none, |group, launch| Group {
            launches: group.launches + 1,
            seconds: group.seconds + launch.seconds,
            operations: group.operations.zip(launch.operations).map(|(sum, more)| sum + more),
            bytes: group.bytes.zip(launch.bytes).map(|(sum, more)| sum + more),
            ..group
        })
    }
}

impl ModelProfile<'_> {
    /// The launches that ran, in an order.
    fn ordered(&self, order: ProfileOrder) -> Vec<&LaunchProfile<'_>> {
        let mut launches: Vec<&LaunchProfile<'_>> = self.launches.iter().filter(|launch| launch.calls > 0).collect();
        if order == ProfileOrder::Time {
            launches.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
        }
        launches
    }

    /// The launches by family, the slowest first.
    fn families(&self) -> Vec<Group> {
        let mut names: Vec<&str> = self.launches.iter().map(|launch| launch.info.family.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        let members = |name: &str| {
            let name = name.to_owned();
            self.launches.iter().filter(move |launch| launch.calls > 0 && launch.info.family == name)
        };
        let mut groups: Vec<Group> = names.iter().map(|name| Group::of(name, members(name))).collect();
        groups.retain(|group| group.launches > 0);
        groups.sort_by(|a, b| b.seconds.total_cmp(&a.seconds));
        groups
    }

    /// All that ran.
    fn total(&self) -> Group {
        let all = Group::of("all kernels", self.launches.iter().filter(|launch| launch.calls > 0));
        Group { seconds: self.kernel_seconds, ..all }
    }

    /// Seconds of a run in which no kernel is under way.
    fn seconds_between(&self) -> f64 {
        (self.seconds - self.kernel_seconds).max(0.0)
    }
}

/// Work over time, and how much of the machine's peak that is.
struct Rates {
    operations: Option<f64>,
    bytes: Option<f64>,
    of_peak: Option<f64>,
    of_memory: Option<f64>,
}

impl Rates {
    /// Nothing is said of arithmetic where there is none that counts.
    fn of(operations: Option<f64>, bytes: Option<f64>, seconds: f64, peak: &Peak) -> Rates {
        let rate = |amount: Option<f64>| amount.filter(|&amount| amount > 0.0 && seconds > 0.0).map(|it| it / seconds);
        let (operations, bytes) = (rate(operations), rate(bytes));
        Rates {
            operations,
            bytes,
            of_peak: operations.map(|rate| ratio(rate, peak.operations)),
            of_memory: bytes.zip(peak.bytes).map(|(rate, peak)| ratio(rate, peak)),
        }
    }
}

/// 0 where there is nothing to compare with.
fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

/// The first few names of nodes, and how many more there are.
fn nodes_text(nodes: &[String]) -> String {
    const MOST: usize = 60;
    let mut text = String::new();
    for (index, node) in nodes.iter().enumerate() {
        if index > 0 && text.chars().count() + node.chars().count() > MOST {
            return format!("{text} +{}", nodes.len() - index);
        }
        let separator = if index == 0 { "" } else { ", " };
        text += &format!("{separator}{}", node.replace(char::is_control, "?"));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_few() {
        let names: Vec<String> = (0..20).map(|i| format!("/encoder/layer.{i}/Add")).collect();
        assert_eq!(nodes_text(&names), "/encoder/layer.0/Add, /encoder/layer.1/Add +18");
        assert_eq!((nodes_text(&names[..1]), nodes_text(&[])), ("/encoder/layer.0/Add".into(), String::new()));
    }

    #[test]
    fn rates_are_of_what_there_is() {
        let peak = Peak { operations: 4e9, bytes: None };
        let rates = Rates::of(Some(2e9), Some(0.0), 2.0, &peak);
        assert_eq!(
            (rates.operations, rates.of_peak, rates.bytes, rates.of_memory),
            (Some(1e9), Some(0.25), None, None)
        );
        assert_eq!(Rates::of(Some(2e9), None, 0.0, &peak).operations, None);
        assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    }
}
