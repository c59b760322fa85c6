//! Cases on emulated processors of other families: some of each operator, in turns, until there are enough.
//!
//! `KILN_TEST_MACHINES=all` runs all of these; otherwise a few. Strings are addresses, which no file takes to another process.

use super::{Case, Shared};
use crate::machines::{Machine, OTHERS};
use libtest_mimic::Trial;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// How many cases run on each.
const WANTED: usize = 500;

/// Without `KILN_TEST_MACHINES=all`, one of so many of them.
const SPREAD: usize = 20;

const MACHINES: [&str; 2] = ["aarch64", "riscv64-vlen128"];

/// One trial for each case and machine.
pub fn trials(shared: &Arc<Shared>) -> Vec<Trial> {
    let machines = OTHERS.into_iter().filter(|machine| MACHINES.contains(&machine.name) && machine.is_available());
    let passes = |case: &Case| !case.is_form() && !case.has_strings() && shared.list.find(&case.name).is_empty();
    let chosen = choose(&shared.cases, passes);
    let step = if is_everything() { 1 } else { SPREAD };
    machines.flat_map(|machine| chosen.iter().step_by(step).map(move |&index| trial(shared, index, machine))).collect()
}

/// Whether every case is to run everywhere.
pub fn is_everything() -> bool {
    std::env::var("KILN_TEST_MACHINES").is_ok_and(|wanted| wanted == "all")
}

fn trial(shared: &Arc<Shared>, index: usize, machine: Machine) -> Trial {
    let shared = shared.clone();
    let name = format!("onnx/{}@{}", shared.cases[index].name, machine.name);
    Trial::test(name, move || {
        let outcome = shared.workers.run(index, machine.name);
        // An emulator that gives up on itself says nothing about the model.
        let failure = outcome.compiled.filter(|reason| !(reason.contains("qemu-") && reason.contains("Assertion")));
        failure.map_or(Ok(()), |reason| Err(reason.into()))
    })
}

/// The first case of each operator, then the second, and so on, of those that pass here.
fn choose(cases: &[Case], passes: impl Fn(&Case) -> bool) -> Vec<usize> {
    let mut by_operator: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, case) in cases.iter().enumerate().filter(|(_, case)| passes(case)) {
        case.operators().for_each(|operator| by_operator.entry(operator).or_default().push(index));
    }
    let rounds = by_operator.values().map(Vec::len).max().unwrap_or(0);
    let mut chosen = BTreeSet::new();
    for round in 0..rounds {
        for indices in by_operator.values() {
            if chosen.len() < WANTED {
                chosen.extend(indices.get(round));
            }
        }
    }
    chosen.into_iter().collect()
}
