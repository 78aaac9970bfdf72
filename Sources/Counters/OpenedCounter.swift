import Results

/// A specification after the attempt to open it: where its counts come from, or why there are none.
struct OpenedCounter: Sendable {
  enum Origin: Hashable, Sendable {
    /// The event with this id in a group, by the group's place in the snapshot.
    case group(Int, id: UInt64)
    /// A field of the thread's account, by its place in the snapshot.
    case usage(Int)
    /// Nowhere.
    case none
  }

  let name: String
  let source: CounterSource
  /// What is counted, as precisely as it is known.
  let event: String?
  let origin: Origin
  /// The best status a reading can have.
  let status: MeasurementStatus
  /// Why the status is not `ok`, or the source not the one asked for.
  let reason: String?
  let remedy: String?

  var note: String? { reason.map { reason in remedy.map { "\(reason); \($0)" } ?? reason } }
}

/// An open group and its place in a snapshot.
struct OpenedGroup: Sendable {
  let leader: Int32
  /// Every descriptor, the leader's first.
  let descriptors: [Int32]
  /// Words of a snapshot that hold this group's reads.
  let region: Range<Int>
}
