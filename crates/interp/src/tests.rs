//! Whole functions through the interpreter.

use crate::{InterpError, Interpreter};
use kiln_ir::{Attribute, Block, Builder, Dim, Location, Module, Registry, Type, Value};
use kiln_tensor::Tensor;

/// A module with `@main(inputs)` whose body and results `build` makes.
fn module(inputs: &[Type], names: &[&str], build: impl FnOnce(&mut Builder, &[Value]) -> Vec<Value>) -> Module {
    let registry = Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_graph::DIALECT]);
    let mut module = Module::new(registry);
    let body = module.body();
    let mut builder = Builder::at_end(&mut module, body);
    let main = builder.op(kiln_func::FUNC).attribute("sym_name", "main").regions(1).build();
    let block = module.create_block(module.regions(main)[0], inputs);
    let arguments = module.arguments(block).to_vec();
    let mut builder = Builder::at_end(&mut module, block);
    let results = build(&mut builder, &arguments);
    builder.op(kiln_func::RETURN).operands(&results).build();
    let types: Vec<Type> = results.iter().map(|&result| module.ty(result)).collect();
    module.set_attribute(main, "function_type", Type::function(inputs, &types));
    let names: Vec<Attribute> = names.iter().map(|name| Attribute::string(name)).collect();
    module.set_attribute(main, "arg_names", names);
    let found: Vec<String> = kiln_ir::verify(&module, module.top()).into_iter().map(|one| one.message).collect();
    assert_eq!(found, [""; 0]);
    module
}

fn f32s(dims: &[Dim]) -> Type {
    Type::tensor(dims, Type::f32())
}

fn symbol(name: &str) -> Dim {
    Dim::symbol(name)
}

fn fails(module: &Module, arguments: &[Tensor]) -> String {
    let outcome = Interpreter::new(module).and_then(|interpreter| interpreter.run(arguments));
    outcome.expect_err("the run fails").to_string()
}

#[test]
fn symbols_take_their_values_from_arguments() {
    let input = f32s(&[symbol("N"), Dim::Static(2)]);
    let module = module(&[input], &["x"], |builder, arguments| {
        let sum = builder.op("graph.add").operands(&[arguments[0], arguments[0]]).value();
        let extents = builder.op("graph.dims").attribute("dims", vec![symbol("N")]).value();
        vec![sum, extents]
    });
    let x = Tensor::from_values(&[3, 2], &[1.0f32, 2.0, 3.0, 4.0, 5.0, 6.0]);
    let outputs = Interpreter::new(&module).and_then(|interpreter| interpreter.run(&[x]));
    let doubled = Tensor::from_values(&[3, 2], &[2.0f32, 4.0, 6.0, 8.0, 10.0, 12.0]);
    assert_eq!(outputs, Ok(vec![doubled, Tensor::from_values(&[1], &[3i64])]));
}

#[test]
fn arguments_must_fit() {
    let inputs = [f32s(&[symbol("N")]), f32s(&[symbol("N"), Dim::Static(2)])];
    let module = module(&inputs, &["x", "y"], |_, arguments| arguments.to_vec());
    let zeros = |shape: &[usize]| Tensor::zeros(kiln_tensor::ElementType::F32, shape).expect("small");
    assert_eq!(fails(&module, &[zeros(&[1])]), "the model takes 2 inputs, but 1 are given");
    assert_eq!(fails(&module, &[zeros(&[1]), zeros(&[2])]), "input 'y' has rank 2, not 1");
    let conflict = "input 'y' makes 'N' 3, but another extent makes it 1";
    assert_eq!(fails(&module, &[zeros(&[1]), zeros(&[3, 2])]), conflict);
    let wrong = fails(&module, &[zeros(&[1]), zeros(&[1, 4])]);
    assert_eq!(wrong, "input 'y' has shape [1, 4], but its type tensor<?x2xf32, #kiln.dims<[N, 2]>> says [1, 2]");
    let integers = Tensor::from_values(&[1], &[1i64]);
    assert_eq!(fails(&module, &[integers, zeros(&[1, 2])]), "input 'x' has element type f32, not i64");
}

#[test]
fn errors_name_the_node() {
    let inputs = [f32s(&[Dim::Static(2)]), Type::tensor(&[], Type::i64())];
    let module = module(&inputs, &["data", "index"], |builder, arguments| {
        builder.location = Location::named("lookup");
        vec![builder.op("graph.gather").operands(arguments).attribute("axis", 0i64).value()]
    });
    let outcome = Interpreter::new(&module)
        .and_then(|interpreter| interpreter.run(&[Tensor::from_values(&[2], &[1.0f32, 2.0]), Tensor::scalar(5i64)]));
    let reason = "index 5 is not in axis 0, whose extent is 2".to_owned();
    assert_eq!(outcome, Err(InterpError { node: Some("lookup".into()), op: "graph.gather".into(), reason }));
}

/// Fills region number `region` of the op that defines `value` with `op` on `operands` and a yield.
fn fill(builder: &mut Builder, block: Block, op: &str, operands: &[Value]) {
    builder.within(block, |builder| {
        let value = builder.op(op).operands(operands).value();
        builder.op("graph.yield").operand(value).build();
    });
}

#[test]
fn regions_run() {
    let input = f32s(&[Dim::Static(2)]);
    let condition = Type::tensor(&[], Type::i1());
    let module = module(&[condition, input], &["c", "x"], |builder, arguments| {
        let branch = builder.op("graph.if").operand(arguments[0]).result(input).regions(2).build();
        for (index, op) in ["graph.negate", "graph.abs"].into_iter().enumerate() {
            let region = builder.module.regions(branch)[index];
            let block = builder.module.create_block(region, &[]);
            fill(builder, block, op, &arguments[1..]);
        }
        let chosen = builder.module.result(branch, 0);
        let fusion = builder.op("graph.fusion").operand(chosen).result(input).regions(1).build();
        let block = builder.module.create_block(builder.module.regions(fusion)[0], &[input]);
        let inside = builder.module.arguments(block)[0];
        fill(builder, block, "graph.add", &[inside, inside]);
        vec![builder.module.result(fusion, 0)]
    });
    let interpreter = Interpreter::new(&module).expect("there is @main");
    let x = Tensor::from_values(&[2], &[1.0f32, -2.0]);
    for (condition, expected) in [(true, [-2.0f32, 4.0]), (false, [2.0, 4.0])] {
        let mut seen = Vec::new();
        let arguments = [Tensor::from_bools(&[], &[condition]), x.clone()];
        let outputs = interpreter.run_observed(&arguments, &mut |op, _| seen.push(module.name(op).as_str()));
        assert_eq!(outputs, Ok(vec![Tensor::from_values(&[2], &expected)]));
        let branch = if condition { "graph.negate" } else { "graph.abs" };
        assert_eq!(seen, [branch, "graph.if", "graph.add", "graph.fusion"]);
    }
}

/// Adds a `graph.loop` whose region `build` fills: from the number of the round and the carried values, what it yields.
fn add_loop(
    builder: &mut Builder,
    operands: &[Value],
    carried: usize,
    (rounds, results): (Option<Dim>, &[Type]),
    build: impl FnOnce(&mut Builder, &[Value]) -> Vec<Value>,
) -> Vec<Value> {
    let rounds = rounds.map(|rounds| Attribute::dims(&[rounds]));
    let made = builder.op("graph.loop").operands(operands).results(results).regions(1);
    let op = made.optional_attribute("rounds", rounds).build();
    let types = [&[Type::tensor(&[], Type::i64())], &results[..carried]].concat();
    let block = builder.module.create_block(builder.module.regions(op)[0], &types);
    let arguments = builder.module.arguments(block).to_vec();
    builder.within(block, |builder| {
        let yielded = build(builder, &arguments);
        builder.op("graph.yield").operands(&yielded).build();
    });
    builder.module.results(op).to_vec()
}

#[test]
fn loops_carry_and_stack() {
    let scalar = Type::tensor(&[], Type::i64());
    let stacked = Type::tensor(&[symbol("N")], Type::i64());
    let inputs = [scalar, scalar, Type::tensor(&[symbol("N")], Type::f32())];
    // (a, b) becomes (b, a + b); what is stacked is a and the number of the round.
    let module = module(&inputs, &["a", "b", "n"], |builder, arguments| {
        let results = (Some(symbol("N")), [scalar, scalar, stacked, stacked]);
        add_loop(builder, &arguments[..2], 2, (results.0, &results.1), |builder, inside| {
            let sum = builder.op("graph.add").operands(&inside[1..]).value();
            vec![inside[2], sum, inside[1], inside[0]]
        })
    });
    let interpreter = Interpreter::new(&module).expect("there is @main");
    for (rounds, a, b) in [(0, 1i64, 1i64), (1, 1, 2), (5, 8, 13)] {
        let zeros = Tensor::zeros(kiln_tensor::ElementType::F32, &[rounds]).expect("small");
        let outputs = interpreter.run(&[Tensor::scalar(1i64), Tensor::scalar(1i64), zeros]);
        let (fibonacci, numbers) = ([1i64, 1, 2, 3, 5], [0i64, 1, 2, 3, 4]);
        let expected = vec![
            Tensor::scalar(a),
            Tensor::scalar(b),
            Tensor::from_values(&[rounds], &fibonacci[..rounds]),
            Tensor::from_values(&[rounds], &numbers[..rounds]),
        ];
        assert_eq!(outputs, Ok(expected));
    }
}

#[test]
fn data_ends_loops() {
    let (scalar, condition) = (Type::tensor(&[], Type::i64()), Type::tensor(&[], Type::i1()));
    let inputs = [scalar, condition, scalar, scalar];
    // Doubles until the limit is reached.
    let module = module(&inputs, &["most", "first", "x", "limit"], |builder, arguments| {
        add_loop(builder, &arguments[..3], 1, (None, &[scalar]), |builder, inside| {
            let double = builder.op("graph.add").operands(&[inside[1], inside[1]]).value();
            let follows = builder.op("graph.less").operands(&[double, arguments[3]]).value();
            vec![follows, double]
        })
    });
    let interpreter = Interpreter::new(&module).expect("there is @main");
    for (most, first, expected) in
        [(100, true, 16), (2, true, 4), (1, true, 2), (0, true, 1), (-3, true, 1), (100, false, 1)]
    {
        let arguments = [
            Tensor::scalar(most as i64),
            Tensor::from_bools(&[], &[first]),
            Tensor::scalar(1i64),
            Tensor::scalar(10i64),
        ];
        assert_eq!(interpreter.run(&arguments), Ok(vec![Tensor::scalar(expected as i64)]));
    }
}
