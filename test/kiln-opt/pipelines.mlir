// Pipelines, what instruments print, and mistakes on the command line.
// RUN: kiln-opt %s --pass-pipeline='builtin.module(cse,func.func(dce))' --print-ir-after-change 2>&1 \
// RUN:   | FileCheck %s --check-prefix=CHANGE
// RUN: kiln-opt %s --dce --print-ir-before=dce --print-ir-after-all -o %t 2>&1 | FileCheck %s --check-prefix=ALL
// RUN: kiln-opt %s --cse --dce --timing --statistics -o %t 2>&1 | FileCheck %s --check-prefix=TIMING
// RUN: kiln-opt %s --pass-pipeline='builtin.module(pre,core{relaxed=true})' --timing -o %t 2>&1 \
// RUN:   | FileCheck %s --check-prefix=STAGES
// RUN: kiln-opt %s --pre --core=relaxed=true --timing -o %t 2>&1 | FileCheck %s --check-prefix=STAGES
// RUN: not kiln-opt %s --pass-pipeline='builtin.module(pre,cor)' 2>&1 | FileCheck %s --check-prefix=NO-STAGE
// RUN: not kiln-opt %s --pass-pipeline='core{relax=true}' 2>&1 | FileCheck %s --check-prefix=STAGE-OPTION
// RUN: not kiln-opt %s --pass-pipeline='builtin.module(cse,dec)' 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not kiln-opt %s --canonicalize='rewrites=3' 2>&1 | FileCheck %s --check-prefix=OPTION
// RUN: not kiln-opt %s --cse --pass-pipeline='dce' 2>&1 | FileCheck %s --check-prefix=CONFLICT
// RUN: kiln-opt --list-passes | FileCheck %s --check-prefix=PASSES
// RUN: kiln-opt --list-ops | FileCheck %s --check-prefix=OPS

// CHANGE-NOT: IR Dump After cse
// CHANGE:     // -----// IR Dump After dce //----- //
// CHANGE-NEXT: func.func
// CHANGE-NOT:  arith.addf
// CHANGE:      func.return

// ALL:      // -----// IR Dump Before dce //----- //
// ALL-NEXT: builtin.module
// ALL:      arith.addf
// ALL:      // -----// IR Dump After dce //----- //
// ALL-NOT:  arith.addf

// TIMING:      wall time (share)    runs  step
// TIMING-NEXT: builtin.module
// TIMING-NEXT: cse
// TIMING-NEXT: dce
// TIMING:      1 dce: ops-erased

// STAGES:      builtin.module
// STAGES-NEXT: pre
// STAGES-NEXT: fold-constants
// STAGES:      core{relaxed=true}
// STAGES-NEXT: recompose
// STAGES:      simplify

// UNKNOWN: error: there is no pass 'dec'
// UNKNOWN: did you mean 'dce'?
// OPTION: pass 'canonicalize': there is no option 'rewrites'
// NO-STAGE: error: there is no pass 'cor'
// NO-STAGE: did you mean 'core'?
// STAGE-OPTION: pipeline 'core': there is no option 'relax'; did you mean 'relaxed'?
// CONFLICT: --pass-pipeline and the flags of passes exclude each other
// PASSES: canonicalize
// PASSES: rewrites-per-op:
// PASSES: {{^}}pre
// PASSES: = fold-constants{keep-bytes=true},recompose-quantized,fold-constants,cse,
// OPS: func: Functions, calls and returns
// OPS-NEXT: func.func: A function.
func.func {function_type = (f32) -> (), sym_name = "main"} ({
^bb0(%x: f32):
  %0 = arith.addf %x, %x : (f32, f32) -> f32
  func.return : () -> ()
})
