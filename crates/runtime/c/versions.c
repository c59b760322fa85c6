/*
 * Which version of its code a model runs: the first of kiln_versions that the machine can run, or the one that the
 * environment variable KILN_CPU names. The choice is made when somebody first asks, and stays.
 */

#include "kiln_runtime.h"

/* What was chosen: 0, nothing yet; NONE; else the number of a version plus 1. Threads that choose at once agree. */
static _Atomic uint32_t choice;

static const uint32_t NONE = UINT32_MAX;

static bool is_end(const struct kiln_version *version) { return !version->metadata; }

static const char *cpu_of(const struct kiln_version *version) { return kiln_metadata_cpu_of(version->metadata); }

static bool is_runnable(const struct kiln_version *version) {
  char name[KILN_FEATURE_NAME_SIZE];
  return !kiln_processor_lacks(kiln_metadata_requirements_of(version->metadata), name);
}

/* The processor whose code is asked for; null when any may be chosen. */
static const char *asked_cpu(void) {
  const char *cpu = getenv("KILN_CPU");
  return cpu && *cpu ? cpu : NULL;
}

static bool is_equal(const char *left, const char *right) {
  while (*left && *left == *right)
    ++left, ++right;
  return *left == *right;
}

/* The version for a processor; null when there is none. */
static const struct kiln_version *find(const char *cpu) {
  for (const struct kiln_version *version = kiln_versions; !is_end(version); ++version)
    if (is_equal(cpu_of(version), cpu))
      return version;
  return NULL;
}

static uint32_t choose(void) {
  const char *asked = asked_cpu();
  for (const struct kiln_version *version = kiln_versions; !is_end(version); ++version)
    if ((!asked || is_equal(cpu_of(version), asked)) && is_runnable(version))
      return (uint32_t)(version - kiln_versions) + 1;
  return NONE;
}

static uint32_t chosen(void) {
  uint32_t found = atomic_load_explicit(&choice, memory_order_relaxed);
  if (!found) {
    found = choose();
    atomic_store_explicit(&choice, found, memory_order_relaxed);
  }
  return found;
}

const struct kiln_version *kiln_version(void) {
  uint32_t found = chosen();
  return found == NONE ? kiln_versions : &kiln_versions[found - 1];
}

/* Lists what the machine lacks for each version. */
static kiln_status report_unsupported(kiln_error *error) {
  kiln_report(error, KILN_UNSUPPORTED_PROCESSOR, "this processor lacks ");
  for (const struct kiln_version *version = kiln_versions; !is_end(version); ++version) {
    char name[KILN_FEATURE_NAME_SIZE];
    if (kiln_processor_lacks(kiln_metadata_requirements_of(version->metadata), name))
      kiln_report_more(error, "%s%s, which code for %s needs", version == kiln_versions ? "" : "; ", name,
                       cpu_of(version));
  }
  return KILN_UNSUPPORTED_PROCESSOR;
}

kiln_status kiln_check_version(kiln_error *error) {
  if (chosen() != NONE)
    return KILN_OK;
  const char *asked = asked_cpu();
  if (!asked)
    return report_unsupported(error);
  const struct kiln_version *version = find(asked);
  char name[KILN_FEATURE_NAME_SIZE];
  if (version && kiln_processor_lacks(kiln_metadata_requirements_of(version->metadata), name))
    return kiln_report(error, KILN_UNSUPPORTED_PROCESSOR, "KILN_CPU asks for code for %s, and this processor lacks %s",
                       asked, name);
  kiln_report(error, KILN_UNSUPPORTED_PROCESSOR, "KILN_CPU asks for code for %s, and the model has code for ", asked);
  for (version = kiln_versions; !is_end(version); ++version)
    kiln_report_more(error, "%s%s", version == kiln_versions ? "" : ", ", cpu_of(version));
  return KILN_UNSUPPORTED_PROCESSOR;
}
