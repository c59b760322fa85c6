/*
 * The C interface of a compiled Kiln model, version 1.
 *
 * Every model exports the functions below. A program that links with one model calls them by name; a program that
 * loads models with dlopen looks up one symbol, kiln_get_api, and calls through the table it returns.
 *
 * Rules that hold everywhere:
 * - Tensors are dense and row-major; the caller owns every buffer and nothing is copied.
 * - Input and output buffers must not overlap, and are aligned to the size of an element.
 * - Every function may be called from any thread, and any number of runs may be under way at once. Runs of a model that
 *   remembers something from one to the next (see KILN_STATE) wait for each other.
 * - Every failure gives a status and, where a kiln_error is passed, a message that names the tensor, axis or node.
 *   After a failure the contents of the output buffers are unspecified; nothing is ever written outside of them.
 * - Results do not depend on the number of threads.
 */
#ifndef KILN_H
#define KILN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The version of this interface. Functions are only ever added to kiln_api under one version. */
#define KILN_ABI_VERSION 1

/* The largest extent of an axis that a symbol binds. */
#define KILN_MAXIMUM_EXTENT INT64_C(0x7fffffff)

/* The largest number of threads of a run. */
#define KILN_MAXIMUM_THREADS 256

/* What became of a call. */
typedef enum kiln_status {
  KILN_OK = 0,
  /* A null pointer, a wrong number of tensors, an index without a tensor, a misaligned buffer. */
  KILN_INVALID_ARGUMENT = 1,
  KILN_WRONG_ELEMENT_TYPE = 2,
  KILN_WRONG_RANK = 3,
  /* An extent is not the fixed one, does not fit its symbol's range or expression, or is negative. */
  KILN_WRONG_SHAPE = 4,
  /* Two axes that share a symbol have different extents. */
  KILN_SYMBOL_CONFLICT = 5,
  /* An extent, a tensor's size or the workspace does not fit in memory's address range. */
  KILN_SIZE_OVERFLOW = 6,
  /* A buffer is smaller than its shape asks for. */
  KILN_BUFFER_TOO_SMALL = 7,
  KILN_OUT_OF_MEMORY = 8,
  /* The data held an index outside of the axis it indexes; the message names the node. */
  KILN_INDEX_OUT_OF_RANGE = 9,
  /* A defect of the compiler, not of the call. */
  KILN_INTERNAL_ERROR = 10,
  /* The machine's processor lacks what each version of the model's code needs, or the environment variable KILN_CPU asks
     for a version that cannot run; the message says which. */
  KILN_UNSUPPORTED_PROCESSOR = 11,
  /* A custom operator failed; the message is its own. */
  KILN_CUSTOM_OPERATOR_FAILED = 12
} kiln_status;

/* The type of a tensor's elements. The numbers are those of ONNX's TensorProto.DataType. */
typedef enum kiln_element_type {
  KILN_F32 = 1,
  KILN_U8 = 2,
  KILN_I8 = 3,
  KILN_U16 = 4,
  KILN_I16 = 5,
  KILN_I32 = 6,
  KILN_I64 = 7,
  /* A string: a pointer to UTF-8 that ends with a zero byte, const char *. Null in an input counts as an empty one.
     Those of inputs must stay while outputs are read, which may point to them. What else outputs point to belongs to
     the model, and stays until its next run begins or kiln_release is called. */
  KILN_STRING = 8,
  /* A truth value: one byte, 0 or 1. */
  KILN_BOOL = 9,
  KILN_F16 = 10,
  KILN_F64 = 11,
  KILN_U32 = 12,
  KILN_U64 = 13,
  /* Complex: real part, imaginary part. */
  KILN_C64 = 14,
  KILN_C128 = 15,
  KILN_BF16 = 16,
  KILN_F8E4M3FN = 17,
  KILN_F8E4M3FNUZ = 18,
  KILN_F8E5M2 = 19,
  KILN_F8E5M2FNUZ = 20,
  /* Of two and four bits: each element in a byte of its own, sign-extended where it is a signed integer. */
  KILN_U4 = 21,
  KILN_I4 = 22,
  KILN_F4E2M1FN = 23,
  KILN_F8E8M0FNU = 24,
  KILN_U2 = 25,
  KILN_I2 = 26
} kiln_element_type;

/* Which side of the model a tensor is on, or neither. */
typedef enum kiln_port {
  KILN_INPUT = 0,
  KILN_OUTPUT = 1,
  /* What the model remembers from one run to the next: neither given nor taken by callers. */
  KILN_STATE = 2
} kiln_port;

/* Receives the message of a failure: a NUL-terminated line of UTF-8, empty after success. */
typedef struct kiln_error {
  char message[512];
} kiln_error;

/* One input of a call. */
typedef struct kiln_input {
  /* The elements. Only kiln_run reads it; may be null when there are no elements. */
  const void *data;
  /* Bytes at data. */
  uint64_t size;
  /* The extents, outermost first: rank of them. */
  const int64_t *shape;
  int32_t rank;
  /* A kiln_element_type. */
  int32_t element_type;
} kiln_input;

/* One output of a call. */
typedef struct kiln_output {
  /* Where kiln_run writes the elements; may be null when there are none. */
  void *data;
  /* Bytes at data. Only kiln_run reads it; it writes both where the options' allocate makes room. */
  uint64_t capacity;
  /* Out: bytes that the tensor takes. */
  uint64_t size;
  /* Receives the extents; may be null. */
  int64_t *shape;
  /* How many extents fit at shape. */
  int32_t shape_capacity;
  /* Out. */
  int32_t rank;
  /* Out: a kiln_element_type. */
  int32_t element_type;
  int32_t reserved;
} kiln_output;

/* One of the parts that a kiln_parallel_for hands to its threads. */
typedef void (*kiln_part)(void *context, int64_t part);

/* A caller's own thread pool: calls part(context, i) once for each i in [0, parts), on any threads and in any order,
   and returns when all calls have returned. pool is the options' parallel_for_data. */
typedef void (*kiln_parallel_for)(void *pool, kiln_part part, void *context, int64_t parts);

/* One stretch of work of a profiled run. */
typedef struct kiln_event {
  /* Nanoseconds of the system's monotonic clock. */
  int64_t begin;
  int64_t end;
  /* Which launch of a kernel: kiln_launch_kernel and the functions beside it tell about it. One in a loop of the model
     has an event in each round. */
  int32_t launch;
  /* -1: the launch as a whole, with handing out its work and waiting for it. Its parts follow, each with the number of
     the thread that does it, the calling one being 0. */
  int32_t worker;
} kiln_event;

/* Receives what a run spends its time on. */
typedef struct kiln_profile {
  /* sizeof(kiln_profile). */
  uint64_t struct_size;
  /* Where the run writes events, in the order in which launches begin, and how many fit. */
  kiln_event *events;
  uint64_t capacity;
  /* Out: how many events the run has; those that did not fit were dropped. */
  uint64_t count;
  /* Out: when the first kernel could begin, and when the last one was done. What no launch covers is the time between
     kernels: copies of a loop's results, and of outputs that no kernel writes. */
  int64_t begin;
  int64_t end;
} kiln_profile;

/* Makes room for output number `output`, whose size depends on data, once the size is known: size bytes, aligned as malloc
   does. Called on the thread that called kiln_run; null fails the run. */
typedef void *(*kiln_allocate)(void *data, int32_t output, uint64_t size);

/* The kind of a parameter of a custom operator. */
typedef enum kiln_parameter_kind {
  KILN_INTEGERS = 0,
  KILN_FLOATS = 1,
  /* UTF-8, each ending with a zero byte. */
  KILN_STRINGS = 2
} kiln_parameter_kind;

/* A parameter of a custom operator: an attribute of the model's node. */
typedef struct kiln_parameter {
  const char *name;
  /* A kiln_parameter_kind. */
  int32_t kind;
  int32_t reserved;
  /* How many values there are: 1 of what is no list. */
  int64_t count;
  /* The values; of these three, two are null. */
  const int64_t *integers;
  const double *floats;
  const char *const *strings;
} kiln_parameter;

/* What a custom operator is given. It reads the inputs and writes the outputs, whose element types, shapes and sizes are
   filled in. All of it is gone when it returns. */
typedef struct kiln_custom_call {
  /* sizeof(kiln_custom_call) of the model; larger when there are fields that this header does not know. */
  uint64_t struct_size;
  /* An input that the node leaves out has element type 0 and null data. */
  const kiln_input *inputs;
  kiln_output *outputs;
  const kiln_parameter *parameters;
  int32_t input_count;
  int32_t output_count;
  int32_t parameter_count;
  int32_t reserved;
  /* Receives the message of a failure. */
  kiln_error *error;
} kiln_custom_call;

/* A custom operator, which is linked with the model. It is called on the thread that called kiln_run, and by several runs at
   once if the caller starts them so. Other than KILN_OK fails the run, with the message that it wrote. */
typedef kiln_status (*kiln_custom_operator)(const kiln_custom_call *call);

/* How to run; all zero but struct_size asks for the defaults. */
typedef struct kiln_run_options {
  /* sizeof(kiln_run_options); a smaller one, of an earlier header, leaves the last fields at their defaults. */
  uint64_t struct_size;
  /* Threads to use, the calling one included; 0: one for each processor that the process may run on. */
  int32_t threads;
  int32_t reserved;
  /* Scratch memory of at least kiln_workspace_size bytes, of any alignment, used by this run alone; null: the model
     allocates it and keeps it for later runs. */
  void *workspace;
  uint64_t workspace_size;
  /* The caller's thread pool; null: the model's own, which starts its threads when first needed. A run that finds the
     model's own pool busy with another run does its work on the calling thread alone. */
  kiln_parallel_for parallel_for;
  void *parallel_for_data;
  /* Where the run notes how long each kernel takes; null: nowhere, at no cost. A model that was compiled before there
     were profiles does not look at it: its kiln_api ends before launch_count. */
  kiln_profile *profile;
  /* Makes room for outputs whose size depends on data and that have too little; the output then says where. Null: such a
     run fails with KILN_BUFFER_TOO_SMALL, and the outputs say what they take. */
  kiln_allocate allocate;
  void *allocate_data;
} kiln_run_options;

/* Every function of the interface, in the order of their declarations below. */
typedef struct kiln_api {
  uint32_t abi_version;
  /* sizeof(kiln_api) of the model; larger when it has functions that this header does not know. */
  uint32_t struct_size;
  const char *(*model_name)(void);
  const char *(*model_producer)(void);
  const char *(*model_target)(void);
  const char *(*model_cpu)(void);
  uint64_t (*model_weight_size)(void);
  int32_t (*symbol_count)(void);
  const char *(*symbol_name)(int32_t symbol);
  int32_t (*tensor_count)(kiln_port port);
  const char *(*tensor_name)(kiln_port port, int32_t index);
  int32_t (*tensor_element_type)(kiln_port port, int32_t index);
  int32_t (*tensor_rank)(kiln_port port, int32_t index);
  int64_t (*tensor_extent)(kiln_port port, int32_t index, int32_t axis);
  int32_t (*tensor_extent_symbol)(kiln_port port, int32_t index, int32_t axis);
  const char *(*tensor_extent_text)(kiln_port port, int32_t index, int32_t axis);
  const char *(*status_name)(kiln_status status);
  kiln_status (*output_shapes)(const kiln_input *inputs, int32_t input_count, kiln_output *outputs,
                               int32_t output_count, kiln_error *error);
  kiln_status (*workspace_size)(const kiln_input *inputs, int32_t input_count, int32_t threads, uint64_t *size,
                                kiln_error *error);
  kiln_status (*run)(const kiln_input *inputs, int32_t input_count, kiln_output *outputs, int32_t output_count,
                     const kiln_run_options *options, kiln_error *error);
  void (*release)(void);
  /* From here on only where struct_size says so. */
  int32_t (*launch_count)(void);
  const char *(*launch_kernel)(int32_t launch);
  const char *(*launch_family)(int32_t launch);
  const char *(*launch_node)(int32_t launch, int32_t index);
  void (*reset_state)(void);
} kiln_api;

/* The table of all functions below: the one symbol to look up after dlopen. Compare its abi_version with
   KILN_ABI_VERSION before calling anything in it. */
const kiln_api *kiln_get_api(void);

/* The version of the interface that the model was compiled with. */
uint32_t kiln_abi_version(void);

/* The model's name, the compiler that made it, the target triple and processor it was compiled for: where it has code for
   several, the one whose code runs on this machine, or that the environment variable KILN_CPU names. */
const char *kiln_model_name(void);
const char *kiln_model_producer(void);
const char *kiln_model_target(void);
const char *kiln_model_cpu(void);

/* Bytes of weights in the model. */
uint64_t kiln_model_weight_size(void);

/* The symbols that stand for extents known only at run time. The name is null when there is no such symbol. */
int32_t kiln_symbol_count(void);
const char *kiln_symbol_name(int32_t symbol);

/* How many inputs or outputs there are, or tensors of the model's state, and what each is. Where index or axis does not exist, names are null, the
   element type is 0 and numbers are -1. */
int32_t kiln_tensor_count(kiln_port port);
const char *kiln_tensor_name(kiln_port port, int32_t index);
int32_t kiln_tensor_element_type(kiln_port port, int32_t index);
int32_t kiln_tensor_rank(kiln_port port, int32_t index);

/* The extent of an axis if it is fixed, else -1. */
int64_t kiln_tensor_extent(kiln_port port, int32_t index, int32_t axis);

/* The symbol that is the extent of an axis, else -1: the extent is fixed or an expression of symbols. */
int32_t kiln_tensor_extent_symbol(kiln_port port, int32_t index, int32_t axis);

/* The extent of an axis as text if it is a symbol, "N", or an expression of symbols, "2 * N + 1"; null if fixed. */
const char *kiln_tensor_extent_text(kiln_port port, int32_t index, int32_t axis);

/* The name of a status, "KILN_WRONG_RANK"; "unknown status" for a number that is none. */
const char *kiln_status_name(kiln_status status);

/* Checks the inputs' element types and shapes and fills in, for every output, element_type, rank, size and, where it is
   not null, shape. Data pointers are not looked at. Where an extent depends on data, it is the largest it can be; where
   nothing tells that, it is -1, and the size UINT64_MAX. */
kiln_status kiln_output_shapes(const kiln_input *inputs, int32_t input_count, kiln_output *outputs,
                               int32_t output_count, kiln_error *error);

/* Checks the inputs' element types and shapes and tells how many bytes of workspace a run with so many threads needs at
   most (0 threads: as in kiln_run_options). */
kiln_status kiln_workspace_size(const kiln_input *inputs, int32_t input_count, int32_t threads, uint64_t *size,
                                kiln_error *error);

/* Runs the model on the caller's buffers, and fills in what kiln_output_shapes does, with the shapes of this run also where
   they depend on data. options and error may be null. */
kiln_status kiln_run(const kiln_input *inputs, int32_t input_count, kiln_output *outputs, int32_t output_count,
                     const kiln_run_options *options, kiln_error *error);

/* Ends the model's own threads and frees the memory it keeps, unless a run is under way. A later run starts them anew.
   Unloading the model does this too. */
void kiln_release(void);

/* How many places there are at which the model launches a kernel, in the order in which a run comes to them. */
int32_t kiln_launch_count(void);

/* The function that a launch calls, and the family of kernels it is of, "gemm"; null when there is no such launch. */
const char *kiln_launch_kernel(int32_t launch);
const char *kiln_launch_family(int32_t launch);

/* The names of the model's nodes that a launch computes, by index from 0 on; null after the last. */
const char *kiln_launch_node(int32_t launch, int32_t index);

/* Makes the next run the first one: what the model remembers from one run to the next becomes what it was when the model was
   loaded. It waits for a run that is under way. A run that fails leaves what is remembered as it was. */
void kiln_reset_state(void);

#ifdef __cplusplus
}
#endif

#endif
