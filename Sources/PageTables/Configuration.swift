public import Executions
public import Formats
public import Locks

/// One experiment: every choice that the hot path is generic over, bundled so that a type name tells what was measured.
public protocol Configuration: SendableMetatype {
  /// Processor family: how an entry is spelled.
  associatedtype Format: EntryFormat
  /// The lock in every node's metadata.
  associatedtype NodeLock: Locks.NodeLock
  /// Who locks what, when.
  associatedtype Strategy: LockingStrategy
  /// When empty tables are taken out of the tree.
  associatedtype Reclamation: ReclamationPolicy
  /// What runs the code: the machine, an explorer, a simulator.
  associatedtype Execution: Executions.Execution
}

/// A ``Configuration`` spelled as one type: `Configured<X86_64, TTASLock, CouplingStrategy, Keep, Hardware>`.
public enum Configured<
  Format: EntryFormat, NodeLock: Locks.NodeLock, Strategy: LockingStrategy, Reclamation: ReclamationPolicy,
  Execution: Executions.Execution
>: Configuration {}
