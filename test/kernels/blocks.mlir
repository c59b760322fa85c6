// one row, the usual zero
// range: q=0..256
// range: s=0.1..1
!a = tensor<1x96xf32>
!q = tensor<100x48xui8>
!s = tensor<100x3xf32>
!w = tensor<100x96xf32>
!y = tensor<1x100xf32>
func.func {sym_name = "main", arg_names = ["a", "q", "s"], function_type = (!a, !q, !s) -> !y} ({
^bb0(%a: !a, %q: !q, %s: !s):
  %w = graph.dequantize_blocks %q, %s {bits = 4, length = 96} : (!q, !s) -> !w
  %0 = graph.matmul %a, %w {transpose_b = true} : (!a, !w) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// a last block that is not full, zeros of its own, an epilogue
// range: q=0..256
// range: s=0.1..1
// range: z=0..16
!a = tensor<3x77xf32>
!q = tensor<37x40xui8>
!s = tensor<37x5xf32>
!w = tensor<37x77xf32>
!y = tensor<3x37xf32>
!c = tensor<37xf32>
func.func {sym_name = "main", arg_names = ["a", "q", "s", "z", "c"], function_type = (!a, !q, !s, !s, !c) -> !y} ({
^bb0(%a: !a, %q: !q, %s: !s, %z: !s, %c: !c):
  %w = graph.dequantize_blocks %q, %s, %z {bits = 4, length = 77} : (!q, !s, !s) -> !w
  %0 = graph.matmul %a, %w {transpose_b = true} : (!a, !w) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// rows counted at run time
// symbols: M=0; M=1; M=2; M=5; M=6; M=7; M=13; M=14; M=15; M=29; M=200
// range: q=0..256
// range: s=0.1..1
!a = tensor<?x128xf32, #kiln.dims<[M, 128]>>
!q = tensor<64x64xui8>
!s = tensor<64x2xf32>
!w = tensor<64x128xf32>
!y = tensor<?x64xf32, #kiln.dims<[M, 64]>>
func.func {sym_name = "main", arg_names = ["a", "q", "s"], function_type = (!a, !q, !s) -> !y} ({
^bb0(%a: !a, %q: !q, %s: !s):
  %w = graph.dequantize_blocks %q, %s {bits = 4, length = 128} : (!q, !s) -> !w
  %0 = graph.matmul %a, %w {transpose_b = true} : (!a, !w) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// bytes
// range: q=0..256
// range: s=0.1..1
!a = tensor<5x70xf32>
!q = tensor<33x96xui8>
!s = tensor<33x3xf32>
!w = tensor<33x70xf32>
!y = tensor<5x33xf32>
!c = tensor<33xf32>
func.func {sym_name = "main", arg_names = ["a", "q", "s", "c"], function_type = (!a, !q, !s, !c) -> !y} ({
^bb0(%a: !a, %q: !q, %s: !s, %c: !c):
  %w = graph.dequantize_blocks %q, %s {bits = 8, length = 70} : (!q, !s) -> !w
  %0 = graph.matmul %a, %w {transpose_b = true} : (!a, !w) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// bytes with zeros, scales of f16
// symbols: M=1; M=9; M=65
// range: q=0..256
// range: s=0.1..1
// range: z=0..256
!a = tensor<?x64xf32, #kiln.dims<[M, 64]>>
!q = tensor<48x64xui8>
!s = tensor<48x4xf16>
!w = tensor<48x64xf32>
!y = tensor<?x48xf32, #kiln.dims<[M, 48]>>
func.func {sym_name = "main", arg_names = ["a", "q", "s", "z"], function_type = (!a, !q, !s, !s) -> !y} ({
^bb0(%a: !a, %q: !q, %s: !s, %z: !s):
  %w = graph.dequantize_blocks %q, %s, %z {bits = 8, length = 64, widening = true} : (!q, !s, !s) -> !w
  %0 = graph.matmul %a, %w {transpose_b = true} : (!a, !w) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// codes of two bits
// range: q=0..256
// range: s=0.1..1
// range: z=0..4
!a = tensor<2x100xf32>
!q = tensor<40x32xui8>
!s = tensor<40x2xf32>
!w = tensor<40x100xf32>
!y = tensor<2x40xf32>
func.func {sym_name = "main", arg_names = ["a", "q", "s", "z"], function_type = (!a, !q, !s, !s) -> !y} ({
^bb0(%a: !a, %q: !q, %s: !s, %z: !s):
  %w = graph.dequantize_blocks %q, %s, %z {bits = 2, length = 100} : (!q, !s, !s) -> !w
  %0 = graph.matmul %a, %w {transpose_b = true} : (!a, !w) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// codes of two bits, the usual zero
// range: q=0..256
// range: s=0.1..1
!a = tensor<17x64xf32>
!q = tensor<40x16xui8>
!s = tensor<40x4xf32>
!w = tensor<40x64xf32>
!y = tensor<17x40xf32>
func.func {sym_name = "main", arg_names = ["a", "q", "s"], function_type = (!a, !q, !s) -> !y} ({
^bb0(%a: !a, %q: !q, %s: !s):
  %w = graph.dequantize_blocks %q, %s {bits = 2, length = 64} : (!q, !s) -> !w
  %0 = graph.matmul %a, %w {transpose_b = true} : (!a, !w) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// one column, less than a block
// range: q=0..256
// range: s=0.1..1
!a = tensor<4x9xf32>
!q = tensor<1x64xui8>
!s = tensor<1x1xf32>
!w = tensor<1x9xf32>
!y = tensor<4x1xf32>
func.func {sym_name = "main", arg_names = ["a", "q", "s"], function_type = (!a, !q, !s) -> !y} ({
^bb0(%a: !a, %q: !q, %s: !s):
  %w = graph.dequantize_blocks %q, %s {bits = 4, length = 9} : (!q, !s) -> !w
  %0 = graph.matmul %a, %w {transpose_b = true} : (!a, !w) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// many rows and a batch
// range: q=0..256
// range: s=0.1..1
!a = tensor<3x50x130xf32>
!q = tensor<70x80xui8>
!s = tensor<70x5xbf16>
!w = tensor<70x130xf32>
!y = tensor<3x50x70xf32>
!c = tensor<70xf32>
func.func {sym_name = "main", arg_names = ["a", "q", "s", "c"], function_type = (!a, !q, !s, !c) -> !y} ({
^bb0(%a: !a, %q: !q, %s: !s, %c: !c):
  %w = graph.dequantize_blocks %q, %s {bits = 4, length = 130, widening = true} : (!q, !s) -> !w
  %0 = graph.matmul %a, %w {transpose_b = true} : (!a, !w) -> !y
  %1 = graph.add %0, %c : (!y, !c) -> !y
  %2 = graph.relu %1 : (!y) -> !y
  func.return %2 : (!y) -> ()
}) : () -> ()
// -----
// tall blocks, wide matrix
// range: q=0..256
// range: s=0.1..1
// range: z=0..16
!a = tensor<8x520xf32>
!q = tensor<300x384xui8>
!s = tensor<300x3xf32>
!w = tensor<300x520xf32>
!y = tensor<8x300xf32>
func.func {sym_name = "main", arg_names = ["a", "q", "s", "z"], function_type = (!a, !q, !s, !s) -> !y} ({
^bb0(%a: !a, %q: !q, %s: !s, %z: !s):
  %w = graph.dequantize_blocks %q, %s, %z {bits = 4, length = 520} : (!q, !s, !s) -> !w
  %0 = graph.matmul %a, %w {transpose_b = true} : (!a, !w) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// numbers of blocks in memory, of any rank
// range: q=0..256
!q = tensor<2x5x12xui8>
!s = tensor<2x5x3xf16>
!y = tensor<2x5x22xf16>
func.func {sym_name = "main", arg_names = ["q", "s", "z"], function_type = (!q, !s, !s) -> !y} ({
^bb0(%q: !q, %s: !s, %z: !s):
  %0 = graph.dequantize_blocks %q, %s, %z {bits = 4, length = 22} : (!q, !s, !s) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// codes along the columns are made numbers in memory
// range: q=0..256
!q = tensor<24x16xui8>
!s = tensor<24x2xf32>
!w = tensor<24x32xf32>
!a = tensor<7x24xf32>
!y = tensor<7x32xf32>
func.func {sym_name = "main", arg_names = ["a", "q", "s"], function_type = (!a, !q, !s) -> !y} ({
^bb0(%a: !a, %q: !q, %s: !s):
  %w = graph.dequantize_blocks %q, %s {bits = 4, length = 32} : (!q, !s) -> !w
  %0 = graph.matmul %a, %w : (!a, !w) -> !y
  func.return %0 : (!y) -> ()
}) : () -> ()
// -----
// one matrix for two products
// range: q=0..256
!q = tensor<40x16xui8>
!s = tensor<40x1xf32>
!w = tensor<40x32xf32>
!a = tensor<7x32xf32>
!y = tensor<7x40xf32>
func.func {sym_name = "main", arg_names = ["a", "c", "q", "s"], function_type = (!a, !a, !q, !s) -> (!y, !y)} ({
^bb0(%a: !a, %c: !a, %q: !q, %s: !s):
  %w = graph.dequantize_blocks %q, %s {bits = 4, length = 32} : (!q, !s) -> !w
  %0 = graph.matmul %a, %w {transpose_b = true} : (!a, !w) -> !y
  %1 = graph.matmul %c, %w {transpose_b = true} : (!a, !w) -> !y
  func.return %0, %1 : (!y, !y) -> ()
}) : () -> ()
