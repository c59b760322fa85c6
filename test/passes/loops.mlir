// What `simplify` knows of graph.loop.
// RUN: kiln-opt %s --simplify --dce | FileCheck %s

// A loop of no round gives what it starts with, and stacks nothing.
// CHECK-LABEL: sym_name = "no_round"
func.func {function_type = (tensor<2xf32>) -> (tensor<2xf32>, tensor<0x2xf32>, tensor<2xf32>), sym_name = "no_round"} ({
^bb0(%x: tensor<2xf32>):
  // CHECK-NOT: graph.loop
  // CHECK:     %[[NONE:[0-9]+]] = graph.constant {{.*}} tensor<0x2xf32>
  // CHECK-NOT: graph.loop
  // CHECK:     func.return %arg0, %[[NONE]], %arg0
  %0:2 = graph.loop %x {rounds = #kiln.dims<[0]>} ({
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
    %1 = graph.exp %a : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %1, %1 : (tensor<2xf32>, tensor<2xf32>) -> ()
  }) : (tensor<2xf32>) -> (tensor<2xf32>, tensor<0x2xf32>)
  %count = graph.constant {value = dense<-1> : tensor<i64>} : () -> tensor<i64>
  %true = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %2 = graph.loop %count, %true, %x ({
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
    %3 = graph.exp %a : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %true, %3 : (tensor<i1>, tensor<2xf32>) -> ()
  }) : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> tensor<2xf32>
  func.return %0#0, %0#1, %2 : (tensor<2xf32>, tensor<0x2xf32>, tensor<2xf32>) -> ()
})

// A count that is an extent, and no condition.
// CHECK-LABEL: sym_name = "counted"
func.func {function_type = (tensor<?xf32, #kiln.dims<[N]>>) -> tensor<?xf32, #kiln.dims<[N]>>, sym_name = "counted"} ({
^bb0(%x: tensor<?xf32, #kiln.dims<[N]>>):
  // CHECK: graph.loop %arg0 {rounds = #kiln.dims<[N]>}
  // CHECK: graph.yield %{{[0-9]+}} :
  %dims = graph.dims {dims = #kiln.dims<[N]>} : () -> tensor<1xi64>
  %count = graph.reshape %dims : (tensor<1xi64>) -> tensor<i64>
  %true = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %0 = graph.loop %count, %true, %x ({
  ^bb0(%i: tensor<i64>, %a: tensor<?xf32, #kiln.dims<[N]>>):
    %1 = graph.sin %a : (tensor<?xf32, #kiln.dims<[N]>>) -> tensor<?xf32, #kiln.dims<[N]>>
    %again = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
    graph.yield %again, %1 : (tensor<i1>, tensor<?xf32, #kiln.dims<[N]>>) -> ()
  }) : (tensor<i64>, tensor<i1>, tensor<?xf32, #kiln.dims<[N]>>) -> tensor<?xf32, #kiln.dims<[N]>>
  func.return %0 : (tensor<?xf32, #kiln.dims<[N]>>) -> ()
})

// One round that says that no other follows: it stands alone. A condition that data gives stays.
// CHECK-LABEL: sym_name = "one_round"
func.func {function_type = (tensor<2xf32>, tensor<i1>) -> (tensor<2xf32>, tensor<2xf32>), sym_name = "one_round"} ({
^bb0(%x: tensor<2xf32>, %c: tensor<i1>):
  // CHECK: %[[E:[0-9]+]] = graph.exp %arg0
  // CHECK: %[[L:[0-9]+]] = graph.loop %{{[0-9]+}}, %arg1, %arg0
  // CHECK: func.return %[[E]], %[[L]]
  %count = graph.constant {value = dense<9> : tensor<i64>} : () -> tensor<i64>
  %true = graph.constant {value = dense<true> : tensor<i1>} : () -> tensor<i1>
  %false = graph.constant {value = dense<false> : tensor<i1>} : () -> tensor<i1>
  %0 = graph.loop %count, %true, %x ({
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
    %1 = graph.exp %a : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %false, %1 : (tensor<i1>, tensor<2xf32>) -> ()
  }) : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> tensor<2xf32>
  %2 = graph.loop %count, %c, %x ({
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
    %3 = graph.cos %a : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %false, %3 : (tensor<i1>, tensor<2xf32>) -> ()
  }) : (tensor<i64>, tensor<i1>, tensor<2xf32>) -> tensor<2xf32>
  func.return %0, %2 : (tensor<2xf32>, tensor<2xf32>) -> ()
})

// Few rounds are unrolled: the number of the round is known in each.
// CHECK-LABEL: sym_name = "unrolled"
func.func {function_type = (tensor<2xf32>, tensor<2x2xf32>) -> (tensor<2xf32>, tensor<2x2xf32>), sym_name = "unrolled"} ({
^bb0(%x: tensor<2xf32>, %rows: tensor<2x2xf32>):
  // CHECK-NOT: graph.loop
  // CHECK-NOT: graph.gather
  // CHECK:     graph.slice %arg1 {starts = #kiln.dims<[0, 0]>
  // CHECK:     %[[A:[0-9]+]] = graph.add %arg0
  // CHECK:     graph.slice %arg1 {starts = #kiln.dims<[1, 0]>
  // CHECK:     %[[B:[0-9]+]] = graph.add %[[A]]
  // CHECK:     %[[S:[0-9]+]] = graph.concat %{{[0-9]+}}, %{{[0-9]+}} {axis = 0}
  // CHECK:     func.return %[[B]], %[[S]]
  %0:2 = graph.loop %x {rounds = #kiln.dims<[2]>} ({
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>):
    %row = graph.gather %rows, %i {axis = 0} : (tensor<2x2xf32>, tensor<i64>) -> tensor<2xf32>
    %1 = graph.add %a, %row : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    graph.yield %1, %a : (tensor<2xf32>, tensor<2xf32>) -> ()
  }) : (tensor<2xf32>) -> (tensor<2xf32>, tensor<2x2xf32>)
  func.return %0#0, %0#1 : (tensor<2xf32>, tensor<2x2xf32>) -> ()
})

// What never changes is used from outside: an argument that is yielded as it is, and a constant that is yielded again.
// CHECK-LABEL: sym_name = "invariant"
func.func {function_type = (tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>), sym_name = "invariant"} ({
^bb0(%x: tensor<2xf32>, %y: tensor<2xf32>):
  // CHECK: %[[TWO:[0-9]+]] = graph.constant {value = dense<2.0e+00>
  // CHECK: %[[L:[0-9]+]] = graph.loop %arg0 {rounds = #kiln.dims<[1000]>} ({
  // CHECK-NEXT: ^bb0(%[[I:[a-z0-9]+]]: tensor<i64>, %[[A:[a-z0-9]+]]: tensor<2xf32>):
  // CHECK-NEXT: %[[S:[0-9]+]] = graph.add %[[A]], %arg1
  // CHECK-NEXT: %[[P:[0-9]+]] = graph.multiply %[[S]], %[[TWO]]
  // CHECK: graph.yield %[[P]] :
  // CHECK: func.return %[[L]], %arg1, %[[TWO]]
  %two = graph.constant {value = dense<2.0> : tensor<2xf32>} : () -> tensor<2xf32>
  %0:3 = graph.loop %x, %y, %two {rounds = #kiln.dims<[1000]>} ({
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>, %b: tensor<2xf32>, %c: tensor<2xf32>):
    %1 = graph.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %2 = graph.multiply %1, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %again = graph.constant {value = dense<2.0> : tensor<2xf32>} : () -> tensor<2xf32>
    graph.yield %2, %b, %again : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
  func.return %0#0, %0#1, %0#2 : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
})

// What the last round yields from outside is the result, if there is a round; what is carried alike is carried once.
// CHECK-LABEL: sym_name = "last_and_equal"
func.func {function_type = (tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>), sym_name = "last_and_equal"} ({
^bb0(%x: tensor<2xf32>, %y: tensor<2xf32>):
  // CHECK: %[[L:[0-9]+]]:2 = graph.loop %arg0, %arg0 {rounds = #kiln.dims<[1000]>}
  // CHECK: func.return %arg1, %[[L]]#1, %[[L]]#1
  %0:3 = graph.loop %x, %x, %x {rounds = #kiln.dims<[1000]>} ({
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>, %b: tensor<2xf32>, %c: tensor<2xf32>):
    %1 = graph.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    %2 = graph.multiply %1, %c : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
    graph.yield %y, %2, %2 : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>)
  func.return %0#0, %0#1, %0#2 : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
})

// Two carried values that nobody needs but each other, and a slice that nobody uses.
// CHECK-LABEL: sym_name = "unused"
func.func {function_type = (tensor<2xf32>) -> tensor<1000x2xf32>, sym_name = "unused"} ({
^bb0(%x: tensor<2xf32>):
  // CHECK: %[[L:[0-9]+]]:2 = graph.loop %arg0 {rounds = #kiln.dims<[1000]>} ({
  // CHECK-NEXT: ^bb0(%{{[a-z0-9]+}}: tensor<i64>, %[[A:[a-z0-9]+]]: tensor<2xf32>):
  // CHECK-NEXT: %[[E:[0-9]+]] = graph.sin %[[A]]
  // CHECK-NEXT: graph.yield %[[E]], %[[A]] :
  // CHECK: func.return %[[L]]#1
  %0:5 = graph.loop %x, %x, %x {rounds = #kiln.dims<[1000]>} ({
  ^bb0(%i: tensor<i64>, %a: tensor<2xf32>, %b: tensor<2xf32>, %c: tensor<2xf32>):
    %1 = graph.sin %a : (tensor<2xf32>) -> tensor<2xf32>
    %2 = graph.cos %b : (tensor<2xf32>) -> tensor<2xf32>
    %3 = graph.tanh %c : (tensor<2xf32>) -> tensor<2xf32>
    graph.yield %1, %3, %2, %a, %2 : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> ()
  }) : (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<1000x2xf32>, tensor<1000x2xf32>)
  func.return %0#3 : (tensor<1000x2xf32>) -> ()
})

// What is stacked without being computed: a value from outside, the numbers of the rounds.
// CHECK-LABEL: sym_name = "stacked"
func.func {function_type = (tensor<?xf32, #kiln.dims<[N]>>) -> (tensor<?x?xf32, #kiln.dims<[N, N]>>, tensor<?xi64, #kiln.dims<[N]>>), sym_name = "stacked"} ({
^bb0(%x: tensor<?xf32, #kiln.dims<[N]>>):
  // CHECK-NOT: graph.loop
  // CHECK: %[[ALL:[0-9]+]] = graph.broadcast %arg0
  // CHECK: %[[COUNT:[0-9]+]] = graph.iota {axis = 0}
  // CHECK: func.return %[[ALL]], %[[COUNT]]
  %0:2 = graph.loop {rounds = #kiln.dims<[N]>} ({
  ^bb0(%i: tensor<i64>):
    graph.yield %x, %i : (tensor<?xf32, #kiln.dims<[N]>>, tensor<i64>) -> ()
  }) : () -> (tensor<?x?xf32, #kiln.dims<[N, N]>>, tensor<?xi64, #kiln.dims<[N]>>)
  func.return %0#0, %0#1 : (tensor<?x?xf32, #kiln.dims<[N, N]>>, tensor<?xi64, #kiln.dims<[N]>>) -> ()
})
