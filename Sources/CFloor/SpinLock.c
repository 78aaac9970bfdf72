#include "SpinLock.h"

#include <sched.h>

static inline void spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

CFLOOR_SLOW void cfloor_acquire_slow(_Atomic(uint32_t) *word) {
  unsigned delay = 1;
  unsigned turns = 0;
  do {
    while (atomic_load_explicit(word, memory_order_relaxed) != 0) {
      for (unsigned turn = 0; turn < delay; turn++) spin_hint();
      if (delay < 32) delay *= 2;
      // With more threads than CPUs the holder may be waiting for this CPU.
      if (++turns % 64 == 0) sched_yield();
    }
  } while (!cfloor_try_acquire(word));
}
