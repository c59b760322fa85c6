// symbols: N=0; N=1; N=7; N=15; N=16; N=17; N=4096; N=10000
!v = tensor<?xf32, #kiln.dims<[N]>>
func.func {sym_name = "main", function_type = (!v, !v) -> !v} ({
^bb0(%x: !v, %y: !v):
  %0 = graph.add %x, %y : (!v, !v) -> !v
  %1 = graph.relu %0 : (!v) -> !v
  func.return %1 : (!v) -> ()
}) : () -> ()
