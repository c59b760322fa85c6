//! `func.func @main`, made input by input.

use crate::{ImportOptions, Reporter};
use kiln_diag::{Diagnostic, suggest};
use kiln_ir::{Attribute, Block, Builder, Module, Op, Type, Value};
use kiln_tensor::Tensor;

/// The function under construction.
#[derive(Debug)]
pub struct MainFunction {
    op: Op,
    /// Its block: where ops go.
    pub block: Block,
    names: Vec<String>,
    /// What the last arguments begin as that the last results say anew.
    state: Vec<Attribute>,
}

impl MainFunction {
    /// Begins it at the end of the module.
    pub fn begin(module: &mut Module) -> MainFunction {
        let body = module.body();
        let op = Builder::at_end(module, body).op("func.func").attribute("sym_name", "main").regions(1).build();
        let region = module.regions(op)[0];
        MainFunction { op, block: module.create_block(region, &[]), names: Vec::new(), state: Vec::new() }
    }

    /// A new argument.
    pub fn input(&mut self, module: &mut Module, name: &str, ty: Type) -> Value {
        self.names.push(name.to_owned());
        module.add_argument(self.block, ty)
    }

    /// An argument for what is remembered from run to run, which begins as `initial`. These come behind all inputs, and
    /// as many results behind all outputs.
    pub fn remembered(&mut self, module: &mut Module, name: &str, ty: Type, initial: Attribute) -> Value {
        self.state.push(initial);
        self.input(module, name, ty)
    }

    /// Ends it: these are what it returns, by name.
    pub fn finish(self, module: &mut Module, results: &[(String, Value)]) {
        let values: Vec<Value> = results.iter().map(|(_, value)| *value).collect();
        let types =
            |module: &Module, values: &[Value]| values.iter().map(|&value| module.ty(value)).collect::<Vec<_>>();
        let (inputs, outputs) = (types(module, module.arguments(self.block)), types(module, &values));
        Builder::at_end(module, self.block).op("func.return").operands(&values).build();
        let strings = |names: &mut dyn Iterator<Item = &str>| names.map(Attribute::string).collect::<Vec<_>>();
        let names = strings(&mut self.names.iter().map(String::as_str));
        let result_names = strings(&mut results.iter().map(|(name, _)| name.as_str()));
        module.set_attribute(self.op, "function_type", Type::function(&inputs, &outputs));
        module.set_attribute(self.op, "arg_names", names);
        module.set_attribute(self.op, "res_names", result_names);
        if !self.state.is_empty() {
            module.set_attribute(self.op, "state", self.state);
        }
    }
}

impl ImportOptions {
    /// Reports the constants given for inputs that the model does not have.
    pub fn check_constant_names<'n>(&self, inputs: impl Iterator<Item = &'n str> + Clone, reporter: &Reporter<'_>) {
        for (name, _) in &self.constants {
            if !inputs.clone().any(|input| input == name) {
                let error = Diagnostic::error(reporter.whole(), format!("the model has no input \"{name}\""));
                reporter.report(with_suggestion(error, suggest(name, inputs.clone())));
            }
        }
    }

    /// The constant given for input `name` of type `ty`, if there is one; it must be what the input is.
    pub fn constant_for(&self, name: &str, ty: Type, reporter: &Reporter<'_>) -> Option<&Tensor> {
        let (_, tensor) = self.constants.iter().find(|(known, _)| known == name)?;
        let has_shape = |declared: &kiln_ir::TensorType| {
            let mut pairs = declared.shape.iter().zip(tensor.shape());
            declared.rank() == tensor.rank()
                && pairs.all(|(dim, &extent)| dim.as_static().is_none_or(|dim| dim == extent as u64))
        };
        let fits = ty.as_tensor().is_none_or(has_shape);
        if !fits || ty.element().is_some_and(|element| element != tensor.element()) {
            let message = format!("the constant for it is a {:?} of {}, not a {ty}", tensor.shape(), tensor.element());
            reporter.error(format!("input \"{name}\""), message);
        }
        Some(tensor)
    }
}

/// Adds "did you mean".
pub fn with_suggestion(diagnostic: Diagnostic, known: Option<&str>) -> Diagnostic {
    match known {
        Some(known) => diagnostic.with_help(format!("did you mean \"{known}\"?")),
        None => diagnostic,
    }
}
