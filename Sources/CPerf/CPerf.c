#define _GNU_SOURCE 1

#include "CPerf.h"

#include <errno.h>
#include <perfmon/pfmlib_perf_event.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

_Static_assert(CPERF_LIBRARY_NOT_SUPPORTED == PFM_ERR_NOTSUPP, "libpfm changed its codes");
_Static_assert(CPERF_LIBRARY_NOT_FOUND == PFM_ERR_NOTFOUND, "libpfm changed its codes");
_Static_assert(CPERF_LIBRARY_BAD_UNIT_MASK == PFM_ERR_UMASK, "libpfm changed its codes");
_Static_assert(CPERF_LIBRARY_BAD_ATTRIBUTE == PFM_ERR_ATTR, "libpfm changed its codes");
_Static_assert(CPERF_LIBRARY_BAD_ATTRIBUTE_VALUE == PFM_ERR_ATTR_VAL, "libpfm changed its codes");

static pthread_once_t initialized = PTHREAD_ONCE_INIT;
static int32_t initialization_status;
// libpfm grows internal tables while it encodes (tracepoints), and every worker encodes on its own thread.
static pthread_mutex_t library = PTHREAD_MUTEX_INITIALIZER;

static int32_t library_status(pfm_err_t code) { return code == PFM_SUCCESS ? 0 : CPERF_LIBRARY_ERROR + code; }

static void initialize_library(void) { initialization_status = library_status(pfm_initialize()); }

int32_t cperf_initialize(void) {
  pthread_once(&initialized, initialize_library);
  return initialization_status;
}

int32_t cperf_library_version(void) { return pfm_get_version(); }

const char *cperf_library_message(int32_t status) {
  const char *message = pfm_strerror(status - CPERF_LIBRARY_ERROR);
  return message ? message : "unknown libpfm status";
}

static void copy_text(char *destination, size_t capacity, const char *source) {
  size_t length = source ? strnlen(source, capacity - 1) : 0;
  if (length > 0) memcpy(destination, source, length);
  destination[length] = '\0';
}

int32_t cperf_present_pmu(uint32_t index, struct cperf_pmu *pmu) {
  int32_t status = cperf_initialize();
  if (status < 0) return status;
  uint32_t seen = 0;
  for (int id = PFM_PMU_NONE; id < PFM_PMU_MAX; id++) {
    pfm_pmu_info_t info;
    memset(&info, 0, sizeof info);
    info.size = sizeof info;
    if (pfm_get_pmu_info((pfm_pmu_t)id, &info) != PFM_SUCCESS || !info.is_present) continue;
    if (seen++ != index) continue;
    copy_text(pmu->name, sizeof pmu->name, info.name);
    copy_text(pmu->description, sizeof pmu->description, info.desc);
    pmu->event_count = info.nevents > 0 ? (uint32_t)info.nevents : 0;
    pmu->counter_count = (uint32_t)(info.num_cntrs + info.num_fixed_cntrs);
    return 0;
  }
  return -ENOENT;
}

static uint32_t is_pmu_present(int event_index) {
  pfm_event_info_t event;
  memset(&event, 0, sizeof event);
  event.size = sizeof event;
  if (pfm_get_event_info(event_index, PFM_OS_PERF_EVENT, &event) != PFM_SUCCESS) return 0;
  pfm_pmu_info_t pmu;
  memset(&pmu, 0, sizeof pmu);
  pmu.size = sizeof pmu;
  return pfm_get_pmu_info(event.pmu, &pmu) == PFM_SUCCESS && pmu.is_present;
}

int32_t cperf_encode(const char *name, struct cperf_event *event, char *qualified, uint32_t capacity) {
  if (capacity == 0) return -ENAMETOOLONG;
  qualified[0] = '\0';
  int32_t status = cperf_initialize();
  if (status < 0) return status;

  struct perf_event_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  char *text = NULL;
  pfm_perf_encode_arg_t argument;
  memset(&argument, 0, sizeof argument);
  argument.attr = &attributes;
  argument.fstr = &text;
  argument.size = sizeof argument;

  pthread_mutex_lock(&library);
  status = library_status(
      pfm_get_os_event_encoding(name, PFM_PLM0 | PFM_PLM3, PFM_OS_PERF_EVENT, &argument));
  uint32_t present = status == 0 ? is_pmu_present(argument.idx) : 0;
  pthread_mutex_unlock(&library);

  if (status == 0) {
    memset(event, 0, sizeof *event);
    event->type = attributes.type;
    event->config = attributes.config;
    event->config1 = attributes.config1;
    event->config2 = attributes.config2;
    event->exclusions = (attributes.exclude_user ? CPERF_EXCLUDE_USER : 0) |
                        (attributes.exclude_kernel ? CPERF_EXCLUDE_KERNEL : 0) |
                        (attributes.exclude_hv ? CPERF_EXCLUDE_HYPERVISOR : 0) |
                        (attributes.exclude_guest ? CPERF_EXCLUDE_GUEST : 0) |
                        (attributes.exclude_host ? CPERF_EXCLUDE_HOST : 0);
    event->pmu_present = present;
    if (text && strlen(text) >= capacity) status = -ENAMETOOLONG;
    copy_text(qualified, capacity, text);
  }
  free(text);
  return status;
}

int32_t cperf_open(const struct cperf_event *event, int32_t leader) {
  struct perf_event_attr attributes;
  memset(&attributes, 0, sizeof attributes);
  attributes.size = sizeof attributes;
  attributes.type = event->type;
  attributes.config = event->config;
  attributes.config1 = event->config1;
  attributes.config2 = event->config2;
  attributes.exclude_user = (event->exclusions & CPERF_EXCLUDE_USER) != 0;
  attributes.exclude_kernel = (event->exclusions & CPERF_EXCLUDE_KERNEL) != 0;
  attributes.exclude_guest = (event->exclusions & CPERF_EXCLUDE_GUEST) != 0;
  attributes.exclude_host = (event->exclusions & CPERF_EXCLUDE_HOST) != 0;
  // A thread of ours never runs in the hypervisor, and counting there needs rights that nobody has.
  attributes.exclude_hv = 1;
  attributes.disabled = leader < 0;
  attributes.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_ID | PERF_FORMAT_TOTAL_TIME_ENABLED |
                           PERF_FORMAT_TOTAL_TIME_RUNNING;
  long descriptor =
      syscall(SYS_perf_event_open, &attributes, 0L, -1L, (long)leader, (unsigned long)PERF_FLAG_FD_CLOEXEC);
  return descriptor >= 0 ? (int32_t)descriptor : -errno;
}

int32_t cperf_event_id(int32_t descriptor, uint64_t *id) {
  return ioctl(descriptor, PERF_EVENT_IOC_ID, id) == 0 ? 0 : -errno;
}

int32_t cperf_enable_group(int32_t leader) {
  return ioctl(leader, PERF_EVENT_IOC_ENABLE, PERF_IOC_FLAG_GROUP) == 0 ? 0 : -errno;
}

int32_t cperf_disable_group(int32_t leader) {
  return ioctl(leader, PERF_EVENT_IOC_DISABLE, PERF_IOC_FLAG_GROUP) == 0 ? 0 : -errno;
}

int32_t cperf_read_group(int32_t leader, uint64_t *words, uint32_t capacity) {
  ssize_t bytes;
  do {
    bytes = read(leader, words, (size_t)capacity * sizeof *words);
  } while (bytes < 0 && errno == EINTR);
  return bytes >= 0 ? (int32_t)((size_t)bytes / sizeof *words) : -errno;
}

int32_t cperf_close(int32_t descriptor) { return close(descriptor) == 0 ? 0 : -errno; }

uint64_t cperf_atomic_loop(uint64_t iterations) {
  uint64_t word = 0;
  // A compiler may not take an atomic operation on memory it has let go of for a plain one.
  uint64_t *volatile escaped = &word;
  uint64_t *shared = escaped;
  for (uint64_t i = 0; i < iterations; i++) __atomic_fetch_add(shared, 1, __ATOMIC_SEQ_CST);
  return __atomic_load_n(shared, __ATOMIC_SEQ_CST);
}

uint64_t cperf_dependent_loop(uint64_t iterations) {
  uint64_t chain = 1;
  for (uint64_t i = 0; i < iterations; i++) {
    chain += chain >> 1;
    // The compiler may neither fold nor unroll past this.
    __asm__ volatile("" : "+r"(chain));
  }
  return chain;
}
