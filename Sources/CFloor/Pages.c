// One page per operation: a whole walk, a check and one store (or load) each.
#include "Walk.h"

// Walk, check that the entry is zero, store, count. False when occupied or out of tables.
CFLOOR_INLINE bool map_page(struct cfloor_view view, enum cfloor_lock lock, uint64_t address, uint64_t word) {
  uint64_t table = cfloor_descend(view, lock, address, true);
  if (cfloor_unlikely(table == 0)) return false;
  cfloor_entry *slot = cfloor_slot(view, table, cfloor_index(address, 1));
  bool absent = atomic_load_explicit(slot, memory_order_relaxed) == 0;
  if (cfloor_likely(absent)) {
    atomic_store_explicit(slot, word, memory_order_relaxed);
    cfloor_record_of(view, table)->children++;
  }
  cfloor_leave(view, lock, table);
  return absent;
}

// Walk, check that the entry is present, clear, count. Returns the old entry, 0 when there was none.
CFLOOR_INLINE uint64_t unmap_page(struct cfloor_view view, enum cfloor_lock lock, uint64_t address) {
  uint64_t table = cfloor_descend(view, lock, address, false);
  if (cfloor_unlikely(table == 0)) return 0;
  cfloor_entry *slot = cfloor_slot(view, table, cfloor_index(address, 1));
  uint64_t old = atomic_load_explicit(slot, memory_order_relaxed);
  if (cfloor_likely(old & CFLOOR_PRESENT)) {
    atomic_store_explicit(slot, 0, memory_order_relaxed);
    cfloor_record_of(view, table)->children--;
  } else {
    old = 0;
  }
  cfloor_leave(view, lock, table);
  return old;
}

// Walk, check that the entry is present, rewrite its permission. False when there was none.
CFLOOR_INLINE bool protect_page(struct cfloor_view view, enum cfloor_lock lock, uint64_t address, uint64_t permission) {
  uint64_t table = cfloor_descend(view, lock, address, false);
  if (cfloor_unlikely(table == 0)) return false;
  cfloor_entry *slot = cfloor_slot(view, table, cfloor_index(address, 1));
  uint64_t old = atomic_load_explicit(slot, memory_order_relaxed);
  bool present = (old & CFLOOR_PRESENT) != 0;
  if (cfloor_likely(present)) {
    atomic_store_explicit(slot, (old & ~CFLOOR_WRITABLE) | permission, memory_order_relaxed);
  }
  cfloor_leave(view, lock, table);
  return present;
}

// What the leaf entry `word` at `level` makes of `address`.
CFLOOR_INLINE uint64_t translation(uint64_t word, int level, uint64_t address) {
  uint64_t offset = (1ull << (12 + 9 * (level - 1))) - 1;
  return (word & CFLOOR_ADDRESS & ~offset) | (address & offset);
}

// A walk as the processor does it: stops at a leaf of any size. Returns the physical address, 0 when nothing is mapped.
CFLOOR_INLINE uint64_t query_page(struct cfloor_view view, enum cfloor_lock lock, uint64_t address) {
  uint64_t table = view.root;
  if (lock == CFLOOR_LOCK_GLOBAL) cfloor_acquire(&view.tree->lock);
  if (lock == CFLOOR_LOCK_COUPLING) cfloor_acquire(&cfloor_record_of(view, table)->lock);
#if defined(__clang__)
#pragma clang loop unroll(full)
#endif
  for (int level = CFLOOR_ROOT_LEVEL; level > 1; level--) {
    uint64_t word = atomic_load_explicit(cfloor_slot(view, table, cfloor_index(address, level)), memory_order_acquire);
    uint64_t mask = level == CFLOOR_ROOT_LEVEL ? CFLOOR_PRESENT : CFLOOR_PRESENT | CFLOOR_PAGE_SIZE;
    if (cfloor_unlikely((word & mask) != CFLOOR_PRESENT)) {
      if (lock != CFLOOR_LOCK_LEAF) cfloor_leave(view, lock, table);
      return (word & mask) == mask && level != CFLOOR_ROOT_LEVEL ? translation(word, level, address) : 0;
    }
    uint64_t child = word & CFLOOR_ADDRESS;
    if (lock == CFLOOR_LOCK_COUPLING) {
      cfloor_acquire(&cfloor_record_of(view, child)->lock);
      cfloor_release(&cfloor_record_of(view, table)->lock);
    }
    table = child;
  }
  if (lock == CFLOOR_LOCK_LEAF) cfloor_acquire(&cfloor_record_of(view, table)->lock);
  uint64_t word = atomic_load_explicit(cfloor_slot(view, table, cfloor_index(address, 1)), memory_order_acquire);
  cfloor_leave(view, lock, table);
  return cfloor_likely(word & CFLOOR_PRESENT) ? translation(word, 1, address) : 0;
}

CFLOOR_INLINE uint64_t map_batch(
  enum cfloor_lock lock, struct cfloor_view view, const uint64_t *addresses, uint64_t count, uint64_t physical) {
  uint64_t mapped = 0;
  uint64_t word = physical | CFLOOR_LEAF_BITS;
  for (uint64_t i = 0; i < count; i++, word += CFLOOR_FRAME_BYTES) mapped += map_page(view, lock, addresses[i], word);
  return mapped;
}

CFLOOR_INLINE uint64_t unmap_batch(
  enum cfloor_lock lock, struct cfloor_view view, const uint64_t *addresses, uint64_t count) {
  uint64_t unmapped = 0;
  for (uint64_t i = 0; i < count; i++) unmapped += unmap_page(view, lock, addresses[i]) != 0;
  return unmapped;
}

CFLOOR_INLINE uint64_t protect_batch(
  enum cfloor_lock lock, struct cfloor_view view, const uint64_t *addresses, uint64_t count, bool writable) {
  uint64_t changed = 0;
  uint64_t permission = writable ? CFLOOR_WRITABLE : 0;
  for (uint64_t i = 0; i < count; i++) changed += protect_page(view, lock, addresses[i], permission);
  return changed;
}

CFLOOR_INLINE uint64_t query_batch(
  enum cfloor_lock lock, struct cfloor_view view, const uint64_t *addresses, uint64_t count) {
  uint64_t sum = 0;
  for (uint64_t i = 0; i < count; i++) sum += query_page(view, lock, addresses[i]);
  return sum;
}

CFLOOR_INLINE uint64_t map_unmap_batch(
  enum cfloor_lock lock, struct cfloor_view view, const uint64_t *addresses, uint64_t count, uint64_t physical) {
  uint64_t both = 0;
  uint64_t word = physical | CFLOOR_LEAF_BITS;
  for (uint64_t i = 0; i < count; i++, word += CFLOOR_FRAME_BYTES) {
    bool mapped = map_page(view, lock, addresses[i], word);
    if (cfloor_likely(mapped)) both += unmap_page(view, lock, addresses[i]) == word;
  }
  return both;
}

uint64_t cfloor_map_pages(
  cfloor_tree *tree, enum cfloor_lock lock, const uint64_t *addresses, uint64_t count, uint64_t physical) {
  CFLOOR_SPECIALIZE(lock, map_batch, cfloor_view_of(tree), addresses, count, physical);
}

uint64_t cfloor_unmap_pages(cfloor_tree *tree, enum cfloor_lock lock, const uint64_t *addresses, uint64_t count) {
  CFLOOR_SPECIALIZE(lock, unmap_batch, cfloor_view_of(tree), addresses, count);
}

uint64_t cfloor_protect_pages(
  cfloor_tree *tree, enum cfloor_lock lock, const uint64_t *addresses, uint64_t count, bool writable) {
  CFLOOR_SPECIALIZE(lock, protect_batch, cfloor_view_of(tree), addresses, count, writable);
}

uint64_t cfloor_query_pages(cfloor_tree *tree, enum cfloor_lock lock, const uint64_t *addresses, uint64_t count) {
  CFLOOR_SPECIALIZE(lock, query_batch, cfloor_view_of(tree), addresses, count);
}

uint64_t cfloor_map_unmap_pages(
  cfloor_tree *tree, enum cfloor_lock lock, const uint64_t *addresses, uint64_t count, uint64_t physical) {
  CFLOOR_SPECIALIZE(lock, map_unmap_batch, cfloor_view_of(tree), addresses, count, physical);
}
