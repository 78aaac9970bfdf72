internal import Addressing
internal import Results

/// A cell's workload parameters, checked.
struct WorkloadParameters: Sendable {
  /// How the workers' pages lie to each other.
  enum Region: String, CaseIterable, Sendable {
    /// Each worker has a slice of its own that shares no leaf table with another's.
    case `private`
    /// Slots dealt out in turn: every leaf table is shared by all workers, no page is.
    case adjacent
    /// All workers act on all pages of one region.
    case shared
  }

  enum Order: String, CaseIterable, Sendable {
    case sequential
    case random
  }

  /// Which interface an operation goes through.
  enum Interface: String, CaseIterable, Sendable {
    case cursor
    /// One call of `PageTable` per page.
    case call
  }

  /// When empty tables leave the tree.
  enum Reclamation: String, CaseIterable, Sendable {
    case keep
    case pruneWhenEmpty = "prune-when-empty"
    case pruneOnDrop = "prune-on-drop"
  }

  let pagesPerOperation: Int
  let interface: Interface
  let region: Region
  /// Pages per worker; for a shared region, pages in all.
  let regionPages: Int
  let pageSize: PageSize
  let seed: UInt64
  let order: Order
  /// Slots of address space per slot of work: each slot lies at random in its own stretch of as many.
  let spread: Int
  let reclamation: Reclamation
  /// How operations are timed; nil when they are not.
  let latency: LatencySettings?

  static let catalogue: [Catalogue.Parameter] = [
    .init(
      name: "pages-per-op", summary: "pages that one operation (one cursor) acts on", defaultValue: "1", choices: []),
    .init(
      name: "region", summary: "private slice per thread, adjacent pages of shared leaf tables, or one shared region",
      defaultValue: "private", choices: Region.allCases.map(\.rawValue)),
    .init(
      name: "region-size", summary: "pages per thread (shared: pages in all); a multiple of pages-per-op",
      defaultValue: "4096", choices: []),
    .init(
      name: "page-size", summary: "size of a mapped page", defaultValue: "4K",
      choices: PageSize.allCases.map(\.rawValue)),
    .init(name: "seed", summary: "seed of the random order", defaultValue: "1", choices: []),
    .init(
      name: "order", summary: "order in which a thread visits its slots", defaultValue: "sequential",
      choices: Order.allCases.map(\.rawValue)),
    .init(
      name: "spread",
      summary: "each slot lies at random in a stretch of this many; 512 gives single pages tables of their own",
      defaultValue: "1", choices: []),
    .init(
      name: "reclamation", summary: "when empty tables leave the tree (other than keep: x86-64 with ttas)",
      defaultValue: "keep", choices: Reclamation.allCases.map(\.rawValue)),
    .init(
      name: "api", summary: "a cursor per operation, or one call of the page table per page", defaultValue: "cursor",
      choices: Interface.allCases.map(\.rawValue)),
    .init(
      name: LatencySettings.modeKey,
      summary: "time single operations, started one after the other (closed) or at intended times (an open loop)",
      defaultValue: LatencyMode.off.rawValue, choices: LatencyMode.allCases.map(\.rawValue)),
    .init(
      name: LatencySettings.everyKey, summary: "with latency: time every so many-th operation",
      defaultValue: "\(LatencySettings.closedLoopEvery) in a closed loop, 1 in an open one", choices: []),
    .init(
      name: LatencySettings.intervalKey,
      summary: "with latency constant or poisson: mean ns between starts of one thread",
      defaultValue: "none", choices: []),
  ]

  init(_ parameters: [String: String]) throws(WorkloadError) {
    let known = Set(Self.catalogue.map(\.name))
    if let stranger = parameters.keys.sorted().first(where: { !known.contains($0) }) {
      if GroundTruthParameters.catalogue.contains(where: { $0.name == stranger }) {
        throw .impossible(
          "parameter \(stranger) belongs to workloads with a known answer: see pagebench list parameters")
      }
      throw .unknown(what: "parameter", name: stranger, known: known.sorted())
    }
    var values: [String: String] = [:]
    for parameter in Self.catalogue {
      values[parameter.name] = parameters[parameter.name] ?? parameter.defaultValue
    }
    pagesPerOperation = try Self.positive("pages-per-op", values)
    regionPages = try Self.positive("region-size", values)
    seed = UInt64(try Self.positive("seed", values))
    spread = try Self.positive("spread", values)
    reclamation = try Self.choice("reclamation", values)
    region = try Self.choice("region", values)
    order = try Self.choice("order", values)
    interface = try Self.choice("api", values)
    pageSize = try Self.choice("page-size", values)
    do { latency = try LatencySettings(parameters) } catch { throw .impossible(error.description) }
    guard regionPages % pagesPerOperation == 0 else {
      throw .badParameter(
        name: "region-size", value: "\(regionPages)", wanted: "a multiple of pages-per-op (\(pagesPerOperation))")
    }
    guard interface == .cursor || (pagesPerOperation == 1 && pageSize == .size4K) else {
      throw .impossible("api = \"call\" acts on one 4K page per operation")
    }
    // 64 TiB keeps every layout inside the user half of the smallest four-level address space.
    guard spread <= 1 << 34, regionPages <= (1 << 46) / Int(pageSize.bytes) / spread else {
      throw .badParameter(
        name: "region-size", value: "\(regionPages)", wanted: "at most 64 TiB in all, spread included")
    }
  }

  private static func positive(_ name: String, _ values: [String: String]) throws(WorkloadError) -> Int {
    let text = values[name] ?? ""
    guard let value = Int(text), value > 0 else {
      throw .badParameter(name: name, value: text, wanted: "a positive whole number")
    }
    return value
  }

  private static func choice<T: RawRepresentable<String> & CaseIterable>(
    _ name: String, _ values: [String: String]
  ) throws(WorkloadError) -> T {
    let text = values[name] ?? ""
    guard let value = T(rawValue: text) else {
      let choices = T.allCases.map(\.rawValue).joined(separator: ", ")
      throw .badParameter(name: name, value: text, wanted: "one of \(choices)")
    }
    return value
  }
}
