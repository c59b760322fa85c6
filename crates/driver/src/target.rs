//! Which processor the user means.

use kiln_target::Target;

/// The target of a triple and a cpu as the user gives them; without both, this machine.
///
/// # Errors
/// What is unknown, and what was perhaps meant.
pub fn resolve_target(triple: Option<&str>, cpu: Option<&str>) -> Result<Target, String> {
    let host = || Target::from_host(&kiln_codegen::host_cpu()).map_err(|error| error.to_string());
    match (triple, cpu) {
        (None, None | Some("native")) => Ok(named(host()?)),
        (Some(triple), Some("native")) => {
            let (host, asked) = (host()?, Target::parse(triple, None).map_err(|error| error.to_string())?);
            if host.architecture != asked.architecture {
                let (ours, theirs) = (host.architecture.name(), asked.architecture.name());
                return Err(format!("the cpu is native, but this machine is {ours} and the target {theirs}"));
            }
            Ok(named(host))
        }
        (None, Some(cpu)) => Target::parse(host()?.architecture.name(), Some(cpu)).map_err(|error| error.to_string()),
        (Some(triple), cpu) => Target::parse(triple, cpu).map_err(|error| error.to_string()),
    }
}

/// A target that its name alone says all about, as pipelines write it: this machine's, if it has every feature of its
/// cpu; else the widest level of its family that it has.
fn named(host: Target) -> Target {
    let same_unit = |target: &Target| {
        target.vector_bits == host.vector_bits
            && target.vector_registers == host.vector_registers
            && target.has_fma == host.has_fma
            && target.has_masks == host.has_masks
    };
    let name = host.architecture.name();
    let candidates = [host.cpu.as_str(), "x86-64-v4", "x86-64-v3", "x86-64-v2", "generic", "rv64gcv"];
    let parse = |cpu: &&str| Target::parse(name, Some(cpu)).ok();
    candidates.iter().filter_map(parse).find(same_unit).unwrap_or(host)
}
