//! The ONNX project's own tests of operators, and cases of onnxruntime's contributed operators, through the interpreter
//! and through the compiler.
//!
//! `onnx_cases.txt` lists every case that does not pass, with the reason; a case that leaves or joins the list, or fails
//! for another reason, fails. `KILN_BLESS=1` writes the list anew, for the cases that run.
//!
//! A part of them, spread over all operators, also runs on processors of other families: see `foreign`.
//!
//! Cases run in processes of their own, several one after the other in each: what takes one down is that case's failure.

mod case;
mod foreign;
mod list;
mod values;
mod worker;

use crate::machines::NATIVE;
use case::{Case, Outcome};
use libtest_mimic::{Failed, Trial};
use list::List;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use worker::Workers;
pub use worker::{is_worker, work};

/// See [`Suite::trials`].
const SPREAD: usize = 3;

/// The cases, what is listed of them, and what has become of them so far.
pub struct Suite {
    shared: Arc<Shared>,
}

struct Shared {
    cases: Vec<Case>,
    list: List,
    workers: Workers,
    outcomes: Mutex<BTreeMap<String, Outcome>>,
}

impl Suite {
    /// Reads the index of cases and the list; without an index there are no cases, which is a failure of its own.
    pub fn open() -> Suite {
        let cases = Case::read_all().unwrap_or_default();
        let shared = Shared { cases, list: List::read(), workers: Workers::default(), outcomes: Mutex::default() };
        Suite { shared: Arc::new(shared) }
    }

    /// One trial for each case, and one that all of them are there. Unless somebody asked for certain cases or for all,
    /// one of [`SPREAD`] of the forms of cases has to do, and none of those of whole networks.
    pub fn trials(&self, is_asked_for: bool) -> Vec<Trial> {
        let trial = |index: usize| {
            let shared = self.shared.clone();
            Trial::test(format!("onnx/{}", self.shared.cases[index].name), move || shared.run(index))
        };
        let shared = self.shared.clone();
        let complete = Trial::test("onnx/list", move || shared.check_list());
        let all = is_asked_for || is_blessing() || foreign::is_everything();
        let is_spared =
            |case: &Case, index: usize| case.is_form() && (case.is_network() || !index.is_multiple_of(SPREAD));
        let runs = |index: &usize| all || !is_spared(&self.shared.cases[*index], *index);
        let here = (0..self.shared.cases.len()).filter(runs).map(trial).chain([complete]);
        here.chain(foreign::trials(&self.shared)).collect()
    }

    /// Writes the list, if that was asked for, and says how many cases pass.
    pub fn finish(&self) {
        let outcomes = self.shared.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        if is_blessing() && !outcomes.is_empty() {
            self.shared.list.update(&self.shared.cases, &outcomes).write();
        }
    }
}

impl Shared {
    fn run(&self, index: usize) -> Result<(), Failed> {
        let case = &self.cases[index];
        let outcome = self.workers.run(index, NATIVE.name);
        let (found, listed) = (outcome.to_string(), self.list.find(&case.name).to_owned());
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).insert(case.name.clone(), outcome);
        match found == listed || is_blessing() {
            true => Ok(()),
            false => Err(format!("found:  {found}\nlisted: {listed}\n(KILN_BLESS=1 updates the list)").into()),
        }
    }

    /// The list names cases that there are, and counts them right.
    fn check_list(&self) -> Result<(), Failed> {
        Case::read_all()?;
        let known = |name: &&str| !self.cases.iter().any(|case| case.name == **name);
        let gone: Vec<&str> = self.list.names().filter(known).collect();
        let (found, listed) = (self.list.count(&self.cases), self.list.header());
        match (gone.is_empty() && found == listed) || is_blessing() {
            true => Ok(()),
            false => Err(format!("listed but not there: {gone:?}\ncounted: {found}\nlisted:  {listed}").into()),
        }
    }
}

fn is_blessing() -> bool {
    std::env::var_os("KILN_BLESS").is_some()
}
