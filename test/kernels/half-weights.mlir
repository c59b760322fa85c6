// weights of halves
!a = tensor<1x300xf32>
!h = tensor<300x100xf16>
!b = tensor<300x100xf32>
!y = tensor<1x100xf32>
func.func {sym_name = "main", function_type = (!a) -> !y} ({
^bb0(%a: !a):
  %h = graph.constant {value = dense<0.33325195> : !h} : () -> !h
  %b = graph.cast %h : (!h) -> !b
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// weights of halves that lie as columns, and of bf16, for rows counted at run time
// symbols: M=0; M=1; M=6; M=7; M=40
!a = tensor<?x9xf32, #kiln.dims<[M, 9]>>
!h = tensor<5x9xf16>
!g = tensor<5x9xbf16>
!b = tensor<5x9xf32>
!y = tensor<?x5xf32, #kiln.dims<[M, 5]>>
func.func {sym_name = "main", function_type = (!a) -> !y} ({
^bb0(%a: !a):
  %h = graph.constant {value = dense<[[-1.375, -0.99, -0.605, -0.22, 0.165, 0.55, 0.935, 1.32, -1.17], [-0.5, -0.115, 0.27, 0.655, 1.04, 1.425, -1.065, -0.68, -0.295], [0.375, 0.76, 1.145, -1.345, -0.96, -0.575, -0.19, 0.195, 0.58], [1.25, -1.24, -0.855, -0.47, -0.085, 0.3, 0.685, 1.07, 1.455], [-0.75, -0.365, 0.02, 0.405, 0.79, 1.175, -1.315, -0.93, -0.545]]> : !h} : () -> !h
  %g = graph.constant {value = dense<[[-1.375, -0.99, -0.605, -0.22, 0.165, 0.55, 0.935, 1.32, -1.17], [-0.5, -0.115, 0.27, 0.655, 1.04, 1.425, -1.065, -0.68, -0.295], [0.375, 0.76, 1.145, -1.345, -0.96, -0.575, -0.19, 0.195, 0.58], [1.25, -1.24, -0.855, -0.47, -0.085, 0.3, 0.685, 1.07, 1.455], [-0.75, -0.365, 0.02, 0.405, 0.79, 1.175, -1.315, -0.93, -0.545]]> : !g} : () -> !g
  %b = graph.cast %h : (!h) -> !b
  %c = graph.cast %g : (!g) -> !b
  %0 = graph.matmul %a, %b {transpose_b = true} : (!a, !b) -> !y
  %1 = graph.matmul %a, %c {transpose_b = true} : (!a, !b) -> !y
  %2 = graph.relu %0 : (!y) -> !y
  %3 = graph.add %1, %2 : (!y, !y) -> !y
  func.return %3 : (!y) -> ()
}) : () -> ()
// -----
// all of halves: rows are widened once
// tolerance: 2e-3
// symbols: M=0; M=1; M=6; M=7; M=15; M=40
!a = tensor<?x70xf16, #kiln.dims<[M, 70]>>
!b = tensor<70x37xf16>
!c = tensor<37xf16>
!y = tensor<?x37xf16, #kiln.dims<[M, 37]>>
func.func {sym_name = "main", function_type = (!a, !b, !c) -> !y} ({
^bb0(%a: !a, %b: !b, %c: !c):
  %0 = graph.matmul %a, %b : (!a, !b) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  func.return %1 : (!y) -> ()
}) : () -> ()
// -----
// batches of halves, both ways round
// tolerance: 2e-3
// symbols: S=1; S=5; S=33
!a = tensor<3x?x24xf16, #kiln.dims<[3, S, 24]>>
!s = tensor<3x?x?xf16, #kiln.dims<[3, S, S]>>
func.func {sym_name = "main", function_type = (!a, !a) -> !a} ({
^bb0(%a: !a, %b: !a):
  %0 = graph.matmul %a, %b {transpose_b = true} : (!a, !a) -> !s
  %1 = graph.matmul %0, %b : (!s, !a) -> !a
  func.return %1 : (!a) -> ()
}) : () -> ()
