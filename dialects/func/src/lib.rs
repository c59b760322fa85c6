//! The func dialect: functions, calls and returns, as in MLIR.
//!
//! ```mlir
//! func.func {function_type = (f32) -> f32, sym_name = "identity"} ({
//! ^bb0(%arg0: f32):
//!   func.return %arg0 : (f32) -> ()
//! })
//! ```

#![forbid(unsafe_code)]

mod call;
mod function;

pub use function::{body, find_function, function_type, functions, initial_state, is_declaration};

use kiln_ir::Dialect;

/// The name of the function op.
pub const FUNC: &str = "func.func";

/// The attribute of a function that remembers something from one run to the next.
pub const STATE: &str = "state";

/// The name of the call op.
pub const CALL: &str = "func.call";

/// The name of the op that ends a function.
pub const RETURN: &str = "func.return";

/// The dialect.
pub const DIALECT: Dialect =
    Dialect { name: "func", doc: "Functions, calls and returns, as in MLIR.", ops: &[function::OPS, call::OPS] };

#[cfg(test)]
mod tests {
    use super::*;
    use kiln_ir::{Attribute, Builder, Module, Registry, Type, verify};

    /// A module with one function `(f32) -> f32` that calls `callee` on its argument and returns `returned`.
    fn module(callee: &str, returned: Type) -> Module {
        let mut module = Module::new(Registry::new(&[&kiln_builtin::DIALECT, &DIALECT]));
        let body = module.body();
        let ty = Type::function(&[Type::f32()], &[Type::f32()]);
        let mut builder = Builder::at_end(&mut module, body);
        let func = builder.op(FUNC).attribute("sym_name", "main").attribute("function_type", ty).regions(1).build();
        let region = module.regions(func)[0];
        let block = module.create_block(region, &[Type::f32()]);
        let argument = module.arguments(block)[0];
        let mut builder = Builder::at_end(&mut module, block);
        let callee = Attribute::symbol_ref(callee);
        let result = builder.op(CALL).attribute("callee", callee).operand(argument).result(returned).value();
        builder.op(RETURN).operand(result).build();
        module
    }

    fn messages(module: &Module) -> Vec<String> {
        verify(module, module.top()).into_iter().map(|diagnostic| diagnostic.message).collect()
    }

    #[test]
    fn a_recursive_function_is_valid() {
        assert_eq!(messages(&module("main", Type::f32())), [""; 0]);
    }

    #[test]
    fn unknown_callees_are_reported_with_a_suggestion() {
        assert_eq!(
            messages(&module("mian", Type::f32())),
            ["func.call: no function is called '@mian'; did you mean '@main'?"]
        );
    }

    #[test]
    fn types_of_calls_and_returns_are_held_to_the_function() {
        assert_eq!(
            messages(&module("main", Type::i64())),
            [
                "func.call: the call is of type (f32) -> i64, but '@main' is (f32) -> f32",
                "func.return: returns (i64), but the function returns (f32)"
            ]
        );
    }
}
