//! What `kiln compile --explain` says: for each kernel, how it could have been computed, and why it is computed as it is.

use crate::output::table;
use kiln_driver::{Candidate, KernelReport, Report};

/// The kernels of a report, in the order of their first calls.
pub(crate) fn render(report: &Report) -> String {
    let kernels: Vec<String> = report.kernels.iter().map(kernel).collect();
    kernels.join("\n")
}

/// What a kernel computes, its plan, and a row a candidate.
fn kernel(kernel: &KernelReport) -> String {
    let plan: Vec<String> = kernel.plan.iter().map(|(name, value)| format!("{name}={value}")).collect();
    let calls = if kernel.calls == 1 { "1 call".into() } else { format!("{} calls", kernel.calls) };
    let nodes = kernel.nodes.join(", ").replace(char::is_control, "?");
    let mut text = format!("{}: {} in {calls}, for {nodes}\n", kernel.name, kernel.ops.join(" "));
    text += &format!("  plan: {}\n", plan.join(" "));
    let rows: Vec<Vec<String>> = kernel.considered.iter().map(row).collect();
    let candidates = table(&["candidate", "cost", "", "why"], &[false, true, false, false], &rows);
    for line in candidates.lines() {
        text += &format!("  {line}\n");
    }
    text
}

fn row(candidate: &Candidate) -> Vec<String> {
    let cost = candidate.cost.map_or("-".into(), |cost| cost.to_string());
    let mark = if candidate.is_chosen { "chosen" } else { "" };
    vec![candidate.name.clone(), cost, mark.into(), candidate.why.clone()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candidates_align() {
        let candidate =
            |name: &str, cost, is_chosen, why: &str| Candidate { name: name.into(), cost, is_chosen, why: why.into() };
        let report = KernelReport {
            name: "kernel_0_conv".into(),
            family: "conv".into(),
            ops: vec!["conv".into(), "relu".into()],
            plan: vec![("tasks".into(), "4".into()), ("lanes".into(), "16".into())],
            nodes: vec!["a".into(), "b\n".into()],
            considered: vec![
                candidate("winograd", None, false, "not 3x3 of stride 1"),
                candidate("conv", Some(1200), true, "a product"),
            ],
            calls: 2,
            operations: None,
            traffic: None,
        };
        let expected = "\
kernel_0_conv: conv relu in 2 calls, for a, b?
  plan: tasks=4 lanes=16
  candidate  cost          why
  winograd      -          not 3x3 of stride 1
  conv       1200  chosen  a product
";
        assert_eq!(kernel(&report), expected);
    }
}
