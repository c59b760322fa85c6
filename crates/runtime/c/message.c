/* Messages of failures, without stdio. */

#include "kiln_runtime.h"

#include <stdarg.h>

struct writer {
  char *text;
  size_t length;
  size_t capacity;
};

static void write_char(struct writer *writer, char c) {
  if (writer->length + 1 < writer->capacity)
    writer->text[writer->length++] = c;
}

/* Names come from model files: a control character in one would reach the user's terminal. */
static void write_string(struct writer *writer, const char *string) {
  for (; *string; ++string)
    write_char(writer, (unsigned char)*string < ' ' ? '?' : *string);
}

static void write_number(struct writer *writer, int64_t number) {
  char digits[20];
  int count = 0;
  uint64_t rest = number < 0 ? -(uint64_t)number : (uint64_t)number;
  do {
    digits[count++] = (char)('0' + rest % 10);
    rest /= 10;
  } while (rest);
  if (number < 0)
    write_char(writer, '-');
  while (count)
    write_char(writer, digits[--count]);
}

static void write_message(kiln_error *error, size_t length, const char *format, va_list arguments) {
  struct writer writer = {error->message, length, sizeof error->message};
  for (; *format; ++format) {
    if (*format != '%') {
      write_char(&writer, *format);
    } else if (*++format == 's') {
      write_string(&writer, va_arg(arguments, const char *));
    } else {
      write_number(&writer, va_arg(arguments, int64_t));
    }
  }
  writer.text[writer.length] = 0;
}

kiln_status kiln_report(kiln_error *error, kiln_status status, const char *format, ...) {
  if (!error)
    return status;
  va_list arguments;
  va_start(arguments, format);
  write_message(error, 0, format, arguments);
  va_end(arguments);
  return status;
}

void kiln_report_more(kiln_error *error, const char *format, ...) {
  if (!error)
    return;
  size_t length = 0;
  while (error->message[length])
    ++length;
  va_list arguments;
  va_start(arguments, format);
  write_message(error, length, format, arguments);
  va_end(arguments);
}
