import Executions
import Locks
import Results
import Testing

@testable import Workloads

/// The arithmetic that calibrated work consists of, and what its proof is worth.
@Suite struct CalibratedWorkTests {
  /// x ↦ 6364136223846793005·x + 1442695040888963407 modulo 2⁶⁴, from 0, worked out with whole numbers of any length.
  @Test(
    arguments: [
      (0, 0), (1, 1_442_695_040_888_963_407), (2, 1_876_011_003_808_476_466), (3, 11_166_244_414_315_200_793),
      (1000, 902_429_759_771_004_424), (1_000_000, 9_436_980_158_444_776_256),
    ] as [(UInt64, UInt64)])
  func `Steps lead where they must, one by one and at once`(steps: UInt64, value: UInt64) {
    #expect(ArithmeticChain.advance(0, by: steps) == value)
    #expect(ArithmeticChain.jump(0, by: steps) == value)
  }

  @Test func `Going on from where one has come is the same as going all the way`() {
    for (first, second) in [(0, 5), (5, 0), (1, 1), (1000, 24), (1 << 40, 1 << 50)] as [(UInt64, UInt64)] {
      let there = ArithmeticChain.jump(ArithmeticChain.jump(7, by: first), by: second)
      #expect(there == ArithmeticChain.jump(7, by: first + second))
    }
  }

  /// 2.5 steps round to 3, away from zero; nothing rounds to no work at all.
  @Test(arguments: [(10, 4.0, 3), (10, 1.0, 10), (1, 4.0, 1), (10_000, 0.5, 20_000)] as [(Int, Double, UInt64)])
  func `Steps are those nearest to the time, and at least one`(nanoseconds: Int, step: Double, steps: UInt64) {
    #expect(ArithmeticChain.steps(nanoseconds: nanoseconds, step: step) == steps)
  }

  /// Keeps nobody out.
  private enum OpenLock: NodeLock {
    static var name: String { "open" }
    static var summary: String { "" }
    static func lock<E>(_ storage: LockStorage<E>, by thread: ThreadContext) {}
    static func tryLock<E>(_ storage: LockStorage<E>, by thread: ThreadContext) -> Bool { true }
    static func unlock<E>(_ storage: LockStorage<E>, by thread: ThreadContext) {}
    static func isLocked<E>(_ storage: LockStorage<E>) -> Bool { false }
  }

  private static func violations<L: NodeLock>(under _: L.Type) throws -> [String] {
    let cell = Cell(
      suite: "test", workload: "calibrated-lock", strategy: "none", lock: L.name, format: "x86-64", threads: 3,
      placement: "compact", memoryPolicy: "local", parameters: [:])
    // Longer than a time slice: critical parts overlap even on one CPU.
    let parameters = try GroundTruthParameters(
      ["critical-ns": "10000000"], of: cell.workload, known: CalibratedLockWorkload<L>.parameters)
    let work = CalibratedLockWorkload<L>(cell, parameters)
    let workload = ErasedWorkload(
      setUp: { work.setUp($0) }, run: { work.run($0, $1) }, check: { work.violations() }, residencySample: { _ in [] },
      memory: { nil })
    for worker in 0..<3 { try workload.setUp(worker) }
    let rounds = Rounds(threads: 3)
    for _ in 0..<3 { _ = rounds.run(workload) }
    return workload.check()
  }

  @Test func `A lock that lets two in is caught, and one that does not is not`() throws {
    let violations = try Self.violations(under: OpenLock.self)
    #expect(violations.count == 1)
    #expect(violations.first?.contains("let two in") == true)
    #expect(try Self.violations(under: TTASLock.self) == [])
  }
}
