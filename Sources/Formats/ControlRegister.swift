/// A register that a processor needs to walk a table: its name in the manual and its value.
public struct ControlRegister: Hashable, Sendable {
  public let name: String
  public let value: UInt64

  public init(_ name: String, _ value: UInt64) {
    self.name = name
    self.value = value
  }
}
