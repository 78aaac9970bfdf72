public import Addressing
public import Formats
public import PageTables

/// A value that can print itself as a Swift expression, so that a shrunk failure is a test to paste.
public protocol SwiftExpressible {
  var swiftCode: String { get }
}

extension UInt64: SwiftExpressible {
  public var swiftCode: String { self < 10 ? "\(self)" : "0x" + String(self, radix: 16) }
}

extension Int: SwiftExpressible {
  public var swiftCode: String { description }
}

extension Bool: SwiftExpressible {
  public var swiftCode: String { description }
}

extension Level: SwiftExpressible {
  public var swiftCode: String { "Level(\(rawValue))" }
}

extension VirtualAddress: SwiftExpressible {
  public var swiftCode: String { "VirtualAddress(\(rawValue.swiftCode))" }
}

extension PhysicalAddress: SwiftExpressible {
  public var swiftCode: String { "PhysicalAddress(\(rawValue.swiftCode))" }
}

extension VirtualRange: SwiftExpressible {
  public var swiftCode: String { "VirtualRange(\(start.swiftCode), \(end.swiftCode))" }
}

extension PageProperties: SwiftExpressible {
  public var swiftCode: String { "PageProperties(rawValue: \(rawValue.swiftCode))" }
}

extension PropertyChange: SwiftExpressible {
  public var swiftCode: String {
    "PropertyChange(insert: \(insert.swiftCode), remove: \(remove.swiftCode), toggle: \(toggle.swiftCode))"
  }
}

extension MergeOutcome: SwiftExpressible {
  public var swiftCode: String {
    switch self {
    case .merged(let leaf): "MergeOutcome.merged(\(leaf.swiftCode))"
    default: "MergeOutcome.\(self)"
    }
  }
}

extension Mapping: SwiftExpressible {
  public var swiftCode: String {
    "Mapping(virtual: \(virtual.swiftCode), physical: \(physical.swiftCode), properties: \(properties.swiftCode), level: \(level.swiftCode))"
  }
}

extension MapOutcome: SwiftExpressible {
  public var swiftCode: String { "MapOutcome.\(self)" }
}

extension NextLeaf: SwiftExpressible {
  public var swiftCode: String {
    switch self {
    case .none: "NextLeaf.none"
    case .leaf(let leaf): "NextLeaf.leaf(\(leaf.swiftCode))"
    case .outOfFrames: "NextLeaf.outOfFrames"
    }
  }
}

extension QueryResult: SwiftExpressible {
  public var swiftCode: String {
    switch self {
    case .outOfRange: "QueryResult.outOfRange"
    case .unmapped(let slot): "QueryResult.unmapped(slot: \(slot.swiftCode))"
    case .mapped(let leaf): "QueryResult.mapped(\(leaf.swiftCode))"
    }
  }
}

extension ReplaceOutcome: SwiftExpressible {
  public var swiftCode: String {
    switch self {
    case .replaced(let leaf): "ReplaceOutcome.replaced(\(leaf.swiftCode))"
    default: "ReplaceOutcome.\(self)"
    }
  }
}

extension Optional: SwiftExpressible where Wrapped: SwiftExpressible {
  public var swiftCode: String { map { $0.swiftCode } ?? "nil" }
}

extension Array: SwiftExpressible where Element: SwiftExpressible {
  public var swiftCode: String { "[" + map { $0.swiftCode }.joined(separator: ", ") + "]" }
}
