//! Graphs whose costs are known by hand.

use kiln_diag::Sink;
use kiln_ir::{Module, Registry, verify};
use kiln_measure::{Measure, Sizes};

/// A function `@main` of these parameters, result and lines.
fn module(parameters: &[(&str, &str)], result: &str, lines: &str) -> Module {
    let registry = Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT, &kiln_graph::DIALECT]);
    let types: Vec<&str> = parameters.iter().map(|(_, ty)| *ty).collect();
    let arguments: Vec<String> = parameters.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
    let attributes = format!("function_type = ({}) -> {result}, sym_name = \"main\"", types.join(", "));
    let text = format!("func.func {{{attributes}}} ({{\n^bb0({}):\n{lines}\n}})", arguments.join(", "));
    let sink = Sink::new();
    let module = kiln_syntax::parse(&text, "test.mlir", &registry, &sink);
    let module = module.unwrap_or_else(|| panic!("{text}: {:?}", sink.take()));
    let errors = verify(&module, module.top());
    assert!(errors.is_empty(), "{errors:?}");
    module
}

/// Ops, operations, traffic and peak, as text.
fn measure(module: &Module, sizes: &Sizes) -> (usize, [String; 3]) {
    let measure = Measure::of(module, sizes);
    let text = |count: Option<kiln_ir::DimExpr>| count.map_or("unknown".into(), |count| count.to_string());
    (measure.ops, [measure.operations, measure.traffic, measure.peak].map(text))
}

fn counts(module: &Module) -> (usize, [String; 3]) {
    measure(module, &Sizes::default())
}

#[test]
fn a_product_and_its_epilogue() {
    let module = module(
        &[("%x", "tensor<2x8xf32>"), ("%b", "tensor<4xf32>")],
        "tensor<2x4xf32>",
        "%w = graph.constant {value = dense<1.0> : tensor<8x4xf32>} : () -> tensor<8x4xf32>
         %p = graph.matmul %x, %w : (tensor<2x8xf32>, tensor<8x4xf32>) -> tensor<2x4xf32>
         %s = graph.add %p, %b : (tensor<2x4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
         %t = graph.multiply %s, %s : (tensor<2x4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
         func.return %t : (tensor<2x4xf32>) -> ()",
    );
    // The product reads 64 and 128 bytes and writes 32; the sum reads 32 and 16, the square reads 32 once.
    let traffic = (64 + 128 + 32) + (32 + 16 + 32) + (32 + 32);
    // While the sum runs, the product and the sum are alive; what is returned is the caller's.
    assert_eq!(counts(&module), (3, [2 * 2 * 4 * 8, traffic, 32 + 32].map(|count: i32| count.to_string())));
    let measure = Measure::of(&module, &Sizes::default());
    assert_eq!((measure.constants, measure.constant_bytes), (1, 128));
}

#[test]
fn convolutions_count_products_of_one_group() {
    let module = module(
        &[("%x", "tensor<1x4x6x6xf32>"), ("%w", "tensor<8x2x3x3xf32>")],
        "tensor<1x8x4x4xf32>",
        "%y = graph.conv %x, %w {strides = [1, 1], dilations = [1, 1], pad_low = [0, 0], pad_high = [0, 0], groups = 2, layout = \"channels_first\"} : (tensor<1x4x6x6xf32>, tensor<8x2x3x3xf32>) -> tensor<1x8x4x4xf32>
         func.return %y : (tensor<1x8x4x4xf32>) -> ()",
    );
    let counted = [2 * (8 * 4 * 4) * (2 * 3 * 3), 4 * (4 * 36 + 8 * 18 + 8 * 16), 0];
    assert_eq!(counts(&module), (1, counted.map(|count: i32| count.to_string())));
}

#[test]
fn attention_counts_both_products() {
    let module = module(
        &[("%q", "tensor<4x3x8xf32>"), ("%k", "tensor<2x5x8xf32>"), ("%v", "tensor<2x5x6xf32>")],
        "tensor<4x3x6xf32>",
        "%y = graph.attention %q, %k, %v {scale = 1.0} : (tensor<4x3x8xf32>, tensor<2x5x8xf32>, tensor<2x5x6xf32>) -> tensor<4x3x6xf32>
         func.return %y : (tensor<4x3x6xf32>) -> ()",
    );
    let counted = [2 * (4 * 3 * 5) * (8 + 6), 4 * (4 * 3 * 8 + 2 * 5 * 8 + 2 * 5 * 6 + 4 * 3 * 6), 0];
    assert_eq!(counts(&module), (1, counted.map(|count: i32| count.to_string())));
}

#[test]
fn a_kernel_moves_what_passes_its_border() {
    let module = module(
        &[("%x", "tensor<16xf32>")],
        "tensor<16xf32>",
        "%y = graph.fusion %x ({
         ^bb0(%a: tensor<16xf32>):
           %b = graph.exp %a : (tensor<16xf32>) -> tensor<16xf32>
           %c = graph.negate %b : (tensor<16xf32>) -> tensor<16xf32>
           graph.yield %c : (tensor<16xf32>) -> ()
         }) : (tensor<16xf32>) -> tensor<16xf32>
         func.return %y : (tensor<16xf32>) -> ()",
    );
    assert_eq!(counts(&module), (3, ["0", "128", "0"].map(String::from)));
}

#[test]
fn views_share_the_memory_of_what_they_show() {
    let module = module(
        &[("%x", "tensor<16xf32>")],
        "tensor<4x4xf32>",
        "%a = graph.exp %x : (tensor<16xf32>) -> tensor<16xf32>
         %v = graph.reshape %a {shape = #kiln.dims<[4, 4]>} : (tensor<16xf32>) -> tensor<4x4xf32>
         %b = graph.negate %x : (tensor<16xf32>) -> tensor<16xf32>
         %c = graph.negate %v : (tensor<4x4xf32>) -> tensor<4x4xf32>
         func.return %c : (tensor<4x4xf32>) -> ()",
    );
    // %a lives on as %v while the unused %b is written.
    assert_eq!(counts(&module).1, ["0".into(), (6 * 64).to_string(), "128".into()]);
}

#[test]
fn what_a_region_reads_lives_until_its_op_ends() {
    let module = module(
        &[("%x", "tensor<16xf32>"), ("%q", "tensor<i1>")],
        "tensor<16xf32>",
        "%a = graph.exp %x : (tensor<16xf32>) -> tensor<16xf32>
         %y = graph.if %q ({
           %b = graph.negate %a : (tensor<16xf32>) -> tensor<16xf32>
           %c = graph.exp %b : (tensor<16xf32>) -> tensor<16xf32>
           graph.yield %c : (tensor<16xf32>) -> ()
         }, {
           graph.yield %x : (tensor<16xf32>) -> ()
         }) : (tensor<i1>) -> tensor<16xf32>
         %z = graph.negate %y : (tensor<16xf32>) -> tensor<16xf32>
         func.return %z : (tensor<16xf32>) -> ()",
    );
    // %a, %y, %b and %c.
    assert_eq!(counts(&module).1[2], (4 * 64).to_string());
}

#[test]
fn every_round_of_a_loop_counts() {
    let n = "tensor<?x4xf32, #kiln.dims<[N, 4]>>";
    let module = module(
        &[("%x", "tensor<4x4xf32>"), ("%n", n)],
        "tensor<4x4xf32>",
        "%y = graph.loop %x {rounds = #kiln.dims<[N]>} ({
         ^bb0(%i: tensor<i64>, %a: tensor<4x4xf32>):
           %b = graph.matmul %a, %a {transpose_a = false, transpose_b = false} : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
           graph.yield %b : (tensor<4x4xf32>) -> ()
         }) : (tensor<4x4xf32>) -> tensor<4x4xf32>
         func.return %y : (tensor<4x4xf32>) -> ()",
    );
    // Two ops; 2 * 4 * 4 * 4 operations; %a is read, %b is written; %y is an output.
    assert_eq!(counts(&module), (2, ["128 * N", "128 * N", "64"].map(String::from)));
}

#[test]
fn symbols_stay_and_sizes_tell_where_the_peak_is() {
    let n = "tensor<?xf32, #kiln.dims<[N]>>";
    let module = module(
        &[("%x", n)],
        n,
        &format!(
            "%s = graph.reduce_sum %x {{axes = [0], keep_axes = true}} : ({n}) -> tensor<1xf32>
             %w = graph.broadcast %s {{shape = #kiln.dims<[100]>}} : (tensor<1xf32>) -> tensor<100xf32>
             %m = graph.reduce_max %w {{axes = [0], keep_axes = true}} : (tensor<100xf32>) -> tensor<1xf32>
             %a = graph.add %x, %m : ({n}, tensor<1xf32>) -> {n}
             %b = graph.exp %a : ({n}) -> {n}
             %c = graph.exp %b : ({n}) -> {n}
             func.return %c : ({n}) -> ()"
        ),
    );
    let (_, [operations, traffic, small]) = counts(&module);
    assert_eq!((operations.as_str(), traffic.as_str()), ("0", "28 * N + 816"));
    assert_eq!(small, "404");
    let main = kiln_func::find_function(&module, "main").expect("there");
    let shapes = [("x".to_owned(), vec![Some(1000)])];
    assert!(Sizes::of(&module, main, &shapes).is_err_and(|reason| reason.contains("no input 'x'")));
    let mut named = module.clone();
    named.set_attribute(main, "arg_names", vec![kiln_ir::Attribute::string("x")]);
    let sizes = Sizes::of(&named, main, &shapes).expect("x is an input");
    let (_, [_, traffic, large]) = measure(&named, &sizes);
    assert_eq!((traffic.as_str(), large.as_str()), ("28 * N + 816", "8 * N"));
    assert_eq!(Measure::of(&named, &sizes).traffic.and_then(|traffic| sizes.evaluate(traffic)), Some(28_816));
}
