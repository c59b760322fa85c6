//! Every operator has a conversion in every version that it came in.

/// What is put into other words before.
const WITHOUT: &[&str] = &["ZipMap"];

use kiln_convert::onnx_to_graph::is_convertible;

#[test]
fn every_version_of_every_operator_has_a_conversion() {
    let mut missing = Vec::new();
    for schema in kiln_onnx::schemas() {
        for &version in schema.since {
            if !WITHOUT.contains(&schema.name)
                && schema.version_at(version).is_some()
                && !is_convertible(schema.domain, schema.name, version)
            {
                missing.push(format!("{} {} {version}", schema.domain, schema.name));
            }
        }
    }
    assert_eq!(missing, Vec::<String>::new());
}
