internal import Addressing
internal import Executions
internal import PhysicalMemory
internal import Results

/// How much arena a cell needs and where it should lie.
struct ArenaPlan {
  let spans: [ArenaSpan]
  /// Span that each worker allocates from first.
  let homeSpan: [Int]

  init(plan: RegionPlan, dataFramesPerPage: Int, host: WorkloadHost) {
    let workers = plan.workers
    // Tables: leaf tables of the spanned addresses, and above them a five-hundredth and a few per level.
    let leafNodes = Int(plan.spannedBytes / plan.parameters.pageSize.level.nodeBytes) + 2 * workers + 2
    let tables = leafNodes + leafNodes / 256 + 8 * workers + 16
    // Tables that were taken out wait for walkers before they can be used again.
    let waiting = plan.parameters.reclamation == .keep ? 0 : tables / 2 + 64 * workers
    // Every worker may cache a few dozen free frames.
    let frames = tables + waiting + plan.totalPages * dataFramesPerPage + 96 * workers
    switch host.memoryPolicy {
    case .local:
      let nodes = Set(host.nodeOfWorker).sorted()
      spans = nodes.map { node in
        // Any worker may link a shared table first, so every span can hold all tables and its workers' data.
        let data = plan.totalPages * dataFramesPerPage
        return ArenaSpan(frameCount: frames - data + data * 2 / nodes.count, binding: .node(node))
      }
      homeSpan = host.nodeOfWorker.map { nodes.firstIndex(of: $0) ?? 0 }
    case .bind(let node):
      spans = [ArenaSpan(frameCount: frames, binding: .node(node))]
      homeSpan = Array(repeating: 0, count: workers)
    case .interleave(let nodes):
      spans = [ArenaSpan(frameCount: frames, binding: .interleaved(nodes))]
      homeSpan = Array(repeating: 0, count: workers)
    }
  }

  func makePool<E: Execution>(_: E.Type, policy: MemoryPolicy, populate: Bool) throws(ArenaError) -> FramePool<E> {
    do {
      return FramePool(arena: try PhysicalArena<E>(spans: spans, populate: populate), homeSpan: homeSpan)
    } catch {
      // Some sandboxes refuse to bind at all. On one node an unbound arena is local; on several its pages lie where this
      // thread runs, which verification flags if no worker runs there. A policy that names nodes must not be dropped.
      guard policy == .local, case .cannotBind = error else { throw error }
      let unbound = spans.map { ArenaSpan(frameCount: $0.frameCount, binding: .unbound) }
      return FramePool(arena: try PhysicalArena<E>(spans: unbound, populate: populate), homeSpan: homeSpan)
    }
  }
}
