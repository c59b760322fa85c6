//! Splits an exit module into parts that compile on their own, each at most so large unless one function alone is
//! larger. The split depends on the module alone, not on the number of threads, so that the output does not either.
//!
//! What becomes of a top-level op depends on its role:
//!
//! | role | written as | where it goes |
//! | --- | --- | --- |
//! | kernel | a function with a body, public | one part; hidden linkage; others get a declaration |
//! | helper | a function with a body, private or with internal linkage | copied to each part that needs it; internal |
//! | constant | a global with a value, `constant` | copied to each part that needs it; internal |
//! | declaration | a function without a body, a global without a value | declared in each part that needs it |
//!
//! A global that is neither constant nor a declaration is refused: a model keeps no state in its image.

use crate::error::{CodegenError, Message, Step};
use melior::{
    Context, StringRef,
    ir::{
        Attribute, AttributeLike, BlockLike, Module, Region, RegionLike, Type, TypeLike,
        attribute::{ArrayAttribute, FlatSymbolRefAttribute, StringAttribute, TypeAttribute},
        operation::{
            Operation, OperationBuilder, OperationLike, OperationMutLike, OperationRef, WalkOrder, WalkResult,
        },
        r#type::FunctionType,
    },
};
use std::collections::HashMap;

/// Ops in a part, above which it takes no further kernel. Measured on matmul kernels for Zen 4: an op takes about 140 µs
/// all in all, so a part takes 0.3 s: long against its fixed cost of a few milliseconds, short against a model.
const PART_OPS: usize = 2000;

/// What a part knows about one of its functions and the llvm dialect does not carry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FunctionFacts {
    pub name: String,
    /// Whether calls come from the same part only.
    pub is_internal: bool,
    /// Parameters after lowering that alias no other: the aligned pointers of memrefs marked `llvm.noalias`, a mark
    /// that MLIR's own conversion drops from them.
    pub noalias: Vec<u32>,
}

/// A module that compiles on its own.
pub(crate) struct Part<'c> {
    pub module: Module<'c>,
    /// Functions defined here.
    pub functions: Vec<FunctionFacts>,
    /// Kernels of other parts that are declared here.
    pub declared: Vec<String>,
    /// Number of ops, a measure of the time it takes.
    pub weight: usize,
}

// SAFETY: a part owns its module, and MLIR lets different threads work on different modules of one context if the
// context has threading enabled; where it has not, there is one worker, and nobody else uses the context meanwhile.
unsafe impl Send for Part<'_> {}

/// Splits a module; there is at least one part.
pub(crate) fn split<'c>(context: &'c Context, module: Module<'c>) -> Result<Vec<Part<'c>>, CodegenError> {
    let symbols = Symbols::take(&module)?;
    let mut groups: Vec<(Vec<usize>, usize)> = Vec::new();
    for index in (0..symbols.rows.len()).filter(|index| symbols.rows[*index].role == Role::Kernel) {
        let weight = symbols.rows[index].weight;
        match groups.last_mut() {
            Some((group, total)) if *total + weight <= PART_OPS => {
                group.push(index);
                *total += weight;
            }
            _ => groups.push((vec![index], weight)),
        }
    }
    if groups.is_empty() {
        groups.push((Vec::new(), 0));
    }
    Ok(groups.into_iter().map(|(group, weight)| symbols.part(context, &module, &group, weight)).collect())
}

/// Joins all symbols in one part, for printing.
pub(crate) fn whole(module: Module<'_>) -> Result<Part<'_>, CodegenError> {
    let symbols = Symbols::inspect(&module)?;
    let functions = symbols.rows.iter().filter_map(Symbol::facts).collect();
    let weight = symbols.rows.iter().map(|row| row.weight).sum();
    Ok(Part { module, functions, declared: Vec::new(), weight })
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    Kernel,
    Helper,
    Constant,
    Declaration,
}

/// One top-level op.
struct Symbol {
    name: String,
    role: Role,
    is_function: bool,
    noalias: Vec<u32>,
    /// Ops in it.
    weight: usize,
    /// Names it refers to.
    references: Vec<String>,
}

impl Symbol {
    fn facts(&self) -> Option<FunctionFacts> {
        let is_definition = self.is_function && self.role != Role::Declaration;
        is_definition.then(|| FunctionFacts {
            name: self.name.clone(),
            is_internal: self.role == Role::Helper,
            noalias: self.noalias.clone(),
        })
    }
}

struct Symbols<'c> {
    rows: Vec<Symbol>,
    by_name: HashMap<String, usize>,
    /// The ops themselves, by row, if they were taken from the module.
    operations: Vec<Operation<'c>>,
}

impl<'c> Symbols<'c> {
    fn inspect(module: &Module<'c>) -> Result<Symbols<'c>, CodegenError> {
        let mut symbols = Symbols { rows: Vec::new(), by_name: HashMap::new(), operations: Vec::new() };
        let mut messages = Vec::new();
        let mut next = module.body().first_operation();
        while let Some(operation) = next {
            match describe(operation) {
                Ok(symbol) => {
                    symbols.by_name.insert(symbol.name.clone(), symbols.rows.len());
                    symbols.rows.push(symbol);
                }
                Err(text) => messages.push(Message { location: None, text }),
            }
            next = operation.next_in_block();
        }
        if messages.is_empty() { Ok(symbols) } else { Err(CodegenError::from_messages(Step::Split, messages, "")) }
    }

    /// As [`Symbols::inspect`], and moves the ops out of the module.
    fn take(module: &Module<'c>) -> Result<Symbols<'c>, CodegenError> {
        let mut symbols = Symbols::inspect(module)?;
        while let Some(mut operation) = module.body().first_operation_mut() {
            operation.remove_from_parent();
            // SAFETY: the op has left its block, which owned it; `symbols` owns it from here on.
            symbols.operations.push(unsafe { Operation::from_raw(operation.to_raw()) });
        }
        Ok(symbols)
    }

    /// A module of the kernels in `group` and all that they need.
    fn part(&self, context: &'c Context, original: &Module<'c>, group: &[usize], weight: usize) -> Part<'c> {
        let module = Module::new(original.as_operation().location());
        let (mut functions, mut declared) = (Vec::new(), Vec::new());
        let mut is_placed = vec![false; self.rows.len()];
        let mut pending: Vec<usize> = group.iter().rev().copied().collect();
        while let Some(index) = pending.pop() {
            if std::mem::replace(&mut is_placed[index], true) {
                continue;
            }
            let (symbol, operation) = (&self.rows[index], &self.operations[index]);
            if symbol.role == Role::Kernel && !group.contains(&index) {
                module.body().append_operation(declare(context, operation));
                declared.push(symbol.name.clone());
                continue;
            }
            module.body().append_operation(operation.clone());
            functions.extend(symbol.facts());
            pending.extend(symbol.references.iter().rev().filter_map(|name| self.by_name.get(name)));
        }
        Part { module, functions, declared, weight }
    }
}

fn describe(operation: OperationRef) -> Result<Symbol, String> {
    let kind = operation.name();
    let kind = kind.as_string_ref().as_str().unwrap_or_default();
    let name = text_attribute(operation, "sym_name").ok_or_else(|| format!("top-level '{kind}' has no name"))?;
    let is_function = matches!(kind, "func.func" | "llvm.func");
    let has_content = match kind {
        "func.func" | "llvm.func" => operation.region(0).is_ok_and(|body| body.first_block().is_some()),
        "llvm.mlir.global" => {
            operation.has_attribute("value") || operation.region(0).is_ok_and(|body| body.first_block().is_some())
        }
        "memref.global" => operation.has_attribute("initial_value"),
        _ => return Err(format!("top-level op '{kind}' is not of the exit set")),
    };
    let role = match (has_content, is_function) {
        (false, _) => Role::Declaration,
        (true, true) if is_internal(operation) => Role::Helper,
        (true, true) => Role::Kernel,
        (true, false) if operation.has_attribute("constant") => Role::Constant,
        (true, false) => return Err(format!("global '{name}' has a value but is not constant")),
    };
    let noalias = if kind == "func.func" && has_content { noalias_parameters(operation) } else { Vec::new() };
    let (weight, references) = survey(operation);
    Ok(Symbol { name, role, is_function, noalias, weight, references })
}

fn is_internal(function: OperationRef) -> bool {
    let linkage = ["linkage", "llvm.linkage"].iter().find_map(|name| function.attribute(name).ok());
    text_attribute(function, "sym_visibility").is_some_and(|visibility| visibility == "private")
        || linkage.is_some_and(|linkage| {
            let linkage = linkage.to_string();
            linkage.contains("internal") || linkage.contains("private")
        })
}

/// Counts ops and collects the symbols that they refer to.
fn survey(operation: OperationRef) -> (usize, Vec<String>) {
    let mut weight = 0;
    let mut references = Vec::new();
    operation.walk(WalkOrder::PreOrder, |nested| {
        weight += 1;
        for (_, attribute) in nested.attributes() {
            if let Ok(symbol) = FlatSymbolRefAttribute::try_from(attribute) {
                references.push(symbol.value().to_owned());
            }
        }
        WalkResult::Advance
    });
    (weight, references)
}

/// The parameters after lowering that stand for arguments marked `llvm.noalias`.
fn noalias_parameters(function: OperationRef) -> Vec<u32> {
    let mut found = Vec::new();
    let Some((signature, attributes)) = signature(function) else { return found };
    let mut parameter = 0;
    for index in 0..signature.input_count() {
        let Ok(input) = signature.input(index) else { break };
        let is_marked = attributes.element(index).is_ok_and(|marks| has_entry(marks, "llvm.noalias"));
        let (width, pointer) = lowered_width(input);
        if is_marked {
            found.push(parameter + pointer);
        }
        parameter += width;
    }
    found
}

fn signature<'c>(function: OperationRef<'c, '_>) -> Option<(FunctionType<'c>, ArrayAttribute<'c>)> {
    let attributes = ArrayAttribute::try_from(function.attribute("arg_attrs").ok()?).ok()?;
    let signature = TypeAttribute::try_from(function.attribute("function_type").ok()?).ok()?.value();
    Some((FunctionType::try_from(signature).ok()?, attributes))
}

/// How many parameters an argument becomes, and which of them is the pointer that accesses go through: a ranked memref
/// is passed as allocated pointer, aligned pointer, offset, extents and strides, an unranked one as rank and pointer.
fn lowered_width(input: Type) -> (u32, u32) {
    // SAFETY: both predicates and the rank take any type that is alive; the rank is asked of ranked memrefs only.
    unsafe {
        if mlir_sys::mlirTypeIsAMemRef(input.to_raw()) {
            (3 + 2 * mlir_sys::mlirShapedTypeGetRank(input.to_raw()) as u32, 1)
        } else if mlir_sys::mlirTypeIsAUnrankedMemRef(input.to_raw()) {
            (2, 1)
        } else {
            (1, 0)
        }
    }
}

fn has_entry(dictionary: Attribute, name: &str) -> bool {
    // SAFETY: the name is alive during the call, and the attribute is asked for an entry only if it is a dictionary.
    unsafe {
        mlir_sys::mlirAttributeIsADictionary(dictionary.to_raw())
            && !mlir_sys::mlirDictionaryAttrGetElementByName(dictionary.to_raw(), StringRef::new(name).to_raw())
                .ptr
                .is_null()
    }
}

/// A function like this one, without its body.
fn declare<'c>(context: &'c Context, function: &Operation<'c>) -> Operation<'c> {
    let name = function.name();
    let name = name.as_string_ref().as_str().unwrap_or_default();
    let mut attributes: Vec<_> =
        function.attributes().filter(|(key, _)| key.as_string_ref().as_str() != Ok("sym_visibility")).collect();
    if name == "func.func" {
        let key = melior::ir::Identifier::new(context, "sym_visibility");
        attributes.push((key, StringAttribute::new(context, "private").into()));
    }
    OperationBuilder::new(name, function.location())
        .add_attributes(&attributes)
        .add_regions([Region::new()])
        .build()
        .expect("a function without a body is valid wherever the one with it was")
}

fn text_attribute(operation: OperationRef, name: &str) -> Option<String> {
    let attribute = operation.attribute(name).ok()?;
    Some(StringAttribute::try_from(attribute).ok()?.value().to_owned())
}
