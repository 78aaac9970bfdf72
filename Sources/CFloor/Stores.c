// The machine's limit for writing entries.
#include "Tree.h"

uint64_t cfloor_store_sequential(uint64_t *entries, uint64_t count, uint64_t value) {
  cfloor_entry *slot = (cfloor_entry *)entries;
  for (uint64_t i = 0; i < count; i++) atomic_store_explicit(slot + i, value, memory_order_relaxed);
  return count;
}

uint64_t cfloor_store_plain(uint64_t *entries, uint64_t count, uint64_t value) {
  for (uint64_t i = 0; i < count; i++) entries[i] = value;
  return count;
}
