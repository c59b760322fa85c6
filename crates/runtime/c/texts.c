/*
 * Strings that a run makes.
 *
 * At the border and in tensors a string is a pointer to UTF-8 that ends with a zero byte. Those of inputs are the caller's,
 * those of constants stand in the weights, and what a run makes is in blocks that it chains up. Outputs point into them, so
 * they stay when the run ends, until the next one begins. Kernels that make strings are one task each: nothing here is
 * done by two threads of one run at once.
 */

#include "kiln_runtime.h"

enum { BLOCK_SIZE = 16 << 10 };

struct kiln_text_block {
  struct kiln_text_block *next;
  uint64_t used;
  uint64_t size;
  char bytes[];
};

/* What the runs left that ended since the last one began. */
static _Atomic(struct kiln_text_block *) kept;

char *kiln_text_take(void *runtime, uint64_t bytes, int64_t node) {
  struct kiln_runtime *run = runtime;
  struct kiln_text_block *block = run->texts;
  if (!block || block->size - block->used < bytes) {
    uint64_t size = bytes > BLOCK_SIZE ? bytes : BLOCK_SIZE;
    block = size > (uint64_t)INT64_MAX - sizeof *block ? NULL : malloc(sizeof *block + size);
    if (!block) {
      kiln_record(run, KILN_FAILED_MEMORY, node, (int64_t)bytes, 0);
      return NULL;
    }
    *block = (struct kiln_text_block){run->texts, 0, size};
    run->texts = block;
  }
  char *text = block->bytes + block->used;
  block->used += bytes;
  return text;
}

const char *kiln_text_copy(void *runtime, const char *bytes, uint64_t length, int64_t node) {
  char *text = kiln_text_take(runtime, length + 1, node);
  if (!text)
    return "";
  __builtin_memcpy(text, bytes, length);
  text[length] = 0;
  return text;
}

void kiln_texts_release(void) {
  struct kiln_text_block *block = atomic_exchange_explicit(&kept, NULL, memory_order_acq_rel);
  while (block) {
    struct kiln_text_block *next = block->next;
    free(block);
    block = next;
  }
}

void kiln_texts_keep(struct kiln_text_block *first) {
  while (first) {
    struct kiln_text_block *others = NULL;
    if (atomic_compare_exchange_strong_explicit(&kept, &others, first, memory_order_acq_rel, memory_order_relaxed))
      return;
    others = atomic_exchange_explicit(&kept, NULL, memory_order_acq_rel);
    struct kiln_text_block *last = first;
    while (last->next)
      last = last->next;
    last->next = others;
  }
}
