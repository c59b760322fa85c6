/*
 * What the runtime's files share, and the two contracts inside of a compiled model: with the generated code
 * (kiln_versions, kiln_parallel, kiln_fail) and with the metadata blobs that belong to it.
 *
 * A call goes: api.c exports it -> run.c or shapes.c opens a frame, for which versions.c chooses the code that the machine
 * runs -> shapes.c binds the symbols and checks every extent -> buffers.c checks data pointers and sizes -> states.c adds
 * what the model remembers -> pool.c and workspace.c lend threads and memory -> the generated code, which calls back into parallel.c, and into stages.c where
 * data gives extents.
 */
#ifndef KILN_RUNTIME_H
#define KILN_RUNTIME_H

#include "kiln.h"
#include "system.h"

/* --- Generated code. All symbols are hidden. --- */

/* A task that kiln_parallel splits: does the iterations [begin, end) as worker number `worker`. */
typedef void (*kiln_task)(void *context, int64_t begin, int64_t end, int64_t worker);

/* The code for one processor: kiln_gen_run, kiln_gen_dims and kiln_gen_workspace, and what it says of itself. */
struct kiln_version {
  /* Runs the model; 0 or a code that makes the run an internal error. */
  int32_t (*run)(void *runtime, const void *const *inputs, void *const *outputs, int64_t *symbols, void *workspace,
                 int64_t workers);
  /* Writes the extents of every input, then of every output, axis by axis. While symbols that data gives are negative,
     what depends on them is the largest it can be; KILN_NOT_KNOWN where nothing tells. */
  void (*dims)(const int64_t *symbols, int64_t *dims);
  /* Bytes of workspace; negative when they cannot be counted. */
  int64_t (*workspace)(const int64_t *symbols, int64_t workers);
  const unsigned char *metadata;
};

/* All versions, the most capable processor's first; nulls after the last. */
extern const struct kiln_version kiln_versions[] __attribute__((visibility("hidden")));

/* Launch number `launch` of the metadata: splits [0, count) over the run's workers and returns when all is done. Up to
   `serial` iterations are done on the calling thread; generated code does those itself unless the run is profiled, which
   it sees at the first word behind `runtime`. A call from inside of a task runs it whole, there, as worker 0: generated
   code does not nest parallel loops. */
void kiln_parallel(void *runtime, kiln_task task, void *context, int64_t count, int64_t serial, int64_t launch);
/* Records the run's first index out of range: `value` is none of [-bound, bound) in node number `node`. */
void kiln_fail(void *runtime, int64_t node, int64_t value, int64_t bound);
/* Records that two extents differ which node number `node` takes for one. */
void kiln_mismatch(void *runtime, int64_t node, int64_t found, int64_t expected);
/* Whether anything was recorded: a loop that data ends stops then. */
bool kiln_failed(void *runtime);

/* Gives a symbol the value that node number `node` found. */
void kiln_set_symbol(void *runtime, int64_t symbol, int64_t value, int64_t node);
/* Records that an extent which follows from it is negative, if it is. */
void kiln_check_extent(void *runtime, int64_t extent, int64_t node);
/* Makes memory of a stage, from 1 on; what there was before is gone. Negative: the bytes cannot be counted. */
void kiln_reserve(void *runtime, int64_t stage, int64_t bytes, int64_t node);
/* The memory of a stage; null where there is none. */
void *kiln_memory(void *runtime, int64_t stage);
/* Where to write an output whose size depends on data; null, and recorded, where there is no room for it. */
void *kiln_output_memory(void *runtime, int64_t output, int64_t bytes);

/* Beside these, generated code calls the functions of strings.c, letters.c, numbers.c, custom.c and images/image.c, one
   for each launch. */

/* What kiln_gen_dims writes where nothing tells the extent. */
static const int64_t KILN_NOT_KNOWN = INT64_MIN;

/* --- message.c --- */

/* Writes the message, if there is where to, and returns status. `format` knows %s (a string) and %d (an int64_t). */
kiln_status kiln_report(kiln_error *error, kiln_status status, const char *format, ...);
/* Writes more of a message behind it. */
void kiln_report_more(kiln_error *error, const char *format, ...);

/* --- processor.c --- */

/* Bytes of the longest name of a feature, with its end. */
enum { KILN_FEATURE_NAME_SIZE = 16 };

/* Whether this machine lacks one of the features, names with commas between them; writes the first that it lacks. */
bool kiln_processor_lacks(const char *requirements, char name[KILN_FEATURE_NAME_SIZE]);

/* --- versions.c --- */

/* The version that runs here; the first where none does, which then only says what the model is. */
const struct kiln_version *kiln_version(void);
/* Whether there is one that runs here. */
kiln_status kiln_check_version(kiln_error *error);

/* --- metadata.c --- */

/* Of an axis: its extent is a number, a symbol or an expression of symbols. */
enum kiln_axis_kind { KILN_AXIS_STATIC = 0, KILN_AXIS_SYMBOL = 1, KILN_AXIS_EXPRESSION = 2 };

struct kiln_axis {
  enum kiln_axis_kind kind;
  int32_t symbol;
  int64_t extent;
  const char *text;
};

/* Of a symbol: an input's extent, or a number that the run itself finds. */
enum kiln_symbol_source { KILN_SYMBOL_INPUT = 0, KILN_SYMBOL_RUN = 1 };

struct kiln_symbol {
  const char *name;
  enum kiln_symbol_source source;
  int64_t minimum;
  int64_t maximum;
};

/* Of any version of the code: the processor that it is for, and what that must have. */
const char *kiln_metadata_cpu_of(const unsigned char *metadata);
const char *kiln_metadata_requirements_of(const unsigned char *metadata);

/* The rest is of the version that runs here. Whether its blob is of the layout that this runtime reads. */
bool kiln_metadata_is_readable(void);
const char *kiln_metadata_model_name(void);
const char *kiln_metadata_producer(void);
const char *kiln_metadata_target(void);
const char *kiln_metadata_cpu(void);
uint64_t kiln_metadata_weight_size(void);
int32_t kiln_metadata_symbol_count(void);
/* The symbol must exist. */
struct kiln_symbol kiln_metadata_symbol(int32_t index);
/* Of the caller's tensors. Those that the model remembers stand behind them, on either side. */
int32_t kiln_metadata_tensor_count(kiln_port port);
int32_t kiln_metadata_state_count(void);
/* The bytes that a state begins with; it must exist. */
const unsigned char *kiln_metadata_state_initial(int32_t state, uint64_t *size);
/* For these the tensor and the axis must exist. */
const char *kiln_metadata_tensor_name(kiln_port port, int32_t index);
int32_t kiln_metadata_element_type(kiln_port port, int32_t index);
int32_t kiln_metadata_rank(kiln_port port, int32_t index);
struct kiln_axis kiln_metadata_axis(kiln_port port, int32_t index, int32_t axis);
/* Whether an output's size depends on data. */
bool kiln_metadata_depends_on_data(int32_t output);
/* The name of a node that kiln_fail was given; "?" when there is none. */
const char *kiln_metadata_node(int64_t index);
int32_t kiln_metadata_launch_count(void);
/* For these the launch must exist. */
const char *kiln_metadata_launch_kernel(int32_t index);
const char *kiln_metadata_launch_family(int32_t index);
int32_t kiln_metadata_launch_node_count(int32_t index);
/* The node must exist, too. */
const char *kiln_metadata_launch_node(int32_t index, int32_t node);

/* --- elements.c --- */

/* Bytes of one element; 0 for a type without a fixed size. */
uint64_t kiln_element_size(int32_t element_type);
/* The type's name in messages, as in IR text. */
const char *kiln_element_name(int32_t element_type);

/* --- frame.c --- */

/* Words of a frame that need no allocation: enough for some forty tensors of rank 4. */
enum { KILN_FRAME_WORDS = 384 };

/* The arrays of one call, on the caller's stack while they fit. */
struct kiln_frame {
  int64_t *symbols;
  /* The extents of every input, then of every output, as kiln_gen_dims writes them. */
  int64_t *input_dims;
  int64_t *output_dims;
  const void **inputs;
  void **outputs;
  /* The memory of each stage that data begins; there are as many at most as symbols. */
  void **stages;
  void *allocated;
  uint64_t words[KILN_FRAME_WORDS];
};

kiln_status kiln_frame_open(struct kiln_frame *frame, kiln_error *error);
void kiln_frame_close(struct kiln_frame *frame);

/* --- shapes.c --- */

/* Checks element types, ranks and extents of the inputs, binds the symbols, and evaluates and checks all extents. */
kiln_status kiln_bind(struct kiln_frame *frame, const kiln_input *inputs, int32_t input_count, kiln_error *error);
/* Fills in the outputs' element types, ranks, shapes and sizes. */
kiln_status kiln_describe_outputs(const struct kiln_frame *frame, kiln_output *outputs, int32_t output_count,
                                  kiln_error *error);
kiln_status kiln_api_output_shapes(const kiln_input *inputs, int32_t input_count, kiln_output *outputs,
                                   int32_t output_count, kiln_error *error);
/* Bytes of a tensor; false when they do not fit. */
bool kiln_tensor_size(const int64_t *dims, int32_t rank, int32_t element_type, uint64_t *size);

/* --- buffers.c --- */

/* Checks pointers, alignments and sizes of all buffers and puts the pointers into the frame. */
kiln_status kiln_collect_buffers(struct kiln_frame *frame, const kiln_input *inputs, const kiln_output *outputs,
                                 kiln_error *error);

/* --- workspace.c --- */

/* Every workspace is aligned to this, in bytes; generated code relies on it. */
enum { KILN_WORKSPACE_ALIGNMENT = 64 };

/* A block of at least so many bytes, from those kept or new; null when there is no memory. */
void *kiln_workspace_take(uint64_t size);
/* Gives a block back, to be kept for the next run. */
void kiln_workspace_give(void *workspace);
void kiln_workspace_release(void);

/* --- states.c --- */

/* Waits for the runs before, and puts what the model remembers into the frame. */
kiln_status kiln_states_take(struct kiln_frame *frame, kiln_error *error);
/* After a run: the next one reads what it wrote if it succeeded, else what it read. */
void kiln_states_give(bool succeeded);
/* Makes the next run the first. */
void kiln_states_reset(void);
void kiln_states_release(void);

/* --- pool.c --- */

/* How many threads the process may run at once. */
int32_t kiln_processor_count(void);
/* Takes the pool for one run and grows it to `threads`, the caller included. Returns how many there are: fewer where the
   system refuses threads, and 1, with nothing taken, where another run has the pool. */
int32_t kiln_pool_take(int32_t threads);
/* Gives the pool back; only after a take of more than 1. */
void kiln_pool_give(void);
/* Runs part(context, i) for each i in [0, parts) on as many threads; part 0 on the calling one. */
void kiln_pool_run(kiln_part part, void *context, int64_t parts);
/* Ends the threads, unless a run has the pool. */
void kiln_pool_release(void);

/* --- parallel.c --- */

/* What a run can fail of while it runs. */
enum kiln_failure {
  KILN_FAILED_INDEX,
  KILN_FAILED_AGREEMENT,
  KILN_FAILED_EXTENT,
  KILN_FAILED_SIZE,
  KILN_FAILED_MEMORY,
  KILN_FAILED_OUTPUT,
  /* The value is the address of a string. */
  KILN_FAILED_TEXT,
  /* The value is the status of a custom operator. */
  KILN_FAILED_CUSTOM
};

/* One run: what the `runtime` pointer of generated code points to. */
struct kiln_runtime {
  /* The first word, which generated code looks at: not null when the run is profiled. */
  kiln_profile *profile;
  int64_t workers;
  kiln_parallel_for parallel_for;
  void *parallel_for_data;
  bool in_parallel;
  /* 0: none; 1: a thread is writing what is below; 2: they are written. */
  _Atomic uint32_t failure;
  enum kiln_failure failed_by;
  int64_t failed_node;
  int64_t failed_value;
  int64_t failed_bound;
  /* What a custom operator said. */
  kiln_error custom_error;
  /* Of the call: what data gives goes there. */
  struct kiln_frame *frame;
  kiln_output *outputs;
  kiln_allocate allocate;
  void *allocate_data;
  /* What strings the run made. */
  struct kiln_text_block *texts;
  /* Images that were decoded for their size. */
  struct kiln_image_block *images;
};

/* Records the first failure of a run. */
void kiln_record(struct kiln_runtime *run, enum kiln_failure kind, int64_t node, int64_t value, int64_t bound);
/* What was recorded, as the status and the message of the call; KILN_OK if nothing was. */
kiln_status kiln_report_failure(struct kiln_runtime *run, kiln_error *error);

/* --- stages.c --- */

/* Before a run, and after it. */
void kiln_stages_open(struct kiln_frame *frame);
void kiln_stages_close(struct kiln_frame *frame);

/* --- texts.c --- */

/* Room for a string, its end included; null, and recorded, where there is no memory. */
char *kiln_text_take(void *runtime, uint64_t bytes, int64_t node);
/* A string of `length` bytes; an empty one, and recorded, where there is no memory. */
const char *kiln_text_copy(void *runtime, const char *bytes, uint64_t length, int64_t node);
/* Keeps what strings a run made until kiln_texts_release, which the next one begins with. */
void kiln_texts_keep(struct kiln_text_block *first);
void kiln_texts_release(void);

/* --- images/kept.c --- */

/* Frees images that a run kept. */
void kiln_images_release(struct kiln_image_block *first);

/* --- run.c --- */

kiln_status kiln_api_workspace_size(const kiln_input *inputs, int32_t input_count, int32_t threads, uint64_t *size,
                                    kiln_error *error);
kiln_status kiln_api_run(const kiln_input *inputs, int32_t input_count, kiln_output *outputs, int32_t output_count,
                         const kiln_run_options *options, kiln_error *error);

#endif
