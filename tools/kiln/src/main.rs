//! The command line: compile, run, bench, check, inspect, reduce.

#![forbid(unsafe_code)]

fn main() -> std::process::ExitCode {
    kiln::main()
}
