//! What LLVM knows of the machine this process runs on.

use inkwell::targets::TargetMachine;
use kiln_target::HostCpu;

/// The host in LLVM's words; [`kiln_target::Target::from_host`] makes a target of it.
pub fn host_cpu() -> HostCpu {
    let features = TargetMachine::get_host_cpu_features().to_string();
    // LLVM lists them in the order of a hash table.
    let mut features: Vec<&str> = features.split(',').collect();
    features.sort_unstable_by_key(|feature| &feature[1.min(feature.len())..]);
    HostCpu {
        triple: TargetMachine::get_default_triple().as_str().to_string_lossy().into_owned(),
        cpu: TargetMachine::get_host_cpu_name().to_string(),
        features: features.join(","),
    }
}
