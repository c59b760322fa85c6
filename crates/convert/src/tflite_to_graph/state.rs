//! Variables: arguments and results of the function, and an attribute that says what they begin as.
//!
//! ```text
//! func.func @main(%x: tensor<2xf32>) {
//!   tflite.CALL_ONCE ({ %h = tflite.VAR_HANDLE {shared_name = "s"}; tflite.ASSIGN_VARIABLE %h, %zeros })
//!   %h = tflite.VAR_HANDLE {shared_name = "s"}
//!   %0 = tflite.READ_VARIABLE %h
//!   %1 = tflite.ADD %0, %x
//!   tflite.ASSIGN_VARIABLE %h, %1
//!   func.return %1
//! }
//!   becomes
//! func.func @main(%x: tensor<2xf32>, %s: tensor<2xf32>) attributes {state = [{initial = dense<0.0> ..., name = "s"}]} {
//!   %1 = tflite.ADD %s, %x
//!   func.return %1, %1
//! }
//! ```
//!
//! Reads inside of a branch or a loop see what was assigned before it; what assigns inside of one is left as it is, and
//! then reported.

use crate::conversion::row::{Results, Row, row};
use kiln_ir::{Attribute, Block, Module, Name, Op, Type, Value};
use kiln_tensor::Tensor;
use kiln_tflite::VARIABLE;
use rustc_hash::FxHashMap;

pub(crate) const ROWS: &[Row] = &[
    row("CALL_ONCE", |_| left("what it does the first time is more than giving variables constants")),
    row("VAR_HANDLE", |_| left("what uses it is not a read or an assignment")),
    row("READ_VARIABLE", |_| left("nothing gives the variable a first value")),
    row("ASSIGN_VARIABLE", |_| left("a variable that is assigned inside of a branch or a loop is not supported")),
];

/// What is reported of an op on variables that could not be made one on values.
fn left(reason: &str) -> Results {
    Err(reason.into())
}

/// A variable of the function.
struct Variable {
    name: String,
    initial: Attribute,
    /// Its value, where the walk stands.
    current: Value,
}

/// The function's variables.
struct State<'m> {
    module: &'m mut Module,
    block: Block,
    variables: Vec<Variable>,
    /// What variables begin as, by name.
    initials: FxHashMap<String, Attribute>,
}

/// Makes variables arguments and results of `function`.
pub(crate) fn lift_state(module: &mut Module, function: Op) {
    let Some(block) = module.regions(function).first().and_then(|&region| module.entry_block(region)) else { return };
    let mut state = State { module, block, variables: Vec::new(), initials: FxHashMap::default() };
    for op in state.module.ops_of(block) {
        state.visit(op);
    }
    state.finish(function);
}

/// The name of the variable that a handle is of.
fn name_of_handle(module: &Module, handle: Value) -> Option<String> {
    let op = module.defining_op(handle).filter(|&op| module.is(op, "tflite.VAR_HANDLE"))?;
    let text = |name: &str| module.attribute(op, name).and_then(|value| value.as_str()).unwrap_or_default();
    Some(match text("container") {
        "" => text("shared_name").to_owned(),
        container => format!("{container}/{}", text("shared_name")),
    })
}

impl State<'_> {
    fn visit(&mut self, op: Op) {
        match self.module.name(op).as_str() {
            "tflite.CALL_ONCE" => self.visit_first_call(op),
            "tflite.READ_VARIABLE" => self.visit_read(op),
            "tflite.ASSIGN_VARIABLE" => self.visit_assignment(op),
            VARIABLE => self.visit_variable(op),
            _ => self.visit_other(op),
        }
    }

    /// What assigns constants the first time says what variables begin as.
    fn visit_first_call(&mut self, op: Op) {
        let Some(block) = self.module.regions(op).first().and_then(|&region| self.module.entry_block(region)) else {
            return;
        };
        let mut found = Vec::new();
        for inner in self.module.ops_of(block) {
            match self.module.name(inner).as_str() {
                "tflite.ASSIGN_VARIABLE" => {
                    let &[handle, value] = self.module.operands(inner) else { return };
                    let constant = self.module.defining_op(value).and_then(|op| self.module.attribute(op, "value"));
                    let (Some(name), Some(constant)) = (name_of_handle(self.module, handle), constant) else { return };
                    found.push((name, constant));
                }
                "tflite.VAR_HANDLE" | kiln_tflite::CONSTANT | kiln_tflite::YIELD => {}
                _ => return,
            }
        }
        self.initials.extend(found);
        self.module.erase(op);
    }

    /// The number of the variable called `name`, which begins as what the first call assigned.
    fn variable(&mut self, name: &str) -> Option<usize> {
        if let Some(known) = self.variables.iter().position(|variable| variable.name == name) {
            return Some(known);
        }
        let initial = *self.initials.get(name)?;
        let tensor = self.module.attribute_tensor(initial)?;
        let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
        Some(self.add(name.to_owned(), initial, ty))
    }

    fn add(&mut self, name: String, initial: Attribute, ty: Type) -> usize {
        let current = self.module.add_argument(self.block, ty);
        self.variables.push(Variable { name, initial, current });
        self.variables.len() - 1
    }

    fn visit_read(&mut self, op: Op) {
        let Some(&handle) = self.module.operands(op).first() else { return };
        let Some(index) = name_of_handle(self.module, handle).and_then(|name| self.variable(&name)) else { return };
        let current = self.variables[index].current;
        self.module.replace(op, &[current]);
        self.drop_handle(handle);
    }

    fn visit_assignment(&mut self, op: Op) {
        let &[handle, value] = self.module.operands(op) else { return };
        let Some(index) = name_of_handle(self.module, handle).and_then(|name| self.variable(&name)) else { return };
        self.variables[index].current = value;
        self.module.erase(op);
        self.drop_handle(handle);
    }

    fn drop_handle(&mut self, handle: Value) {
        if let Some(op) = self.module.defining_op(handle).filter(|_| !self.module.has_uses(handle)) {
            self.module.erase(op);
        }
    }

    /// A tensor that keeps its value; it begins as zeros unless the file has something else.
    fn visit_variable(&mut self, op: Op) {
        let result = self.module.result(op, 0);
        let ty = self.module.ty(result);
        let shape = ty.as_tensor().and_then(|tensor| tensor.static_shape());
        let (Some(shape), Some(element)) = (shape, ty.element()) else { return };
        let initial = match self.module.attribute(op, "value") {
            Some(value) => value,
            None => match Tensor::zeros(element, &[]) {
                Ok(zero) => Attribute::splat(Type::static_tensor(&shape, Type::from_element(element)), zero),
                Err(_) => return,
            },
        };
        let name = self.module.attribute(op, "name").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
        let name = if name.is_empty() { format!("variable_{}", self.variables.len()) } else { name };
        let index = self.add(name, initial, ty);
        let current = self.variables[index].current;
        self.module.replace(op, &[current]);
    }

    /// An operator that has variables as operands changes them: it gets a result for each, behind its own.
    fn visit_other(&mut self, op: Op) {
        for inner in self.module.walk(op).into_iter().filter(|&inner| inner != op) {
            if self.module.is(inner, "tflite.READ_VARIABLE") && !self.assigns(op) {
                self.visit_read(inner);
            }
        }
        if !changes_operands(self.module.name(op)) {
            return;
        }
        for operand in self.module.operands(op).to_vec() {
            let Some(index) = self.variables.iter().position(|variable| variable.current == operand) else { continue };
            let ty = self.module.ty(operand);
            self.variables[index].current = self.module.add_result(op, ty);
        }
    }

    /// Whether anything inside of an op assigns a variable.
    fn assigns(&self, op: Op) -> bool {
        let mut inner = self.module.walk(op).into_iter();
        inner.any(|inner| self.module.is(inner, "tflite.ASSIGN_VARIABLE"))
    }

    fn finish(self, function: Op) {
        let Some(terminator) = self.module.last_op(self.block).filter(|_| !self.variables.is_empty()) else { return };
        let mut operands = self.module.operands(terminator).to_vec();
        operands.extend(self.variables.iter().map(|variable| variable.current));
        self.module.set_operands(terminator, &operands);
        for list in ["arg_names", "res_names"] {
            let names = self.module.attribute(function, list).and_then(|names| names.as_array()).unwrap_or_default();
            let own = self.variables.iter().map(|one| Attribute::string(&format!("state.{}", one.name)));
            let names: Vec<Attribute> = names.iter().copied().chain(own).collect();
            self.module.set_attribute(function, list, names);
        }
        let entry = |variable: &Variable| {
            let name = Attribute::string(&variable.name);
            Attribute::dictionary(vec![(Name::new("name"), name), (Name::new("initial"), variable.initial)])
        };
        let entries: Vec<Attribute> = self.variables.iter().map(entry).collect();
        self.module.set_attribute(function, "state", entries);
    }
}

/// Whether an operator changes the tensors that keep their values among its operands.
fn changes_operands(name: Name) -> bool {
    matches!(
        name.as_str(),
        "tflite.SVDF"
            | "tflite.RNN"
            | "tflite.LSTM"
            | "tflite.UNIDIRECTIONAL_SEQUENCE_RNN"
            | "tflite.UNIDIRECTIONAL_SEQUENCE_LSTM"
            | "tflite.BIDIRECTIONAL_SEQUENCE_RNN"
            | "tflite.BIDIRECTIONAL_SEQUENCE_LSTM"
    )
}
