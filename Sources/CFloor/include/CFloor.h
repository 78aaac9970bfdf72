// The C yardstick: the same page-table work as the Swift core, written as plainly as C allows, to be run in the same
// process and interleaved with it. A ratio to these numbers says what the Swift abstraction costs; a ratio to
// cfloor_store_sequential says how far page tables as such are from the machine's limit.
//
// One x86-64 tree: 4 levels of 512 entries, 4 KiB tables, in an arena where a physical address is an offset from the
// base, with a 64-byte record per frame beside it (lock word, child count). Every operation walks from the root, checks
// the present bit (and, where a leaf may stand, the page-size bit) at every level, and keeps the child counts. Tables
// stay until cfloor_clear or cfloor_destroy, so no floor includes the cost of giving tables back: neither reclamation nor a check for
// an empty table. No floor includes a TLB flush either.
//
// Whole batches run inside C, so that the operation is inlined into its loop as it is in the Swift workloads. Page
// addresses come from an array that the compiler cannot see through. Addresses are canonical in the lower half (below
// 2^47) and page-aligned; physical addresses are page-aligned, below 2^52. Neither is checked.
#ifndef CFLOOR_H
#define CFLOOR_H

#include <stdbool.h>
#include <stdint.h>

#if defined(__clang__)
#pragma clang assume_nonnull begin
#define CFLOOR_NULLABLE _Nullable
#else
#define CFLOOR_NULLABLE
#endif

// What an operation locks. All locks are 32-bit test-and-test-and-set spin locks: one compare-exchange in, one store
// out.
enum cfloor_lock {
  // Nothing. One thread at a time, or queries only.
  CFLOOR_LOCK_NONE = 0,
  // One lock for the tree, on a cache line of its own.
  CFLOOR_LOCK_GLOBAL = 1,
  // Walks without locks and locks the leaf table it edits.
  CFLOOR_LOCK_LEAF = 2,
  // Hand over hand: locks the root, then each table below before it unlocks the one above; the leaf table last.
  CFLOOR_LOCK_COUPLING = 3,
};

typedef struct cfloor_tree cfloor_tree;

// Bits of the leaf entries that the floors write, beside the address: present, user and no-execute, and writable until
// a protect takes it away.
#define CFLOOR_LEAF_BITS 0x8000000000000007ull

// Makes an empty tree whose tables come from an arena of `arena_bytes`, rounded up to 2 MiB. Every table takes 4 KiB;
// two frames are gone from the start (frame 0, which is never used, and the root). Arena and records are mapped here, 2
// MiB aligned, advised to use huge pages and touched, so their memory lies where the calling thread's policy puts it.
// NULL when the kernel refuses the memory; errno says why.
cfloor_tree *CFLOOR_NULLABLE cfloor_create(uint64_t arena_bytes);

// Unmaps everything. No thread may be inside an operation.
void cfloor_destroy(cfloor_tree *CFLOOR_NULLABLE tree);

// Forgets all tables: the tree is empty again, as after cfloor_create, and its arena free. No thread may be inside an
// operation.
void cfloor_clear(cfloor_tree *tree);

// Tables linked into the tree, the root included. Call while no thread edits.
uint64_t cfloor_table_count(const cfloor_tree *tree);

// Where the table with this number, in the order of their making from 0, lies in memory.
const void *cfloor_table_address(const cfloor_tree *tree, uint64_t index);

// Entries that the leaf tables' child counts claim. Call while no thread edits.
uint64_t cfloor_mapped_count(const cfloor_tree *tree);

// --- One page per operation. -----------------------------------------------------------------------------------------
// Each walks from the root for every element of `addresses`. Two threads may call at once with the same locked variant.

// Maps addresses[i] to physical + i * 4096 where nothing is mapped, making absent tables. Returns how many were mapped;
// the others were occupied already, or the arena is full.
uint64_t cfloor_map_pages(
  cfloor_tree *tree, enum cfloor_lock lock, const uint64_t *addresses, uint64_t count, uint64_t physical);

// Unmaps each page that is mapped. Returns how many were.
uint64_t cfloor_unmap_pages(cfloor_tree *tree, enum cfloor_lock lock, const uint64_t *addresses, uint64_t count);

// Makes each mapped page writable or read-only. Returns how many were mapped.
uint64_t cfloor_protect_pages(
  cfloor_tree *tree, enum cfloor_lock lock, const uint64_t *addresses, uint64_t count, bool writable);

// Translates each address, huge leaves included. Returns the wrapping sum of the physical addresses; an unmapped
// address adds nothing.
uint64_t cfloor_query_pages(cfloor_tree *tree, enum cfloor_lock lock, const uint64_t *addresses, uint64_t count);

// Maps each page to physical + i * 4096 and unmaps it again before the next: two walks, no growth of the tree after the
// first round. Returns for how many both succeeded.
uint64_t cfloor_map_unmap_pages(
  cfloor_tree *tree, enum cfloor_lock lock, const uint64_t *addresses, uint64_t count, uint64_t physical);

// --- Ranges. ---------------------------------------------------------------------------------------------------------
// Each takes a leaf table at a time: one walk (and its locks) per 512 pages, a check per entry, the child count once
// per table.

// Maps `pages` pages from `address` to consecutive frames from `physical`. Stops at the first occupied page, or when
// the arena is full; what came before stays. Returns how many were mapped.
uint64_t cfloor_map_range(
  cfloor_tree *tree, enum cfloor_lock lock, uint64_t address, uint64_t pages, uint64_t physical);

// Unmaps what is mapped in the range; holes are passed over. Returns how many pages were mapped.
uint64_t cfloor_unmap_range(cfloor_tree *tree, enum cfloor_lock lock, uint64_t address, uint64_t pages);

// Makes what is mapped in the range writable or read-only; holes are passed over. Returns how many pages were mapped.
uint64_t cfloor_protect_range(
  cfloor_tree *tree, enum cfloor_lock lock, uint64_t address, uint64_t pages, bool writable);

// --- The machine's limit. --------------------------------------------------------------------------------------------

// Writes `value` to `count` entries in order with relaxed atomic stores, which is what publishing an entry needs at
// least: no walk, no check, no count. Returns `count`.
uint64_t cfloor_store_sequential(uint64_t *entries, uint64_t count, uint64_t value);

// The same with plain stores, which the compiler may vectorise: the memory's limit rather than the entry's. No
// page-table code may do this to a linked table.
uint64_t cfloor_store_plain(uint64_t *entries, uint64_t count, uint64_t value);

#if defined(__clang__)
#pragma clang assume_nonnull end
#endif

#endif
