// Wrappers that Swift cannot make itself: spin hints, and calls hidden behind _GNU_SOURCE, macros or varargs.
// Header-only, so every wrapper inlines into Swift. Failures return -errno.
#ifndef CHOST_H
#define CHOST_H

// Tells the core that this is a spin loop. Delete when the Swift standard library has a public spin hint.
static inline __attribute__((always_inline)) void chost_spin_hint(void) {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  __asm__ volatile("yield");
#endif
}

#endif
