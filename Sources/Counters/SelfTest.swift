internal import CHost
internal import CPerf
import Glibc
import Results

/// Work whose count is known beforehand, to tell a counter from a number.
///
/// Virtual machines and broken drivers let events open that then count nothing, or garbage.
enum SelfTest: Hashable, Sendable {
  /// One million rounds of at least two and at most sixteen instructions each.
  case instructions
  case cycles
  case cpuTime
  /// Touching 256 pages that are mapped but not there.
  case pageFaults
  /// Sleeping 20 times.
  case contextSwitches
  /// Moving the thread to and fro between two CPUs.
  case migrations
  /// Storing to and loading from more pages than any TLB holds, and loading from so many that only the second level
  /// holds them.
  case tlbMisses
  /// Adding to one word of memory, atomically.
  case atomics
  /// A loop for events whose count cannot be foretold: any count will do, as long as the event was counting.
  case anyCount

  static let rounds: UInt64 = 1_000_000
  static let pages = 256
  static let naps = 20
  /// More than four times the 3072 entries of the largest second-level TLB so far (Zen 4).
  static let tlbPages = 16_384
  /// More than the first level holds, even where one entry holds four neighbours (72 of Zen 4), and far less than the
  /// second (1536 of Skylake, 1280 of Neoverse N1).
  static let nearPages = 512
  static let atomicRounds: UInt64 = 100_000
  /// The first may find the thread where it is to go.
  static let moves = 11

  /// The test for an event, by what it is and not by its name; nil stands for an event that could not be encoded.
  ///
  /// - Parameter exercise: what must move it, for events of one processor, whose number tells nothing.
  init(for event: EncodedEvent?, exercise: CounterExercise? = nil) {
    switch exercise {
    case .tlb: self = .tlbMisses
    case .atomics: self = .atomics
    case nil: self.init(forKnown: event)
    }
  }

  private init(forKnown event: EncodedEvent?) {
    self =
      switch (event?.type, event?.config) {
      // Numbers of tracepoints differ from kernel to kernel.
      case (EncodedEvent.tracepointType, _):
        event?.qualifiedName == "tp:exceptions:page_fault_user" ? .pageFaults : .anyCount
      case (0, 0): .cycles
      case (0, 1): .instructions
      case (1, 1): .cpuTime
      case (1, 2): .pageFaults
      case (1, 3): .contextSwitches
      // On a single CPU nothing can migrate.
      case (1, 4): ThreadMoves.hasChoice ? .migrations : .anyCount
      default: .anyCount
      }
  }

  /// Counts that can be true. Upper bounds leave room for what interrupts and the reading of the counters add.
  var plausible: ClosedRange<UInt64> {
    switch self {
    case .instructions: Self.rounds...20 * Self.rounds
    case .cycles, .cpuTime: 1...UInt64.max
    case .pageFaults: UInt64(Self.pages)...UInt64.max
    case .contextSwitches: UInt64(Self.naps)...UInt64.max
    case .migrations: UInt64(Self.moves - 1)...UInt64.max
    case .tlbMisses: 1...UInt64.max
    case .atomics: Self.atomicRounds...UInt64.max
    case .anyCount: 0...UInt64.max
    }
  }

  /// What was done and what a true counter shows, for a sentence.
  var expectation: String {
    switch self {
    case .instructions: "\(Self.rounds) to \(20 * Self.rounds) for a loop of \(Self.rounds) rounds"
    case .cycles, .cpuTime: "more than 0 for a loop of \(Self.rounds) rounds"
    case .pageFaults: "at least \(Self.pages) for touching \(Self.pages) fresh pages"
    case .contextSwitches: "at least \(Self.naps) for sleeping \(Self.naps) times"
    case .migrations: "at least \(Self.moves - 1) for \(Self.moves) moves between two CPUs"
    case .tlbMisses: "at least 1 for touching \(Self.tlbPages) pages"
    case .atomics: "at least \(Self.atomicRounds) for as many atomic additions"
    case .anyCount: "any number, for nobody can foretell it"
    }
  }

  /// Does the work. False when the machine did not let it be done.
  func run() -> Bool {
    switch self {
    case .instructions, .cycles, .cpuTime, .anyCount: return cperf_dependent_loop(Self.rounds) != 0
    case .pageFaults: return Self.touchFreshPages(Self.pages)
    case .tlbMisses:
      return Self.touchFreshPages(Self.tlbPages, thenLoadFrom: [Self.tlbPages, Self.nearPages, Self.nearPages])
    case .atomics: return cperf_atomic_loop(Self.atomicRounds) == Self.atomicRounds
    case .contextSwitches:
      for _ in 0..<Self.naps { usleep(50) }
      return true
    case .migrations: return ThreadMoves.run(Self.moves)
    }
  }

  /// What to say when ``run()`` could not do its work.
  var obstacle: CounterExplanation {
    switch self {
    case .migrations:
      CounterExplanation(
        status: .error, reason: "the self-test could not be run: the thread's affinity cannot be changed",
        remedy: "allow sched_setaffinity, which a sandbox may forbid")
    default:
      CounterExplanation(
        status: .error, reason: "the self-test could not be run: mapping memory failed",
        remedy: "free memory, or raise ulimit -v")
    }
  }

  /// Stores once to each page, then loads from the first so many of them, and again for each further number.
  private static func touchFreshPages(_ pages: Int, thenLoadFrom counts: [Int] = []) -> Bool {
    let pageBytes = sysconf(Int32(_SC_PAGESIZE))
    let bytes = pages * pageBytes
    // SAFETY: a private mapping of our own, accessed within its length and unmapped before anyone else sees it.
    guard
      let memory = unsafe mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0),
      unsafe memory != MAP_FAILED
    else { return false }
    defer { unsafe munmap(memory, bytes) }
    // A huge page would take one fault for all of them. EINVAL means a kernel without huge pages: as well.
    unsafe madvise(memory, bytes, MADV_NOHUGEPAGE)
    for page in 0..<pages { unsafe memory.storeBytes(of: 1, toByteOffset: page * pageBytes, as: UInt8.self) }
    var sum = 0
    for count in counts {
      for page in 0..<count {
        sum += Int(unsafe memory.load(fromByteOffset: page * pageBytes, as: UInt8.self))
      }
    }
    // Every page holds a 1; a wrong sum would mean that the loads were not done.
    guard sum == counts.reduce(0, +) else { return false }
    return true
  }
}
