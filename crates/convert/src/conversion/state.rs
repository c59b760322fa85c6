//! A conversion under way: values, and the walk over ops.

use super::content::Content;
use super::datum::Datum;
use super::source::Source;
use super::variables::Variable;
use cranelift_entity::{PrimaryMap, entity_impl};
use kiln_diag::{Diagnostic, Sink};
use kiln_graph::BindView;
use kiln_ir::{
    Attribute, AttributeKind, Block, Builder, Dim, InsertionPoint, Location, Module, Op, TensorType, Type, TypeKind,
    Value,
};
use rustc_hash::FxHashMap;
use std::rc::Rc;

/// A tensor of the model.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Tracked(u32);
entity_impl!(Tracked);

/// What is known of a tensor.
#[derive(Clone, Debug)]
pub(crate) struct TrackedData {
    /// Its type, all extents static or symbolic.
    pub ty: &'static TensorType,
    /// The graph value that holds it, once there is one.
    pub value: Option<Value>,
    /// Its elements, if it is a constant of the model: `dense` or `dense_resource`.
    pub constant: Option<Attribute>,
    /// What is known of its elements, if it is small.
    pub content: Option<Rc<Content>>,
}

/// What became of a value of the source's dialect.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Converted {
    /// A tensor, or what else there is.
    Datum(Datum),
    /// An input that is left out.
    Absent,
    /// Something that was reported; what depends on it is left alone.
    Failed,
}

/// The reason of a failure that was reported where it arose.
pub(crate) const REPORTED: &str = "";

/// The state.
pub(crate) struct Conversion<'m> {
    pub module: &'m mut Module,
    /// What is to be reported, once the function is converted.
    reports: Vec<Diagnostic>,
    pub tensors: PrimaryMap<Tracked, TrackedData>,
    values: FxHashMap<Value, Converted>,
    /// What says what becomes of ops.
    pub source: &'m dyn Source,
    /// The types of the function's inputs.
    pub inputs: Vec<&'static TensorType>,
    /// Where ops go.
    pub point: InsertionPoint,
    /// Where constants go, so that they can be used everywhere after.
    prologue: InsertionPoint,
    /// How many symbols data gives so far.
    data_symbols: usize,
    /// How many sequences that grow in loops have a number so far.
    growing: u32,
    /// How many attempts failed so far.
    failed: usize,
    /// What the function keeps from one call to the next.
    pub variables: Vec<Variable>,
}

/// How many attempts may fail: loops that stand in loops multiply them.
const MOST_FAILED_ATTEMPTS: usize = 1000;

impl<'m> Conversion<'m> {
    pub fn new(module: &'m mut Module, source: &'m dyn Source) -> Conversion<'m> {
        let point = InsertionPoint::AtEnd(module.body());
        let (tensors, values) = (PrimaryMap::new(), FxHashMap::default());
        Conversion {
            module,
            reports: Vec::new(),
            tensors,
            values,
            source,
            inputs: Vec::new(),
            point,
            prologue: point,
            data_symbols: 0,
            growing: 0,
            failed: 0,
            variables: Vec::new(),
        }
    }

    /// Converts the ops of a function, in place.
    pub fn convert_function(mut self, function: Op, sink: &Sink) {
        self.convert_body(function);
        self.reports.into_iter().for_each(|report| sink.report(report));
    }

    fn convert_body(&mut self, function: Op) {
        let block = self.module.region_block(function, 0);
        let Some(terminator) = self.module.last_op(block) else { return };
        let old = self.module.ops_of(block);
        self.prologue = InsertionPoint::Before(old[0]);
        self.point = InsertionPoint::Before(terminator);
        let arguments = self.module.arguments(block).iter();
        self.inputs = arguments.filter_map(|&argument| complete(self.module.ty(argument)).ok()).collect();
        let replaced = self.convert_arguments(function, block);
        for &op in &old[..old.len() - 1] {
            self.convert_op(op);
        }
        let Some(mut results) = self.convert_results(function, terminator) else { return };
        self.finish_variables(function, &mut results);
        self.module.set_operands(terminator, &results);
        for &op in old.iter().rev().filter(|&&op| op != terminator) {
            self.module.erase(op);
        }
        for _ in 0..replaced {
            self.module.remove_argument(block, 0);
        }
        self.remove_unused_symbols(function);
        let types =
            |module: &Module, values: &[Value]| -> Vec<Type> { values.iter().map(|&value| module.ty(value)).collect() };
        let inputs = types(self.module, self.module.arguments(block));
        let outputs = types(self.module, &results);
        self.module.set_attribute(function, "function_type", Type::function(&inputs, &outputs));
    }

    /// Drops symbols that nothing has that is not dead itself, and what computes them.
    fn remove_unused_symbols(&mut self, function: Op) {
        let count = |module: &Module| BindView::all(module, function).len();
        let mut before = count(self.module);
        while before > 0 {
            kiln_rewrite::dce(self.module, function);
            kiln_graph::remove_unused_symbols(self.module, function);
            match count(self.module) {
                after if after == before => return,
                after => before = after,
            }
        }
    }

    /// A symbol for a value that data gives.
    pub fn fresh_symbol(&mut self) -> Dim {
        self.data_symbols += 1;
        Dim::symbol(&format!("{}{}", kiln_graph::DATA_SYMBOL, self.data_symbols - 1))
    }

    /// A number for a sequence that grows in a loop.
    pub fn fresh_number(&mut self) -> u32 {
        self.growing += 1;
        self.growing
    }

    /// How many symbols data gives so far.
    pub fn symbol_count(&self) -> usize {
        self.data_symbols
    }

    /// Whether an extent has a symbol of those that data gives since there were `count`.
    pub fn is_symbol_since(&self, extent: Dim, count: usize) -> bool {
        let symbols = extent.expr().map(|expr| expr.symbols()).unwrap_or_default();
        let numbers = symbols.iter().filter_map(|symbol| symbol.as_str().strip_prefix(kiln_graph::DATA_SYMBOL));
        numbers.filter_map(|number| number.parse::<usize>().ok()).any(|number| number >= count)
    }

    /// Whether ops go to the function's own block, so that everything after may use what they make.
    pub fn is_at_top(&self) -> bool {
        self.block_at(self.point) == self.block_at(self.prologue)
    }

    /// The function's own block, if ops go there.
    pub fn top_block(&self) -> Option<Block> {
        self.block_at(self.prologue).filter(|_| self.is_at_top())
    }

    fn block_at(&self, point: InsertionPoint) -> Option<Block> {
        match point {
            InsertionPoint::Before(op) => self.module.parent_block(op),
            InsertionPoint::AtEnd(block) => Some(block),
        }
    }

    /// Converts one op of the source's dialect.
    pub fn convert_op(&mut self, op: Op) {
        let source = self.source;
        if source.is_absent(self.module, op) {
            let result = self.module.result(op, 0);
            self.values.insert(result, Converted::Absent);
            return;
        }
        let has_failed_operand = self.module.operands(op).iter().any(|value| self.find(*value) == Converted::Failed);
        let converted = source.convert(self, op, has_failed_operand);
        self.finish(op, converted);
    }

    /// Keeps what folding found out about results that conversion made.
    pub fn note_contents(&mut self, results: &[Datum], contents: Option<Vec<Content>>) {
        for (result, content) in results.iter().zip(contents.into_iter().flatten()) {
            if let Datum::Tensor(result) = *result {
                self.note_content(result, Some(content));
            }
        }
    }

    /// Keeps what is known of a tensor, if nothing is yet.
    pub fn note_content(&mut self, tensor: Tracked, content: Option<Content>) {
        let data = &mut self.tensors[tensor];
        let fits = |content: &Content| data.ty.static_shape().as_deref() == Some(&content.shape[..]);
        if data.content.is_none() {
            data.content = content.filter(|content| content.is_useful() && fits(content)).map(Rc::new);
        }
    }

    fn finish(&mut self, op: Op, converted: Result<Vec<Datum>, Option<String>>) {
        let results = self.module.results(op).to_vec();
        let failure = match converted {
            Ok(data) if data.len() >= results.len() => {
                for (&result, datum) in results.iter().zip(data) {
                    self.values.insert(result, Converted::Datum(datum));
                }
                return;
            }
            Ok(data) => Some(format!("output {} is not supported", data.len())),
            Err(reason) => reason,
        };
        if let Some(reason) = failure.filter(|reason| reason != REPORTED) {
            self.reports.push(error(self.module, op, &reason));
        }
        for result in results {
            self.values.insert(result, Converted::Failed);
        }
    }

    /// Does `work`; what it reports is given back, and is a failure.
    pub fn attempt<T>(
        &mut self,
        work: impl FnOnce(&mut Conversion<'m>) -> Result<T, String>,
    ) -> Result<T, (String, Vec<Diagnostic>)> {
        if self.failed >= MOST_FAILED_ATTEMPTS {
            return Err(("loops within loops can be made in more ways than are tried".into(), Vec::new()));
        }
        let (before, point) = (self.reports.len(), self.point);
        let result = work(self);
        self.point = point;
        let reports = self.reports.split_off(before);
        self.failed += usize::from(result.is_err() || !reports.is_empty());
        match result {
            Ok(_) if !reports.is_empty() => Err((REPORTED.to_owned(), reports)),
            result => result.map_err(|reason| (reason, reports)),
        }
    }

    /// Reports what an attempt gave back.
    pub fn report(&mut self, reports: Vec<Diagnostic>) {
        self.reports.extend(reports);
    }

    /// What became of a value.
    pub fn find(&self, value: Value) -> Converted {
        self.values.get(&value).cloned().unwrap_or(Converted::Failed)
    }

    /// Says what became of a value.
    pub fn set(&mut self, value: Value, converted: Converted) {
        self.values.insert(value, converted);
    }

    /// Says what an argument of a region is, from now on.
    pub fn bind(&mut self, argument: Value, datum: Datum) {
        self.values.insert(argument, Converted::Datum(datum));
    }

    /// What a value of the source's dialect became, if it is there.
    pub fn datum(&self, value: Value) -> Option<Datum> {
        match self.find(value) {
            Converted::Datum(datum) => Some(datum),
            Converted::Absent | Converted::Failed => None,
        }
    }

    /// The tensor that a value of the source's dialect became.
    pub fn tensor(&self, value: Value) -> Option<Tracked> {
        self.datum(value)?.tensor().ok()
    }

    // Making tensors.

    /// A tensor held by a graph value, whose type is a complete tensor type.
    pub fn track_value(&mut self, value: Value) -> Tracked {
        let ty = self.module.ty(value).as_tensor().expect("values of the graph dialect are ranked tensors");
        self.tensors.push(TrackedData { ty, value: Some(value), constant: None, content: None })
    }

    /// A tensor of known elements.
    pub fn track_content(&mut self, content: Content) -> Tracked {
        let ty = content.ty().as_tensor().expect("contents are ranked tensors");
        self.tensors.push(TrackedData { ty, value: None, constant: None, content: Some(Rc::new(content)) })
    }

    /// A constant: `dense` or `dense_resource`.
    pub fn track_constant(&mut self, attribute: Attribute) -> Option<Tracked> {
        let (AttributeKind::Dense { ty, .. } | AttributeKind::DenseResource { ty, .. }) = attribute.kind() else {
            return None;
        };
        let ty = ty.as_tensor()?;
        let count = kiln_tensor::element_count(&ty.static_shape()?)?;
        let content = match count <= Content::MAX_ITEMS {
            true => self.module.attribute_tensor(attribute).as_ref().and_then(Content::of_tensor).map(Rc::new),
            false => None,
        };
        Some(self.tensors.push(TrackedData { ty, value: None, constant: Some(attribute), content }))
    }

    /// The graph value that holds `tensor`; made now if there is none. What has no operands goes to the function's start,
    /// unless it has symbols that data gives: these are bound where conversion stands.
    pub fn value(&mut self, tensor: Tracked) -> Value {
        if let Some(value) = self.tensors[tensor].value {
            return value;
        }
        let data = self.tensors[tensor].clone();
        let attribute = data.constant.or_else(|| {
            let tensor = data.content.as_ref()?.to_tensor()?;
            Some(self.module.tensor_attribute(tensor))
        });
        let is_bound_here =
            data.content.as_ref().is_some_and(|content| content.depends_on_data()) && attribute.is_none();
        let point = if is_bound_here { self.point } else { self.prologue };
        let keeps = !is_bound_here || self.is_at_top();
        let mut builder = Builder { module: &mut *self.module, point, location: Location::unknown() };
        let value = match (attribute, &data.content) {
            (Some(value), _) => {
                let ty = Type::new(TypeKind::Tensor(data.ty.clone()));
                builder.op("graph.constant").attribute("value", value).result(ty).value()
            }
            (None, Some(content)) => build_content(&mut builder, content),
            (None, None) => unreachable!("a tensor is a value, a constant or a content"),
        };
        if keeps {
            self.tensors[tensor].value = Some(value);
        }
        value
    }
}

/// Why an operator cannot be converted, at its node.
pub(crate) fn error(module: &Module, op: Op, reason: &str) -> Diagnostic {
    let name = module.name(op).as_str();
    let operator = name.split_once('.').map_or(name, |(_, operator)| operator);
    Diagnostic::error(module.location(op).place(operator), format!("{operator}: {reason}"))
}

/// Elements that are expressions of extents, as data: `graph.dims`, for quotients two of them and a division.
fn build_content(builder: &mut Builder, content: &Content) -> Value {
    let shape: Vec<Dim> = content.shape.iter().map(|&extent| Dim::Static(extent as u64)).collect();
    let element = Type::from_element(content.element);
    let dims = |builder: &mut Builder, exprs: Vec<kiln_ir::DimExpr>| {
        // An expression that is a negative constant has no `Dim` of its own.
        let dims: Vec<Dim> = exprs.into_iter().map(Dim::Symbolic).collect();
        let flat = Type::tensor(&[Dim::Static(dims.len() as u64)], Type::i64());
        let mut value = builder.op("graph.dims").attribute("dims", dims).result(flat).value();
        if shape.len() != 1 {
            value = builder.op("graph.reshape").operand(value).result(Type::tensor(&shape, Type::i64())).value();
        }
        match element == Type::i64() {
            true => value,
            false => builder.op("graph.cast").operand(value).result(Type::tensor(&shape, element)).value(),
        }
    };
    if let Some(integers) = content.integers() {
        return dims(builder, integers);
    }
    let ratios: Vec<_> =
        content.items.iter().map(|item| item.to_ratio()).map(|ratio| ratio.unwrap_or_else(unity)).collect();
    let numerators = dims(builder, ratios.iter().map(|ratio| ratio.0).collect());
    let denominators = dims(builder, ratios.iter().map(|ratio| ratio.1).collect());
    builder.op("graph.divide").operands(&[numerators, denominators]).result(Type::tensor(&shape, element)).value()
}

fn unity() -> (kiln_ir::DimExpr, kiln_ir::DimExpr) {
    (kiln_ir::DimExpr::constant(1), kiln_ir::DimExpr::constant(1))
}

/// What dialects call the element type of a tensor of which the file does not say it.
const ANY_ELEMENT: &str = "any";

/// Whether a type is a ranked tensor of static and symbolic extents and a known element type.
pub(crate) fn complete(ty: Type) -> Result<&'static TensorType, String> {
    if matches!(ty.scalar().kind(), TypeKind::Dialect { body, .. } if body.as_str() == ANY_ELEMENT) {
        return Err("the model does not say its element type".into());
    }
    let tensor = ty.as_tensor().ok_or_else(|| match ty.kind() {
        TypeKind::UnrankedTensor(_) => "its rank is not known".to_owned(),
        _ => format!("values of type {ty} are not supported"),
    })?;
    if tensor.shape.contains(&Dim::Unknown) {
        return Err(format!("an extent of {ty} is not known"));
    }
    match tensor.element.to_element() {
        Some(_) => Ok(tensor),
        None => Err(format!("its element type {} is not known", tensor.element)),
    }
}
