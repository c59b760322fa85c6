// What the verifier says about loop.
// RUN: kiln-opt %s --verify-diagnostics

func.func {function_type = () -> (), sym_name = "kernel", sym_visibility = "private"} ({})
%m, %i, %f = "test.values"() : () -> (memref<?xi8>, index, f32)
// expected-error@+1 {{loop.launch: there is no kernel @kernal}}
loop.launch %i, %m, %i {callee = @kernal, node = 0, operandSegmentSizes = array<i32: 0, 0, 1, 1, 1>} : (index, memref<?xi8>, index) -> ()
// expected-error@+1 {{loop.launch: expected operands (buffers..., dims..., tasks, scratch, scratch_bytes), found 3}}
loop.launch %i, %m, %i {callee = @kernel, node = 0} : (index, memref<?xi8>, index) -> ()
// expected-error@+1 {{loop.launch: attribute 'node' is missing}}
loop.launch %i, %m, %i {callee = @kernel, operandSegmentSizes = array<i32: 0, 0, 1, 1, 1>} : (index, memref<?xi8>, index) -> ()
// expected-error@+1 {{loop.launch: attribute 'callee' must be a symbol reference, not "kernel"}}
loop.launch %i, %m, %i {callee = "kernel", node = 0, operandSegmentSizes = array<i32: 0, 0, 1, 1, 1>} : (index, memref<?xi8>, index) -> ()
// expected-error@+1 {{loop.launch: operand 'scratch' must be a memref, not f32}}
loop.launch %i, %f, %i {callee = @kernel, node = 0, operandSegmentSizes = array<i32: 0, 0, 1, 1, 1>} : (index, f32, index) -> ()
// expected-error@+1 {{loop.launch: 'callee' must be a plain symbol, not @kernel::@f}}
loop.launch %i, %m, %i {callee = @kernel::@f, node = 0, operandSegmentSizes = array<i32: 0, 0, 1, 1, 1>} : (index, memref<?xi8>, index) -> ()
// expected-error@+1 {{loop.launch: operand 'tasks' must be an index, not f32}}
loop.launch %f, %m, %i {callee = @kernel, node = 0, operandSegmentSizes = array<i32: 0, 0, 1, 1, 1>} : (f32, memref<?xi8>, index) -> ()
// expected-error@+1 {{loop.launch: expected operands (buffers..., dims..., tasks, scratch, scratch_bytes), found 3}}
loop.launch %i, %m, %i {callee = @kernel, node = 0, operandSegmentSizes = array<i32: 1, 1, 1>} : (index, memref<?xi8>, index) -> ()
