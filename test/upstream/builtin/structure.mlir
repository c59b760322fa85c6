// Ops, blocks and regions: several results, successors with operands, forward references, nesting, unknown ops.
%0 = "any.one"() : () -> i32
%1:3 = "any.three"(%0) {axis = 1 : i64} : (i32) -> (i32, f32, index)
"any.use"(%1#2, %1#0, %0) : (index, i32, i32) -> ()
"any.empty_regions"() ({}, {
}, {
^bb0:
}) : () -> ()
"any.graph"() ({
  %a = "any.a"(%b) : (i32) -> i32
  %b = "any.b"(%a) : (i32) -> i32
}) : () -> ()
%late_user = "any.late_user"(%late) : (f32) -> f32
%late = "any.late"() : () -> f32
"any.blocks"() ({
  "any.switch"(%0, %0)[^bb1, ^bb2, ^bb1] {cases = [0, 1]} : (i32, i32) -> ()
^bb1:
  %x = "any.x"() : () -> i64
  "any.jump"(%x)[^bb3] : (i64) -> ()
^bb2:
  %y = "any.y"() : () -> i64
  "any.jump"(%y)[^bb3] : (i64) -> ()
^bb3(%z: i64):
  %w:2 = "any.nested"(%z) ({
  ^bb0(%inner: i64):
    %sum = "any.sum"(%inner, %z, %0) : (i64, i64, i32) -> i64
    "any.yield"(%sum) : (i64) -> ()
  }, {
    "any.yield"() : () -> ()
  }) {attribute} : (i64) -> (i64, i64)
  "any.jump"(%w#1)[^bb3] : (i64) -> ()
^bb4:
  "any.unreachable"(%z, %v) : (i64, i64) -> ()
  %v = "any.v"() : () -> i64
  "any.jump"(%v)[^bb3] : (i64) -> ()
}) : () -> ()
module @inner attributes {any.flag} {
  module @"inner most" {
    "any.op"() : () -> ()
  }
}
%casts:2 = builtin.unrealized_conversion_cast %0 : i32 to i64, index
%cast = builtin.unrealized_conversion_cast %casts#0, %casts#1 : i64, index to !llvm.struct<(i64, i64)>
%none = builtin.unrealized_conversion_cast to f32
