// What is found, as many as there are: its memory, what is computed of it, and outputs whose size only the run tells.
// symbols: N=1; N=7; N=100; N=1000
!x = tensor<?xf32, #kiln.dims<[N]>>
!m = tensor<?xi1, #kiln.dims<[N]>>
!i = tensor<?xi64, #kiln.dims<[N]>>
!k = tensor<?xi64, #kiln.dims<[data.0]>>
!y = tensor<?xf32, #kiln.dims<[data.0]>>
!p = tensor<?x3xf32, #kiln.dims<[data.0, 3]>>
func.func {sym_name = "main", function_type = (!x) -> (!y, !p, !k)} ({
^bb0(%x: !x):
  %zero = graph.constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %m = graph.greater %x, %zero : (!x, tensor<f32>) -> !m
  %ones = graph.cast %m : (!m) -> !i
  %count = graph.reduce_sum %ones {axes = [0]} : (!i) -> tensor<1xi64>
  graph.bind_extents %count {symbols = #kiln.dims<[data.0]>, most = #kiln.dims<[N]>} : (tensor<1xi64>) -> ()
  %k = graph.nonzero %m : (!m) -> !k
  %y = graph.gather %x, %k {axis = 0} : (!x, !k) -> !y
  %e = graph.exp %y : (!y) -> !y
  %c = graph.reshape %e : (!y) -> tensor<?x1xf32, #kiln.dims<[data.0, 1]>>
  %p = graph.broadcast %c : (tensor<?x1xf32, #kiln.dims<[data.0, 1]>>) -> !p
  %q = graph.relu %p : (!p) -> !p
  func.return %e, %q, %k : (!y, !p, !k) -> ()
})

// -----

// One stage after the other: what is found of what was found.
// symbols: N=3; N=64
!x = tensor<?x5xf32, #kiln.dims<[N, 5]>>
!m = tensor<?xi1, #kiln.dims<[5 * N]>>
!i = tensor<?xi64, #kiln.dims<[5 * N]>>
!k = tensor<?xi64, #kiln.dims<[data.0]>>
!y = tensor<?xf32, #kiln.dims<[data.0]>>
!n = tensor<?xi1, #kiln.dims<[data.0]>>
!l = tensor<?xi64, #kiln.dims<[data.1]>>
!z = tensor<?xf32, #kiln.dims<[data.1]>>
func.func {sym_name = "main", function_type = (!x) -> (!z, tensor<1xi64>)} ({
^bb0(%x: !x):
  %zero = graph.constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %one = graph.constant {value = dense<1.0> : tensor<f32>} : () -> tensor<f32>
  %f = graph.reshape %x : (!x) -> tensor<?xf32, #kiln.dims<[5 * N]>>
  %m = graph.greater %f, %zero : (tensor<?xf32, #kiln.dims<[5 * N]>>, tensor<f32>) -> !m
  %ones = graph.cast %m : (!m) -> !i
  %count = graph.reduce_sum %ones {axes = [0]} : (!i) -> tensor<1xi64>
  graph.bind_extents %count {symbols = #kiln.dims<[data.0]>, most = #kiln.dims<[5 * N]>} : (tensor<1xi64>) -> ()
  %k = graph.nonzero %m : (!m) -> !k
  %y = graph.gather %f, %k {axis = 0} : (tensor<?xf32, #kiln.dims<[5 * N]>>, !k) -> !y
  %n = graph.less %y, %one : (!y, tensor<f32>) -> !n
  %small = graph.cast %n : (!n) -> !k
  %count2 = graph.reduce_sum %small {axes = [0]} : (!k) -> tensor<1xi64>
  graph.bind_extents %count2 {symbols = #kiln.dims<[data.1]>, most = #kiln.dims<[data.0]>} : (tensor<1xi64>) -> ()
  %l = graph.nonzero %n : (!n) -> !l
  %z = graph.gather %y, %l {axis = 0} : (!y, !l) -> !z
  %size = graph.dims {dims = #kiln.dims<[data.0 + 2 * data.1]>} : () -> tensor<1xi64>
  func.return %z, %size : (!z, tensor<1xi64>) -> ()
})

// -----

// In the rounds of a loop there is memory for what each finds; in a branch, for what it finds if it is taken.
// symbols: N=4; N=33
// range: go=0..1
!x = tensor<?x8xf32, #kiln.dims<[N, 8]>>
!r = tensor<8xf32>
!m = tensor<8xi1>
!i = tensor<8xi64>
!k = tensor<?xi64, #kiln.dims<[data.0]>>
!y = tensor<?xf32, #kiln.dims<[data.0]>>
!s = tensor<?x1xf32, #kiln.dims<[N, 1]>>
!k1 = tensor<?xi64, #kiln.dims<[data.1]>>
!y1 = tensor<?xf32, #kiln.dims<[data.1]>>
!s1 = tensor<1xf32>
func.func {sym_name = "main", function_type = (!x, tensor<i1>) -> (!s, !s1)} ({
^bb0(%x: !x, %go: tensor<i1>):
  %zero = graph.constant {value = dense<0.0> : tensor<f32>} : () -> tensor<f32>
  %all = graph.loop {rounds = #kiln.dims<[N]>} ({
  ^bb0(%round: tensor<i64>):
    %row = graph.gather %x, %round {axis = 0} : (!x, tensor<i64>) -> !r
    %m = graph.greater %row, %zero : (!r, tensor<f32>) -> !m
    %ones = graph.cast %m : (!m) -> !i
    %count = graph.reduce_sum %ones {axes = [0]} : (!i) -> tensor<1xi64>
    graph.bind_extents %count {symbols = #kiln.dims<[data.0]>, most = #kiln.dims<[8]>} : (tensor<1xi64>) -> ()
    %k = graph.nonzero %m : (!m) -> !k
    %y = graph.gather %row, %k {axis = 0} : (!r, !k) -> !y
    %e = graph.exp %y : (!y) -> !y
    %sum = graph.reduce_sum %e {axes = [0]} : (!y) -> tensor<1xf32>
    graph.yield %sum : (tensor<1xf32>) -> ()
  }) : () -> !s
  %z = graph.constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %b = graph.if %go ({
    %row = graph.gather %x, %z {axis = 0} : (!x, tensor<i64>) -> !r
    %m = graph.greater %row, %zero : (!r, tensor<f32>) -> !m
    %ones = graph.cast %m : (!m) -> !i
    %count = graph.reduce_sum %ones {axes = [0]} : (!i) -> tensor<1xi64>
    graph.bind_extents %count {symbols = #kiln.dims<[data.1]>, most = #kiln.dims<[8]>} : (tensor<1xi64>) -> ()
    %k = graph.nonzero %m : (!m) -> !k1
    %y = graph.gather %row, %k {axis = 0} : (!r, !k1) -> !y1
    %sum = graph.reduce_sum %y {axes = [0]} : (!y1) -> !s1
    graph.yield %sum : (!s1) -> ()
  }, {
    %c = graph.constant {value = dense<-1.0> : !s1} : () -> !s1
    graph.yield %c : (!s1) -> ()
  }) : (tensor<i1>) -> !s1
  func.return %all, %b : (!s, !s1) -> ()
})

// -----

// Branches of differing extents: each gives what it has, where it is taken.
// symbols: N=2; N=9
// range: go=0..1
!x = tensor<?xf32, #kiln.dims<[N]>>
!t = tensor<?xf32, #kiln.dims<[2 * N]>>
!y = tensor<?xf32, #kiln.dims<[data.0]>>
func.func {sym_name = "main", function_type = (!x, tensor<i1>) -> (!y)} ({
^bb0(%x: !x, %go: tensor<i1>):
  %then = graph.dims {dims = #kiln.dims<[N]>} : () -> tensor<1xi64>
  %else = graph.dims {dims = #kiln.dims<[2 * N]>} : () -> tensor<1xi64>
  %taken = graph.select %go, %then, %else : (tensor<i1>, tensor<1xi64>, tensor<1xi64>) -> tensor<1xi64>
  graph.bind_extents %taken {symbols = #kiln.dims<[data.0]>, most = #kiln.dims<[2 * N]>} : (tensor<1xi64>) -> ()
  %y = graph.if %go ({
    %e = graph.exp %x : (!x) -> !x
    %r = graph.reshape %e : (!x) -> !y
    graph.yield %r : (!y) -> ()
  }, {
    %c = graph.concat %x, %x {axis = 0} : (!x, !x) -> !t
    %r = graph.reshape %c : (!t) -> !y
    graph.yield %r : (!y) -> ()
  }) : (tensor<i1>) -> !y
  func.return %y : (!y) -> ()
})

// -----

// A loop that data ends, and what it stacks: there is room for the most rounds, and the count says how many there were.
// symbols: N=1; N=12
// range: limit=0..3
!s = tensor<?x2xf32, #kiln.dims<[N, 2]>>
!d = tensor<?x2xf32, #kiln.dims<[data.0, 2]>>
!r = tensor<2xf32>
func.func {sym_name = "main", function_type = (tensor<?xf32, #kiln.dims<[N]>>, !r, tensor<f32>) -> (!r, !d)} ({
^bb0(%n: tensor<?xf32, #kiln.dims<[N]>>, %x: !r, %limit: tensor<f32>):
  %most1 = graph.dims {dims = #kiln.dims<[N]>} : () -> tensor<1xi64>
  %most = graph.reshape %most1 : (tensor<1xi64>) -> tensor<i64>
  %true = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %zero = graph.constant {value = dense<0> : tensor<i64>} : () -> tensor<i64>
  %one = graph.constant {value = dense<1> : tensor<i64>} : () -> tensor<i64>
  %tenth = graph.constant {value = dense<0.5> : tensor<f32>} : () -> tensor<f32>
  %last:3 = graph.loop %most, %true, %x, %zero ({
  ^bb0(%i: tensor<i64>, %a: !r, %count: tensor<i64>):
    %b = graph.add %a, %tenth : (!r, tensor<f32>) -> !r
    %sum = graph.reduce_sum %b {axes = [0]} : (!r) -> tensor<1xf32>
    %one_sum = graph.reshape %sum : (tensor<1xf32>) -> tensor<f32>
    %go = graph.less %one_sum, %limit : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %next = graph.add %count, %one : (tensor<i64>, tensor<i64>) -> tensor<i64>
    graph.yield %go, %b, %next, %a : (tensor<i1>, !r, tensor<i64>, !r) -> ()
  }) : (tensor<i64>, tensor<i1>, !r, tensor<i64>) -> (!r, tensor<i64>, !s)
  graph.bind_extents %last#1 {symbols = #kiln.dims<[data.0]>, most = #kiln.dims<[N]>} : (tensor<i64>) -> ()
  %all = graph.slice %last#2 {starts = #kiln.dims<[0, 0]>, steps = [1, 1]} : (!s) -> !d
  func.return %last#0, %all : (!r, !d) -> ()
})
