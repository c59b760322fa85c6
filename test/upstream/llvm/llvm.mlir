// The llvm dialect: globals, functions, memory, control flow, arithmetic, calls, intrinsics, metadata.
#loop_file = #llvm.di_file<"a.c" in "/source">
#unit = #llvm.di_compile_unit<id = distinct[0]<>, sourceLanguage = DW_LANG_C99, file = #loop_file, producer = "any", isOptimized = true, emissionKind = Full>
#int = #llvm.di_basic_type<tag = DW_TAG_base_type, name = "int", sizeInBits = 32, encoding = DW_ATE_signed>
#signature = #llvm.di_subroutine_type<types = #int, #int>
#program = #llvm.di_subprogram<id = distinct[1]<>, compileUnit = #unit, scope = #loop_file, name = "debug", file = #loop_file, line = 3, scopeLine = 3, subprogramFlags = "Definition|Optimized", type = #signature>
#variable = #llvm.di_local_variable<scope = #program, name = "x", file = #loop_file, line = 4, type = #int>
#domain = #llvm.alias_scope_domain<id = distinct[2]<>, description = "domain">
#scope = #llvm.alias_scope<id = distinct[3]<>, domain = #domain>
#access = #llvm.access_group<id = distinct[4]<>>
#root = #llvm.tbaa_root<id = "root">
#char = #llvm.tbaa_type_desc<id = "char", members = {<#root, 0>}>
#tag = #llvm.tbaa_tag<base_type = #char, access_type = #char, offset = 0>
#unrolling = #llvm.loop_unroll<disable = false, count = 4 : i32>
#annotation = #llvm.loop_annotation<unroll = #unrolling, parallelAccesses = #access>

module attributes {llvm.target_triple = "x86_64-unknown-linux-gnu", dlti.dl_spec = #dlti.dl_spec<index = 64 : i32, !llvm.ptr = dense<64> : vector<4xi64>>} {
  llvm.mlir.global internal constant @text("bytes \00\FF\n") {addr_space = 0 : i32, alignment = 16 : i64} : !llvm.array<9 x i8>
  llvm.mlir.global external @number(42 : i64) : i64
  llvm.mlir.global private unnamed_addr constant @dense(dense<[1.0, 2.0]> : tensor<2xf32>) : !llvm.array<2 x f32>
  llvm.mlir.global weak thread_local @zero() : !llvm.struct<(i32, ptr)> {
    %0 = llvm.mlir.zero : !llvm.struct<(i32, ptr)>
    llvm.return %0 : !llvm.struct<(i32, ptr)>
  }
  llvm.mlir.alias external @other : i64 {
    %0 = llvm.mlir.addressof @number : !llvm.ptr
    llvm.return %0 : !llvm.ptr
  }
  llvm.mlir.global_ctors ctors = [@setup], priorities = [0 : i32], data = [#llvm.zero]
  llvm.comdat @pool {
    llvm.comdat_selector @selector any
  }
  llvm.func @printf(!llvm.ptr {llvm.noalias, llvm.nocapture}, ...) -> i32 attributes {memory_effects = #llvm.memory_effects<other = read, argMem = readwrite, inaccessibleMem = none, errnoMem = none, targetMem0 = none, targetMem1 = none>, passthrough = ["nounwind", ["stack", "4"]]}
  llvm.func internal fastcc @setup() comdat(@pool::@selector) attributes {target_cpu = "znver4", target_features = #llvm.target_features<["+avx512f", "+fma"]>, frame_pointer = #llvm.framePointerKind<all>, no_inline, vscale_range = #llvm.vscale_range<minRange = 1 : i32, maxRange = 16 : i32>} {
    llvm.return
  }
  llvm.func @personality(...) -> i32
  llvm.func @memory(%p: !llvm.ptr, %n: i64, %v: vector<4xf32>, %s: !llvm.struct<(i32, array<2 x f32>)>, %q: !llvm.ptr<3>) -> f32 {
    %0 = llvm.alloca %n x f32 {alignment = 32 : i64} : (i64) -> !llvm.ptr
    %1 = llvm.getelementptr %p[%n] : (!llvm.ptr, i64) -> !llvm.ptr, f32
    %2 = llvm.getelementptr inbounds %p[%n, 1, 0] : (!llvm.ptr, i64) -> !llvm.ptr, !llvm.struct<(i32, array<2 x f32>)>
    %3 = llvm.load %1 {alignment = 4 : i64} : !llvm.ptr -> f32
    %4 = llvm.load volatile %1 : !llvm.ptr -> i32
    %5 = llvm.load %1 atomic syncscope("agent") acquire {alignment = 4 : i64} : !llvm.ptr -> i32
    %6 = llvm.load %1 invariant {nontemporal, access_groups = [#access], alias_scopes = [#scope], noalias_scopes = [#scope], tbaa = [#tag]} : !llvm.ptr -> f32
    llvm.store %v, %p {alignment = 16 : i64} : vector<4xf32>, !llvm.ptr
    llvm.store %4, %p atomic release {alignment = 4 : i64} : i32, !llvm.ptr
    %7 = llvm.atomicrmw add %p, %4 monotonic : !llvm.ptr, i32
    %8 = llvm.cmpxchg weak %p, %4, %4 acq_rel monotonic : !llvm.ptr, i32
    llvm.fence syncscope("agent") seq_cst
    %9 = llvm.extractvalue %s[1, 0] : !llvm.struct<(i32, array<2 x f32>)>
    %10 = llvm.insertvalue %9, %s[1, 1] : !llvm.struct<(i32, array<2 x f32>)>
    %11 = llvm.addrspacecast %q : !llvm.ptr<3> to !llvm.ptr
    %12 = llvm.ptrtoint %p : !llvm.ptr to i64
    %13 = llvm.inttoptr %12 : i64 to !llvm.ptr
    %14 = llvm.mlir.addressof @number : !llvm.ptr
    "llvm.intr.memcpy"(%p, %0, %n) <{isVolatile = false}> : (!llvm.ptr, !llvm.ptr, i64) -> ()
    llvm.return %3 : f32
  }
  llvm.func @control(%c: i1, %a: i32, %p: !llvm.ptr) -> i32 attributes {personality = @personality} {
    llvm.cond_br %c weights([3, 4]), ^bb1, ^bb2(%a : i32)
  ^bb1:
    llvm.switch %a : i32, ^bb3 [
      1: ^bb2(%a : i32),
      -7: ^bb3
    ] {branch_weights = array<i32: 1, 2, 3>}
  ^bb2(%b: i32):
    llvm.br ^bb3 {loop_annotation = #annotation}
  ^bb3:
    %0 = llvm.invoke @setup_value(%a) to ^bb4 unwind ^bb5 : (i32) -> i32
  ^bb4:
    llvm.return %0 : i32
  ^bb5:
    %1 = llvm.landingpad cleanup : !llvm.struct<(ptr, i32)>
    llvm.resume %1 : !llvm.struct<(ptr, i32)>
  ^bb6:
    llvm.unreachable
  }
  llvm.func @setup_value(i32) -> i32
  llvm.func @arithmetic(%a: i32, %b: i32, %f: f32, %g: f32, %v: vector<4xf32>, %c: i1, %p: !llvm.ptr, %k: f80) {
    %0 = llvm.mlir.constant(7 : i32) : i32
    %1 = llvm.mlir.constant(1.5 : f32) : f32
    %2 = llvm.mlir.constant(dense<[1, 2]> : vector<2xi32>) : vector<2xi32>
    %3 = llvm.mlir.constant("str") : !llvm.array<3 x i8>
    %4 = llvm.mlir.undef : f32
    %5 = llvm.mlir.poison : vector<[4]xi8>
    %6 = llvm.mlir.zero : !llvm.ptr
    %7 = llvm.add %a, %b overflow<nsw, nuw> : i32
    %8 = llvm.sub %a, %b : i32
    %9 = llvm.mul %a, %b : i32
    %10 = llvm.udiv exact %a, %b : i32
    %11 = llvm.srem %a, %b : i32
    %12 = llvm.or disjoint %a, %b : i32
    %13 = llvm.lshr exact %a, %b : i32
    %14 = llvm.icmp "slt" %a, %b : i32
    %15 = llvm.fcmp "oeq" %f, %g {fastmathFlags = #llvm.fastmath<nnan>} : f32
    %16 = llvm.fadd %f, %g {fastmathFlags = #llvm.fastmath<fast>} : f32
    %17 = llvm.fneg %v : vector<4xf32>
    %18 = llvm.select %c, %f, %g : i1, f32
    %19 = llvm.zext nneg %a : i32 to i64
    %20 = llvm.trunc %a overflow<nuw> : i32 to i8
    %21 = llvm.sitofp %a : i32 to f32
    %22 = llvm.bitcast %f : f32 to i32
    %23 = llvm.freeze %f : f32
    %24 = llvm.insertelement %f, %v[%a : i32] : vector<4xf32>
    %25 = llvm.extractelement %24[%a : i32] : vector<4xf32>
    %26 = llvm.shufflevector %v, %v [0, 4, -1, 7] : vector<4xf32>
    %27 = llvm.intr.sqrt(%f) : (f32) -> f32
    %28 = llvm.intr.fma(%v, %v, %v) {fastmathFlags = #llvm.fastmath<contract>} : (vector<4xf32>, vector<4xf32>, vector<4xf32>) -> vector<4xf32>
    %29 = "llvm.intr.smax"(%a, %b) : (i32, i32) -> i32
    %30 = "llvm.intr.sadd.with.overflow"(%a, %b) : (i32, i32) -> !llvm.struct<(i32, i1)>
    %31 = "llvm.intr.vector.reduce.fadd"(%f, %v) <{fastmathFlags = #llvm.fastmath<reassoc>}> : (f32, vector<4xf32>) -> f32
    %32 = "llvm.intr.ctlz"(%a) <{is_zero_poison = true}> : (i32) -> i32
    %33 = llvm.call_intrinsic "llvm.x86.avx512.rcp14.ps.512"(%v) {fastmathFlags = #llvm.fastmath<fast>} : (vector<4xf32>) -> vector<4xf32>
    %34 = llvm.inline_asm has_side_effects asm_dialect = intel "nop $0, $1", "=r,r" %a : (i32) -> i32
    llvm.return
  }
  llvm.func @calls(%p: !llvm.ptr, %a: i32) {
    %0 = llvm.call @setup_value(%a) : (i32) -> i32
    %1 = llvm.call %p(%a) : !llvm.ptr, (i32) -> i32
    %2 = llvm.call @printf(%p, %a) vararg(!llvm.func<i32 (ptr, ...)>) : (!llvm.ptr, i32) -> i32
    %3 = llvm.call tail @setup_value(%a) ["bundle"(%a, %p : i32, !llvm.ptr), "empty"()] {no_inline} : (i32) -> i32
    llvm.call fastcc @setup() {branch_weights = array<i32: 1>} : () -> ()
    llvm.return
  }
  llvm.func @debug(%x: i32) -> i32 {
    llvm.intr.dbg.value #variable = %x : i32
    llvm.intr.dbg.value #variable #llvm.di_expression<[DW_OP_LLVM_fragment(0, 16)]> = %x : i32
    llvm.return %x : i32 loc(fused<#program>["a.c":4:2])
  } loc(fused<#program>["a.c":3:1])
  llvm.func @types(!llvm.ptr) attributes {any.types = [!llvm.void, !llvm.func<i32 (f32, ...)>, !llvm.token, !llvm.label, !llvm.metadata, !llvm.ppc_fp128, !llvm.struct<packed (i8, i32)>, !llvm.struct<"list", (ptr, i32)>, !llvm.struct<"opaque", opaque>, !llvm.target<"spirv.Image", i32, 1>, !llvm.array<2 x array<3 x vector<4xf32>>>]}
}
