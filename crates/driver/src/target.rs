//! Which processor the user means.

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
