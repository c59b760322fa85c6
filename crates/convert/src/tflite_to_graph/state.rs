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
//! func.func @main(%x: tensor<2xf32>, %s: tensor<2xf32>) attributes {state = [dense<0.0> : tensor<2xf32>]} {
//!   %1 = tflite.ADD %s, %x
//!   func.return %1, %1
//! }
//! ```
//!
//! Reads inside of a branch or a loop see what was assigned before. What is assigned inside of one is a result more of it,
//! behind its own, and of a loop an operand more, too: what each round begins with.

use crate::conversion::emit::{attribute, broadcast_shape};
use crate::conversion::node::Node;
use crate::conversion::row::{Results, Row, row};
use kiln_ir::{Attribute, AttributeKind, Block, Builder, Dim, Module, Name, Op, Region, Type, Value};
use kiln_tensor::{ElementType, Tensor};
use kiln_tflite::VARIABLE;
use rustc_hash::FxHashMap;

/// The most bytes of a variable that the file says nothing of but its shape.
const MOST_BYTES: usize = 1 << 28;

pub(crate) const ROWS: &[Row] = &[
    row("HASHTABLE", |_| left("nothing fills the table the first time")),
    row("HASHTABLE_FIND", find_in_table),
    row("HASHTABLE_SIZE", |node| {
        let keys = node.input(0)?;
        let count = crate::conversion::extent::element_count(node.shape(keys))?;
        let element = node.result_element(0)?;
        Ok(vec![node.known_integers(vec![count], false, element)])
    }),
    row("CALL_ONCE", |_| left("what it does the first time is more than giving variables constants")),
    row("VAR_HANDLE", |_| left("what uses it is not a read or an assignment")),
    row("READ_VARIABLE", |_| left("nothing gives the variable a first value")),
    row("ASSIGN_VARIABLE", |_| {
        left("a variable that the condition of a loop assigns, or that nothing gives a first value, is not supported")
    }),
];

/// The value at each key that is asked for, or the default.
fn find_in_table(node: &mut Node) -> Results {
    let (keys, values, wanted, default) = (node.input(0)?, node.input(1)?, node.input(2)?, node.input(3)?);
    let mut shape = node.shape(wanted).to_vec();
    let axis = shape.len();
    shape.push(Dim::Static(1));
    let wanted = node.reshape(wanted, &shape)?;
    let is_text = node.element(keys) == ElementType::String;
    let common = broadcast_shape(&[node.shape(wanted), node.shape(keys)])?;
    let (wanted, keys) = (node.broadcast(wanted, &common)?, node.broadcast(keys, &common)?);
    let hit = node.binary(if is_text { "graph.string_equal" } else { "graph.equal" }, wanted, keys)?;
    let hit = node.cast(hit, ElementType::U8)?;
    let place = node.emit("graph.arg_max", &[hit], &[("axis", attribute(axis as i64))])?;
    let place = node.drop_axes(place, &[axis])?;
    let found = node.reduce("graph.reduce_max", hit, &[axis])?;
    let found = node.drop_axes(found, &[axis])?;
    let found = node.cast(found, ElementType::I1)?;
    let taken = node.emit("graph.gather", &[values, place], &[("axis", attribute(0i64))])?;
    let default = node.reshape(default, &[])?;
    Ok(vec![node.select(found, taken, default)?])
}

/// What is reported of an op on variables that could not be made one on values.
fn left(reason: &str) -> Results {
    Err(reason.into())
}

/// A variable of the function.
struct Variable {
    name: String,
    initial: Attribute,
    /// Its value before everything.
    first: Value,
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
    /// The keys and the values of tables, by number.
    tables: FxHashMap<i64, [Attribute; 2]>,
}

/// Makes variables arguments and results of `function`.
pub(crate) fn lift_state(module: &mut Module, function: Op) {
    let Some(block) = module.regions(function).first().and_then(|&region| module.entry_block(region)) else { return };
    let mut state =
        State { module, block, variables: Vec::new(), initials: FxHashMap::default(), tables: FxHashMap::default() };
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

/// The number of the table that a handle is of.
fn number_of_table(module: &Module, handle: Value) -> Option<i64> {
    let op = module.defining_op(handle).filter(|&op| module.is(op, "tflite.HASHTABLE"))?;
    Some(module.attribute(op, "table_id").and_then(|number| number.as_i64()).unwrap_or(0))
}

impl State<'_> {
    fn visit(&mut self, op: Op) {
        match self.module.name(op).as_str() {
            "tflite.CALL_ONCE" => self.visit_first_call(op),
            "tflite.READ_VARIABLE" => self.visit_read(op),
            "tflite.ASSIGN_VARIABLE" => self.visit_assignment(op),
            VARIABLE => self.visit_variable(op),
            "tflite.HASHTABLE_FIND" | "tflite.HASHTABLE_SIZE" => self.visit_look_up(op),
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
                "tflite.HASHTABLE_IMPORT" => match self.imported_table(inner) {
                    Some((number, table)) => _ = self.tables.insert(number, table),
                    None => return,
                },
                "tflite.VAR_HANDLE" | "tflite.HASHTABLE" | kiln_tflite::CONSTANT | kiln_tflite::YIELD => {}
                _ => return,
            }
        }
        self.initials.extend(found);
        self.module.erase(op);
    }

    /// The number of a table, its keys and its values, which are constants.
    fn imported_table(&self, op: Op) -> Option<(i64, [Attribute; 2])> {
        let &[handle, keys, values] = self.module.operands(op) else { return None };
        let constant = |value| self.module.attribute(self.module.defining_op(value)?, "value");
        Some((number_of_table(self.module, handle)?, [constant(keys)?, constant(values)?]))
    }

    /// A look into a table gets its keys and its values as operands.
    fn visit_look_up(&mut self, op: Op) {
        let operands = self.module.operands(op).to_vec();
        let Some((&handle, rest)) = operands.split_first() else { return };
        let table = number_of_table(self.module, handle).and_then(|number| self.tables.get(&number).copied());
        let Some(table) = table else { return };
        let mut given = Vec::new();
        for value in table {
            let Some(tensor) = self.module.attribute_tensor(value) else { return };
            let ty = Type::static_tensor(tensor.shape(), Type::from_element(tensor.element()));
            let mut builder = Builder::before(self.module, op);
            given.push(builder.op(kiln_tflite::CONSTANT).attribute("value", value).result(ty).value());
        }
        given.extend_from_slice(rest);
        self.module.set_operands(op, &given);
        self.drop_handle(handle);
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
        let first = self.module.add_argument(self.block, ty);
        self.variables.push(Variable { name, initial, first, current: first });
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

    /// Zeros as the integers that stand for them: bytes with a sign begin as their zero point, all else as 0.
    fn at_zero_point(&self, value: Value, zeros: Tensor) -> Tensor {
        let Some(user) = self.module.uses(value).first().filter(|_| zeros.element() == ElementType::I8) else {
            return zeros;
        };
        let list = self.module.attribute(user.op, kiln_tflite::OPERAND_QUANTIZATION);
        let entry = list.and_then(|list| list.as_array()?.get(user.index).copied());
        let point = entry.and_then(|entry| match entry.kind() {
            AttributeKind::Dictionary(entry) => entry.iter().find(|(name, _)| *name == "zero_point")?.1.as_i64(),
            _ => None,
        });
        match point.and_then(|point| i8::try_from(point).ok()) {
            Some(point) => Tensor::from_values(zeros.shape(), &vec![point; zeros.bytes().len()]),
            None => zeros,
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
            None => {
                let length = Tensor::byte_length(element, &shape).ok().filter(|&length| length <= MOST_BYTES);
                let Some(zeros) = length.and_then(|_| Tensor::zeros(element, &shape).ok()) else { return };
                let zeros = self.at_zero_point(result, zeros);
                self.module.tensor_attribute(zeros)
            }
        };
        let name = self.module.attribute(op, "name").and_then(|name| name.as_str()).unwrap_or_default().to_owned();
        let name = if name.is_empty() { format!("variable_{}", self.variables.len()) } else { name };
        let index = self.add(name, initial, ty);
        let current = self.variables[index].current;
        self.module.replace(op, &[current]);
    }

    /// An operator that has variables as operands changes them: it gets a result for each, behind its own.
    fn visit_other(&mut self, op: Op) {
        if !self.module.regions(op).is_empty() {
            self.visit_regions(op);
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

    /// A branch, a loop or a call: what it assigns is a result more of it.
    fn visit_regions(&mut self, op: Op) {
        let Some(assigned) = self.assigned_in(op) else { return };
        let is_loop = is_loop(self.module.name(op));
        let before: Vec<Value> = self.variables.iter().map(|variable| variable.current).collect();
        let types: Vec<Type> = assigned.iter().map(|&index| self.module.ty(before[index])).collect();
        if is_loop && !assigned.is_empty() {
            let mut operands = self.module.operands(op).to_vec();
            operands.extend(assigned.iter().map(|&index| before[index]));
            self.module.set_operands(op, &operands);
        }
        for (number, region) in self.module.regions(op).to_vec().into_iter().enumerate() {
            let Some(block) = self.module.entry_block(region) else { continue };
            for (index, variable) in self.variables.iter_mut().enumerate() {
                variable.current = before.get(index).copied().unwrap_or(variable.first);
            }
            for (&index, &ty) in assigned.iter().zip(&types).filter(|_| is_loop) {
                self.variables[index].current = self.module.add_argument(block, ty);
            }
            for inner in self.module.ops_of(block) {
                self.visit(inner);
            }
            // The first region of a loop says whether a round follows, and nothing else.
            if let Some(end) = self.module.last_op(block).filter(|_| !(is_loop && number == 0)) {
                let mut yielded = self.module.operands(end).to_vec();
                yielded.extend(assigned.iter().map(|&index| self.variables[index].current));
                self.module.set_operands(end, &yielded);
            }
        }
        for (index, variable) in self.variables.iter_mut().enumerate() {
            variable.current = before.get(index).copied().unwrap_or(variable.first);
        }
        for (index, ty) in assigned.into_iter().zip(types) {
            self.variables[index].current = self.module.add_result(op, ty);
        }
    }

    /// The variables that are assigned inside of an op; `None` if it is not known which, or where that cannot be.
    fn assigned_in(&mut self, op: Op) -> Option<Vec<usize>> {
        let mut assigned = Vec::new();
        for inner in self.module.walk(op) {
            if is_loop(self.module.name(inner)) && self.assigns(*self.module.regions(inner).first()?) {
                return None;
            }
            if self.module.is(inner, "tflite.ASSIGN_VARIABLE") {
                let handle = *self.module.operands(inner).first()?;
                let name = name_of_handle(self.module, handle)?;
                let index = self.variable(&name)?;
                if !assigned.contains(&index) {
                    assigned.push(index);
                }
            }
        }
        Some(assigned)
    }

    /// Whether anything inside of a region assigns a variable.
    fn assigns(&self, region: Region) -> bool {
        let Some(block) = self.module.entry_block(region) else { return false };
        let inner = self.module.ops_of(block).into_iter().flat_map(|op| self.module.walk(op));
        inner.into_iter().any(|inner| self.module.is(inner, "tflite.ASSIGN_VARIABLE"))
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
        let initial: Vec<Attribute> = self.variables.iter().map(|variable| variable.initial).collect();
        self.module.set_attribute(function, kiln_func::STATE, initial);
    }
}

fn is_loop(name: Name) -> bool {
    matches!(name.as_str(), "tflite.WHILE" | "tflite.STABLEHLO_WHILE")
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
