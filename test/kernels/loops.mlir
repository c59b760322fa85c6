// Two values that swap, and two that follow each other: copies have an order, or go aside.
// symbols: N=0; N=1; N=2; N=7
!x = tensor<4xf32>
!n = tensor<?xf32, #kiln.dims<[N]>>
func.func {sym_name = "main", function_type = (!x, !x, !n) -> (!x, !x, !x, !x)} ({
^bb0(%x: !x, %y: !x, %n: !n):
  %0:2 = graph.loop %x, %y {rounds = #kiln.dims<[N]>} ({
  ^bb0(%i: tensor<i64>, %a: !x, %b: !x):
    graph.yield %b, %a : (!x, !x) -> ()
  }) : (!x, !x) -> (!x, !x)
  %half = graph.constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %1:2 = graph.loop %x, %y {rounds = #kiln.dims<[N]>} ({
  ^bb0(%i: tensor<i64>, %a: !x, %b: !x):
    %s = graph.add %a, %b : (!x, !x) -> !x
    %h = graph.multiply %s, %half : (!x, tensor<f32>) -> !x
    graph.yield %b, %h : (!x, !x) -> ()
  }) : (!x, !x) -> (!x, !x)
  func.return %0#0, %0#1, %1#0, %1#1 : (!x, !x, !x, !x) -> ()
})

// -----

// Three values in a ring, one of them through a view, and what is stacked before it moves.
// symbols: N=0; N=1; N=5
!x = tensor<2x3xf32>
!y = tensor<6xf32>
!n = tensor<?x2xf32, #kiln.dims<[N, 2]>>
!s = tensor<?x2x3xf32, #kiln.dims<[N, 2, 3]>>
!i = tensor<?xi64, #kiln.dims<[N]>>
func.func {sym_name = "main", function_type = (!x, !y, !x, !n) -> (!x, !y, !x, !s, !s, !i)} ({
^bb0(%x: !x, %y: !y, %z: !x, %n: !n):
  %0:6 = graph.loop %x, %y, %z {rounds = #kiln.dims<[N]>} ({
  ^bb0(%i: tensor<i64>, %a: !x, %b: !y, %c: !x):
    %d = graph.reshape %b : (!y) -> !x
    %e = graph.reshape %c : (!x) -> !y
    graph.yield %d, %e, %a, %a, %a, %i : (!x, !y, !x, !x, !x, tensor<i64>) -> ()
  }) : (!x, !y, !x) -> (!x, !y, !x, !s, !s, !i)
  func.return %0#0, %0#1, %0#2, %0#3, %0#4, %0#5 : (!x, !y, !x, !s, !s, !i) -> ()
})

// -----

// Rows that are looked up by the number of the round, a state that is computed in place, one that is not, and what is
// stacked where it is computed.
// symbols: T=1; T=6; T=33
// tolerance: 1e-4
!xs = tensor<?x8xf32, #kiln.dims<[T, 8]>>
!h = tensor<1x8xf32>
!w = tensor<8x8xf32>
!ys = tensor<?x1x8xf32, #kiln.dims<[T, 1, 8]>>
func.func {sym_name = "main", function_type = (!xs, !h, !w) -> (!h, !ys)} ({
^bb0(%xs: !xs, %h: !h, %w: !w):
  %0:3 = graph.loop %h, %h {rounds = #kiln.dims<[T]>} ({
  ^bb0(%i: tensor<i64>, %a: !h, %b: !h):
    %row = graph.gather %xs, %i {axis = 0} : (!xs, tensor<i64>) -> tensor<8xf32>
    %p = graph.matmul %a, %w {transpose_a = false, transpose_b = false} : (!h, !w) -> !h
    %s = graph.add %p, %row : (!h, tensor<8xf32>) -> !h
    %t = graph.tanh %s : (!h) -> !h
    %u = graph.tanh %b : (!h) -> !h
    graph.yield %t, %u, %t : (!h, !h, !h) -> ()
  }) : (!h, !h) -> (!h, !h, !ys)
  func.return %0#1, %0#2 : (!h, !ys) -> ()
})

// -----

// Data says how often: until a bound is reached, or the count is.
// range: n=0..9
!x = tensor<3xf32>
func.func {arg_names = ["x", "n", "c"], sym_name = "main", function_type = (!x, tensor<i64>, tensor<i1>) -> (!x, tensor<i64>)} ({
^bb0(%x: !x, %n: tensor<i64>, %c: tensor<i1>):
  %zero = graph.constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = graph.constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %bound = graph.constant {value = dense<9.0> : tensor<f32>} : () -> tensor<f32>
  %0:2 = graph.loop %n, %c, %x, %zero ({
  ^bb0(%i: tensor<i64>, %a: !x, %k: tensor<i64>):
    %b = graph.add %a, %a : (!x, !x) -> !x
    %m = graph.abs %b : (!x) -> !x
    %s = graph.reduce_max %m {axes = [0]} : (!x) -> tensor<1xf32>
    %less = graph.less %s, %bound : (tensor<1xf32>, tensor<f32>) -> tensor<1xi1>
    %d = graph.reshape %less : (tensor<1xi1>) -> tensor<i1>
    %l = graph.add %k, %one : (tensor<i64>, tensor<i64>) -> tensor<i64>
    graph.yield %d, %b, %l : (tensor<i1>, !x, tensor<i64>) -> ()
  }) : (tensor<i64>, tensor<i1>, !x, tensor<i64>) -> (!x, tensor<i64>)
  func.return %0#0, %0#1 : (!x, tensor<i64>) -> ()
})

// -----

// A condition that is carried; no round for a count that is negative.
!x = tensor<3xf32>
func.func {sym_name = "main", function_type = (!x, tensor<i1>, tensor<i1>) -> (!x, tensor<i1>, !x)} ({
^bb0(%x: !x, %c: tensor<i1>, %d: tensor<i1>):
  %ten = graph.constant {value = dense<10> : tensor<i64>} : () -> tensor<i64>
  %none = graph.constant {value = dense<-1> : tensor<i64>} : () -> tensor<i64>
  %true = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %0:2 = graph.loop %ten, %true, %x, %c ({
  ^bb0(%i: tensor<i64>, %a: !x, %e: tensor<i1>):
    %b = graph.sin %a : (!x) -> !x
    %f = graph.and %e, %d : (tensor<i1>, tensor<i1>) -> tensor<i1>
    graph.yield %e, %b, %f : (tensor<i1>, !x, tensor<i1>) -> ()
  }) : (tensor<i64>, tensor<i1>, !x, tensor<i1>) -> (!x, tensor<i1>)
  %1 = graph.loop %none, %true, %x ({
  ^bb0(%i: tensor<i64>, %a: !x):
    %b = graph.sin %a : (!x) -> !x
    graph.yield %true, %b : (tensor<i1>, !x) -> ()
  }) : (tensor<i64>, tensor<i1>, !x) -> !x
  func.return %0#0, %0#1, %1 : (!x, tensor<i1>, !x) -> ()
})

// -----

// Loops in loops and in branches: what the inner one stacks is a slice of the outer one, and both use the outer number.
// symbols: N=0, M=2; N=3, M=0; N=3, M=4
!x = tensor<2xf32>
!n = tensor<?x?xf32, #kiln.dims<[N, M]>>
!s = tensor<?x?xi64, #kiln.dims<[N, M]>>
!t = tensor<?xi64, #kiln.dims<[M]>>
func.func {sym_name = "main", function_type = (!x, !n, tensor<i1>) -> (!x, !s)} ({
^bb0(%x: !x, %n: !n, %c: tensor<i1>):
  %0:2 = graph.loop %x {rounds = #kiln.dims<[N]>} ({
  ^bb0(%i: tensor<i64>, %a: !x):
    %1:2 = graph.if %c ({
      %2:2 = graph.loop %a {rounds = #kiln.dims<[M]>} ({
      ^bb0(%j: tensor<i64>, %b: !x):
        %p = graph.multiply %i, %j : (tensor<i64>, tensor<i64>) -> tensor<i64>
        %d = graph.sin %b : (!x) -> !x
        %e = graph.add %d, %a : (!x, !x) -> !x
        %f = graph.tanh %e : (!x) -> !x
        graph.yield %f, %p : (!x, tensor<i64>) -> ()
      }) : (!x) -> (!x, !t)
      graph.yield %2#0, %2#1 : (!x, !t) -> ()
    }, {
      %3:2 = graph.loop %x {rounds = #kiln.dims<[M]>} ({
      ^bb0(%j: tensor<i64>, %b: !x):
        %p = graph.add %i, %j : (tensor<i64>, tensor<i64>) -> tensor<i64>
        graph.yield %a, %p : (!x, tensor<i64>) -> ()
      }) : (!x) -> (!x, !t)
      graph.yield %3#0, %3#1 : (!x, !t) -> ()
    }) : (tensor<i1>) -> (!x, !t)
    graph.yield %1#0, %1#1 : (!x, !t) -> ()
  }) : (!x) -> (!x, !s)
  func.return %0#0, %0#1 : (!x, !s) -> ()
})

// -----

// A matrix from outside, which is packed once before the loop; values that a loop yields from outside.
// tolerance: 1e-4
!x = tensor<32x64xf32>
!w = tensor<64x64xf32>
func.func {sym_name = "main", function_type = (!x, !w, !x) -> (!x, !x)} ({
^bb0(%x: !x, %w: !w, %y: !x):
  %small = graph.constant {value = dense<0.01> : tensor<f32>} : () -> tensor<f32>
  %0:2 = graph.loop %x, %x {rounds = #kiln.dims<[3]>} ({
  ^bb0(%i: tensor<i64>, %a: !x, %b: !x):
    %p = graph.matmul %a, %w {transpose_a = false, transpose_b = false} : (!x, !w) -> !x
    %q = graph.multiply %p, %small : (!x, tensor<f32>) -> !x
    %r = graph.add %q, %b : (!x, !x) -> !x
    graph.yield %r, %y : (!x, !x) -> ()
  }) : (!x, !x) -> (!x, !x)
  func.return %0#0, %0#1 : (!x, !x) -> ()
})
