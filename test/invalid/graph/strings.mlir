// What the verifier says about ops on strings.
// RUN: kiln-opt %s --split-input-file --verify-diagnostics

%s = "test.value"() : () -> tensor<2x!graph.string>
%t = "test.value"() : () -> tensor<3x!graph.string>
%m = "test.value"() : () -> tensor<2x2x!graph.string>
%x = "test.value"() : () -> tensor<2xi32>
%c = "test.value"() : () -> tensor<256xui8>
%n = "test.value"() : () -> tensor<3x2xi64>
%a = "test.value"() : () -> tensor<3xi1>
%d = "test.value"() : () -> tensor<!graph.string>
// expected-error@+1 {{graph.string_equal: both operands must have one shape}}
%0 = graph.string_equal %s, %t : (tensor<2x!graph.string>, tensor<3x!graph.string>) -> tensor<2xi1>
// expected-error@+1 {{graph.string_equal: operand 'b' must be a ranked tensor of strings, not tensor<2xi32>}}
%1 = graph.string_equal %s, %x : (tensor<2x!graph.string>, tensor<2xi32>) -> tensor<2xi1>
// expected-error@+1 {{graph.string_find: the table must be a vector, not of rank 2}}
%2 = graph.string_find %s, %m : (tensor<2x!graph.string>, tensor<2x2x!graph.string>) -> tensor<2xi64>
// expected-error@+1 {{graph.string_case: attribute 'to' must be one of "lower", "upper", "lower_ascii", "upper_ascii", not "title"}}
%3 = graph.string_case %s {to = "title"} : (tensor<2x!graph.string>) -> tensor<2x!graph.string>
// expected-error@+1 {{graph.string_pieces: the delimiter must be one string, of rank 0}}
%4 = graph.string_pieces %s, %t {most = 1} : (tensor<2x!graph.string>, tensor<3x!graph.string>) -> tensor<2xi64>
// expected-error@+1 {{graph.string_pieces: there must be one piece at least, not 0}}
%5 = graph.string_pieces %s, %d {most = 0} : (tensor<2x!graph.string>, tensor<!graph.string>) -> tensor<2xi64>
// expected-error@+1 {{graph.string_split: the width must be one number}}
%6 = graph.string_split %s, %d {most = 1, width = #kiln.dims<[1, 2]>} : (tensor<2x!graph.string>, tensor<!graph.string>) -> tensor<2x1x!graph.string>
// expected-error@+1 {{graph.string_match: classes must be 256 of ui8, transitions a matrix of i32 of static extents, accepts one i1 for each state}}
%7 = graph.string_match %s, %c, %n, %a : (tensor<2x!graph.string>, tensor<256xui8>, tensor<3x2xi64>, tensor<3xi1>) -> tensor<2xi1>
// expected-error@+1 {{graph.string_format: the numbers must be i64, ui64 or f64}}
%8 = graph.string_format %x : (tensor<2xi32>) -> tensor<2x!graph.string>
// expected-error@+1 {{graph.string_parse: the result must be i64, ui64 or f64, of the operand's shape}}
%9 = graph.string_parse %s : (tensor<2x!graph.string>) -> tensor<2xf32>
// expected-error@+1 {{graph.call: the runtime has no function "puts": its names begin with kiln_}}
%10 = graph.call %x {callee = "puts", numbers = #kiln.dims<[2]>} : (tensor<2xi32>) -> tensor<2xi32>
