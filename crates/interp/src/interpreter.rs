//! Running functions op by op.

use crate::bind::{bind_symbols, resolve};
use crate::error::InterpError;
use crate::frame::{Frame, last_uses};
use kiln_graph::{BindView, LoopView};
use kiln_ir::{Block, EvaluateRequest, Module, Op, SymbolValues, Traits, Type, Value};
use kiln_tensor::{ElementType, Tensor};

/// How deep functions may call each other: a limit that no real model reaches, well before the stack ends.
const CALL_DEPTH: usize = 64;

/// What is told each op with its results, in the order of execution; ops of nested regions come before the op around.
pub type Observer<'a> = dyn FnMut(Op, &[Tensor]) + 'a;

/// Runs the function `@main` of a module of graph ops.
#[derive(Clone, Copy, Debug)]
pub struct Interpreter<'m> {
    module: &'m Module,
    main: Op,
}

impl<'m> Interpreter<'m> {
    /// An interpreter of `module`, which is verified.
    ///
    /// # Errors
    /// When there is no `@main` with a body.
    pub fn new(module: &'m Module) -> Result<Interpreter<'m>, InterpError> {
        let main = kiln_func::find_function(module, "main")
            .ok_or_else(|| InterpError::general("the module has no function @main"))?;
        Ok(Interpreter { module, main })
    }

    /// The outputs for these inputs.
    ///
    /// # Errors
    /// When inputs do not fit the model, or an op cannot be evaluated: an index out of range, an unknown op.
    pub fn run(&self, arguments: &[Tensor]) -> Result<Vec<Tensor>, InterpError> {
        self.run_observed(arguments, &mut |_, _| {})
    }

    /// The outputs for these inputs, while `observer` is told what each op computes.
    ///
    /// # Errors
    /// As [`Interpreter::run`].
    pub fn run_observed(&self, arguments: &[Tensor], observer: &mut Observer) -> Result<Vec<Tensor>, InterpError> {
        self.call(self.main, arguments.to_vec(), observer, 0)
    }

    /// The values that these inputs give to the symbols of `@main`.
    ///
    /// # Errors
    /// When inputs do not fit the model.
    pub fn symbols(&self, arguments: &[Tensor]) -> Result<SymbolValues, InterpError> {
        self.bind(self.main, arguments)
    }

    fn bind(&self, function: Op, arguments: &[Tensor]) -> Result<SymbolValues, InterpError> {
        let types = self.argument_types(self.body(function)?);
        let names = self.module.attribute(function, "arg_names").and_then(|names| names.as_strs()).unwrap_or_default();
        let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
        bind_symbols(&types, &names, arguments).map_err(InterpError::general)
    }

    fn body(&self, function: Op) -> Result<Block, InterpError> {
        let block = kiln_func::body(self.module, function);
        block.ok_or_else(|| InterpError::at(self.module, function, "the function has no body"))
    }

    fn argument_types(&self, block: Block) -> Vec<Type> {
        self.module.arguments(block).iter().map(|&argument| self.module.ty(argument)).collect()
    }

    fn call(
        &self,
        function: Op,
        arguments: Vec<Tensor>,
        observer: &mut Observer,
        depth: usize,
    ) -> Result<Vec<Tensor>, InterpError> {
        if depth > CALL_DEPTH {
            let reason = format!("functions call each other more than {CALL_DEPTH} deep");
            return Err(InterpError::at(self.module, function, reason));
        }
        let symbols = self.bind(function, &arguments)?;
        let mut activation = Activation { interpreter: self, symbols, frame: Frame::default(), observer, depth };
        activation.run_block(self.body(function)?, arguments)
    }
}

/// Whether a condition, which has one element, holds.
fn holds(condition: &Tensor) -> bool {
    condition.bytes().iter().any(|&byte| byte != 0)
}

/// Tensors of one shape side by side along a new first axis: a tensor of this shape, which may have room for more.
fn stack(element: ElementType, shape: &[usize], slices: &[Tensor]) -> Result<Tensor, String> {
    let room = shape.first().copied().unwrap_or(0);
    if slices.len() > room {
        return Err(format!("{} rounds stack what has room for {room}", slices.len()));
    }
    if slices.len() < room {
        let mut padded = slices.to_vec();
        padded.resize(room, Tensor::zeros(element, &shape[1..])?);
        return stack(element, shape, &padded);
    }
    if slices.is_empty() {
        return Ok(Tensor::zeros(element, shape)?);
    }
    let picks = slices.iter().enumerate().flat_map(|(index, slice)| (0..slice.len()).map(move |at| (index, at)));
    Ok(Tensor::pick(slices, shape, picks)?)
}

/// One call of a function.
struct Activation<'a, 'm, 'o> {
    interpreter: &'a Interpreter<'m>,
    symbols: SymbolValues,
    frame: Frame,
    observer: &'a mut Observer<'o>,
    depth: usize,
}

impl Activation<'_, '_, '_> {
    /// Runs a block; its results are the operands of its terminator.
    fn run_block(&mut self, block: Block, arguments: Vec<Tensor>) -> Result<Vec<Tensor>, InterpError> {
        let module = self.interpreter.module;
        let dying = last_uses(module, block);
        for (&argument, tensor) in module.arguments(block).iter().zip(arguments) {
            self.frame.set(argument, tensor);
        }
        for op in module.block_ops(block) {
            let operands = self.operands(op)?;
            let is_end = module.has_traits(op, Traits::TERMINATOR);
            let results = if is_end { operands } else { self.run_op(op, operands)? };
            if !is_end {
                (self.observer)(op, &results);
                for (&result, tensor) in module.results(op).iter().zip(&results) {
                    self.frame.set(result, tensor.clone());
                }
            }
            for &value in dying.get(&op).into_iter().flatten() {
                self.frame.free(value);
            }
            if is_end {
                return Ok(results);
            }
        }
        Err(InterpError::general("a block has no terminator"))
    }

    fn operands(&self, op: Op) -> Result<Vec<Tensor>, InterpError> {
        let module = self.interpreter.module;
        let find = |&value: &Value| self.frame.find(value).cloned();
        let operands: Option<Vec<Tensor>> = module.operands(op).iter().map(find).collect();
        operands.ok_or_else(|| InterpError::at(module, op, "an operand is used before it is computed"))
    }

    fn run_op(&mut self, op: Op, operands: Vec<Tensor>) -> Result<Vec<Tensor>, InterpError> {
        let module = self.interpreter.module;
        if module.has_traits(op, Traits::CONSTANT_LIKE) {
            let tensor = module.constant_tensor(module.result(op, 0));
            let missing = || InterpError::at(module, op, "the elements of the constant are not loaded");
            return tensor.map(|tensor| vec![tensor]).ok_or_else(missing);
        }
        match module.name(op).as_str() {
            kiln_graph::BIND_EXTENTS => self.bind_extents(op, &operands),
            kiln_graph::IF => {
                let held = operands.first().is_some_and(holds);
                self.run_block(module.region_block(op, usize::from(!held)), Vec::new())
            }
            kiln_graph::LOOP => self.run_loop(op, operands),
            kiln_graph::FUSION => self.run_block(module.region_block(op, 0), operands),
            kiln_func::CALL => {
                let callee = module.attribute(op, "callee").and_then(|callee| callee.as_symbol_ref());
                let function = callee.and_then(|callee| kiln_func::find_function(module, callee.as_str()));
                let unknown = || InterpError::at(module, op, "the function it calls does not exist");
                self.interpreter.call(function.ok_or_else(unknown)?, operands, self.observer, self.depth + 1)
            }
            _ => self.evaluate(op, &operands).map_err(|reason| InterpError::at(module, op, reason)),
        }
    }

    /// Gives symbols the values that data has for them.
    fn bind_extents(&mut self, op: Op, operands: &[Tensor]) -> Result<Vec<Tensor>, InterpError> {
        let module = self.interpreter.module;
        let fail = |reason: String| InterpError::at(module, op, reason);
        let bind = BindView::of(module, op).ok_or_else(|| fail("what binds extents is not valid".into()))?;
        let values = operands.first().map(|values| values.values::<i64>().into_owned()).unwrap_or_default();
        for (&symbol, value) in bind.symbols.iter().zip(values) {
            if value < 0 {
                return Err(fail(format!("data gives an extent of {value}")));
            }
            self.symbols.insert(symbol, value);
        }
        Ok(Vec::new())
    }

    /// Runs a loop: carried values after the last round, then what the rounds stack.
    fn run_loop(&mut self, op: Op, mut operands: Vec<Tensor>) -> Result<Vec<Tensor>, InterpError> {
        let module = self.interpreter.module;
        let fail = |reason: String| InterpError::at(module, op, reason);
        let view = LoopView::of(module, op).ok_or_else(|| fail("the loop is not valid".into()))?;
        let mut carried = operands.split_off(if view.start.is_some() { 2 } else { 0 });
        let most = match view.rounds {
            Some(rounds) => {
                rounds.evaluate(&self.symbols).ok_or_else(|| fail("the rounds follow from no input".into()))?
            }
            None => operands[0].values::<i64>().first().copied().unwrap_or(0),
        };
        let mut goes_on = operands.get(1).is_none_or(holds);
        let mut slices: Vec<Vec<Tensor>> = vec![Vec::new(); view.stacked.len()];
        let mut round = 0i64;
        while goes_on && round < most {
            carried.insert(0, Tensor::scalar(round));
            let mut yielded = self.run_block(view.body, carried)?;
            if view.follows.is_some() {
                goes_on = holds(&yielded.remove(0));
            }
            for (slices, slice) in slices.iter_mut().zip(yielded.drain(view.initial.len()..)) {
                slices.push(slice);
            }
            carried = yielded;
            round += 1;
        }
        for (&stacked, slices) in view.stacked.iter().zip(&slices) {
            let (element, shape) = resolve(module.ty(stacked), &self.symbols).map_err(fail)?;
            carried.push(stack(element, &shape, slices).map_err(fail)?);
        }
        Ok(carried)
    }

    fn evaluate(&self, op: Op, operands: &[Tensor]) -> Result<Vec<Tensor>, String> {
        let module = self.interpreter.module;
        let evaluate = module.definition(op).and_then(|definition| definition.evaluate);
        let evaluate = evaluate.ok_or("the interpreter does not know this op")?;
        let expected = module.result_types(op).into_iter().map(|ty| resolve(ty, &self.symbols));
        let expected = expected.collect::<Result<Vec<_>, String>>()?;
        let attributes = module.attributes(op);
        let results = evaluate(&EvaluateRequest { operands, attributes, results: &expected, symbols: &self.symbols })?;
        for (result, (element, shape)) in results.iter().zip(&expected) {
            if result.element() != *element || result.shape() != shape {
                let (found, extents) = (result.element(), result.shape());
                return Err(format!("a result is {found} {extents:?}, but its type says {element} {shape:?}"));
            }
        }
        Ok(results)
    }
}
