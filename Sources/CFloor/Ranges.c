// Ranges: a leaf table at a time. The floor of an interface that takes a whole range, or of a cursor that stays in its
// table.
#include "Walk.h"

// Where the linker puts a loop this tight can cost it 1.6 times (0.35 or 0.55 ns per entry on Zen), so it starts a
// cache line.
#if defined(__clang__) && defined(__has_c_attribute)
#if __has_c_attribute(clang::code_align)
#define CFLOOR_ENTRY_LOOP [[clang::code_align(64)]]
#endif
#endif
#ifndef CFLOOR_ENTRY_LOOP
#define CFLOOR_ENTRY_LOOP
#endif

// Pages of the range that lie in the leaf table of `address`, at most `pages`.
CFLOOR_INLINE uint64_t pages_in_leaf(uint64_t address, uint64_t pages) {
  uint64_t rest = CFLOOR_ENTRIES - cfloor_index(address, 1);
  return pages < rest ? pages : rest;
}

CFLOOR_INLINE uint64_t map_span(
  enum cfloor_lock lock, struct cfloor_view view, uint64_t address, uint64_t pages, uint64_t physical) {
  uint64_t mapped = 0;
  uint64_t word = physical | CFLOOR_LEAF_BITS;
  while (mapped < pages) {
    uint64_t table = cfloor_descend(view, lock, address, true);
    if (table == 0) return mapped;
    cfloor_entry *slot = cfloor_slot(view, table, cfloor_index(address, 1));
    uint64_t wanted = pages_in_leaf(address, pages - mapped);
    uint64_t done = 0;
    CFLOOR_ENTRY_LOOP for (; done < wanted; done++, word += CFLOOR_FRAME_BYTES) {
      if (cfloor_unlikely(atomic_load_explicit(slot + done, memory_order_relaxed) != 0)) break;
      atomic_store_explicit(slot + done, word, memory_order_relaxed);
    }
    cfloor_record_of(view, table)->children += (uint32_t)done;
    cfloor_leave(view, lock, table);
    mapped += done;
    if (done < wanted) return mapped;
    address += wanted * CFLOOR_FRAME_BYTES;
  }
  return mapped;
}

CFLOOR_INLINE uint64_t unmap_span(enum cfloor_lock lock, struct cfloor_view view, uint64_t address, uint64_t pages) {
  uint64_t unmapped = 0;
  while (pages > 0) {
    uint64_t wanted = pages_in_leaf(address, pages);
    uint64_t table = cfloor_descend(view, lock, address, false);
    if (table != 0) {
      cfloor_entry *slot = cfloor_slot(view, table, cfloor_index(address, 1));
      uint64_t done = 0;
      CFLOOR_ENTRY_LOOP for (uint64_t i = 0; i < wanted; i++) {
        if (cfloor_unlikely((atomic_load_explicit(slot + i, memory_order_relaxed) & CFLOOR_PRESENT) == 0)) continue;
        atomic_store_explicit(slot + i, 0, memory_order_relaxed);
        done++;
      }
      cfloor_record_of(view, table)->children -= (uint32_t)done;
      cfloor_leave(view, lock, table);
      unmapped += done;
    }
    address += wanted * CFLOOR_FRAME_BYTES;
    pages -= wanted;
  }
  return unmapped;
}

CFLOOR_INLINE uint64_t protect_span(
  enum cfloor_lock lock, struct cfloor_view view, uint64_t address, uint64_t pages, bool writable) {
  uint64_t changed = 0;
  uint64_t permission = writable ? CFLOOR_WRITABLE : 0;
  while (pages > 0) {
    uint64_t wanted = pages_in_leaf(address, pages);
    uint64_t table = cfloor_descend(view, lock, address, false);
    if (table != 0) {
      cfloor_entry *slot = cfloor_slot(view, table, cfloor_index(address, 1));
      CFLOOR_ENTRY_LOOP for (uint64_t i = 0; i < wanted; i++) {
        uint64_t old = atomic_load_explicit(slot + i, memory_order_relaxed);
        if (cfloor_unlikely((old & CFLOOR_PRESENT) == 0)) continue;
        atomic_store_explicit(slot + i, (old & ~CFLOOR_WRITABLE) | permission, memory_order_relaxed);
        changed++;
      }
      cfloor_leave(view, lock, table);
    }
    address += wanted * CFLOOR_FRAME_BYTES;
    pages -= wanted;
  }
  return changed;
}

uint64_t cfloor_map_range(
  cfloor_tree *tree, enum cfloor_lock lock, uint64_t address, uint64_t pages, uint64_t physical) {
  CFLOOR_SPECIALIZE(lock, map_span, cfloor_view_of(tree), address, pages, physical);
}

uint64_t cfloor_unmap_range(cfloor_tree *tree, enum cfloor_lock lock, uint64_t address, uint64_t pages) {
  CFLOOR_SPECIALIZE(lock, unmap_span, cfloor_view_of(tree), address, pages);
}

uint64_t cfloor_protect_range(
  cfloor_tree *tree, enum cfloor_lock lock, uint64_t address, uint64_t pages, bool writable) {
  CFLOOR_SPECIALIZE(lock, protect_span, cfloor_view_of(tree), address, pages, writable);
}
