/*
 * The model's own threads.
 *
 * One run at a time has the pool; another that finds it taken does its work alone, so nothing ever waits for a pool. Each
 * thread has a mailbox of its own, on cache lines of its own: handing out a part is one atomic exchange, and a system
 * call only where the thread has gone to sleep. A thread that has nothing to do watches its mailbox for SPIN_NANOSECONDS,
 * as the next part usually comes within a few microseconds, and then sleeps on it. The thread that hands out works too,
 * then waits in the same manner for the count of parts under way to reach 0.
 */

#include "kiln_runtime.h"

/* How long to watch before sleeping: longer than the serial gaps between the kernels of a run, shorter than what a
   processor that burns for nothing costs anybody. */
static const int64_t SPIN_NANOSECONDS = 50000;

/* Looks at the watched word between two looks at the clock. */
enum { LOOKS_PER_CLOCK = 64 };

/* Two cache lines: processors fetch them in pairs. */
enum { SEPARATION = 128 };

/* What is in a mailbox. */
enum { EMPTY, ASLEEP, PART, STOP };

/* A bit of `under_way`: the thread that handed out sleeps on it. */
static const uint32_t SLEEPER = UINT32_C(1) << 31;

struct worker {
  _Alignas(SEPARATION) _Atomic uint32_t mailbox;
  unsigned long thread;
};

static struct {
  /* The process whose run has the pool, or 0. After a fork the child finds its parent's number here, and takes over. */
  _Atomic int32_t owner;

  /* The rest belongs to the owner. The process that the threads are in, and how many there are. */
  int32_t process;
  int32_t started;
  /* Whether the run before this one handed anything out: then this one will too. */
  bool was_used;

  /* What is handed out; threads read it between finding PART in their mailboxes and counting `under_way` down. */
  kiln_part part;
  void *context;

  /* Parts handed out and not yet done. */
  _Alignas(SEPARATION) _Atomic uint32_t under_way;

  /* workers[i] does part i + 1. */
  struct worker workers[KILN_MAXIMUM_THREADS - 1];
} pool;

/* Watches word while `(*word & mask) == value`; true when it changed, false when it is time to sleep. */
static bool spin_while(_Atomic uint32_t *word, uint32_t mask, uint32_t value) {
  int64_t end = 0;
  for (;;) {
    for (int look = 0; look < LOOKS_PER_CLOCK; ++look) {
      if ((atomic_load_explicit(word, memory_order_acquire) & mask) != value)
        return true;
      kiln_pause();
    }
    int64_t now = kiln_now();
    if (!end)
      end = now + SPIN_NANOSECONDS;
    else if (now >= end)
      return false;
  }
}

/* Waits for the next letter: PART or STOP. */
static uint32_t open_mailbox(struct worker *worker) {
  _Atomic uint32_t *mailbox = &worker->mailbox;
  while (!spin_while(mailbox, UINT32_MAX, EMPTY)) {
    uint32_t empty = EMPTY;
    atomic_compare_exchange_strong_explicit(mailbox, &empty, ASLEEP, memory_order_acquire, memory_order_acquire);
    while (atomic_load_explicit(mailbox, memory_order_acquire) == ASLEEP)
      kiln_futex_wait(mailbox, ASLEEP);
  }
  return atomic_load_explicit(mailbox, memory_order_acquire);
}

/* Has a thread that sleeps watch its mailbox again. */
static void rouse(struct worker *worker) {
  uint32_t asleep = ASLEEP;
  if (atomic_compare_exchange_strong_explicit(&worker->mailbox, &asleep, EMPTY, memory_order_relaxed,
                                              memory_order_relaxed))
    kiln_futex_wake(&worker->mailbox);
}

static void post(struct worker *worker, uint32_t letter) {
  if (atomic_exchange_explicit(&worker->mailbox, letter, memory_order_acq_rel) == ASLEEP)
    kiln_futex_wake(&worker->mailbox);
}

static void *work(void *argument) {
  struct worker *worker = argument;
  int64_t part = worker - pool.workers + 1;
  while (open_mailbox(worker) == PART) {
    pool.part(pool.context, part);
    /* Emptied first: once the count is down, the next letter may come at any time. */
    atomic_store_explicit(&worker->mailbox, EMPTY, memory_order_relaxed);
    uint32_t before = atomic_fetch_sub_explicit(&pool.under_way, 1, memory_order_acq_rel);
    if (before == (SLEEPER | 1))
      kiln_futex_wake(&pool.under_way);
  }
  return NULL;
}

void kiln_pool_run(kiln_part part, void *context, int64_t parts) {
  pool.was_used = true;
  pool.part = part;
  pool.context = context;
  atomic_store_explicit(&pool.under_way, (uint32_t)(parts - 1), memory_order_relaxed);
  for (int64_t i = 1; i < parts; ++i)
    post(&pool.workers[i - 1], PART);
  part(context, 0);

  /* Parts are equal in work, so the others are nearly done: watch, then sleep. */
  const uint32_t count = SLEEPER - 1;
  while (atomic_load_explicit(&pool.under_way, memory_order_acquire) & count) {
    uint32_t seen = atomic_load_explicit(&pool.under_way, memory_order_acquire);
    if (spin_while(&pool.under_way, UINT32_MAX, seen))
      continue;
    seen = atomic_fetch_or_explicit(&pool.under_way, SLEEPER, memory_order_acq_rel) | SLEEPER;
    while (seen & count) {
      kiln_futex_wait(&pool.under_way, seen);
      seen = atomic_load_explicit(&pool.under_way, memory_order_acquire);
    }
  }
}

/* Starts one more thread. It takes no signal that its process handles: those are for the host's own threads. Exempt are
   the ones a fault raises, the ones libc sends to every thread (32 to 34) and SIGPROF. */
static bool start(struct worker *worker) {
  enum { SIG_SETMASK = 2 };
  static const int exempt[] = {4, 5, 6, 7, 8, 11, 27, 31, 32, 33, 34};
  uint64_t blocked = ~UINT64_C(0), before = 0;
  for (size_t i = 0; i < sizeof exempt / sizeof *exempt; ++i)
    blocked &= ~(UINT64_C(1) << (exempt[i] - 1));
  atomic_store_explicit(&worker->mailbox, EMPTY, memory_order_relaxed);
  bool masked = syscall(SYSTEM_RT_SIGPROCMASK, (long)SIG_SETMASK, &blocked, &before, sizeof blocked) == 0;
  bool started = pthread_create(&worker->thread, NULL, work, worker) == 0;
  if (masked)
    syscall(SYSTEM_RT_SIGPROCMASK, (long)SIG_SETMASK, &before, (void *)NULL, sizeof before);
  return started;
}

/* Makes this run the owner, unless another one of this process is. */
static bool take(void) {
  int32_t process = (int32_t)syscall(SYSTEM_GETPID);
  int32_t owner = atomic_load_explicit(&pool.owner, memory_order_relaxed);
  if (owner == process ||
      !atomic_compare_exchange_strong_explicit(&pool.owner, &owner, process, memory_order_acquire, memory_order_relaxed))
    return false;
  if (pool.process != process) {
    /* Threads do not follow into a forked child. */
    pool.process = process;
    pool.started = 0;
  }
  return true;
}

int32_t kiln_pool_take(int32_t threads) {
  if (threads <= 1 || !take())
    return 1;
  while (pool.started < threads - 1 && start(&pool.workers[pool.started]))
    ++pool.started;
  if (pool.started == 0) {
    kiln_pool_give();
    return 1;
  }
  if (pool.started + 1 < threads)
    threads = pool.started + 1;
  /* Waking a thread takes longer than most kernels: it is under way by the time the first loop is handed out. */
  for (int32_t i = 0; pool.was_used && i < threads - 1; ++i)
    rouse(&pool.workers[i]);
  pool.was_used = false;
  return threads;
}

void kiln_pool_give(void) { atomic_store_explicit(&pool.owner, 0, memory_order_release); }

void kiln_pool_release(void) {
  if (!take())
    return;
  for (int32_t i = 0; i < pool.started; ++i)
    post(&pool.workers[i], STOP);
  for (int32_t i = 0; i < pool.started; ++i)
    pthread_join(pool.workers[i].thread, NULL);
  pool.started = 0;
  kiln_pool_give();
}

int32_t kiln_processor_count(void) {
  uint64_t set[KILN_MAXIMUM_THREADS / 64 * 4];
  long bytes = syscall(SYSTEM_SCHED_GETAFFINITY, 0L, sizeof set, set);
  int32_t count = 0;
  for (long word = 0; word < bytes / (long)sizeof *set; ++word)
    count += __builtin_popcountll(set[word]);
  if (count < 1)
    return 1;
  return count < KILN_MAXIMUM_THREADS ? count : KILN_MAXIMUM_THREADS;
}
