/*
 * What handing out an empty parallel loop costs: back to back, when threads still watch their mailboxes, and after a
 * pause, when they sleep. Linked with the runtime's object, it calls the pool as a run does.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

/* As in c/kiln_runtime.h. */
int32_t kiln_pool_take(int32_t threads);
void kiln_pool_give(void);
void kiln_pool_run(void (*part)(void *context, int64_t part), void *context, int64_t parts);

/* What the runtime asks of a model. */
const unsigned char kiln_metadata[112] = {0};
int32_t kiln_gen_run(void) { return 0; }
void kiln_gen_dims(void) {}
int64_t kiln_gen_workspace(void) { return 0; }

static double microseconds(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e6 + time.tv_nsec / 1e3;
}

static void nothing(void *context, int64_t part) { (void)context, (void)part; }

static int compare(const void *a, const void *b) { return (*(double *)a > *(double *)b) - (*(double *)a < *(double *)b); }

static void measure(const char *name, int threads, int rounds, int pause) {
  double *times = malloc(rounds * sizeof *times);
  for (int i = 0; i < rounds; ++i) {
    if (pause)
      usleep(pause);
    double begin = microseconds();
    kiln_pool_run(nothing, NULL, threads);
    times[i] = microseconds() - begin;
  }
  qsort(times, rounds, sizeof *times, compare);
  printf("%-9s %d threads: median %7.2f us, p90 %7.2f us\n", name, threads, times[rounds / 2], times[rounds * 9 / 10]);
  free(times);
}

int main(int argc, char **argv) {
  int threads = kiln_pool_take(argc > 1 ? atoi(argv[1]) : 2);
  measure("spinning", threads, 100000, 0);
  measure("sleeping", threads, 2000, 500);
  kiln_pool_give();
  return 0;
}
