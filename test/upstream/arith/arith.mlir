// Every op of arith on scalars, vectors and tensors, with flags, rounding modes and fast math.
func.func @constants() {
  %0 = arith.constant 5 : i32
  %1 = arith.constant -1 : index
  %2 = arith.constant 1.5 : f32
  %3 = arith.constant 0x7FC00000 : f32
  %4 = arith.constant true
  %5 = arith.constant dense<[1, 2, 3, 4]> : vector<4xi32>
  %6 = arith.constant dense<0.0> : tensor<2x3xf64>
  %7 = arith.constant 1.0 : bf16
  %8 = arith.constant 12345678901234567890123 : i100
  %9 = arith.constant dense<true> : vector<[4]xi1>
  %10 = arith.constant dense_resource<weights> : tensor<2xf32>
  %11 = arith.constant sparse<[[0, 1]], 2.0> : tensor<2x2xf32>
  return
}
func.func @integers(%a: i32, %b: i32, %v: vector<4xi64>, %t: tensor<?xi8>, %i: index) {
  %0 = arith.addi %a, %b : i32
  %1 = arith.addi %a, %b overflow<nsw, nuw> : i32
  %2 = arith.subi %v, %v : vector<4xi64>
  %3 = arith.muli %t, %t overflow<nsw> : tensor<?xi8>
  %4 = arith.divsi %a, %b : i32
  %5 = arith.divui %a, %b exact : i32
  %6 = arith.ceildivsi %i, %i : index
  %7 = arith.ceildivui %a, %b : i32
  %8 = arith.floordivsi %a, %b : i32
  %9 = arith.remsi %a, %b : i32
  %10 = arith.remui %a, %b : i32
  %11 = arith.andi %a, %b : i32
  %12 = arith.ori %v, %v : vector<4xi64>
  %13 = arith.xori %t, %t : tensor<?xi8>
  %14 = arith.shli %a, %b overflow<nuw> : i32
  %15 = arith.shrsi %a, %b : i32
  %16 = arith.shrui %a, %b exact : i32
  %17 = arith.minsi %a, %b : i32
  %18 = arith.minui %a, %b : i32
  %19 = arith.maxsi %a, %b : i32
  %20 = arith.maxui %v, %v : vector<4xi64>
  %21, %22 = arith.addui_extended %a, %b : i32, i1
  %23, %24 = arith.mulsi_extended %a, %b : i32
  %25, %26 = arith.mului_extended %v, %v : vector<4xi64>
  return
}
func.func @floats(%a: f32, %b: f32, %v: vector<4xf16>, %t: tensor<2x2xf64>) {
  %0 = arith.addf %a, %b : f32
  %1 = arith.addf %a, %b fastmath<fast> : f32
  %2 = arith.subf %v, %v fastmath<nnan, ninf> : vector<4xf16>
  %3 = arith.mulf %t, %t fastmath<reassoc, contract> : tensor<2x2xf64>
  %4 = arith.divf %a, %b fastmath<arcp> : f32
  %5 = arith.remf %a, %b : f32
  %6 = arith.negf %a fastmath<nsz> : f32
  %7 = arith.minimumf %a, %b : f32
  %8 = arith.maximumf %a, %b : f32
  %9 = arith.minnumf %a, %b : f32
  %10 = arith.maxnumf %v, %v fastmath<afn> : vector<4xf16>
  return
}
func.func @comparisons(%a: i32, %f: f32, %v: vector<4xf32>, %t: tensor<?xi64>, %c: i1, %i: index) {
  %0 = arith.cmpi eq, %a, %a : i32
  %1 = arith.cmpi ne, %t, %t : tensor<?xi64>
  %2 = arith.cmpi slt, %i, %i : index
  %3 = arith.cmpi sle, %a, %a : i32
  %4 = arith.cmpi sgt, %a, %a : i32
  %5 = arith.cmpi sge, %a, %a : i32
  %6 = arith.cmpi ult, %a, %a : i32
  %7 = arith.cmpi ule, %a, %a : i32
  %8 = arith.cmpi ugt, %a, %a : i32
  %9 = arith.cmpi uge, %a, %a : i32
  %10 = arith.cmpf false, %f, %f : f32
  %11 = arith.cmpf oeq, %f, %f fastmath<nnan> : f32
  %12 = arith.cmpf uno, %v, %v : vector<4xf32>
  %13 = arith.cmpf true, %f, %f : f32
  %14 = arith.select %c, %a, %a : i32
  %15 = arith.select %1, %t, %t : tensor<?xi1>, tensor<?xi64>
  %16 = arith.select %c, %v, %v : vector<4xf32>
  %17 = arith.select %12, %v, %v : vector<4xi1>, vector<4xf32>
  return
}
func.func @casts(%i8: i8, %i32: i32, %i64: i64, %f16: f16, %f32: f32, %f64: f64, %v: vector<4xi8>, %t: tensor<?xf32>, %x: index) {
  %0 = arith.extui %i8 : i8 to i32
  %2 = arith.extsi %v : vector<4xi8> to vector<4xi64>
  %3 = arith.extf %f16 fastmath<contract> : f16 to f32
  %4 = arith.trunci %i32 overflow<nsw> : i32 to i8
  %5 = arith.truncf %t : tensor<?xf32> to tensor<?xf16>
  %6 = arith.truncf %f64 to_nearest_even : f64 to f32
  %7 = arith.truncf %f64 downward fastmath<fast> : f64 to f32
  %8 = arith.uitofp %i32 : i32 to f32
  %10 = arith.sitofp %v : vector<4xi8> to vector<4xf32>
  %11 = arith.fptoui %f32 : f32 to i32
  %12 = arith.fptosi %f32 : f32 to i64
  %13 = arith.index_cast %x : index to i64
  %14 = arith.index_castui %i32 : i32 to index
  %15 = arith.bitcast %i32 : i32 to f32
  %16 = arith.bitcast %v : vector<4xi8> to vector<4xi8>
  %17 = arith.scaling_extf %f16, %f16 : f16, f16 to f32
  %18 = arith.scaling_truncf %f32, %f32 : f32, f32 to f16
  return
}
