// Functions: declarations, attributes of arguments and results, visibility, calls, references.
func.func private @declared(i32, memref<?xf32>) -> (i64, f32)
func.func private @with_attributes(i32 {any.a = 1 : i32}, f32) -> (i64 {any.b}) attributes {any.c = "x"}
func.func @identity(%a: f32) -> f32 {
  return %a : f32
}
func.func nested @nothing() {
  return
}
func.func private @"quoted name"(%a: i32 {any.first}, %b: i32) -> (i32, i32 {any.second = [1]}) attributes {no_inline, any.extra = @identity} {
  return %b, %a : i32, i32
}
func.func @calls(%x: f32, %y: i32) -> f32 {
  %0 = call @identity(%x) : (f32) -> f32
  %1:2 = call @"quoted name"(%y, %y) : (i32, i32) -> (i32, i32)
  call @nothing() : () -> ()
  %f = constant @identity : (f32) -> f32
  %2 = call_indirect %f(%0) : (f32) -> f32
  %3 = func.call @identity(%2) {no_inline, any.tag} : (f32) -> f32
  return %3 : f32
}
func.func @blocks(%c: i1, %a: i32) -> i32 {
  cf.cond_br %c, ^bb1(%a : i32), ^bb2
^bb1(%b: i32):
  return %b : i32
^bb2:
  return %a : i32
}
module @inner {
  func.func @identity(%a: i8) -> i8 {
    return %a : i8
  }
}
func.func @locations(%a: i32 loc("a name")) -> i32 {
  return %a : i32 loc("the end")
} loc(fused["one", "two"])
func.func @llvm_emit(%a: i32) attributes {llvm.emit_c_interface} {
  return
}
