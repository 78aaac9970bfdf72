import Counters
import Glibc
import Synchronization

/// A kernel and libpfm that do as told and remember what they were asked.
final class FakePerfEvents: PerfEventSystem {
  /// How an event behaves.
  struct Event: Sendable {
    var encoded: EncodedEvent
    /// An errno from open, if any; the second argument says whether the event would join a group.
    var refusal: @Sendable (EncodedEvent, Bool) -> Int32? = { _, _ in nil }
  }

  struct Opening: Equatable {
    var config: UInt64
    var type: UInt32
    var leader: Int32?
    var excludesKernel: Bool
  }

  /// How a group answers to reads.
  enum Answer: Sendable {
    case counts
    case words([UInt64])
    case failure(errno: Int32)
  }

  private struct State {
    var openings: [Opening] = []
    var nextDescriptor: Int32 = 100
    /// Descriptors that are open now.
    var open: Set<Int32> = []
    /// (descriptor, id, name) of each group, the leader's first.
    var groups: [Int32: [(descriptor: Int32, id: UInt64, name: String)]] = [:]
    var enabled: Set<Int32> = []
    var values: [String: UInt64] = [:]
    var enabledNanoseconds: UInt64 = 1_000
    var runningNanoseconds: UInt64 = 1_000
    var answer = Answer.counts
    var enableErrno: Int32?
  }

  private let events: [String: Event]
  private let encodingFailures: [String: PerfEventFailure]
  private let state = Mutex(State())

  init(_ events: [String: Event], encodingFailures: [String: PerfEventFailure] = [:]) {
    self.events = events
    self.encodingFailures = encodingFailures
  }

  // MARK: What tests set and see

  var openings: [Opening] { state.withLock { $0.openings } }
  var openDescriptors: Set<Int32> { state.withLock { $0.open } }
  var enabledLeaders: Set<Int32> { state.withLock { $0.enabled } }

  func set(_ values: [String: UInt64]) { state.withLock { $0.values.merge(values) { $1 } } }
  func setTimes(enabled: UInt64, running: UInt64) {
    state.withLock {
      $0.enabledNanoseconds = enabled
      $0.runningNanoseconds = running
    }
  }
  func setAnswer(_ answer: Answer) { state.withLock { $0.answer = answer } }
  func refuseToEnable(errno: Int32) { state.withLock { $0.enableErrno = errno } }

  // MARK: PerfEventSystem

  func encode(_ name: String) throws(PerfEventFailure) -> EncodedEvent {
    if let failure = encodingFailures[name] { throw failure }
    guard let event = events[name] else { throw .library(code: -4, message: "event not found") }
    return event.encoded
  }

  func open(_ event: EncodedEvent, leader: Int32?) throws(PerfEventFailure) -> OpenedEvent {
    guard
      let (name, behaviour) = events.first(where: { $1.encoded.type == event.type && $1.encoded.config == event.config }
      )
    else { throw .kernel(errno: ENOENT) }
    let refusal = behaviour.refusal(event, leader != nil)
    return try state.withLock { state throws(PerfEventFailure) in
      state.openings.append(
        Opening(
          config: event.config, type: event.type, leader: leader, excludesKernel: event.exclusions.contains(.kernel)))
      if let refusal { throw .kernel(errno: refusal) }
      let descriptor = state.nextDescriptor
      state.nextDescriptor += 1
      state.open.insert(descriptor)
      let id = UInt64(descriptor) * 7
      state.groups[leader ?? descriptor, default: []].append((descriptor, id, name))
      return OpenedEvent(descriptor: descriptor, id: id)
    }
  }

  func enable(leader: Int32) throws(PerfEventFailure) {
    try state.withLock { state throws(PerfEventFailure) in
      if let errno = state.enableErrno { throw .kernel(errno: errno) }
      state.enabled.insert(leader)
    }
  }

  func read(leader: Int32, into words: inout [UInt64], at range: Range<Int>) throws(PerfEventFailure) -> Int {
    let answer: [UInt64] = try state.withLock { state throws(PerfEventFailure) in
      switch state.answer {
      case .failure(let errno): throw .kernel(errno: errno)
      case .words(let words): return words
      case .counts:
        // Backwards, to prove that ids and not positions count.
        let members = state.groups[leader, default: []].filter { state.open.contains($0.descriptor) }.reversed()
        return [UInt64(members.count), state.enabledNanoseconds, state.runningNanoseconds]
          + members.flatMap { [state.values[$0.name, default: 0], $0.id] }
      }
    }
    guard answer.count <= range.count else { throw .kernel(errno: ENOSPC) }
    words.replaceSubrange(range.lowerBound..<(range.lowerBound + answer.count), with: answer)
    return answer.count
  }

  func close(_ descriptor: Int32) {
    state.withLock {
      precondition($0.open.remove(descriptor) != nil, "descriptor \(descriptor) closed twice")
    }
  }
}

/// An account whose entries tests set.
final class FakeAccounting: ThreadAccounting {
  private let entries: Mutex<[ThreadUsageField: UInt64]>
  init(_ entries: [ThreadUsageField: UInt64] = [:]) { self.entries = Mutex(entries) }

  func set(_ field: ThreadUsageField, _ value: UInt64?) { entries.withLock { $0[field] = value } }
  func read(_ field: ThreadUsageField) -> UInt64? { entries.withLock { $0[field] } }
}

/// Generic events as libpfm 4.13 encodes them (checked against it in `EncodingTests`).
enum FakeEvents {
  typealias Refusal = @Sendable (EncodedEvent, Bool) -> Int32?

  static func event(_ type: UInt32, _ config: UInt64, _ name: String, _ refusal: @escaping Refusal = { _, _ in nil })
    -> FakePerfEvents.Event
  {
    FakePerfEvents.Event(
      encoded: EncodedEvent(type: type, config: config, qualifiedName: "perf::\(name):u=1:k=1:mg=0:mh=1"),
      refusal: refusal)
  }

  static func all(_ refusal: @escaping Refusal = { _, _ in nil }) -> [String: FakePerfEvents.Event] {
    [
      "perf::TASK-CLOCK": event(1, 1, "PERF_COUNT_SW_TASK_CLOCK", refusal),
      "perf::PAGE-FAULTS": event(1, 2, "PERF_COUNT_SW_PAGE_FAULTS", refusal),
      "perf::CONTEXT-SWITCHES": event(1, 3, "PERF_COUNT_SW_CONTEXT_SWITCHES", refusal),
      "perf::CPU-MIGRATIONS": event(1, 4, "PERF_COUNT_SW_CPU_MIGRATIONS", refusal),
      "perf::CYCLES": event(0, 0, "PERF_COUNT_HW_CPU_CYCLES", refusal),
      "perf::INSTRUCTIONS": event(0, 1, "PERF_COUNT_HW_INSTRUCTIONS", refusal),
      "perf::CACHE-MISSES": event(0, 3, "PERF_COUNT_HW_CACHE_MISSES", refusal),
      "perf::DTLB-LOAD-MISSES": event(3, 0x10003, "PERF_COUNT_HW_CACHE_DTLB:READ:MISS", refusal),
    ]
  }

  /// kernel.perf_event_paranoid=2 without capabilities: everything with kernel mode is refused.
  static let paranoid: Refusal = { event, _ in event.exclusions.contains(.kernel) ? nil : EACCES }
  /// A sandbox without perf_event_open.
  static let forbidden: Refusal = { _, _ in EPERM }
  /// A virtual machine without a PMU.
  static let withoutPMU: Refusal = { event, _ in event.type == 1 ? nil : ENOENT }

  static let hardware = [
    CounterSpecification(name: "cycles", event: "perf::CYCLES"),
    CounterSpecification(name: "instructions", event: "perf::INSTRUCTIONS"),
    CounterSpecification(name: "cache-misses", event: "perf::CACHE-MISSES"),
    CounterSpecification(name: "dTLB-load-misses", event: "perf::DTLB-LOAD-MISSES"),
  ]
  static let software = [
    CounterSpecification(name: "task-clock", event: "perf::TASK-CLOCK"),
    CounterSpecification(name: "page-faults", event: "perf::PAGE-FAULTS"),
    CounterSpecification(name: "context-switches", event: "perf::CONTEXT-SWITCHES"),
    CounterSpecification(name: "cpu-migrations", event: "perf::CPU-MIGRATIONS"),
  ]
  static let cycles = [CounterSpecification(name: "cycles", event: "perf::CYCLES")]
}
