//! Writes `model.h`: the C interface, and what one model takes and gives.
//!
//! The interface is `c/kiln.h` word for word, the file that the C side itself is compiled against. Around it go a comment
//! with the model's inputs, outputs and a usage example, and constants for its tensors' places.

use crate::element_code::element_constant;
use crate::{Dim, ModelDescription, SymbolInfo, TensorInfo};
use kiln_tensor::ElementType;
use std::collections::HashSet;
use std::fmt::Write;

/// The C interface of every model, `kiln.h`; it guards itself, so that headers of several models go into one program.
pub const INTERFACE: &str = include_str!("../c/kiln.h");

/// The header of a model, of which each version of the code is described: C89 (with `stdint.h`) and C++. Equal
/// descriptions give equal text.
///
/// # Panics
/// When there is no version.
pub fn header(versions: &[ModelDescription]) -> String {
    let model = versions.first().expect("a model has a version of its code");
    let guard = format!("KILN_MODEL_{}_H", identifier(&model.name).to_uppercase());
    format!(
        "{}#ifndef {guard}\n#define {guard}\n\n{INTERFACE}\n{}\n#endif\n",
        opening_comment(versions),
        constants(model)
    )
}

/// A C identifier out of any text: what is neither an ASCII letter nor a digit becomes an underscore.
pub(crate) fn identifier(text: &str) -> String {
    let mut identifier: String = text.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if identifier.is_empty() || identifier.starts_with(|c: char| c.is_ascii_digit()) {
        identifier.insert(0, '_');
    }
    identifier
}

/// Text from a model file as it may stand in a comment: on one line, and never ending it.
fn comment_text(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '?' } else { c }).collect::<String>().replace("*/", "* /")
}

fn opening_comment(versions: &[ModelDescription]) -> String {
    let model = &versions[0];
    let mut text = format!("{}\n\nCompiled by {} for {}", model.name, model.producer, model.target);
    match versions {
        [_] => {
            if !model.cpu.is_empty() {
                let _ = write!(text, ", processor {}", model.cpu);
            }
            let _ = writeln!(text, ". {}.", sizes(model));
        }
        _ => {
            text.push_str(". The first of these that the machine can run is used:\n");
            for version in versions {
                let _ = writeln!(text, "  processor {}: {}", version.cpu, sizes(version));
            }
        }
    }
    for (title, tensors) in [("Inputs", &model.inputs), ("Outputs", &model.outputs), ("State", &model.state)] {
        if title == "State" && !tensors.is_empty() {
            text.push_str("\nThe model remembers from one run to the next, until kiln_reset_state is called:\n");
        } else if title != "State" {
            let _ = writeln!(text, "\n{title}:");
        }
        for (index, tensor) in tensors.iter().enumerate() {
            let _ = writeln!(text, "  {index}  {}", tensor_line(tensor));
        }
    }
    if !model.symbols.is_empty() {
        text.push_str("\nSymbols, the extents that are known at run time only:\n");
    }
    for symbol in &model.symbols {
        let _ = writeln!(text, "  {}", symbol_line(symbol));
    }
    text.push_str("\nExample, with the model beside it (link with -ldl where the C library asks for it):\n\n");
    for line in example(model).lines() {
        let _ = writeln!(text, "  {line}");
    }
    let mut comment = String::from("/*\n");
    for line in text.lines() {
        let line = comment_text(line);
        let _ = writeln!(comment, "{}", format!(" * {line}").trim_end());
    }
    comment + " */\n"
}

fn sizes(model: &ModelDescription) -> String {
    let workspace = model.workspace_bytes.map(|bytes| format!(", {bytes} bytes of workspace on one thread"));
    format!("{} bytes of weights{}", model.weight_bytes, workspace.unwrap_or_default())
}

/// `x: KILN_F32 [N, 3, 2 * H]`.
fn tensor_line(tensor: &TensorInfo) -> String {
    let dims: Vec<String> = tensor.dims.iter().map(Dim::to_string).collect();
    format!("{}: {} [{}]", tensor.name, element_constant(tensor.element_type), dims.join(", "))
}

fn symbol_line(symbol: &SymbolInfo) -> String {
    let source = if symbol.bound_by_input { "" } else { "; found by the run, from its data" };
    let range = match symbol.maximum {
        i64::MAX => format!("at least {}", symbol.minimum),
        maximum => format!("{} to {maximum}", symbol.minimum),
    };
    format!("{}: {range}{source}", symbol.name)
}

/// A whole program that runs the model on zeros.
fn example(model: &ModelDescription) -> String {
    let (inputs, outputs) = (model.inputs.len(), model.outputs.len());
    let mut text = format!(
        "#include <dlfcn.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include \"{}.h\"\n\nint main(void) {{\n",
        identifier(&model.name)
    );
    for (index, tensor) in model.inputs.iter().enumerate() {
        let extents = example_extents(tensor, &model.symbols);
        let count = if extents.is_empty() { "1".to_owned() } else { extents.join(" * ") };
        let extents = if extents.is_empty() { "0".to_owned() } else { extents.join(", ") };
        let _ = writeln!(text, "  static {} input_{index}[{count}];", c_type(tensor.element_type));
        let _ = writeln!(text, "  const int64_t shape_{index}[] = {{{extents}}};");
    }
    let _ = writeln!(text, "  kiln_input inputs[{}] = {{", inputs.max(1));
    for (index, tensor) in model.inputs.iter().enumerate() {
        let comma = if index + 1 == inputs { "" } else { "," };
        let (rank, element) = (tensor.dims.len(), element_constant(tensor.element_type));
        let _ = writeln!(text, "    {{input_{index}, sizeof input_{index}, shape_{index}, {rank}, {element}}}{comma}");
    }
    if inputs == 0 {
        text.push_str("    {0}\n");
    }
    let _ = write!(
        text,
        r#"  }};
  kiln_output outputs[{room}] = {{{{0}}}};
  kiln_error error;
  int i;
  void *library = dlopen("./{name}.so", RTLD_NOW);
  const kiln_api *(*get_api)(void) = library ? (const kiln_api *(*)(void))dlsym(library, "kiln_get_api") : NULL;
  const kiln_api *model = get_api ? get_api() : NULL;
  if (!model || model->abi_version != KILN_ABI_VERSION) return 1;
  if (model->output_shapes(inputs, {inputs}, outputs, {outputs}, &error)) return puts(error.message), 1;
  for (i = 0; i < {outputs}; ++i) outputs[i].data = malloc(outputs[i].capacity = outputs[i].size);
  if (model->run(inputs, {inputs}, outputs, {outputs}, NULL, &error)) return puts(error.message), 1;
  return 0;
}}
"#,
        room = outputs.max(1),
        name = identifier(&model.name),
    );
    text
}

/// Extents of an input of the example: symbols are as small as they may be, but not 0.
fn example_extents(tensor: &TensorInfo, symbols: &[SymbolInfo]) -> Vec<String> {
    let extent = |dim: &Dim| match dim {
        Dim::Static(extent) => extent.to_string(),
        Dim::Symbol(name) => {
            let minimum = symbols.iter().find(|symbol| symbol.name == *name).map_or(1, |symbol| symbol.minimum);
            minimum.max(1).to_string()
        }
        Dim::Expression(_) => "1".to_owned(),
    };
    tensor.dims.iter().map(extent).collect()
}

/// A C type of the element's size.
fn c_type(element: ElementType) -> &'static str {
    match element {
        ElementType::F32 => "float",
        ElementType::F64 => "double",
        ElementType::I8 | ElementType::I4 | ElementType::I2 => "int8_t",
        ElementType::I16 => "int16_t",
        ElementType::I32 => "int32_t",
        ElementType::I64 => "int64_t",
        ElementType::F16 | ElementType::BF16 | ElementType::U16 => "uint16_t",
        ElementType::U32 => "uint32_t",
        ElementType::U64 => "uint64_t",
        ElementType::C64 => "struct { float real, imaginary; }",
        ElementType::C128 => "struct { double real, imaginary; }",
        ElementType::String => "const char *",
        _ => "uint8_t",
    }
}

/// The places of the model's tensors, by name.
fn constants(model: &ModelDescription) -> String {
    let prefix = identifier(&model.name).to_uppercase();
    let mut text = format!("/* How many tensors {} has, and where each is. */\n", comment_text(&model.name));
    for (port, tensors) in [("INPUT", &model.inputs), ("OUTPUT", &model.outputs)] {
        let _ = writeln!(text, "#define {prefix}_{port}_COUNT {}", tensors.len());
        let mut taken = HashSet::from([format!("{prefix}_{port}_COUNT")]);
        for (index, tensor) in tensors.iter().enumerate() {
            let mut name = format!("{prefix}_{port}_{}", identifier(&tensor.name).to_uppercase());
            while !taken.insert(name.clone()) {
                let _ = write!(name, "_{index}");
            }
            let _ = writeln!(text, "#define {name} {index}");
        }
    }
    text
}
