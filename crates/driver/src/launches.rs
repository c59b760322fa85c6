//! How much work each launch of a kernel is: counted while the graph is there, written to the metadata when it is gone.

use kiln_codegen::metadata::{Amount, Instruction, LaunchInfo};
use kiln_ir::{Attribute, Dim, DimExpr, DimOp, DimVisitor, Module, Name};
use kiln_kernels::main_function::{LaunchDescription, ModelDescription, OPERATIONS, TRAFFIC};
use kiln_measure::{launch_operations, launch_traffic};
use kiln_schedule::Tried;
use kiln_target::Architecture;
use std::collections::HashMap;

/// Notes on every kernel how many operations a launch of it takes and how many bytes it moves, where that can be counted.
pub(crate) fn note_work(module: &mut Module) {
    let Some(main) = kiln_func::find_function(module, "main") else { return };
    for fusion in module.ops_named(main, kiln_graph::FUSION) {
        let counts = [(OPERATIONS, launch_operations(module, fusion)), (TRAFFIC, launch_traffic(module, fusion))];
        for (name, count) in counts {
            if let Some(count) = count {
                module.set_attribute(fusion, name, Attribute::dims(&[Dim::from_expr(count)]));
            }
        }
    }
}

/// For each launch, the plan that its kernel has to try, if it is one of several.
pub(crate) fn tried(module: &Module) -> Vec<Option<Tried>> {
    let main = kiln_func::find_function(module, "main");
    let fusions = main.map_or(Vec::new(), |main| module.ops_named(main, kiln_graph::FUSION));
    fusions.into_iter().map(|fusion| Tried::of(module, fusion)).collect()
}

/// The names of a model's nodes, and its launches, whose nodes are indices of those.
pub(crate) fn launch_infos(description: &ModelDescription) -> (Vec<String>, Vec<LaunchInfo>) {
    let mut nodes = description.nodes.clone();
    let mut known: HashMap<String, u32> = nodes.iter().cloned().zip(0..).collect();
    let mut number = |name: &String| {
        *known.entry(name.clone()).or_insert_with(|| {
            nodes.push(name.clone());
            u32::try_from(nodes.len() - 1).expect("metadata stays below 4 GiB")
        })
    };
    let mut info = |launch: &LaunchDescription| LaunchInfo {
        kernel: launch.kernel.clone(),
        family: launch.family.clone(),
        nodes: launch.nodes.iter().map(&mut number).collect(),
        operations: launch.operations.and_then(|count| amount(count, &description.symbols)),
        bytes: launch.traffic.and_then(|count| amount(count, &description.symbols)),
    };
    let launches = description.launches.iter().map(&mut info).collect();
    (nodes, launches)
}

/// Assembly with a comment that names the nodes it computes before each kernel: its function, and the task function that
/// it is mostly a part of.
pub(crate) fn mark_kernels(assembly: &str, description: &ModelDescription, architecture: Architecture) -> String {
    let mut nodes: HashMap<&str, Vec<&str>> = HashMap::new();
    for launch in &description.launches {
        nodes.entry(&launch.kernel).or_default().extend(launch.nodes.iter().map(String::as_str));
    }
    let sign = if architecture == Architecture::Aarch64 { "//" } else { "#" };
    let mut text = String::with_capacity(assembly.len());
    for line in assembly.lines() {
        let label = line.split_once(':').map(|(label, _)| label.strip_suffix("_task").unwrap_or(label));
        if let Some(nodes) = label.and_then(|label| nodes.get(label)) {
            // A name from a model file must not end the comment.
            text += &format!("{sign} computes {}\n", nodes.join(", ").replace(char::is_control, "?"));
        }
        text += line;
        text.push('\n');
    }
    text
}

/// An expression as a program; `None` if inputs do not bind all of its symbols.
fn amount(count: DimExpr, symbols: &[String]) -> Option<Amount> {
    Amount::new(count.fold(&mut Program { symbols })?)
}

/// Writes expressions as instructions.
struct Program<'a> {
    symbols: &'a [String],
}

impl Program<'_> {
    fn binary(
        &self,
        left: Option<Vec<Instruction>>,
        right: Option<Vec<Instruction>>,
        operation: Instruction,
    ) -> Option<Vec<Instruction>> {
        let mut instructions = left?;
        instructions.extend(right?);
        instructions.push(operation);
        Some(instructions)
    }
}

impl DimVisitor for Program<'_> {
    type Output = Option<Vec<Instruction>>;

    fn constant(&mut self, value: i64) -> Self::Output {
        Some(vec![Instruction::Constant(value)])
    }

    fn symbol(&mut self, name: Name) -> Self::Output {
        let index = self.symbols.iter().position(|symbol| name == symbol.as_str())?;
        Some(vec![Instruction::Symbol(u32::try_from(index).ok()?)])
    }

    fn add(&mut self, left: Self::Output, right: Self::Output) -> Self::Output {
        self.binary(left, right, Instruction::Add)
    }

    fn multiply(&mut self, left: Self::Output, right: Self::Output) -> Self::Output {
        self.binary(left, right, Instruction::Multiply)
    }

    fn operation(&mut self, op: DimOp, left: Self::Output, right: Self::Output) -> Self::Output {
        let operation = match op {
            DimOp::Min => Instruction::Min,
            DimOp::Max => Instruction::Max,
            DimOp::FloorDiv => Instruction::FloorDiv,
            DimOp::Mod => Instruction::Mod,
        };
        self.binary(left, right, operation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kernels_are_marked_in_assembly() {
        let launch = |kernel: &str, node: &str| LaunchDescription {
            kernel: kernel.into(),
            family: String::new(),
            nodes: vec![node.into()],
            operations: None,
            traffic: None,
        };
        let description = ModelDescription {
            bounded: Vec::new(),
            symbols: Vec::new(),
            input_symbols: 0,
            inputs: Vec::new(),
            outputs: Vec::new(),
            states: Vec::new(),
            nodes: Vec::new(),
            launches: vec![launch("kernel_0_map", "a\nret"), launch("kernel_0_map", "b")],
        };
        let assembly = "\t.text\nkernel_0_map:                 # @kernel_0_map\n\tret\nother:\nkernel_0_map_task:\n";
        let marked = mark_kernels(assembly, &description, Architecture::X86_64);
        let comment = "# computes a?ret, b\nkernel_0_map";
        let expected = "\t.text\nkernel_0_map:                 # @kernel_0_map\n\tret\nother:\nkernel_0_map_task:\n";
        assert_eq!(marked, expected.replace("\nkernel_0_map", &format!("\n{comment}")));
        assert!(mark_kernels(assembly, &description, Architecture::Aarch64).contains("\n// computes a?ret, b\n"));
    }

    #[test]
    fn expressions_are_programs() {
        let n = DimExpr::symbol("N");
        // Of operands that may change places, the order is that in which the process first saw them.
        let count = n.modulo(DimExpr::constant(12)).expect("12 is not 0");
        let expected = [Instruction::Symbol(1), Instruction::Constant(12), Instruction::Mod];
        let symbols = ["M".to_owned(), "N".to_owned()];
        assert_eq!(amount(count, &symbols), Amount::new(expected.into()));
        assert_eq!(amount(DimExpr::constant(7), &symbols), Amount::new(vec![Instruction::Constant(7)]));
        assert_eq!(amount(count, &symbols[..1]), None);
    }
}
