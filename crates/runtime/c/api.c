/*
 * The functions that a model exports: these, and no others, are visible outside of it.
 *
 * The table points to functions private to this file, never to the exported names, which another model loaded into the
 * same process could stand in front of.
 */

#include "kiln_runtime.h"

#define EXPORTED(name) __attribute__((visibility("default"), alias(#name)))

static uint32_t abi_version(void) { return KILN_ABI_VERSION; }
static const char *model_name(void) { return kiln_metadata_model_name(); }
static const char *model_producer(void) { return kiln_metadata_producer(); }
static const char *model_target(void) { return kiln_metadata_target(); }
static const char *model_cpu(void) { return kiln_metadata_cpu(); }
static uint64_t model_weight_size(void) { return kiln_metadata_weight_size(); }
static int32_t symbol_count(void) { return kiln_metadata_symbol_count(); }

static const char *symbol_name(int32_t symbol) {
  bool exists = symbol >= 0 && symbol < kiln_metadata_symbol_count();
  return exists ? kiln_metadata_symbol(symbol).name : NULL;
}

static int32_t tensor_count(kiln_port port) {
  switch (port) {
  case KILN_INPUT:
  case KILN_OUTPUT:
    return kiln_metadata_tensor_count(port);
  case KILN_STATE:
    return kiln_metadata_state_count();
  }
  return -1;
}

/* Where a tensor stands in the metadata: what the model remembers stands behind its inputs. */
static bool find_tensor(kiln_port *port, int32_t *index) {
  if (*index < 0 || *index >= tensor_count(*port))
    return false;
  if (*port == KILN_STATE) {
    *port = KILN_INPUT;
    *index += kiln_metadata_tensor_count(KILN_INPUT);
  }
  return true;
}

static bool find_axis(kiln_port *port, int32_t *index, int32_t axis) {
  return find_tensor(port, index) && axis >= 0 && axis < kiln_metadata_rank(*port, *index);
}

static const char *tensor_name(kiln_port port, int32_t index) {
  return find_tensor(&port, &index) ? kiln_metadata_tensor_name(port, index) : NULL;
}

static int32_t tensor_element_type(kiln_port port, int32_t index) {
  return find_tensor(&port, &index) ? kiln_metadata_element_type(port, index) : 0;
}

static int32_t tensor_rank(kiln_port port, int32_t index) {
  return find_tensor(&port, &index) ? kiln_metadata_rank(port, index) : -1;
}

static int64_t tensor_extent(kiln_port port, int32_t index, int32_t axis) {
  return find_axis(&port, &index, axis) ? kiln_metadata_axis(port, index, axis).extent : -1;
}

static int32_t tensor_extent_symbol(kiln_port port, int32_t index, int32_t axis) {
  if (!find_axis(&port, &index, axis))
    return -1;
  struct kiln_axis found = kiln_metadata_axis(port, index, axis);
  return found.kind == KILN_AXIS_SYMBOL ? found.symbol : -1;
}

static const char *tensor_extent_text(kiln_port port, int32_t index, int32_t axis) {
  if (!find_axis(&port, &index, axis))
    return NULL;
  struct kiln_axis found = kiln_metadata_axis(port, index, axis);
  return found.kind == KILN_AXIS_STATIC ? NULL : found.text;
}

static const char *status_name(kiln_status status) {
  switch (status) {
  case KILN_OK:
    return "KILN_OK";
  case KILN_INVALID_ARGUMENT:
    return "KILN_INVALID_ARGUMENT";
  case KILN_WRONG_ELEMENT_TYPE:
    return "KILN_WRONG_ELEMENT_TYPE";
  case KILN_WRONG_RANK:
    return "KILN_WRONG_RANK";
  case KILN_WRONG_SHAPE:
    return "KILN_WRONG_SHAPE";
  case KILN_SYMBOL_CONFLICT:
    return "KILN_SYMBOL_CONFLICT";
  case KILN_SIZE_OVERFLOW:
    return "KILN_SIZE_OVERFLOW";
  case KILN_BUFFER_TOO_SMALL:
    return "KILN_BUFFER_TOO_SMALL";
  case KILN_OUT_OF_MEMORY:
    return "KILN_OUT_OF_MEMORY";
  case KILN_INDEX_OUT_OF_RANGE:
    return "KILN_INDEX_OUT_OF_RANGE";
  case KILN_INTERNAL_ERROR:
    return "KILN_INTERNAL_ERROR";
  case KILN_UNSUPPORTED_PROCESSOR:
    return "KILN_UNSUPPORTED_PROCESSOR";
  case KILN_CUSTOM_OPERATOR_FAILED:
    return "KILN_CUSTOM_OPERATOR_FAILED";
  }
  return "unknown status";
}

static kiln_status output_shapes(const kiln_input *inputs, int32_t input_count, kiln_output *outputs,
                                 int32_t output_count, kiln_error *error) {
  return kiln_api_output_shapes(inputs, input_count, outputs, output_count, error);
}

static kiln_status workspace_size(const kiln_input *inputs, int32_t input_count, int32_t threads, uint64_t *size,
                                  kiln_error *error) {
  return kiln_api_workspace_size(inputs, input_count, threads, size, error);
}

static kiln_status run(const kiln_input *inputs, int32_t input_count, kiln_output *outputs, int32_t output_count,
                       const kiln_run_options *options, kiln_error *error) {
  return kiln_api_run(inputs, input_count, outputs, output_count, options, error);
}

static bool launch_exists(int32_t launch) { return launch >= 0 && launch < kiln_metadata_launch_count(); }

static int32_t launch_count(void) { return kiln_metadata_launch_count(); }

static const char *launch_kernel(int32_t launch) {
  return launch_exists(launch) ? kiln_metadata_launch_kernel(launch) : NULL;
}

static const char *launch_family(int32_t launch) {
  return launch_exists(launch) ? kiln_metadata_launch_family(launch) : NULL;
}

static const char *launch_node(int32_t launch, int32_t index) {
  bool exists = launch_exists(launch) && index >= 0 && index < kiln_metadata_launch_node_count(launch);
  return exists ? kiln_metadata_launch_node(launch, index) : NULL;
}

static void reset_state(void) { kiln_states_reset(); }

/* Also what happens when the model is unloaded: its threads must be gone before its code is. */
__attribute__((destructor)) static void release(void) {
  kiln_pool_release();
  kiln_texts_release();
  kiln_workspace_release();
}

__attribute__((destructor)) static void forget(void) { kiln_states_release(); }

/* `src/abi.rs` asserts the same places. */
_Static_assert(offsetof(kiln_api, output_shapes) == 128, "functions are only ever added at the end of the table");
_Static_assert(offsetof(kiln_api, launch_count) == 160, "functions are only ever added at the end of the table");

static const kiln_api *get_api(void) {
  static const kiln_api api = {KILN_ABI_VERSION,
                               sizeof(kiln_api),
                               model_name,
                               model_producer,
                               model_target,
                               model_cpu,
                               model_weight_size,
                               symbol_count,
                               symbol_name,
                               tensor_count,
                               tensor_name,
                               tensor_element_type,
                               tensor_rank,
                               tensor_extent,
                               tensor_extent_symbol,
                               tensor_extent_text,
                               status_name,
                               output_shapes,
                               workspace_size,
                               run,
                               release,
                               launch_count,
                               launch_kernel,
                               launch_family,
                               launch_node,
                               reset_state};
  return &api;
}

EXPORTED(get_api) const kiln_api *kiln_get_api(void);
EXPORTED(abi_version) uint32_t kiln_abi_version(void);
EXPORTED(model_name) const char *kiln_model_name(void);
EXPORTED(model_producer) const char *kiln_model_producer(void);
EXPORTED(model_target) const char *kiln_model_target(void);
EXPORTED(model_cpu) const char *kiln_model_cpu(void);
EXPORTED(model_weight_size) uint64_t kiln_model_weight_size(void);
EXPORTED(symbol_count) int32_t kiln_symbol_count(void);
EXPORTED(symbol_name) const char *kiln_symbol_name(int32_t symbol);
EXPORTED(tensor_count) int32_t kiln_tensor_count(kiln_port port);
EXPORTED(tensor_name) const char *kiln_tensor_name(kiln_port port, int32_t index);
EXPORTED(tensor_element_type) int32_t kiln_tensor_element_type(kiln_port port, int32_t index);
EXPORTED(tensor_rank) int32_t kiln_tensor_rank(kiln_port port, int32_t index);
EXPORTED(tensor_extent) int64_t kiln_tensor_extent(kiln_port port, int32_t index, int32_t axis);
EXPORTED(tensor_extent_symbol) int32_t kiln_tensor_extent_symbol(kiln_port port, int32_t index, int32_t axis);
EXPORTED(tensor_extent_text) const char *kiln_tensor_extent_text(kiln_port port, int32_t index, int32_t axis);
EXPORTED(status_name) const char *kiln_status_name(kiln_status status);
EXPORTED(output_shapes) kiln_status kiln_output_shapes(const kiln_input *, int32_t, kiln_output *, int32_t, kiln_error *);
EXPORTED(workspace_size) kiln_status kiln_workspace_size(const kiln_input *, int32_t, int32_t, uint64_t *, kiln_error *);
EXPORTED(run) kiln_status kiln_run(const kiln_input *, int32_t, kiln_output *, int32_t, const kiln_run_options *, kiln_error *);
EXPORTED(release) void kiln_release(void);
EXPORTED(launch_count) int32_t kiln_launch_count(void);
EXPORTED(launch_kernel) const char *kiln_launch_kernel(int32_t launch);
EXPORTED(launch_family) const char *kiln_launch_family(int32_t launch);
EXPORTED(launch_node) const char *kiln_launch_node(int32_t launch, int32_t index);
EXPORTED(reset_state) void kiln_reset_state(void);
