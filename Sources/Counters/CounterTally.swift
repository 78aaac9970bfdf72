/// The sum of one counter's increases, as raw as the kernel gives them.
struct CounterTally: Sendable {
  /// Why the sum is worthless.
  enum Problem: Error, Hashable {
    case read(GroupRead.Problem)
    /// The kernel stopped telling a field of the thread's account.
    case usageUnavailable
    /// The later count is the smaller one. Never clamped: such a counter is not to be believed at all.
    case decreased
    /// More than 64 bits hold.
    case overflow
  }

  private(set) var value: UInt64 = 0
  private(set) var enabledNanoseconds: UInt64 = 0
  private(set) var runningNanoseconds: UInt64 = 0
  /// The first thing that went wrong.
  var problem: Problem?

  /// Adds the increase of the event with this id between two reads of its group.
  mutating func add(of id: UInt64, from: ArraySlice<UInt64>, to: ArraySlice<UInt64>) throws(Problem) {
    let before = try Self.count(of: id, in: from)
    let after = try Self.count(of: id, in: to)
    try Self.raise(&value, from: before.value, to: after.value)
    try Self.raise(&enabledNanoseconds, from: before.enabledNanoseconds, to: after.enabledNanoseconds)
    try Self.raise(&runningNanoseconds, from: before.runningNanoseconds, to: after.runningNanoseconds)
  }

  /// Adds the increase of a field of the thread's account.
  mutating func add(from: UInt64?, to: UInt64?) throws(Problem) {
    guard let from, let to else { throw .usageUnavailable }
    try Self.raise(&value, from: from, to: to)
  }

  private static func count(of id: UInt64, in region: ArraySlice<UInt64>) throws(Problem) -> GroupRead.Count {
    do {
      return try GroupRead.count(of: id, in: region)
    } catch {
      throw .read(error)
    }
  }

  private static func raise(_ sum: inout UInt64, from before: UInt64, to after: UInt64) throws(Problem) {
    guard after >= before else { throw .decreased }
    let (raised, overflow) = sum.addingReportingOverflow(after - before)
    guard !overflow else { throw .overflow }
    sum = raised
  }
}
