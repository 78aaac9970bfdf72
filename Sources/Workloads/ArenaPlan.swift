internal import Addressing
internal import Executions
internal import PhysicalMemory
internal import Results

/// How much arena a cell needs and where it should lie.
///
/// Workers whose memory is meant for the same nodes share a span. Where data frames are meant for other nodes than tables, they
/// have spans and frame caches of their own: a worker then acts towards the allocator under two numbers.
struct ArenaPlan {
  /// What a span's memory is meant for.
  struct Target: Hashable {
    let frames: MemoryTarget
    let records: MemoryTarget
  }

  let spans: [ArenaSpan]
  /// In the order of the spans.
  let targets: [Target]
  /// Spans in order of preference for each number under which somebody allocates.
  let spanOrder: [[Int]]
  /// What a worker's number is raised by when it allocates data: 0 where data and tables share spans.
  let dataOffset: Int
  let memory: MemoryPlacement

  init(plan: RegionPlan, dataFramesPerPage: Int, host: WorkloadHost) {
    let workers = plan.workers
    // Tables: leaf tables of the spanned addresses, and above them a five-hundredth and a few per level.
    let leafNodes = Int(plan.spannedBytes / plan.parameters.pageSize.level.nodeBytes) + 2 * workers + 2
    let tables = leafNodes + leafNodes / 256 + 8 * workers + 16
    // Tables that were taken out wait for walkers before they can be used again.
    let waiting = plan.parameters.reclamation == .keep ? 0 : tables / 2 + 64 * workers
    let data = plan.totalPages * dataFramesPerPage
    self.init(
      memory: host.memory,
      // Every worker may cache a few dozen free frames, of any span.
      caches: { _ in 96 * workers },
      // Any worker may link a shared table first, so every span can hold all tables.
      tables: { _ in tables + waiting },
      // Twice the share, because in a shared region some workers take more than theirs.
      data: data == 0 ? nil : { users in min(data, data * 2 * users / workers) })
  }

  /// - Parameters:
  ///   - caches: frames that lie in caches, in a span that so many workers prefer.
  ///   - tables: frames of tables in such a span.
  ///   - data: frames of data in such a span; nil where nobody allocates any.
  init(
    memory: MemoryPlacement, caches: (_ users: Int) -> Int, tables tableFrames: (_ users: Int) -> Int,
    data dataFrames: ((_ users: Int) -> Int)?
  ) {
    self.memory = memory
    let workers = memory.workers
    let tables = workers.map { Target(frames: $0.tables, records: $0.metadata) }
    let data = workers.map { Target(frames: $0.data, records: $0.metadata) }
    let isSplit = dataFrames != nil && data != tables

    var spans: [ArenaSpan] = []
    var targets: [Target] = []
    var spanOrder: [[Int]] = []
    func add(_ wanted: [Target], frameCount: (_ users: Int) -> Int) {
      let first = targets.count
      for target in wanted where !targets[first...].contains(target) {
        targets.append(target)
        spans.append(
          ArenaSpan(
            frameCount: frameCount(wanted.count { $0 == target }), binding: NodeBinding(target.frames),
            recordBinding: NodeBinding(target.records)))
      }
      let own = Array(first..<targets.count)
      for (worker, target) in wanted.enumerated() {
        let nearest = workers[worker].nearestNodes
        func distance(_ span: Int) -> Int {
          targets[span].frames.nodes.compactMap(nearest.firstIndex(of:)).min() ?? nearest.count
        }
        // The worker's own first, then the nearest: another node's memory is flagged, no memory is a failure.
        let others = own.filter { targets[$0] != target }.sorted { (distance($0), $0) < (distance($1), $1) }
        spanOrder.append(own.filter { targets[$0] == target } + others)
      }
    }
    add(tables) { users in tableFrames(users) + caches(users) + (isSplit ? 0 : dataFrames?(users) ?? 0) }
    if isSplit, let dataFrames { add(data) { users in dataFrames(users) + caches(users) } }
    self.spans = spans
    self.targets = targets
    self.spanOrder = spanOrder
    dataOffset = isSplit ? workers.count : 0
  }

  /// The number under which `worker` allocates and frees data frames.
  func dataContext(of worker: Int) -> ThreadContext { ThreadContext(worker: worker + dataOffset) }

  func makePool<E: Execution>(_: E.Type, populate: Bool) throws(ArenaError) -> FramePool<E> {
    do {
      return FramePool(arena: try PhysicalArena<E>(spans: spans, populate: populate), spanOrder: spanOrder)
    } catch {
      // Some sandboxes refuse to bind at all. On one node an unbound arena is local; on several its pages lie where this
      // thread runs, which verification flags if no worker runs there. A policy that names nodes must not be dropped.
      guard memory.isLocalOnly, case .cannotBind = error else { throw error }
      let unbound = spans.map { ArenaSpan(frameCount: $0.frameCount, binding: .unbound) }
      return FramePool(arena: try PhysicalArena<E>(spans: unbound, populate: populate), spanOrder: spanOrder)
    }
  }
}

extension NodeBinding {
  fileprivate init(_ target: MemoryTarget) {
    self =
      switch target {
      case .node(let node): .node(node)
      case .preferred(let node): .preferred(node)
      case .interleaved(let nodes): .interleaved(nodes)
      }
  }
}
