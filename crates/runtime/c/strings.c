/*
 * What generated code calls for tensors of strings: each function does whole tensors. The first two parameters are the run
 * and the number of the node; then come operands, results and extents. A null pointer counts as an empty string. Where the
 * run has failed before, tensors may hold anything, and nothing is done.
 */

#include "kiln_runtime.h"

typedef const char *const *texts;

static const char *text_of(const char *text) { return text ? text : ""; }

static uint64_t length_of(const char *text) {
  uint64_t length = 0;
  while (text[length])
    ++length;
  return length;
}

/* Negative, zero or positive, as by the bytes `left` comes before `right`, is the same or comes after it. */
static int compare(const char *left, const char *right) {
  const unsigned char *l = (const unsigned char *)text_of(left), *r = (const unsigned char *)text_of(right);
  while (*l && *l == *r)
    ++l, ++r;
  return (int)*l - (int)*r;
}

/* Strings that are constants: each begins so many bytes from `bytes` on. */
void kiln_string_literals(void *runtime, int64_t node, const char *bytes, const int64_t *starts, const char **out,
                          int64_t count) {
  (void)runtime, (void)node;
  for (int64_t i = 0; i < count; ++i)
    out[i] = bytes + starts[i];
}

void kiln_string_equal(void *runtime, int64_t node, texts left, texts right, uint8_t *out, int64_t count) {
  (void)node;
  if (kiln_failed(runtime))
    return;
  for (int64_t i = 0; i < count; ++i)
    out[i] = compare(left[i], right[i]) == 0;
}

/* The place of each string in a sorted table; -1 for one that is not there. */
void kiln_string_find(void *runtime, int64_t node, texts x, texts table, int64_t *out, int64_t count, int64_t length) {
  (void)node;
  if (kiln_failed(runtime))
    return;
  for (int64_t i = 0; i < count; ++i) {
    int64_t low = 0, high = length;
    while (low < high) {
      int64_t middle = low + (high - low) / 2;
      if (compare(table[middle], x[i]) < 0)
        low = middle + 1;
      else
        high = middle;
    }
    out[i] = low < length && compare(table[low], x[i]) == 0 ? low : -1;
  }
}

/* Lets order[root] sink in a heap of `count` numbers of strings, the largest string on top. */
static void sink(texts x, int64_t *order, int64_t root, int64_t count) {
  for (int64_t child; (child = 2 * root + 1) < count; root = child) {
    if (child + 1 < count && compare(x[order[child]], x[order[child + 1]]) < 0)
      ++child;
    if (compare(x[order[root]], x[order[child]]) >= 0)
      return;
    int64_t moved = order[root];
    order[root] = order[child];
    order[child] = moved;
  }
}

/* How many different strings come before each one. */
void kiln_string_rank(void *runtime, int64_t node, texts x, int64_t *out, int64_t count) {
  if (kiln_failed(runtime) || count <= 0)
    return;
  int64_t *order = malloc((uint64_t)count * sizeof *order);
  if (!order) {
    kiln_record(runtime, KILN_FAILED_MEMORY, node, count * (int64_t)sizeof *order, 0);
    return;
  }
  for (int64_t i = 0; i < count; ++i)
    order[i] = i;
  for (int64_t root = count / 2; root-- > 0;)
    sink(x, order, root, count);
  for (int64_t end = count; --end > 0;) {
    int64_t largest = order[0];
    order[0] = order[end];
    order[end] = largest;
    sink(x, order, 0, end);
  }
  int64_t rank = 0;
  for (int64_t i = 0; i < count; ++i) {
    rank += i > 0 && compare(x[order[i - 1]], x[order[i]]) != 0;
    out[order[i]] = rank;
  }
  free(order);
}

void kiln_string_concat(void *runtime, int64_t node, texts left, texts right, const char **out, int64_t count) {
  if (kiln_failed(runtime))
    return;
  for (int64_t i = 0; i < count; ++i) {
    const char *first = text_of(left[i]), *second = text_of(right[i]);
    uint64_t lengths[2] = {length_of(first), length_of(second)};
    char *text = kiln_text_take(runtime, lengths[0] + lengths[1] + 1, node);
    if (!text)
      return;
    __builtin_memcpy(text, first, lengths[0]);
    __builtin_memcpy(text + lengths[0], second, lengths[1] + 1);
    out[i] = text;
  }
}

/* A place in a string that is cut into pieces. */
struct cut {
  const char *next;
  const char *delimiter;
  uint64_t delimiter_length;
  /* How many more pieces there may be. */
  int64_t most;
};

static bool is_space(char byte) { return byte == ' ' || (byte >= '\t' && byte <= '\r'); }

static bool begins_with(const char *text, const char *start, uint64_t length) {
  for (uint64_t i = 0; i < length; ++i)
    if (text[i] != start[i])
      return false;
  return true;
}

static struct cut cut_of(const char *text, texts delimiter, int64_t most) {
  const char *between = text_of(delimiter[0]);
  struct cut cut = {text_of(text), between, length_of(between), most};
  /* Without a delimiter, white space is one, and none of it is part of a piece. */
  if (!cut.delimiter_length) {
    while (is_space(*cut.next))
      ++cut.next;
    if (!*cut.next)
      cut.next = NULL;
  } else if (!*cut.next) {
    cut.next = NULL;
  }
  return cut;
}

/* Takes the next piece; false when there is none. */
static bool next_piece(struct cut *cut, const char **piece, uint64_t *length) {
  const char *end = cut->next;
  if (!end || cut->most <= 0)
    return false;
  *piece = end;
  bool is_last = --cut->most == 0;
  if (cut->delimiter_length) {
    while (*end && (is_last || !begins_with(end, cut->delimiter, cut->delimiter_length)))
      ++end;
    *length = (uint64_t)(end - *piece);
    cut->next = *end ? end + cut->delimiter_length : NULL;
    return true;
  }
  while (*end && (is_last || !is_space(*end)))
    ++end;
  *length = (uint64_t)(end - *piece);
  while (is_space(*end))
    ++end;
  cut->next = *end ? end : NULL;
  return true;
}

/* How many pieces each string has, at most `most`. */
void kiln_string_pieces(void *runtime, int64_t node, texts x, texts delimiter, int64_t *out, int64_t count,
                        int64_t most) {
  (void)node;
  if (kiln_failed(runtime))
    return;
  for (int64_t i = 0; i < count; ++i) {
    struct cut cut = cut_of(x[i], delimiter, most);
    const char *piece;
    uint64_t length;
    for (out[i] = 0; next_piece(&cut, &piece, &length);)
      ++out[i];
  }
}

/* The pieces of each string, and empty ones where it has fewer than `width`. */
void kiln_string_split(void *runtime, int64_t node, texts x, texts delimiter, const char **out, int64_t count,
                       int64_t width, int64_t most) {
  if (kiln_failed(runtime))
    return;
  for (int64_t i = 0; i < count; ++i) {
    struct cut cut = cut_of(x[i], delimiter, most);
    for (int64_t j = 0; j < width; ++j) {
      const char *piece;
      uint64_t length;
      bool is_there = next_piece(&cut, &piece, &length);
      out[i * width + j] = is_there ? kiln_text_copy(runtime, piece, length, node) : "";
    }
  }
}

/* Whether an automaton, which begins in state 0, is in one that accepts when it has read all of a string. */
void kiln_string_match(void *runtime, int64_t node, texts x, const uint8_t *classes, const int32_t *transitions,
                       const uint8_t *accepts, uint8_t *out, int64_t count, int64_t class_count) {
  (void)node;
  if (kiln_failed(runtime))
    return;
  for (int64_t i = 0; i < count; ++i) {
    int64_t state = 0;
    for (const unsigned char *byte = (const unsigned char *)text_of(x[i]); *byte; ++byte)
      state = transitions[state * class_count + classes[*byte]];
    out[i] = accepts[state] != 0;
  }
}
