// RUN: not kiln-opt %s --rules %S/errors.rules 2>&1 | FileCheck %s
// RUN: not kiln-opt %s --rules %S/nothing.rules 2>&1 | FileCheck %s --check-prefix=MISSING
// RUN: not kiln-opt %s --apply-rules=files=%S/errors.rules 2>&1 | FileCheck %s

// CHECK:      error: there is no op 'graph.cnov'
// CHECK-NEXT: errors.rules:2:26
// CHECK:      help: did you mean 'conv'?
// CHECK:      error: '$y' is not bound by the pattern
// CHECK-NEXT: errors.rules:2:48
// CHECK:      error: unexpected '=>'
// CHECK-NEXT: errors.rules:3:24
// CHECK:      error: attribute 'axis' of graph.softmax is not mentioned
// CHECK:      help: bind it, '{axis = $a}', or write '{..}' if it does not matter
// CHECK:      error: graph.softmax has no attribute 'axs'
// CHECK:      help: did you mean 'axis'?
// CHECK:      error: attribute 'axis' must be an integer, not "q"
// CHECK:      error: graph.add takes operands (left, right), found 1
// CHECK:      error: attribute 'permutation' of graph.transpose is missing
// CHECK:      error: there is no guard or helper 'constnt'
// CHECK:      help: did you mean 'constant'?
// CHECK:      error: 'rank' takes 1 argument, found 2
// CHECK:      error: the result of '$n' is used outside of the pattern
// CHECK-NEXT: errors.rules:6:54
// CHECK:      error: the type of graph.reshape does not follow from its operands
// CHECK:      error: a pattern begins with an op: (graph.relu ...)
// CHECK:      error: '$a' is an attribute, not a value
// CHECK:      error: 'rank' takes a value here, not an attribute
// CHECK:      error: this is no condition: it is neither true nor false
// CHECK:      error: graph.top_k cannot be part of a rule: only ops with one result and no region can
// CHECK:      error: 'one-use' is about ops inside of the pattern: the root is used outside of it
// CHECK-NEXT: errors.rules:11:23
// CHECK:      error: onnx.com.example.Swish is not known to Kiln: it can only be the root of a pattern
// CHECK:      error: onnx.com.example.Swish is not known to Kiln: it can be matched, not made
// CHECK:      error: there are two rules called 'twice'

// MISSING: error: cannot read the rules
// MISSING: nothing.rules
