//! What is left of modules whose failure is that certain ops stand in them.

use kiln_diag::Sink;
use kiln_ir::{Module, Registry, verify};
use kiln_reduce::{Judge, Kind, reduce};
use kiln_syntax::PrintOptions;
use std::sync::Arc;

/// Finds modules interesting in which all of these ops stand, and wants each to be valid.
struct Needs(&'static [&'static str], usize);

impl Judge for Needs {
    fn is_interesting(&mut self, module: &Module) -> bool {
        self.1 += 1;
        assert!(verify(module, module.top()).is_empty(), "candidates are valid");
        self.0.iter().all(|name| !module.ops_named(module.top(), name).is_empty())
    }

    fn keep(&mut self, _module: &Module, _edit: Kind) {}
}

fn registry() -> Arc<Registry> {
    Registry::new(&[
        &kiln_builtin::DIALECT,
        &kiln_func::DIALECT,
        &kiln_arith::DIALECT,
        &kiln_scf::DIALECT,
        &kiln_graph::DIALECT,
    ])
}

fn check(text: &str, needs: &'static [&'static str], expected: &str) {
    let sink = Sink::new();
    let module =
        kiln_syntax::parse(text, "test.mlir", &registry(), &sink).unwrap_or_else(|| panic!("{:?}", sink.take()));
    let mut judge = Needs(needs, 0);
    let reduced = reduce(&module, &mut judge);
    let options = PrintOptions { locations: true, ..PrintOptions::default() };
    let printed = kiln_syntax::print(&reduced, reduced.top(), &options);
    let lines = |text: &str| text.lines().map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()).collect();
    let (printed, expected): (Vec<String>, Vec<String>) = (lines(&printed), lines(expected));
    assert_eq!(printed, expected);
    assert!(judge.1 < 300, "{} candidates", judge.1);
}

#[test]
fn a_chain_shrinks_to_the_op_that_matters() {
    let text = r#"
        !t = tensor<4xf32>
        func.func {sym_name = "other", function_type = (!t) -> !t} ({
        ^bb0(%a: !t):
          func.return %a : (!t) -> ()
        }) : () -> ()
        func.func {sym_name = "main", arg_names = ["x", "y"], res_names = ["p", "q"], function_type = (!t, !t) -> (!t, !t)} ({
        ^bb0(%x: !t, %y: !t):
          %0 = graph.exp %x {note = "kept by nobody"} : (!t) -> !t
          %1 = graph.tanh %0 : (!t) -> !t
          %2 = graph.sigmoid %1 : (!t) -> !t loc("net/sigmoid")
          %3 = graph.add %2, %y : (!t, !t) -> !t
          func.return %3, %2 : (!t, !t) -> ()
        }) : () -> ()"#;
    let expected = r#"
        builtin.module ({
          func.func {function_type = (tensor<4xf32>) -> (), sym_name = "main"} ({
          ^bb0(%arg0: tensor<4xf32> loc(unknown)):
            %0 = graph.sigmoid %arg0 : (tensor<4xf32>) -> tensor<4xf32> loc(unknown)
            func.return : () -> () loc(unknown)
          }) loc(unknown)
        }) loc(unknown)"#;
    check(text, &["graph.sigmoid"], expected);
}

#[test]
fn what_is_inside_a_region_takes_its_place() {
    let text = r#"
        func.func {sym_name = "main", function_type = (i1, f32) -> f32} ({
        ^bb0(%c: i1, %x: f32):
          %r = scf.if %c ({
            %a = arith.addf %x, %x : (f32, f32) -> f32
            %m = arith.mulf %a, %x : (f32, f32) -> f32
            scf.yield %m : (f32) -> ()
          }, {
            scf.yield %x : (f32) -> ()
          }) : (i1) -> f32
          func.return %r : (f32) -> ()
        }) : () -> ()"#;
    let expected = r#"
        builtin.module ({
          func.func {function_type = (f32) -> (), sym_name = "main"} ({
          ^bb0(%arg0: f32 loc(unknown)):
            %0 = arith.mulf %arg0, %arg0 : (f32, f32) -> f32 loc(unknown)
            func.return : () -> () loc(unknown)
          }) loc(unknown)
        }) loc(unknown)"#;
    check(text, &["arith.mulf"], expected);
}

#[test]
fn constants_become_uniform() {
    let text = r#"
        func.func {sym_name = "main", function_type = () -> tensor<3xf32>} ({
          %0 = graph.constant {value = dense<[1.0, 2.0, 3.0]> : tensor<3xf32>} : () -> tensor<3xf32>
          func.return %0 : (tensor<3xf32>) -> ()
        }) : () -> ()"#;
    let expected = r#"
        builtin.module ({
          func.func {function_type = () -> (), sym_name = "main"} ({
            %0 = graph.constant {value = dense<1.0e+00> : tensor<3xf32>} : () -> tensor<3xf32> loc(unknown)
            func.return : () -> () loc(unknown)
          }) loc(unknown)
        }) loc(unknown)"#;
    check(text, &["graph.constant"], expected);
}
