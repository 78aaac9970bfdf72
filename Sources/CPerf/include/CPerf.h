// Performance counters behind fixed-width integers: the only place that sees libpfm and perf_event. libpfm and the
// kernel headers both define struct perf_event_attr, and Swift rejects two modules that show it both definitions; so
// neither appears here.
//
// Status codes. Every function that can fail returns an int32_t (or int64_t) that is
//   >= 0                       success
//   -4095 ... -1               -errno from the kernel
//   <= CPERF_LIBRARY_ERROR     CPERF_LIBRARY_ERROR + code, where code is libpfm's own (PFM_ERR_..., -1 ... -12)
#ifndef CPERF_H
#define CPERF_H

#include <stdint.h>

#define CPERF_LIBRARY_ERROR (-10000)

// libpfm codes that callers tell apart.
#define CPERF_LIBRARY_NOT_SUPPORTED (-1)
#define CPERF_LIBRARY_NOT_FOUND (-4)
#define CPERF_LIBRARY_BAD_UNIT_MASK (-6)
#define CPERF_LIBRARY_BAD_ATTRIBUTE (-8)
#define CPERF_LIBRARY_BAD_ATTRIBUTE_VALUE (-9)

// Bits of cperf_event.exclusions: modes in which the event does not count.
#define CPERF_EXCLUDE_USER 1u
#define CPERF_EXCLUDE_KERNEL 2u
#define CPERF_EXCLUDE_HYPERVISOR 4u
#define CPERF_EXCLUDE_GUEST 8u
#define CPERF_EXCLUDE_HOST 16u

// Capacity that holds any fully qualified event string of libpfm 4.13 with room to spare.
#define CPERF_NAME_CAPACITY 512

struct cperf_event {
  uint64_t config;
  uint64_t config1;
  uint64_t config2;
  // PERF_TYPE_...: 0 hardware, 1 software, 2 tracepoint, 3 cache, 4 raw, above: dynamic PMU.
  uint32_t type;
  uint32_t exclusions;
  // 1 when the event belongs to a PMU of this machine. 0 can only happen with LIBPFM_ENCODE_INACTIVE=1.
  uint32_t pmu_present;
  uint32_t reserved;
};

struct cperf_pmu {
  char name[64];
  char description[128];
  uint32_t event_count;
  // Fixed-function and general counters the PMU model has; 0 for software PMUs.
  uint32_t counter_count;
};

// Initialises libpfm; later calls return the first call's status. The functions below that need libpfm call it.
int32_t cperf_initialize(void);

// libpfm's version as (major << 16) | minor.
int32_t cperf_library_version(void);

// libpfm's words for a status code of the library kind; never NULL.
const char *_Nonnull cperf_library_message(int32_t status);

// Describes the index-th PMU that libpfm finds present on this machine. 0, -ENOENT past the end, or a library code.
int32_t cperf_present_pmu(uint32_t index, struct cperf_pmu *_Nonnull pmu);

// Encodes an event name for user and kernel mode (unless the name says otherwise), and writes the name with every
// attribute spelled out, NUL-terminated, to `qualified`. -ENAMETOOLONG when that does not fit.
int32_t cperf_encode(const char *_Nonnull name, struct cperf_event *_Nonnull event, char *_Nonnull qualified,
                     uint32_t capacity);

// Opens the event for the calling thread on whichever CPU it runs, close-on-exec, not inherited, hypervisor excluded.
// `leader` is -1 for a new group, which starts disabled, or the leader's descriptor. Returns a descriptor.
int32_t cperf_open(const struct cperf_event *_Nonnull event, int32_t leader);

// The id under which group reads report this event.
int32_t cperf_event_id(int32_t descriptor, uint64_t *_Nonnull id);

// Start and stop every event of the group.
int32_t cperf_enable_group(int32_t leader);
int32_t cperf_disable_group(int32_t leader);

// Reads a group: count, time enabled, time running (nanoseconds), then (value, id) per event. Returns the number of
// words. 0 means that a pinned group lost its place on the hardware; -ENOSPC that `capacity` words are too few.
int32_t cperf_read_group(int32_t leader, uint64_t *_Nonnull words, uint32_t capacity);

int32_t cperf_close(int32_t descriptor);

// Adds 1 to a word of memory `iterations` times, each an atomic read-modify-write; returns the word. For self-tests.
uint64_t cperf_atomic_loop(uint64_t iterations);

// Runs `iterations` rounds of a chain in which each step needs the one before, so no processor can skip it: at least
// two and at most sixteen instructions per round, optimised or not. For self-tests.
uint64_t cperf_dependent_loop(uint64_t iterations);

#endif
