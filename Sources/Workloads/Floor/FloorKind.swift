internal import CFloor
internal import Results

/// The C yardsticks, named and listed like strategies so that a suite runs them in the same matrix as the core.
enum FloorKind: String, CaseIterable {
  case store = "c-store"
  case unlocked = "c-none"
  case global = "c-global"
  case leaf = "c-leaf"
  case coupling = "c-coupling"

  var item: Catalogue.Item { .init(name: rawValue, summary: summary) }

  private var summary: String {
    switch self {
    case .store: "C floor: sequential relaxed stores, no walk, no check; the limit of one core"
    case .unlocked: "C floor: 4-level walk, check, store; no lock, one thread"
    case .global: "C floor: the same under one spin lock"
    case .leaf: "C floor: the same under a spin lock in the leaf table"
    case .coupling: "C floor: the same under hand-over-hand spin locks of all four levels"
    }
  }

  var lock: cfloor_lock {
    switch self {
    case .store, .unlocked: CFLOOR_LOCK_NONE
    case .global: CFLOOR_LOCK_GLOBAL
    case .leaf: CFLOOR_LOCK_LEAF
    case .coupling: CFLOOR_LOCK_COUPLING
    }
  }
}
