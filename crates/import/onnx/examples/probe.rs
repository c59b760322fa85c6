use std::path::Path;
fn main() {
    for path in std::env::args().skip(1) {
        let sink = kiln_diag::Sink::new();
        let registry = kiln_ir::Registry::new(&[&kiln_onnx::DIALECT]);
        let start = std::time::Instant::now();
        let module = kiln_import_onnx::import(Path::new(&path), &registry, &sink);
        match &module {
            Some(module) => {
                let ops = module.walk(module.top());
                println!("{path}: {} ops, {} blobs, {:?}", ops.len(), module.blobs.keys().len(), start.elapsed());
                println!("  {}", module.attribute(ops[1], "function_type").unwrap());
                for d in kiln_ir::verify(module, module.top()).iter().take(5) {
                    println!("  verify: {} {:?}", d.message, d.place);
                }
            }
            None => println!("{path}: failed"),
        }
        for d in sink.take().iter().take(10) {
            println!("  {:?}: {} at {:?} {:?}", d.severity, d.message, d.place, d.help);
        }
    }
}
