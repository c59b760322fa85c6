// Every op of math.
func.func @unary(%f: f32, %v: vector<4xf64>, %t: tensor<?xf16>, %i: i32) {
  %0 = math.absf %f : f32
  %1 = math.absi %i : i32
  %2 = math.acos %f : f32
  %3 = math.acosh %f : f32
  %4 = math.asin %f : f32
  %5 = math.asinh %f : f32
  %6 = math.atan %f : f32
  %7 = math.atanh %f : f32
  %8 = math.cbrt %f : f32
  %9 = math.ceil %v : vector<4xf64>
  %10 = math.cos %f fastmath<fast> : f32
  %11 = math.cosh %f : f32
  %12 = math.sin %t : tensor<?xf16>
  %13 = math.sinh %f : f32
  %14 = math.cttz %i : i32
  %15 = math.ctlz %i : i32
  %16 = math.ctpop %i : i32
  %17 = math.erf %f : f32
  %18 = math.erfc %f : f32
  %19 = math.exp %f fastmath<afn> : f32
  %20 = math.exp2 %f : f32
  %21 = math.expm1 %f : f32
  %22 = math.floor %v : vector<4xf64>
  %23 = math.log %f : f32
  %24 = math.log10 %f : f32
  %25 = math.log1p %f : f32
  %26 = math.log2 %f : f32
  %27 = math.rsqrt %f : f32
  %28 = math.sqrt %v : vector<4xf64>
  %29 = math.tan %f : f32
  %30 = math.tanh %f : f32
  %31 = math.round %f : f32
  %32 = math.roundeven %f : f32
  %33 = math.trunc %f : f32
  return
}
func.func @others(%f: f32, %v: vector<4xf64>, %i: i32) {
  %0 = math.atan2 %f, %f : f32
  %1 = math.copysign %v, %v : vector<4xf64>
  %2 = math.fma %f, %f, %f fastmath<contract> : f32
  %3 = math.powf %f, %f : f32
  %4 = math.ipowi %i, %i : i32
  %5 = math.fpowi %f, %i : f32, i32
  %6 = math.isnan %f : f32
  %7 = math.isinf %v : vector<4xf64>
  %8 = math.isfinite %f : f32
  %9 = math.isnormal %f : f32
  %10, %11 = math.sincos %f : f32
  %12 = math.clampf %f to [%f, %f] : f32
  return
}
