//! Dialect conversion on small modules of ops that no dialect defines.

use kiln_diag::Sink;
use kiln_ir::{Builder, Module, Op, PatternSet, Registry, Rewrite, Type};
use kiln_rewrite::{ConversionTarget, TypeConverter, cast, convert};

/// `source.make : index`, `source.use`, one after the other.
fn module() -> Module {
    let mut module = Module::new(Registry::new(&[]));
    let body = module.body();
    let mut builder = Builder::at_end(&mut module, body);
    let value = builder.op("source.make").result(Type::index()).value();
    builder.op("source.use").operand(value).build();
    module
}

fn names(module: &Module) -> Vec<&'static str> {
    module.block_ops(module.body()).map(|op| module.name(op).as_str()).collect()
}

fn converter() -> TypeConverter {
    TypeConverter::new().rule(|ty| ty.is_index().then(Type::i64))
}

/// Makes `target.make : i64`.
fn convert_make(module: &mut Module, op: Op) -> Rewrite {
    let mut builder = Builder::before(module, op);
    let value = builder.op("target.make").result(Type::i64()).value();
    let seen = cast(&mut builder, value, Type::index());
    module.replace(op, &[seen]);
    Ok(())
}

fn convert_use(module: &mut Module, op: Op) -> Rewrite {
    let operand = module.operand(op, 0);
    let mut builder = Builder::before(module, op);
    let operand = converter().converted(&mut builder, operand);
    builder.op("target.use").operand(operand).build();
    module.erase(op);
    Ok(())
}

fn refuse(_: &mut Module, _: Op) -> Rewrite {
    Err("the moon is wrong".into())
}

#[test]
fn casts_between_converted_ops_cancel() {
    let mut module = module();
    let mut patterns = PatternSet::new();
    patterns.add_fn("make", "source.make", convert_make).add_fn("use", "source.use", convert_use);
    let (sink, top) = (Sink::new(), module.top());
    let target = ConversionTarget::full().legal_dialect("target");
    assert_eq!(convert(&mut module, top, &target, &patterns, &sink), 2);
    assert_eq!(sink.take(), []);
    assert_eq!(names(&module), ["target.make", "target.use"]);
}

#[test]
fn every_leftover_is_reported_with_its_reason() {
    let mut module = module();
    let mut patterns = PatternSet::new();
    patterns.add_fn("refuse", "source.use", refuse);
    let (sink, top) = (Sink::new(), module.top());
    convert(&mut module, top, &ConversionTarget::partial().illegal_dialect("source"), &patterns, &sink);
    let found = sink.take();
    let texts: Vec<(&str, &str)> =
        found.iter().map(|diagnostic| (diagnostic.message.as_str(), diagnostic.notes[0].as_str())).collect();
    assert_eq!(
        texts,
        [
            ("source.make: cannot be converted", "no pattern is rooted at this op"),
            ("source.use: cannot be converted", "pattern 'refuse': the moon is wrong"),
        ]
    );
}

#[test]
fn casts_that_are_still_needed_are_reported() {
    let mut module = module();
    let mut patterns = PatternSet::new();
    patterns.add_fn("make", "source.make", convert_make);
    let (sink, top) = (Sink::new(), module.top());
    let target = ConversionTarget::full().legal_dialect("target").legal_op("source.use");
    convert(&mut module, top, &target, &patterns, &sink);
    let messages: Vec<String> = sink.take().into_iter().map(|diagnostic| diagnostic.message).collect();
    assert_eq!(messages, ["builtin.unrealized_conversion_cast: a value of type [i64] is still used as [index]"]);
}

#[test]
fn what_may_stay_stays() {
    let mut module = module();
    let mut patterns = PatternSet::new();
    patterns.add_fn("make", "source.make", convert_make);
    let (sink, top) = (Sink::new(), module.top());
    let target = ConversionTarget::partial().legal_op_if("source.make", |module, op| !module.results(op).is_empty());
    assert_eq!(convert(&mut module, top, &target, &patterns, &sink), 0);
    assert_eq!(names(&module), ["source.make", "source.use"]);
}

#[test]
fn block_arguments_change_type() {
    let mut module = Module::new(Registry::new(&[]));
    let body = module.body();
    let op = Builder::at_end(&mut module, body).op("test.region").regions(1).build();
    let region = module.regions(op)[0];
    let block = module.create_block(region, &[Type::index(), Type::f32()]);
    let argument = module.arguments(block)[0];
    Builder::at_end(&mut module, block).op("test.use").operand(argument).build();
    converter().convert_arguments(&mut module, block);
    assert_eq!(module.ty(argument), Type::i64());
    let user = module.last_op(block).expect("there is a user");
    assert_eq!(module.operand_types(user), [Type::index()]);
    assert_eq!(module.ops_of(block).len(), 2);
}
