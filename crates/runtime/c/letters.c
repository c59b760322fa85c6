/* Lower and upper case, letter by letter. */

#include "kiln_runtime.h"

enum { NONE = 0xfffd };

/* Reads the character at `*text` and moves on behind it. What is no UTF-8 is one byte and has no case. */
static uint32_t next_character(const unsigned char **text) {
  const unsigned char *at = *text;
  uint32_t first = *at++;
  int more = first < 0x80 ? 0 : first < 0xc2 ? -1 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : first < 0xf5 ? 3 : -1;
  uint32_t character = more <= 0 ? first : first & (0x3fu >> more);
  for (int i = 0; i < more; ++i, ++at) {
    if ((*at & 0xc0) != 0x80) {
      more = -1;
      break;
    }
    character = character << 6 | (*at & 0x3f);
  }
  if (more < 0) {
    ++*text;
    return NONE;
  }
  *text = at;
  return character;
}

/* Writes a character, of which there are 1 to 4 bytes, and tells how many. */
static uint64_t put_character(char *out, uint32_t character) {
  if (character < 0x80) {
    out[0] = (char)character;
    return 1;
  }
  uint64_t length = character < 0x800 ? 2 : character < 0x10000 ? 3 : 4;
  for (uint64_t i = length; --i > 0; character >>= 6)
    out[i] = (char)(0x80 | (character & 0x3f));
  out[0] = (char)((0xf00u >> length & 0xf0) | character);
  return length;
}

/* What stands for a character in `pairs`, sorted by the first of each; the character itself if nothing does. */
static uint32_t mapped(uint32_t character, const int32_t *pairs, int64_t count) {
  int64_t low = 0, high = count;
  while (low < high) {
    int64_t middle = low + (high - low) / 2;
    if ((uint32_t)pairs[2 * middle] < character)
      low = middle + 1;
    else
      high = middle;
  }
  return low < count && (uint32_t)pairs[2 * low] == character ? (uint32_t)pairs[2 * low + 1] : character;
}

/* Each character of each string replaced by the one that `pairs` has for it. */
void kiln_string_case(void *runtime, int64_t node, const char *const *x, const int32_t *pairs, const char **out,
                      int64_t count, int64_t pair_count) {
  if (kiln_failed(runtime))
    return;
  for (int64_t i = 0; i < count; ++i) {
    const unsigned char *from = (const unsigned char *)(x[i] ? x[i] : "");
    uint64_t length = 0;
    while (from[length])
      ++length;
    /* A byte becomes 4 at most. */
    char *text = kiln_text_take(runtime, 4 * length + 1, node), *to = text;
    if (!text)
      return;
    while (*from) {
      const unsigned char *start = from;
      uint32_t character = next_character(&from);
      uint32_t other = character == NONE ? NONE : mapped(character, pairs, pair_count);
      if (other != character)
        to += put_character(to, other);
      else
        while (start < from)
          *to++ = (char)*start++;
    }
    *to = 0;
    out[i] = text;
  }
}
