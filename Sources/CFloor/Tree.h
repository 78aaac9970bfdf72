// The tree's memory: entries, frame records, and what a batch keeps in registers. Not part of the module's interface.
#ifndef CFLOOR_TREE_H
#define CFLOOR_TREE_H

#include <stdatomic.h>

#include "CFloor.h"

#define CFLOOR_INLINE static inline __attribute__((always_inline))
// Outlined and kept out of the loops: what runs rarely must not cost the common case registers.
#define CFLOOR_SLOW __attribute__((noinline, cold))
#define cfloor_likely(condition) __builtin_expect(!!(condition), 1)
#define cfloor_unlikely(condition) __builtin_expect(!!(condition), 0)

enum {
  CFLOOR_ROOT_LEVEL = 4,
  CFLOOR_ENTRIES = 512,
  CFLOOR_FRAME_BYTES = 4096,
};

// Intel SDM volume 3A, section 4.5, tables 4-15 to 4-20.
#define CFLOOR_PRESENT 0x001ull
#define CFLOOR_WRITABLE 0x002ull
#define CFLOOR_USER 0x004ull
#define CFLOOR_PAGE_SIZE 0x080ull
#define CFLOOR_ADDRESS 0x000ffffffffff000ull

typedef _Atomic(uint64_t) cfloor_entry;

// One cache line per frame, so that neighbouring tables' locks do not share one.
struct cfloor_record {
  _Alignas(64) _Atomic(uint32_t) lock;
  uint32_t reserved[3];
  // Entries of the table in this frame that are not zero. A leaf table's count is guarded by whatever lock covers the
  // table; above, entries only ever appear, and `growth` guards the count.
  uint32_t children;
};
_Static_assert(sizeof(struct cfloor_record) == 64, "a frame record is one cache line");

struct cfloor_tree {
  unsigned char *frames;
  struct cfloor_record *records;
  uint64_t root;
  uint64_t frame_count;
  // Where to unmap; `frames` and `records` are the aligned parts.
  void *frames_mapping;
  void *records_mapping;
  // The lock of CFLOOR_LOCK_GLOBAL.
  _Alignas(64) _Atomic(uint32_t) lock;
  // Guards what follows and the linking of new tables, so that two walkers that miss the same table make one.
  _Alignas(64) _Atomic(uint32_t) growth;
  uint64_t next_frame;
};

// What an operation needs of the tree, copied once per batch: entry stores might otherwise alias the tree's fields, and
// each operation would load them again.
struct cfloor_view {
  unsigned char *frames;
  struct cfloor_record *records;
  uint64_t root;
  cfloor_tree *tree;
};

CFLOOR_INLINE struct cfloor_view cfloor_view_of(cfloor_tree *tree) {
  return (struct cfloor_view){tree->frames, tree->records, tree->root, tree};
}

// `level` counts from 1, the leaf table.
CFLOOR_INLINE uint64_t cfloor_index(uint64_t address, int level) {
  return (address >> (12 + 9 * (level - 1))) & (CFLOOR_ENTRIES - 1);
}

CFLOOR_INLINE cfloor_entry *cfloor_slot(struct cfloor_view view, uint64_t table, uint64_t index) {
  return (cfloor_entry *)(view.frames + table) + index;
}

CFLOOR_INLINE struct cfloor_record *cfloor_record_of(struct cfloor_view view, uint64_t table) {
  // 64 bytes of record for 4096 of frame.
  return (struct cfloor_record *)((unsigned char *)view.records + (table >> 6));
}

// A new zeroed table linked into `slot` of `parent`, or the one that another thread linked first. Returns the entry; 0
// when the arena is full.
uint64_t cfloor_grow_slow(cfloor_tree *tree, uint64_t parent, cfloor_entry *slot);

#endif
