//! What `kiln bench --profile` says: where the time of a run goes, kernel by kernel.
//!
//! Times are medians over runs, each launch by itself, and sums are sums of those: a run that something disturbs is
//! disturbed in some of its launches only. Rates come from what the model's metadata says of a launch, at the
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
    /// The time of each run in which no kernel is under way.
    between: Vec<f64>,
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
        Collector { between: Vec::new(), launches, fastest: Profile::default() }
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
        if self.between.is_empty() || profile.seconds() < self.fastest.seconds() {
            self.fastest = profile.clone();
        }
        let kernels: f64 = profile.launches().map(|event| event.seconds()).sum();
        self.between.push(profile.seconds() - kernels);
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
            runs: self.between.len(),
            seconds_between: median(self.between),
            launches: launches.iter().zip(self.launches).enumerate().map(describe).collect(),
            fastest: self.fastest,
        }
    }
}

fn in_all_calls(amount: &Option<Amount>, calls: usize, symbols: &[Option<i64>]) -> Option<f64> {
    amount.as_ref()?.evaluate(symbols).map(|once| once as f64 * calls as f64)
}

/// The value in the middle; 0 if there is none.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

/// Where the time of a model's runs goes.
pub(crate) struct ModelProfile<'m> {
    pub(crate) threads: usize,
    peak: Peak,
    runs: usize,
    /// Seconds of a run in which no kernel is under way.
    seconds_between: f64,
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
        Group::of("all kernels", self.launches.iter().filter(|launch| launch.calls > 0))
    }

    /// Seconds from the first kernel to the last.
    fn seconds(&self) -> f64 {
        self.total().seconds + self.seconds_between
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
    use kiln_runtime::Event;

    /// Runs of two launches, the first of which has two calls, in parts on two threads.
    fn collect(runs: &[[i64; 3]], launches: &[LaunchInfo]) -> Collector {
        let mut collector = Collector::new(launches.len());
        for &[first, second, between] in runs {
            let mut events = Vec::new();
            let mut begin = 1000;
            for (launch, duration) in [(0, first), (0, first), (1, second)] {
                let workers = if launch == 0 { -1..2 } else { -1..1 };
                events.extend(workers.map(|worker| Event::new(launch, worker, [begin, begin + duration])));
                begin += duration;
            }
            collector.add(&Profile { events, begin: 1000, end: begin + between });
        }
        collector
    }

    fn launches() -> Vec<LaunchInfo> {
        let constant = |value: i64| Some(Amount { instructions: vec![value << 8] });
        let launch = |kernel: &str, family: &str, operations| LaunchInfo {
            kernel: kernel.into(),
            family: family.into(),
            nodes: vec![format!("{kernel}_node")],
            operations,
            bytes: constant(1000),
        };
        vec![launch("k0", "gemm", constant(4000)), launch("k1", "map", constant(0)), launch("k2", "map", None)]
    }

    const PEAK: Peak = Peak { operations: 8e9, bytes: Some(4e9) };

    #[test]
    fn tables_and_objects_say_the_same() {
        let launches = launches();
        let runs = [[1000, 500, 200], [2000, 300, 100], [9000, 400, 300]];
        let profile = collect(&runs, &launches).finish(2, PEAK, &launches, &[]);
        let expected = "\
profile of 3 runs on 2 threads; the machine does 8.0 GFLOP/s, reads 4.0 GB/s of memory

#  kernel  calls      ms   share  GFLOP/s  of peak  GB/s  of memory     busy  nodes
0  k0          2  0.0040  87.0 %      2.0   25.0 %   0.5     12.5 %  100.0 %  k0_node
1  k1          1  0.0004   8.7 %        -        -   2.5     62.5 %   50.0 %  k1_node

family           launches      ms    share  GFLOP/s  of peak  GB/s  of memory
gemm                    1  0.0040   87.0 %      2.0   25.0 %   0.5     12.5 %
map                     1  0.0004    8.7 %        -        -   2.5     62.5 %
all kernels             2  0.0044   95.7 %      1.8   22.7 %   0.7     17.0 %
between kernels         0  0.0002    4.3 %        -        -     -          -
run                     2  0.0046  100.0 %      1.7   21.7 %   0.7     16.3 %
";
        assert_eq!(to_table(&profile, ProfileOrder::Time), expected);
        let json = to_json(&profile);
        assert_eq!((&json["runs"], &json["launches"][2]["calls"]), (&3.into(), &0.into()));
        assert_eq!((&json["launches"][0]["flops"], &json["launches"][0]["of_peak"]), (&8000.0.into(), &0.25.into()));
        assert_eq!((&json["launches"][1]["gflops"], &json["launches"][2]["flops"]), (&().into(), &().into()));
    }

    #[test]
    fn launches_are_in_the_order_asked_for() {
        let launches = launches();
        let profile = collect(&[[10, 500, 0]], &launches).finish(1, PEAK, &launches, &[]);
        let order = |order| profile.ordered(order).iter().map(|launch| launch.number).collect::<Vec<_>>();
        assert_eq!((order(ProfileOrder::Time), order(ProfileOrder::Run)), (vec![1, 0], vec![0, 1]));
    }

    #[test]
    fn the_trace_has_the_fastest_run() {
        let launches = launches();
        let profile = collect(&[[2000, 300, 100], [1000, 500, 200]], &launches).finish(2, PEAK, &launches, &[]);
        let trace: serde_json::Value = serde_json::from_str(&to_trace("net", &[profile])).expect("JSON");
        let events = trace["traceEvents"].as_array().expect("an array");
        let whole: Vec<_> = events.iter().filter(|event| event["ph"] == "X").collect();
        let times: Vec<_> = whole.iter().map(|e| (e["tid"].as_i64(), e["ts"].as_f64(), e["dur"].as_f64())).collect();
        let at = |lane, start, duration| (Some(lane), Some(start), Some(duration));
        let lanes = |start| [0, 1, 2].map(|lane| at(lane, start, 1.0));
        assert_eq!(times, [lanes(0.0).as_slice(), &lanes(1.0), &[at(0, 2.0, 0.5), at(1, 2.0, 0.5)]].concat());
        assert_eq!((&whole[0]["cat"], &whole[0]["name"]), (&"gemm".into(), &"k0_node".into()));
        assert_eq!(whole[0]["args"]["flops"], 4000.0);
        let names: Vec<_> = events.iter().filter_map(|event| event["args"]["name"].as_str()).collect();
        assert_eq!(names, ["net, threads: 2", "launches", "thread 0", "thread 1"]);
    }

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
