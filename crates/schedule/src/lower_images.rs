//! `lower-images`: ops on encoded images become calls of the runtime.
//!
//! ```mlir
//! %y = graph.image_size %x : (tensor<?xui8, #kiln.dims<[N]>>) -> tensor<2xi64>
//! // becomes
//! %y = graph.call %x {callee = "kiln_image_size", numbers = #kiln.dims<[N]>}
//! ```

use kiln_graph::images::PIXEL_FORMATS;
use kiln_ir::{Attribute, Builder, Dim, Module, Op};

/// Lowers all ops on images inside `root`; how many there were.
pub fn lower_images(module: &mut Module, root: Op) -> usize {
    let is_image = |op: &Op| module.name(*op).as_str().starts_with("graph.image_");
    let ops: Vec<Op> = module.walk(root).into_iter().filter(is_image).collect();
    for &op in &ops {
        lower(module, op);
    }
    ops.len()
}

/// Replaces `op` by a call; its last arguments are the number of bytes, the size and the number of the pixel format.
fn lower(module: &mut Module, op: Op) {
    let callee = format!("kiln_{}", module.name(op).as_str().trim_start_matches("graph."));
    let operand = module.operand(op, 0);
    let shape = module.ty(operand).as_tensor().map(|ty| ty.shape.to_vec()).unwrap_or_default();
    let size = module.attribute(op, "size").and_then(Attribute::as_dims).unwrap_or_default();
    let format = module.attributes(op).str("pixel_format");
    let format = format.and_then(|name| PIXEL_FORMATS.iter().position(|format| *format == name));
    let format = format.map(|number| Dim::Static(number as u64));
    let numbers: Vec<Dim> = shape.into_iter().chain(size.iter().copied()).chain(format).collect();
    let types = module.result_types(op);
    let mut builder = Builder::before(module, op);
    let made = builder
        .op("graph.call")
        .operands(&[operand])
        .attribute("callee", Attribute::string(&callee))
        .attribute("numbers", Attribute::dims(&numbers))
        .results(&types)
        .build();
    let results = module.results(made).to_vec();
    module.replace(op, &results);
}
