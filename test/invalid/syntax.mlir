// Mistakes in the text are found all at once, each at its place.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

// Reading goes on with the next op.
// expected-error@+1 {{there is no op 'func.retrun'}}
func.retrun : () -> ()
// expected-error@+2 {{there is no op 'grpah.cnov'}}
// expected-note@+1 {{did you mean 'graph.conv'?}}
grpah.cnov : () -> ()
// expected-error@+2 {{there is no op 'grpah.nothing_of_the_kind_at_all'}}
// expected-note@+1 {{did you mean the dialect 'graph'?}}
grpah.nothing_of_the_kind_at_all : () -> ()
// expected-error@+2 {{there is no op 'toy.something_else'}}
// expected-note@+1 {{an op of no registered dialect is written in quotes, in generic form}}
toy.something_else : () -> ()
// expected-error@+1 {{unexpected ')', expected a type}}
%0 = "test.a"() : () -> (f32, )
// expected-error@+1 {{'f23' is no type; did you mean 'f32'?}}
%1 = "test.a"() : () -> f23
// expected-error@+1 {{'%missing' is not defined}}
"test.b"(%missing) : (f32) -> ()

// -----

// What cannot be read is defined nevertheless.
// expected-error@+1 {{unexpected '}', expected an attribute}}
%0 = "test.a"() {a = } : () -> f32
"test.b"(%0) : (f32) -> ()
// expected-error@+1 {{unexpected ')', expected an attribute}}
"test.c"() {a = ) : () -> ()

// -----

// expected-note@+2 {{defined here}}
// expected-note@+1 {{previously defined here}}
%0 = "test.a"() : () -> f32
// expected-error@+1 {{'%0' is of type f32, not i32}}
"test.b"(%0) : (i32) -> ()
// expected-error@+1 {{'%0' has 1 values, there is no number 1}}
"test.b"(%0#1) : (f32) -> ()
// expected-error@+1 {{1 operands, but 2 types for them}}
"test.b"(%0) : (f32, f32) -> ()
// expected-error@+1 {{2 names, but 1 results}}
%1:2 = "test.a"() : () -> f32
// expected-error@+1 {{'%0' is defined twice}}
%0 = "test.a"() : () -> f32

// -----

// expected-error@+2 {{'%x' is used as a value of type i1}}
// expected-note@+1 {{previously used here with type i1}}
"test.b"(%x) : (i1) -> ()
// expected-error@+1 {{'%x' is of type i1, not i8}}
"test.b"(%x) : (i8) -> ()
// expected-note@+1 {{defined here with type f32}}
%x = "test.a"() : () -> f32

// -----

"test.regions"() ({
  // expected-error@+1 {{there is no block '^lost' in this region}}
  "test.branch"()[^lost] : () -> ()
// expected-note@+1 {{previously defined here}}
^last:
  "test.end"() : () -> ()
// expected-error@+1 {{'^last' is defined twice}}
^last:
  "test.end"() : () -> ()
}) : () -> ()

// -----

#map = affine_map<(d0) -> (d0)>
// expected-error@+1 {{'#mpa' is not defined; did you mean '#map'?}}
"test.a"() {m = #mpa} : () -> ()

// -----

// expected-note@+1 {{previously defined here}}
#map = affine_map<(d0) -> (d0)>
// expected-error@+1 {{the alias is defined twice}}
#map = affine_map<() -> ()>
// expected-error@+1 {{'d1' is neither a dimension nor a symbol of the map}}
"test.a"() {m = affine_map<(d0) -> (d1)>} : () -> ()

// -----

// expected-error@+1 {{'a' occurs twice}}
"test.a"() {a = 1, a = 2} : () -> ()
// expected-error@+1 {{attribute 'a' is set twice}}
"builtin.module"() <{a = 1}> ({^bb0:}) {a = 2} : () -> ()
// What properties mean is not known of an op that no dialect defines.
"test.a"() <{a = 1}> {a = 2} : () -> ()
// expected-error@+1 {{unexpected 'c', expected ',' or '}'}}
"test.a"() {a = 1, b c} : () -> ()
// expected-error@+1 {{unexpected '=', expected the name of an attribute}}
"test.a"() {= 1} : () -> ()
// expected-error@+1 {{256 does not fit in i8}}
"test.a"() {a = 256 : i8} : () -> ()
// expected-error@+1 {{a number of type f32 needs a point: 1.0}}
"test.a"() {a = 1 : f32} : () -> ()
// expected-error@+1 {{the items of a list differ in shape}}
"test.a"() {a = dense<[[1], [1, 2]]> : tensor<2x2xi8>} : () -> ()
// expected-error@+1 {{the elements are of shape [2], but the type is tensor<3xi8>}}
"test.a"() {a = dense<[1, 2]> : tensor<3xi8>} : () -> ()
// expected-error@+1 {{expected 4 bytes of data, found 3}}
"test.a"() {a = dense<"0x000000"> : tensor<4xi8>} : () -> ()
// expected-error@+1 {{the extents and #kiln.dims do not agree}}
"test.a"() {a = tensor<2xf32, #kiln.dims<[N]>>} : () -> ()
// expected-error@+1 {{an extent must not be negative}}
"test.a"() {a = #kiln.dims<[0 - 1]>} : () -> ()
// expected-error@+1 {{an unknown escape}}
"test.a"() {a = "\q"} : () -> ()

// -----

// expected-error@+4 {{unexpected end of text, expected '}'}}
// expected-note@+1 {{the region begins here}}
"test.a"() ({
  "test.b"() : () -> ()
