//! Which processors the user means.

use kiln_target::Target;

/// The target of a triple and a cpu as the user gives them; without both, this machine.
///
/// # Errors
/// What is unknown, and what was perhaps meant.
pub fn resolve_target(triple: Option<&str>, cpu: Option<&str>) -> Result<Target, String> {
    let host = || Target::from_host(&kiln_codegen::host_cpu()).map_err(|error| error.to_string());
    match (triple, cpu) {
        (None, None | Some("native")) => host(),
        (Some(triple), Some("native")) => {
            let (host, asked) = (host()?, Target::parse(triple, None).map_err(|error| error.to_string())?);
            if host.architecture != asked.architecture {
                let (ours, theirs) = (host.architecture.name(), asked.architecture.name());
                return Err(format!("the cpu is native, but this machine is {ours} and the target {theirs}"));
            }
            Ok(host)
        }
        (None, Some(cpu)) => Target::parse(host()?.architecture.name(), Some(cpu)).map_err(|error| error.to_string()),
        (Some(triple), cpu) => Target::parse(triple, cpu).map_err(|error| error.to_string()),
    }
}

/// The targets of a triple and cpus as the user gives them, as for [`resolve_target`]; without cpus, one.
///
/// # Errors
/// As for [`resolve_target`]; and when the code for one of them would never run, as another needs the same of a machine.
pub fn resolve_targets(triple: Option<&str>, cpus: &[String]) -> Result<Vec<Target>, String> {
    if cpus.is_empty() {
        return Ok(vec![resolve_target(triple, None)?]);
    }
    let mut targets: Vec<Target> = Vec::new();
    for cpu in cpus {
        let target = resolve_target(triple, Some(cpu))?;
        if let Some(same) = targets.iter().find(|other| other.requirements() == target.requirements()) {
            let (name, other) = (target.cpu_name(), same.cpu_name());
            return Err(match name == other {
                true => format!("two of the processors are {name}"),
                false => format!("code for {name} would never run: {other} needs the same of a machine"),
            });
        }
        targets.push(target);
    }
    Ok(targets)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_can_be_chosen() {
        let resolve = |cpus: &[&str]| {
            let cpus: Vec<String> = cpus.iter().map(|cpu| (*cpu).to_owned()).collect();
            let targets = resolve_targets(Some("x86_64"), &cpus)?;
            Ok::<_, String>(targets.iter().map(Target::cpu_name).collect::<Vec<_>>().join(" "))
        };
        assert_eq!(resolve(&[]), Ok("x86-64-v3".into()));
        assert_eq!(resolve(&["x86-64-v2", "znver4"]), Ok("x86-64-v2 znver4".into()));
        assert_eq!(resolve(&["x86-64-v2", "x86-64-v2"]), Err("two of the processors are x86-64-v2".into()));
        let reason = "code for haswell would never run: x86-64-v3 needs the same of a machine";
        assert_eq!(resolve(&["x86-64-v3", "haswell"]), Err(reason.into()));
        assert!(resolve(&["x86-64-v3", "cortex-a53"]).is_err());
    }
}
