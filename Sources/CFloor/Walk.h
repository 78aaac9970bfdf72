// The walk from the root to a leaf table, once per lock variant. `lock` and `create` are literals at every call, so
// each copy holds the code of one variant only.
#ifndef CFLOOR_WALK_H
#define CFLOOR_WALK_H

#include "SpinLock.h"

// Gives up what a walk of this variant holds while it stands at `table`.
CFLOOR_INLINE void cfloor_leave(struct cfloor_view view, enum cfloor_lock lock, uint64_t table) {
  if (lock == CFLOOR_LOCK_GLOBAL) cfloor_release(&view.tree->lock);
  if (lock == CFLOOR_LOCK_LEAF || lock == CFLOOR_LOCK_COUPLING) cfloor_release(&cfloor_record_of(view, table)->lock);
}

// The leaf table that covers `address`, held as `lock` demands: end with cfloor_leave. 0 with nothing held when there
// is none and none may or can be made, or when a huge leaf stands in its place.
CFLOOR_INLINE uint64_t cfloor_descend(
  struct cfloor_view view, enum cfloor_lock lock, uint64_t address, bool create) {
  uint64_t table = view.root;
  if (lock == CFLOOR_LOCK_GLOBAL) cfloor_acquire(&view.tree->lock);
  if (lock == CFLOOR_LOCK_COUPLING) cfloor_acquire(&cfloor_record_of(view, table)->lock);
#if defined(__clang__)
#pragma clang loop unroll(full)
#endif
  for (int level = CFLOOR_ROOT_LEVEL; level > 1; level--) {
    cfloor_entry *slot = cfloor_slot(view, table, cfloor_index(address, level));
    // Acquire: pairs with the release store that links a table in cfloor_grow_slow.
    uint64_t word = atomic_load_explicit(slot, memory_order_acquire);
    // A root entry is never a leaf, so its bit 7 is reserved and not looked at.
    uint64_t mask = level == CFLOOR_ROOT_LEVEL ? CFLOOR_PRESENT : CFLOOR_PRESENT | CFLOOR_PAGE_SIZE;
    if (cfloor_unlikely((word & mask) != CFLOOR_PRESENT)) {
      word = create && (word & CFLOOR_PRESENT) == 0 ? cfloor_grow_slow(view.tree, table, slot) : 0;
      if (word == 0) {
        if (lock != CFLOOR_LOCK_LEAF) cfloor_leave(view, lock, table);
        return 0;
      }
    }
    uint64_t child = word & CFLOOR_ADDRESS;
    if (lock == CFLOOR_LOCK_COUPLING) {
      cfloor_acquire(&cfloor_record_of(view, child)->lock);
      cfloor_release(&cfloor_record_of(view, table)->lock);
    }
    table = child;
  }
  if (lock == CFLOOR_LOCK_LEAF) cfloor_acquire(&cfloor_record_of(view, table)->lock);
  return table;
}

// Calls `batch` with the lock variant as a literal: the switch happens once per batch, the loop inside is made four
// times.
#define CFLOOR_SPECIALIZE(lock, batch, ...)                                    \
  switch (lock) {                                                              \
    case CFLOOR_LOCK_NONE: return batch(CFLOOR_LOCK_NONE, __VA_ARGS__);        \
    case CFLOOR_LOCK_GLOBAL: return batch(CFLOOR_LOCK_GLOBAL, __VA_ARGS__);    \
    case CFLOOR_LOCK_LEAF: return batch(CFLOOR_LOCK_LEAF, __VA_ARGS__);        \
    case CFLOOR_LOCK_COUPLING: return batch(CFLOOR_LOCK_COUPLING, __VA_ARGS__);\
  }                                                                            \
  return 0

#endif
