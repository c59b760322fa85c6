/*
 * Checks, on whichever processor it is built for, what a C caller can do with the fake model that Rust's Model does not:
 * its own pool and workspace, null pointers, short buffers, runs on many threads at once, unloading; and, if there is a
 * second argument, a fork.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include "model.h"

enum { N = 37, M = 53, K = 100 };

static const kiln_api *model;
static float x[N * 4 * M], scale[N], window[2 * M + 1];
static int64_t indices[K];
static int failures;

static const int64_t x_shape[] = {N, 4, M}, scale_shape[] = {N}, index_shape[] = {K}, window_shape[] = {2 * M + 1};

struct outputs {
  float y[N * M], picked[K], tail[M - 2];
  int64_t found[1000];
  int64_t shapes[4][2];
  kiln_output described[4];
};

#define CHECK(condition)                                                                                               \
  do {                                                                                                                 \
    if (!(condition)) {                                                                                                \
      printf("%s:%d: %s\n", __FILE__, __LINE__, #condition);                                                           \
      ++failures;                                                                                                      \
    }                                                                                                                  \
  } while (0)

static void describe(kiln_input inputs[4], struct outputs *outputs) {
  const kiln_input described[4] = {{x, sizeof x, x_shape, 3, KILN_F32},
                                   {scale, sizeof scale, scale_shape, 1, KILN_F32},
                                   {indices, sizeof indices, index_shape, 1, KILN_I64},
                                   {window, sizeof window, window_shape, 1, KILN_F32}};
  void *const data[4] = {outputs->y, outputs->picked, outputs->tail, outputs->found};
  const uint64_t sizes[4] = {sizeof outputs->y, sizeof outputs->picked, sizeof outputs->tail, sizeof outputs->found};
  int i;
  memcpy(inputs, described, sizeof described);
  memset(outputs, 0, sizeof *outputs);
  for (i = 0; i < 4; ++i) {
    outputs->described[i].data = data[i];
    outputs->described[i].capacity = sizes[i];
    outputs->described[i].shape = outputs->shapes[i];
    outputs->described[i].shape_capacity = 2;
  }
}

static kiln_status run(struct outputs *outputs, const kiln_run_options *options, kiln_error *error) {
  kiln_input inputs[4];
  describe(inputs, outputs);
  return model->run(inputs, 4, outputs->described, 4, options, error);
}

static kiln_run_options threads(int count) {
  kiln_run_options options = {.struct_size = sizeof(kiln_run_options)};
  options.threads = count;
  return options;
}

static int same(const struct outputs *a, const struct outputs *b) {
  return !memcmp(a->y, b->y, sizeof a->y) && !memcmp(a->picked, b->picked, sizeof a->picked) &&
         !memcmp(a->tail, b->tail, sizeof a->tail) && !memcmp(a->found, b->found, sizeof a->found);
}

static void check_values(const struct outputs *outputs) {
  int n, m, k;
  CHECK(outputs->shapes[0][0] == N && outputs->shapes[0][1] == M && outputs->shapes[1][0] == K);
  CHECK(outputs->shapes[2][0] == M - 2 && outputs->described[0].size == sizeof outputs->y);
  for (n = 0; n < N; ++n)
    for (m = 0; m < M; ++m) {
      float sum = 0;
      int r;
      for (r = 0; r < 4; ++r)
        sum += x[(n * 4 + r) * M + m];
      CHECK(outputs->y[n * M + m] == scale[n] * sum + window[m] + window[2 * M - m]);
    }
  for (k = 0; k < K; ++k)
    CHECK(outputs->picked[k] == scale[(indices[k] + N) % N]);
}

/* A pool of the caller's that does the parts in reverse order, on a thread each. */
struct part {
  kiln_part run;
  void *context;
  int64_t number;
};

static void *run_part(void *argument) {
  struct part *part = argument;
  part->run(part->context, part->number);
  return NULL;
}

static void own_pool(void *pool, kiln_part run, void *context, int64_t parts) {
  pthread_t thread[64];
  struct part part[64];
  int64_t i;
  ++*(int *)pool;
  for (i = parts; i-- > 0;) {
    part[i].run = run, part[i].context = context, part[i].number = i;
    pthread_create(&thread[i], NULL, run_part, &part[i]);
  }
  for (i = 0; i < parts; ++i)
    pthread_join(thread[i], NULL);
}

static void check_own_pool_and_workspace(const struct outputs *expected) {
  kiln_run_options options = threads(5);
  struct outputs outputs;
  kiln_input inputs[4];
  kiln_error error;
  uint64_t size = 0;
  char *memory;
  int loops = 0;
  describe(inputs, &outputs);
  CHECK(model->workspace_size(inputs, 4, 5, &size, &error) == KILN_OK && size >= 5 * M * sizeof(float));
  memory = malloc(size + 1);
  options.parallel_for = own_pool;
  options.parallel_for_data = &loops;
  options.workspace = memory + 1;
  options.workspace_size = size;
  CHECK(run(&outputs, &options, NULL) == KILN_OK && loops == 1 && same(&outputs, expected));
  options.workspace_size = size - 1;
  CHECK(run(&outputs, &options, &error) == KILN_BUFFER_TOO_SMALL);
  CHECK(strstr(error.message, "workspace"));
  free(memory);
}

static void check_misuse(void) {
  kiln_run_options options = threads(-1);
  struct outputs outputs;
  kiln_input inputs[4];
  kiln_error error;
  CHECK(run(&outputs, &options, &error) == KILN_INVALID_ARGUMENT && strstr(error.message, "threads"));
  options.struct_size = 3;
  CHECK(run(&outputs, &options, &error) == KILN_INVALID_ARGUMENT && strstr(error.message, "struct_size"));
  describe(inputs, &outputs);
  CHECK(model->run(NULL, 4, outputs.described, 4, NULL, &error) == KILN_INVALID_ARGUMENT);
  CHECK(model->run(inputs, 4, NULL, 4, NULL, &error) == KILN_INVALID_ARGUMENT);
  CHECK(model->run(inputs, 3, outputs.described, 4, NULL, &error) == KILN_INVALID_ARGUMENT);
  CHECK(model->run(inputs, 4, outputs.described, -1, NULL, NULL) == KILN_INVALID_ARGUMENT);
  inputs[1].data = NULL;
  CHECK(model->run(inputs, 4, outputs.described, 4, NULL, &error) == KILN_INVALID_ARGUMENT);
  CHECK(strstr(error.message, "'scale'"));
  inputs[1].data = (char *)scale + 1;
  CHECK(model->run(inputs, 4, outputs.described, 4, NULL, &error) == KILN_INVALID_ARGUMENT);
  CHECK(strstr(error.message, "aligned"));
  describe(inputs, &outputs);
  inputs[0].shape = NULL;
  CHECK(model->run(inputs, 4, outputs.described, 4, NULL, &error) == KILN_INVALID_ARGUMENT);
  describe(inputs, &outputs);
  outputs.described[0].shape_capacity = 1;
  CHECK(model->run(inputs, 4, outputs.described, 4, NULL, &error) == KILN_BUFFER_TOO_SMALL);
  outputs.described[0].shape = NULL;
  CHECK(model->run(inputs, 4, outputs.described, 4, NULL, &error) == KILN_OK && error.message[0] == 0);
  CHECK(model->workspace_size(inputs, 4, 1, NULL, &error) == KILN_INVALID_ARGUMENT);
  CHECK(model->tensor_name(KILN_INPUT, 4) == NULL && model->tensor_rank(KILN_OUTPUT, -1) == -1);
  CHECK(model->tensor_extent(KILN_INPUT, 0, 1) == 4 && model->tensor_extent(KILN_INPUT, 0, 3) == -1);
  CHECK(model->tensor_extent_text(KILN_INPUT, 0, 1) == NULL && model->tensor_extent_symbol(KILN_INPUT, 0, 2) == 1);
  CHECK(!strcmp(model->tensor_extent_text(KILN_INPUT, 3, 0), "2 * M + 1"));
  CHECK(!strcmp(model->symbol_name(0), "N") && model->symbol_name(4) == NULL);
  CHECK(!strcmp(model->status_name(KILN_WRONG_RANK), "KILN_WRONG_RANK"));
}

/* Events as the runs on so many threads must have them: launch 0 in parts, launch 1 on the calling thread. */
static void check_events(const kiln_profile *profile, int parts) {
  const kiln_event *event = profile->events;
  int64_t end = profile->begin;
  int launch, part;
  CHECK(profile->count == (uint64_t)parts + 3);
  for (launch = 0; launch < 2; ++launch) {
    const kiln_event *whole = event++;
    int expected = launch == 0 ? parts : 1;
    CHECK(whole->launch == launch && whole->worker == -1 && whole->begin >= end && whole->end >= whole->begin);
    for (part = 0; part < expected; ++part, ++event) {
      CHECK(event->launch == launch && event->worker == part);
      CHECK(event->begin >= whole->begin && event->end >= event->begin && event->end <= whole->end);
    }
    end = whole->end;
  }
  CHECK(profile->end >= end);
}

static void check_profiles(const struct outputs *expected) {
  kiln_event events[16];
  kiln_profile profile = {sizeof(kiln_profile), NULL, 0, 77, 0, 0};
  kiln_run_options options = threads(1);
  struct outputs outputs;
  kiln_error error;
  int count, loops = 0;
  CHECK(model->launch_count() == 2 && !strcmp(model->launch_kernel(1), "pick"));
  CHECK(!strcmp(model->launch_family(0), "reduce") && !model->launch_family(2) && !model->launch_kernel(-1));
  CHECK(!strcmp(model->launch_node(1, 0), "pick") && !strcmp(model->launch_node(1, 1), "rows"));
  CHECK(!model->launch_node(1, 2) && !model->launch_node(0, -1) && !model->launch_node(2, 0));

  profile.events = events;
  options.profile = &profile;
  for (count = 1; count <= 8; count += 7) {
    options.threads = count;
    profile.capacity = 16;
    CHECK(run(&outputs, &options, NULL) == KILN_OK && same(&outputs, expected));
    /* The system may refuse threads. */
    check_events(&profile, (int)profile.count - 3);
    CHECK(profile.count <= (uint64_t)count + 3);
  }
  options.threads = 8;
  options.parallel_for = own_pool;
  options.parallel_for_data = &loops;
  CHECK(run(&outputs, &options, NULL) == KILN_OK && same(&outputs, expected) && loops == 1);
  check_events(&profile, 8);

  /* What does not fit is counted, not written. */
  profile.capacity = 8;
  events[9].launch = -7;
  CHECK(run(&outputs, &options, NULL) == KILN_OK && profile.count == 11 && events[9].launch == -7);
  profile.capacity = 0;
  profile.events = NULL;
  CHECK(run(&outputs, &options, NULL) == KILN_OK && profile.count == 11);

  profile.capacity = 1;
  CHECK(run(&outputs, &options, &error) == KILN_INVALID_ARGUMENT && strstr(error.message, "events"));
  profile.struct_size = 8;
  CHECK(run(&outputs, &options, &error) == KILN_INVALID_ARGUMENT && strstr(error.message, "struct_size"));
  /* Options as an earlier header has them end before the profile. */
  options.struct_size = offsetof(kiln_run_options, profile);
  profile.count = 77;
  CHECK(run(&outputs, &options, &error) == KILN_OK && same(&outputs, expected) && profile.count == 77);
}

static void *run_often(void *argument) {
  struct outputs *outputs = malloc(sizeof *outputs);
  kiln_run_options options = threads(3);
  int i, wrong = 0;
  for (i = 0; i < 200; ++i)
    wrong += run(outputs, &options, NULL) != KILN_OK || !same(outputs, argument);
  free(outputs);
  return wrong ? (void *)outputs : NULL;
}

static void check_many_runs_at_once(struct outputs *expected) {
  pthread_t thread[6];
  void *wrong;
  int i;
  for (i = 0; i < 6; ++i)
    pthread_create(&thread[i], NULL, run_often, expected);
  for (i = 0; i < 6; ++i) {
    pthread_join(thread[i], &wrong);
    CHECK(!wrong);
  }
}

/* The child has none of the threads of the pool, and starts its own. */
static void check_fork(const struct outputs *expected) {
  int status = -1;
  pid_t child = fork();
  if (child == 0) {
    struct outputs outputs;
    kiln_run_options options = threads(4);
    int good = run(&outputs, &options, NULL) == KILN_OK && same(&outputs, expected);
    model->release();
    _exit(good ? 0 : 1);
  }
  CHECK(waitpid(child, &status, 0) == child && status == 0);
}

int main(int argc, char **argv) {
  static const int counts[] = {0, 1, 2, 3, 8, 64, 256};
  static struct outputs expected, outputs;
  void *library = dlopen(argc > 1 ? argv[1] : "", RTLD_NOW);
  const kiln_api *(*get_api)(void);
  kiln_run_options options = threads(1);
  kiln_error error;
  int i;
  if (!library)
    return puts(dlerror()), 1;
  get_api = (const kiln_api *(*)(void))dlsym(library, "kiln_get_api");
  model = get_api();
  CHECK(model->abi_version == KILN_ABI_VERSION && model->struct_size == sizeof(kiln_api));
  for (i = 0; i < N * 4 * M; ++i)
    x[i] = (float)(i * 7919 % 1000) / 8;
  for (i = 0; i < N; ++i)
    scale[i] = (float)(i + 1);
  for (i = 0; i < 2 * M + 1; ++i)
    window[i] = (float)i / 2;
  for (i = 0; i < K; ++i)
    indices[i] = i * 31 % (2 * N) - N;

  CHECK(run(&expected, &options, &error) == KILN_OK);
  check_values(&expected);
  for (i = 0; i < (int)(sizeof counts / sizeof *counts); ++i) {
    options = threads(counts[i]);
    CHECK(run(&outputs, &options, &error) == KILN_OK && same(&outputs, &expected));
  }
  check_own_pool_and_workspace(&expected);
  check_misuse();
  check_profiles(&expected);
  check_many_runs_at_once(&expected);
  if (argc > 2)
    check_fork(&expected);
  model->release();
  CHECK(run(&outputs, NULL, &error) == KILN_OK && same(&outputs, &expected));
  CHECK(dlclose(library) == 0);
  puts(failures ? "failed" : "passed");
  return failures != 0;
}
