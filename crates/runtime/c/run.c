/* One run: checks, memory and threads, then the generated code. */

#include "kiln_runtime.h"

/* The number of threads that a caller means. */
static kiln_status resolve_threads(int32_t *threads, kiln_error *error) {
  if (*threads < 0 || *threads > KILN_MAXIMUM_THREADS)
    return kiln_report(error, KILN_INVALID_ARGUMENT, "%d threads were asked for; 0 to %d can be", (int64_t)*threads,
                       (int64_t)KILN_MAXIMUM_THREADS);
  if (*threads == 0)
    *threads = kiln_processor_count();
  return KILN_OK;
}

/* Bytes of workspace, with room to align it. */
static kiln_status measure_workspace(const struct kiln_frame *frame, int32_t threads, uint64_t *size,
                                     kiln_error *error) {
  int64_t bytes = kiln_version()->workspace(frame->symbols, threads);
  if (bytes < 0 || bytes > INT64_MAX - KILN_WORKSPACE_ALIGNMENT)
    return kiln_report(error, KILN_SIZE_OVERFLOW, "the workspace for these shapes does not fit in memory");
  *size = bytes == 0 ? 0 : (uint64_t)bytes + KILN_WORKSPACE_ALIGNMENT;
  return KILN_OK;
}

kiln_status kiln_api_workspace_size(const kiln_input *inputs, int32_t input_count, int32_t threads, uint64_t *size,
                                    kiln_error *error) {
  struct kiln_frame frame;
  kiln_status status = kiln_frame_open(&frame, error);
  if (status)
    return status;
  if (!size)
    status = kiln_report(error, KILN_INVALID_ARGUMENT, "the size to fill in is a null pointer");
  if (!status)
    status = resolve_threads(&threads, error);
  if (!status)
    status = kiln_bind(&frame, inputs, input_count, error);
  if (!status)
    status = measure_workspace(&frame, threads, size, error);
  kiln_frame_close(&frame);
  return status;
}

/* Reads the options, of this, of an earlier or of a later header: fields are only ever added at the end. */
static kiln_status read_options(const kiln_run_options *given, kiln_run_options *options, kiln_error *error) {
  static const kiln_run_options defaults = {.struct_size = sizeof(kiln_run_options)};
  *options = defaults;
  if (given) {
    if (given->struct_size < offsetof(kiln_run_options, profile))
      return kiln_report(error, KILN_INVALID_ARGUMENT, "struct_size of the options is not sizeof(kiln_run_options)");
    __builtin_memcpy(options, given, given->struct_size < sizeof *options ? given->struct_size : sizeof *options);
  }
  const kiln_profile *profile = options->profile;
  if (profile && profile->struct_size < sizeof(kiln_profile))
    return kiln_report(error, KILN_INVALID_ARGUMENT, "struct_size of the profile is not sizeof(kiln_profile)");
  if (profile && !profile->events && profile->capacity > 0)
    return kiln_report(error, KILN_INVALID_ARGUMENT, "the events of the profile are a null pointer");
  return resolve_threads(&options->threads, error);
}

/* Runs the generated code in `workspace`, which is not aligned yet, and tells what became of it. */
static kiln_status execute(struct kiln_frame *frame, struct kiln_runtime *runtime, void *workspace, kiln_error *error) {
  char *aligned = workspace;
  if (aligned)
    aligned += (KILN_WORKSPACE_ALIGNMENT - (uintptr_t)aligned % KILN_WORKSPACE_ALIGNMENT) % KILN_WORKSPACE_ALIGNMENT;
  kiln_profile *profile = runtime->profile;
  if (profile) {
    profile->count = 0;
    profile->begin = kiln_now();
  }
  int32_t code = kiln_version()->run(runtime, frame->inputs, frame->outputs, frame->symbols, aligned, runtime->workers);
  if (profile)
    profile->end = kiln_now();
  kiln_status status = kiln_report_failure(runtime, error);
  if (status)
    return status;
  if (code)
    return kiln_report(error, KILN_INTERNAL_ERROR, "the model's code ended with %d", (int64_t)code);
  return KILN_OK;
}

/* Finds a workspace for so many threads, and runs in it. */
static kiln_status run_in_workspace(struct kiln_frame *frame, struct kiln_runtime *runtime,
                                    const kiln_run_options *options, kiln_error *error) {
  uint64_t size;
  kiln_status status = measure_workspace(frame, (int32_t)runtime->workers, &size, error);
  if (status)
    return status;
  if (size == 0)
    return execute(frame, runtime, NULL, error);
  if (options->workspace) {
    if (options->workspace_size < size)
      return kiln_report(error, KILN_BUFFER_TOO_SMALL, "the workspace has %d bytes, %d are needed",
                         (int64_t)options->workspace_size, (int64_t)size);
    return execute(frame, runtime, options->workspace, error);
  }
  void *workspace = kiln_workspace_take(size);
  if (!workspace)
    return kiln_report(error, KILN_OUT_OF_MEMORY, "no memory for a workspace of %d bytes", (int64_t)size);
  status = execute(frame, runtime, workspace, error);
  kiln_workspace_give(workspace);
  return status;
}

/* Finds threads, and runs on them. */
static kiln_status run_on_threads(struct kiln_frame *frame, kiln_output *outputs, const kiln_run_options *options,
                                  kiln_error *error) {
  struct kiln_runtime runtime = {.profile = options->profile,
                                 .workers = options->threads,
                                 .parallel_for = options->parallel_for,
                                 .parallel_for_data = options->parallel_for_data,
                                 .frame = frame,
                                 .outputs = outputs,
                                 .allocate = options->allocate,
                                 .allocate_data = options->allocate_data};
  if (!options->parallel_for)
    runtime.workers = kiln_pool_take(options->threads);
  kiln_status status = run_in_workspace(frame, &runtime, options, error);
  if (!options->parallel_for && runtime.workers > 1)
    kiln_pool_give();
  kiln_texts_keep(runtime.texts);
  kiln_images_release(runtime.images);
  return status;
}

kiln_status kiln_api_run(const kiln_input *inputs, int32_t input_count, kiln_output *outputs, int32_t output_count,
                         const kiln_run_options *given, kiln_error *error) {
  struct kiln_frame frame;
  kiln_run_options options;
  kiln_status status = kiln_frame_open(&frame, error);
  if (status)
    return status;
  status = read_options(given, &options, error);
  if (!status)
    status = kiln_bind(&frame, inputs, input_count, error);
  if (!status)
    status = kiln_describe_outputs(&frame, outputs, output_count, error);
  if (!status)
    status = kiln_collect_buffers(&frame, inputs, outputs, error);
  if (!status) {
    kiln_stages_open(&frame);
    kiln_texts_release();
    status = kiln_states_take(&frame, error);
    if (!status) {
      status = run_on_threads(&frame, outputs, &options, error);
      kiln_states_give(!status);
    }
    kiln_stages_close(&frame);
    /* The run may have found extents that depend on its data: also where an output had too little room for them. */
    if (!status || status == KILN_BUFFER_TOO_SMALL) {
      kiln_version()->dims(frame.symbols, frame.input_dims);
      kiln_status described = kiln_describe_outputs(&frame, outputs, output_count, status ? NULL : error);
      status = status ? status : described;
    }
  }
  kiln_frame_close(&frame);
  return status;
}
