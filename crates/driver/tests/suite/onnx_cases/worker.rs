//! Processes that run cases: this test binary again, which reads case numbers and machines and writes outcomes, a line
//! each.

use super::case::{Case, Outcome};
use crate::machines::OTHERS;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Mutex, PoisonError};

/// The environment variable that makes this binary a worker.
const WORKER: &str = "KILN_SUITE_WORKER";

/// Whether this process is a worker.
pub fn is_worker() -> bool {
    std::env::var_os(WORKER).is_some()
}

/// What a worker does: runs the cases whose numbers come in.
pub fn work() {
    // A panic is a case's outcome; what it says goes into the list.
    std::panic::set_hook(Box::new(|_| {}));
    let cases = Case::read_all().expect("the parent has read them");
    let scratch = tempfile::tempdir().expect("there is room for a shared object");
    for line in std::io::stdin().lines() {
        let line = line.expect("the parent writes text");
        let (index, machine) = line.split_once(' ').expect("the parent writes a number and a machine");
        let case = &cases[index.parse::<usize>().expect("the parent writes numbers")];
        let outcome = match OTHERS.iter().find(|other| other.name == machine) {
            Some(machine) => Outcome { compiled: case.run_on(machine, scratch.path()).err(), ..Outcome::default() },
            None => case.run(scratch.path()),
        };
        println!("{}", outcome.to_json());
    }
}

/// Workers that wait for a case.
#[derive(Default)]
pub struct Workers {
    idle: Mutex<Vec<Worker>>,
}

struct Worker {
    process: Child,
    requests: ChildStdin,
    outcomes: BufReader<ChildStdout>,
}

impl Workers {
    /// Runs a case on a machine in a worker, which is started if none is idle. One that the case takes down is not used again.
    pub fn run(&self, index: usize, machine: &str) -> Outcome {
        let idle = || self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        let waiting = idle().pop();
        let mut worker = waiting.unwrap_or_else(Worker::start);
        match worker.ask(index, machine) {
            Some(outcome) => {
                idle().push(worker);
                outcome
            }
            None => {
                let status = worker.process.wait().expect("the worker was started");
                Outcome::failure(format!("CRASH: {status}"))
            }
        }
    }
}

impl Worker {
    fn start() -> Worker {
        let binary = std::env::current_exe().expect("the test binary has a path");
        let mut command = Command::new(binary);
        command.env(WORKER, "1").stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the test binary starts again");
        let requests = process.stdin.take().expect("standard input is a pipe");
        let outcomes = BufReader::new(process.stdout.take().expect("standard output is a pipe"));
        Worker { process, requests, outcomes }
    }

    fn ask(&mut self, index: usize, machine: &str) -> Option<Outcome> {
        writeln!(self.requests, "{index} {machine}").ok()?;
        let mut line = String::new();
        self.outcomes.read_line(&mut line).ok()?;
        Outcome::from_json(&line)
    }
}

/// A worker ends with its standard input.
impl Drop for Workers {
    fn drop(&mut self) {
        for worker in self.idle.get_mut().unwrap_or_else(PoisonError::into_inner).drain(..) {
            let Worker { mut process, requests, .. } = worker;
            drop(requests);
            let _ = process.wait();
        }
    }
}
