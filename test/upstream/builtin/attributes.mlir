// Every kind of attribute, on ops of no dialect.
#map = affine_map<(d0, d1)[s0, s1] -> (d0 + s0, d1 * 2 - s1, d0 mod 3, d0 floordiv s0, d1 ceildiv 4, -d0 + 7)>
#set = affine_set<(d0, d1)[s0] : (d0 - d1 * 2 >= 0, s0 == 0, d0 - 1 >= 0)>
#text = "an alias of a string"
#shared = distinct[0]<"a name">

module attributes {any.unit, any.number = 5 : i32, "any.needs quotes" = true} {
  "any.integers"() {
    a = 0, b = -9223372036854775808, c = 9223372036854775807, d = 1 : i8, e = -128 : i8, f = 255 : ui8, g = -128 : si8,
    h = 7 : index, i = true, j = false, k = 1 : i128, l = -170141183460469231731687303715884105728 : i128,
    m = 340282366920938463463374607431768211455 : ui128, n = 123456789012345678901234567890123456789012345678901 : i256,
    o = -4 : i3, p = 3 : i2, q = 0x1F : i32, r = 170141183460469231731687303715884105727 : i128,
    s = -123456789012345678901234567890123456789012345678901 : i256, t = 3 : i1024
  } : () -> ()
  "any.floats"() {
    a = 0.0, b = -0.0, c = 1.0 : f32, d = 0.1 : f32, e = 3.4028234663852886E+38 : f32, f = 1.401298464324817E-45 : f32,
    g = 0x7F800000 : f32, h = 0xFF800000 : f32, i = 0x7FC00000 : f32, j = 0x7F800001 : f32, k = 0xFFFFFFFF : f32,
    l = 0x7FF0000000000000 : f64, m = 0x7FF8000000000000 : f64, n = 0x7FF0000000000001 : f64, o = 1.0e300 : f64,
    p = 0.333333333333333314829616256247 : f64, q = 1.5 : f16, r = 0x7C00 : f16, s = 0x7C01 : f16, t = 65504.0 : f16,
    u = 0.1 : bf16, v = 0x7FC0 : bf16, w = 0xFF80 : bf16, x = 1.0 : f80, y = 0.1 : f128, z = 0.1 : tf32
  } : () -> ()
  "any.small_floats"() {
    a = 1.5 : f8E5M2, b = 0x7C : f8E5M2, c = 448.0 : f8E4M3FN, d = 0x7F : f8E4M3FN, e = 1.0 : f8E4M3FNUZ,
    f = 1.0 : f8E5M2FNUZ, g = 1.0 : f8E4M3, h = 1.0 : f8E3M4, i = 1.0 : f8E4M3B11FNUZ, j = 2.0 : f8E8M0FNU,
    k = 1.0 : f4E2M1FN, l = 1.0 : f6E2M3FN, m = 1.0 : f6E3M2FN, n = 0x80 : f8E4M3FNUZ
  } : () -> ()
  "any.strings"() {
    a = "", b = "plain", c = "quote \" backslash \\ line \n tab \t bell \07", d = "\C3\A9t\C3\A9", e = "\FF\00\80",
    f = "typed" : !any.string, g = #text, h = "} > ) ] // #map !type @symbol"
  } : () -> ()
  "any.containers"() {
    a = [], b = [1, "x", [2.0, [true]], {}], c = {}, d = {y = 1 : i8, x, "z z" = [unit]}, e = unit, f
  } : () -> ()
  "any.symbols"() {
    a = @plain, b = @"with blank", c = @outer::@inner::@"in ner", d = [@a, @b::@c], e = @dotted.name$x, f = @"0"
  } : () -> ()
  "any.types"() {
    a = i32, b = () -> (), c = (i32, f32) -> (i64, tensor<2xf32>), d = !any.type, e = !any.type<i32, "x", [1, 2]>,
    f = (i32) -> ((i32) -> i32), g = none, h = tuple<i32, tuple<>>, i = complex<f64>
  } : () -> ()
  "any.arrays"() {
    a = array<i8>, b = array<i8: -1, 2>, c = array<i16: 1>, d = array<i32: 1, 2, 3>, e = array<i64: -9223372036854775808>,
    f = array<i1: true, false>, g = array<f32: 1.0, 0x7F800000>, h = array<f64: 0.1>, i = array<f16: 1.0>, j = array<i24: 5>,
    k = array<ui8: 200>, l = array<i128: 1, -1>
  } : () -> ()
  "any.affine"() {
    a = #map, b = #set, c = affine_map<() -> ()>, d = affine_map<()[s0] -> (s0 * s0)>, e = affine_set<() : (1 == 0)>,
    f = affine_map<(d0) -> (d0, (d0 + 1) * 3, (d0 floordiv 2) mod 5, 0, -1)>, g = affine_map<(i, j, k) -> (k, j, i)>
  } : () -> ()
  "any.layouts"() {
    a = strided<[]>, b = strided<[1]>, c = strided<[?, 1], offset: ?>, d = strided<[-2, 1], offset: 7>
  } : () -> ()
  "any.dialects"() {
    a = #any.plain, b = #any.body<1, [2], {x = "}>"}>, c = #any<"opaque">, d = #any.arrow<(i32) -> i64>,
    e = #any.nested<#other.attr<!third.type<4>>>, f = #complex.number<:f32 1.0, 2.0> : complex<f32>,
    g = #any.map<affine_map<(d0) -> (d0)>>
  } : () -> ()
  "any.distinct"() {
    a = distinct[1]<42 : i32>, b = distinct[2]<42 : i32>, c = distinct[3]<>, d = #shared, e = [#shared]
  } : () -> ()
  "any.properties"() <{a = 1 : i32, b = "x"}> {a = 2 : i32, c = #map} : () -> ()
  "any.properties"() <{}> : () -> ()
  "any.properties"() <"not a dictionary"> : () -> ()
}
