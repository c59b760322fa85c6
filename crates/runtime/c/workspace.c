/*
 * Workspaces that the model allocates itself, kept from run to run.
 *
 * A handful of slots, each taken and filled with one atomic exchange: as many runs at once as there are slots allocate
 * nothing after their first. There is no lock, so a process that forks in the midst of this loses a block at worst.
 *
 * Large ones ask for huge pages. Kernels go through several tensors at once, and those that transform blocks write to
 * dozens of places in turn, each in a page of its own: more of 4 KiB than a processor keeps the addresses of.
 */

#include "kiln_runtime.h"

enum { SLOTS = 16, HUGE_PAGE = 2 << 20 };

/* In front of each aligned workspace. */
struct block {
  void *allocated;
  uint64_t size;
};

_Static_assert(sizeof(struct block) <= KILN_WORKSPACE_ALIGNMENT, "the header fits in front of the workspace");

static _Atomic(void *) slots[SLOTS];

static struct block *block_of(void *workspace) { return (struct block *)workspace - 1; }

static void *allocate(uint64_t size) {
  uint64_t alignment = size < HUGE_PAGE ? KILN_WORKSPACE_ALIGNMENT : HUGE_PAGE, total;
  if (__builtin_add_overflow(size, alignment + KILN_WORKSPACE_ALIGNMENT, &total) || total > (uint64_t)INT64_MAX)
    return NULL;
  char *allocated = malloc(total);
  if (!allocated)
    return NULL;
  /* The header fits in front. */
  char *workspace = allocated + KILN_WORKSPACE_ALIGNMENT;
  workspace += (alignment - (uintptr_t)workspace % alignment) % alignment;
  *block_of(workspace) = (struct block){allocated, size};
  /* A system that has none, or gives none, is as good as before. */
  if (alignment == HUGE_PAGE)
    syscall(SYSTEM_MADVISE, workspace, (unsigned long)(size - size % HUGE_PAGE), (long)MADVISE_HUGE_PAGES);
  return workspace;
}

void *kiln_workspace_take(uint64_t size) {
  for (int i = 0; i < SLOTS; ++i) {
    void *kept = atomic_load_explicit(&slots[i], memory_order_relaxed)
                     ? atomic_exchange_explicit(&slots[i], NULL, memory_order_acquire)
                     : NULL;
    if (!kept)
      continue;
    if (block_of(kept)->size >= size)
      return kept;
    free(block_of(kept)->allocated);
  }
  return allocate(size);
}

void kiln_workspace_give(void *workspace) {
  for (int i = 0; i < SLOTS; ++i) {
    void *empty = NULL;
    if (atomic_compare_exchange_strong_explicit(&slots[i], &empty, workspace, memory_order_release,
                                                memory_order_relaxed))
      return;
  }
  free(block_of(workspace)->allocated);
}

void kiln_workspace_release(void) {
  for (int i = 0; i < SLOTS; ++i) {
    void *kept = atomic_exchange_explicit(&slots[i], NULL, memory_order_acquire);
    if (kept)
      free(block_of(kept)->allocated);
  }
}
