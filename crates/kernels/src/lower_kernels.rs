//! `lower-kernels`: every fusion gets a kernel function; equal specs and plans share one.

use crate::builder::EmitOptions;
use crate::emitters::emit_kernel;
use kiln_ir::{Attribute, AttributeKind, Attributes, Dim, DimExpr, IntoAttribute, Module, Name, Op, Type};
use kiln_schedule::{KernelSpec, Plan};
use kiln_tensor::ElementType;
use rustc_hash::FxHashMap;

/// How a fusion runs its kernel: the attribute `launch`.
#[derive(Clone, Debug)]
pub struct Launch {
    /// The kernel's function.
    pub callee: Name,
    /// What the kernel's symbols `d0`, ... stand for here.
    pub dims: Vec<DimExpr>,
    /// How many tasks there are.
    pub tasks: DimExpr,
    /// Up to this many tasks run on the calling thread alone.
    pub serial_tasks: i64,
    /// Bytes of scratch memory for each worker.
    pub scratch: DimExpr,
}

impl Launch {
    /// Reads the attribute of a fusion.
    ///
    /// # Errors
    /// When there is none.
    pub fn of(module: &Module, fusion: Op) -> Result<Launch, String> {
        let read = || {
            let AttributeKind::Dictionary(entries) = module.attribute(fusion, "launch")?.kind() else { return None };
            let entries: Attributes = entries.iter().copied().collect();
            let expr = |name: &str| entries.get(name)?.as_dims()?.first()?.expr();
            Some(Launch {
                callee: entries.get("callee")?.as_symbol_ref()?,
                dims: entries.get("dims")?.as_dims()?.iter().map(|dim| dim.expr()).collect::<Option<_>>()?,
                tasks: expr("tasks")?,
                serial_tasks: entries.i64("serial_tasks")?,
                scratch: expr("scratch")?,
            })
        };
        read().ok_or_else(|| "a graph.fusion has no launch: lower-kernels comes first".into())
    }

    fn to_attribute(&self) -> Attribute {
        let dims =
            |exprs: &[DimExpr]| Attribute::dims(&exprs.iter().map(|&expr| Dim::from_expr(expr)).collect::<Vec<_>>());
        let entry = |name: &str, value: Attribute| (Name::new(name), value);
        Attribute::dictionary(vec![
            entry("callee", Attribute::symbol_ref(self.callee.as_str())),
            entry("dims", dims(&self.dims)),
            entry("tasks", dims(&[self.tasks])),
            entry("serial_tasks", self.serial_tasks.into_attribute()),
            entry("scratch", dims(&[self.scratch])),
        ])
    }
}

/// Emits the kernels of all fusions inside `main`; returns how many distinct ones there are.
///
/// # Errors
/// Per fusion, why its kernel cannot be made.
pub fn lower_kernels(module: &mut Module, main: Op, options: &EmitOptions) -> Result<usize, Vec<(Op, String)>> {
    let mut known: FxHashMap<(KernelSpec, Plan), Name> = FxHashMap::default();
    let mut errors = Vec::new();
    for op in module.walk(main) {
        if let Some(element) = find_foreign_element(module, op) {
            errors.push((op, format!("elements of type {element} are not supported here in compiled models yet")));
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    for fusion in module.ops_named(main, "graph.fusion") {
        if let Err(reason) = lower_kernel(module, fusion, options, &mut known) {
            errors.push((fusion, reason));
        }
    }
    if errors.is_empty() { Ok(known.len()) } else { Err(errors) }
}

fn lower_kernel(
    module: &mut Module,
    fusion: Op,
    options: &EmitOptions,
    known: &mut FxHashMap<(KernelSpec, Plan), Name>,
) -> Result<(), String> {
    let (spec, dims) = KernelSpec::of(module, fusion);
    let plan = module.attribute(fusion, "plan").and_then(Plan::from_attribute);
    let plan = plan.ok_or("a graph.fusion has no plan: plan-kernels comes first")?;
    let (tasks, scratch) = (Plan::at_launch(plan.tasks, &dims), Plan::at_launch(plan.scratch, &dims));
    let serial_tasks = plan.serial_tasks;
    let key = (spec, plan);
    let callee = match known.get(&key) {
        Some(&callee) => callee,
        None => {
            let name = format!("kernel_{}_{}", known.len(), key.1.family);
            emit_kernel(module, &name, &key.0, &key.1, options)?;
            known.insert(key, Name::new(&name));
            Name::new(&name)
        }
    };
    let launch = Launch { callee, dims, tasks, serial_tasks, scratch };
    module.set_attribute(fusion, "launch", launch.to_attribute());
    Ok(())
}

/// The element type of an operand or a result of `op` that compiled code cannot handle there.
fn find_foreign_element(module: &Module, op: Op) -> Option<ElementType> {
    let is_in_kernel = module.parent_op(op).is_some_and(|parent| module.is(parent, "graph.fusion"));
    let is_foreign = |element: &ElementType| match element {
        // They are addresses by now: lower-strings comes first.
        ElementType::String => true,
        // Whole buffers of them can be passed on.
        ElementType::C64 | ElementType::C128 => is_in_kernel,
        _ => false,
    };
    let types = [module.operand_types(op), module.result_types(op)].concat();
    types.into_iter().filter_map(Type::element).find(is_foreign)
}
