// 32-bit test-and-test-and-set lock with exponential back-off: the same algorithm as the Swift core's default lock.
#ifndef CFLOOR_SPIN_LOCK_H
#define CFLOOR_SPIN_LOCK_H

#include "Tree.h"

void cfloor_acquire_slow(_Atomic(uint32_t) *word);

CFLOOR_INLINE bool cfloor_try_acquire(_Atomic(uint32_t) *word) {
  uint32_t expected = 0;
  // Acquire: pairs with the release store in cfloor_release.
  return atomic_compare_exchange_strong_explicit(word, &expected, 1, memory_order_acquire, memory_order_relaxed);
}

CFLOOR_INLINE void cfloor_acquire(_Atomic(uint32_t) *word) {
  if (cfloor_unlikely(!cfloor_try_acquire(word))) cfloor_acquire_slow(word);
}

CFLOOR_INLINE void cfloor_release(_Atomic(uint32_t) *word) { atomic_store_explicit(word, 0, memory_order_release); }

#endif
