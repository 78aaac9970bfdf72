internal import Results

/// Work on no page table whose answer is known beforehand: what the harness measures is held against it. A conforming type is one
/// file, one line in ``GroundTruth`` and one row in the table test.
protocol GroundTruthWorkload: Sendable {
  static var item: Catalogue.Item { get }
  /// Names of the parameters that it knows.
  static var parameters: [String] { get }
  /// Whether it takes the cell's lock.
  static var takesLock: Bool { get }

  /// - Throws: ``WorkloadError/impossible(_:)`` for a cell that it cannot be run in. Touches no memory that matters.
  init(_ cell: Cell, _ parameters: GroundTruthParameters) throws(WorkloadError)

  /// See ``ErasedWorkload/setUp``.
  func setUp(_ worker: Int) throws
  /// See ``ErasedWorkload/run``.
  func run(_ worker: Int, _ window: Window)
  /// See ``ErasedWorkload/check``.
  func violations() -> [String]
  /// See ``ErasedWorkload/knownValues``.
  func knownValues() -> [KnownValue]
}

extension GroundTruthWorkload {
  static var parameters: [String] { [] }
  static var takesLock: Bool { false }

  func violations() -> [String] { [] }
  func knownValues() -> [KnownValue] { [] }
}
