/* Numbers as text, and back. */

#include "kiln_runtime.h"

enum { ROOM = 48 };

static const char *empty_or(const char *text) { return text ? text : ""; }

/* The program may have set a locale with a mark of its own between whole and fraction. */
static bool is_plain(char byte) {
  return (byte >= '0' && byte <= '9') || byte == '+' || byte == '-' || byte == 'e' || byte == '.' || byte == 0;
}

/* Numbers with so many digits at most; without trailing zeros. */
void kiln_string_format_float(void *runtime, int64_t node, const double *x, const char **out, int64_t count,
                              int64_t digits) {
  if (kiln_failed(runtime))
    return;
  for (int64_t i = 0; i < count; ++i) {
    double value = x[i];
    if (value != value) {
      out[i] = "NaN";
    } else if (value - value != 0) {
      out[i] = value < 0 ? "-INF" : "INF";
    } else {
      char room[ROOM];
      snprintf(room, sizeof room, "%.*g", (int)digits, value);
      uint64_t length = 0;
      for (; room[length]; ++length)
        if (!is_plain(room[length]))
          room[length] = '.';
      out[i] = kiln_text_copy(runtime, room, length, node);
    }
  }
}

void kiln_string_format_integer(void *runtime, int64_t node, const int64_t *x, const char **out, int64_t count,
                                int64_t is_signed) {
  if (kiln_failed(runtime))
    return;
  for (int64_t i = 0; i < count; ++i) {
    bool is_negative = is_signed && x[i] < 0;
    uint64_t rest = is_negative ? 0 - (uint64_t)x[i] : (uint64_t)x[i];
    char room[ROOM], *start = room + sizeof room;
    do
      *--start = (char)('0' + rest % 10);
    while (rest /= 10);
    if (is_negative)
      *--start = '-';
    out[i] = kiln_text_copy(runtime, start, (uint64_t)(room + sizeof room - start), node);
  }
}

static const char *skip_digits(const char *text) {
  while (*text >= '0' && *text <= '9')
    ++text;
  return text;
}

/* Whether the text is `word`, given in lower case, in whatever case. */
static bool is_word(const char *text, const char *word) {
  while (*word && (*text | 0x20) == *word)
    ++text, ++word;
  return !*text && !*word;
}

/* The end of a decimal number that begins at `text`; null if none does. */
static const char *number_end(const char *text) {
  const char *digits = text + (*text == '+' || *text == '-'), *end = skip_digits(digits);
  bool has_digits = end > digits;
  if (*end == '.') {
    const char *fraction = end + 1;
    end = skip_digits(fraction);
    has_digits |= end > fraction;
  }
  if (!has_digits)
    return NULL;
  if ((*end | 0x20) == 'e') {
    const char *power = end + 1 + (end[1] == '+' || end[1] == '-'), *after = skip_digits(power);
    if (after == power)
      return NULL;
    end = after;
  }
  return end;
}

static bool parse_float(const char *text, double *value) {
  const char *name = text + (*text == '+' || *text == '-');
  if (is_word(name, "nan")) {
    *value = __builtin_nan("");
    return true;
  }
  if (is_word(name, "inf") || is_word(name, "infinity")) {
    *value = *text == '-' ? -__builtin_inf() : __builtin_inf();
    return true;
  }
  const char *end = number_end(text);
  if (!end || *end)
    return false;
  char *stopped;
  *value = strtod(text, &stopped);
  if (stopped == end)
    return true;
  /* A locale that has another mark than a point: a comma, or numbers are not read. */
  uint64_t length = (uint64_t)(end - text);
  char *copy = malloc(length + 1);
  if (!copy)
    return false;
  for (uint64_t i = 0; i <= length; ++i)
    copy[i] = text[i] == '.' ? ',' : text[i];
  *value = strtod(copy, &stopped);
  bool is_read = stopped == copy + length;
  free(copy);
  return is_read;
}

static void fail(void *runtime, int64_t node, const char *text) {
  kiln_record(runtime, KILN_FAILED_TEXT, node, (int64_t)(intptr_t)text, 0);
}

void kiln_string_parse_float(void *runtime, int64_t node, const char *const *x, double *out, int64_t count) {
  if (kiln_failed(runtime))
    return;
  for (int64_t i = 0; i < count; ++i) {
    out[i] = 0;
    if (!parse_float(empty_or(x[i]), &out[i]))
      fail(runtime, node, empty_or(x[i]));
  }
}

/* Integers of 64 bits, signed or not. */
void kiln_string_parse_integer(void *runtime, int64_t node, const char *const *x, int64_t *out, int64_t count) {
  if (kiln_failed(runtime))
    return;
  for (int64_t i = 0; i < count; ++i) {
    const char *text = empty_or(x[i]);
    bool is_negative = *text == '-';
    const char *digits = text + (*text == '+' || *text == '-');
    uint64_t value = 0;
    bool fits = *digits != 0 && !*skip_digits(digits);
    for (; fits && *digits; ++digits)
      fits = !__builtin_mul_overflow(value, 10, &value) &&
             !__builtin_add_overflow(value, (uint64_t)(*digits - '0'), &value);
    fits = fits && (!is_negative || value <= (uint64_t)1 << 63);
    out[i] = (int64_t)(is_negative ? 0 - value : value);
    if (!fits)
      fail(runtime, node, text);
  }
}
