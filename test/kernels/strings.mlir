// symbols: N=1; N=9
// range: x=-3..3
!x = tensor<?xi64, #kiln.dims<[N]>>
!f = tensor<?xf32, #kiln.dims<[N]>>
!d = tensor<?xf64, #kiln.dims<[N]>>
!b = tensor<?xi1, #kiln.dims<[N]>>
!s = tensor<?x!graph.string, #kiln.dims<[N]>>
func.func {sym_name = "main", arg_names = ["x", "f"], function_type = (!x, !f) -> (!x, !x, !b, !x, !d, !b)} ({
^bb0(%x: !x, %f: !f):
  %table = graph.constant {value = dense<["-2", "-3", "1", "2"]> : tensor<4x!graph.string>} : () -> tensor<4x!graph.string>
  %suffix = graph.constant {value = dense<["0"]> : tensor<1x!graph.string>} : () -> tensor<1x!graph.string>
  %suffixes = graph.broadcast %suffix : (tensor<1x!graph.string>) -> !s
  %spelled = graph.string_format %x : (!x) -> !s
  %found = graph.string_find %spelled, %table : (!s, tensor<4x!graph.string>) -> !x
  %rank = graph.string_rank %spelled : (!s) -> !x
  %joined = graph.string_concat %spelled, %suffixes : (!s, !s) -> !s
  %tenfold = graph.string_parse %joined : (!s) -> !x
  %equal = graph.string_equal %spelled, %joined : (!s, !s) -> !b
  %double = graph.cast %f : (!f) -> !d
  %float = graph.string_format %double : (!d) -> !s
  %number = graph.string_parse %float : (!s) -> !d
  %classes = graph.constant {value = dense<0> : tensor<256xui8>} : () -> tensor<256xui8>
  %next = graph.constant {value = dense<[[1], [2], [3], [3]]> : tensor<4x1xi32>} : () -> tensor<4x1xi32>
  %accepts = graph.constant {value = dense<[false, false, true, false]> : tensor<4xi1>} : () -> tensor<4xi1>
  %match = graph.string_match %joined, %classes, %next, %accepts : (!s, tensor<256xui8>, tensor<4x1xi32>, tensor<4xi1>) -> !b
  func.return %found, %rank, %equal, %tenfold, %number, %match : (!x, !x, !b, !x, !d, !b) -> ()
}) : () -> ()
// -----
// symbols: N=1; N=2
!n = tensor<?x2xf32, #kiln.dims<[N, 2]>>
!c = tensor<?x6xi64, #kiln.dims<[N, 6]>>
!p = tensor<?x6x2x!graph.string, #kiln.dims<[N, 6, 2]>>
!e = tensor<?x6x2xi1, #kiln.dims<[N, 6, 2]>>
!w = tensor<?x6x!graph.string, #kiln.dims<[N, 6]>>
func.func {sym_name = "main", arg_names = ["x"], function_type = (!n) -> (!c, !c, !e, !e, !e)} ({
^bb0(%x: !n):
  %row = graph.constant {value = dense<[["a-b--c", "", "  Zwei   Wörter ", "-", "STRAẞE", "ß-ÿ"]]> : tensor<1x6x!graph.string>} : () -> tensor<1x6x!graph.string>
  %words = graph.broadcast %row : (tensor<1x6x!graph.string>) -> !w
  %dash = graph.constant {value = dense<["-"]> : tensor<1x!graph.string>} : () -> tensor<1x!graph.string>
  %delimiter = graph.reshape %dash : (tensor<1x!graph.string>) -> tensor<!graph.string>
  %none = graph.constant {value = dense<[""]> : tensor<1x!graph.string>} : () -> tensor<1x!graph.string>
  %space = graph.reshape %none : (tensor<1x!graph.string>) -> tensor<!graph.string>
  %0 = graph.string_pieces %words, %delimiter {most = 3} : (!w, tensor<!graph.string>) -> !c
  %1 = graph.string_pieces %words, %space {most = 9} : (!w, tensor<!graph.string>) -> !c
  %2 = graph.string_split %words, %delimiter {most = 3, width = #kiln.dims<[2]>} : (!w, tensor<!graph.string>) -> !p
  %3 = graph.string_split %words, %space {most = 2, width = #kiln.dims<[2]>} : (!w, tensor<!graph.string>) -> !p
  %4 = graph.string_case %2 {to = "upper"} : (!p) -> !p
  %5 = graph.string_case %4 {to = "lower"} : (!p) -> !p
  %6 = graph.string_equal %2, %5 : (!p, !p) -> !e
  %7 = graph.string_equal %3, %4 : (!p, !p) -> !e
  %8 = graph.string_case %5 {to = "upper_ascii"} : (!p) -> !p
  %9 = graph.string_equal %8, %4 : (!p, !p) -> !e
  func.return %0, %1, %6, %7, %9 : (!c, !c, !e, !e, !e) -> ()
}) : () -> ()
