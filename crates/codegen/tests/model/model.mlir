// A hand-written exit module, as a compiled model has it: y = relu(x * w) for x of N x 64 and w of 64 x 32, the sum of
// each row of y, the rows of x transposed in 4 x 4 tiles, and elements of x picked by an index that is checked.
// LANES stands for the vector width in f32.

llvm.mlir.global external constant @kiln_weights() {addr_space = 0 : i32} : !llvm.array<8192 x i8>
llvm.func @kiln_parallel(!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i64, i64)
llvm.func @kiln_fail(!llvm.ptr, i64, i64, i64)

memref.global "private" constant @bias : memref<4xf32> = dense<[0.5, -0.5, 0.25, -0.25]>

// A memref over raw memory: a descriptor, cast to the type it describes.
func.func private @over(%pointer: !llvm.ptr, %size: index) -> memref<?xf32> {
  %zero = llvm.mlir.constant(0 : i64) : i64
  %one = llvm.mlir.constant(1 : i64) : i64
  %extent = arith.index_cast %size : index to i64
  %0 = llvm.mlir.poison : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
  %1 = llvm.insertvalue %pointer, %0[0] : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
  %2 = llvm.insertvalue %pointer, %1[1] : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
  %3 = llvm.insertvalue %zero, %2[2] : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
  %4 = llvm.insertvalue %extent, %3[3, 0] : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
  %5 = llvm.insertvalue %one, %4[4, 0] : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
  %6 = builtin.unrealized_conversion_cast %5 : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)> to memref<?xf32>
  return %6 : memref<?xf32>
}

func.func private @entry(%array: !llvm.ptr, %index: i64) -> !llvm.ptr {
  %address = llvm.getelementptr %array[%index] : (!llvm.ptr, i64) -> !llvm.ptr, !llvm.ptr
  %pointer = llvm.load %address : !llvm.ptr -> !llvm.ptr
  return %pointer : !llvm.ptr
}

// Rows [begin, end) of y = relu(x * w), one row and one vector of columns at a time.
func.func @matmul(%x: memref<?x64xf32> {llvm.noalias}, %w: memref<64x32xf32> {llvm.noalias},
                  %y: memref<?x32xf32> {llvm.noalias}, %begin: index, %end: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %lanes = arith.constant LANES : index
  %zeros = arith.constant dense<0.0> : vector<LANESxf32>
  scf.for %row = %begin to %end step %c1 {
    scf.for %column = %c0 to %c32 step %lanes {
      %sum = scf.for %k = %c0 to %c64 step %c1 iter_args(%acc = %zeros) -> (vector<LANESxf32>) {
        %b = vector.load %w[%k, %column] : memref<64x32xf32>, vector<LANESxf32>
        %a = memref.load %x[%row, %k] : memref<?x64xf32>
        %s = vector.broadcast %a : f32 to vector<LANESxf32>
        %next = vector.fma %s, %b, %acc : vector<LANESxf32>
        scf.yield %next : vector<LANESxf32>
      }
      %positive = arith.cmpf ogt, %sum, %zeros : vector<LANESxf32>
      %relu = arith.select %positive, %sum, %zeros : vector<LANESxi1>, vector<LANESxf32>
      vector.store %relu, %y[%row, %column] : memref<?x32xf32>, vector<LANESxf32>
    }
  }
  return
}

// The task that the runtime calls: context is { x, y, rows }.
func.func @matmul_task(%context: !llvm.ptr, %begin: i64, %end: i64, %worker: i64) {
  %zero = llvm.mlir.constant(0 : i64) : i64
  %one = llvm.mlir.constant(1 : i64) : i64
  %two = llvm.mlir.constant(2 : i64) : i64
  %xp = func.call @entry(%context, %zero) : (!llvm.ptr, i64) -> !llvm.ptr
  %yp = func.call @entry(%context, %one) : (!llvm.ptr, i64) -> !llvm.ptr
  %np = llvm.getelementptr %context[%two] : (!llvm.ptr, i64) -> !llvm.ptr, i64
  %n = llvm.load %np : !llvm.ptr -> i64
  %wp = llvm.mlir.addressof @kiln_weights : !llvm.ptr
  %rows = arith.index_cast %n : i64 to index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %xs = arith.muli %rows, %c64 : index
  %ys = arith.muli %rows, %c32 : index
  %ws = arith.constant 2048 : index
  %x1 = func.call @over(%xp, %xs) : (!llvm.ptr, index) -> memref<?xf32>
  %y1 = func.call @over(%yp, %ys) : (!llvm.ptr, index) -> memref<?xf32>
  %w1 = func.call @over(%wp, %ws) : (!llvm.ptr, index) -> memref<?xf32>
  %x = memref.reinterpret_cast %x1 to offset: [0], sizes: [%rows, 64], strides: [64, 1] : memref<?xf32> to memref<?x64xf32>
  %y = memref.reinterpret_cast %y1 to offset: [0], sizes: [%rows, 32], strides: [32, 1] : memref<?xf32> to memref<?x32xf32>
  %w = memref.reinterpret_cast %w1 to offset: [0], sizes: [64, 32], strides: [32, 1] : memref<?xf32> to memref<64x32xf32>
  %b = arith.index_cast %begin : i64 to index
  %e = arith.index_cast %end : i64 to index
  func.call @matmul(%x, %w, %y, %b, %e) : (memref<?x64xf32>, memref<64x32xf32>, memref<?x32xf32>, index, index) -> ()
  return
}

// sums[i] = the sum of row i of y, plus a bias that depends on i; whole vectors, in two halves by shuffles.
func.func @sum_rows(%y: memref<?x32xf32>, %sums: memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  %c16 = arith.constant 16 : index
  %rows = memref.dim %y, %c0 : memref<?x32xf32>
  %zero = arith.constant 0.0 : f32
  %bias = memref.get_global @bias : memref<4xf32>
  scf.for %row = %c0 to %rows step %c1 {
    %low = vector.load %y[%row, %c0] : memref<?x32xf32>, vector<16xf32>
    %high = vector.load %y[%row, %c16] : memref<?x32xf32>, vector<16xf32>
    %both = arith.addf %low, %high : vector<16xf32>
    %first = vector.shuffle %both, %both [0, 1, 2, 3, 4, 5, 6, 7] : vector<16xf32>, vector<16xf32>
    %last = vector.extract_strided_slice %both {offsets = [8], sizes = [8], strides = [1]} : vector<16xf32> to vector<8xf32>
    %eight = arith.addf %first, %last : vector<8xf32>
    %sum = vector.reduction <add>, %eight fastmath<reassoc> : vector<8xf32> into f32
    %which = arith.remui %row, %c3 : index
    %extra = scf.index_switch %which -> f32
    case 0 {
      %0 = memref.load %bias[%c0] : memref<4xf32>
      scf.yield %0 : f32
    }
    case 1 {
      %1 = memref.load %bias[%c1] : memref<4xf32>
      scf.yield %1 : f32
    }
    default {
      %2 = memref.load %bias[%c2] : memref<4xf32>
      scf.yield %2 : f32
    }
    %total = arith.addf %sum, %extra : f32
    memref.store %total, %sums[%row] : memref<?xf32>
  }
  return
}

// t = transpose of the first 64 columns of x into 64 x rows, through 4 x 4 tiles in workspace views, edges masked.
func.func @transpose(%x: memref<?x64xf32>, %t: memref<64x?xf32>, %scratch: memref<?xi8>) {
  %c0 = arith.constant 0 : index
  %c4 = arith.constant 4 : index
  %c64 = arith.constant 64 : index
  %rows = memref.dim %x, %c0 : memref<?x64xf32>
  %zeros = arith.constant dense<0.0> : vector<4xf32>
  %tile = memref.view %scratch[%c64][] : memref<?xi8> to memref<4x4xf32>
  %c1 = arith.constant 1 : index
  %c2 = arith.constant 2 : index
  %c3 = arith.constant 3 : index
  scf.for %row = %c0 to %rows step %c4 {
    %left = arith.subi %rows, %row : index
    %height = arith.minsi %left, %c4 : index
    %mask = vector.create_mask %height : vector<4xi1>
    scf.for %column = %c0 to %c64 step %c4 {
      %window = memref.subview %x[%row, %column] [%height, 4] [1, 1] : memref<?x64xf32> to memref<?x4xf32, strided<[64, 1], offset: ?>>
      scf.for %i = %c0 to %c4 step %c1 {
        %inside = arith.cmpi slt, %i, %height : index
        %line = scf.if %inside -> vector<4xf32> {
          %0 = vector.load %window[%i, %c0] : memref<?x4xf32, strided<[64, 1], offset: ?>>, vector<4xf32>
          scf.yield %0 : vector<4xf32>
        } else {
          scf.yield %zeros : vector<4xf32>
        }
        vector.store %line, %tile[%i, %c0] : memref<4x4xf32>, vector<4xf32>
      }
      %r0 = vector.load %tile[%c0, %c0] : memref<4x4xf32>, vector<4xf32>
      %r1 = vector.load %tile[%c1, %c0] : memref<4x4xf32>, vector<4xf32>
      %r2 = vector.load %tile[%c2, %c0] : memref<4x4xf32>, vector<4xf32>
      %r3 = vector.load %tile[%c3, %c0] : memref<4x4xf32>, vector<4xf32>
      %empty = ub.poison : vector<4x4xf32>
      %m0 = vector.insert %r0, %empty[0] : vector<4xf32> into vector<4x4xf32>
      %m1 = vector.insert %r1, %m0[1] : vector<4xf32> into vector<4x4xf32>
      %m2 = vector.insert %r2, %m1[2] : vector<4xf32> into vector<4x4xf32>
      %m3 = vector.insert %r3, %m2[3] : vector<4xf32> into vector<4x4xf32>
      %flipped = vector.transpose %m3, [1, 0] : vector<4x4xf32> to vector<4x4xf32>
      %t0 = vector.extract %flipped[0] : vector<4xf32> from vector<4x4xf32>
      %t1 = vector.extract %flipped[1] : vector<4xf32> from vector<4x4xf32>
      %t2 = vector.extract %flipped[2] : vector<4xf32> from vector<4x4xf32>
      %t3 = vector.extract %flipped[3] : vector<4xf32> from vector<4x4xf32>
      %column1 = arith.addi %column, %c1 : index
      %column2 = arith.addi %column, %c2 : index
      %column3 = arith.addi %column, %c3 : index
      vector.maskedstore %t[%column, %row], %mask, %t0 : memref<64x?xf32>, vector<4xi1>, vector<4xf32>
      vector.maskedstore %t[%column1, %row], %mask, %t1 : memref<64x?xf32>, vector<4xi1>, vector<4xf32>
      vector.maskedstore %t[%column2, %row], %mask, %t2 : memref<64x?xf32>, vector<4xi1>, vector<4xf32>
      vector.maskedstore %t[%column3, %row], %mask, %t3 : memref<64x?xf32>, vector<4xi1>, vector<4xf32>
    }
  }
  return
}

// picked[i] = sqrt(|x[index]|) for the indices i * i, clamped; an index outside is reported. By gathers of 4, tail
// masked, after a while loop that finds how many indices are inside.
func.func @pick(%runtime: !llvm.ptr, %x: memref<?xf32>, %picked: memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  %size = memref.dim %x, %c0 : memref<?xf32>
  %count = memref.dim %picked, %c0 : memref<?xf32>
  %inside = scf.while (%i = %c0) : (index) -> index {
    %square = arith.muli %i, %i : index
    %fits = arith.cmpi slt, %square, %size : index
    %more = arith.cmpi slt, %i, %count : index
    %go = arith.andi %fits, %more : i1
    scf.condition(%go) %i : index
  } do {
  ^bb0(%i: index):
    %next = arith.addi %i, %c1 : index
    scf.yield %next : index
  }
  %bad = arith.cmpi slt, %inside, %count : index
  scf.if %bad {
    %node = arith.constant 7 : i64
    %square = arith.muli %inside, %inside : index
    %value = arith.index_cast %square : index to i64
    %bound = arith.index_cast %size : index to i64
    llvm.call @kiln_fail(%runtime, %node, %value, %bound) : (!llvm.ptr, i64, i64, i64) -> ()
  }
  %last = arith.subi %size, %c1 : index
  %indices = memref.alloca() {alignment = 64 : i64} : memref<4xindex>
  %zeros = arith.constant dense<0.0> : vector<4xf32>
  scf.for %i = %c0 to %count step %c4 {
    %left = arith.subi %count, %i : index
    %mask = vector.create_mask %left : vector<4xi1>
    scf.for %j = %c0 to %c4 step %c1 {
      %at = arith.addi %i, %j : index
      %square = arith.muli %at, %at : index
      %clamped = arith.minsi %square, %last : index
      memref.store %clamped, %indices[%j] : memref<4xindex>
    }
    %where = vector.load %indices[%c0] : memref<4xindex>, vector<4xindex>
    %values = vector.gather %x[%c0][%where], %mask, %zeros : memref<?xf32>, vector<4xindex>, vector<4xi1>, vector<4xf32> into vector<4xf32>
    %size4 = math.absf %values : vector<4xf32>
    %roots = math.sqrt %size4 : vector<4xf32>
    vector.maskedstore %picked[%i], %mask, %roots : memref<?xf32>, vector<4xi1>, vector<4xf32>
  }
  return
}

func.func @kiln_gen_run(%runtime: !llvm.ptr, %inputs: !llvm.ptr, %outputs: !llvm.ptr, %symbols: !llvm.ptr,
                        %workspace: !llvm.ptr, %workers: i64) -> i32 {
  %zero = llvm.mlir.constant(0 : i64) : i64
  %one = llvm.mlir.constant(1 : i64) : i64
  %two = llvm.mlir.constant(2 : i64) : i64
  %three = llvm.mlir.constant(3 : i64) : i64
  %n = llvm.load %symbols : !llvm.ptr -> i64
  %xp = func.call @entry(%inputs, %zero) : (!llvm.ptr, i64) -> !llvm.ptr
  %yp = func.call @entry(%outputs, %zero) : (!llvm.ptr, i64) -> !llvm.ptr
  %sp = func.call @entry(%outputs, %one) : (!llvm.ptr, i64) -> !llvm.ptr
  %tp = func.call @entry(%outputs, %two) : (!llvm.ptr, i64) -> !llvm.ptr
  %pp = func.call @entry(%outputs, %three) : (!llvm.ptr, i64) -> !llvm.ptr

  %context = llvm.alloca %three x i64 {alignment = 8 : i64} : (i64) -> !llvm.ptr
  llvm.store %xp, %context : !llvm.ptr, !llvm.ptr
  %context1 = llvm.getelementptr %context[%one] : (!llvm.ptr, i64) -> !llvm.ptr, i64
  llvm.store %yp, %context1 : !llvm.ptr, !llvm.ptr
  %context2 = llvm.getelementptr %context[%two] : (!llvm.ptr, i64) -> !llvm.ptr, i64
  llvm.store %n, %context2 : i64, !llvm.ptr
  %function = func.constant @matmul_task : (!llvm.ptr, i64, i64, i64) -> ()
  %task = builtin.unrealized_conversion_cast %function : (!llvm.ptr, i64, i64, i64) -> () to !llvm.ptr
  llvm.call @kiln_parallel(%runtime, %task, %context, %n, %one, %zero) : (!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i64, i64) -> ()

  %rows = arith.index_cast %n : i64 to index
  %c10 = arith.constant 10 : index
  %c32 = arith.constant 32 : index
  %c64 = arith.constant 64 : index
  %c256 = arith.constant 256 : index
  %xs = arith.muli %rows, %c64 : index
  %ys = arith.muli %rows, %c32 : index
  %x1 = func.call @over(%xp, %xs) : (!llvm.ptr, index) -> memref<?xf32>
  %y1 = func.call @over(%yp, %ys) : (!llvm.ptr, index) -> memref<?xf32>
  %t1 = func.call @over(%tp, %xs) : (!llvm.ptr, index) -> memref<?xf32>
  %sums = func.call @over(%sp, %rows) : (!llvm.ptr, index) -> memref<?xf32>
  %picked = func.call @over(%pp, %c10) : (!llvm.ptr, index) -> memref<?xf32>
  %w1 = func.call @over(%workspace, %c256) : (!llvm.ptr, index) -> memref<?xf32>
  %scratch = builtin.unrealized_conversion_cast %w1 : memref<?xf32> to !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)>
  %bytes = builtin.unrealized_conversion_cast %scratch : !llvm.struct<(ptr, ptr, i64, array<1 x i64>, array<1 x i64>)> to memref<?xi8>
  %x = memref.reinterpret_cast %x1 to offset: [0], sizes: [%rows, 64], strides: [64, 1] : memref<?xf32> to memref<?x64xf32>
  %y = memref.reinterpret_cast %y1 to offset: [0], sizes: [%rows, 32], strides: [32, 1] : memref<?xf32> to memref<?x32xf32>
  %t = memref.reinterpret_cast %t1 to offset: [0], sizes: [64, %rows], strides: [%rows, 1] : memref<?xf32> to memref<64x?xf32, strided<[?, 1]>>
  %tt = memref.cast %t : memref<64x?xf32, strided<[?, 1]>> to memref<64x?xf32>
  func.call @sum_rows(%y, %sums) : (memref<?x32xf32>, memref<?xf32>) -> ()
  func.call @transpose(%x, %tt, %bytes) : (memref<?x64xf32>, memref<64x?xf32>, memref<?xi8>) -> ()
  func.call @pick(%runtime, %x1, %picked) : (!llvm.ptr, memref<?xf32>, memref<?xf32>) -> ()
  %status = llvm.mlir.constant(0 : i32) : i32
  return %status : i32
}

// x is N x 64; y is N x 32, the sums are N, the transpose is 64 x N, and 10 elements are picked.
func.func @kiln_gen_dims(%symbols: !llvm.ptr, %dims: !llvm.ptr) {
  %n = llvm.load %symbols : !llvm.ptr -> i64
  %ten = llvm.mlir.constant(10 : i64) : i64
  %c32 = llvm.mlir.constant(32 : i64) : i64
  %c64 = llvm.mlir.constant(64 : i64) : i64
  llvm.store %n, %dims : i64, !llvm.ptr
  %1 = llvm.getelementptr %dims[1] : (!llvm.ptr) -> !llvm.ptr, i64
  llvm.store %c64, %1 : i64, !llvm.ptr
  %2 = llvm.getelementptr %dims[2] : (!llvm.ptr) -> !llvm.ptr, i64
  llvm.store %n, %2 : i64, !llvm.ptr
  %3 = llvm.getelementptr %dims[3] : (!llvm.ptr) -> !llvm.ptr, i64
  llvm.store %c32, %3 : i64, !llvm.ptr
  %4 = llvm.getelementptr %dims[4] : (!llvm.ptr) -> !llvm.ptr, i64
  llvm.store %n, %4 : i64, !llvm.ptr
  %5 = llvm.getelementptr %dims[5] : (!llvm.ptr) -> !llvm.ptr, i64
  llvm.store %c64, %5 : i64, !llvm.ptr
  %6 = llvm.getelementptr %dims[6] : (!llvm.ptr) -> !llvm.ptr, i64
  llvm.store %n, %6 : i64, !llvm.ptr
  %7 = llvm.getelementptr %dims[7] : (!llvm.ptr) -> !llvm.ptr, i64
  llvm.store %ten, %7 : i64, !llvm.ptr
  return
}

func.func @kiln_gen_workspace(%symbols: !llvm.ptr, %workers: i64) -> i64 {
  %bytes = arith.constant 1024 : i64
  return %bytes : i64
}
