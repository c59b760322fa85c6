// Every op of cf: successors with operands.
func.func @branches(%c: i1, %a: i32, %f: f32, %big: i64) -> i32 {
  cf.assert %c, "it must hold"
  cf.cond_br %c weights([10, 90]), ^bb1(%a, %f : i32, f32), ^bb2
^bb1(%b: i32, %g: f32):
  cf.br ^bb3(%b : i32)
^bb2:
  cf.switch %a : i32, [
    default: ^bb3(%a : i32),
    42: ^bb1(%a, %f : i32, f32),
    -1: ^bb4
  ]
^bb3(%d: i32):
  cf.switch %big : i64, [
    default: ^bb4
  ]
^bb4:
  cf.cond_br %c, ^bb5(%a : i32), ^bb5(%a : i32)
^bb5(%e: i32):
  return %e : i32
}
func.func @endless() {
  cf.br ^bb1
^bb1:
  cf.br ^bb1
}
