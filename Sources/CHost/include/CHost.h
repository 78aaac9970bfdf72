// Wrappers that Swift cannot make itself: spin hints, and calls hidden behind _GNU_SOURCE, macros or varargs.
// Header-only, so every wrapper inlines into Swift. Failures return -errno.
#ifndef CHOST_H
#define CHOST_H

// No _GNU_SOURCE here: it changes definitions in the C library's headers (enum __rusage_who is one), and Swift rejects
// an import of this module beside Glibc when the two disagree. What hides behind it is declared by hand below.
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

extern int sched_getcpu(void);
extern const char *_Nullable strerrorname_np(int error);
extern const char *_Nullable strerrordesc_np(int error);

// Tells the core that this is a spin loop. Delete when the Swift standard library has a public spin hint.
static inline __attribute__((always_inline)) void chost_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

// ---- Affinity ------------------------------------------------------------------------------------------------
// CPU sets are arrays of 64-bit words, CPU n being bit n % 64 of word n / 64. The raw system calls take sets of any
// length, so there is no CPU_SETSIZE limit of 1024.

// Writes the affinity mask of `thread` (0: the caller) and zeroes the rest of `words`. Returns the number of words the
// kernel wrote. -EINVAL means the kernel's mask is longer than `count` words: call again with more.
static inline int32_t chost_get_affinity(int32_t thread, uint64_t *_Nonnull words, uint32_t count) {
  long written = syscall(SYS_sched_getaffinity, (long)thread, (size_t)count * sizeof(uint64_t), words);
  if (written < 0) return -errno;
  if ((size_t)written < (size_t)count * sizeof(uint64_t)) {
    memset((char *)words + written, 0, (size_t)count * sizeof(uint64_t) - (size_t)written);
  }
  return (int32_t)(((size_t)written + sizeof(uint64_t) - 1) / sizeof(uint64_t));
}

// Confines `thread` (0: the caller) to the CPUs in `words`. -EINVAL when none of them is online and allowed.
static inline int32_t chost_set_affinity(int32_t thread, const uint64_t *_Nonnull words, uint32_t count) {
  return syscall(SYS_sched_setaffinity, (long)thread, (size_t)count * sizeof(uint64_t), words) == 0 ? 0 : -errno;
}

// The CPU the caller ran on a moment ago, or -errno.
static inline int32_t chost_current_cpu(void) {
  int cpu = sched_getcpu();
  return cpu >= 0 ? (int32_t)cpu : -errno;
}

// The CPU the caller ran on a moment ago and that CPU's NUMA node. 0 or -errno.
static inline int32_t chost_current_place(uint32_t *_Nonnull cpu, uint32_t *_Nonnull node) {
  return syscall(SYS_getcpu, cpu, node, NULL) == 0 ? 0 : -errno;
}

// Kernel id of the calling thread.
static inline int32_t chost_thread_id(void) { return (int32_t)syscall(SYS_gettid); }

// Makes a nameless file in memory, closed on exec. Its descriptor or -errno.
static inline int32_t chost_memory_file(const char *_Nonnull name) {
  int32_t descriptor = (int32_t)syscall(SYS_memfd_create, name, 1u /* MFD_CLOEXEC */);
  return descriptor >= 0 ? descriptor : -errno;
}

// Sends a signal to one thread of a process. 0 or -errno.
static inline int32_t chost_signal_thread(int32_t process, int32_t thread, int32_t number) {
  return syscall(SYS_tgkill, (long)process, (long)thread, (long)number) == 0 ? 0 : -errno;
}

// ---- Memory placement ----------------------------------------------------------------------------------------

// Asks on which NUMA node each page of this process lies; moves nothing. `nodes[i]` becomes the node, or -errno for
// that page (-ENOENT: not resident; -EFAULT: not mapped, or the shared zero page).
static inline int32_t chost_page_nodes(const uintptr_t *_Nonnull addresses, uint64_t count, int32_t *_Nonnull nodes) {
  return syscall(SYS_move_pages, 0L, (unsigned long)count, addresses, NULL, nodes, 0L) == 0 ? 0 : -errno;
}

// ---- Hypervisors ---------------------------------------------------------------------------------------------

// The twelve letters by which a hypervisor names itself through CPUID, such as "KVMKVMKVM", with a NUL behind them. False
// where there is none, or where the processor has no such instruction.
static inline _Bool chost_hypervisor_signature(char signature[_Nonnull 13]) {
#if defined(__x86_64__)
  uint32_t a = 1, b = 0, c = 0, d = 0;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  // The bit that processors leave 0 for hypervisors to set.
  if ((c >> 31 & 1) == 0) return 0;
  a = 0x40000000;
  c = 0;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  memcpy(signature, &b, 4);
  memcpy(signature + 4, &c, 4);
  memcpy(signature + 8, &d, 4);
  signature[12] = 0;
  return signature[0] != 0;
#else
  signature[0] = 0;
  return 0;
#endif
}

// ---- Accounting and clocks -----------------------------------------------------------------------------------

// What the kernel has charged to one thread since it started.
struct chost_thread_usage {
  uint64_t user_nanoseconds;
  uint64_t system_nanoseconds;
  uint64_t minor_faults;
  uint64_t major_faults;
  uint64_t voluntary_switches;
  uint64_t involuntary_switches;
};

// Fills `usage` for the calling thread. 0 or -errno.
static inline int32_t chost_get_thread_usage(struct chost_thread_usage *_Nonnull usage) {
  enum { calling_thread = 1 };  // RUSAGE_THREAD, which hides behind _GNU_SOURCE
  struct rusage raw;
  if (getrusage(calling_thread, &raw) != 0) return -errno;
  usage->user_nanoseconds = (uint64_t)raw.ru_utime.tv_sec * 1000000000u + (uint64_t)raw.ru_utime.tv_usec * 1000u;
  usage->system_nanoseconds = (uint64_t)raw.ru_stime.tv_sec * 1000000000u + (uint64_t)raw.ru_stime.tv_usec * 1000u;
  usage->minor_faults = (uint64_t)raw.ru_minflt;
  usage->major_faults = (uint64_t)raw.ru_majflt;
  usage->voluntary_switches = (uint64_t)raw.ru_nvcsw;
  usage->involuntary_switches = (uint64_t)raw.ru_nivcsw;
  return 0;
}

static inline int64_t chost_clock_nanoseconds_(clockid_t clock) {
  struct timespec now;
  if (clock_gettime(clock, &now) != 0) return -errno;
  return (int64_t)now.tv_sec * 1000000000 + (int64_t)now.tv_nsec;
}

// CLOCK_MONOTONIC in nanoseconds, or -errno.
static inline int64_t chost_monotonic_nanoseconds(void) { return chost_clock_nanoseconds_(CLOCK_MONOTONIC); }

// CPU time of the calling thread in nanoseconds, user and kernel together, or -errno.
static inline int64_t chost_thread_cpu_nanoseconds(void) { return chost_clock_nanoseconds_(CLOCK_THREAD_CPUTIME_ID); }

// The processor's tick counter, read in program order; 0 where user code has none.
static inline uint64_t chost_read_ticks(void) {
#if defined(__x86_64__)
  __asm__ volatile("lfence" ::: "memory");
  uint64_t ticks = __builtin_ia32_rdtsc();
  __asm__ volatile("lfence" ::: "memory");
  return ticks;
#elif defined(__aarch64__)
  uint64_t ticks;
  __asm__ volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks)::"memory");
  return ticks;
#elif defined(__riscv) && __riscv_xlen == 64
  uint64_t ticks;
  __asm__ volatile("rdtime %0" : "=r"(ticks)::"memory");
  return ticks;
#else
  return 0;
#endif
}

// Whether the tick counter runs at one rate in every state of the core, so that differences of it are times. On x86 the
// processor says so in CPUID 8000_0007h, EDX bit 8; the others' counters are timers by definition.
static inline _Bool chost_has_invariant_ticks(void) {
#if defined(__x86_64__)
  uint32_t a = 0x80000000, b = 0, c = 0, d = 0;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  if (a < 0x80000007) return 0;
  a = 0x80000007;
  c = 0;
  __asm__ volatile("cpuid" : "+a"(a), "=b"(b), "+c"(c), "=d"(d));
  return d >> 8 & 1;
#elif defined(__aarch64__) || (defined(__riscv) && __riscv_xlen == 64)
  return 1;
#else
  return 0;
#endif
}

// The clock that times single operations: the tick counter, or CLOCK_MONOTONIC in nanoseconds where that is no clock. One
// function for whoever times and for whoever measures what timing costs, so that both execute the same instructions.
static inline __attribute__((always_inline)) uint64_t chost_read_span_clock(_Bool uses_ticks) {
  return uses_ticks ? chost_read_ticks() : (uint64_t)chost_monotonic_nanoseconds();
}

// ---- Work of a known length ------------------------------------------------------------------------------------

// `count` steps of a chain in which each needs the result of the one before: a multiplication and an addition. Its time is
// that of the multiplier, over and over, whatever else the core does beside it. The empty assembly hides each result from
// the compiler, which would otherwise fold several steps into one.
static inline uint64_t chost_chain(uint64_t value, uint64_t count) {
  for (; count > 0; count--) {
    value = value * 6364136223846793005u + 1442695040888963407u;
    __asm__ volatile("" : "+r"(value));
  }
  return value;
}

// `value`, of which the compiler knows nothing from here on.
static inline __attribute__((always_inline)) uint64_t chost_hidden(uint64_t value) {
  __asm__ volatile("" : "+r"(value));
  return value;
}

// Makes the compiler believe that `value` is used.
static inline __attribute__((always_inline)) void chost_keep(uint64_t value) {
  __asm__ volatile("" : : "r"(value));
}

// ---- The build -----------------------------------------------------------------------------------------------

// The C compiler's own words about its version; static storage.
static inline const char *_Nonnull chost_compiler_version(void) { return __VERSION__; }

// Whether C was compiled with optimisation.
static inline _Bool chost_is_optimized(void) {
#if defined(__OPTIMIZE__)
  return 1;
#else
  return 0;
#endif
}

// ---- Terminals -----------------------------------------------------------------------------------------------

// Columns of the terminal behind a descriptor; 0 when it is none or does not say.
static inline int32_t chost_terminal_columns(int32_t descriptor) {
  struct winsize size;
  return ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? (int32_t)size.ws_col : 0;
}

// ---- Error names ---------------------------------------------------------------------------------------------

// Symbolic name of an errno, such as "EACCES"; NULL when unknown. Static storage, safe from any thread.
static inline const char *_Nullable chost_errno_name(int32_t error) { return strerrorname_np(error); }

// Words for an errno, such as "Permission denied"; NULL when unknown. Static storage, safe from any thread.
static inline const char *_Nullable chost_errno_description(int32_t error) { return strerrordesc_np(error); }

#endif
