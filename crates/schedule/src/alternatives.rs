//! The plans that a kernel may have: that of the cost model, and others that it holds to be slower but not by much. Which
//! is fastest on a machine, measuring tells; what was measured is kept in a file, one line for each kernel:
//!
//! ```text
//! 1f6c0d... 812.4 733.1 {access = "window", block_columns = #kiln.dims<[56]>, ...}
//! ```
//!
//! These are the kernel, by a hash of what it computes and of the processor, the microseconds that the cost model's plan
//! takes, those that the fastest takes, and this plan.

use crate::families::plan_kernel;
use crate::plan::Plan;
use crate::spec::KernelSpec;
use crate::{conv, matmul, winograd};
use kiln_ir::{Attribute, AttributeKind, Attributes, IntoAttribute, Module, Name, Op};
use kiln_target::Target;
use std::collections::BTreeMap;
use std::path::Path;

/// The first line of a file.
const HEADING: &str = "# kiln tuning 1: kernel, microseconds of the cost model's plan and of the fastest, the fastest";

/// The plans of a kernel: the cost model's first, no two equal. None if no family computes it.
pub fn plans(spec: &KernelSpec, target: &Target) -> Vec<Plan> {
    let mut plans: Vec<Plan> = plan_kernel(spec, target).into_iter().collect();
    let others = match plans.first().map(|plan| plan.family.as_str()) {
        Some(conv::FAMILY | winograd::FAMILY) => [conv::plans(spec, target), winograd::plans(spec, target)].concat(),
        Some(matmul::FAMILY) => matmul::plans(spec, target),
        _ => Vec::new(),
    };
    for plan in others {
        if !plans.contains(&plan) {
            plans.push(plan);
        }
    }
    plans
}

/// A name of the kernel that is the same in every process: a hash of what it computes and for which processor.
pub fn kernel_key(spec: &KernelSpec, target: &Target) -> String {
    let KernelSpec { inputs, nodes, outputs, dims } = spec;
    let mut hasher = blake3::Hasher::new();
    hasher.update(format!("{target} {inputs:?} {outputs:?} {dims}").as_bytes());
    for node in nodes {
        let text = format!("{} {:?} {:?} {:?}", node.name, node.operands, node.attributes, node.results);
        hasher.update(text.as_bytes());
        if let Some(constant) = &node.constant {
            hasher.update(constant.bytes());
        }
    }
    hasher.finalize().to_hex()[..24].to_owned()
}

/// What was measured of a kernel.
#[derive(Clone, PartialEq, Debug)]
pub struct TunedPlan {
    /// Seconds that the cost model's plan takes.
    pub default_seconds: f64,
    /// Seconds that the fastest plan takes.
    pub seconds: f64,
    /// The fastest plan, as text.
    pub plan: String,
}

/// The fastest plans of kernels, by [`kernel_key`].
#[derive(Clone, PartialEq, Debug, Default)]
pub struct TunedPlans {
    /// Each kernel's.
    pub kernels: BTreeMap<String, TunedPlan>,
}

impl TunedPlans {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read, or holds something else; one sentence.
    pub fn read(path: &Path) -> Result<TunedPlans, String> {
        let text = std::fs::read_to_string(path);
        let text = text.map_err(|error| format!("cannot read the tuning file {}: {error}", path.display()))?;
        TunedPlans::parse(&text).map_err(|reason| format!("{}: {reason}", path.display()))
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// The first line that is not as it should be.
    pub fn parse(text: &str) -> Result<TunedPlans, String> {
        let mut lines = text.lines().enumerate();
        if lines.next().is_none_or(|(_, heading)| heading != HEADING) {
            return Err("this is no tuning file, or one of another version of Kiln".into());
        }
        let mut plans = TunedPlans::default();
        for (index, line) in lines {
            let (key, plan) = parse_line(line).ok_or_else(|| {
                format!("line {}: expected a kernel, two numbers of microseconds and a plan", index + 1)
            })?;
            plans.kernels.insert(key, plan);
        }
        Ok(plans)
    }

    /// The text of a file.
    pub fn to_text(&self) -> String {
        let line = |(key, tuned): (&String, &TunedPlan)| {
            format!("{key} {:.2} {:.2} {}\n", tuned.default_seconds * 1e6, tuned.seconds * 1e6, tuned.plan)
        };
        format!("{HEADING}\n{}", self.kernels.iter().map(line).collect::<String>())
    }

    /// Which of a kernel's plans is its fastest, if that is known. Only plans that the planners make are ever taken, so what
    /// a file says need not be believed.
    pub fn choose(&self, key: &str, plans: &[Plan]) -> Option<usize> {
        let tuned = self.kernels.get(key)?;
        plans.iter().position(|plan| plan_text(plan) == tuned.plan)
    }
}

fn parse_line(line: &str) -> Option<(String, TunedPlan)> {
    let (key, rest) = line.split_once(' ')?;
    let (default, rest) = rest.split_once(' ')?;
    let (fastest, plan) = rest.split_once(' ')?;
    let seconds = |text: &str| Some(text.parse::<f64>().ok().filter(|time| time.is_finite() && *time >= 0.0)? / 1e6);
    let tuned = TunedPlan { default_seconds: seconds(default)?, seconds: seconds(fastest)?, plan: plan.to_owned() };
    Some((key.to_owned(), tuned))
}

/// A plan as a line of text.
pub fn plan_text(plan: &Plan) -> String {
    plan.to_attribute().to_string()
}

/// Which plan a kernel has while it is tuned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Tried {
    /// The kernel, by [`kernel_key`].
    pub key: String,
    /// The number of its plan.
    pub number: usize,
    /// How many plans it has that may be tried: one if the fastest is known.
    pub count: usize,
    /// The plan, as [`plan_text`] writes it.
    pub plan: String,
}

/// The attribute of a fusion that says which plan is tried.
const TRIED: &str = "tried";

impl Tried {
    /// What is noted at a fusion.
    pub fn of(module: &Module, fusion: Op) -> Option<Tried> {
        let AttributeKind::Dictionary(entries) = module.attribute(fusion, TRIED)?.kind() else { return None };
        let entries: Attributes = entries.iter().copied().collect();
        let number = |name: &str| usize::try_from(entries.i64(name)?).ok();
        let text = |name: &str| Some(entries.str(name)?.to_owned());
        Some(Tried { key: text("kernel")?, number: number("number")?, count: number("count")?, plan: text("plan")? })
    }

    /// Notes it at a fusion.
    pub(crate) fn note(&self, module: &mut Module, fusion: Op) {
        let entries: Vec<(Name, Attribute)> = vec![
            (Name::new("kernel"), Attribute::string(&self.key)),
            (Name::new("number"), (self.number as i64).into_attribute()),
            (Name::new("count"), (self.count as i64).into_attribute()),
            (Name::new("plan"), Attribute::string(&self.plan)),
        ];
        module.set_attribute(fusion, TRIED, Attribute::dictionary(entries));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_read_back() {
        let mut plans = TunedPlans::default();
        let plan = Plan::new("conv", kiln_ir::DimExpr::constant(7)).with("access", "flat");
        let tuned = TunedPlan { default_seconds: 2e-3, seconds: 1.5e-3, plan: plan_text(&plan) };
        plans.kernels.insert("0f".into(), tuned);
        assert_eq!(TunedPlans::parse(&plans.to_text()), Ok(plans.clone()));
        let others = [Plan::new("conv", kiln_ir::DimExpr::constant(6)), plan];
        assert_eq!(plans.choose("0f", &others), Some(1));
        assert_eq!(plans.choose("0f", &others[..1]), None);
        assert_eq!(plans.choose("1f", &others), None);
    }

    #[test]
    fn damaged_files_are_refused() {
        assert!(TunedPlans::parse("").expect_err("empty").contains("no tuning file"));
        for line in ["0f", "0f 1.0 2.0", "0f one 2.0 {}", "0f 1.0 inf {}", "0f 1.0 -2.0 {}"] {
            let text = format!("{HEADING}\n{line}\n");
            assert!(TunedPlans::parse(&text).expect_err(line).starts_with("line 2: expected a kernel"), "{line}");
        }
    }
}
