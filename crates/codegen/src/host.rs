//! What LLVM and the system know of the machine this process runs on.

use inkwell::targets::TargetMachine;
use kiln_target::HostCpu;
use std::fs;
use std::path::Path;

/// Where Linux describes the caches of the first processor.
const CACHES: &str = "/sys/devices/system/cpu/cpu0/cache";

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
        caches: data_caches(Path::new(CACHES)),
    }
}

/// The sizes of the data caches of each level, where the folder tells.
fn data_caches(folder: &Path) -> [Option<usize>; 3] {
    let mut sizes = [None; 3];
    let Ok(entries) = fs::read_dir(folder) else { return sizes };
    for entry in entries.flatten() {
        let read = |name: &str| fs::read_to_string(entry.path().join(name)).ok();
        let is_data = read("type").is_some_and(|kind| matches!(kind.trim(), "Data" | "Unified"));
        let level = read("level").and_then(|level| level.trim().parse::<usize>().ok());
        let size = read("size").and_then(|size| bytes(size.trim()));
        if let Some(slot) = level.and_then(|level| sizes.get_mut(level.checked_sub(1)?)).filter(|_| is_data) {
            *slot = size;
        }
    }
    sizes
}

/// `48K` in bytes.
fn bytes(text: &str) -> Option<usize> {
    let (number, unit) = match text.strip_suffix('K') {
        Some(number) => (number, 1 << 10),
        None => match text.strip_suffix('M') {
            Some(number) => (number, 1 << 20),
            None => (text, 1),
        },
    };
    number.parse::<usize>().ok()?.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::{bytes, data_caches};
    use std::path::Path;

    #[test]
    fn sizes_have_units() {
        assert_eq!(["48K", "2M", "64", "K", ""].map(bytes), [Some(48 << 10), Some(2 << 20), Some(64), None, None]);
    }

    #[test]
    fn a_system_without_the_folder_tells_nothing() {
        assert_eq!(data_caches(Path::new("/nowhere")), [None; 3]);
    }
}
