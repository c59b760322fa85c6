/*
 * What the model remembers from one run to the next: the tensors that a run reads as it finds them and leaves as the next
 * one reads them.
 *
 * There are two copies: a run reads one and writes the other, and a run that succeeds makes them change places. Runs of a
 * model that remembers wait for each other, since each begins where the one before ended.
 */

#include "kiln_runtime.h"

/* 0: free; 1: taken; 2: taken, and others wait. */
static _Atomic uint32_t lock;

/* Both copies; null before the first run. */
static char *memory;
static bool reads_second;

static void take(void) {
  uint32_t free_word = 0;
  if (atomic_compare_exchange_strong_explicit(&lock, &free_word, 1, memory_order_acquire, memory_order_relaxed))
    return;
  while (atomic_exchange_explicit(&lock, 2, memory_order_acquire) != 0)
    kiln_futex_wait(&lock, 2);
}

static void give(void) {
  if (atomic_exchange_explicit(&lock, 0, memory_order_release) == 2)
    kiln_futex_wake(&lock);
}

/* Bytes from one tensor to the next. */
static uint64_t stride(int32_t state) {
  uint64_t size;
  kiln_metadata_state_initial(state, &size);
  return (size + KILN_WORKSPACE_ALIGNMENT - 1) / KILN_WORKSPACE_ALIGNMENT * KILN_WORKSPACE_ALIGNMENT;
}

/* Bytes of one copy. */
static uint64_t copy_size(void) {
  uint64_t bytes = 0;
  for (int32_t i = 0; i < kiln_metadata_state_count(); ++i)
    bytes += stride(i);
  return bytes;
}

static char *first_copy(void) {
  return memory + (KILN_WORKSPACE_ALIGNMENT - (uintptr_t)memory % KILN_WORKSPACE_ALIGNMENT) % KILN_WORKSPACE_ALIGNMENT;
}

/* Writes the initial values where the next run reads. */
static void begin_anew(void) {
  char *place = first_copy() + (reads_second ? copy_size() : 0);
  for (int32_t i = 0; i < kiln_metadata_state_count(); ++i) {
    uint64_t size;
    const unsigned char *initial = kiln_metadata_state_initial(i, &size);
    __builtin_memcpy(place, initial, size);
    place += stride(i);
  }
}

kiln_status kiln_states_take(struct kiln_frame *frame, kiln_error *error) {
  int32_t states = kiln_metadata_state_count();
  if (states == 0)
    return KILN_OK;
  take();
  if (!memory) {
    memory = malloc(2 * copy_size() + KILN_WORKSPACE_ALIGNMENT);
    if (!memory) {
      give();
      return kiln_report(error, KILN_OUT_OF_MEMORY, "no memory for what the model remembers");
    }
    begin_anew();
  }
  char *read = first_copy() + (reads_second ? copy_size() : 0);
  char *write = first_copy() + (reads_second ? 0 : copy_size());
  const void **inputs = frame->inputs + kiln_metadata_tensor_count(KILN_INPUT);
  void **outputs = frame->outputs + kiln_metadata_tensor_count(KILN_OUTPUT);
  for (int32_t i = 0; i < states; ++i) {
    inputs[i] = read;
    outputs[i] = write;
    read += stride(i);
    write += stride(i);
  }
  return KILN_OK;
}

void kiln_states_give(bool succeeded) {
  if (kiln_metadata_state_count() == 0)
    return;
  reads_second ^= succeeded;
  give();
}

void kiln_states_reset(void) {
  take();
  if (memory)
    begin_anew();
  give();
}

void kiln_states_release(void) {
  take();
  free(memory);
  memory = NULL;
  give();
}
