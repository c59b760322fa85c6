//! Text in, text out.

use kiln_diag::Sink;
use kiln_ir::Registry;
use kiln_syntax::{PrintOptions, parse, print};

/// Reads `text` and prints it again in both forms, with and without locations and aliases; each must read back to the
/// same generic text. Gives that text.
fn check(text: &str) -> String {
    let registry = Registry::new(&[&kiln_builtin::DIALECT, &kiln_func::DIALECT]);
    let generic = PrintOptions { generic: true, ..PrintOptions::default() };
    let read = |text: &str| {
        let sink = Sink::new();
        let module = parse(text, "test.mlir", &registry, &sink);
        module.unwrap_or_else(|| panic!("{text}\n{:#?}", sink.take()))
    };
    let module = read(text);
    let expected = print(&module, module.top(), &generic);
    for options in [
        generic.clone(),
        PrintOptions::default(),
        PrintOptions { aliases: true, ..PrintOptions::default() },
        PrintOptions { locations: true, aliases: true, ..generic.clone() },
        PrintOptions { resources: Some(1 << 20), ..PrintOptions::default() },
    ] {
        let text = print(&module, module.top(), &options);
        let again = read(&text);
        assert_eq!(print(&again, again.top(), &generic), expected, "through\n{text}");
        assert_eq!(print(&again, again.top(), &options), text);
    }
    expected
}

/// Reads an attribute and prints it.
fn check_attribute(text: &str, expected: &str) {
    let attribute = kiln_syntax::parse_attribute(text).unwrap_or_else(|reason| panic!("{text}: {reason}"));
    assert_eq!(attribute.to_string(), expected);
    let again = kiln_syntax::parse_attribute(expected).unwrap_or_else(|reason| panic!("{expected}: {reason}"));
    assert_eq!(again, attribute, "{expected}");
    check(&format!("\"test.op\"() {{a = {text}}} : () -> ()"));
}

fn check_type(text: &str) {
    let ty = kiln_syntax::parse_type(text).unwrap_or_else(|reason| panic!("{text}: {reason}"));
    assert_eq!(ty.to_string(), text);
}

#[test]
fn types() {
    for text in [
        "f16",
        "bf16",
        "f32",
        "f64",
        "f80",
        "f128",
        "tf32",
        "f8E4M3FN",
        "f8E5M2",
        "i1",
        "i17",
        "si8",
        "ui64",
        "index",
        "none",
        "complex<f32>",
        "tuple<>",
        "tuple<i1, tuple<f32>>",
        "() -> ()",
        "(i1) -> f32",
        "(i1, f32) -> (f32, i1)",
        "(i1) -> ((i1) -> i1)",
        "tensor<f32>",
        "tensor<0x2x?xf32>",
        "tensor<*xf32>",
        "tensor<2xcomplex<f64>>",
        "tensor<?x3x?xf32, #kiln.dims<[N, 3, (W + 1) floordiv 2]>>",
        "tensor<2xf32, \"csr\">",
        "vector<16xf32>",
        "vector<2x[4]xi8>",
        "vector<f32>",
        "memref<?xf32>",
        "memref<2x3xf32, strided<[?, 1], offset: ?>>",
        "memref<2xf32, affine_map<(d0) -> (d0 * 2)>, 3>",
        "memref<2xf32, 3 : i32>",
        "memref<*xf32>",
        "memref<*xf32, 1>",
        "f4E2M1FN",
        "f8E8M0FNU",
        "!llvm.ptr",
        "!llvm.struct<(ptr, array<2 x i64>)>",
        "!graph.string",
        "!opaque<\"a b\">",
    ] {
        check_type(text);
    }
}

#[test]
fn attributes() {
    let same = |text: &str| check_attribute(text, text);
    for text in [
        "unit",
        "5",
        "-5",
        "5 : i8",
        "-128 : i8",
        "255 : ui8",
        "5 : index",
        "true",
        "false",
        "1.5e+00",
        "1.0e-01 : f32",
        "-0.0e+00 : f32",
        "0x7F800000 : f32",
        "0x7FC0 : bf16",
        "0x7FF0000000000000 : f64",
        "6.103515625e-05 : f16",
        "\"a\\22b\\0A\\C3\\A9\"",
        "f32",
        "(f32) -> i1",
        "[]",
        "[1, \"a\", [2]]",
        "{}",
        "{a = 1, \"b c\", d = {}}",
        "@main",
        "@\"a b\"::@c",
        "array<i64>",
        "array<i64: 1, -2>",
        "array<i1: true, false>",
        "array<f32: 1.0e+00>",
        "dense<5> : tensor<2x3xi64>",
        "dense<[[1, 2], [3, 4]]> : tensor<2x2xi8>",
        "dense<> : tensor<0xf32>",
        "dense<7> : tensor<i64>",
        "dense<[-1.5e+00, 0x7F800001]> : tensor<2xf32>",
        "dense<[true, false]> : tensor<2xi1>",
        "dense<0.0e+00> : vector<16xf32>",
        "dense<[\"a\", \"b\\FF\"]> : tensor<2x!graph.string>",
        "dense<(1.0e+00,-2.0e+00)> : tensor<2xcomplex<f32>>",
        "dense<[0x01, 0xFF]> : tensor<2xf8E4M3FN>",
        "dense<[0, 18446744073709551615]> : tensor<2xui64>",
        "dense_resource<key> : tensor<1000xf32>",
        "dense_resource<\"a b\"> : tensor<1xf32>",
        "#kiln.dims<[N, 2 * H + 1, 3, ?]>",
        "#kiln.dims<[min(A, B), max(A, 2), (N * \"x y\") floordiv 3, A mod B]>",
        "affine_map<(d0, d1)[s0] -> (d0 + s0)>",
        "affine_map<() -> ()>",
        "affine_map<(d0) -> (d0 floordiv 2, d0 mod 3, -d0, d0 - 1, d0 * -2, (d0 + 1) ceildiv 4)>",
        "affine_set<(d0)[s0] : (d0 - s0 >= 0, d0 == 0)>",
        "strided<[1, ?]>",
        "strided<[], offset: 4>",
        "loc(unknown)",
        "loc(\"a\")",
        "loc(\"a.mlir\":1:2)",
        "loc(\"a\"(\"a.mlir\":1:2))",
        "loc(callsite(\"a\" at \"b\"))",
        "loc(fused[\"a\", \"b\"])",
        "loc(fused<\"pass\">[\"a\", \"b\"])",
        "loc(\"a.mlir\":1:2 to 3:4)",
        "loc(\"a.mlir\":1:2 to :4)",
        "distinct[3]<42 : i32>",
        "distinct[0]<>",
        "0x7F800001 : f32",
        "0x7FF0000000000001 : f64",
        "3.14000000000000012434 : f80",
        "0x7C : f8E5M2",
        "123456789012345678901234567890123456789012345 : i256",
        "\"\\FF\\00\"",
        "\"x\" : !test.string",
        "#complex.number<:f32 1.0, 2.0> : complex<f32>",
        "sparse<[[0, 0], [1, 2]], [1, 5]> : tensor<3x4xi32>",
        "dense<[1, -2]> : tensor<2xi7>",
        "dense<(1,2)> : tensor<2xcomplex<i32>>",
        "dense<[1, -170141183460469231731687303715884105728]> : tensor<2xi128>",
        "array<i24: 1, -2>",
        "#llvm.linkage<external>",
        "#opaque<\"x\">",
    ] {
        same(text);
    }
}

#[test]
fn attributes_in_other_words() {
    check_attribute("0x10 : i32", "16 : i32");
    check_attribute("255 : i8", "-1 : i8");
    check_attribute("1 : i1", "true");
    check_attribute("dense<5> : tensor<1xi64>", "dense<[5]> : tensor<1xi64>");
    check_attribute("dense<\"0x0100000002000000\"> : tensor<2xi32>", "dense<[1, 2]> : tensor<2xi32>");
    check_attribute("dense<\"0x05\"> : tensor<3xi1>", "dense<[true, false, true]> : tensor<3xi1>");
    check_attribute("dense<1> : tensor<2xf32>", "dense<1.0e+00> : tensor<2xf32>");
    check_attribute("affine_map<(i, j) -> (i - j)>", "affine_map<(d0, d1) -> (d0 - d1)>");
    check_attribute("{b, a = unit}", "{a, b}");
    check_attribute("\"\\n\\t\\\\\"", "\"\\0A\\09\\\\\"");
}

#[test]
fn ops() {
    let text = r#""builtin.module"() ({
  "func.func"() ({
  ^bb0(%arg0: f32, %arg1: i1):
    %0:2 = "test.two"(%arg0) {axis = 1} : (f32) -> (f32, i64)
    "test.use"(%0#1, %0#0) : (i64, f32) -> ()
    "test.branch"(%arg1)[^bb2, ^bb1] : (i1) -> ()
  ^bb1:
    "test.branch"()[^bb2] : () -> ()
  ^bb2:
    func.return %arg0 : (f32) -> ()
  }) {function_type = (f32, i1) -> f32, sym_name = "main"} : () -> ()
  "test.regions"() ({
  }, {
  ^bb0:
  }) : () -> ()
}) : () -> ()
"#;
    assert_eq!(check(text), text.replace("func.return %arg0", "\"func.return\"(%arg0)"));
}

#[test]
fn forward_references() {
    check("%a = \"t.a\"(%b#1, %b#0) : (f32, i1) -> i8\n%b:2 = \"t.b\"(%a) : (i8) -> (i1, f32)");
    check("\"t.r\"() ({ \"t.use\"(%later) : (f32) -> () }) : () -> ()\n%later = \"t.d\"() : () -> f32");
}

#[test]
fn names_are_scoped() {
    check("\"t.r\"() ({ %x = \"t.a\"() : () -> f32 }, { %x = \"t.a\"() : () -> i1 }) : () -> ()");
    check("%x = \"t.a\"() : () -> f32\n\"builtin.module\"() ({ %x = \"t.a\"() : () -> i1 }) : () -> ()");
}

#[test]
fn properties_join_the_attributes_of_ops_that_are_known() {
    let text = check("%a, %b:2 = \"t.a\"() <{p = 1}> {q = 2} : () -> (i1, i2, i3)");
    assert!(text.contains("%0:3 = \"t.a\"() <{p = 1}> {q = 2} : () -> (i1, i2, i3)"), "{text}");
    let text = check("\"builtin.module\"() <{sym_name = \"m\"}> ({ ^bb0: }) {q = 2} : () -> ()");
    assert!(text.contains("{q = 2, sym_name = \"m\"}"), "{text}");
}

#[test]
fn aliases_and_locations() {
    let text = "!t = tensor<2xf32>\n#map = affine_map<(d0) -> (d0)>\n#loc = loc(\"a\")\n\
                \"t.a\"() {m = #map, t = !t} : () -> () loc(#loc1)\n\"t.b\"() : () -> () loc(fused[#loc, \"b\"])\n\
                #loc1 = loc(\"x\"(#loc))\n";
    let registry = Registry::new(&[]);
    let module = parse(text, "f", &registry, &Sink::new()).expect("valid");
    let options = PrintOptions { locations: true, ..PrintOptions::default() };
    let printed = print(&module, module.top(), &options);
    assert!(
        printed.contains("{m = affine_map<(d0) -> (d0)>, t = tensor<2xf32>} : () -> () loc(\"x\"(\"a\"))"),
        "{printed}"
    );
    assert!(printed.contains("\"t.b\"() : () -> () loc(fused[\"a\", \"b\"])"), "{printed}");
}

#[test]
fn resources() {
    let text = "\"t.a\"() {v = dense_resource<k> : tensor<2xi16>} : () -> ()\n{-#\n  dialect_resources: {\n    builtin: \
                {\n      k: \"0x0400000001000200\",\n      unused: \"0x00\"\n    }\n  },\n  external_resources: {\n    \
                tool: {\n      flag: true,\n      text: \"x\"\n    }\n  }\n#-}\n";
    check(text);
    let module = parse(text, "f", &Registry::new(&[]), &Sink::new()).expect("valid");
    let tensor = module.blobs.find("k").expect("attached");
    assert_eq!(tensor.values::<i16>().as_ref(), [1, 2]);
}
